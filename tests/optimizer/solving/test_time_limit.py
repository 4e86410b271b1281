"""What a search cut short still proves, whatever it was doing when the limit came."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

import optimizer
from models import Case, Scenario, apply_scenario, build_case, load_case
from models.rules import MONEY_RULES
from optimizer.assurance.result import Result
from optimizer.lp.solver import SolverOutcome
from optimizer.program import delivery
from optimizer.program.constraints import rules_without
from optimizer.program.delivery import DeliveryOutcome
from optimizer.program.formulation import Fixings
from optimizer.program.instance import build_instance
from optimizer.results.audit_rules import RULES_ON_MENUS
from optimizer.results.plan_document import plan_document
from optimizer.results.progress import Progress
from optimizer.results.record import Status
from optimizer.solving import engine
from optimizer.solving.engine import DeliveryQuestion, offers_of
from optimizer.solving.plan_assembly import assemble
from optimizer.solving.time_limit import Limit
from optimizer.solving.todays_plan import current_menus, sold_products
from tests.benchmarks.generator import Size, generate
from tests.folders import IMAGING
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
    assert late.seconds == pytest.approx(2.0, abs=0.1)
    assert Limit(1e-4, time.monotonic() - 60.0, None).of_last_steps(1e-6).seconds == 0.0
    assert Limit(1e-4, None, None).of_last_steps(1e-6).seconds is None
    assert Limit(1e-4, None, lambda: True).of_last_steps(1e-6).seconds == 1.0


def test_the_second_stage_leaves_time_for_what_comes_after_it() -> None:
    """Of the 3 seconds that are owed, 2 are for what ends with it."""
    now = time.monotonic()
    assert Limit(1e-4, now, None).of_second_stage().seconds == pytest.approx(2.0, abs=0.1)
    assert Limit(1e-4, now + 9.0, None).of_second_stage().seconds == pytest.approx(11.0, abs=0.1)
    assert Limit(1e-4, None, None).of_second_stage().seconds is None


def test_a_second_stage_cut_short_saves_what_flows_alone_can(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today's menus under revenue alone leave dear hours in, and the same providers can do without."""
    case, scenario = apply_scenario(load_case(IMAGING), "base")
    instance = build_instance(case, scenario.model_copy(update={"objective": "account_revenue"}))
    offers = offers_of(instance, case.tables["current_menus"])
    menus = current_menus(instance, offers)
    question = DeliveryQuestion(
        instance,
        offers,
        Fixings(supported=sold_products(instance)),
        constraints=rules_without(RULES_ON_MENUS.union(MONEY_RULES)),
        menus_given=True,
    )
    program = question.delivery_program(menus)
    first = program.solve().delivery
    assert first is not None
    best = program.second_stage(first)
    monkeypatch.setattr(delivery, "solve_integer", lambda *_: SolverOutcome(False, False, None, math.inf, -math.inf))
    cut, blind = program.second_stage(first), program.second_stage(replace(first, decisions={}))
    margins = [
        assemble(instance, offers, menus, each).kpis["account_margin"] or 0.0 for each in (first, blind, cut, best)
    ]
    assert margins[0] == margins[1] < margins[2] <= margins[3] + 1e-6


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
