"""Tables as they were read, before any check, with the way back to where each cell stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Integral, Real
from typing import Any, Protocol, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from ..column_tables import CategoricalColumn, Cells, ColumnTable, Flags
from .size_limits import MAX_CELL


class Origin(Protocol):
    """Says where a row of a table stands in the input."""

    @property
    def name(self) -> str:
        """The file or sheet."""

    def place(self, row: int, column: str = "") -> str:
        """Where data row `row` (from 0) stands, in the reader's own words."""


@dataclass(frozen=True)
class RowSpan:
    """Origin of a table without lines: built in memory, or changed by a scenario."""

    name: str

    def place(self, row: int, column: str = "") -> str:
        """Rows are counted from 1, headers not counted."""
        return f"{self.name} row {row + 1}"


EXACT_INTEGER = 2.0**53
"""Beyond this a float64 no longer tells neighbouring integers apart."""
LONGEST_NUMBER = 300
"""Digits of the longest whole number that is written out; a float holds no more."""
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
        return scalar_text(self.values[row])


Values = TypeVar("Values", pa.Array, pa.ChunkedArray)


def plain(values: Values) -> Values:
    """The values without Arrow's dictionaries and views, which say how they are stored and not what they are."""
    return values.cast(plain_type(values.type))


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type of what is stored."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return pa.large_string() if pa.types.is_string_view(kind) else kind


@dataclass(frozen=True)
class RawTable:
    """One table as read: its columns under their stripped headers."""

    name: str
    columns: Mapping[str, RawCells]
    length: int
    origin: Origin = field(default_factory=lambda: RowSpan("table"))
    told: Mapping[str, Flags] = field(default_factory=dict)
    """Cells that were told as faults in reading, by column; they are blank."""


def cell_text(value: object) -> str:
    """One cell as text: blank is "", true and false in small letters, numbers in full precision."""
    if value is None or value is pd.NA or value is pd.NaT:
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, Integral):
        return _digits(int(value))
    if isinstance(value, Real):
        return repr(float(value))
    return str(value)


def scalar_text(scalar: pa.Scalar) -> str:
    """A value of Arrow as text; its type where Python has no such value, as for dates after the year 9999."""
    try:
        return cell_text(scalar.as_py())
    except (ValueError, OverflowError, ArithmeticError):
        return f"a value of type {scalar.type}"


def _digits(number: int) -> str:
    """The number as text, in words where it is so long that Python would not write it."""
    length = int(number.bit_length() * 0.30103) + 1
    return str(number) if length < LONGEST_NUMBER else f"a whole number of about {length:,} digits"


def whole(value: object) -> object:
    """A whole number as an int however it is stored, such as 1001.0 or Decimal("1001"); anything else as it is.

    A float beyond `EXACT_INTEGER` may have been another number before, so it stays a float.
    """
    if isinstance(value, Decimal):
        small = value.is_finite() and value.adjusted() < LONGEST_NUMBER
        return int(value) if small and value == value.to_integral_value() else value
    if isinstance(value, Real) and not isinstance(value, Integral | np.bool_):
        number = float(value)
        return int(number) if number.is_integer() and abs(number) <= _exact(value) else value
    return value


def _exact(value: object) -> float:
    """The largest whole number up to which this kind of float tells all of them apart."""
    return float(2 ** (np.finfo(type(value)).nmant + 1)) if isinstance(value, np.floating) else EXACT_INTEGER


def is_odd(value: object) -> bool:
    """Whether a filled cell is neither text nor a whole number, however that is stored."""
    number = whole(value)
    if isinstance(number, Integral) and not isinstance(number, bool | np.bool_):
        return abs(int(number)).bit_length() > LONGEST_NUMBER
    return not isinstance(value, str) and not is_blank(value)


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing; NaN and NaT of any type count, since pandas and numpy write them for a blank."""
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, np.floating | np.datetime64 | np.timedelta64):
        return bool(value != value)
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value)


def from_objects(values: Iterable[object]) -> RawColumn:
    """A column of cells of mixed types, as worksheets and object columns have; 1001.0 is read as 1001."""
    cells = [None if is_blank(value) else value for value in values]
    texts = pa.array([cell_text(whole(value)) for value in cells], pa.large_string())
    return RawColumn(pa.chunked_array([texts]), np.fromiter(map(is_odd, cells), bool, len(cells)))


def as_names(chunk: Chunk) -> Chunk:
    """The cells as names: whole numbers of a float or decimal column in digits alone, its other numbers odd."""
    kind = chunk.values.type
    if pa.types.is_floating(kind):
        numbers = np.asarray(chunk.values.cast(pa.float64()).fill_null(np.nan))
        fine = (numbers == np.trunc(numbers)) & (np.abs(numbers) <= _exact(kind.to_pandas_dtype()()))
        digits, blank = pa.array(np.where(fine, numbers, 0.0).astype(np.int64)), np.isnan(numbers)
    elif pa.types.is_decimal(kind):
        floor = pc.floor(chunk.values)
        fine = np.asarray(pc.equal(floor, chunk.values).fill_null(False))
        digits, blank = floor.cast(pa.decimal256(76, 0)), np.asarray(chunk.values.is_null())
    else:
        return chunk
    written = pc.if_else(pa.array(fine), digits.cast(pa.large_string()), chunk.values.cast(pa.large_string()))
    return Chunk(pc.if_else(pa.array(blank), None, written), ~fine & ~blank)


def column_of(cells: Any) -> RawColumn:
    """A column in memory, such as a Series, an array or a list; NaN is a blank."""
    if isinstance(cells, pa.Array | pa.ChunkedArray):
        values = cells
    else:
        try:
            values = pa.array(cells, from_pandas=True)
        except (TypeError, ValueError, OverflowError, NotImplementedError):  # Arrow's own errors derive from these
            return from_objects(cells)
    return RawColumn(values if isinstance(values, pa.ChunkedArray) else pa.chunked_array([values]))


def from_columns(name: str, table: ColumnTable, origin: Origin) -> RawTable:
    """A clean table as a raw one, to be checked again; NaN is a blank."""
    arrays = {column: _array(cells) for column, cells in table.columns.items()}
    return RawTable(
        name, {column: RawColumn(pa.chunked_array([cells])) for column, cells in arrays.items()}, len(table), origin
    )


def _array(cells: Cells) -> pa.Array:
    if isinstance(cells, CategoricalColumn):
        return pa.DictionaryArray.from_arrays(pa.array(cells.codes), cells.known)
    return pa.array(cells, from_pandas=True)


def is_index(label: object) -> bool:
    """Whether a column of an Arrow table is one in which pandas keeps its index, which holds nothing of the table."""
    return isinstance(label, str) and label.startswith("__index_level_")


def is_text(kind: pa.DataType) -> bool:
    """Whether cells of this type of Arrow are text."""
    return any(test(kind) for test in (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view))


def long_cell(values: pa.Array) -> int | None:
    """The first row, from 0, with a text of more than `MAX_CELL` characters; None where there is none."""
    if not len(values) or (pc.max(pc.binary_length(values)).as_py() or 0) <= MAX_CELL:
        return None
    at = pc.index(pc.greater(pc.utf8_length(values), MAX_CELL), True).as_py()
    return None if at < 0 else int(at)


def repeated(headers: Sequence[str]) -> list[str]:
    """Headers that occur more than once, in order."""
    return [header for header, count in Counter(headers).items() if count > 1]
