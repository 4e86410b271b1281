"""A plan: everything decided and what follows from it, as plain tables. Holds no solver object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

INPUTS = "inputs"
"""Folder of a run that holds the case as it was loaded, before the scenario's changes."""
MONEY_KPIS = (
    "service_revenue",
    "delivery_cost",
    "fulfilment_cost",
    "admin_cost",
    "capital_cost",
    "fixed_cost",
    "service_cost",
    "service_margin",
    "loyalty_loss",
    "product_revenue",
    "account_revenue",
    "account_margin",
)
"""Amounts of money a year that make up the account."""
ONE_OFF_COST = "one_off_cost"
"""The part of fixed_cost that is paid once."""
PARTNER_KPIS = ("partner_payments", "partner_profit")
"""Amounts of money a year of partners' own; partner_profit is None while no engaged partner's own side is known."""
SHARE_KPIS = (
    "service_margin_share",
    "account_margin_share",
    "cost_to_serve",
    "contract_coverage",
    "contract_value_coverage",
)
DOWNTIME_UNITS: Mapping[str, str] = {
    "contract_incidents": "incidents a year",
    "downtime_hours": "hours a year",
    "downtime_per_incident": "hours an incident",
}
"""What customers under contract go through, with its units."""
KPIS = (*MONEY_KPIS, ONE_OFF_COST, *SHARE_KPIS, *PARTNER_KPIS, *DOWNTIME_UNITS)


KPI_UNIT = "currency (a year), currency once, share, incidents or hours"
"""What a column of the units of KPIs can hold, in words."""


def kpi_unit(name: str, currency: str) -> str:
    """Unit of a KPI: the currency (a year), `EUR once`, `share`, or one of `DOWNTIME_UNITS`."""
    if name == ONE_OFF_COST:
        return f"{currency} once"
    return "share" if name in SHARE_KPIS else DOWNTIME_UNITS.get(name, currency)


PLAN_TABLES: Mapping[str, tuple[str, ...]] = {
    "menus": ("price_book", "tier", "model", "price"),
    "coverage": ("price_book", "product", "covered"),
    "uptake": (
        "segment",
        "customer_class",
        "product",
        "tier",
        "model",
        "price",
        "share",
        "units",
        "service_revenue",
        "product_revenue",
    ),
    "allocation": ("region", "family", "service", "tier", "model", "provider", "cases", "hours", "cost"),
    "fulfilment": ("product", "tier", "policy", "cases", "cost"),
    "experience": ("tier", "region", "metric", "value", "limit", "ok"),
}
"""Columns of each table of a plan, which are also the CSV files of a run folder."""
UNSERVED_TABLE: Mapping[str, tuple[str, ...]] = {
    "unserved": ("region", "family", "service", "tier", "model", "cases", "hours"),
}
"""The table of what a delivery leaves undone: unserved cases of each work class."""


@dataclass(frozen=True)
class Decisions:
    """What the plan chooses, each sorted by name: `decisions` in plan.json."""

    tiers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Menus, coverage, uptake, allocation, fulfilment and experience, with their KPIs.

    Each table is a DataFrame with the columns of `PLAN_TABLES`, rows in a fixed order. KPIs are in the
    case's currency a year or shares; a share is None where its denominator is 0.
    """

    decisions: Decisions
    menus: pd.DataFrame
    coverage: pd.DataFrame
    uptake: pd.DataFrame
    allocation: pd.DataFrame
    fulfilment: pd.DataFrame
    experience: pd.DataFrame
    kpis: Mapping[str, float | None]
