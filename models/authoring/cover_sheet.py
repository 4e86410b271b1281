"""The cover of a template: which sheets to fill in which order, which are needed, and what each is for."""

from __future__ import annotations

from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from ..intake.document_sheets import COVER, SHEETS
from ..schema import TABLES


@dataclass(frozen=True)
class Purpose:
    """Sheets that are filled for one purpose, in the order of filling, and the colour of their tabs."""

    title: str
    colour: str
    sheets: tuple[str, ...]


_NAMED = (
    Purpose("The case", "595959", ("case",)),
    Purpose("What you have on file", "0072B2", ("segments", "products", "accounts", "installed_base")),
    Purpose("What you could sell", "D55E00", ("tiers", "pricing_models", "price_points", "current_menus")),
    Purpose("What it takes", "009E73", ("services", "service_mix", "providers", "rates", "fulfilment")),
    Purpose("What customers want", "CC79A7", ("customer_classes", "appeal", "loyalty")),
    Purpose("What you ask", "E69F00", ("scenarios", "changes")),
)
_KNOWN = {sheet for purpose in _NAMED for sheet in purpose.sheets}
PURPOSES = (
    *_NAMED,
    Purpose("More, where you have it", "BFBFBF", tuple(name for name in TABLES if name not in _KNOWN)),
)
"""Every sheet of a case, once."""

DOCUMENTS = {
    "case": "name, currency, how customers choose, discount rate",
    "scenarios": "what is to be maximized, and the rules of each scenario; base is solved unless another is asked for",
    "changes": "what a scenario changes in the tables",
}
HOW = (
    "Fill the sheets in the order below. The rows under the headers are an example of one account: write over them.",
    "Point at a header to read what its column holds, in which unit, and what a blank means. Dark headers must be "
    "filled in every row; light ones may stay blank.",
    "rates: leave region and family blank where a provider asks the same everywhere.",
    "label: the name that reports show. Everything else goes by the key beside it.",
    "An optional sheet that you do not need: delete its example rows.",
    "Save, then check with   tierwise validate FILE.xlsx   and find the plan with   tierwise solve FILE.xlsx",
)
_HEAD = ("Step", "Sheet", "Needed?", "What it holds")
_WIDTHS = (30, 20, 12, 96)
_WRAPPED = Alignment(vertical="top", wrap_text=True)


def _font(bold: bool = False, size: int = 11, color: str = "000000", underline: str | None = None) -> Font:
    """A font of the workbook's own face: without a name Excel and LibreOffice each choose another."""
    return Font(name="Calibri", bold=bold, size=size, color=color, underline=underline)


def needed(sheet: str) -> bool:
    """Whether a case cannot do without rows in this sheet."""
    return not TABLES[sheet].optional if sheet in TABLES else sheet != "changes"


def colour_tabs(workbook: Workbook) -> None:
    """Give every sheet the colour of its purpose."""
    for purpose in PURPOSES:
        for sheet in purpose.sheets:
            workbook[sheet].sheet_properties.tabColor = purpose.colour


def add_cover(workbook: Workbook) -> None:
    """Put the cover before all other sheets and open the workbook there."""
    sheet = workbook.create_sheet(COVER, 0)
    workbook.active = 0
    sheet.sheet_view.showGridLines = False
    sheet.cell(1, 1, "A case for Tierwise").font = _font(bold=True, size=16)
    for row, line in enumerate(HOW, 2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(_HEAD))
        sheet.cell(row, 1, line).alignment = _WRAPPED
    _add_steps(sheet, len(HOW) + 3)
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _add_steps(sheet: Worksheet, first: int) -> None:
    for at, (head, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True), 1):
        sheet.cell(first, at, head).font = _font(bold=True)
        sheet.column_dimensions[sheet.cell(first, at).column_letter].width = width
    row = first
    for step, purpose in enumerate(PURPOSES, 1):
        for at, name in enumerate(purpose.sheets):
            row += 1
            _add_sheet(sheet, row, name, f"{step}. {purpose.title}" if at == 0 else "", purpose.colour)


def _add_sheet(sheet: Worksheet, row: int, name: str, step: str, colour: str) -> None:
    """One line: the step it belongs to, a link to the sheet, whether it is needed, what it holds."""
    held = DOCUMENTS[name] if name in SHEETS else TABLES[name].doc
    for at, text in enumerate((step, name, "needed" if needed(name) else "optional", held), 1):
        sheet.cell(row, at, text).alignment = _WRAPPED
    sheet.cell(row, 1).font = _font(bold=True)
    link = sheet.cell(row, 2)
    link.hyperlink = Hyperlink(ref=link.coordinate, location=f"'{name}'!A1")
    link.font = _font(underline="single", color="0563C1")
    sheet.cell(row, 3).font = _font(bold=needed(name), color="000000" if needed(name) else "7F7F7F")
    sheet.cell(row, 1).fill = PatternFill("solid", fgColor=_tint(colour))


def _tint(colour: str) -> str:
    """The colour, three quarters on its way to white."""
    return "".join(f"{255 - (255 - int(colour[at : at + 2], 16)) // 4:02X}" for at in (0, 2, 4))
