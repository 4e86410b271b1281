"""Integer programs against enumeration, and what a run that ends early proves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from optimizer.lp.arrays import MixedIntegerProgram, excluding, under
from optimizer.lp.integer_programs import solve_fixed, solve_integer
from optimizer.lp.solver import Limits

from .programs import knapsack, linear_optimum, random_program


def choices(posed: MixedIntegerProgram) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every choice of the binaries that can be completed, with the least cost."""
    count = int(posed.integer.sum())
    for values in product((0, 1), repeat=count):
        fixed_at = np.concatenate([np.array(values, dtype=float), np.zeros(len(posed.cost) - count)])
        fixed = MixedIntegerProgram(
            posed.cost,
            np.where(posed.integer, fixed_at, posed.low),
            np.where(posed.integer, fixed_at, posed.high),
            posed.integer,
            posed.rows,
            posed.row_low,
            posed.row_high,
        )
        found, _ = linear_optimum(fixed)
        if found.status == 0:
            yield values, float(found.fun)


@pytest.mark.parametrize("seed", range(40))
def test_integer_programs_agree_with_enumeration(seed: int) -> None:
    posed = random_program(seed, integers=3)
    costs = dict(choices(posed))
    outcome = solve_integer(posed, Limits())
    if not costs:
        assert outcome.infeasible
        assert outcome.values is None
        return
    best = min(costs.values())
    assert outcome.solved
    assert outcome.values is not None
    assert outcome.objective == pytest.approx(best, abs=1e-6)
    assert outcome.bound <= best + 1e-6
    assert costs[tuple(int(v) for v in np.round(outcome.values[:3]))] == pytest.approx(best, abs=1e-6)


def test_some_integer_programs_hold_and_some_do_not() -> None:
    counts = [len(dict(choices(random_program(seed, integers=3)))) for seed in range(40)]
    assert min(counts) == 0
    assert sum(count > 1 for count in counts) > 20


def test_choices_are_excluded_one_by_one() -> None:
    posed, costs = knapsack(), []
    for _ in range(3):
        outcome = solve_integer(posed, Limits())
        assert outcome.values is not None
        costs.append(outcome.objective)
        posed = excluding(posed, np.flatnonzero(outcome.values > 0.5).tolist())
    assert costs == pytest.approx([-9.0, -8.0, -7.0])
    assert solve_integer(posed, Limits()).objective == pytest.approx(-5.0)


def test_a_relative_gap_is_one_of_the_whole_cost() -> None:
    """With 1,000 of cost that no decision changes, a gap of 1 % is 10, more than all there is to gain."""
    posed = replace(knapsack(), offset=1_000.0)
    coarse, exact = (solve_integer(posed, Limits(gap=gap)) for gap in (0.01, 0.0))
    assert exact.objective == pytest.approx(991.0)
    assert exact.bound == pytest.approx(991.0)
    assert coarse.solved
    assert 991.0 - 1e-6 <= coarse.objective <= coarse.bound * 1.0102
    assert solve_integer(knapsack(), Limits(gap=0.01, submodels=False)).objective == pytest.approx(-9.0)


def test_fixing_rounds_and_says_when_nothing_holds() -> None:
    values = solve_fixed(knapsack(), np.array([1.0 - 1e-7, 1e-7, 1.0]))
    assert values is not None
    assert values.tolist() == [1.0, 0.0, 1.0]
    assert solve_fixed(knapsack(), np.ones(3)) is None


def test_no_time_proves_nothing() -> None:
    outcome = solve_integer(knapsack(), Limits(seconds=0.0))
    assert not outcome.infeasible
    assert outcome.bound <= -9.0
    assert outcome.values is None or outcome.objective >= -9.0


def test_under_a_cost_only_what_costs_no_more_is_left() -> None:
    """min -x - 2 y + 1 over two binaries costs 1, 0, -1 or -2."""
    program = MixedIntegerProgram(
        cost=np.array([-1.0, -2.0]), low=np.zeros(2), high=np.ones(2), integer=np.array([True, True]),
        rows=sparse.csc_matrix(np.array([[1.0, 1.0]])), row_low=np.array([-np.inf]), row_high=np.array([1.0]),
        offset=1.0,
    )  # fmt: skip
    assert solve_integer(under(program, -0.5), Limits()).objective == pytest.approx(-1.0)
    assert solve_integer(under(program, -1.5), Limits()).infeasible
    assert under(program, np.inf) is program


def test_the_solver_asks_whether_to_stop() -> None:
    asked = []

    def stop() -> bool:
        asked.append(True)
        return True

    rng = np.random.default_rng(1)
    weights = rng.uniform(1, 2, (20, 60))
    hard = MixedIntegerProgram(
        -rng.uniform(1, 2, 60), np.zeros(60), np.ones(60), np.ones(60, dtype=bool),
        sparse.csc_matrix(weights), np.full(20, -np.inf), np.full(20, 30.0),
    )  # fmt: skip
    assert not solve_integer(hard, Limits(stop=stop)).solved
    assert asked
