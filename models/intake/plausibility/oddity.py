"""A value that is legal and absurd, and the sentences that tell of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...problems import Problem
from ..tables import CleanTable

MOST_TOLD = 3
"""Rows of one oddity that are told one by one; what is wrong with a unit is wrong in the whole column."""
Rows = Sequence[int] | NDArray[np.int64]


@dataclass(frozen=True)
class Oddity:
    """Cells of one column that nobody can mean."""

    table: str
    column: str
    rows: Rows
    """Rows of the table, from 0."""
    why: str | Callable[[int], str]
    """Why it is odd: a clause, for all rows or made of the row."""
    advice: str
    """What is to be expected there or done about it, as it follows the word `expected`."""
    key: str = ""
    """What the table lacks, where it is no row that is odd."""


def sentences(oddities: Iterable[Oddity], tables: dict[str, CleanTable]) -> Iterator[str]:
    """Each oddity in words: table, row by its key, column, what was found, why it is odd and what to do."""
    for odd in oddities:
        if odd.key:
            yield str(Problem(odd.table, _why(odd, -1), key=odd.key, column=odd.column, expected=odd.advice))
        yield from _by_row(odd, tables[odd.table])


def _by_row(odd: Oddity, table: CleanTable) -> Iterator[str]:
    rows = [int(row) for row in odd.rows]
    for row in rows[:MOST_TOLD]:
        value = table.content.columns[odd.column][row]
        found = f"{value:.12g}" if isinstance(value, float) else table.shown(row, odd.column)
        yield str(Problem(odd.table, _why(odd, row), "", table.key(row), odd.column, found, odd.advice))
    if len(rows) > MOST_TOLD:
        rest = len(rows) - MOST_TOLD
        yield f"{odd.table}, column {odd.column}: {rest:,} more {'row is' if rest == 1 else 'rows are'} odd like these."


def _why(odd: Oddity, row: int) -> str:
    return odd.why if isinstance(odd.why, str) else odd.why(row)
