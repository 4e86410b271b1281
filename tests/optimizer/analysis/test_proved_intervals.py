"""Each interval of an answer, with default options, holds what an independent solve finds with the decision forced."""

from __future__ import annotations

from functools import cache
from typing import Any

import pandas as pd
import pytest

import optimizer
from models import apply_scenario
from models.conditions import Amount, Condition, CountLimit, Decision, NoTokenPartners
from models.scenario import Scenario
from optimizer.analysis.alternatives import LEAST_SHARE
from optimizer.analysis.machinery.feasibility.levers import levers
from optimizer.assurance.result import Result
from optimizer.results.record import Status
from tests.slow import one_in

from .posed import case_of, scenario_of

SEEDS: list[Any] = one_in(4, [37, 7, 12, 21])
EXACT, ROUNDING = 1e-9, 1e-6
"""Gap of the independent solves, and what intervals may be off by, relative."""

pytestmark = pytest.mark.no_cover


@cache
def plan_of(seed: int) -> Result:
    return optimizer.solve(case_of(seed))


def best(seed: int, *conditions: Condition, scenario: Scenario | None = None) -> float | None:
    """Best objective under conditions, solved from nothing; None where there is none."""
    wanted = scenario or scenario_of(seed)
    return optimizer.solve(case_of(seed), wanted, conditions=conditions, gap=EXACT).objective


def room(value: float) -> float:
    return ROUNDING * max(1.0, abs(value))


def assert_within(least: float, value: float, most: float, size: float) -> None:
    assert least - room(size) <= value <= most + room(size)


@pytest.mark.parametrize("seed", SEEDS)
def test_gains_of_rules(seed: int) -> None:
    case, wanted, own = case_of(seed), scenario_of(seed), plan_of(seed).objective
    assert own is not None
    table = optimizer.explain(case, result=plan_of(seed)).tables["costs"]
    on = {lever.name: lever for lever in levers(apply_scenario(case, wanted)[0], wanted)}
    for row in table.to_dict("records"):
        lever = on[f"{row['rule']} ({row['scope']})" if row["scope"] else row["rule"]]
        without = best(seed, scenario=lever.dropped(wanted))
        assert without is not None
        assert_within(row["gain_dropped"], without - own, row["gain_dropped_at_most"], own)
        if lever.limit is not None:
            looser = best(seed, scenario=lever.at(wanted, lever.loosened(lever.limit)))
            assert looser is not None
            assert_within(row["gain_step"], looser - own, row["gain_step_at_most"], own)


@pytest.mark.parametrize("seed", SEEDS)
def test_losses_of_requests(seed: int) -> None:
    plan = plan_of(seed)
    own = plan.objective
    assert own is not None
    requests: list[tuple[Condition, ...]] = [
        *((Decision("provider", name, wanted=False),) for name in plan.decided.decisions.providers),
        *((Decision("tier", name, wanted=False),) for name in plan.decided.decisions.tiers),
        (CountLimit("tier", 1, 1),),
    ]
    table = optimizer.whynot(case_of(seed), None, *requests, result=plan).tables["requests"]
    for conditions, row in zip(requests, table.to_dict("records"), strict=True):
        under = best(seed, *conditions)
        if under is None:
            assert row["status"] == Status.INFEASIBLE
            continue
        assert_within(row["loss_at_least"], own - under, row["loss_at_most"], own)
        assert_within(row["loss_at_least"], row["loss"], row["loss_at_most"], own)


@pytest.mark.parametrize("seed", SEEDS)
def test_values_of_decisions(seed: int) -> None:
    plan, case, whole = plan_of(seed), case_of(seed), best(seed)
    assert whole is not None
    values: list[tuple[str, pd.DataFrame]] = [
        ("provider", optimizer.partners(case, result=plan, shares=[0.0]).tables["values"])
    ]
    portfolio = optimizer.portfolio(case, result=plan)
    values += [("tier", portfolio.tables["tiers"]), ("model", portfolio.tables["models"])]
    for kind, table in values:
        for row in table.dropna(subset=["value"]).to_dict("records"):
            other = best(seed, Decision(kind, row[kind], wanted=not row["in_plan"]))  # type: ignore[arg-type]
            assert other is not None
            worth = whole - other if row["in_plan"] else other - whole
            assert_within(row["value_least"], worth, row["value_most"], whole)
            assert_within(row["value_least"], row["value"], row["value_most"], whole)
    for row in portfolio.tables["tier_counts"].dropna(subset=["objective"]).to_dict("records"):
        assert_within(row["objective"], row["objective"], row["bound"], whole)


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_of_alternatives(seed: int) -> None:
    table = optimizer.alternatives(case_of(seed), count=2, result=plan_of(seed)).tables.get("alternatives")
    first = best(seed, NoTokenPartners(LEAST_SHARE))
    if table is None or first is None:
        assert table is None
        assert first is None
        return
    assert (table["objective"] <= table["at_most"]).all()
    assert first <= table["at_most"].max() + room(first)


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_of_points(seed: int) -> None:
    wanted = scenario_of(seed).model_copy(update={"objective": "account_revenue"})
    table = optimizer.frontier(case_of(seed), wanted, points=3).tables["points"]
    assert (table["account_revenue"] <= table["at_most"]).all()
    for row in table.to_dict("records"):
        level = row["service_margin"] - room(row["service_margin"])
        most = best(seed, Amount("service_margin", least=level), scenario=wanted)
        assert most is not None
        assert_within(row["account_revenue"], most, row["at_most"] + 2 * room(most), most)


@pytest.mark.parametrize("seed", SEEDS)
def test_limits_of_targets(seed: int) -> None:
    case, wanted = case_of(seed), scenario_of(seed)
    table = optimizer.diagnose(case, result=plan_of(seed)).tables["targets"]
    on = {lever.name: lever for lever in levers(apply_scenario(case, wanted)[0], wanted)}
    for row in table.to_dict("records"):
        lever = on[f"{row['rule']} ({row['scope']})" if row["scope"] else row["rule"]]
        if row["best"] == row["best"] and row["best"] is not None:
            assert best(seed, scenario=lever.at(wanted, row["best"])) is not None
        if row["out_of_reach"] == row["out_of_reach"] and row["out_of_reach"] is not None:
            assert best(seed, scenario=lever.at(wanted, row["out_of_reach"])) is None
