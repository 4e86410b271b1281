"""A plan at hand is never thrown away: without any time it is judged under the new rule, or the nearest is found."""

from __future__ import annotations

from typing import Any

import pytest

import optimizer
from models import Case, Change, Scenario, build_case, load_case
from models.conditions import MenuOption
from optimizer.assurance.result import Result
from optimizer.results.record import Status
from optimizer.results.summary import status_sentence
from tests.folders import TINY
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.random_cases import random_case
from tests.slow import one_in

LOOSER = {
    "min_service_margin": None,
    "min_account_margin": None,
    "max_cost_to_serve": None,
    "max_providers": None,
    "max_provider_share": None,
    "max_utilization": None,
    "max_csat_over_target": None,
}
"""Rules that a plan found with them obeys without them."""


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case(TINY)


@pytest.fixture(scope="module")
def plan(case: Case) -> Result:
    return optimizer.solve(case)


def without_time(case: Case, plan: Result, **rules: Any) -> Result:
    asked = case.scenarios["base"].model_copy(update=rules)
    return optimizer.solve(case, asked, time_limit=0.0, start=plan)


def test_a_plan_that_obeys_the_new_rule_is_kept(case: Case, plan: Result) -> None:
    """Its service margin is 55 %: 11,660 of 21,200."""
    kept = without_time(case, plan, min_service_margin=0.55)
    assert kept.status is Status.FEASIBLE
    assert kept.objective == pytest.approx(19_560)
    assert kept.bound is not None
    assert 19_560 <= kept.bound <= 1.02 * 19_560  # what the search before it bounded the whole by, not the widest bound
    assert kept.menus.equals(plan.menus)


@pytest.mark.parametrize("rules", [{"min_menu": 2}, {"max_menu": 1}, {"max_price_change": 0.1}, {"max_tiers": 1}])
def test_one_that_breaks_it_gives_way_to_another(rules: dict[str, Any], case: Case, plan: Result) -> None:
    repaired = without_time(case, plan, **rules)
    best = optimizer.solve(case, case.scenarios["base"].model_copy(update=rules))
    assert repaired.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert repaired.audit is not None
    assert repaired.audit.ok
    assert repaired.objective is not None
    assert repaired.bound is not None
    assert best.objective is not None
    assert repaired.objective <= best.objective + 1e-6
    assert repaired.bound >= best.objective - 1e-6
    assert not repaired.menus.equals(plan.menus)


def test_where_there_is_none_none_is_claimed(case: Case, plan: Result) -> None:
    assert without_time(case, plan, max_providers=0).plan is None


@pytest.mark.parametrize("seed", one_in(4, range(24)))
def test_looser_rules_never_lose_a_plan(seed: int) -> None:
    settings, tables, scenarios = random_case(seed)
    case = build_case(settings, tables, scenarios)
    plan = optimizer.solve(case, gap=1e-7)
    loose = scenarios["base"].model_copy(update=LOOSER)
    kept = optimizer.solve(case, loose, time_limit=0.0, start=plan)
    if plan.objective is None:
        assert kept.plan is None
        return
    best = enumerate_scenario(settings, tables, loose).objective
    assert best is not None
    assert kept.objective is not None
    assert kept.bound is not None
    tolerance = 2e-6 * max(1.0, abs(best))
    assert plan.objective - tolerance <= kept.objective <= best + tolerance
    assert kept.bound >= best - tolerance


def test_a_plan_of_another_case_is_no_promise(plan: Result) -> None:
    settings, tables, _ = random_case(3)
    other = optimizer.solve(build_case(settings, tables), Scenario(), time_limit=0.0, start=plan)
    assert other.status in (Status.NO_PLAN, Status.FEASIBLE)


def test_where_nothing_is_found_the_start_is_judged(case: Case, plan: Result) -> None:
    """55 % of 21,200 is 11,660; 90 % would be 19,080."""
    judged = without_time(case, plan, min_service_margin=0.9, max_tiers=1).start_judged
    assert judged is not None
    assert judged.fits
    assert judged.broken == ("max_tiers", "min_service_margin")
    assert judged.missed.set_index("rule")["shortfall"].to_dict() == pytest.approx(
        {"max_tiers": 1, "min_service_margin": 19_080 - 11_660}
    )
    assert plan.plan is not None
    assert judged.kpis == pytest.approx(plan.plan.kpis)


def test_what_is_proved_impossible_has_the_start_judged_too(case: Case, plan: Result) -> None:
    """A floor of 99 points: gold has 80, silver 70, weighted by their cases of 48 and 8 a year."""
    floor = Change(table="tiers", column="csat_floor", set=99), Change(table="tiers", column="csat_target", set=99)
    asked = case.scenarios["base"].model_copy(update={"change": floor, "min_menu": 1})
    result = optimizer.solve(case, asked, start=plan)
    assert result.status is Status.INFEASIBLE
    judged = result.start_judged
    assert judged is not None
    assert judged.missed["rule"].tolist() == ["csat_floor", "csat_floor"]
    assert judged.missed["shortfall"].tolist() == pytest.approx([48 * (99 - 80), 8 * (99 - 70)])
    assert status_sentence(result).endswith(" The plan that it started from breaks csat_floor.")
    assert "80 against 99 CSAT points" in result._repr_html_()


def test_a_start_with_the_work_of_other_numbers_says_so(case: Case, plan: Result) -> None:
    more = Change(table="products", column="incident_rate", multiply=1.1)
    asked = case.scenarios["base"].model_copy(update={"change": (more,), "min_service_margin": 0.9})
    result = optimizer.solve(case, asked, start=plan)
    assert result.start_judged is not None
    assert not result.start_judged.fits
    assert result.start_judged.broken == ("min_service_margin",)


def test_conditions_that_the_start_breaks_are_named(case: Case, plan: Result) -> None:
    (row,) = plan.menus.query("price_book == 'factories' and tier == 'gold'").to_dict("records")
    gone = MenuOption("factories", "gold", str(row["model"]), float(row["price"]), wanted=False)
    asked = case.scenarios["base"].model_copy(update={"min_service_margin": 0.9})
    result = optimizer.solve(case, asked, start=plan, conditions=[gone])
    assert result.start_judged is not None
    assert result.start_judged.broken == ("min_service_margin", str(gone))


def test_a_plan_that_was_found_has_no_start_beside_it(case: Case, plan: Result) -> None:
    assert without_time(case, plan, max_tiers=1).start_judged is None
    without_start = case.scenarios["base"].model_copy(update={"min_service_margin": 0.9})
    assert optimizer.solve(case, without_start).start_judged is None
