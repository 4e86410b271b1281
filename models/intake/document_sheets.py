"""The sheets of a workbook that are no tables: case, scenarios and changes, as the documents they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..case import CaseSettings
from ..column_tables import Flags
from ..problems import Problem, ProblemList, suggestion, suggestions
from ..schema import TABLES, ColumnKind
from .cells import PLAIN_NUMBER
from .raw import RawCells, RawTable
from .reading import Reading

SHEETS = {
    "case": ("key", "value"),
    "scenarios": ("scenario", "key", "value"),
    "changes": ("scenario", "table", "where", "column", "operation", "value", "hold_uptake"),
}
"""Columns of each sheet that is no table."""
COVER = "start here"
"""Sheet of a template that says how to fill the others; it holds nothing of a case."""
OPERATIONS = ("set", "add", "multiply")
MAY_BE_BLANK = {"case": ("value",), "scenarios": ("key", "value"), "changes": ("where", "value", "hold_uptake")}
MAY_BE_MISSING = ("hold_uptake",)
"""Columns that a sheet may lack."""
NO_NAMES = ("value", "hold_uptake")
"""Columns whose cells may be other than names."""
FLAGS = {"true": True, "false": False}
TEXT_KEYS = {"name", "currency", "choice_model", "description", "objective"}

Row = tuple[str, dict[str, str]]
"""(place, stripped cells by column)"""


def read_settings(sheet: RawTable | None, present: bool, reading: Reading, problems: ProblemList) -> None:
    """The sheet `case` as the contents of a case.toml."""
    if not present:
        expected = f"columns key and value, and the keys {', '.join(CaseSettings.model_fields)}"
        problems.add(Problem("case", "the sheet is missing", expected=expected))
    rows = _rows(sheet, problems)
    if sheet is not None and rows is not None:
        document: dict[str, Any] = {}
        reading.settings = document
        for place, cells in rows:
            _put(document, "case", place, cells, problems)
            reading.note_place("case", cells["key"], place)


def read_scenarios(sheet: RawTable | None, reading: Reading, problems: ProblemList) -> None:
    """The sheet `scenarios` as one document per scenario. A row without a key only names its scenario."""
    for place, cells in _rows(sheet, problems) or []:
        document = reading.scenarios.setdefault(cells["scenario"], {})
        if cells["key"]:
            _put(document, "scenarios", place, cells, problems)
            reading.note_place(reading.scenario_file(cells["scenario"]), cells["key"], place)


def read_changes(sheet: RawTable | None, reading: Reading, problems: ProblemList) -> None:
    """The sheet `changes`, appended in order to the documents of the scenarios it names."""
    missing: list[tuple[str, str]] = []
    for place, cells in _rows(sheet, problems) or []:
        name, change = cells["scenario"], _change(place, cells, problems)
        if name not in reading.scenarios:
            missing.append((place, name))
        elif change is not None:
            changes = reading.scenarios[name].setdefault("change", [])
            changes.append(change)
            reading.note_place(reading.scenario_file(name), f"change[{len(changes)}]", place)
    _report_missing(missing, reading, problems)


def _report_missing(missing: list[tuple[str, str]], reading: Reading, problems: ProblemList) -> None:
    """Report changes, each with its place and scenario, of scenarios that the sheet `scenarios` lacks."""
    expected = "a scenario with at least one row there; its key and value may be blank"
    told = missing[: problems.shown]
    hints = suggestions({name for _, name in told}, list(reading.scenarios))
    for place, name in told:
        message = f"no scenario of that name in the sheet scenarios{hints[name]}"
        problems.add(Problem("changes", message, place, "", "scenario", name, expected))
    if len(missing) > len(told):
        message = f"and {len(missing) - len(told):,} more rows of scenarios that are not there"
        problems.add(Problem("changes", message, "changes", "", "scenario", expected=expected))


def _rows(sheet: RawTable | None, problems: ProblemList) -> list[Row] | None:
    """The sheet's rows; None, with problems, when its columns are wrong."""
    if sheet is None:
        return None
    wanted, before = SHEETS[sheet.name], len(problems)
    for name in [column for column in sheet.columns if column not in wanted]:
        message = f"unknown column{suggestion(name, wanted)}" if name else "a column without a header"
        place = sheet.origin.place(-1, name)
        problems.add(Problem(sheet.name, message, place, "", name, expected=f"only {', '.join(wanted)}"))
    for name in [column for column in wanted if column not in (*sheet.columns, *MAY_BE_MISSING)]:
        problems.add(Problem(sheet.name, "missing column", "", "", name, expected=", ".join(wanted)))
    return list(_filled_rows(sheet, problems)) if len(problems) == before else None


