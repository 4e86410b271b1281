"""Scaled programs as plain arrays: what can be said of one without a solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array

SPECK = 1e-8
"""Entries (scaled) below this are too small for the tolerance of integer programs.

HiGHS 1.15.1 presolves programs that hold some to worse solutions than the best, and calls them optimal.
"""


@dataclass(frozen=True)
class ScaledProgram:
    """What is passed to HiGHS: a scaled minimization."""

    cost: Array
    low: Array
    high: Array
    integer: NDArray[np.bool_]
    rows: sparse.csc_matrix
    row_low: Array
    row_high: Array
    offset: float = 0.0
    """Constant of the cost: outcomes and relative gaps count it."""


def without_specks(program: ScaledProgram) -> ScaledProgram:
    """The program without entries too small for the solver, and with as much more room in their rows: a relaxation."""
    entries = program.rows.tocoo()
    reach = np.maximum(np.abs(program.low), np.abs(program.high))[entries.col]
    small = (np.abs(entries.data) < SPECK) & np.isfinite(reach)
    if not small.any():
        return program
    room = np.zeros(len(program.row_low))
    np.add.at(room, entries.row[small], np.abs(entries.data[small]) * reach[small])
    kept = (entries.data[~small], (entries.row[~small], entries.col[~small]))
    rows = sparse.csc_matrix(kept, shape=entries.shape)
    return replace(program, rows=rows, row_low=program.row_low - room, row_high=program.row_high + room)


def excluding(program: ScaledProgram, binaries: Sequence[int]) -> ScaledProgram:
    """The program without the solutions in which all of these binaries are 1."""
    chosen = np.isin(np.arange(len(program.cost)), binaries).astype(float)
    return _at_most(program, chosen, len(binaries) - 1.0)


def under(program: ScaledProgram, most: float) -> ScaledProgram:
    """The program without the solutions that cost more than `most`, if that is finite."""
    return _at_most(program, program.cost, most - program.offset) if np.isfinite(most) else program


def _at_most(program: ScaledProgram, row: Array, most: float) -> ScaledProgram:
    return replace(
        program,
        rows=sparse.vstack([program.rows, sparse.csc_matrix(row[None, :])]).tocsc(),
        row_low=np.append(program.row_low, -np.inf),
        row_high=np.append(program.row_high, most),
    )


def box_bound(cost: Array, low: Array, high: Array, rows: sparse.csc_matrix, row_low: Array, row_high: Array,
              duals: Array) -> float:  # fmt: skip
    """Lower bound on min cost x for rows and boxes, from any row multipliers.

    L(y) = sum over rows of y row_low (y > 0) or y row_high (y < 0), plus each column's reduced cost at
    the better end of its box. Valid however the multipliers were found (Neumaier & Shcherbina 2004).
    """
    usable = np.where((duals > 0) & ~np.isfinite(row_low) | (duals < 0) & ~np.isfinite(row_high), 0.0, duals)
    sides = np.where(usable > 0, row_low, np.where(usable < 0, row_high, 0.0))
    reduced = cost - rows.T @ usable
    ends = np.where(reduced > 0, low, high)
    return float(usable @ sides + reduced @ ends)


def widest_bound(program: ScaledProgram) -> float:
    """Bound on the cost from the boxes of the columns alone: poor, and had for nothing."""
    priced = program.cost != 0
    cost, low, high = program.cost[priced], program.low[priced], program.high[priced]
    return float(program.offset + np.minimum(cost * low, cost * high).sum())
