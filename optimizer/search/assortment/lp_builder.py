"""A builder of linear programs: columns, rows and entries in blocks, each column and row with a key.

A column or row has the same key in the programs of a node and of its children, so that the basis of one warm-starts
the others.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from models.catalog import Array, Codes

from ...lp.arrays import MixedIntegerProgram
from ...lp.solver import BASIC, LOWER

BLOCK = 1 << 40
"""Number of keys of one kind of column or row."""


@dataclass(frozen=True)
class Basis:
    """An optimal basis: HiGHS status of each column and row by its key, keys rising; shape (columns,) or (rows,)."""

    column_keys: Codes
    columns: Codes
    row_keys: Codes
    rows: Codes

    def for_columns(self, keys: Codes) -> Codes:
        """Status of columns by key; those unknown are at their lower bound."""
        return _looked_up(self.column_keys, self.columns, keys, LOWER)

    def for_rows(self, keys: Codes) -> Codes:
        """Status of rows by key; those unknown are basic."""
        return _looked_up(self.row_keys, self.rows, keys, BASIC)


def _looked_up(known: Codes, values: Codes, keys: Codes, other: int) -> Codes:
    if not len(known):
        return np.full(len(keys), other, dtype=np.int64)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, values[at], other).astype(np.int64)


def basis_of(column_keys: Codes, columns: Codes, row_keys: Codes, rows: Codes) -> Basis:
    """A basis from statuses in any order."""
    c, r = np.argsort(column_keys), np.argsort(row_keys)
    return Basis(column_keys[c], columns[c].astype(np.int64), row_keys[r], rows[r].astype(np.int64))


@dataclass
class LpBuilder:
    """A linear program under construction; costs are minimized."""

    offset: float = 0.0
    """Constant of the objective."""
    width: int = 0
    height: int = 0
    _columns: list[tuple[Codes, Array, Array, Array]] = field(default_factory=list)
    _rows: list[tuple[Codes, Array, Array]] = field(default_factory=list)
    _entries: list[tuple[Codes, Codes, Array]] = field(default_factory=list)
    _costs: list[tuple[Codes, Array]] = field(default_factory=list)

    def columns(self, kind: int, ids: Codes, low: Array | float, high: Array | float) -> Codes:
        """Add columns with ids of one kind and bounds; their positions."""
        count = len(ids)
        keys = kind * BLOCK + np.asarray(ids, dtype=np.int64)
        self._columns.append((keys, np.zeros(count), np.broadcast_to(low, count), np.broadcast_to(high, count)))
        self.width += count
        return np.arange(self.width - count, self.width)

    def rows(self, kind: int, ids: Codes, low: Array | float, high: Array | float) -> Codes:
        """Add rows with ids of one kind and sides; their positions."""
        count = len(ids)
        keys = kind * BLOCK + np.asarray(ids, dtype=np.int64)
        self._rows.append((keys, np.broadcast_to(low, count), np.broadcast_to(high, count)))
        self.height += count
        return np.arange(self.height - count, self.height)

    def entries(self, rows: Codes, columns: Codes, values: Array | float) -> None:
        """Put values (added where places repeat) into rows."""
        self._entries.append((rows, columns, np.broadcast_to(np.asarray(values, dtype=float), len(rows))))

    def cost(self, columns: Codes, values: Array | float) -> None:
        """Add to the cost of columns."""
        self._costs.append((columns, np.broadcast_to(np.asarray(values, dtype=float), len(columns))))

    @property
    def column_keys(self) -> Codes:
        """Key of each column."""
        return np.concatenate([block[0] for block in self._columns])

    @property
    def row_keys(self) -> Codes:
        """Key of each row."""
        return np.concatenate([np.zeros(0, dtype=np.int64), *(block[0] for block in self._rows)])

    def program(self) -> MixedIntegerProgram:
        """The program as built, without its constant."""
        _, zeros, low, high = (np.concatenate(block) for block in zip(*self._columns, strict=True))
        cost = zeros
        for places, values in self._costs:
            np.add.at(cost, places, values)
        empty = np.zeros(0)
        places_of = [np.concatenate([empty.astype(np.int64), *(e[k] for e in self._entries)]) for k in (0, 1)]
        values = np.concatenate([empty, *(e[2] for e in self._entries)])
        rows = sparse.csc_matrix((values, (places_of[0], places_of[1])), shape=(self.height, self.width))
        sides = [np.concatenate([empty, *(r[k] for r in self._rows)]) for k in (1, 2)]
        return MixedIntegerProgram(cost, low, high, np.zeros(self.width, dtype=bool), rows, sides[0], sides[1])
