"""A scenario's changes made to a case, after which the changed tables are checked again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from .case import Case, CaseSettings
from .case_warnings import LazyWarnings
from .column_tables import CategoricalColumn, Cells, ColumnTable, Flags, Tables, text_series
from .economics.held_uptake import held_appeal
from .intake.assembly import check_together, in_order
from .intake.documents import check_settings
from .intake.edits import SETTINGS, Edit, check_edit, edits, new_value, wanted_cells
from .intake.raw import RowSpan, cell_text, from_columns
from .intake.references import check_references
from .intake.tables import CleanTable, clean
from .problems import SHOWN, CaseError, Problem, ProblemList, listed, suggestion
from .scenario import Change, Scenario
from .schema import TABLES


def apply_scenario(case: Case, scenario: str | Scenario) -> tuple[Case, Scenario]:
    """The case with the scenario's changes made in order, checked again, and the scenario.

    A name is looked up in `case.scenarios`. Raises `CaseError` for an unknown name, a change that
    names no table, column or row, and a changed table that breaks a constraint.
    """
    chosen = named_scenario(case, scenario)
    if not chosen.change:
        return case, chosen
    changed = changed_case(case, chosen, f"scenario {chosen.name}", {})
    return replace(changed, warnings=LazyWarnings(changed, tuple(changed.warnings))), chosen


def named_scenario(case: Case, scenario: str | Scenario) -> Scenario:
    """The case's scenario of that name, or the scenario itself; raises `CaseError` for an unknown name."""
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, str) and scenario in case.scenarios:
        return case.scenarios[scenario]
    known, scenario = sorted(case.scenarios), str(scenario)
    expected = f"one of {listed(known)}" if known else "a file scenarios/NAME.toml; the case has no scenario"
    message = f"no scenario of that name{suggestion(scenario, known)}"
    raise CaseError([Problem("scenarios", message, found=scenario, expected=expected)])


def changed_case(case: Case, scenario: Scenario, file: str, places: Mapping[str, str]) -> Case:
    """The case with the changes made, its warnings those about a change alone; raises `CaseError`.

    `file` names the scenario in messages; `places` holds the cells of its changes in a workbook.
    """
    problems, warnings = ProblemList(), list[str]()
    settings, touched = case.settings, set[str]()
    tables = {name: case.columns(name) for name in case.tables}
    for edit in edits(scenario, file, places):
        name = edit.change.table
        if not check_edit(edit, problems):
            continue
        if name == SETTINGS:
            settings = _change_settings(settings, edit, problems)
            continue
        changed = {name: _change_table(tables[name], edit, problems)}
        if edit.change.hold_uptake:
            before = _as_it_stands(replace(case, settings=settings), tables, touched, edit, problems)
            changed |= _held(before, tables[name], changed[name], edit, warnings) if before else {}
        tables |= changed
        touched |= set(changed)
    problems.check()
    return replace(
        case, settings=settings, tables=_checked_again(tables, touched, file), warnings=tuple(dict.fromkeys(warnings))
    )


def _as_it_stands(
    case: Case, tables: Mapping[str, ColumnTable], touched: set[str], edit: Edit, problems: ProblemList
) -> Case | None:
    """The case just before a change that holds uptake; None, with problems, where it cannot be reckoned with."""
    before = len(problems)
    if not len(tables["current_menus"]):
        message, expected = "there are no current_menus, whose uptake could be held", "rows in current_menus"
        problems.add(edit.problem(message, "hold_uptake", expected=expected))
        return None
    cleaned = _cleaned(tables, touched, f"before change[{edit.number}] of {edit.file}", problems)
    check_references(cleaned, touched, problems)
    return replace(case, tables=in_order(cleaned)) if len(problems) == before else None


def _held(
    before: Case, classes: ColumnTable, changed: ColumnTable, edit: Edit, warnings: list[str]
) -> dict[str, ColumnTable]:
    """The table appeal, moved so that today's menus are taken up as before; warns of a class that cannot be held."""
    name, appeal = edit.change.column, before.columns("appeal")
    column = edit.schema[name]
    numbers = np.clip(changed.numbers(name), column.bounds.low, min(column.bounds.high, column.largest))
    moved, left = held_appeal(before, ColumnTable({**classes.columns, name: numbers}, len(classes)))
    for row in left:
        if numbers[row] != classes.numbers(name)[row]:
            segment, customer_class = (classes.categorical(key)[row] for key in ("segment", "customer_class"))
            warnings.append(
                f"The uptake of class {customer_class} of segment {segment} cannot be held: it has no free units that "
                f"today's menus offer anything. Its appeal stays as it is, though {name} changes."
            )
    return {"appeal": ColumnTable({**appeal.columns, "appeal": moved}, len(appeal))}


