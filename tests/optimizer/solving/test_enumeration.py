"""`solve` and `evaluate` against full enumeration of seeded random cases that together use everything."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pytest

import optimizer
from models import build_case
from models.case import Case
from models.plan import Plan
from optimizer.assurance.result import Result
from tests.oracle.enumeration import Enumeration, Optimum
from tests.oracle.questions import best_margin, given_menus, menus_of, plan_offers, today
from tests.oracle.random_cases import HARD_SEEDS, RARE_SEEDS, SEEDS, random_case
from tests.oracle.recompute import PlanTables, money
from tests.oracle.volume import no_contract_objective
from tests.oracle.world import World, read_world
from tests.slow import one_in

TELLING = (*HARD_SEEDS, *RARE_SEEDS)
GAP = 1e-7
GIVEN_UP = 1e-6
"""What the second stage may give up of the objective for margin, relative."""
ROUNDING = 1e-9


@dataclass(frozen=True)
class Posed:
    """A random case as the product and as the oracle read it."""

    case: Case
    world: World


def pose(seed: int) -> Posed:
    settings, tables, scenarios = random_case(seed)
    return Posed(build_case(settings, tables, scenarios), read_world(settings, tables, scenarios["base"]))


def size(value: float) -> float:
    return max(1.0, abs(value))


def assert_same_optimum(result: Result, expected: Optimum) -> None:
    assert result.status.value == expected.status, result.reason
    if expected.objective is None:
        assert result.plan is None
        assert result.objective is None
        return
    assert result.plan is not None
    assert result.objective is not None
    assert result.bound is not None
    lost = (expected.objective - result.objective) / size(expected.objective)
    assert -GIVEN_UP <= lost <= GIVEN_UP + GAP + ROUNDING, (result.objective, expected.objective)
    assert result.bound >= expected.objective - ROUNDING * size(expected.objective)
    assert result.bound >= result.objective
    assert result.audit is not None
    assert result.audit.ok


def assert_same_money(plan: Plan, enumeration: Enumeration) -> None:
    tables = PlanTables(
        plan.menus, plan.coverage, plan.allocation, plan.fulfilment, plan.decisions.providers, plan.decisions.products
    )
    for kpi, expected in money(enumeration, tables).items():
        assert plan.kpis[kpi] == pytest.approx(expected, rel=1e-6, abs=1e-6), kpi


def assert_margin_not_wasted(result: Result, enumeration: Enumeration, optimum: float) -> None:
    """The second stage is solved to 1e-3 of the best margin at the objective it was allowed to fall to."""
    assert result.plan is not None
    offers = plan_offers(enumeration, result.plan.menus, result.plan.coverage)
    best = best_margin(enumeration, offers, optimum - 0.5 * GIVEN_UP * size(optimum))
    scope = "account_margin" if result.objective_name.startswith("account") else "service_margin"
    margin = result.plan.kpis[scope]
    assert best is not None
    assert margin is not None
    assert margin >= best - 1e-3 * size(best)


@pytest.mark.parametrize("seed", [*TELLING, *one_in(5, [seed for seed in SEEDS if seed not in TELLING])])
def test_solve_agrees_with_enumeration(seed: int) -> None:
    posed = pose(seed)
    enumeration = Enumeration(posed.world)
    expected = enumeration.run()
    result = optimizer.solve(posed.case, "base", gap=GAP)
    assert_same_optimum(result, expected)
    assert_same_baseline(result, posed.world)
    if result.plan is None or expected.objective is None:
        return
    assert_same_money(result.plan, enumeration)
    assert_margin_not_wasted(result, enumeration, expected.objective)
    nothing_sold = no_contract_objective(posed.world, enumeration.demand)
    assert result.no_contract_objective == pytest.approx(nothing_sold, rel=1e-9, abs=1e-9)


def assert_same_baseline(result: Result, world: World) -> None:
    expected = today(world) if world.tables["current_menus"] else None
    if expected is None:
        assert result.baseline is None
        assert result.baseline_reason
        return
    assert result.baseline is not None, result.baseline_reason
    found = result.baseline[result.objective_name]
    assert found is not None
    assert abs(found - expected) <= (GIVEN_UP + GAP + ROUNDING) * size(expected)


@pytest.mark.parametrize("seed", one_in(4, SEEDS[::4]))
def test_evaluate_agrees_with_enumeration(seed: int) -> None:
    posed = pose(seed)
    menus = some_menus(posed.world)
    expected = given_menus(posed.world, menus_of(menus))
    assert_same_optimum(optimizer.evaluate(posed.case, "base", menus=menus, gap=GAP), expected)


def some_menus(world: World) -> pd.DataFrame:
    """One option per tier and price book, off the price points, excluded tiers and all."""
    rows = []
    for number, book in enumerate(Enumeration(world).books()):
        for place, tier in enumerate(world.names("tiers", "tier")):
            points = world.rows("price_points", tier=tier)
            if points and (number + place) % 3 < 2:
                point = points[(number + place) % len(points)]
                price = point["price"] * (1.03 if number % 2 else 1.0)
                rows.append({"price_book": book, "tier": tier, "model": point["model"], "price": price})
    return pd.DataFrame(rows, columns=["price_book", "tier", "model", "price"])
