"""What the plan's money rests on: each amount a tenth worse, with every decision held as it is.

First-order and from plan.json and uptake.csv alone, so that a reader can check it. No rule is looked at; `sweep` solves
again for other numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import nan

import pandas as pd

from ..assurance.result import Result

Kpis = Mapping[str, float | None]
WORSE = 0.1
"""Share by which each amount is made worse."""
COLUMNS = ("assumption", "amount", "effect", "break_even")
_COSTS = {
    "Delivery cost": "delivery_cost",
    "Parts cost": "fulfilment_cost",
    "Admin cost": "admin_cost",
    "Capital cost of leases": "capital_cost",
    "Fixed cost": "fixed_cost",
}
_BY_VOLUME = ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost")


def assumptions(result: Result) -> pd.DataFrame:
    """Amounts that the account margin rests on, the one that matters most first.

    Columns: assumption, amount (what a tenth is taken of, money a year), effect (change of account margin when it is a
    tenth worse, money a year), break_even (how much worse it may be, as a share, before the plan earns no more account
    margin than today; NaN without today or with no gain over it). Raises `NoPlanError` without a plan.
    """
    kpis = result.decided.kpis
    rows = [
        ("Units under contract", _amount(kpis, "service_revenue"), -WORSE * _contribution(result)),
        ("Prices paid", _amount(kpis, "service_revenue"), -WORSE * _amount(kpis, "service_revenue")),
        ("Product revenue", _amount(kpis, "product_revenue"), -WORSE * _product_margin(kpis)),
        *((name, _amount(kpis, kpi), -WORSE * _amount(kpis, kpi)) for name, kpi in _COSTS.items()),
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:3]))
    table["break_even"] = WORSE * _gain(result) / -table["effect"].where(table["effect"] < 0)
    table = table[table["amount"] != 0]
    return table.sort_values("effect", kind="stable").reset_index(drop=True)


def _amount(kpis: Kpis, name: str) -> float:
    """An amount of money, which a plan always has."""
    value = kpis[name]
    assert value is not None
    return value


def _product_margin(kpis: Kpis) -> float:
    return _amount(kpis, "account_margin") - _amount(kpis, "service_margin")


def _gain(result: Result) -> float:
    """Account margin over today's; NaN where there is none to lose."""
    if result.baseline is None:
        return nan
    gain = _amount(result.decided.kpis, "account_margin") - _amount(result.baseline, "account_margin")
    return gain if gain > 0 else nan


def _contribution(result: Result) -> float:
    """Account margin of all units under contract: what they pay and keep, less what rises and falls with them."""
    kpis = result.decided.kpis
    served, sold = _amount(kpis, "service_revenue"), _amount(kpis, "product_revenue")
    served -= sum(_amount(kpis, cost) for cost in _BY_VOLUME)
    return served + (kept_by_contracts(result.uptake) * _product_margin(kpis) / sold if sold else 0.0)


def kept_by_contracts(uptake: pd.DataFrame) -> float:
    """Product revenue a year that free units under contract bring beyond what the same units would without one.

    Both are taken per unit of the same cohort from uptake.csv; cohorts of which everybody buys are left out.
    """
    cohort = ["segment", "customer_class", "product"]
    rows = uptake[uptake["customer_class"] != "contract"]
    none = rows[(rows["tier"] == "none") & (rows["units"] > 0)].set_index(cohort)
    without = (none["product_revenue"] / none["units"]).rename("without").reset_index()
    bought = rows[rows["tier"] != "none"].merge(without, on=cohort)
    return float((bought["product_revenue"] - bought["without"] * bought["units"]).sum())