def exchanged(case: Case, tables: Mapping[str, ColumnTable]) -> Case:
    """The case with other tables in place of its own, checked with the rest; raises `CaseError`."""
    every = {name: case.columns(name) for name in case.tables}
    return replace(case, tables=_checked_again({**every, **tables}, set(tables), "another version"))


def _checked_again(tables: Mapping[str, ColumnTable], touched: set[str], file: str) -> Tables:
    problems = ProblemList()
    together = _cleaned(tables, touched, f"after the changes of {file}", problems)
    check_together(together, touched, problems)
    problems.check()
    return in_order(together)


def _cleaned(
    tables: Mapping[str, ColumnTable], touched: set[str], when: str, problems: ProblemList
) -> dict[str, CleanTable]:
    """The tables with the cells of those touched checked again."""
    together = {}
    for name, content in tables.items():
        schema = TABLES[name]
        if name in touched:
            origin = RowSpan(f"{when}, {name}")
            together[name] = clean(from_columns(name, content, origin), schema, problems)
        else:
            together[name] = CleanTable(schema, content, RowSpan(name))
    return together


def _change_settings(settings: CaseSettings, edit: Edit, problems: ProblemList) -> CaseSettings:
    value = edit.change.set
    if value is None:
        value = float(_edited(np.array([getattr(settings, edit.change.column)]), edit.change)[0])
    return check_settings({**settings.model_dump(), edit.change.column: value}, edit.file, problems) or settings


def _change_table(table: ColumnTable, edit: Edit, problems: ProblemList) -> ColumnTable:
    """The table with one sound change made; the table as it was when no row meets its conditions."""
    rows = _matched(table, edit, problems)
    if not rows.any():
        return table
    column = edit.change.column
    cells = table.columns[column]
    if isinstance(cells, CategoricalColumn):
        changed: Cells = CategoricalColumn.of(pc.if_else(pa.array(rows), str(new_value(edit, problems)), cells.text))
    elif edit.change.set is not None:
        changed = np.where(rows, new_value(edit, problems), cells)
    else:
        changed = np.array(cells, dtype=float)
        if np.isnan(changed[rows]).any():
            expected = "conditions that leave blank cells out, or set = ..."
            problems.add(edit.problem(f"some cells of {column} to be changed are blank", "where", expected=expected))
        changed[rows] = _edited(changed[rows], edit.change)
    return ColumnTable({**table.columns, column: changed}, len(table))


def _matched(table: ColumnTable, edit: Edit, problems: ProblemList) -> Flags:
    """Rows that meet every condition of `where`; a value or a whole that no row meets is a problem."""
    rows, before = np.ones(len(table), dtype=bool), len(problems)
    for name in edit.change.where:
        wanted, cells = wanted_cells(edit, name, problems), table.columns[name]
        known = text_series(cells.known) if isinstance(cells, CategoricalColumn) else pd.Series(np.unique(cells))
        rows &= (
            cells.among(wanted)
            if isinstance(cells, CategoricalColumn)
            else pd.Series(cells).isin(wanted).to_numpy(bool)
        )
        _report_unknown(name, known, wanted, edit, problems)
    if not rows.any() and len(problems) == before:
        conditions = ", ".join(f"{name} = {wanted}" for name, wanted in edit.change.where.items())
        expected = "conditions that some row meets"
        problems.add(edit.problem("the change matches no row", "where", conditions or None, expected))
    return rows


def _report_unknown(
    name: str, known: pd.Series[Any], wanted: pd.Series[Any], edit: Edit, problems: ProblemList
) -> None:
    unknown = wanted[~wanted.isin(known)]
    for value in unknown[:SHOWN]:
        hint = suggestion(value, known) if isinstance(value, str) and len(problems) < SHOWN else ""
        message = f"the change matches no row: none of {edit.change.table} has this {name}{hint}"
        problems.add(edit.problem(message, f"where.{name}", cell_text(value), "a value that some row has"))
    if len(unknown) > SHOWN:
        problems.add(edit.problem(f"and {len(unknown) - SHOWN:,} more values that no row has", f"where.{name}"))


def _edited(numbers: np.ndarray[Any, np.dtype[np.float64]], change: Change) -> np.ndarray[Any, np.dtype[np.float64]]:
    with np.errstate(over="ignore"):  # what becomes infinite is refused when the table is checked again
        if change.add is not None:
            return numbers + change.add
        return numbers * (1.0 if change.multiply is None else change.multiply)
