"""Nodes whose linear program the solver fails to solve: tried again, branched on, never closed without a reason."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from optimizer.lp.solver import Solver, SolverOutcome
from optimizer.search.master.nodes import LpSolution, Node, Unsolved
from optimizer.search.master.restricted_master import RestrictedMaster

from .test_bounds import SEEDS, pose

FAILED = SolverOutcome(solved=False, infeasible=False, values=None, objective=0.0, bound=0.0)


def fail_where(monkeypatch: pytest.MonkeyPatch, fails: Callable[[RestrictedMaster], bool]) -> None:
    """Let linear programs fail in column generation, in nodes for which `fails` says so."""
    solve = RestrictedMaster.solve_lp

    def solve_or_fail(master: RestrictedMaster) -> LpSolution:
        if fails(master):
            raise Unsolved
        return solve(master)

    monkeypatch.setattr(RestrictedMaster, "solve_lp", solve_or_fail)


def entered(master: RestrictedMaster) -> Node:
    return master._entered


@pytest.mark.parametrize("seed", SEEDS)
def test_a_node_that_is_not_solved_is_branched_on(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search below proves the optimum by enumeration all the same."""
    posed = pose(seed)
    failed: set[object] = set()

    def above_depth_two(master: RestrictedMaster) -> bool:
        node = entered(master)
        shallow = len(node.fixed) + len(node.books) < 2
        failed.update([node.key] if shallow else [])
        return shallow

    fail_where(monkeypatch, above_depth_two)
    proof = posed.search.tree.search(Node())
    assert failed
    scale = posed.master.scale
    assert scale.money(proof.cost) == pytest.approx(posed.best, rel=1e-6)
    assert scale.money(proof.bound) == pytest.approx(posed.best, rel=1e-6)


def test_a_node_with_one_menu_left_to_every_book_is_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    posed = pose(SEEDS[0])
    tree, master = posed.search.tree, posed.master
    fail_where(monkeypatch, lambda master: True)
    node = Node(bound=-100.0)
    tree._push(node)
    while tree.open_nodes:
        node = next(child for *_, child in sorted(tree.open_nodes) if master.enter(child))
        tree.open_nodes = [(node.bound, 0, node)]
        tree._finish(tree._process(tree._pop()))
    assert len(node.fixed) == master.program.integer.sum() > 0
    assert len(node.books) == len(master.books)
    assert tree.closed_bound > -100.0
    assert [evaluation.bound for evaluation in tree.heuristics.evaluations.values()] == [tree.closed_bound]


def test_a_linear_program_that_fails_is_tried_with_looser_tolerances(monkeypatch: pytest.MonkeyPatch) -> None:
    posed = pose(SEEDS[0])
    expected = posed.master.solve_lp()
    solve, tolerances = Solver.solve, []

    def fail_when_strict(solver: Solver, **asked: bool | int) -> SolverOutcome:
        tolerances.append(solver._highs.getOptionValue("primal_feasibility_tolerance")[1])
        return solve(solver, **asked) if tolerances[-1] >= 1e-7 else FAILED

    monkeypatch.setattr(Solver, "solve", fail_when_strict)
    again = posed.master.solve_lp()
    assert again.cost == pytest.approx(expected.cost, rel=1e-6)
    assert tolerances == [1e-9, 1e-9, 1e-8, 1e-7]
    assert posed.master.enter(Node())
    fail_always(monkeypatch, tolerances)
    with pytest.raises(Unsolved):
        posed.master.solve_lp()
    assert tolerances[4] == 1e-9  # strict again for other bounds


def fail_always(monkeypatch: pytest.MonkeyPatch, tolerances: list[float]) -> None:
    def fail(solver: Solver, **asked: bool | int) -> SolverOutcome:
        tolerances.append(solver._highs.getOptionValue("primal_feasibility_tolerance")[1])
        return FAILED

    monkeypatch.setattr(Solver, "solve", fail)
