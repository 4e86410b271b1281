"""Properties of optima: what may not lower them, what scales them, what changes nothing, what holds when cut short."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

import optimizer
from models import build_case
from models.scenario import Scenario
from optimizer.assurance.result import Result
from optimizer.results.record import Status
from tests.oracle.random_cases import Drawn, random_case
from tests.oracle.transforms import ADDITIONS, NEUTRAL, renamed, scaled_money
from tests.slow import one_in

GAP = 1e-7
ALLOWED = 1e-6 + 2 * GAP
"""What two solves may differ by, relative: the second stage's part and both gaps."""

LOOSER = {
    "min_service_margin": lambda limit: limit - 0.1,
    "min_account_margin": lambda limit: limit - 0.1,
    "max_cost_to_serve": lambda limit: min(1.0, limit + 0.2),
    "min_tiers": lambda limit: max(0, limit - 1),
    "max_tiers": lambda limit: limit + 1,
    "max_models": lambda limit: limit + 1,
    "min_menu": lambda limit: max(0, limit - 1),
    "max_menu": lambda limit: limit + 1,
    "max_providers": lambda limit: limit + 1,
    "max_provider_share": lambda limit: min(1.0, limit + 0.2),
    "max_utilization": lambda limit: min(1.0, limit + 0.2),
    "min_provider_score": lambda limit: max(0.0, limit - 1.5),
    "min_tier_gap": lambda limit: max(0.0, limit - 0.1),
    "max_price_change": lambda limit: limit + 0.1,
    "max_csat_over_target": lambda limit: limit + 4,
}
"""A looser limit for each rule of a scenario."""

pytestmark = pytest.mark.no_cover  # many solves of random cases, as in test_enumeration.py


def seeds(test: str) -> list[Any]:
    """Ten seeds of random cases for a test, others for each."""
    return one_in(5, Random(test).sample(range(1_000, 10_000), 10))


def solved(drawn: Drawn, scenario: Scenario | None = None) -> Result:
    case = build_case(*drawn)
    return optimizer.solve(case, scenario or "base", gap=GAP)


def assert_not_lower(tight: Result, loose: Result) -> None:
    if tight.objective is None:
        return
    assert loose.objective is not None
    assert loose.objective >= tight.objective - ALLOWED * max(1.0, abs(tight.objective))


def test_every_rule_has_a_looser_limit() -> None:
    assert set(LOOSER) == set(Scenario.model_fields) - {"name", "description", "objective", "change"}


@pytest.mark.parametrize("seed", seeds("loosening"))
def test_loosening_rules_never_lowers_the_optimum(seed: int) -> None:
    drawn = random_case(seed)
    result, scenario = solved(drawn), drawn[2]["base"]
    on = [rule for rule in LOOSER if getattr(scenario, rule) is not None]
    every = scenario.model_copy(update=dict.fromkeys(on))
    assert_not_lower(result, solved(drawn, every))
    for rule in on[:2]:
        looser = scenario.model_copy(update={rule: LOOSER[rule](getattr(scenario, rule))})
        assert_not_lower(result, solved(drawn, looser))


@pytest.mark.parametrize("thing", ADDITIONS)
@pytest.mark.parametrize("seed", seeds("adding"))
def test_adding_never_lowers_the_optimum(thing: str, seed: int) -> None:
    drawn = random_case(seed)
    assert_not_lower(solved(drawn), solved(ADDITIONS[thing](drawn, Random(seed))))


@pytest.mark.parametrize("thing", NEUTRAL)
@pytest.mark.parametrize("seed", seeds("what nobody sees"))
def test_what_nobody_sees_changes_nothing(thing: str, seed: int) -> None:
    drawn = random_case(seed)
    result, other = solved(drawn), solved(NEUTRAL[thing](drawn, Random(seed)))
    assert other.status is result.status
    assert (other.baseline is None) is (result.baseline is None)
    if result.objective is not None and other.objective is not None:
        assert abs(other.objective - result.objective) <= ALLOWED * max(1.0, abs(result.objective))


@pytest.mark.parametrize("seed", seeds("scaling money"))
def test_scaling_money_scales_the_result(seed: int) -> None:
    drawn, factor = random_case(seed), Random(seed).choice([1 / 64, 100.0, 8192.0])
    result, other = solved(drawn), solved(scaled_money(drawn, factor))
    assert other.status is result.status
    if result.objective is not None and other.objective is not None:
        room = ALLOWED * max(1.0, factor, abs(other.objective))
        assert abs(other.objective - factor * result.objective) <= room


@pytest.mark.parametrize("seed", seeds("names and order"))
def test_names_and_order_change_nothing(seed: int) -> None:
    drawn = random_case(seed)
    result, other = solved(drawn), solved(renamed(drawn, seed))
    assert other.status is result.status
    if result.objective is not None and other.objective is not None:
        assert abs(other.objective - result.objective) <= ALLOWED * max(1.0, abs(result.objective))


@pytest.mark.parametrize("seed", seeds("bounds"))
def test_bounds_hold_when_time_runs_out(seed: int) -> None:
    drawn, seconds = random_case(seed), Random(seed).choice([0.0, 0.02, 0.1])
    result = solved(drawn)
    cut = optimizer.solve(build_case(*drawn), "base", gap=GAP, time_limit=seconds)
    if result.status is Status.INFEASIBLE:
        assert cut.status in (Status.INFEASIBLE, Status.NO_PLAN)
        return
    assert result.objective is not None
    assert cut.status is not Status.INFEASIBLE
    assert cut.bound is None or cut.bound >= result.objective - ALLOWED * max(1.0, abs(result.objective))
    if cut.objective is not None:
        assert cut.bound is not None
        assert cut.bound >= cut.objective
        assert cut.objective <= result.objective + ALLOWED * max(1.0, abs(result.objective))
