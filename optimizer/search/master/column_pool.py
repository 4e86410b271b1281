"""The column pool: every column of a search, what it adds to the totals, and when a solution last used it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.book_menu import BookMenu
from models.catalog import Codes

_log = logging.getLogger(__name__)


class ColumnPool:
    """Columns by number, in the order they were added. Numbers hold until columns are dropped."""

    def __init__(self, most: int, totals: int, uses: int) -> None:
        self.most = most
        """Columns above which those used longest ago are dropped."""
        self._columns: list[BookMenu] = []
        self._numbers: dict[BookMenu, int] = {}
        self.owner: Codes = np.zeros(0, dtype=np.int64)
        """Place of each column's book, shape (columns,)."""
        self.uses: NDArray[np.bool_] = np.zeros((0, uses), dtype=bool)
        """Tiers, models and optional products that each column uses, shape (columns, uses)."""
        self._entries = [sparse.csr_matrix((0, totals))]
        self._last_used: Codes = np.zeros(0, dtype=np.int64)
        """Solution that used each column last, by number from 1; 0 for none."""
        self._solutions = 0

    def __len__(self) -> int:
        return len(self._columns)

    def __getitem__(self, number: int) -> BookMenu:
        return self._columns[number]

    def number(self, column: BookMenu) -> int:
        """Number of a column; -1 where it is not in the pool."""
        return self._numbers.get(column, -1)

    @property
    def entries(self) -> sparse.csr_matrix:
        """What each column adds to the live totals (scaled), shape (columns, live totals)."""
        if len(self._entries) > 1:
            self._entries = [sparse.vstack(self._entries).tocsr()]
        return self._entries[0]

    @property
    def useful(self) -> list[BookMenu]:
        """Columns that some solution used."""
        return [self._columns[i] for i in np.flatnonzero(self._last_used).tolist()]

    def add(
        self, columns: Sequence[BookMenu], owner: Codes, entries: sparse.csr_matrix, uses: NDArray[np.bool_]
    ) -> None:
        """Put columns that are not in the pool into it; `owner`, `entries` and `uses` have a row for each."""
        self._numbers |= {column: number for number, column in enumerate(columns, start=len(self))}
        self._columns += columns
        self._entries.append(entries)
        self.owner = np.concatenate([self.owner, owner])
        self.uses = np.concatenate([self.uses, uses])
        self._last_used = np.concatenate([self._last_used, np.zeros(len(columns), dtype=np.int64)])

    def use(self, columns: Codes) -> None:
        """Note that a solution used these columns (by number)."""
        self._solutions += 1
        self._last_used[columns] = self._solutions

    def drop_unused(self, needed: Codes) -> Codes:
        """Drop the columns used longest ago, but those `needed`; new number of each old one, -1 where dropped."""
        rank = self._last_used.copy()
        rank[needed] = self._solutions + 1
        kept = np.sort(np.argsort(-rank, kind="stable")[: max(self.most // 2, len(needed))])
        self._entries = [self.entries[kept]]
        self._columns = [self._columns[i] for i in kept.tolist()]
        self._numbers = {column: number for number, column in enumerate(self._columns)}
        self.owner, self.uses, self._last_used = self.owner[kept], self.uses[kept], self._last_used[kept]
        _log.debug("dropped %d of %d columns of the pool", len(rank) - len(kept), len(rank))
        numbers = np.full(len(rank), -1, dtype=np.int64)
        numbers[kept] = np.arange(len(kept))
        return numbers
