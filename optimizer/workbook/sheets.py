"""Worksheets as a controller wants them: typed columns, live formulas with their values, frozen, filtered, printable.

Text from data is written as text, whatever it begins with, so it never becomes a formula.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from math import isfinite
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from models.files import write_file
from models.intake.size_limits import MAX_CELL
from models.text.characters import shown

from ..results.favour import change_colour

CellKind = Literal["text", "money", "number", "price", "share", "points", "flag"]
Cell = str | float | bool | None

_INK, _PAPER, _HEAD, _SOFT, _ALARM = "#1F2933", "#FFFFFF", "#1F4E78", "#EEF3F8", "#C00000"
_NUMBERS: dict[CellKind, str] = {
    "text": "@",
    "money": "#,##0.00;[Red]-#,##0.00;0.00",
    "number": "#,##0.00;-#,##0.00;0.00",
    "price": "General",
    "share": "0.00%;[Red]-0.00%",
    "points": '0.00" points";[Red]-0.00" points"',
    "flag": "@",
}
_WIDTHS: dict[CellKind, int] = {
    "text": 20,
    "money": 18,
    "number": 14,
    "price": 14,
    "share": 11,
    "points": 14,
    "flag": 8,
}
HEAD: dict[str, Any] = {
    "bold": True,
    "font_color": _PAPER,
    "bg_color": _HEAD,
    "border": 1,
    "text_wrap": True,
    "valign": "vcenter",
}
"""Style of column titles."""
MOST_LINES = 1_000_000
"""Rows of one table: a sheet of Excel ends at row 1,048,576, and holds more than the table."""
_ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""Stands for the time of writing, so that the same run gives the same bytes."""


@dataclass(frozen=True)
class SheetColumn:
    """A column of a table: its values and, where it is live, the formula of each row."""

    title: str
    values: Sequence[Cell]
    kind: CellKind = "text"
    formula: Callable[[int], str] | None = None
    """Formula of the row of that number, counted from 1 as Excel does; None keeps the values."""
    summed: bool = False
    """Whether its sum stands above the header: of each version if the first column is that, else of the rows shown."""
    width: int = 0


@dataclass(frozen=True)
class Placed:
    """Where a table stands: rows of its data, from 0, and the column of each title."""

    sheet: str
    first: int
    last: int
    columns: dict[str, int]

    def range(self, title: str) -> str:
        """The column's cells as an absolute reference from any sheet."""
        letter = xl_col_to_name(self.columns[title], col_abs=True)
        return f"'{self.sheet}'!{letter}${self.first + 1}:{letter}${self.last + 1}"

    def cell(self, title: str, row: int) -> str:
        """The cell of data row `row`, from 0, as an absolute reference from any sheet."""
        place = xl_rowcol_to_cell(self.first + row, self.columns[title], row_abs=True, col_abs=True)
        return f"'{self.sheet}'!{place}"


