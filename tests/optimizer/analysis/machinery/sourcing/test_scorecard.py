"""Scorecards worked by hand: pay, discounts, commitments, settlements borne, measures, criteria and gaps."""

from __future__ import annotations

from dataclasses import replace
from math import exp
from typing import Any

import pandas as pd
import pytest

import optimizer
from models import Case, Scenario, load_case
from optimizer.analysis.machinery.sourcing.earnings import Year, earnings
from optimizer.analysis.machinery.sourcing.scorecard import Scorecard
from tests.worlds.hand_case import Rows, offer, work
from tests.worlds.small_case import write_small_case
from tests.worlds.two_providers import two_providers

LOCKED = pd.DataFrame(columns=["price_book", "tier", "model", "price"])
HALF = [{**offer()["tiers"][0], "csat_floor": 80, "csat_target": 85, "min_attainment": 0.5}]
"""A floor that own (70) and ace (90) reach when each works half."""
SETTLED = [{**offer()["contracts"][0], "model": "outcome"}]
BENCHMARKED = [{**work()["services"][0], "benchmark_cost": 10}]


def card(ace: dict[str, Any] | None = None, **more: Rows) -> Scorecard:
    """Scorecard of the plan in which each works half; what `ace` and `more` change comes after it is made."""
    contracts = {"contracts": more["contracts"]} if "contracts" in more else {}
    result = optimizer.evaluate(two_providers(tiers=HALF, **contracts), menus=LOCKED)
    case = two_providers(ace, **{"tiers": HALF, **more})
    return Scorecard(case, case.scenarios["base"], result.decided)


def row_of(table: pd.DataFrame, name: str) -> dict[str, Any]:
    return dict(table.set_index("provider").loc[name])


def measure(card: Scorecard, provider: str, name: str) -> dict[str, Any]:
    table = card.measures
    return dict(table[(table["provider"] == provider) & (table["measure"] == name)].iloc[0])


def test_a_commitment_is_paid_where_the_work_costs_less() -> None:
    ace = row_of(card({"commitment": 20, "fixed_cost": 4}).work, "ace")
    expected = {"cases": 0.5, "hours": 1, "case_cost": 5, "payment": 20, "commitment_used": 0.25, "share_of_hours": 0.5,
                "capacity_used": 0.01, "payment_bad_year": 20, "payment_good_year": 20, "fixed_cost": 4}  # fmt: skip
    assert {name: ace[name] for name in expected} == pytest.approx(expected)


def test_a_partner_may_use_what_the_scenario_leaves_of_its_capacity() -> None:
    half = card({"capacity_hours": 2})  # of which it works 1
    used = [measure(replace(half, scenario=Scenario(max_utilization=limit)), "ace", "capacity_used")
            for limit in (None, 0.5, 0.4)]  # fmt: skip
    assert [(row["target"], row["met"]) for row in used] == [(1.0, True), (0.5, True), (0.4, False)]


def test_a_volume_discount_is_taken_off() -> None:
    ace = row_of(card(volume_discounts=[{"provider": "ace", "above": 3, "discount": 0.5}]).work, "ace")
    assert (ace["volume_discount"], ace["payment"]) == (pytest.approx(1), pytest.approx(4))


def test_a_good_year_has_more_cases_up_to_the_capacity() -> None:
    ace = row_of(card({"capacity_hours": 1.1}).work, "ace")  # of 1 hour worked
    assert ace["payment_good_year"] == pytest.approx(5.5)
    assert ace["payment_bad_year"] == pytest.approx(4)
    own = row_of(card().work, "own")
    assert own["payment_good_year"] == pytest.approx(3.6)


