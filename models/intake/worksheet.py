"""One worksheet as a raw table: its first row with content is the header; what is not as Excel shows it is told."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import pyarrow as pa
from openpyxl.utils import get_column_letter

from ..column_tables import Flags
from ..problems import Problem, ProblemList, listed
from .raw import RawCells, RawColumn, RawTable, from_objects, repeated
from .xlsx.areas import Area
from .xlsx.bad_cell import BadCell
from .xlsx.sheet_cells import SheetContent


@dataclass(frozen=True)
class Cells:
    """Origin of a sheet's rows."""

    name: str
    header: int
    rows: tuple[int, ...]
    letters: dict[str, str]

    def place(self, row: int, column: str = "") -> str:
        """`rates!F12`, or `rates!12` for a whole row; row -1 is the header."""
        number = self.header if row < 0 else self.rows[row]
        return f"{self.name}!{self.letters.get(column, '')}{number}"


def raw_table(name: str, page: SheetContent, wanted: Collection[str], problems: ProblemList) -> RawTable | None:
    """The sheet as a table; None, with problems, where its columns cannot be told apart.

    Only cells of `wanted` columns are taken up. Those that cannot be used become problems and are `told`.
    """
    if not page.rows:
        problems.add(Problem(name, "the sheet is empty", name, expected="a header row with the column names"))
        return None
    before = len(problems)
    columns = dict.fromkeys(sorted(page.columns), "")
    columns |= {number: _header(value) for number, value in sorted(page.first_row())}
    _report_repeated(name, page.rows[0], list(columns.values()), problems)
    readable = len(problems) == before
    merged = [area for area in page.merged if _touches(area, page)]
    _report_merged(name, merged, columns, problems)
    if not readable or any(area.top <= page.rows[0] for area in merged):
        return None
    return _table(name, page, columns, merged, wanted, problems)


def _header(value: object) -> str:
    return value.found if isinstance(value, BadCell) else str(value).strip()


def _report_repeated(name: str, row: int, headers: list[str], problems: ProblemList) -> None:
    for header in repeated(headers):
        message = "the column occurs twice" if header else "several columns without a header"
        problems.add(Problem(name, message, f"{name}!{row}", column=header, expected="each column once"))


def _touches(area: Area, page: SheetContent) -> bool:
    """Whether an area of several cells has one where the table stands, blank or not."""
    across = area.left <= max(page.columns) and area.right >= min(page.columns)
    down = area.top <= page.rows[-1] and area.bottom >= page.rows[0]
    return across and down and (area.left, area.top) != (area.right, area.bottom)


def _report_merged(name: str, merged: list[Area], columns: dict[int, str], problems: ProblemList) -> None:
    expected = "cells that are not merged; unmerge them and fill each cell"
    for area in merged[: problems.shown]:
        column = columns.get(area.left, "") if area.left == area.right else ""
        problems.add(Problem(name, "cells are merged", f"{name}!{area}", column=column, expected=expected))
    if len(merged) > problems.shown:
        message = f"and {len(merged) - problems.shown} more merged areas"
        problems.add(Problem(name, message, name, expected=expected))


def _fill_merged(cells: list[object], rows: Sequence[int], merged: Iterable[Area]) -> None:
    """Fill merged cells of a column with what they show, so that the other checks find only what else is wrong."""
    filled = 0
    for area in sorted(merged, key=lambda area: area.top):
        first, end = bisect_left(rows, area.top, lo=filled), bisect_right(rows, area.bottom)
        if first < end:
            cells[first:end] = [cells[first]] * (end - first)
            filled = end


def _table(
    name: str,
    page: SheetContent,
    columns: dict[int, str],
    merged: list[Area],
    wanted: Collection[str],
    problems: ProblemList,
) -> RawTable:
    letters = {header: get_column_letter(number) for number, header in columns.items()}
    origin = Cells(name, page.rows[0], tuple(page.rows[1:]), letters)
    table = RawTable(name, {}, len(origin.rows), origin)
    blank = RawColumn(pa.chunked_array([pa.nulls(table.length, pa.large_string())]))
    found: dict[str, RawCells] = {}
    told: dict[str, Flags] = {}
    for number, header in columns.items():
        if header in wanted:
            cells = page.cells(number)
            _fill_merged(cells, page.rows, [area for area in merged if area.left == area.right == number])
            del cells[0]
            told[header] = _tell_bad(table, header, cells, problems)
            found[header] = from_objects(None if isinstance(cell, BadCell) else cell for cell in cells)
        else:
            found[header] = blank
    return replace(table, columns=found, told=told)


def _tell_bad(table: RawTable, column: str, cells: list[object], problems: ProblemList) -> Flags:
    """Report cells that cannot be used, the first of each kind one by one; return which they are."""
    bad = [(row, cell) for row, cell in enumerate(cells) if isinstance(cell, BadCell)]
    counts: dict[str, int] = {}
    for row, cell in bad:
        counts[cell.expected] = counts.get(cell.expected, 0) + 1
        if counts[cell.expected] <= problems.shown:
            place = table.origin.place(row, column)
            problems.add(Problem(table.name, cell.message, place, "", column, cell.found, cell.expected))
    for expected, count in counts.items():
        if count > problems.shown:
            message = f"and {count - problems.shown} more such cells"
            problems.add(Problem(table.name, message, table.name, "", column, expected=expected))
    flags = np.zeros(len(cells), dtype=bool)
    flags[[row for row, _ in bad]] = True
    return flags


def unseen(name: str, page: SheetContent) -> list[str]:
    """Warnings about what is read although Excel does not show it, or may show another value."""
    columns = [number for number in sorted(page.columns) if any(a <= number <= b for a, b in page.hidden_columns)]
    hidden = {"row": _ranges(page.hidden_rows), "column": [get_column_letter(number) for number in columns]}
    notes = []
    for word, found in hidden.items():
        if found:
            said = (
                f"{word} {found[0]} is" if len(found) == 1 and "-" not in found[0] else f"{word}s {listed(found)} are"
            )
            notes.append(f"Sheet {name}: {said} hidden in the workbook and read all the same.")
    if page.unshown:
        notes.append(f"Sheet {name}: cells that look blank hold a value, which is read: {listed(page.unshown)}.")
    if page.passing:
        what = "formulas that refer to another workbook or change by themselves are read as they were saved"
        notes.append(f"Sheet {name}: {what}: {listed(page.passing)}.")
    return notes


def _ranges(numbers: Iterable[int]) -> list[str]:
    """`5-9` and `12`."""
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
