"""A small result worked by hand, for tests of what shows results."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from models.plan import KPIS, PLAN_TABLES, Decisions, Plan
from optimizer.assurance.result import Result
from optimizer.results.record import Status

PLAN_VALUES: dict[str, float | None] = dict.fromkeys(KPIS, 0.0) | {
    "service_revenue": 2_000_000.0,
    "service_cost": 1_300_000.0,
    "service_margin": 700_000.0,
    "product_revenue": 10_000_000.0,
    "account_revenue": 12_000_000.0,
    "account_margin": 5_000_000.0,
    "service_margin_share": 0.35,
    "account_margin_share": None,
    "cost_to_serve": 0.6,
    "contract_coverage": 0.55,
}
TODAY = PLAN_VALUES | {
    "service_revenue": 1_600_000.0,
    "account_revenue": 11_500_000.0,
    "service_margin_share": 0.4,
    "account_margin_share": 0.3,
}


def table(name: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(PLAN_TABLES[name]))


def small_plan() -> Plan:
    """Two price books and one without a menu; gold ranks above silver."""
    menus = table(
        "menus",
        ("clinics", "gold", "flat fee", 0.085),
        ("clinics", "silver", "by the case", 240.0),
        ("factories", "gold", "flat fee", 0.09),
    )
    coverage = table("coverage", ("clinics", "MR", True), ("factories", "MR", True), ("schools", "MR", False))
    empty = {name: table(name) for name in ("uptake", "allocation", "fulfilment", "experience")}
    decisions = Decisions(("gold", "silver"), ("by the case", "flat fee"), ("MR",), ())
    return Plan(decisions=decisions, menus=menus, coverage=coverage, kpis=PLAN_VALUES, **empty)


def small_result(**changes: Any) -> Result:
    result = Result(
        status=Status.OPTIMAL,
        case_name="clinic care",
        scenario_name="base",
        objective_name="account_revenue",
        currency="EUR",
        objective=12_000_000.0,
        bound=12_000_600.0,
        gap=0.00005,
        seconds=1.5,
        plan=small_plan(),
        baseline=TODAY,
        tiers=("silver", "gold"),
        model_kinds={"flat fee": "fixed_warranty", "by the case": "pay_per_use"},
    )
    return replace(result, **changes)


def without_plan(status: Status, **changes: Any) -> Result:
    nothing = {"plan": None, "objective": None, "gap": None, "bound": None, "baseline": None}
    return small_result(**(nothing | {"status": status} | changes))
