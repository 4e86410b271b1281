"""Bounds from any multipliers, and integer programs, against `scipy.optimize.linprog` and enumeration."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pulp
import pytest
from scipy import sparse
from scipy.optimize import OptimizeResult, linprog

from models.catalog import Array
from optimizer.lp.expressions import Row, combine
from optimizer.lp.scaled_program import ScaledProgram, box_bound, excluding, under, without_specks
from optimizer.lp.solver import Limits, scaled, settle, solve_integer, state
from tests.folders import ROOT

SEEDS = range(120)


def program(seed: int, integers: int = 0) -> ScaledProgram:
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
    return ScaledProgram(rng.normal(0, 1, columns), low, high, integer, sparse.csc_matrix(matrix), row_low, row_high)


def relaxed(posed: ScaledProgram) -> tuple[OptimizeResult, Array]:
    """The linear optimum by another road, and its multipliers: each row is written as up to two inequalities."""
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


def bound_at(posed: ScaledProgram, duals: Array) -> float:
    return box_bound(posed.cost, posed.low, posed.high, posed.rows, posed.row_low, posed.row_high, duals)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_multipliers_bound_above_the_optimum(seed: int) -> None:
    posed, rng = program(seed), np.random.default_rng(seed)
    found, duals = relaxed(posed)
    assert found.status == 0
    for size in (0.1, 1.0, 10.0, 1e6):
        for start in (0.0 * duals, duals):
            bound = bound_at(posed, start + rng.normal(0, size, len(duals)))
            assert bound <= found.fun + 1e-9 * max(1.0, size)
    assert bound_at(posed, duals) == pytest.approx(found.fun, abs=1e-8)


def test_multipliers_of_a_missing_side_do_not_count() -> None:
    """min -x, 0 <= x <= 2, x <= 1: a multiplier of +1 would need a lower side of the row."""
    rows = sparse.csc_matrix([[1.0]])
    sides = np.array([-np.inf]), np.array([1.0])
    at = [
        box_bound(np.array([-1.0]), np.zeros(1), np.array([2.0]), rows, *sides, np.array([y])) for y in (1.0, 0.0, -1.0)
    ]
    assert at == [-2.0, -2.0, -1.0]


def choices(posed: ScaledProgram) -> Iterator[tuple[tuple[int, ...], float]]:
    """Every choice of the binaries that can be completed, with the least cost."""
    count = int(posed.integer.sum())
    for values in product((0, 1), repeat=count):
        settled = np.concatenate([np.array(values, dtype=float), np.zeros(len(posed.cost) - count)])
        fixed = ScaledProgram(
            posed.cost,
            np.where(posed.integer, settled, posed.low),
            np.where(posed.integer, settled, posed.high),
            posed.integer,
            posed.rows,
            posed.row_low,
            posed.row_high,
        )
        found, _ = relaxed(fixed)
        if found.status == 0:
            yield values, float(found.fun)


@pytest.mark.parametrize("seed", range(40))
def test_integer_programs_agree_with_enumeration(seed: int) -> None:
    posed = program(seed, integers=3)
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
    counts = [len(dict(choices(program(seed, integers=3)))) for seed in range(40)]
    assert min(counts) == 0
    assert sum(count > 1 for count in counts) > 20


def knapsack() -> ScaledProgram:
    """max 5 a + 4 b + 3 c with 2 a + 3 b + c <= 5: (a, b) 9, (a, c) 8, (b, c) 7, then 5, 4, 3, 0."""
    rows = sparse.csc_matrix([[2.0, 3.0, 1.0]])
    cost, low, high = np.array([-5.0, -4.0, -3.0]), np.zeros(3), np.ones(3)
    return ScaledProgram(cost, low, high, np.ones(3, dtype=bool), rows, np.array([-np.inf]), np.array([5.0]))


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


def test_settling_rounds_and_says_when_nothing_holds() -> None:
    settled = settle(knapsack(), np.array([1.0 - 1e-7, 1e-7, 1.0]))
    assert settled is not None
    assert settled.tolist() == [1.0, 0.0, 1.0]
    assert settle(knapsack(), np.ones(3)) is None


def test_no_time_proves_nothing() -> None:
    outcome = solve_integer(knapsack(), Limits(seconds=0.0))
    assert not outcome.infeasible
    assert outcome.bound <= -9.0
    assert outcome.values is None or outcome.objective >= -9.0


def test_rows_without_variables_are_judged_at_once() -> None:
    x = pulp.LpVariable("x", 0, 1)
    numbers = {value: combine([(value, 1.0)]) for value in (0.0, 1.0, 2.0)}
    rows = [("kept", Row("", combine([(x, 1.0)]), "<=", numbers[1.0]))]
    rows += [("holds", Row(sense, numbers[1.0], sense, numbers[1.0])) for sense in ("<=", ">=", "==")]
    rows += [
        ("broken", Row("<=", numbers[2.0], "<=", numbers[1.0])),
        ("broken", Row(">=", numbers[0.0], ">=", numbers[1.0])),
    ]
    rows += [("broken", Row("==", numbers[2.0], "==", numbers[0.0]))]
    stated = state(rows, combine([(x, -1.0)]))
    assert stated.contradictions == (("broken", "<="), ("broken", ">="), ("broken", "=="))
    assert stated.labels == (("kept", ""),)


def test_small_parts_beside_a_large_portfolio() -> None:
    """Scaled numbers lie within a factor of 2 of each other, and the answer comes back in natural units.

    min portfolio - 50 parts, 0 <= parts <= 40, 50 parts + portfolio >= 1.2e9, portfolio <= 2.4e9.
    """
    parts, portfolio = pulp.LpVariable("parts", 0, 40), pulp.LpVariable("portfolio", 0, 2.4e9)
    whole = combine([(parts, 50.0), (portfolio, 1.0)])
    stated = state(
        [("enough", Row("", whole, ">=", combine([(1.2e9, 1.0)])))], combine([(portfolio, 1.0), (parts, -50.0)])
    )
    view = scaled(stated.matrix)
    assert abs(view.cost).max() <= 2
    assert abs(view.rows).max() <= 2
    assert view.high.max() <= 2
    outcome = solve_integer(view, Limits())
    assert outcome.values is not None
    natural = outcome.values * stated.matrix.column_scale
    assert stated.value(combine([(parts, 1.0)]), natural) == pytest.approx(40)
    assert stated.value(combine([(portfolio, 1.0)]), natural) == pytest.approx(1.2e9 - 2_000)
    assert outcome.objective / stated.matrix.cost_scale == pytest.approx(1.2e9 - 4_000)


def test_entries_too_small_for_the_solver_leave_room_in_their_rows() -> None:
    rows = sparse.csc_matrix(np.array([[1.0, 4e-9], [4e-9, 1.0]]))
    program = ScaledProgram(
        np.ones(2),
        np.zeros(2),
        np.array([1.0, np.inf]),
        np.zeros(2, dtype=bool),
        rows,
        np.ones(2),
        np.array([1.0, 3.0]),
    )
    kept = without_specks(program)
    assert kept.rows.toarray().tolist() == [[1.0, 4e-9], [0.0, 1.0]], "what has no limit has no room either"
    assert kept.row_low.tolist() == [1.0, 1.0 - 4e-9]
    assert kept.row_high.tolist() == [1.0, 3.0 + 4e-9]


def test_under_a_cost_only_what_costs_no_more_is_left() -> None:
    """min -x - 2 y + 1 over two binaries costs 1, 0, -1 or -2."""
    program = ScaledProgram(
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
    hard = ScaledProgram(
        -rng.uniform(1, 2, 60), np.zeros(60), np.ones(60), np.ones(60, dtype=bool),
        sparse.csc_matrix(weights), np.full(20, -np.inf), np.full(20, 30.0),
    )  # fmt: skip
    assert not solve_integer(hard, Limits(stop=stop)).solved
    assert asked


IN_A_HOST = """
import threading
import optimizer
case = optimizer.load_case("data/tiny")
threads = [threading.Thread(target=optimizer.solve, args=(case, "base")) for _ in range(2)]
for thread in threads: thread.start()
print("the host's own line", flush=True)
for thread in threads: thread.join()
"""


def test_a_host_that_solves_sees_its_own_lines_only() -> None:
    """Also what compiled code writes, since the host is a process of its own here."""
    host = [sys.executable, "-c", IN_A_HOST]
    done = subprocess.run(host, cwd=ROOT, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("the host's own line\n", "")