class ExcelBook:
    """An Excel file under construction; its sheets have their order from the start and are filled in any."""

    def __init__(self, content: BytesIO, names: Sequence[str], mark: str | None = None) -> None:
        self.mark = mark
        as_text = {"strings_to_formulas": False, "strings_to_urls": False}
        self._book = Workbook(content, {**as_text, "in_memory": True})
        self._book.set_properties({"created": _ALWAYS, "author": "Tierwise"})
        self._pages = {name: self._book.add_worksheet(name) for name in names}
        self._formats: dict[tuple[tuple[str, object], ...], Format] = {}

    def style(self, **traits: object) -> Format:
        """A format, made once."""
        key = tuple(sorted(traits.items()))
        if key not in self._formats:
            base = {"font_name": "Calibri", "font_size": 10, "font_color": _INK, "valign": "top"}
            self._formats[key] = self._book.add_format({**base, **traits})
        return self._formats[key]

    def rule_style(self, **traits: object) -> Format:
        """A format of a conditional one, made once, that changes nothing but its traits."""
        key = (("rule", True), *sorted(traits.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(traits)
        return self._formats[key]

    def sheet(self, name: str, title: str, note: str = "") -> Sheet:
        """The sheet of that name with its title and, under it, what to know to read it."""
        return Sheet(self, self._pages[name], title, note)

    def close(self) -> None:
        """Fill the content."""
        self._book.close()


class Sheet:
    """A sheet that is filled from top to bottom; `row` is the next free row, from 0."""

    def __init__(self, book: ExcelBook, page: Worksheet, title: str, note: str) -> None:
        self.book, self.page, self.row = book, page, 0
        self._widest = 0
        page.hide_gridlines(2)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.set_footer("&L&F, &A&RPage &P of &N")
        page.write_string(0, 0, title, book.style(bold=True, font_size=14, font_color=_HEAD))
        if note:
            page.write_string(1, 0, note, book.style(italic=True))
        if book.mark is not None:  # in sight on the screen, and on every printed page
            page.write_string(2, 0, book.mark, book.style(bold=True, font_color=_ALARM))
            page.set_header(f"&C&B{book.mark}")
        self.row = 3 if book.mark is None else 4

    @property
    def name(self) -> str:
        """The sheet's name."""
        return str(self.page.get_name())

    def write(self, row: int, column: int, value: Cell, kind: CellKind = "text", **traits: Any) -> None:
        """Put a value into a cell: text as text, numbers as numbers, nothing for what is unknown."""
        style = self.book.style(num_format=_NUMBERS[kind], **traits)
        self._widest = max(self._widest, column)
        if isinstance(value, bool):
            self.page.write_string(row, column, "yes" if value else "no", style)
        elif isinstance(value, str):
            fits = value if len(value) <= MAX_CELL else f"{value[: MAX_CELL - 6]} (cut)"
            self.page.write_string(row, column, shown(fits, keep="\n\t"), style)
        elif value is None or not isfinite(value):
            self.page.write_blank(row, column, None, style)
        else:
            self.page.write_number(row, column, float(value), style)

    def formula(self, row: int, column: int, text: str, value: Cell, kind: CellKind = "money", **traits: Any) -> None:
        """Put a live formula into a cell, with the value it has now."""
        style = self.book.style(num_format=_NUMBERS[kind], **traits)
        self._widest = max(self._widest, column)
        known = "" if value is None or (isinstance(value, float) and not isfinite(value)) else value
        self.page.write_formula(row, column, text, style, known)

    def colour_change(self, row: int, column: int, kpi: str) -> None:
        """Show a change of a KPI in the colour of what is for the better or for the worse, also once it is edited."""
        for criteria, change in ((">", 1.0), ("<", -1.0)):
            colour = change_colour(kpi, change)
            if colour is not None:
                style = self.book.rule_style(font_color=colour)
                told = {"type": "cell", "criteria": criteria, "value": 0, "format": style}
                self.page.conditional_format(row, column, row, column, told)

    def line(self, text: str, **traits: Any) -> None:
        """A sentence or two, in as many lines as fit a page."""
        for part in wrap(text, 115) or [""]:
            self.write(self.row, 0, part, **traits)
            self.row += 1

    def heading(self, text: str) -> None:
        """A heading, with a blank line above it."""
        self.row += 1
        self.line(text, bold=True, font_size=11, font_color=_HEAD)

    def header(self, row: int, titles: Sequence[str], texts: Collection[int] = (0,)) -> None:
        """A row of column titles, set to the left over the columns of `texts` and to the right over numbers."""
        self.page.set_row(row, 30)
        for at, title in enumerate(titles):
            self.write(row, at, title, align="left" if at in texts else "right", **HEAD)

    def table(self, columns: Sequence[SheetColumn], *, main: bool = True) -> Placed:
        """Write a table; the `main` one of a sheet is frozen, filtered and repeated on each printed page.

        Of more rows than a sheet holds the first are written, and a line under the title says so.
        """
        columns, count = self._that_fit(columns)
        versions = _versions(columns) if any(column.summed for column in columns) else []
        top = self.row + len(versions)
        first, last = top + 1, top + max(1, count)
        texts = [at for at, column in enumerate(columns) if column.kind in ("text", "flag")]
        self.header(top, [column.title for column in columns], texts)
        for at, column in enumerate(columns):
            if main:
                self.page.set_column(at, at, column.width or _WIDTHS[column.kind])
            self._fill(at, column, first)
            for row, version in enumerate(versions, self.row):
                self._sum_above(row, at, column, _SummedRows(first, last, version, columns[0].values))
        if main:
            self._frame(top, last, len(columns))
        self.row = last + 2
        return Placed(self.name, first, last, {column.title: at for at, column in enumerate(columns)})

    def _that_fit(self, columns: Sequence[SheetColumn]) -> tuple[Sequence[SheetColumn], int]:
        count = max((len(column.values) for column in columns), default=0)
        if count <= MOST_LINES:
            return columns, count
        told = f"The first {MOST_LINES:,} of {count:,} rows are shown, which is what a sheet holds; sums are of these."
        self.write(2, 0, told, bold=True, font_color="#C00000")
        return [replace(column, values=column.values[:MOST_LINES]) for column in columns], MOST_LINES

    def _fill(self, at: int, column: SheetColumn, first: int) -> None:
        for row, value in enumerate(column.values, first):
            if column.formula is None:
                self.write(row, at, value, column.kind)
            else:
                self.formula(row, at, column.formula(row + 1), value, column.kind)

    def _sum_above(self, row: int, at: int, column: SheetColumn, rows: _SummedRows) -> None:
        if at == 0:
            title = f"{rows.version}, sum" if rows.version else "Sum of the rows shown"
            self.write(row, 0, title, bold=True, bg_color=_SOFT)
        elif column.summed:
            text, value = rows.sum_of(column, xl_col_to_name(at))
            self.formula(row, at, text, value, column.kind, bold=True, bg_color=_SOFT)
        else:
            self.write(row, at, None, bg_color=_SOFT)

    def _frame(self, top: int, last: int, width: int) -> None:
        self.page.freeze_panes(top + 1, 1)
        self.page.autofilter(top, 0, last, width - 1)
        self.page.repeat_rows(top)

    def finish(self) -> None:
        """Set the print area once everything is written."""
        self.page.print_area(0, 0, max(0, self.row - 1), self._widest)


VERSION = "Version"
"""Title of a first column that tells today's rows from the plan's."""


def _versions(columns: Sequence[SheetColumn]) -> list[str]:
    """The versions that are summed one by one, or "" for one sum over all rows."""
    return [str(name) for name in dict.fromkeys(columns[0].values)] if columns[0].title == VERSION else [""]


@dataclass(frozen=True)
class _SummedRows:
    """Rows of a table that are summed: those of a version, or those that a filter leaves."""

    first: int
    last: int
    version: str
    versions: Sequence[Cell]

    def sum_of(self, column: SheetColumn, letter: str) -> tuple[str, float]:
        """The formula of the sum, and its value."""
        cells = f"{letter}{self.first + 1}:{letter}{self.last + 1}"
        own = [not self.version or version == self.version for version in self.versions]
        value = sum(_number(cell) for cell, counts in zip(column.values, own, strict=True) if counts)
        if not self.version:
            return f"=SUBTOTAL(109,{cells})", value
        return f'=SUMIFS({cells},$A{self.first + 1}:$A{self.last + 1},"{self.version}")', value


@contextmanager
def book_at(path: str | Path, names: Sequence[str], mark: str | None = None) -> Iterator[ExcelBook]:
    """A book of sheets in this order that appears at `path` when all is written, or not at all; each has the mark."""
    content = BytesIO()
    book = ExcelBook(content, names, mark)
    yield book
    book.close()
    with write_file(path) as temporary:
        temporary.write_bytes(content.getbuffer())


def column(name: str, values: Iterable[Any], kind: CellKind = "text", **more: Any) -> SheetColumn:
    """A column whose values are those of a DataFrame's."""
    return SheetColumn(name, [_plain(value) for value in values], kind, **more)


def _number(cell: Cell) -> float:
    return 0.0 if cell is None or isinstance(cell, str) else float(cell)


def _plain(value: Any) -> Cell:
    item = value.item() if hasattr(value, "item") else value
    if item is None or isinstance(item, str | bool):
        return item
    return float(item)
