"""The judge of a closest delivery: every claim of it that is off is found, and what it says it misses is no fault."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

import optimizer
from models import Case, Scenario, apply_scenario, build_case, load_case
from models.plan import Plan
from models.scenario import Change
from optimizer.auditing import audit_closest, judge_closest
from optimizer.results.closest_delivery import ClosestDelivery
from tests.folders import TINY

SCENARIO = Scenario(
    objective="account_margin",
    min_service_margin=0.6,
    change=(
        Change(table="providers", column="capacity_hours", set=50),
        Change(table="tiers", column="turnaround_hours", set=10, where={"tier": "silver"}),
    ),
)
"""Today's menus of the tiny case leave 12 hours undone and miss floors, the margin, and turnaround."""


@cache
def world() -> Case:
    """The tiny case with a cheaper, slower policy."""
    tables = dict(load_case(TINY).tables)
    slow = tables["fulfilment"].assign(policy="mend", parts_cost=1.0, turnaround_hours=40.0)
    tables["fulfilment"] = pd.concat([tables["fulfilment"], slow], ignore_index=True)
    return build_case(load_case(TINY).settings, tables, {"base": SCENARIO})


@cache
def found() -> ClosestDelivery:
    closest = optimizer.evaluate(world(), menus=world().tables["current_menus"]).closest
    assert closest is not None
    return closest


def faults(closest: ClosestDelivery, scenario: Scenario = SCENARIO, case: Case | None = None) -> set[str]:
    """Rules that an audit of it finds broken, and amounts that are off."""
    verdict = audit_closest(*apply_scenario(case or world(), scenario), closest)
    assert verdict.ok == (not verdict.faults)
    rules = verdict.rules.loc[~verdict.rules["ok"], "rule"]
    return {*rules, *verdict.kpis.loc[~verdict.kpis["ok"], "kpi"]}


def table(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> ClosestDelivery:
    """The delivery with one of its tables changed."""
    closest = found()
    if name in ("unserved", "missed"):
        return replace(closest, **{name: change(getattr(closest, name).copy())})
    plan: Plan = replace(closest.plan, **{name: change(getattr(closest.plan, name).copy())})
    return replace(closest, plan=plan)


def scaled(column: str, factor: float) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{column: rows[column] * factor})


def named(column: str, value: object) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda rows: rows.assign(**{column: value})


def again(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows, rows.iloc[:1]], ignore_index=True)


def test_what_it_says_it_misses_is_no_fault() -> None:
    assert set(found().missed["rule"]) == {"served", "csat_floor", "min_attainment", "turnaround", "min_service_margin"}
    assert faults(found()) == set()


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("missed", lambda rows: rows.iloc[1:], {"missed"}),
        ("missed", again, {"missed"}),
        ("missed", scaled("shortfall", 1.01), {"missed"}),
        ("missed", scaled("value", 1.01), {"missed"}),
        ("missed", scaled("limit", 1.01), {"missed"}),
        ("missed", lambda rows: pd.concat([rows, rows.iloc[:1].assign(scope="tier=gold")]), {"missed"}),
        ("unserved", scaled("hours", 1.1), {"unserved"}),
        ("unserved", scaled("cases", 0.9), {"flow_conservation", "unserved", "missed", "shortfall", "unserved_hours",
                                            "experience"}),
        ("unserved", again, {"rows", "flow_conservation", "missed", "shortfall", "unserved_hours", "experience"}),
        ("unserved", named("region", "nowhere"), {"names", "flow_conservation", "missed", "shortfall",
                                                  "unserved_hours", "experience"}),
        ("unserved", scaled("cases", -1.0), {"amounts", "flow_conservation", "unserved", "missed", "shortfall",
                                             "unserved_hours", "experience"}),
        ("coverage", named("covered", False), {"closest", "required_products"}),
        ("fulfilment", named("policy", "mend"), {"closest"}),
        ("menus", scaled("price", 2.0), {"uptake"}),
        ("experience", scaled("value", 1.01), {"experience"}),
    ],
)  # fmt: skip
def test_a_table_that_is_off_is_found(
    name: str, change: Callable[[pd.DataFrame], pd.DataFrame], expected: set[str]
) -> None:
    assert expected <= faults(table(name, change))


@pytest.mark.parametrize("amount", ["unserved_hours", "shortfall"])
def test_an_amount_that_is_off_is_found(amount: str) -> None:
    value = getattr(found(), amount)
    assert faults(replace(found(), **{amount: value * 1.001})) == {amount}


def test_a_kpi_that_is_off_is_found() -> None:
    plan = found().plan
    value = plan.kpis["delivery_cost"]
    assert value is not None
    changed = replace(plan, kpis={**plan.kpis, "delivery_cost": value + 1})
    assert faults(replace(found(), plan=changed)) == {"delivery_cost"}


def test_what_is_hard_is_no_miss() -> None:
    """A capacity under what is worked is a fault, as are more providers than allowed, unless all are required."""
    fewer = Change(table="providers", column="capacity_hours", set=49)
    assert faults(found(), SCENARIO.model_copy(update={"change": (*SCENARIO.change, fewer)})) == {"capacity"}
    one = SCENARIO.model_copy(update={"max_providers": 1})
    assert faults(found(), one) == {"max_providers"}
    required = Change(table="providers", column="engage", set="required")
    both = one.model_copy(update={"change": (*SCENARIO.change, required)})
    assert faults(found(), both) == {"missed"}  # it does not say so
    judged = judge_closest(*apply_scenario(world(), both), found())
    assert "max_providers" in set(judged.missed["rule"])


def test_only_required_partners_may_miss_scores() -> None:
    tables = dict(world().tables)
    columns = list(tables["criteria"].columns)
    tables["criteria"] = pd.DataFrame({"criterion": ["skill"], "weight": [1.0], "minimum": [4.0]}, columns=columns)
    tables["scores"] = pd.DataFrame(
        {"provider": ["Partner"], "criterion": ["skill"], "score": [3.0]}, columns=list(tables["scores"].columns)
    )
    case = build_case(world().settings, tables, {"base": SCENARIO})
    scored = SCENARIO.model_copy(update={"min_provider_score": 5.0})
    assert faults(found(), scored, case) == {"criteria_minimum", "min_provider_score"}
    required = Change(table="providers", column="engage", set="required")
    judged = judge_closest(
        *apply_scenario(case, scored.model_copy(update={"change": (*SCENARIO.change, required)})), found()
    )
    assert {"criteria_minimum", "min_provider_score"} <= set(judged.missed["rule"])
