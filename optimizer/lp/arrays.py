"""Linear and mixed-integer programs as plain arrays, and programs made of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array

from .tolerances import TINY_COEFFICIENT


@dataclass(frozen=True)
class MixedIntegerProgram:
    """A minimization: `n` columns with cost and bounds, some of them integer, under `m` rows with two sides each."""

    cost: Array
    """Cost of each column, shape (n,)."""
    low: Array
    """Lower bound of each column, shape (n,); may be infinite."""
    high: Array
    """Upper bound of each column, shape (n,); may be infinite."""
    integer: NDArray[np.bool_]
    """Whether each column takes whole numbers only, shape (n,)."""
    rows: sparse.csc_matrix
    """Coefficients, shape (m, n)."""
    row_low: Array
    """Least value of each row, shape (m,); -inf where it has none."""
    row_high: Array
    """Most value of each row, shape (m,); inf where it has none."""
    offset: float = 0.0
    """Constant of the cost: outcomes and relative gaps count it."""


def without_tiny_coefficients(program: MixedIntegerProgram) -> MixedIntegerProgram:
    """The program without coefficients too small for the solver, with as much more room in their rows: a relaxation."""
    entries = program.rows.tocoo()
    largest = np.maximum(np.abs(program.low), np.abs(program.high))[entries.col]
    tiny = (np.abs(entries.data) < TINY_COEFFICIENT) & np.isfinite(largest)
    if not tiny.any():
        return program
    room = np.zeros(len(program.row_low))
    np.add.at(room, entries.row[tiny], np.abs(entries.data[tiny]) * largest[tiny])
    kept = (entries.data[~tiny], (entries.row[~tiny], entries.col[~tiny]))
    rows = sparse.csc_matrix(kept, shape=entries.shape)
    return replace(program, rows=rows, row_low=program.row_low - room, row_high=program.row_high + room)


def excluding(program: MixedIntegerProgram, binaries: Sequence[int]) -> MixedIntegerProgram:
    """The program without the solutions in which all of these binaries are 1."""
    chosen = np.isin(np.arange(len(program.cost)), binaries).astype(float)
    return _at_most(program, chosen, len(binaries) - 1.0)


def under(program: MixedIntegerProgram, most: float) -> MixedIntegerProgram:
    """The program without the solutions that cost more than the cutoff `most`, if that is finite."""
    return _at_most(program, program.cost, most - program.offset) if np.isfinite(most) else program


def _at_most(program: MixedIntegerProgram, row: Array, most: float) -> MixedIntegerProgram:
    return replace(
        program,
        rows=sparse.vstack([program.rows, sparse.csc_matrix(row[None, :])]).tocsc(),
        row_low=np.append(program.row_low, -np.inf),
        row_high=np.append(program.row_high, most),
    )
