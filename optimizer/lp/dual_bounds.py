"""Dual bounds worked out from arrays alone, so that no tolerance of a solver touches them."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from models.catalog import Array

from .arrays import MixedIntegerProgram


def box_bound(cost: Array, low: Array, high: Array, rows: sparse.csc_matrix, row_low: Array, row_high: Array,
              duals: Array) -> float:  # fmt: skip
    """Lower bound on min cost x under rows and column bounds, from any row duals.

    L(y) = sum over rows of y row_low (y > 0) or y row_high (y < 0), plus each column's reduced cost at
    the better end of its bounds. Valid however the duals were found (Neumaier & Shcherbina 2004).
    """
    usable = np.where((duals > 0) & ~np.isfinite(row_low) | (duals < 0) & ~np.isfinite(row_high), 0.0, duals)
    sides = np.where(usable > 0, row_low, np.where(usable < 0, row_high, 0.0))
    reduced = cost - rows.T @ usable
    ends = np.where(reduced > 0, low, high)
    return float(usable @ sides + reduced @ ends)


def widest_bound(program: MixedIntegerProgram) -> float:
    """Lower bound on the cost from the bounds of the columns alone: poor, and had for nothing."""
    priced = program.cost != 0
    cost, low, high = program.cost[priced], program.low[priced], program.high[priced]
    return float(program.offset + np.minimum(cost * low, cost * high).sum())