def _filled_rows(sheet: RawTable, problems: ProblemList) -> Iterator[Row]:
    """Rows whose needed cells are filled and whose cells can all be used; the others are problems."""
    odd = {name: _odd(column) for name, column in sheet.columns.items() if name not in NO_NAMES}
    for row in range(sheet.length):
        cells = {name: column.show(row).strip() for name, column in sheet.columns.items()}
        needed = [name for name in cells if name not in MAY_BE_BLANK[sheet.name]]
        told = [name for name, rows in sheet.told.items() if rows[row]]
        blank = [name for name in needed if not cells[name] and name not in told]
        wrong = [name for name, rows in odd.items() if rows[row] and name not in told]
        for name in (*blank, *wrong):
            place, found = sheet.origin.place(row, name), cells[name] or None
            message = "not a name" if found else "blank cell"
            problems.add(Problem(sheet.name, message, place, "", name, found, "a name, formatted as text"))
        if not (blank or told or wrong):
            yield sheet.origin.place(row, "value"), cells


def _odd(column: RawCells) -> Flags:
    """Cells that cannot be names."""
    chunks = [(len(chunk.values), chunk.odd) for chunk in column.chunks()]
    return np.concatenate([np.zeros(length, dtype=bool) if odd is None else odd for length, odd in chunks])


def _put(document: dict[str, Any], sheet: str, place: str, cells: dict[str, str], problems: ProblemList) -> None:
    key, value = cells["key"], cells["value"]
    if key in document:
        problems.add(Problem(sheet, "the key is given twice", place, "", key, expected="each key once"))
    elif key == "change":
        expected = "rows in the sheet changes"
        problems.add(Problem(sheet, "changes have a sheet of their own", place, "", key, expected=expected))
    elif value:
        document[key] = value if key in TEXT_KEYS else typed(value)


def typed(value: str) -> str | int | float:
    """A number where the text is one: an int when it is whole."""
    if not re.match(PLAIN_NUMBER, value):
        return value
    number = float(value)
    return int(number) if number.is_integer() else number


def _change(place: str, cells: dict[str, str], problems: ProblemList) -> dict[str, Any] | None:
    operation = cells["operation"]
    if operation not in OPERATIONS:
        message = f"unknown operation{suggestion(operation, OPERATIONS)}"
        problems.add(Problem("changes", message, place, "", "operation", operation, "set, add or multiply"))
        return None
    where = read_where("changes", place, cells["where"], problems)
    if where is None:
        return None
    value = typed_value(cells["table"], cells["column"], cells["value"])
    change = {"table": cells["table"], "where": where, "column": cells["column"], operation: value}
    held = cells.get("hold_uptake", "")
    return change | {"hold_uptake": FLAGS.get(held.lower(), held)} if held else change


def typed_value(table: str, column: str, text: str) -> str | int | float:
    """What a text means in a column: itself where the column holds text, a number where it is one."""
    return text if _is_text(table, column) else typed(text)


def _is_text(table: str, column: str) -> bool:
    schema = TABLES[table].by_name if table in TABLES else {}
    return column in schema and schema[column].kind is ColumnKind.TEXT


def read_where(sheet: str, place: str, text: str, problems: ProblemList) -> dict[str, str | list[str]] | None:
    """`provider=Orbis; region=north|south` as conditions; None, with a problem, where they cannot be read."""
    where: dict[str, str | list[str]] = {}
    for part in filter(None, map(str.strip, text.split(";"))):
        name, equals, values = part.partition("=")
        if not equals or not name.strip() or name.strip() in where:
            expected = "conditions such as provider=Orbis; region=north|south, each column once"
            problems.add(Problem(sheet, "unreadable conditions", place, "", "where", text, expected))
            return None
        first, *others = [value.strip() for value in values.split("|")]
        where[name.strip()] = [first, *others] if others else first
    return where
