"""The bridge: each part against numbers worked by hand, and exact addition on random cases."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from models import apply_scenario, build_case
from models.plan import KPIS, PLAN_TABLES, Decisions, Plan
from optimizer.analysis.machinery.comparison.bridge import MEASURES, Numbers, bridge
from optimizer.analysis.machinery.comparison.todays_book import today
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from tests.oracle.random_cases import random_case

NUMBERS = Numbers(frozenset({"open_book"}), pd.Series({"pump": 0.5}), 0.4)
Row = tuple[str, str, float, float, float, float]
"""Tier, model, price, units, service revenue, product revenue of a cohort of 100 pumps."""


def plan(*rows: Row, **kpis: float) -> Plan:
    """A plan of one cohort, whose amounts follow from its rows and the KPIs given."""
    uptake = [("s", "all", "pump", tier, model, price, units / 100, units, billed, kept)
              for tier, model, price, units, billed, kept in rows]  # fmt: skip
    billed, kept = sum(row[4] for row in rows), sum(row[5] for row in rows)
    given = dict.fromkeys(KPIS, 0.0) | {"service_revenue": billed} | kpis
    cost = sum(given[name] for name in ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost"))
    given["service_margin"] = given["service_revenue"] - cost
    given["product_revenue"] = kept - given["loyalty_loss"]
    given["account_revenue"] = given["product_revenue"] + given["service_revenue"]
    given["account_margin"] = 0.5 * kept - 0.4 * given["loyalty_loss"] + given["service_margin"]
    empty = {name: pd.DataFrame(columns=list(columns)) for name, columns in PLAN_TABLES.items()}
    return Plan(Decisions(), **{**empty, "uptake": pd.DataFrame(uptake, columns=empty["uptake"].columns)}, kpis=given)


def parts(first: Plan, second: Plan, measure: str = "service_revenue") -> dict[tuple[str, str], float]:
    rows = bridge(first, second, NUMBERS)
    return {
        (part, cause): value
        for part, cause, value in zip(rows["part"], rows["cause"], rows[measure], strict=True)
        if value
    }


FIRST = plan(("none", "", float("nan"), 60, 0, 600), ("gold", "flat", 0.1, 40, 400, 480))
"""A unit pays 10 and leaves 12 of product revenue under gold, 10 without a contract."""


def test_uptake_mix_and_price_are_taken_in_turn() -> None:
    second = plan(
        ("none", "", float("nan"), 50, 0, 500),
        ("gold", "flat", 0.12, 30, 360, 360),
        ("top", "flat", 0.5, 20, 1000, 300),
    )
    # 10 more units at 10; then 20 of the 50 pay 50 and not 10; then 30 pay 12 and not 10
    assert parts(FIRST, second) == pytest.approx(
        {("uptake", "billed"): 100, ("mix of tiers", "billed"): 800, ("price", "billed"): 60}
    )
    # 10 units leave 12 and not 10; then 20 leave 15 and not 12
    gained = {name: value for name, value in parts(FIRST, second, "account_revenue").items() if name[0] == "loyalty"}
    assert gained == pytest.approx({("loyalty", "uptake"): 20, ("loyalty", "mix of tiers"): 60})
    profit = {name: value for name, value in parts(FIRST, second, "account_margin").items() if name[0] == "loyalty"}
    assert profit == pytest.approx({("loyalty", "uptake"): 10, ("loyalty", "mix of tiers"): 30})


def test_a_new_pricing_model_comes_with_its_price() -> None:
    second = plan(("none", "", float("nan"), 60, 0, 600), ("gold", "lease", 0.2, 40, 800, 400))
    assert parts(FIRST, second) == pytest.approx({("pricing model", "billed"): 400})
    assert parts(FIRST, second, "account_revenue")[("loyalty", "pricing model")] == pytest.approx(-80)


def test_what_the_scenarios_numbers_change_is_not_put_down_to_the_price() -> None:
    # At its old price of 0.1 a unit pays 11 now; the price of 0.2 doubles that.
    second = plan(("none", "", float("nan"), 60, 0, 660), ("gold", "flat", 0.2, 40, 880, 480))
    assert parts(FIRST, second) == pytest.approx({("numbers of the case", "billed"): 40, ("price", "billed"): 440})
    assert parts(FIRST, second, "account_revenue")[("numbers of the case", "product revenue")] == pytest.approx(60)


def test_a_mark_up_scales_what_is_paid_by_one_plus_the_price() -> None:
    none = ("none", "", float("nan"), 60.0, 0.0, 600.0)
    first, second = (plan(none, ("gold", "open_book", price, 40, 400 * (1 + price), 480)) for price in (0.25, 0.5))
    assert parts(first, second) == pytest.approx({("price", "billed"): 100})


def test_a_cohort_that_bought_nothing_buys_at_the_new_mix_and_price() -> None:
    first = plan(("none", "", float("nan"), 100, 0, 1000))
    second = plan(("none", "", float("nan"), 50, 0, 500), ("gold", "flat", 0.12, 50, 600, 600))
    assert parts(first, second) == pytest.approx({("uptake", "billed"): 600})
    assert parts(second, first) == pytest.approx({("uptake", "billed"): -600})


def test_work_and_the_cost_of_a_case_are_told_apart() -> None:
    def delivered(cases: float, cost: float, paid: float) -> Plan:
        allocation = pd.DataFrame(
            [("north", "f", "visit", "gold", "", "own", cases, cases, cost)], columns=list(PLAN_TABLES["allocation"])
        )
        return replace(plan(delivery_cost=paid), allocation=allocation)

    # 5 more cases at 4; 15 cases at 5 and not 4; a discount of 10 that was not there
    assert parts(delivered(10, 40, 40), delivered(15, 75, 65), "service_margin") == pytest.approx(
        {
            ("delivery cost", "work"): -20,
            ("delivery cost", "cost per case"): -15,
            ("delivery cost", "discounts and commitments"): 10,
        }
    )


def test_loyalty_loss_and_settlement_stand_alone() -> None:
    second = replace(FIRST, kpis={**FIRST.kpis, "loyalty_loss": 10.0, "service_revenue": 395.0})
    rows = bridge(FIRST, second, NUMBERS).set_index(["part", "cause"])
    assert rows.loc[("loyalty", "service under target"), list(MEASURES)].tolist() == pytest.approx([-10, -4, 0, 0])
    assert rows.loc[("settlement", "performance"), list(MEASURES)].tolist() == pytest.approx([-5, -5, -5, -5])


@pytest.mark.parametrize("seed", [1, 4, 6, 19, 24, 31])
def test_the_parts_add_up_to_the_change(seed: int) -> None:
    settings, tables, scenarios = random_case(seed)
    case = build_case(settings, tables, scenarios)
    session = SolverSession(case, gap=1e-3)
    rates = {"table": "rates", "column": "cost_per_case", "multiply": 1.1}
    margins = {"table": "products", "column": "product_margin", "multiply": 0.9}
    loose = {"name": "loose", "objective": "service_margin", "change": [rates, margins]}
    results = [session.solve(scenarios["base"]), session.solve(type(scenarios["base"])(**loose))]
    results += [] if case.tables["current_menus"].empty else [today(session)]
    plans = [result.decided for result in results if result.plan is not None]
    assert len(plans) >= 2
    numbers = Numbers.of(apply_scenario(case, "base")[0])
    for first in plans:
        for second in plans:
            rows = bridge(first, second, numbers)
            for measure in MEASURES:
                change = (second.kpis[measure] or 0) - (first.kpis[measure] or 0)
                scale = max(1.0, abs(first.kpis["account_revenue"] or 0), abs(second.kpis["account_revenue"] or 0))
                assert rows[measure].sum() == pytest.approx(change, abs=1e-9 * scale)
            if first is second:
                assert (rows[list(MEASURES)] == 0).all(axis=None)
