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

from ..intake.case_folder import csv_files
from ..intake.records import CsvText
from ..intake.xlsx.book import open_book
from ..intake.xlsx.format_limits import MARKED
from ..intake.xlsx.weight import check_weight
from ..loading import find_problems
from ..problems import CaseError, Problem, quoted
from ..schema import TABLES
from .workbook_sheets import escaped, save

LIST = "faults"
"""Sheet that lists every fault; it is no table of a case, so reading passes over it."""
LISTED = 100_000
"""Faults that are listed; more than anyone reads, and fewer than the rows of a sheet."""
COMMENT = 2_000
"""Characters of a comment to which no more is added."""
_RED = PatternFill("solid", fgColor="F8CBAD")
_HEAD = ("number", "table", "where", "row", "column", "what is wrong", "found", "expected")
_WIDTHS = (9, 18, 22, 34, 20, 50, 26, 50)
_CELL = re.compile(r"([A-Za-z_]+)!([A-Z]*)(\d+)")
_LINE = re.compile(r"([A-Za-z_]+)\.(?i:csv) line (\d+)")


@dataclass
class _Marked:
    """A workbook to mark, and where its cells come from."""

    book: Workbook
    rows: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    """Row of each line, by table, where the case is a folder of CSV files."""
    _merged: dict[str, dict[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)

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
        header = row if at.re is _CELL else 1
        column = column_index_from_string(letters) if letters else _column(page, header, problem.column)
        if sheet not in self._merged:
            self._merged[sheet] = _anchors(page)
        return page.cell(*self._merged[sheet].get((row, column), (row, column)))


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
    marked = _of_folder(source, problems) if source.is_dir() else _of_workbook(source, problems)
    try:
        _mark_all(marked, problems)
        save(marked.book, target)
    except OSError:
        raise
    except Exception as error:  # openpyxl keeps much that it does not look at before it writes it
        raise _unmarkable(source, problems, f"{error}") from None
    return problems


def _mark_all(marked: _Marked, problems: tuple[Problem, ...]) -> None:
    cells = [marked.cell(problem) for problem in problems]
    for problem, cell in zip(problems, cells, strict=True):
        if cell is not None:
            _mark(cell, problem)
    _list_faults(marked.book, problems[:LISTED], cells[:LISTED])


def _of_workbook(file: Path, problems: tuple[Problem, ...]) -> _Marked:
    """The workbook, where nothing stands against holding the whole of it."""
    if any(problem.table in (file.name, str(file)) for problem in problems):
        raise _unmarkable(file, problems, "what cannot be read cannot be marked")
    try:
        with open_book(file) as book:
            check_weight(book)
        with warnings.catch_warnings():  # not safe among threads, as no filter is; these would be of no use to anyone
            warnings.simplefilter("ignore")
            return _Marked(load_workbook(file))
    except Exception as error:  # openpyxl lets through whatever the parsers of zip and XML raise
        raise _unmarkable(file, problems, f"{error}") from None


def _unmarkable(file: Path, problems: tuple[Problem, ...], why: str) -> CaseError:
    expected = "the listed faults mended first, or, of a workbook, a copy saved anew by Excel or LibreOffice"
    message = f"no marked copy was written: {why.splitlines()[0] if why else 'openpyxl cannot read it'}"
    return CaseError((*problems, Problem(file.name, message, expected=expected)))


def _anchors(page: Worksheet) -> dict[tuple[int, int], tuple[int, int]]:
    """The cell that shows what a merged one does, by (row, column): only that can be marked."""
    areas = page.merged_cells.ranges
    return {place: (area.min_row, area.min_col) for area in areas for row in area.rows for place in row}


def _of_folder(folder: Path, problems: tuple[Problem, ...]) -> _Marked:
    """The CSV files of a case as sheets of text."""
    size = sum(file.stat().st_size for name in TABLES if (file := folder / f"{name}.csv").is_file())
    if size > MARKED:
        raise _unmarkable(folder, problems, f"the CSV files have more than {MARKED >> 20} MiB")
    book = Workbook()
    book.remove(book.worksheets[0])
    rows = {}
    for name, file in csv_files(folder).items():
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
    except (UnicodeDecodeError, CaseError):
        return {}
    page.freeze_panes = "A2"
    return rows


def _printable(text: str) -> str:
    """The text as a workbook shows it, without the control characters that it cannot hold."""
    return escaped(str(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)))


def _column(page: Worksheet, header: int, name: str) -> int:
    """Column with that name in a header row, the first where there is none."""
    return next((int(cell.column or 1) for cell in page[header] if str(cell.value or "").strip() == name), 1)


def _mark(cell: Any, problem: Problem) -> None:
    """Colour a cell and say in its comment what is wrong, under what was said before, while that is little."""
    cell.fill = _RED
    said = f"{cell.comment.text}\n" if cell.comment else ""
    if len(said) > COMMENT:
        return
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
