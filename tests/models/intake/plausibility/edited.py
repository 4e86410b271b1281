"""Sound cases with cells edited, and what is then said of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from models import Case, case_warnings, load_case
from models.column_tables import ColumnTable, Tables
from tests.folders import IMAGING, TINY

Where = Mapping[str, object]


@cache
def imaging() -> Case:
    return load_case(IMAGING)


@cache
def tiny() -> Case:
    return load_case(TINY)


def edited(case: Case, table: str, column: str, where: Where, value: Any) -> Case:
    """The case with a value set, or made of the old ones by a function, where all conditions hold."""
    frame = case.tables[table].copy()
    rows = _rows(frame, where)
    if pd.api.types.is_float_dtype(frame[column]):
        frame[column] = frame[column].astype(float)
    frame.loc[rows, column] = value(frame.loc[rows, column]) if callable(value) else value
    return rebuilt(case, **{table: frame})


def without(case: Case, table: str, where: Where) -> Case:
    """The case without some rows."""
    frame = case.tables[table]
    return rebuilt(case, **{table: frame[~_rows(frame, where)]})


def rebuilt(case: Case, **tables: pd.DataFrame) -> Case:
    """The case with other tables, all of them legal, and its warnings."""
    columns = {name: case.columns(name) for name in case.tables}
    columns |= {name: ColumnTable.of(frame.reset_index(drop=True)) for name, frame in tables.items()}
    changed = replace(case, tables=Tables(columns))
    return replace(changed, warnings=case_warnings(changed))


def _rows(frame: pd.DataFrame, where: Where) -> np.ndarray[Any, np.dtype[np.bool_]]:
    rows = np.ones(len(frame), dtype=bool)
    for column, wanted in where.items():
        rows &= (frame[column] == wanted).to_numpy(dtype=bool)
    assert rows.any(), where
    return rows


def times(factor: float) -> Any:
    """The old values times a factor."""
    return lambda values: values * factor


def about(case: Case, table: str, column: str) -> list[str]:
    """What is said of a column of a table."""
    return [said for said in case.warnings if said.startswith(table) and f"column {column}" in said]
