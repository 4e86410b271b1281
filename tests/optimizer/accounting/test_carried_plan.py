"""A plan's decisions under other data: as they were under the same, and by hand under others."""

from __future__ import annotations

import pandas as pd
import pytest

import optimizer
from models import Case, apply_scenario, build_case, load_case
from models.plan import KPIS, Plan
from optimizer.accounting.carried_plan import carried_over
from tests.folders import TINY
from tests.oracle.random_cases import random_case


def planned(case: Case) -> Plan | None:
    return optimizer.solve(case, gap=1e-3).plan


@pytest.fixture(scope="module")
def tiny() -> tuple[Case, Plan]:
    case = load_case(TINY)
    plan = planned(case)
    assert plan is not None
    return case, plan


@pytest.mark.parametrize("seed", [9, 22, 27, 55])
def test_under_the_same_data_it_is_the_plan(seed: int) -> None:
    case = build_case(*random_case(seed))
    plan = planned(case)
    assert plan is not None
    carried = carried_over(plan, apply_scenario(case, "base")[0])
    assert carried is not None
    for name in KPIS:
        if name != "partner_profit":  # what nobody's tables say
            told = plan.kpis[name]
            assert carried.kpis[name] == (None if told is None else pytest.approx(told, rel=1e-6, abs=1e-4)), name
    keys = ["region", "family", "service", "tier", "model", "provider"]
    rows = [table.groupby(keys)[["cases", "cost"]].sum() for table in (plan.allocation, carried.allocation)]
    both = rows[0].merge(rows[1], how="outer", on=keys, suffixes=("_a", "")).fillna(0.0)
    for name in ("cases", "cost"):
        least = 1e-7 * both[name].sum()  # work classes of hardly any cases are left out of a plan's tables
        assert both[name].tolist() == pytest.approx(both[f"{name}_a"].tolist(), rel=1e-6, abs=least)


def changed(case: Case, table: str, column: str, value: object, **where: object) -> Case:
    rows = case.tables[table].copy()
    hit = pd.Series(True, index=rows.index)
    for name, wanted in where.items():
        hit &= rows[name] == wanted
    assert hit.any()
    rows.loc[hit, column] = value
    return case.with_table(table, rows)


def test_a_dearer_rate_costs_its_cases(tiny: tuple[Case, Plan]) -> None:
    case, plan = tiny
    own = plan.allocation[plan.allocation["provider"] == "Own"]
    dearer = carried_over(plan, changed(case, "rates", "cost_per_case", 120.0, provider="Own"))
    assert dearer is not None
    more = 20.0 * float(own["cases"].sum())
    assert more > 0
    assert dearer.kpis["delivery_cost"] == pytest.approx(float(plan.kpis["delivery_cost"] or 0) + more)
    assert dearer.kpis["service_revenue"] == plan.kpis["service_revenue"]


def test_twice_the_units_are_twice_the_work_shared_alike(tiny: tuple[Case, Plan]) -> None:
    case, plan = tiny
    base = case.tables["installed_base"]
    doubled = carried_over(plan, case.with_table("installed_base", base.assign(units=base["units"] * 2)))
    assert doubled is not None
    keys = ["service", "tier", "provider"]
    cases = [table.groupby(keys)["cases"].sum() for table in (plan.allocation, doubled.allocation)]
    assert cases[1].to_dict() == pytest.approx((cases[0] * 2).to_dict())
    assert doubled.kpis["service_revenue"] == pytest.approx(2 * float(plan.kpis["service_revenue"] or 0))
    assert doubled.kpis["fixed_cost"] == plan.kpis["fixed_cost"]


def test_a_provider_without_a_rate_leaves_its_work_to_the_others_and_none_to_nobody(tiny: tuple[Case, Plan]) -> None:
    case, plan = tiny
    rates = case.tables["rates"]
    without = carried_over(plan, case.with_table("rates", rates[rates["provider"] != "Partner"].reset_index(drop=True)))
    assert without is not None
    assert set(without.allocation["provider"]) == {"Own"}
    assert without.allocation["cases"].sum() == pytest.approx(plan.allocation["cases"].sum())
    assert carried_over(plan, case.with_table("rates", rates[:0])) is None
    assert carried_over(plan, case.with_table("fulfilment", case.tables["fulfilment"][:0])) is None


def test_what_is_gone_is_not_sold(tiny: tuple[Case, Plan]) -> None:
    case, plan = tiny
    tiers = case.tables["tiers"]
    without = carried_over(plan, case.with_table("tiers", tiers[tiers["tier"] != "gold"].reset_index(drop=True)))
    assert without is not None
    assert "gold" in set(plan.menus["tier"])
    assert "gold" not in {*without.menus["tier"], *without.decisions.tiers, *without.uptake["tier"]}