def test_a_provider_bears_its_share_of_settlements() -> None:
    found = card({"risk_share": 0.5}, contracts=SETTLED)
    ace = row_of(found.work, "ace")
    expected = 5 - 10 * exp(-2)  # bonus 1 and penalty 3 an hour, promise 10, response 5
    assert ace["settlement"] == pytest.approx(0.5 * expected)
    assert ace["borne"] == pytest.approx(0.25 * expected)
    assert ace["risk_borne"] == pytest.approx(0.5)
    late = 4 - 12 * exp(-10 / 6)  # a response of 6 hours
    assert ace["payment_bad_year"] == pytest.approx(0.8 * 0.5 * (10 + 0.5 * late))
    assert row_of(found.work, "own")["borne"] == 0
    assert pd.isna(row_of(card().work, "ace")["risk_borne"])


def test_measures_are_held_against_their_targets() -> None:
    found = card({"max_share": 0.5, "commitment": 20}, services=BENCHMARKED)
    assert measure(found, "own", "cost_to_benchmark")["value"] == pytest.approx(0.6)
    assert measure(found, "ace", "full_cost_to_benchmark")["value"] == pytest.approx(4)
    assert measure(found, "own", "csat")["target"] == pytest.approx(85)
    assert measure(found, "own", "loyalty_loss")["value"] == pytest.approx(0.5 * 0.5 * 15)
    assert measure(found, "ace", "attainment")["value"] == pytest.approx(1 - exp(-2))
    met = {
        (row["provider"], row["measure"]): row["met"]
        for row in found.measures.to_dict("records")
        if row["measure"] in ("csat", "cost_to_benchmark", "commitment_used", "share_of_hours")
    }
    assert met == {
        ("ace", "cost_to_benchmark"): True,
        ("ace", "commitment_used"): False,
        ("ace", "csat"): True,
        ("ace", "share_of_hours"): True,
        ("own", "cost_to_benchmark"): True,
        ("own", "csat"): False,
        ("own", "share_of_hours"): True,
    }
    assert measure(found, "ace", "share_of_hours")["target"] == 0.5
    assert pd.isna(measure(found, "own", "share_of_hours")["target"])


def test_scores_are_weighted_and_weak_partners_named() -> None:
    criteria = [{"criterion": "quality", "weight": 3, "minimum": 5}, {"criterion": "reach", "weight": 1}]
    scores = [
        {"provider": "ace", "criterion": "quality", "score": 6},
        {"provider": "ace", "criterion": "reach", "score": 2},
    ]
    found = card(criteria=criteria, scores=scores)
    assert found.criteria["contribution"].tolist() == pytest.approx([4.5, 0.5])
    assert row_of(found.summary, "ace")["score"] == pytest.approx(5)
    assert row_of(found.summary, "ace")["good_enough"]
    strict = found.scenario.model_copy(update={"min_provider_score": 5.5})
    assert not row_of(Scorecard(found.case, strict, found.plan).summary, "ace")["good_enough"]
    assert row_of(Scorecard(found.case, strict, found.plan).summary, "own")["good_enough"]


def test_gaps_cost_and_take_what_the_slowest_takes() -> None:
    gap = {"provider": "ace", "required": 7, "actual": 5, "cost_to_close": 4, "months": 3}
    gaps = [{**gap, "capability": "stock"}, {**gap, "capability": "tools", "months": 5}]
    closed = {**gap, "capability": "people", "actual": 8, "cost_to_close": 99, "months": 99}
    found = card(readiness=[*gaps, closed])
    ace = row_of(found.summary, "ace")
    assert (ace["readiness_cost"], ace["readiness_months"]) == (8, 5)
    assert found.readiness.set_index("capability")["gap"].to_dict() == {"people": 0, "stock": 2, "tools": 2}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case")))


def test_payments_add_up_to_the_plan(small: Case) -> None:
    result = optimizer.evaluate(small, menus=small.tables["current_menus"])
    found = Scorecard(small, small.scenarios["base"], result.decided)
    assert found.work["payment"].sum() == pytest.approx(result.decided.kpis["delivery_cost"])
    assert found.work["hours"].sum() == pytest.approx(result.allocation["hours"].sum())
    twice = earnings(small, found.flows, result.decided.decisions.providers, Year())
    assert twice["payment"].tolist() == pytest.approx(found.work["payment"].tolist())
