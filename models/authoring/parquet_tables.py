"""Tables to Parquet, some rows at a time, so that one of tens of millions of rows takes no more memory than it has."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..column_tables import CategoricalColumn, Cells, ColumnTable
from ..intake.raw import CHUNK
from ..intake.size_limits import MAX_UNPACKED


def write_parquet(table: ColumnTable, file: Path) -> None:
    """Write a checked table as one Parquet file; NaN becomes a blank. Raises OSError."""
    schema = pa.schema([(name, _type_of(cells)) for name, cells in table.columns.items()])
    size = min(CHUNK, MAX_UNPACKED // max(map(_longest, table.columns.values()), default=1))
    with file.open("wb") as stream, pq.ParquetWriter(stream, schema) as writer:
        for start in range(0, len(table), size):
            part = [_cells(cells, slice(start, start + size)) for cells in table.columns.values()]
            writer.write_table(pa.Table.from_arrays(part, schema=schema))


def _longest(cells: Cells) -> int:
    """Bytes of the longest word of a column of text, at least 1: a row group with more text is not read again."""
    if not isinstance(cells, CategoricalColumn) or not len(cells.known):
        return 1
    return max(1, int(pc.max(pc.binary_length(cells.known)).as_py()))


def _type_of(cells: Cells) -> pa.DataType:
    return pa.large_string() if isinstance(cells, CategoricalColumn) else pa.from_numpy_dtype(cells.dtype)


def _cells(cells: Cells, rows: slice) -> pa.Array:
    if isinstance(cells, CategoricalColumn):
        return cells.known.take(pa.array(cells.codes[rows]))
    return pa.array(cells[rows], from_pandas=True)
