"""Rows of a table as one array a column: what an audit filters, joins and adds up.

Most tables of an audit are small, and there a DataFrame for each step costs far more than the step itself.
Joins and sums keep the order that pandas gives them, and sums are those of pandas to the last bit.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Column: TypeAlias = NDArray[Any]
Codes: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]

_MOST_CODES = 2**62
"""Codes of several columns together stay below this."""


@dataclass(frozen=True, eq=False)
class Rows:
    """A table by column: text as objects, numbers and flags as they are; all columns of one length."""

    columns: Mapping[str, Column]
    length: int

    @classmethod
    def of(cls, table: Table, *names: str) -> Rows:
        """The rows of a table, with these columns or all."""
        if isinstance(table, Rows):
            return table.pick(*names) if names else table
        return cls({str(name): _cells(table[name]) for name in names or table.columns}, len(table))

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as a DataFrame."""
        text = [name for name, cells in self.columns.items() if cells.dtype == object] if not self.length else []
        made = pd.DataFrame(dict(self.columns), index=pd.RangeIndex(self.length))
        return made.astype(dict.fromkeys(text, "str" if pd.__version__ >= "3" else object))

    def pick(self, *names: str) -> Rows:
        """These columns alone."""
        return Rows({name: self.columns[name] for name in names}, self.length)

    def renamed(self, **names: str) -> Rows:
        """The rows with new names for some columns: old=new."""
        return Rows({names.get(name, name): cells for name, cells in self.columns.items()}, self.length)

    def assign(self, **columns: object) -> Rows:
        """The rows with columns added or replaced; a single value fills a column."""
        return Rows({**self.columns, **{name: self._filled(cells) for name, cells in columns.items()}}, self.length)

    def _filled(self, cells: object) -> Column:
        if isinstance(cells, np.ndarray) and cells.ndim:
            return cells
        return np.full(self.length, cells, dtype=object if isinstance(cells, str) else None)

    def where(self, wanted: Flags | Codes) -> Rows:
        """The rows that are flagged, or at these places."""
        length = np.count_nonzero(wanted) if wanted.dtype == bool else len(wanted)
        return Rows({name: cells[wanted] for name, cells in self.columns.items()}, int(length))

    def filled(self, **values: float) -> Rows:
        """The rows with a number in place of NaN in some columns."""
        return self.assign(**{name: _unblanked(self[name], value) for name, value in values.items()})

    def named(self, column: str, names: Collection[str]) -> Flags:
        """Which rows have one of these names in a column."""
        wanted = frozenset(names)
        return np.array([name in wanted for name in self[column].tolist()], dtype=bool)

    def grouped(self, by: Sequence[str]) -> tuple[Codes, Codes]:
        """Group of each row, groups sorted by these columns, and the first row of each group."""
        (codes,) = key_codes([self], by)
        _, first, group = np.unique(codes, return_index=True, return_inverse=True)
        return group, first

    def sums(self, by: Sequence[str], amounts: Sequence[str] = ()) -> Rows:
        """A row for each combination of `by`, sorted, with the sums of some columns."""
        group, first = self.grouped(by)
        added = {name: group_sums(self[name], group, len(first)) for name in amounts}
        return Rows({**{name: self[name][first] for name in by}, **added}, len(first))

    def repeated(self, keys: Sequence[str]) -> Flags:
        """Which rows agree in these columns with a row before."""
        again = np.ones(self.length, dtype=bool)
        again[self.grouped(keys)[1]] = False
        return again

    def distinct(self, keys: Sequence[str]) -> Rows:
        """The first row of each combination of these columns."""
        return self.where(~self.repeated(keys))

    def places(self, other: Rows, on: Sequence[str]) -> Codes:
        """First row of `other` that agrees with each row in these columns; -1 where none does."""
        mine, theirs = key_codes([self, other], on)
        return first_places(theirs, mine)

    def among(self, other: Rows, on: Sequence[str]) -> Flags:
        """Which rows agree in these columns with some row of `other`."""
        return self.places(other, on) >= 0

    def looked_up(self, other: Rows, on: Sequence[str]) -> Rows:
        """The rows with the other columns of `other`, which has at most one row for each key; NaN where it has none."""
        at = self.places(other, on)
        added = {name: take(cells, at) for name, cells in other.columns.items() if name not in on}
        return Rows({**self.columns, **added}, self.length)

    def joined(self, other: Rows, on: Sequence[str]) -> Rows:
        """A row for each pair that agrees in these columns, in the order of the rows, then of `other`."""
        mine, theirs = key_codes([self, other], on)
        left, right = _pairs(mine, theirs)
        added = {name: cells[right] for name, cells in other.columns.items() if name not in on}
        return Rows({**{name: cells[left] for name, cells in self.columns.items()}, **added}, len(left))


Table: TypeAlias = pd.DataFrame | Rows


