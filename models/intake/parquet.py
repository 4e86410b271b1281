"""Parquet files to raw tables: one file, or several in a folder of the table's name. Cells are read when needed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..problems import CaseError, Problem, ProblemList
from .access import Stamp, reason
from .raw import CHUNK, Chunk, RawTable, is_index, is_text, long_cell, plain, plain_type, repeated, scalar_text
from .size_limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_UNPACKED

PACKED = 8
"""Bytes a row below which a column with a dictionary cannot hold its words in full."""


@dataclass(frozen=True)
class ParquetRows:
    """Origin of rows in one or more Parquet files; rows are counted from 1 in each."""

    files: tuple[str, ...]
    starts: tuple[int, ...]

    @property
    def name(self) -> str:
        """The file, or the folder of several."""
        return self.files[0] if len(self.files) == 1 else self.files[0].split("/")[0]

    def place(self, row: int, column: str = "") -> str:
        """`rates.parquet row 7`; row -1 is the file's header."""
        if row < 0:
            return self.name
        at, number = self.find(row)
        return f"{self.files[at]} row {number + 1}"

    def find(self, row: int) -> tuple[int, int]:
        """(file, row inside it), both from 0."""
        at = bisect_right(self.starts, row) - 1
        return at, row - self.starts[at]


@dataclass(frozen=True)
class ParquetPart:
    """One Parquet file of a table."""

    table: str
    name: str
    stamp: Stamp
    file: pq.ParquetFile

    @property
    def rows(self) -> int:
        """How many rows the file says that it has."""
        return int(self.file.metadata.num_rows)

    @property
    def schema(self) -> pa.Schema:
        """The file's columns and their types, without those in which pandas keeps an index."""
        fields = [field for field in self.file.schema_arrow if not is_index(field.name)]
        return pa.schema([(field.name, plain_type(field.type)) for field in fields])

    def pieces(self, label: str, kind: pa.DataType) -> Iterator[pa.Array]:
        """The cells of one column, checked, `CHUNK` rows at a time; nulls where the file lacks the column."""
        if label not in self.file.schema_arrow.names:
            yield pa.nulls(self.rows, kind)
            return
        if is_text(kind):
            self._check_unpacked(label)
        start = 0
        for batch in self.file.iter_batches(CHUNK, columns=[label]):
            cells = plain(batch.column(0))
            cells.validate(full=is_text(cells.type))
            if is_text(cells.type) and (long := long_cell(cells)) is not None:
                message = f"the cell holds more than {MAX_CELL:,} characters"
                place = f"{self.name} row {start + long + 1}"
                raise CaseError([Problem(self.table, message, place, column=label, expected="a shorter cell")])
            start += len(cells)
            yield cells.cast(kind)
        if start != self.rows:
            raise pa.ArrowInvalid(f"it says that it has {self.rows:,} rows and has {start:,}")

    def _check_unpacked(self, label: str) -> None:
        """Raise `CaseError` where few words stand for more text than is read: a look at the words alone tells."""
        metadata = self.file.metadata
        for at in range(metadata.num_row_groups):
            rows = metadata.row_group(at).num_rows
            longest = self._longest_word(label, at) if _is_packed(metadata.row_group(at), label) else 0
            if longest * rows > MAX_UNPACKED:
                message = f"the column holds words of {longest:,} bytes in {rows:,} rows"
                expected = f"at most {MAX_UNPACKED:,} bytes of text"
                raise CaseError([Problem(self.table, message, self.name, column=label, expected=expected)])

    def _longest_word(self, label: str, group: int) -> int:
        """Bytes of the longest word of a column in one row group; one row is read, and with it every word."""
        file = pq.ParquetFile(self.stamp.open(), metadata=self.file.metadata, read_dictionary=[label])
        known = next(file.iter_batches(1, row_groups=[group], columns=[label])).column(0).dictionary
        return int(pc.max(pc.binary_length(known)).as_py() or 0)

    def checked(self, label: str, kind: pa.DataType) -> Iterator[pa.Array]:
        """`pieces`, a `CaseError` raised for whatever goes wrong in Arrow."""
        try:
            yield from self.pieces(label, kind)
        except CaseError:
            raise
        except Exception as error:  # only Arrow's readers work above, and they let through what they please
            raise CaseError([_unreadable(self.table, self.name, error)]) from None
        self.stamp.check(self.table, self.name)

    def cell(self, label: str, row: int) -> str:
        """A cell as text, for messages."""
        group = 0
        if label not in self.file.schema_arrow.names:
            return ""
        while row >= self.file.metadata.row_group(group).num_rows:
            row -= self.file.metadata.row_group(group).num_rows
            group += 1
        return scalar_text(self.file.read_row_group(group, columns=[label]).column(0)[row])


