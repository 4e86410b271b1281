"""Tables by column: text as codes of its distinct words, so that tens of millions of rows stay small and quick."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CategoricalColumn:
    """A column of text: cell i holds the word `known[codes[i]]`."""

    codes: Codes
    known: pa.LargeStringArray
    """The distinct words, in the order of their first cells."""
    _latest: list[tuple[CategoricalColumn, Codes]] = field(default_factory=list, init=False, repr=False)

    @classmethod
    def of(cls, text: pa.Array | pa.ChunkedArray | Sequence[str]) -> CategoricalColumn:
        """The column of these cells, none of them null."""
        cells = text if isinstance(text, pa.Array | pa.ChunkedArray) else pa.array(text, pa.large_string())
        encoded = cells.cast(pa.large_string()).dictionary_encode()
        return cls.joined(encoded.chunks if isinstance(encoded, pa.ChunkedArray) else [encoded])

    @classmethod
    def joined(cls, parts: Sequence[pa.DictionaryArray]) -> CategoricalColumn:
        """The column of several encoded parts, one after the other."""
        kind = pa.dictionary(pa.int32(), pa.large_string())
        whole = pa.chunked_array(parts, kind).unify_dictionaries()
        codes = [np.asarray(part.indices, dtype=np.int32) for part in whole.chunks]
        known = whole.chunk(0).dictionary if whole.num_chunks else pa.array([], pa.large_string())
        return cls(np.concatenate([*codes, np.zeros(0, np.int32)]), known)

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> str:
        return str(self.known[int(self.codes[row])])

    def tolist(self) -> list[str]:
        """Every cell."""
        return self.text.to_pylist()  # type: ignore[no-any-return]  # Arrow has no types

    @property
    def text(self) -> pa.LargeStringArray:
        """Every cell, spelled out."""
        return self.known.take(pa.array(self.codes))

    def respelled(self, known: pa.Array) -> CategoricalColumn:
        """The column with other words in place of the known ones; words may become alike."""
        if known.equals(self.known):
            return self
        spelled = known.dictionary_encode()
        return CategoricalColumn(np.asarray(spelled.indices, dtype=np.int32)[self.codes], spelled.dictionary)

    def among(self, words: Iterable[str] | pa.Array) -> Flags:
        """Which cells hold one of these words."""
        wanted = words if isinstance(words, pa.Array) else pa.array(list(words), pa.large_string())
        return self.where(pc.is_in(self.known, value_set=wanted))

    def where(self, known: pa.BooleanArray) -> Flags:
        """Flags of cells from flags of the known words."""
        flags = np.asarray(known.to_numpy(zero_copy_only=False), dtype=bool)
        return flags[self.codes] if flags.any() else np.zeros(len(self), dtype=bool)

    def coded(self, names: Sequence[str]) -> Codes:
        """Position of each cell's word among `names`, -1 where it is not there."""
        place = pc.index_in(self.known, value_set=pa.array(names, pa.large_string()))
        return np.asarray(pc.fill_null(place, -1), dtype=np.int32)[self.codes]

    def positions(self, target: CategoricalColumn) -> Codes:
        """Position of each cell's word among the known words of another column, -1 where it is not there."""
        return self.places(target)[self.codes]

    def places(self, target: CategoricalColumn) -> Codes:
        """Position of each known word among those of another column, -1 where it is not there.

        Two columns that belong together are compared again and again, so the latest answer is kept.
        """
        if not self._latest or self._latest[0][0] is not target:
            place = pc.fill_null(pc.index_in(self.known, value_set=target.known), -1)
            self._latest[:] = [(target, np.asarray(place, dtype=np.int32))]
        return self._latest[0][1]


Cells = CategoricalColumn | NDArray[Any]
"""A column: text, or an array of float64, int64 or bool."""


def joined(parts: Sequence[Cells]) -> Cells:
    """Parts of one column, one after the other."""
    words = [part for part in parts if isinstance(part, CategoricalColumn)]
    if words:
        return CategoricalColumn.joined(
            [pa.DictionaryArray.from_arrays(pa.array(part.codes), part.known) for part in words]
        )
    return np.concatenate([part for part in parts if not isinstance(part, CategoricalColumn)])


def series(cells: Cells) -> pd.Series[Any]:
    """A column as pandas has it: text as `str` (as objects before pandas 3)."""
    return text_series(cells.text) if isinstance(cells, CategoricalColumn) else pd.Series(cells)


def text_series(text: pa.LargeStringArray) -> pd.Series[Any]:
    """Text as pandas has it."""
    return pd.Series(text.to_pandas(), dtype="str" if pd.__version__ >= "3" else object)


@dataclass(frozen=True, eq=False)
class ColumnTable:
    """A table as its columns, all of one length."""

    columns: Mapping[str, Cells]
    length: int

    @classmethod
    def of(cls, frame: pd.DataFrame) -> ColumnTable:
        """The table of a checked DataFrame."""
        text = {name for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])}
        columns: dict[str, Cells] = {
            str(name): CategoricalColumn.of(pa.array(frame[name], pa.large_string()))
            if name in text
            else frame[name].to_numpy()
            for name in frame.columns
        }
        return cls(columns, len(frame))

    def __len__(self) -> int:
        return self.length

    def categorical(self, column: str) -> CategoricalColumn:
        """A column of text."""
        cells = self.columns[column]
        assert isinstance(cells, CategoricalColumn)
        return cells

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column of numbers."""
        return np.asarray(self.columns[column], dtype=np.float64)

    def take(self, rows: NDArray[np.int64]) -> ColumnTable:
        """The table of these rows, each as often as it is named."""
        taken: dict[str, Cells] = {
            name: CategoricalColumn(cells.codes[rows], cells.known)
            if isinstance(cells, CategoricalColumn)
            else cells[rows]
            for name, cells in self.columns.items()
        }
        return ColumnTable(taken, len(rows))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The table as a DataFrame; made when first asked for, then kept."""
        columns = {name: series(cells) for name, cells in self.columns.items()}
        return pd.DataFrame(columns, index=pd.RangeIndex(self.length))


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name: DataFrames to whoever asks for them, columns until then."""

    def __init__(self, tables: Mapping[str, ColumnTable]) -> None:
        self._tables = dict(tables)

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._tables[name].frame

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def columns(self, name: str) -> ColumnTable:
        """One table by column."""
        return self._tables[name]
