"""Tables given in memory to raw tables: DataFrames, Arrow tables, rows as dicts, columns as a dict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from ..problems import Problem, ProblemList
from .access import guarded
from .raw import RawColumn, RawTable, RowSpan, column_of, is_index, is_text, repeated
from .size_limits import MAX_COLUMNS

FORMS = "a pandas DataFrame, an Arrow table, a list of rows as dicts, or a dict of columns"
Columns = Sequence[tuple[object, Any]]
"""(label, cells) of each column."""


def from_memory(name: str, given: object, problems: ProblemList) -> RawTable | None:
    """A table as a raw one; None, with problems, where it is none or its labels are at fault. NaN and None are blanks.

    The index of a DataFrame is ignored, and so is one that an Arrow table was given by pandas.
    """
    before = len(problems)
    columns = _columns(name, given, problems)
    if len(problems) == before:
        _check_labels(name, [label for label, _ in columns], problems)
    if len(problems) > before:
        return None
    raw: dict[str, RawColumn] = {}
    for label, cells in columns:
        with guarded(name, f"column {label}", problems, what="the cells"):
            column = column_of(cells)
            column.values.validate(full=is_text(column.values.type))
            raw[str(label).strip()] = column
    lengths = {len(column.values) for column in raw.values()}
    if len(lengths) > 1:
        problems.add(Problem(name, "the columns differ in length", expected="a cell of each column in every row"))
    return RawTable(name, raw, max(lengths, default=0), RowSpan(name)) if len(problems) == before else None


def _columns(name: str, given: object, problems: ProblemList) -> Columns:
    """The columns of anything that is a table; none, with a problem, where it is none."""
    found: Columns | None = None
    before = len(problems)
    if isinstance(given, pd.DataFrame):
        found = [(label, given.iloc[:, at]) for at, label in enumerate(given.columns)]
    elif isinstance(given, Mapping):
        found = list(given.items()) if all(map(_is_column, given.values())) else None
    elif isinstance(given, Sequence) and not isinstance(given, str | bytes):
        found = _of_rows(given) if all(isinstance(row, Mapping) for row in given) else None
    elif isinstance(given, pa.RecordBatch) or hasattr(given, "__arrow_c_stream__"):
        with guarded(name, name, problems, what="the table"):
            table = pa.table(given)
            table.validate(full=True)
            labelled = zip(table.schema.names, table.columns, strict=True)
            found = [(label, cells) for label, cells in labelled if not is_index(label)]
    if found is None and len(problems) == before:
        kind = f"{type(given).__module__}.{type(given).__qualname__}".removeprefix("builtins.")
        problems.add(Problem(name, f"this is no table but of type {kind}", expected=FORMS))
    return found or []


def _is_column(cells: object) -> bool:
    return isinstance(cells, list | tuple | np.ndarray | pd.Series | pd.Index | pa.Array | pa.ChunkedArray)


def _of_rows(rows: Sequence[Mapping[object, object]]) -> Columns:
    """Columns in the order in which the rows name them; a row that lacks one has a blank there."""
    labels = dict.fromkeys(label for row in rows for label in row)
    return [(label, [row.get(label) for row in rows]) for label in labels]


def _check_labels(name: str, labels: Iterable[object], problems: ProblemList) -> None:
    """Every label a text of its own, however many blanks surround it."""
    listed = list(labels)
    if len(listed) > MAX_COLUMNS:
        problems.add(
            Problem(name, f"the table has {len(listed):,} columns", expected=f"at most {MAX_COLUMNS:,} columns")
        )
        return
    odd = [label for label in listed if not isinstance(label, str)]
    if odd:
        several = isinstance(odd[0], tuple)
        message = "the columns have labels of several levels" if several else "a column's label is no text"
        problems.add(Problem(name, message, found=repr(odd[0])[:200], expected="the column's name as one text"))
    for label in repeated([label.strip() for label in listed if isinstance(label, str)]):
        problems.add(Problem(name, "the column occurs twice", column=label, expected="each column once"))