@dataclass(frozen=True)
class ParquetColumn:
    """A column that stays on disk: only the chunk that is looked at is in memory."""

    label: str
    parts: tuple[ParquetPart, ...]
    origin: ParquetRows
    kind: pa.DataType
    """Type of the column in all files together."""

    def chunks(self) -> Iterator[Chunk]:
        """The column file by file, `CHUNK` rows at a time. Raises `CaseError` where a file is damaged."""
        empty = True
        for part in self.parts:
            for cells in part.checked(self.label, self.kind):
                empty = False
                yield Chunk(cells)
        if empty:
            yield Chunk(pa.array([], self.kind))

    def show(self, row: int) -> str:
        """The cell as text, for messages."""
        at, row = self.origin.find(row)
        return self.parts[at].cell(self.label, row)


def _is_packed(group: Any, label: str) -> bool:
    """Whether a column holds its words apart from its rows, and little else."""
    chunks = map(group.column, range(group.num_columns))
    chunk = next((chunk for chunk in chunks if chunk.path_in_schema == label), None)
    return chunk is not None and chunk.has_dictionary_page and chunk.total_uncompressed_size < PACKED * group.num_rows


def read_parquet(name: str, files: Mapping[str, Stamp], problems: ProblemList) -> RawTable | None:
    """One table from its files, joined in the order given; None when one is unreadable."""
    found = [_open(name, file, stamp, problems) for file, stamp in files.items()]
    parts = tuple(part for part in found if part is not None)
    if len(parts) < len(files):
        return None
    try:
        schema = pa.unify_schemas([part.schema for part in parts], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        message = f"the files do not have the same columns: {error}"
        problems.add(Problem(name, message, f"{name}/", expected="the same columns and types in every file"))
        return None
    ends = list(accumulate((part.rows for part in parts), initial=0))
    origin = ParquetRows(tuple(files), tuple(ends[:-1]))
    if not _fits(name, origin.name, schema, ends[-1], problems):
        return None
    columns = {field.name.strip(): ParquetColumn(field.name, parts, origin, field.type) for field in schema}
    return RawTable(name, columns, ends[-1], origin)


def _fits(name: str, file: str, schema: pa.Schema, rows: int, problems: ProblemList) -> bool:
    """Whether the files together keep the limits and no two of their columns have one name."""
    before = len(problems)
    for header in repeated([label.strip() for label in schema.names]):
        problems.add(Problem(name, "the column occurs twice", file, column=header, expected="each column once"))
    for count, most, what in ((len(schema), MAX_COLUMNS, "columns"), (rows, MAX_ROWS, "rows")):
        if count > most:
            message = f"the table has {count:,} {what}"
            problems.add(Problem(name, message, file, expected=f"at most {most:,} {what}"))
    return len(problems) == before


def _open(name: str, file: str, stamp: Stamp, problems: ProblemList) -> ParquetPart | None:
    try:
        part = ParquetPart(name, file, stamp, pq.ParquetFile(stamp.open()))
        _ = part.schema, part.rows
    except Exception as error:  # Arrow lets through what its readers of Thrift and of compressed data raise
        problems.add(_unreadable(name, file, error))
        return None
    twice = repeated([label.strip() for label in part.file.schema_arrow.names])
    for header in twice:
        problems.add(Problem(name, "the column occurs twice", file, column=header, expected="each column once"))
    return None if twice else part


def _unreadable(name: str, file: str, error: Exception) -> Problem:
    return Problem(name, f"the file cannot be read as Parquet: {reason(error)}", file, expected="a Parquet file")
