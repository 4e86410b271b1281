"""Parquet files to raw tables: one file, or several in a folder of the table's name."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from ..problems import Problem, ProblemList
from .raw import RawColumn, RawTable, repeated


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
        at = bisect_right(self.starts, row) - 1
        return f"{self.files[at]} row {row - self.starts[at] + 1}"


def read_parquet(name: str, files: dict[str, bytes], problems: ProblemList) -> RawTable | None:
    """One table from the bytes of its files, joined in the order given; None when one is unreadable."""
    parts = {file: _read_part(name, file, data, problems) for file, data in files.items()}
    tables = [table for table in parts.values() if table is not None]
    if len(tables) < len(parts):
        return None
    try:
        joined = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        message = f"the files do not have the same columns: {error}"
        problems.add(Problem(name, message, f"{name}/", expected="the same columns and types in every file"))
        return None
    starts = [0]
    for table in tables:
        starts.append(starts[-1] + table.num_rows)
    columns = {str(label).strip(): RawColumn(joined.column(at)) for at, label in enumerate(joined.column_names)}
    return RawTable(name, columns, joined.num_rows, ParquetRows(tuple(parts), tuple(starts[:-1])))


def _read_part(name: str, file: str, data: bytes, problems: ProblemList) -> pa.Table | None:
    try:
        table = pq.ParquetFile(io.BytesIO(data)).read()
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        problems.add(Problem(name, f"the file cannot be read as Parquet: {reason}", file, expected="a Parquet file"))
        return None
    twice = repeated([label.strip() for label in table.column_names])
    for header in twice:
        problems.add(Problem(name, "the column occurs twice", file, column=header, expected="each column once"))
    keep = [at for at, label in enumerate(table.column_names) if not label.startswith("__index_level_")]
    return None if twice else table.select(keep)
