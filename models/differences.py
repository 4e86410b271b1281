"""What differs between two versions of a case: settings, scenarios, and the rows and cells of every table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from .case import Case
from .intake.raw import cell_text
from .scenario import Scenario
from .schema import TABLES

CHANGED, ADDED, REMOVED = "changed", "added", "removed"


class Difference(NamedTuple):
    """One difference: a cell that changed, or a row that was added or removed."""

    table: str
    """Table, `case` for settings, `scenarios` for scenarios."""
    change: str
    """`changed`, `added` or `removed`."""
    key: str
    """The row, as `column=value, column=value`."""
    column: str
    """The cell's column; blank for a whole row."""
    before: str
    """What was there, as text; of a row removed its cells."""
    after: str
    """What is there now; of a row added its cells."""


def differences(before: Case, after: Case) -> tuple[Difference, ...]:
    """Every difference from one version of a case to another, table by table in the order of the schema.

    Rows are matched by the table's key, whatever their order; of rows with the same key (contracts) the first is
    matched with the first. Defaults are filled in on both sides, so that a blank equals the value it stands for.
    """
    found = list(_of_records("case", {"": _texts(before.settings)}, {"": _texts(after.settings)}, "setting"))
    found += _of_records("scenarios", _scenarios(before), _scenarios(after), "scenario")
    for name, schema in TABLES.items():
        old, new = (case.tables[name].reindex(columns=list(schema.by_name)) for case in (before, after))
        found += _of_table(name, old, new)
    return tuple(found)


def scenario_differences(before: Scenario, after: Scenario) -> tuple[Difference, ...]:
    """Every key in which two scenarios differ, whatever their names."""
    return tuple(_of_records("scenarios", {"": _texts(before)}, {"": _texts(after)}, "scenario"))


Record = Mapping[str, str]


def _scenarios(case: Case) -> dict[str, Record]:
    return {name: _texts(scenario) for name, scenario in case.scenarios.items()}


def _texts(item: Any) -> Record:
    """Fields that have a value, as text."""
    values = item.model_dump(exclude_none=True)
    if isinstance(item, Scenario):
        del values["name"]
    changes = {f"change[{at}]": change for at, change in enumerate(values.pop("change", ()), 1)}
    return {key: _text(value) for key, value in {**values, **changes}.items()}


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_text(item)}" for key, item in value.items())
    if isinstance(value, float):
        return "" if value != value else f"{value:.12g}"
    return cell_text(value)


def _of_records(
    table: str, before: Mapping[str, Record], after: Mapping[str, Record], word: str
) -> Iterator[Difference]:
    """Differences of records by name; a field that only one has changed from or to nothing."""
    for name in dict.fromkeys([*before, *after]):
        key = f"{word}={name}" if name else ""
        old, new = before.get(name), after.get(name)
        if old is None:
            yield Difference(table, ADDED, key, "", "", _row(new or {}))
        elif new is None:
            yield Difference(table, REMOVED, key, "", _row(old), "")
        else:
            for field in dict.fromkeys([*old, *new]):
                if old.get(field) != new.get(field):
                    yield Difference(table, CHANGED, key, field, old.get(field, ""), new.get(field, ""))


def _row(cells: Record) -> str:
    return "; ".join(f"{name}={text}" for name, text in cells.items() if text)


def _of_table(name: str, before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Difference]:
    key = list(TABLES[name].key)
    both = _numbered(before, key).merge(
        _numbered(after, key), on=[*key, "#"], how="outer", suffixes=("", " after"), indicator="in", sort=False
    )
    columns = [column for column in before.columns if column not in key]
    for change, side in ((REMOVED, "left_only"), (ADDED, "right_only")):
        suffix = "" if change == REMOVED else " after"
        for row in both[both["in"] == side].to_dict("records"):
            cells = _row({column: _text(row[column + suffix]) for column in columns})
            sides = (cells, "") if change == REMOVED else ("", cells)
            yield Difference(name, change, _key(row, key), "", *sides)
    kept = both[both["in"] == "both"]
    for column in columns:
        old, new = kept[column], kept[f"{column} after"]
        for row in kept[(old != new) & ~(old.isna() & new.isna())].to_dict("records"):
            cells_of = _text(row[column]), _text(row[f"{column} after"])
            yield Difference(name, CHANGED, _key(row, key), column, *cells_of)


def _numbered(rows: pd.DataFrame, key: list[str]) -> pd.DataFrame:
    """Rows with their number among those of the same key."""
    return rows.assign(**{"#": rows.groupby(key, sort=False).cumcount() if len(rows) else 0})


def _key(row: Mapping[Any, Any], key: list[str]) -> str:
    return ", ".join(f"{column}={text}" for column in key if (text := _text(row[column])))
