"""The shared state of a search: one incumbent, the cutoff that follows from it, and the bound that is reported."""

from __future__ import annotations

import math

import numpy as np
import pytest

from optimizer.search.state.incumbent import Incumbent
from optimizer.search.state.limits import Watch
from optimizer.search.state.objective_scale import ObjectiveScale
from optimizer.search.state.search_state import Progressed, SearchState
from optimizer.search.state.timers import Phases

SCALE = ObjectiveScale(constant=1000.0, factor=0.5)


def state_with(told: list[Progressed]) -> SearchState:
    """A search in which a plan of 600 costs 200: (1000 - 600) x 0.5."""
    return SearchState(SCALE, Incumbent(SCALE), 0.01, Watch(), Phases(), told.append)


def test_how_a_search_stands_in_money_says_nothing_of_what_is_not_known() -> None:
    assert SCALE.standing(cost=100.0, bound=50.0) == (800.0, 900.0, 0.125)
    assert SCALE.standing(cost=np.inf, bound=50.0) == (None, 900.0, None)
    assert SCALE.standing(cost=100.0, bound=-np.inf) == (800.0, None, None)


def test_cost_is_what_the_constant_part_exceeds_the_objective_by_in_scaled_money() -> None:
    assert SCALE.cost(600.0) == 200.0
    assert SCALE.money(200.0) == 600.0


def test_only_a_better_plan_becomes_the_incumbent() -> None:
    incumbent = Incumbent[str](SCALE)
    assert (incumbent.plan, incumbent.cost) == (None, math.inf)
    assert incumbent.offer(600.0, "first")
    assert not incumbent.offer(600.0, "as good")
    assert not incumbent.offer(500.0, "worse")
    assert (incumbent.plan, incumbent.objective, incumbent.cost) == ("first", 600.0, 200.0)
    assert incumbent.offer(800.0, "better")
    assert (incumbent.plan, incumbent.cost) == ("better", 100.0)


def test_a_node_must_beat_the_incumbent_by_the_gap() -> None:
    state = state_with([])
    assert state.cutoff == math.inf
    state.incumbent.offer(600.0, "plan")
    assert state.cutoff == pytest.approx(200.0 - 0.01 * 600.0 * 0.5)


def test_the_gap_of_an_objective_near_nothing_is_absolute() -> None:
    state = state_with([])
    assert state.tolerance(SCALE.cost(0.1)) == pytest.approx(0.01 * 1.0 * 0.5)


def test_no_more_is_reported_than_holds_for_every_plan() -> None:
    told: list[Progressed] = []
    state = state_with(told)
    state.bound_elsewhere = 90.0
    state.report("branching", 80.0)
    state.report("branching", 95.0)
    state.incumbent.offer(860.0, "plan")
    state.report("branching", 95.0)
    assert [(one.best, one.bound) for one in told] == [(math.inf, 80.0), (math.inf, 90.0), (70.0, 70.0)]


def test_a_bound_once_proved_stays() -> None:
    told: list[Progressed] = []
    state = state_with(told)
    state.prove(50.0)
    state.prove(40.0)
    assert state.current_bound == 50.0
    assert [one.bound for one in told] == [50.0, 40.0]
