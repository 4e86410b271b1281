"""A scenario's changes: edits of the case's numbers, after which the changed tables are checked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from .case import Case, CaseSettings
from .fields import Column, Kind
from .intake.assemble import check_together, frames
from .intake.cells import parse
from .intake.documents import check_settings
from .intake.raw import Flags, Rows, cell_text, from_frame, from_objects
from .intake.tables import CleanTable, clean
from .problems import CaseError, Problem, ProblemList, listed, suggestion
from .scenario import Change, Scenario
from .schema import TABLES

CHANGEABLE_SETTINGS = ("discount_rate",)
NUMERIC = (Kind.NUMBER, Kind.INTEGER)


@dataclass(frozen=True)
class _Edit:
    """One change with where it stands, for messages."""

    change: Change
    scenario: str
    number: int

    @property
    def table(self) -> str:
        return f"scenario {self.scenario}"

    def problem(self, message: str, key: str, found: str | None = None, expected: str = "") -> Problem:
        """A problem of this change's key."""
        where = f"change[{self.number}]" + (f" of table {self.change.table}" if key != "table" else "")
        return Problem(self.table, message, where, column=key, found=found, expected=expected)


def apply_scenario(case: Case, scenario: str | Scenario) -> tuple[Case, Scenario]:
    """The case with the scenario's changes made in order, checked again, and the scenario.

    A name is looked up in `case.scenarios`. Raises `CaseError` for an unknown name, a change that
    names no table, column or row, and a changed table that breaks a constraint.
    """
    chosen = scenario if isinstance(scenario, Scenario) else _named(case, scenario)
    return (change_case(case, chosen) if chosen.change else case), chosen


def _named(case: Case, name: str) -> Scenario:
    if name in case.scenarios:
        return case.scenarios[name]
    known = sorted(case.scenarios)
    expected = f"one of {listed(known)}" if known else "a file scenarios/NAME.toml; the case has no scenario"
    raise CaseError([Problem("scenarios", f"no scenario of that name{suggestion(name, known)}", found=name, expected=expected)])


def change_case(case: Case, scenario: Scenario) -> Case:
    """The case with the scenario's changes made; raises `CaseError`."""
    problems = ProblemList()
    tables, settings = dict(case.tables), case.settings
    for number, change in enumerate(scenario.change, 1):
        edit = _Edit(change, scenario.name, number)
        if change.table == "case":
            settings = _change_settings(settings, edit, problems)
        elif change.table in TABLES:
            tables[change.table] = _change_table(tables[change.table], edit, problems)
        else:
            hint = suggestion(change.table, [*TABLES, "case"])
            problems.add(edit.problem(f"no table has this name{hint}", "table", change.table, "the name of a table, or case"))
    problems.check()
    changed = {change.table for change in scenario.change} - {"case"}
    tables = {**tables, **_checked_again(tables, changed, scenario.name)}
    return replace(case, settings=settings, tables=tables)


def _checked_again(tables: Mapping[str, pd.DataFrame], changed: set[str], scenario: str) -> dict[str, pd.DataFrame]:
    problems = ProblemList()
    kept = {name: CleanTable(TABLES[name], frame, Rows(name)) for name, frame in tables.items() if name not in changed}
    origin = f"{{}} after the changes of scenario {scenario},"
    new = {
        name: clean(from_frame(name, tables[name], Rows(origin.format(name))), TABLES[name], problems)
        for name in TABLES
        if name in changed
    }
    check_together({**kept, **new}, changed, problems)
    problems.check()
    return frames(new)


def _change_settings(settings: CaseSettings, edit: _Edit, problems: ProblemList) -> CaseSettings:
    change = edit.change
    if change.column not in CHANGEABLE_SETTINGS or change.where:
        key = "where" if change.where else "column"
        problems.add(edit.problem("a change of case reaches discount_rate only, without where", key, change.column))
        return settings
    value: Any = change.set
    if change.set is None:
        value = float(_edited(np.array([settings.discount_rate]), change)[0])
    checked = check_settings({**settings.model_dump(), change.column: value}, edit.table, problems)
    return checked or settings


