"""A case's workbook with every faulty cell marked and commented, for whoever has to mend it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.worksheet import Worksheet

from .intake.records import CsvText
from .intake.xlsx.archive import open_archive
from .intake.xlsx.limits import MARKED
from .loading import find_problems
from .problems import CaseError, Problem, quoted
from .schema import TABLES
from .workbook_sheets import save

LIST = "faults"
"""Sheet that lists every fault; it is no table of a case, so reading passes over it."""
_RED = PatternFill("solid", fgColor="F8CBAD")
_HEAD = ("number", "table", "where", "row", "column", "what is wrong", "found", "expected")
_WIDTHS = (9, 18, 22, 34, 20, 50, 26, 50)
_CELL = re.compile(r"([A-Za-z_]+)!([A-Z]*)(\d+)")
_LINE = re.compile(r"([A-Za-z_]+)\.csv line (\d+)")


@dataclass
class _Marked:
    """A workbook to mark, and where its cells come from."""

    book: Workbook
    rows: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    """Row of each line, by table, where the case is a folder of CSV files."""

    def cell(self, problem: Problem) -> Any:
        """The cell a problem is about; None where it is about no single cell, or none that is here."""
        if at := _CELL.search(problem.place):
            sheet, letters, row = at[1], at[2], int(at[3])
        elif at := _LINE.match(problem.place):
            sheet, letters, row = at[1], "", self.rows.get(at[1], {}).get(int(at[2]), 0)
        else:
            return None
        page = next((page for page in self.book.worksheets if page.title.strip() == sheet), None)
        if page is None or not row:
            return None
        column = column_index_from_string(letters) if letters else _column(page, problem.column)
        return page.cell(*_anchor(page, row, column))


def mark_faults(path: str | Path, out: str | Path) -> tuple[Problem, ...]:
    """Write the case at `path` as the workbook `out` with each faulty cell coloured and commented; return the faults.

    A first sheet `faults` lists every fault, with a link to its cell. A workbook keeps everything else as it is, but
    for what openpyxl does not know, such as drawn shapes; of a folder each CSV file becomes a sheet of its text, and
    faults of other files are only listed. Nothing is written where there is no fault. Raises ValueError for another
    ending than `.xlsx` or for `out` being the case itself, and `CaseError` where nothing can be marked: the path leads
    to no case, or the workbook cannot be read or is too large.
    """
    source, target = Path(path), Path(out)
    if target.suffix.lower() != ".xlsx":
        raise ValueError(f"a marked case is an .xlsx file, not {target.name}")
    if target.resolve() == source.resolve():
        raise ValueError(f"{target} is the case itself; name another file")
    problems = find_problems(source)
    if not problems:
        return ()
    marked = _of_folder(source) if source.is_dir() else _of_workbook(source, problems)
    cells = [marked.cell(problem) for problem in problems]
    for problem, cell in zip(problems, cells, strict=True):
        if cell is not None:
            _mark(cell, problem)
    _list_faults(marked.book, problems, cells)
    save(marked.book, target)
    return problems


def _of_workbook(file: Path, problems: tuple[Problem, ...]) -> _Marked:
    """The workbook, where nothing stands against reading it whole once more."""
    if any(problem.table == file.name for problem in problems):
        raise _unmarkable(file, problems, "what cannot be read cannot be marked")
    try:
        with open_archive(file) as archive:
            size = archive.unpacked
        if size > MARKED:
            raise _unmarkable(file, problems, f"it unpacks to more than {MARKED >> 20} MiB, too much to be marked")
        with warnings.catch_warnings():  # not for threads, as no filter is; openpyxl tells what it leaves out of a copy
            warnings.simplefilter("ignore")
            return _Marked(load_workbook(file))
    except CaseError:
        raise
    except Exception as error:  # openpyxl lets through whatever the parsers of zip and XML raise
        raise _unmarkable(file, problems, f"the workbook cannot be marked: {error}") from None


def _unmarkable(file: Path, problems: tuple[Problem, ...], why: str) -> CaseError:
    expected = "the other faults mended first, or the workbook saved anew by Excel or LibreOffice"
    return CaseError((*problems, Problem(file.name, f"no marked copy was written: {why}", expected=expected)))


def _anchor(page: Worksheet, row: int, column: int) -> tuple[int, int]:
    """The cell that shows what a merged one does: only that can be marked."""
    for area in page.merged_cells.ranges:
        if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
            return area.min_row, area.min_col
    return row, column


def _of_folder(folder: Path) -> _Marked:
    """The CSV files of a case as sheets of text."""
    book = Workbook()
    book.remove(book.worksheets[0])
    rows = {}
    for name in TABLES:
        file = folder / f"{name}.csv"
        if file.is_file():
            rows[name] = _fill(book.create_sheet(name), CsvText.of(file.name, file.read_bytes()))
    return _Marked(book, rows)


def _fill(page: Worksheet, text: CsvText) -> dict[int, int]:
    """Write a file's records as text; return the row of each line. A file that is no text stays empty."""
    rows: dict[int, int] = {}
    try:
        for row, (line, record) in enumerate(text.records(), 1):
            rows[line] = row
            for at, value in enumerate(record, 1):
                cell = page.cell(row, at, _printable(value))
                cell.data_type = "s"  # else a cell that begins with = would become a formula
    except UnicodeDecodeError:
        return {}
    page.freeze_panes = "A2"
    return rows


def _printable(text: str) -> str:
    """The text without the control characters that a workbook cannot hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text))


def _column(page: Worksheet, name: str) -> int:
    """Column of that header, the first where there is none."""
    first = next((row for row in page.iter_rows() if any(cell.value is not None for cell in row)), ())
    return next((int(cell.column or 1) for cell in first if str(cell.value or "").strip() == name), 1)


def _mark(cell: Any, problem: Problem) -> None:
    """Colour a cell and say in its comment what is wrong, under what was said before."""
    cell.fill = _RED
    said = f"{cell.comment.text}\n" if cell.comment else ""
    expected = f"; expected {problem.expected}" if problem.expected else ""
    cell.comment = Comment(_printable(f"{said}{problem.message}{expected}."), "Tierwise", width=360, height=120)


def _list_faults(book: Workbook, problems: tuple[Problem, ...], cells: list[Any]) -> None:
    page = book.create_sheet(_free_name(book), 0)
    for at, (title, width) in enumerate(zip(_HEAD, _WIDTHS, strict=True), 1):
        page.cell(1, at, title).font = Font(bold=True)
        page.column_dimensions[page.cell(1, at).column_letter].width = width
    for row, (problem, cell) in enumerate(zip(problems, cells, strict=True), 2):
        found = "" if problem.found is None else quoted(problem.found)
        texts = (problem.table, problem.place, problem.key, problem.column, problem.message, found, problem.expected)
        page.cell(row, 1, row - 1)
        for at, text in enumerate(texts, 2):
            page.cell(row, at, _printable(text)).data_type = "s"
        if cell is not None:
            page.cell(row, 3).hyperlink = f"#'{cell.parent.title}'!{cell.coordinate}"
            page.cell(row, 3).font = Font(underline="single", color="0563C1")
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    book.active = 0


def _free_name(book: Workbook) -> str:
    taken = {name.strip() for name in book.sheetnames}
    return next(name for name in (LIST, *(f"{LIST} {n}" for n in range(2, 1000))) if name not in taken)
