"""Programs for the tests of this room, and their linear optimum by another solver."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog

from models.catalog import Array
from optimizer.lp.arrays import MixedIntegerProgram


def random_program(seed: int, integers: int = 0) -> MixedIntegerProgram:
    """A random program of up to 6 columns and 5 rows: some one-sided, some ranges, some equations."""
    rng = np.random.default_rng(seed)
    columns, rows = int(rng.integers(max(1, integers), 7)), int(rng.integers(1, 6))
    integer = np.arange(columns) < integers
    low = np.where(integer, 0.0, rng.uniform(-3, 1, columns))
    high = np.where(integer, 1.0, low + rng.uniform(0, 4, columns))
    matrix = rng.normal(0, 1, (rows, columns)) * (rng.random((rows, columns)) < 0.7)
    middle = matrix @ rng.uniform(low, high)
    kind = rng.integers(0, 4, rows)
    row_low = np.where(kind == 0, -np.inf, middle - np.where(kind == 3, 0.0, rng.uniform(0, 1, rows)))
    row_high = np.where(kind == 1, np.inf, middle + np.where(kind == 3, 0.0, rng.uniform(0, 1, rows)))
    return MixedIntegerProgram(
        rng.normal(0, 1, columns), low, high, integer, sparse.csc_matrix(matrix), row_low, row_high
    )


def linear_optimum(posed: MixedIntegerProgram) -> tuple[OptimizeResult, Array]:
    """The linear optimum by another road, and its duals: each row is written as up to two inequalities."""
    dense = posed.rows.toarray()
    upper, lower = np.isfinite(posed.row_high), np.isfinite(posed.row_low)
    sides = np.concatenate([posed.row_high[upper], -posed.row_low[lower]])
    found = linprog(
        posed.cost,
        A_ub=np.vstack([dense[upper], -dense[lower]]),
        b_ub=sides,
        bounds=list(zip(posed.low, posed.high, strict=True)),
    )
    duals = np.zeros(len(dense))
    if found.status == 0:
        duals[upper] += found.ineqlin.marginals[: upper.sum()]
        duals[lower] -= found.ineqlin.marginals[upper.sum() :]
    return found, duals


def knapsack() -> MixedIntegerProgram:
    """max 5 a + 4 b + 3 c with 2 a + 3 b + c <= 5: (a, b) 9, (a, c) 8, (b, c) 7, then 5, 4, 3, 0."""
    rows = sparse.csc_matrix([[2.0, 3.0, 1.0]])
    cost, low, high = np.array([-5.0, -4.0, -3.0]), np.zeros(3), np.ones(3)
    return MixedIntegerProgram(cost, low, high, np.ones(3, dtype=bool), rows, np.array([-np.inf]), np.array([5.0]))
