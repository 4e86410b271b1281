"""The pool of columns forgets what was of no use for longest, and keeps numbers right."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.book_menu import BookMenu
from optimizer.search.master.column_pool import ColumnPool

COLUMNS = [BookMenu(book=5 + i % 2, options=(i,), covered=frozenset({i})) for i in range(8)]


def full_pool(most: int) -> ColumnPool:
    """Eight columns; column i adds i + 1 to the one total and has the one use where i is even."""
    pool = ColumnPool(most, totals=1, uses=1)
    for part in (COLUMNS[:3], COLUMNS[3:]):
        numbers = [column.options[0] for column in part]
        entries = sparse.csr_matrix([[number + 1.0] for number in numbers])
        pool.add(
            part,
            np.array([column.book - 5 for column in part]),
            entries,
            np.array([[number % 2 == 0] for number in numbers]),
        )
    return pool


def test_what_was_used_last_and_what_is_needed_stays() -> None:
    pool = full_pool(most=8)
    for used in ([0, 1], [6], [1, 5]):
        pool.use(np.array(used))
    numbers = pool.drop_unused(needed=np.array([3]))
    kept = [1, 3, 5, 6]  # 0 was used longer ago than 1, 5 and 6; 3 is needed
    assert [column.options[0] for column in map(pool.__getitem__, range(len(pool)))] == kept
    assert numbers.tolist() == [-1, 0, -1, 1, -1, 2, 3, -1]
    assert [pool.number(column) for column in COLUMNS] == numbers.tolist()


def test_all_that_belongs_to_a_column_moves_with_it() -> None:
    pool = full_pool(most=4)
    pool.drop_unused(needed=np.array([2, 5, 7]))
    assert pool.entries.toarray().ravel().tolist() == [3.0, 6.0, 8.0]
    assert pool.owner.tolist() == [0, 1, 1]
    assert pool.uses.ravel().tolist() == [True, False, False]
    assert pool.useful == []
    pool.use(np.array([1]))
    assert pool.useful == [COLUMNS[5]]


def test_a_forgotten_column_can_come_back() -> None:
    pool = full_pool(most=2)
    pool.drop_unused(needed=np.array([7]))
    assert pool.number(COLUMNS[0]) == -1
    pool.add([COLUMNS[0]], np.zeros(1, dtype=np.int64), sparse.csr_matrix([[1.0]]), np.array([[True]]))
    assert pool.number(COLUMNS[0]) == 1
    assert pool.entries.toarray().ravel().tolist() == [8.0, 1.0]
