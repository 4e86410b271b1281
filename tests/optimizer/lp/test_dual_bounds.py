"""Bounds from any duals never exceed the optimum, which `scipy.optimize.linprog` finds by its own road."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from models.catalog import Array
from optimizer.lp.arrays import MixedIntegerProgram
from optimizer.lp.dual_bounds import box_bound, widest_bound
from tests.slow import one_in

from .programs import linear_optimum, random_program

SEEDS = range(120)


def dual_bound(posed: MixedIntegerProgram, duals: Array) -> float:
    return box_bound(posed.cost, posed.low, posed.high, posed.rows, posed.row_low, posed.row_high, duals)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_no_duals_bound_above_the_optimum(seed: int) -> None:
    posed, rng = random_program(seed), np.random.default_rng(seed)
    found, duals = linear_optimum(posed)
    assert found.status == 0
    for size in (0.1, 1.0, 10.0, 1e6):
        for start in (0.0 * duals, duals):
            bound = dual_bound(posed, start + rng.normal(0, size, len(duals)))
            assert bound <= found.fun + 1e-9 * max(1.0, size)
    assert dual_bound(posed, duals) == pytest.approx(found.fun, abs=1e-8)


def test_duals_of_a_missing_side_do_not_count() -> None:
    """min -x, 0 <= x <= 2, x <= 1: a dual of +1 would need a lower side of the row."""
    rows = sparse.csc_matrix([[1.0]])
    sides = np.array([-np.inf]), np.array([1.0])
    at = [
        box_bound(np.array([-1.0]), np.zeros(1), np.array([2.0]), rows, *sides, np.array([y])) for y in (1.0, 0.0, -1.0)
    ]
    assert at == [-2.0, -2.0, -1.0]


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_the_widest_bound_is_that_of_no_rows(seed: int) -> None:
    """With duals of 0 only the bounds of the columns count; columns that cost nothing may have none."""
    posed = replace(random_program(seed), offset=5.0)
    nothing = np.zeros(len(posed.row_low))
    assert widest_bound(posed) == pytest.approx(5.0 + dual_bound(posed, nothing))
    free = replace(posed, cost=np.where(np.arange(len(posed.cost)) == 0, 0.0, posed.cost))
    unbounded = replace(free, high=np.where(np.arange(len(posed.cost)) == 0, np.inf, posed.high))
    assert widest_bound(unbounded) == widest_bound(free)