def _change_table(frame: pd.DataFrame, edit: _Edit, problems: ProblemList) -> pd.DataFrame:
    """The frame with one change made; the frame as it was when the change is at fault."""
    before, schema, change = len(problems), TABLES[edit.change.table].by_name, edit.change
    for key, name in [("column", change.column), *(("where", name) for name in change.where)]:
        if name not in schema:
            expected = f"one of {listed(list(schema), 20)}"
            problems.add(edit.problem(f"no column of that name{suggestion(name, schema)}", key, name, expected))
    if len(problems) > before:
        return frame
    rows = _matched(frame, edit, problems)
    column = schema[change.column]
    values = _set(frame[column.name], rows, column, edit, problems)
    return frame if len(problems) > before else frame.assign(**{column.name: values})


def _matched(frame: pd.DataFrame, edit: _Edit, problems: ProblemList) -> Flags:
    """Rows that meet every condition of `where`; none is a problem."""
    rows = np.ones(len(frame), dtype=bool)
    for name, wanted in edit.change.where.items():
        cells = wanted if isinstance(wanted, list) else [wanted]
        column = replace(TABLES[edit.change.table].by_name[name], default=None, reserved=(), only_for=name)
        parsed = parse(from_objects(cells), column)
        for fault in parsed.faults:
            for at in np.flatnonzero(fault.rows):
                problems.add(edit.problem(fault.message, f"where.{name}", cell_text(cells[int(at)]), fault.expected))
        rows &= frame[name].isin(parsed.values).to_numpy(bool)
        _explain_unmatched(frame[name], parsed.values, edit, name, problems)
    if not rows.any() and not any(problem.table == edit.table for problem in problems):
        conditions = ", ".join(f"{name} = {wanted}" for name, wanted in edit.change.where.items())
        problems.add(edit.problem("the change matches no row", "where", conditions or None, "conditions that some row meets"))
    return rows


def _explain_unmatched(
    values: pd.Series[Any], wanted: pd.Series[Any], edit: _Edit, name: str, problems: ProblemList
) -> None:
    known = values.drop_duplicates()
    for missing in wanted[~wanted.isin(known)]:
        hint = suggestion(missing, known) if isinstance(missing, str) else ""
        message = f"no row of {edit.change.table} has this {name}{hint}"
        problems.add(edit.problem(message, f"where.{name}", cell_text(missing), "a value that some row has"))


def _set(values: pd.Series[Any], rows: Flags, column: Column, edit: _Edit, problems: ProblemList) -> pd.Series[Any]:
    change = edit.change
    if change.set is not None:
        return _overwritten(values, rows, column, edit, problems)
    if column.kind not in NUMERIC:
        problems.add(edit.problem("add and multiply need a column of numbers", "column", column.name, "set = ..."))
        return values
    numbers = values.to_numpy(dtype=float, copy=True)
    if np.isnan(numbers[rows]).any():
        problems.add(edit.problem("some cells it matches are blank", "where", expected="rows with a number, or set = ..."))
    numbers[rows] = _edited(numbers[rows], change)
    return pd.Series(numbers)


def _overwritten(values: pd.Series[Any], rows: Flags, column: Column, edit: _Edit, problems: ProblemList) -> pd.Series[Any]:
    parsed = parse(from_objects([edit.change.set]), column)
    for fault in parsed.faults:
        if fault.rows.any():
            found = cell_text(edit.change.set)
            problems.add(edit.problem(fault.message + fault.hint(found), "set", found, fault.expected + fault.advice(found)))
    return values.where(~rows, parsed.values.iloc[0])


def _edited(numbers: np.ndarray[Any, np.dtype[np.float64]], change: Change) -> np.ndarray[Any, np.dtype[np.float64]]:
    return numbers + change.add if change.add is not None else numbers * (1.0 if change.multiply is None else change.multiply)
