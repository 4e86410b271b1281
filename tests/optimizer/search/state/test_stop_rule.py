"""What ends a search for a difference: its sign and two digits, or so many nodes."""

from __future__ import annotations

import math

import pytest

import optimizer
from optimizer.results.record import Status
from optimizer.search.state.incumbent import Incumbent
from optimizer.search.state.limits import Stopped, Watch
from optimizer.search.state.objective_scale import ObjectiveScale
from optimizer.search.state.search_state import SearchState
from optimizer.search.state.stop_rule import STEPS_OF_NODE, StopRule
from optimizer.search.state.timers import Phases
from tests.folders import TINY

SCALE = ObjectiveScale(constant=1000.0, factor=0.5)


@pytest.mark.parametrize(
    ("objective", "allowed"),
    [
        (500.0, 20.0),  # a twentieth of the 400 lost
        (880.0, 9.0),  # the gap's part: less than nine tenths of the 20 lost
        (895.0, 4.5),  # nine tenths of the 5 lost: the bound comes under the reference
        (900.0, 9.0),  # nothing lost, so that only the gap counts
        (920.0, 9.0),
        (1300.0, 20.0),  # a twentieth of the 400 gained
    ],
)
def test_a_bound_need_not_be_nearer_than_sign_and_two_digits_ask(objective: float, allowed: float) -> None:
    assert StopRule(reference=900.0).tolerance(objective, 9.0) == pytest.approx(allowed)


def test_without_a_reference_the_gap_alone_counts() -> None:
    assert StopRule(nodes=5).tolerance(500.0, 9.0) == 9.0


def test_a_better_plan_never_raises_the_cutoff() -> None:
    """So that a node closed at an earlier cutoff is closed at every later one."""
    rule, objectives = StopRule(reference=900.0), [400.0 + 0.5 * i for i in range(2000)]
    cutoffs = [objective + rule.tolerance(objective, 9.0) for objective in objectives]
    assert cutoffs == sorted(cutoffs)


def test_steps_of_integer_programs_count_and_a_search_without_a_plan_has_more_nodes() -> None:
    state = SearchState(SCALE, Incumbent(SCALE), 0.01, Watch(), Phases(), lambda news: None, rule=StopRule(nodes=4))
    state.timers.counts["nodes"] = 2
    state.count_steps(2 * STEPS_OF_NODE)
    state.check_nodes()
    state.incumbent.offer(600.0, "plan")
    with pytest.raises(Stopped):
        state.check_nodes()


def test_fewer_nodes_than_one_make_no_rule() -> None:
    with pytest.raises(ValueError, match="nodes is 0"):
        StopRule(nodes=0)


def test_a_solve_of_few_nodes_ends_with_a_true_bound_and_the_same_each_time() -> None:
    case = optimizer.load_case(TINY)
    best = optimizer.solve(case, gap=1e-9)
    few = [optimizer.solve(case, gap=1e-9, stop_rule=StopRule(nodes=1)) for _ in range(2)]
    assert best.objective is not None
    assert best.bound is not None
    for result in few:
        assert result.status in (Status.OPTIMAL, Status.FEASIBLE)
        assert result.objective is not None
        assert result.bound is not None
        assert math.isfinite(result.bound)
        assert result.objective <= best.bound * (1 + 1e-9)
        assert result.bound >= best.objective * (1 - 1e-9)
    assert few[0].bound == few[1].bound
    assert few[0].decided.menus.equals(few[1].decided.menus)
