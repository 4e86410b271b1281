"""Tables as they were read, before any check, with the way back to where each cell stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..columns import Cells, ColumnTable, Flags, Words


class Origin(Protocol):
    """Says where a row of a table stands in the input."""

    @property
    def name(self) -> str:
        """The file or sheet."""

    def place(self, row: int, column: str = "") -> str:
        """Where data row `row` (from 0) stands, in the reader's own words."""


@dataclass(frozen=True)
class Rows:
    """Origin of a table without lines: built in memory, or changed by a scenario."""

    name: str

    def place(self, row: int, column: str = "") -> str:
        """Rows are counted from 1, headers not counted."""
        return f"{self.name} row {row + 1}"


CHUNK = 1 << 20
"""Rows of a large table that are looked at together."""


@dataclass(frozen=True)
class Chunk:
    """Cells of one column in some rows that follow each other, nulls where blank."""

    values: pa.Array
    odd: Flags | None = None
    """Cells that cannot be names: dates, fractions, true and false, errors of a workbook."""

    @property
    def text(self) -> pa.LargeStringArray:
        """The cells as text, "" where blank."""
        return pc.fill_null(self.values.cast(pa.large_string()), "")


class RawCells(Protocol):
    """One column as it was read."""

    def chunks(self) -> Iterator[Chunk]:
        """The column from its first row to its last; at least one chunk."""

    def show(self, row: int) -> str:
        """The cell as text, for messages."""


@dataclass(frozen=True)
class RawColumn:
    """A column in memory: strings or an Arrow type, nulls where blank."""

    values: pa.ChunkedArray
    odd: Flags | None = None
    """Cells that cannot be names."""

    def chunks(self) -> Iterator[Chunk]:
        """The column in pieces of at most `CHUNK` rows, without Arrow's dictionaries."""
        for start in range(0, max(1, len(self.values)), CHUNK):
            piece = plain(self.values[start : start + CHUNK])
            yield Chunk(piece.combine_chunks(), None if self.odd is None else self.odd[start : start + CHUNK])

    def show(self, row: int) -> str:
        """The cell as text, for messages."""
        return cell_text(self.values[row].as_py())


Values = TypeVar("Values", pa.Array, pa.ChunkedArray)


def plain(values: Values) -> Values:
    """The values without Arrow's dictionary encoding, which says how they are stored and not what they are."""
    return values.cast(values.type.value_type) if pa.types.is_dictionary(values.type) else values


@dataclass(frozen=True)
class RawTable:
    """One table as read: its columns under their stripped headers."""

    name: str
    columns: Mapping[str, RawCells]
    length: int
    origin: Origin = field(default_factory=lambda: Rows("table"))
    told: Mapping[str, Flags] = field(default_factory=dict)
    """Cells that were told as faults in reading, by column; they are blank."""


def cell_text(value: object) -> str:
    """One cell as text: blank is "", true and false in small letters, numbers in full precision."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return str(int(value))
    if isinstance(value, Real):
        return repr(float(value))
    return str(value)


def is_odd(value: object) -> bool:
    """Whether a filled cell is neither text nor a whole number."""
    whole = isinstance(value, Integral) and not isinstance(value, bool | np.bool_)
    return not (isinstance(value, str) or whole) and not is_blank(value)


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing; NaN counts, since pandas writes it for a blank."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def from_objects(values: Iterable[object]) -> RawColumn:
    """A column of cells of mixed types, as worksheets and object columns have."""
    cells = [None if is_blank(value) else value for value in values]
    texts = pa.array([cell_text(value) for value in cells], pa.large_string())
    return RawColumn(pa.chunked_array([texts]), np.fromiter(map(is_odd, cells), bool, len(cells)))


def from_series(series: pd.Series[Any]) -> RawColumn:
    """A DataFrame's column; NaN is a blank."""
    try:
        values = pa.array(series, from_pandas=True)
    except (TypeError, ValueError, OverflowError, NotImplementedError):  # Arrow's own errors derive from these
        return from_objects(series)
    return RawColumn(values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values]))


def from_frame(name: str, frame: pd.DataFrame, origin: Origin) -> RawTable:
    """A DataFrame as a raw table; its index is ignored, and of columns with one name the first is taken."""
    first = frame.loc[:, ~frame.columns.duplicated()]
    columns = {str(label).strip(): from_series(first[label]) for label in first.columns}
    return RawTable(name, columns, len(frame), origin)


def from_columns(name: str, table: ColumnTable, origin: Origin) -> RawTable:
    """A clean table as a raw one, to be checked again; NaN is a blank."""
    arrays = {column: _array(cells) for column, cells in table.columns.items()}
    return RawTable(
        name, {column: RawColumn(pa.chunked_array([cells])) for column, cells in arrays.items()}, len(table), origin
    )


def _array(cells: Cells) -> pa.Array:
    if isinstance(cells, Words):
        return pa.DictionaryArray.from_arrays(pa.array(cells.codes), cells.known)
    return pa.array(cells, from_pandas=True)


def repeated(headers: Sequence[str]) -> list[str]:
    """Headers that occur more than once, in order."""
    return sorted({header for header in headers if headers.count(header) > 1}, key=headers.index)