@dataclass(frozen=True)
class Matched:
    """Two tables side by side on their keys, sorted by them: the rows of both, and of either alone."""

    left: Rows
    right: Rows
    on: Sequence[str]
    at_left: Codes
    """Row of `left`; -1 where only the other has the key."""
    at_right: Codes

    @classmethod
    def of(cls, left: Rows, right: Rows, on: Sequence[str]) -> Matched:
        """Match tables of which `right` has at most one row for each key."""
        mine, theirs = key_codes([left, right], on)
        rest = np.flatnonzero(first_places(mine, theirs) < 0)
        order = np.argsort(np.concatenate([mine, theirs[rest]]), kind="stable")
        at_left = np.concatenate([np.arange(len(left)), np.full(len(rest), -1)])
        at_right = np.concatenate([first_places(theirs, mine), rest])
        return cls(left, right, on, at_left[order], at_right[order])

    @cached_property
    def keys(self) -> Rows:
        """The keys of each row."""
        cells = {}
        for name in self.on:
            both = np.concatenate([self.left[name], self.right[name]])
            cells[name] = both[np.where(self.at_left >= 0, self.at_left, self.at_right + len(self.left))]
        return Rows(cells, len(self.at_left))

    @property
    def only_left(self) -> Flags:
        """Rows whose key `right` does not have."""
        return self.at_right < 0

    @property
    def only_right(self) -> Flags:
        """Rows whose key `left` does not have."""
        return self.at_left < 0

    @property
    def in_both(self) -> Flags:
        """Rows whose key both have."""
        return ~(self.only_left | self.only_right)

    def of_left(self, name: str, blank: float = np.nan) -> Column:
        """A column of `left`, `blank` where it has no value."""
        return _unblanked(take(self.left[name], self.at_left), blank)

    def of_right(self, name: str, blank: float = np.nan) -> Column:
        """A column of `right`, `blank` where it has no value."""
        return _unblanked(take(self.right[name], self.at_right), blank)


def _unblanked(cells: Column, blank: float) -> Column:
    return cells if np.isnan(blank) else np.where(pd.isna(cells), blank, cells)


def _cells(column: pd.Series[Any]) -> Column:
    return column.to_numpy() if column.dtype.kind in "biuf" else column.to_numpy(dtype=object)


def stacked(parts: Sequence[Rows], columns: Sequence[str]) -> Rows:
    """The rows of several tables one after the other, with these columns; NaN in a table that has not got one."""
    blank = np.array(np.nan)
    cells = {
        name: np.concatenate([part.columns.get(name, np.broadcast_to(blank, len(part))) for part in parts])
        for name in columns
    }
    return Rows(cells, sum(map(len, parts)))


def take(cells: Column, at: Codes) -> Column:
    """The cells at these places, NaN where the place is -1."""
    missing = at < 0
    if not missing.any():
        return cells[at]
    taken = np.full(len(at), np.nan, dtype=float if cells.dtype.kind in "iuf" else object)
    taken[~missing] = cells[at[~missing]]
    return taken


def key_codes(tables: Sequence[Rows], on: Sequence[str]) -> list[Codes]:
    """One integer >= 0 per row of each table: rows agree in these columns where the integers do; they sort alike."""
    ends = np.cumsum([len(table) for table in tables])
    codes, kinds = np.zeros(ends[-1], dtype=np.int64), 1
    for name in on:
        step, known = pd.factorize(_together([table[name] for table in tables]), sort=True, use_na_sentinel=False)
        if kinds * max(1, len(known)) > _MOST_CODES:
            found, codes = np.unique(codes, return_inverse=True)
            kinds = len(found)
        codes = codes * max(1, len(known)) + step
        kinds *= max(1, len(known))
    return np.split(codes, ends[:-1])


def _together(columns: Sequence[Column]) -> Column:
    return columns[0] if len(columns) == 1 else np.concatenate(columns)


def first_places(held: Codes, wanted: Codes) -> Codes:
    """First place of each wanted code among those held, -1 where it is not."""
    if not len(held):
        return np.full(len(wanted), -1)
    order = np.argsort(held, kind="stable")
    at = order[np.minimum(np.searchsorted(held[order], wanted), len(held) - 1)]
    return np.where(held[at] == wanted, at, -1)


def _pairs(mine: Codes, theirs: Codes) -> tuple[Codes, Codes]:
    """Every pair of places with the same code, in the order of `mine`, then of `theirs`."""
    order = np.argsort(theirs, kind="stable")
    start, end = (np.searchsorted(theirs[order], mine, side=side) for side in ("left", "right"))
    count = end - start
    left = np.repeat(np.arange(len(mine)), count)
    before = np.repeat(np.cumsum(count) - count, count)
    return left, order[np.arange(len(left)) - before + np.repeat(start, count)]


def total(values: Column) -> float:
    """Sum of all values, NaN left out."""
    return float(np.nansum(values))


def group_sums(values: Column, group: Codes, groups: int) -> NDArray[np.float64]:
    """Sum of the values of each group, NaN left out; with the rounding of pandas, which keeps what is lost."""
    sums = pd.Series(values).groupby(group).sum()
    whole = np.zeros(groups)
    whole[sums.index] = sums
    return whole


def group_peaks(values: Column, group: Codes, groups: int) -> NDArray[np.float64]:
    """Largest value of each group, NaN left out; -inf for one without any."""
    peaks = np.full(groups, -np.inf)
    np.fmax.at(peaks, group, values)
    return peaks
