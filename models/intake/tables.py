"""One raw table to one clean table: its columns, its keys, and where each row came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..column_tables import CategoricalColumn, Cells, ColumnTable, Flags
from ..problems import Problem, ProblemList, cut, listed, suggestion
from ..row_keys import repeats, row_codes
from ..schema.fields import Column, Table
from ..text.characters import revealed
from .cells import Fault, blank_column, outside, parse
from .raw import Origin, RawCells, RawTable, RowSpan, cell_text

UNTITLED = "a column without a header, as pandas and R write for the numbers of rows"


@dataclass
class CleanTable:
    """A table whose cells are clean; faulty ones are blank and marked in `faulty`."""

    schema: Table
    content: ColumnTable
    origin: Origin
    faulty: dict[str, Flags] = field(default_factory=dict)
    """Rows with a faulty cell, by column."""

    def __len__(self) -> int:
        return len(self.content)

    @property
    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame, for checks of tables that are never large."""
        return self.content.frame

    @property
    def name(self) -> str:
        """The table's name."""
        return self.schema.name

    def key(self, row: int) -> str:
        """The row's key as `column=value`, blanks left out."""
        cells = {column: self.shown(row, column) for column in self.schema.key}
        return ", ".join(f"{column}={cut(revealed(value))}" for column, value in cells.items() if value)

    def shown(self, row: int, column: str) -> str:
        """A cell as messages show it."""
        value = self.content.columns[column][row]
        return f"{value:g}" if isinstance(value, float) and value == value else cell_text(value).replace("nan", "")

    def sound(self, *columns: str) -> Flags:
        """Rows whose cells in these columns are all free of faults."""
        sound = np.ones(len(self), dtype=bool)
        for column in columns:
            if column in self.faulty:
                sound &= ~self.faulty[column]
        return sound

    def mark(self, column: str, rows: Flags) -> None:
        """Mark cells as faulty, so that later checks pass over them."""
        if rows.any():
            self.faulty[column] = self.faulty.get(column, np.zeros(len(self), dtype=bool)) | rows

    def report(
        self,
        problems: ProblemList,
        rows: Flags,
        column: str,
        message: str | Callable[[int], str],
        expected: str | Callable[[int], str] = "",
        show: Callable[[int], str] | None = None,
    ) -> None:
        """Add a problem for each marked row, the first `problems.shown` of them one by one."""
        positions = np.flatnonzero(rows)
        for row in map(int, positions[: problems.shown]):
            found = show(row) if show else self.shown(row, column)
            said = message if isinstance(message, str) else message(row)
            wanted = expected if isinstance(expected, str) else expected(row)
            problems.add(Problem(self.name, said, self.origin.place(row, column), self.key(row), column, found, wanted))
        if len(positions) > problems.shown:
            said = message if isinstance(message, str) else message(int(positions[0]))
            rest = f"and {len(positions) - problems.shown} more rows at fault like the first: {said}"
            problems.add(Problem(self.name, rest, self.origin.name, "", column))


def empty_table(schema: Table) -> CleanTable:
    """The table without rows, with its columns and their types."""
    columns = {column.name: blank_column(column, 0).values for column in schema.columns}
    return CleanTable(schema, ColumnTable(columns, 0), RowSpan(schema.name))


def clean(raw: RawTable, schema: Table, problems: ProblemList) -> CleanTable:
    """Check columns, cells and keys of one table; everything wrong goes to `problems`."""
    _check_columns(raw, schema, problems)
    if raw.length == 0 and not schema.may_be_empty:
        problems.add(Problem(schema.name, "the table has no rows", raw.origin.name, expected="at least one row"))
    columns, faults = {}, []
    for column in schema.columns:
        present = raw.columns.get(column.name)
        if column.for_people and not present:
            continue
        parsed = parse(present, column) if present else blank_column(column, raw.length)
        columns[column.name] = parsed.values
        faults += [(column, present, _untold(fault, raw.told.get(column.name))) for fault in parsed.faults]
    table = CleanTable(schema, ColumnTable(columns, raw.length), raw.origin, dict(raw.told))
    missing = [column.name for column in schema.columns if column.required and column.name not in raw.columns]
    for name in missing:
        table.mark(name, np.ones(raw.length, dtype=bool))
    for column, present, fault in faults:
        _report_fault(table, column, present, fault, problems)
    _fill_from_other_columns(schema, columns)
    _check_kind_columns(table, columns, problems)
    _check_keys(table, problems)
    return table


