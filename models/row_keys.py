"""Rows found by their keys, a whole column at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .column_tables import CategoricalColumn, Cells, ColumnTable, Flags

RowCodes = NDArray[np.int64]

MOST_CODES = 2**62
"""Codes of several columns together stay below this."""
SPARSE = 64
"""A mark for every possible code is kept while there are at most this many to a row."""


def row_codes(table: ColumnTable, columns: Sequence[str]) -> tuple[RowCodes, int]:
    """One integer >= 0 per row, and a number above all of them; rows agree in these columns where the integers do."""
    codes, kinds = np.zeros(len(table), dtype=np.int64), 1
    for column in columns:
        step, count = _codes(table.columns[column])
        if kinds * count > MOST_CODES:
            codes, kinds = _codes(codes)
        codes = codes * count + step
        kinds *= count
    return codes, kinds


def _codes(cells: Cells) -> tuple[RowCodes, int]:
    """Codes of cells and a number above all of them."""
    if isinstance(cells, CategoricalColumn):
        return cells.codes.astype(np.int64), max(1, len(cells.known))
    values, codes = np.unique(cells, return_inverse=True)
    return codes.astype(np.int64), max(1, len(values))


def repeats(codes: RowCodes, kinds: int, counted: Flags) -> Flags:
    """Which counted codes (of `kinds` possible ones) occurred in a counted row before."""
    again = np.zeros(len(codes), dtype=bool)
    if kinds <= SPARSE * len(codes):  # marks are many times faster than a sort or a hash of every row
        seen = np.zeros(kinds, dtype=bool)
        seen[codes[counted]] = True
        if np.count_nonzero(seen) == np.count_nonzero(counted):
            return again
    again[counted] = pd.Series(codes[counted]).duplicated().to_numpy()
    return again


def row_positions(table: ColumnTable, target: ColumnTable, columns: Sequence[str]) -> RowCodes:
    """First row of `target` that agrees with each row of `table` in these columns of text; -1 where none does."""
    wanted, known = np.zeros(len(table), dtype=np.int64), np.ones(len(table), dtype=bool)
    held, kinds = row_codes(target, columns)
    for column in columns:
        words = target.categorical(column)
        place = table.categorical(column).positions(words)
        wanted = wanted * max(1, len(words.known)) + place
        known &= place >= 0
    found = np.full(len(table), -1, dtype=np.int64)
    found[known] = _first_rows(held, kinds, wanted[known])
    return found


def _first_rows(held: RowCodes, kinds: int, wanted: RowCodes) -> RowCodes:
    """First place of each wanted code among those held, -1 where it is not."""
    if kinds <= SPARSE * len(held):
        first = np.full(kinds, -1, dtype=np.int64 if len(held) > np.iinfo(np.int32).max else np.int32)
        first[held[::-1]] = np.arange(len(held) - 1, -1, -1)  # of several places the last one written stays
        return first[wanted].astype(np.int64)
    order = np.argsort(held, kind="stable")
    at = np.minimum(np.searchsorted(held[order], wanted), max(0, len(held) - 1))
    return np.where(held[order[at]] == wanted, order[at], -1) if len(held) else np.full(len(wanted), -1)
