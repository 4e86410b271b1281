"""The door to the solver: a program changed in place, against `scipy.optimize.linprog`; silence; one module only."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from optimizer.lp.arrays import MixedIntegerProgram
from optimizer.lp.dual_bounds import box_bound
from optimizer.lp.solver import BASIC, Solver, SolverBasis
from tests.folders import ROOT, SOURCES
from tests.slow import one_in

from .programs import linear_optimum, random_program

SEEDS = range(60)


def test_the_solver_and_pulp_stay_behind_their_doors() -> None:
    importing: dict[str, set[str]] = {"highspy": set(), "pulp": set()}
    for path in SOURCES:
        for name in _imported(path) & set(importing):
            importing[name].add(path.relative_to(ROOT).as_posix())
    assert importing == {
        "highspy": {"optimizer/lp/solver.py"},
        "pulp": {"optimizer/lp/expressions.py", "optimizer/lp/pulp_reader.py"},
    }


def _imported(path: Path) -> set[str]:
    """Names of the libraries that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).split(".")[0])
    return names


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_linear_programs_agree_with_another_solver(seed: int) -> None:
    posed = random_program(seed)
    found, _ = linear_optimum(posed)
    solver = Solver(posed)
    outcome = solver.solve()
    assert outcome.solved
    assert outcome.values is not None
    assert outcome.objective == pytest.approx(found.fun, abs=1e-8)
    assert posed.cost @ outcome.values == pytest.approx(found.fun, abs=1e-8)
    bound = box_bound(posed.cost, posed.low, posed.high, posed.rows, posed.row_low, posed.row_high, solver.duals)
    assert bound == pytest.approx(found.fun, abs=1e-8)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_a_program_changed_in_place_is_the_program_it_became(seed: int) -> None:
    """Columns come and go, bounds and costs change; each time the optimum is that of the changed program."""
    posed, rng = random_program(seed), np.random.default_rng(seed)
    solver, old = Solver(posed), len(posed.cost)
    added = rng.normal(0, 1, (3, len(posed.row_low)))
    solver.solve()
    solver.add_columns(sparse.csr_matrix(added))
    solver.set_bounds(old + np.arange(3), 0.0, np.array([1.0, 2.0, 3.0]))
    solver.set_costs(np.array([0, old, old + 1, old + 2]), np.array([0.5, 1.0, -1.0, 2.0]))
    costs = np.concatenate([[0.5], posed.cost[1:], [1.0, -1.0, 2.0]])
    wider = _with_columns(posed, added, costs, np.array([1.0, 2.0, 3.0]))
    assert solver.bounds_of(old + 1) == (0.0, 2.0)
    assert solver.solve().objective == pytest.approx(linear_optimum(wider)[0].fun, abs=1e-8)
    solver.remove_columns(np.array([old + 1]))
    narrower = _with_columns(posed, added[[0, 2]], costs[[*range(old + 1), old + 2]], np.array([1.0, 3.0]))
    assert solver.solve().objective == pytest.approx(linear_optimum(narrower)[0].fun, abs=1e-8)


def _with_columns(
    posed: MixedIntegerProgram, added: np.ndarray, cost: np.ndarray, most: np.ndarray
) -> MixedIntegerProgram:
    """The program with columns added, from 0 to the most of each."""
    return replace(
        posed,
        cost=cost,
        low=np.concatenate([posed.low, 0 * most]),
        high=np.concatenate([posed.high, most]),
        integer=np.concatenate([posed.integer, most < 0]),
        rows=sparse.hstack([posed.rows, sparse.csc_matrix(added.T)]).tocsc(),
    )


def large_program() -> MixedIntegerProgram:
    """max w x with 30 rows of weights over 60 columns: some 30 simplex steps from nothing."""
    rng = np.random.default_rng(1)
    rows = sparse.csc_matrix(rng.uniform(1, 2, (30, 60)))
    return MixedIntegerProgram(
        -rng.uniform(1, 2, 60), np.zeros(60), np.ones(60), np.zeros(60, dtype=bool),
        rows, np.full(30, -np.inf), rng.uniform(20, 40, 30),
    )  # fmt: skip


def test_from_an_optimal_basis_no_step_is_needed() -> None:
    first = Solver(large_program())
    best, basis = first.solve(), first.basis
    assert int((basis.columns == BASIC).sum() + (basis.rows == BASIC).sum()) == 30
    cold, warm = (Solver(large_program(), few_steps=True) for _ in range(2))
    assert not cold.solve(most_steps=0).solved
    warm.basis = SolverBasis.of(basis.columns, basis.rows)
    outcome = warm.solve(most_steps=0)
    assert outcome.solved
    assert outcome.objective == pytest.approx(best.objective)
    assert cold.solve().objective == pytest.approx(best.objective), "the limit was of one run only"


def test_a_ray_proves_that_there_is_no_solution() -> None:
    """x + y >= 3 over two columns up to 1: the row alone, whichever its multiplier's sign, costs at least 1."""
    posed = MixedIntegerProgram(
        np.zeros(2), np.zeros(2), np.ones(2), np.zeros(2, dtype=bool),
        sparse.csc_matrix([[1.0, 1.0]]), np.array([3.0]), np.array([np.inf]),
    )  # fmt: skip
    solver = Solver(posed, few_steps=True)
    assert solver.solve(recheck_infeasible=False).infeasible
    ray = solver.infeasibility_ray
    assert ray is not None
    assert np.abs(ray[0]) > 0
    assert Solver(large_program()).infeasibility_ray is None


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
