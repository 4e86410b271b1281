"""A case in one `.xlsx` workbook: a sheet per table, and sheets for settings, scenarios and changes."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from ..problems import Problem, ProblemList, suggestion
from ..schema import TABLES
from .raw import RawTable, from_objects, is_blank, repeated
from .reading import Reading
from .sheets import SHEETS, read_changes, read_scenarios, read_settings

Grid = dict[int, list[object]]
"""Cells of a sheet by row number; rows without any content are left out."""


_UNCALCULATED = re.compile(rb"<f(?: [^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v(?: [^>]*)?(?:/>|>\s*</v>)\s*)?</c>")
"""A formula in a sheet's XML, and at most an empty value."""


class BadCell(str):
    """A cell whose value cannot be used, in words: an error value, or a formula that was never calculated."""


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


def read_workbook(file: Path, problems: ProblemList) -> Reading:
    """Read every sheet of a case; what cannot be read becomes a problem."""
    reading, data = Reading(settings_file="case", form="a sheet {}"), file.read_bytes()
    reading.digest(file.name, file)
    grids = _grids(data, file.name, problems)
    if not grids:
        problems.check()
    for name in grids:
        if name not in TABLES and name not in SHEETS:
            _note_stranger(name, reading, problems)
    sheets = {name: _sheet(name, grid, problems) for name, grid in grids.items() if name in TABLES or name in SHEETS}
    for name in TABLES:
        if name in sheets:
            reading.put(name, sheets[name])
    read_settings(sheets.get("case"), "case" in sheets, reading, problems)
    read_scenarios(sheets.get("scenarios"), reading, problems)
    read_changes(sheets.get("changes"), reading, problems)
    return reading


def _grids(data: bytes, file: str, problems: ProblemList) -> dict[str, Grid]:
    try:
        return _read_grids(data)
    except Exception as error:  # openpyxl lets through whatever the parsers of zip and XML raise
        expected = "an .xlsx workbook saved by Excel or LibreOffice, without a password"
        problems.add(Problem(file, f"the file cannot be read as a workbook: {error}", expected=expected))
        return {}


def _read_grids(data: bytes) -> dict[str, Grid]:
    values = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    formulas = load_workbook(io.BytesIO(data), read_only=True) if _has_uncalculated(data) else None
    grids = {}
    for sheet in values.worksheets:
        grid = _grid(sheet)
        if formulas:
            _mark_uncalculated(grid, _grid(formulas[sheet.title]))
        grids[sheet.title.strip()] = {row: cells for row, cells in grid.items() if not all(map(is_blank, cells))}
    return grids


def _has_uncalculated(data: bytes) -> bool:
    """Whether some formula has no stored value: only then is it worth the time to read the formulas too."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_UNCALCULATED.search(archive.read(name)) for name in sheets)


def _grid(sheet: Any) -> Grid:
    sheet.reset_dimensions()
    grid = {number: list(map(_value, row)) for number, row in enumerate(sheet.iter_rows(values_only=True), 1)}
    if any(isinstance(value, str) and value.startswith("#") for cells in grid.values() for value in cells):
        _mark_errors(grid, sheet)
    return grid


def _value(value: object) -> object:
    return value.strip() or None if isinstance(value, str) else value


def _mark_errors(grid: Grid, sheet: Any) -> None:
    """Put a `BadCell` where there is an error value; only a cell tells it from a text, and cells take their time."""
    for number, row in enumerate(sheet.iter_rows(), 1):
        errors = ((at, cell.value) for at, cell in enumerate(row) if cell.data_type == "e")
        for at, value in errors:
            grid[number][at] = BadCell(f"{value} (an error)")


def _mark_uncalculated(grid: Grid, formulas: Grid) -> None:
    """Put a `BadCell` where there is a formula without a stored value."""
    for number, cells in formulas.items():
        for at, formula in enumerate(cells):
            if isinstance(formula, str) and formula.startswith("=") and is_blank(grid[number][at]):
                grid[number][at] = BadCell(f"{formula} (a formula without a stored value)")


def _sheet(name: str, grid: Grid, problems: ProblemList) -> RawTable | None:
    """The sheet as a table: its first row with content is the header."""
    if not grid:
        problems.add(Problem(name, "the sheet is empty", name, expected="a header row with the column names"))
        return None
    first, *numbers = grid
    width = max(map(len, grid.values()))
    headers = [str(cell or "").strip() for cell in _padded(grid[first], width)]
    rows = [_padded(grid[number], width) for number in numbers]
    filled = [at for at, header in enumerate(headers) if header or any(not is_blank(row[at]) for row in rows)]
    twice = repeated([headers[at] for at in filled])
    for header in twice:
        message = "the column occurs twice" if header else "several columns without a header"
        problems.add(Problem(name, message, f"{name}!{first}", column=header, expected="each column once"))
    letters = {headers[at]: get_column_letter(at + 1) for at in filled}
    columns = {headers[at]: from_objects([row[at] for row in rows]) for at in filled}
    return None if twice else RawTable(name, columns, len(rows), Cells(name, first, tuple(numbers), letters))


def _padded(cells: list[object], width: int) -> list[object]:
    return cells + [None] * (width - len(cells))


def _note_stranger(name: str, reading: Reading, problems: ProblemList) -> None:
    hint = suggestion(name, [*TABLES, *SHEETS])
    if hint:
        problems.add(Problem(name, f"no table has this name{hint}", f"sheet {name}", expected="the name of a table"))
    else:
        reading.notes.append(f"Sheet {name} is no table of a case and was not read.")
