"""A scenario's changes as far as they can be checked without the tables they edit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from ..column_tables import series
from ..problems import SHOWN, Problem, ProblemList, listed, suggestion
from ..scenario import Change, Scenario
from ..schema import TABLES, Column, ColumnKind
from ..schema.fields import REQUIRED
from .cells import parse
from .raw import cell_text, from_objects

SETTINGS = "case"
"""Table name by which a change reaches the case's settings."""
CHANGEABLE_SETTINGS = ("discount_rate",)
HOLDABLE = ("customer_classes", ("price_sensitivity", "risk_aversion"))
"""Table and columns whose changes may hold the uptake of today's menus."""


@dataclass(frozen=True)
class Edit:
    """One change with where it stands, for messages."""

    change: Change
    file: str
    """The scenario's file, or `scenario NAME`."""
    number: int
    """The change's position in its scenario, from 1."""
    cell: str = ""
    """Where the change stands in a workbook."""

    def problem(self, message: str, key: str, found: str | None = None, expected: str = "") -> Problem:
        """A problem of one key of this change."""
        place = f"change[{self.number}]" + (f" at {self.cell}" if self.cell else "")
        return Problem(self.file, message, place, f"table={self.change.table}", key, found, expected, "key")

    @property
    def schema(self) -> Mapping[str, Column]:
        """Columns of the table that the change edits."""
        return TABLES[self.change.table].by_name


def edits(scenario: Scenario, file: str, places: Mapping[str, str]) -> Iterator[Edit]:
    """The scenario's changes in order."""
    return (
        Edit(change, file, number, places.get(f"change[{number}]", ""))
        for number, change in enumerate(scenario.change, 1)
    )


def check_edit(edit: Edit, problems: ProblemList) -> bool:
    """Check a change's names, operation and values; whether it is sound."""
    before, change = len(problems), edit.change
    if change.hold_uptake and (change.table != HOLDABLE[0] or change.column not in HOLDABLE[1]):
        message = "only a change of how customers weigh a burden can hold the uptake of today's menus"
        expected = f"a change of {' or '.join(HOLDABLE[1])} of {HOLDABLE[0]}, or no hold_uptake"
        problems.add(edit.problem(message, "hold_uptake", f"{change.table}.{change.column}", expected))
    if change.table == SETTINGS:
        _check_settings_edit(edit, problems)
    elif change.table not in TABLES:
        message = f"no table has this name{suggestion(change.table, [*TABLES, SETTINGS])}"
        problems.add(edit.problem(message, "table", change.table, "the name of a table, or case"))
    elif _check_names(edit, problems):
        _check_operation(edit, problems)
        for name in change.where:
            wanted_cells(edit, name, problems)
    return len(problems) == before


def _check_settings_edit(edit: Edit, problems: ProblemList) -> None:
    if edit.change.where:
        problems.add(edit.problem("case has no rows", "where", expected="no conditions"))
    if edit.change.column not in CHANGEABLE_SETTINGS:
        hint = suggestion(edit.change.column, CHANGEABLE_SETTINGS)
        message = f"a change of case cannot reach this{hint}"
        problems.add(edit.problem(message, "column", edit.change.column, " or ".join(CHANGEABLE_SETTINGS)))


def _check_names(edit: Edit, problems: ProblemList) -> bool:
    known = [name for name, column in edit.schema.items() if not (column.filled_in or column.for_people)]
    given = [("column", edit.change.column), *(("where", name) for name in edit.change.where)]
    unknown = [(key, name) for key, name in given if name not in known]
    for key, name in unknown:
        message = f"{edit.change.table} has no column of that name{suggestion(name, known)}"
        if name in edit.schema:
            why = "it decides nothing" if edit.schema[name].for_people else "what it stands for is filled in on loading"
            message = f"no change reaches this column: {why}"
        problems.add(edit.problem(message, key, name, f"one of {listed(known, 20)}"))
    return not unknown


def _check_operation(edit: Edit, problems: ProblemList) -> None:
    column = edit.schema[edit.change.column]
    if edit.change.set is not None:
        new_value(edit, problems)
    elif column.kind not in (ColumnKind.NUMBER, ColumnKind.INTEGER):
        problems.add(edit.problem("add and multiply need a column of numbers", "column", column.name, "set = ..."))


def new_value(edit: Edit, problems: ProblemList) -> Any:
    """The value that `set` gives, read as the column's cells are."""
    column = edit.schema[edit.change.column]
    column = replace(column, default=REQUIRED) if column.blank_filled_in else column
    return _read([edit.change.set], column, edit, "set", problems).iloc[0]


def wanted_cells(edit: Edit, name: str, problems: ProblemList) -> pd.Series[Any]:
    """The values that `where` asks of a column, read as its cells are; blanks and any number are allowed."""
    wanted = edit.change.where[name]
    column = replace(edit.schema[name], default=None, default_from="", reserved=(), only_for="")
    column = replace(column, bounds=type(column.bounds)())
    return _read(wanted if isinstance(wanted, list) else [wanted], column, edit, f"where.{name}", problems)


def _read(cells: list[Any], column: Column, edit: Edit, key: str, problems: ProblemList) -> pd.Series[Any]:
    parsed = parse(from_objects(cells), column)
    for fault in parsed.faults:
        faulty = np.flatnonzero(fault.rows)
        for at in faulty[:SHOWN]:
            found = cell_text(cells[int(at)])
            message, expected = fault.message + fault.hint(found), fault.expected + fault.advice(found)
            problems.add(edit.problem(message, key, found, expected))
        if len(faulty) > SHOWN:
            problems.add(edit.problem(f"and {len(faulty) - SHOWN:,} more such values", key))
    return series(parsed.values)
