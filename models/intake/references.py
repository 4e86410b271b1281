"""References between tables: what one table names, another must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from ..problems import ProblemList, listed, suggestions
from ..row_keys import row_positions
from ..schema import TABLES
from ..schema.fields import Column, Table
from .tables import CleanTable, Tables


def check_references(tables: Tables, changed: Collection[str], problems: ProblemList) -> None:
    """Check every reference from or to a changed table; names that are faulty themselves are passed over."""
    for schema, column, target in _references():
        if schema.name in tables and target in tables and {schema.name, target} & set(changed):
            _check_column(tables[schema.name], column, tables[target], problems)
    for schema in TABLES.values():
        for columns, target in schema.pairs:
            if schema.name in tables and target in tables and {schema.name, target} & set(changed):
                _check_pair(tables[schema.name], columns, tables[target], problems)


def _references() -> Iterator[tuple[Table, Column, str]]:
    for schema in TABLES.values():
        for column in schema.columns:
            if column.refers:
                yield schema, column, column.refers.split(".")[0]


def _check_column(table: CleanTable, column: Column, target: CleanTable, problems: ProblemList) -> None:
    values = table.content.categorical(column.name)
    field = column.refers.split(".")[1]
    if _says_nothing(target, field):
        return
    known = target.content.categorical(field)
    strange = values.places(known) < 0
    if not strange.any():
        return
    unknown = strange[values.codes] & ~values.among(["", *column.also]) & table.sound(column.name)
    table.mark(column.name, unknown)
    if not unknown.any():
        return
    words = sorted({*known.known.to_pylist(), *column.also} - {""})
    hints = suggestions([values[row] for row in np.flatnonzero(unknown)[: problems.shown]], words)

    def message(row: int) -> str:
        return f"no {field} of that name in {target.name}{hints[values[row]]}"

    expected = f"one of {listed(words)}" if words else f"a row in {target.name}, which is empty"
    table.report(problems, unknown, column.name, message, expected)


def _says_nothing(target: CleanTable, field: str) -> bool:
    """Whether the table's own fault (no rows, a missing column) already explains every missing name."""
    if not len(target):
        return not target.schema.may_be_empty
    return not target.sound(field).any()


def _check_pair(table: CleanTable, columns: tuple[str, ...], target: CleanTable, problems: ProblemList) -> None:
    held = row_positions(table.content, target.content, columns)
    unknown = table.sound(*columns) & (held < 0)
    message = f"no row of {target.name} has this {' and '.join(columns)}"
    table.mark(columns[-1], unknown)
    table.report(problems, unknown, columns[-1], message, f"a pair that {target.name} holds")