def _check_columns(raw: RawTable, schema: Table, problems: ProblemList) -> None:
    known = [column.name for column in schema.columns]
    for name in raw.columns:
        if name not in known:
            message = f"unknown column{suggestion(name, known)}" if name else UNTITLED
            expected = f"only the columns {listed(known, 20)}"
            problems.add(Problem(schema.name, message, raw.origin.place(-1, name), column=name, expected=expected))
    if schema.may_be_empty and not raw.columns and not raw.length:
        return  # no row to name a column, as in [] or DataFrame()
    for column in schema.columns:
        if column.required and column.name not in raw.columns:
            expected = f"a column {column.name} with {column.expected} in every row"
            problems.add(Problem(schema.name, "missing column", raw.origin.name, column=column.name, expected=expected))


def _untold(fault: Fault, told: Flags | None) -> Fault:
    return fault if told is None else replace(fault, rows=fault.rows & ~told)


def _report_fault(table: CleanTable, column: Column, raw: RawCells | None, fault: Fault, problems: ProblemList) -> None:
    if raw is None or not fault.rows.any():
        return
    table.mark(column.name, fault.rows)

    def message(row: int) -> str:
        return fault.message + fault.hint(raw.show(row))

    def expected(row: int) -> str:
        return fault.expected + fault.advice(raw.show(row))

    table.report(problems, fault.rows, column.name, message, expected, raw.show)


def _fill_from_other_columns(schema: Table, columns: dict[str, Cells]) -> None:
    for column in schema.columns:
        if column.default_from and column.name in columns:
            values, others = (pa.array(columns[name].tolist()) for name in (column.name, column.default_from))
            columns[column.name] = CategoricalColumn.of(pc.if_else(pc.equal(values, ""), others, values))


def _check_kind_columns(table: CleanTable, columns: dict[str, Cells], problems: ProblemList) -> None:
    """Columns of one kind only: required and bounded there (`only_for`), 0 or blank elsewhere."""
    for column in table.schema.columns:
        if not column.only_for:
            continue
        values, kind = table.content.numbers(column.name), table.content.categorical("kind")
        own, other = kind.among([column.only_for]), ~kind.among(["", column.only_for])
        own &= table.sound(column.name)
        if isinstance(column.default, int | float):
            values = np.where(np.isnan(values) & own, float(column.default), values)
        table.report(
            problems,
            own & np.isnan(values),
            column.name,
            f"blank cell; {column.only_for} needs it",
            column.expected,
            str,
        )
        table.report(problems, own & outside(values, column), column.name, "out of range", column.expected)
        stray = other & ~np.isnan(values) & (values != 0)
        table.report(problems, stray, column.name, f"only a {column.only_for} model has it", "a blank cell")
        columns[column.name] = np.where(own | kind.among([""]), values, 0.0)


def _check_keys(table: CleanTable, problems: ProblemList) -> None:
    for column in table.schema.columns:
        if column.unique and column.name in table.content.columns:
            _check_unique(table, (column.name,), problems)
    if table.schema.unique:
        _check_unique(table, table.schema.key, problems)


def _check_unique(table: CleanTable, columns: Sequence[str], problems: ProblemList) -> None:
    sound, named = _counted(table, columns), " and ".join(filter(None, [", ".join(columns[:-1]), columns[-1]]))
    codes, kinds = row_codes(table.content, columns)

    def message(row: int) -> str:
        first = int(np.flatnonzero(sound & (codes == codes[row]))[0])
        return f"the same {named} as {table.origin.place(first, columns[0])}"

    expected = f"each {named} once"
    table.report(problems, repeats(codes, kinds, sound), columns[0], message, expected)


def _counted(table: CleanTable, columns: Sequence[str]) -> Flags:
    """Rows that must differ: those without a fault, and for names of rows those whose key is no fault either."""
    sound = table.sound(*columns)
    if table.schema.column(columns[0]).for_people:
        key = table.sound(*table.schema.key)
        sound &= key & ~repeats(*row_codes(table.content, table.schema.key), key)
    return sound


Tables = Mapping[str, CleanTable]
