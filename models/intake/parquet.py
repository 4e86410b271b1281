"""Parquet files to raw tables: one file, or several in a folder of the table's name. Cells are read when needed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ..problems import CaseError, Problem, ProblemList
from .raw import CHUNK, Chunk, RawTable, cell_text, plain, repeated


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
class ParquetColumn:
    """A column that stays on disk: only the chunk that is looked at is in memory."""

    table: str
    label: str
    parts: tuple[pq.ParquetFile, ...]
    origin: ParquetRows
    kind: pa.DataType
    """Type of the column in all files together."""

    def chunks(self) -> Iterator[Chunk]:
        """The column file by file, `CHUNK` rows at a time. Raises `CaseError` where a file is damaged."""
        empty = True
        for file, part in zip(self.origin.files, self.parts, strict=True):
            try:
                for piece in self._pieces(part):
                    empty = False
                    yield Chunk(plain(piece).cast(self.kind))
            except (pa.ArrowInvalid, OSError) as error:
                raise CaseError([_unreadable(self.table, file, error)]) from None
        if empty:
            yield Chunk(pa.array([], self.kind))

    def _pieces(self, part: pq.ParquetFile) -> Iterator[pa.Array]:
        if self.label in part.schema_arrow.names:
            batches = part.iter_batches(CHUNK, columns=[self.label])
            return (batch.column(0) for batch in batches)
        return iter([pa.nulls(part.metadata.num_rows, self.kind)])

    def show(self, row: int) -> str:
        """The cell as text, for messages."""
        at, row = self.origin.find(row)
        part, group = self.parts[at], 0
        if self.label not in part.schema_arrow.names:
            return ""
        while row >= part.metadata.row_group(group).num_rows:
            row -= part.metadata.row_group(group).num_rows
            group += 1
        return cell_text(part.read_row_group(group, columns=[self.label]).column(0)[row].as_py())


def read_parquet(name: str, files: Mapping[str, Path], problems: ProblemList) -> RawTable | None:
    """One table from its files, joined in the order given; None when one is unreadable."""
    found = {file: _open(name, file, path, problems) for file, path in files.items()}
    parts = {file: part for file, part in found.items() if part is not None}
    if len(parts) < len(files):
        return None
    try:
        schema = pa.unify_schemas([_schema(part) for part in parts.values()], promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        message = f"the files do not have the same columns: {error}"
        problems.add(Problem(name, message, f"{name}/", expected="the same columns and types in every file"))
        return None
    ends = list(accumulate((part.metadata.num_rows for part in parts.values()), initial=0))
    origin = ParquetRows(tuple(parts), tuple(ends[:-1]))
    columns = {
        field.name.strip(): ParquetColumn(name, field.name, tuple(parts.values()), origin, field.type)
        for field in schema
    }
    return RawTable(name, columns, ends[-1], origin)


def _schema(part: pq.ParquetFile) -> pa.Schema:
    """The file's columns and their types, without those in which pandas keeps an index."""
    fields = [field for field in part.schema_arrow if not field.name.startswith("__index_level_")]
    values = [field.type.value_type if pa.types.is_dictionary(field.type) else field.type for field in fields]
    return pa.schema([(field.name, kind) for field, kind in zip(fields, values, strict=True)])


def _open(name: str, file: str, path: Path, problems: ProblemList) -> pq.ParquetFile | None:
    try:
        part = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        problems.add(_unreadable(name, file, error))
        return None
    twice = repeated([label.strip() for label in part.schema_arrow.names])
    for header in twice:
        problems.add(Problem(name, "the column occurs twice", file, column=header, expected="each column once"))
    return None if twice else part


def _unreadable(name: str, file: str, error: Exception) -> Problem:
    reason = str(error).splitlines()[0]
    return Problem(name, f"the file cannot be read as Parquet: {reason}", file, expected="a Parquet file")
