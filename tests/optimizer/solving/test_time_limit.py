"""What a search cut short still proves, whatever it was doing when the limit came."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

import optimizer
from models import Case, Scenario, build_case
from optimizer.assurance.result import Result
from optimizer.program.delivery import DeliveryOutcome
from optimizer.results.plan_document import plan_document
from optimizer.results.progress import Progress
from optimizer.results.record import Status
from optimizer.solving import engine
from optimizer.solving.time_limit import Limit
from tests.benchmarks.generator import Size, generate
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.random_cases import random_case
from tests.slow import one_in
from tests.worlds.hand_case import hand_case, work

GENERATED = Size(books=6, classes=1, products=2, tiers=2, models=3, prices=3)
ROUNDING = 1e-9


def generated_case() -> Case:
    settings, tables, scenarios = generate(GENERATED)
    return build_case(settings, tables, {name: Scenario.model_validate(rules) for name, rules in scenarios.items()})


@pytest.fixture(scope="module")
def solved() -> Result:
    result = optimizer.solve(generated_case())
    assert result.status is Status.OPTIMAL
    return result


def assert_true_claims(cut: Result, best: float) -> None:
    """A result of a feasible case: nothing of it may be claimed that a whole search would refute."""
    assert cut.status is not Status.INFEASIBLE
    if cut.bound is not None:
        assert cut.bound >= best - ROUNDING * abs(best)
    if cut.plan is None:
        assert (cut.status, cut.objective, cut.gap) == (Status.NO_PLAN, None, None)
        assert cut.reason in (
            "The limit came before any plan was found.",
            "A request to stop came before any plan was found.",
        )
        return
    assert cut.objective is not None
    assert cut.bound is not None
    assert cut.gap == pytest.approx((cut.bound - cut.objective) / max(1.0, abs(cut.objective)))
    assert cut.audit is not None
    assert cut.audit.ok


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.2, 0.5])
def test_a_time_limit_leaves_a_valid_bound(seconds: float, solved: Result) -> None:
    assert solved.objective is not None
    assert_true_claims(optimizer.solve(generated_case(), time_limit=seconds), solved.objective)


def stop_after(calls: int) -> Callable[[], bool]:
    """A request to stop that comes at the given call and stays."""
    left = iter(range(calls - 1))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("calls", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize("seed", one_in(2, [2, 9]))
def test_a_stop_leaves_a_valid_bound(seed: int, calls: int) -> None:
    settings, tables, scenarios = random_case(seed)
    best = optimum(seed)
    cut = optimizer.solve(build_case(settings, tables, scenarios), gap=1e-7, should_stop=stop_after(calls))
    assert_true_claims(cut, best)


def optimum(seed: int) -> float:
    settings, tables, scenarios = random_case(seed)
    best = enumerate_scenario(settings, tables, scenarios["base"]).objective
    assert best is not None
    return best


def test_without_time_nothing_is_claimed() -> None:
    result = optimizer.solve(generated_case(), time_limit=0.0)
    assert result.status is Status.NO_PLAN
    assert (result.plan, result.objective, result.gap, result.audit) == (None, None, None, None)
    assert (result.no_contract_objective, result.gain_gap) == (None, None)


def test_a_plan_from_elsewhere_has_a_finite_bound_before_anything_is_priced(solved: Result) -> None:
    """Stopped once the plan of the start is tried, before the first linear program has a bound."""
    tried: list[Progress] = []
    cut = optimizer.solve(
        generated_case(),
        start=replace(solved, warm_start_left=None),
        progress=tried.append,
        should_stop=lambda: bool(tried[1:]),
    )
    assert solved.objective is not None
    assert_true_claims(cut, solved.objective)
    assert cut.plan is not None
    assert cut.interrupted
    assert cut.bound is not None
    assert math.isfinite(cut.bound)
    document = plan_document(cut)
    assert document.bound == cut.bound


def test_steps_owed_after_a_limit_share_their_time() -> None:
    late = Limit(1e-4, time.monotonic() - 1.0, None).of_last_steps(1e-6)
    assert late.seconds == pytest.approx(2.0, abs=0.5)
    assert Limit(1e-4, time.monotonic() - 60.0, None).of_last_steps(1e-6).seconds == 0.0
    assert Limit(1e-4, None, None).of_last_steps(1e-6).seconds is None
    assert Limit(1e-4, None, lambda: True).of_last_steps(1e-6).seconds == 1.0


MENUS = pd.DataFrame([{"price_book": "clinic", "tier": "gold", "model": "flat", "price": 0.1}])


def one_choice() -> Case:
    """Nothing is left to search: one book, its menu given, one provider, required."""
    return build_case(*hand_case(providers=[{**work()["providers"][0], "engage": "required"}]))


def test_a_delivery_cut_short_is_no_proof_of_infeasibility(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[None] = []

    def cut_short(*_: object, **__: object) -> DeliveryOutcome:
        asked.append(None)
        return DeliveryOutcome(None, proved=False, bound=math.inf)

    best = optimizer.evaluate(one_choice(), menus=MENUS).objective
    assert best is not None
    monkeypatch.setattr(engine.DeliveryProgram, "solve", cut_short)
    result = optimizer.evaluate(one_choice(), menus=MENUS, should_stop=lambda: bool(asked))
    assert asked
    assert_true_claims(result, best)


@pytest.mark.parametrize("rule", ["min_service_margin", "min_account_margin"])
@pytest.mark.parametrize("seed", one_in(4, [0, 4, 7, 11]))
def test_infeasible_is_what_enumeration_says(seed: int, rule: str) -> None:
    """Margins are pushed up until nothing holds any more: both agree at each step."""
    settings, tables, scenarios = random_case(seed)
    for floor in (0.2, 0.5, 0.8, 0.99):
        scenario = scenarios["base"].model_copy(update={rule: floor})
        expected = enumerate_scenario(settings, tables, scenario)
        result = optimizer.solve(build_case(settings, tables, {"base": scenario}), gap=1e-7)
        assert result.status.value == expected.status
        if expected.status == "infeasible":
            assert (result.plan, result.objective, result.bound, result.gap) == (None, None, None, None)
            return
