"""A case small enough to work out with pencil and paper, as settings, tables and scenarios in memory.

One segment (two classes), two regions, two products, one tier; a contract in force holds 1 of A1's 4 alphas:

- A1 in the north: 4 alpha (100 each, 10 h a year) and 2 beta (300 each); product revenue 1,000
- A2 in the south: 6 alpha (30 h a year); product revenue 500
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from models.case import CaseSettings
from models.scenario import Scenario

Rows = list[dict[str, Any]]

SETTINGS = CaseSettings(name="by hand", currency="EUR", choice_model="first_choice", discount_rate=0.0)


def market() -> dict[str, Rows]:
    return {
        "accounts": [
            {"account_id": "A1", "segment": "clinic", "region": "north", "product_revenue": 1000},
            {"account_id": "A2", "segment": "clinic", "region": "south", "product_revenue": 500},
        ],
        "installed_base": [
            {"account_id": "A1", "product": "alpha", "units": 4, "usage_hours": 10},
            {"account_id": "A1", "product": "beta", "units": 2, "usage_hours": 0},
            {"account_id": "A2", "product": "alpha", "units": 6, "usage_hours": 30},
        ],
        "segments": [{"segment": "clinic", "discount": 0.1}],
        "customer_classes": [
            {"segment": "clinic", "customer_class": "careful", "share": 0.25, "price_sensitivity": 0.2},
            {"segment": "clinic", "customer_class": "thrifty", "share": 0.75, "price_sensitivity": 1},
        ],
        "appeal": [{"segment": "clinic", "customer_class": "careful", "tier": "gold", "appeal": 3}],
        "loyalty": [
            {"segment": "clinic", "tier": "none", "retention": 0.8, "cross_sell": 0},
            {"segment": "clinic", "tier": "gold", "retention": 0.9, "cross_sell": 0.1},
        ],
        "products": [
            {"product": "alpha", "family": "meter", "unit_value": 100, "incident_rate": 2,
             "product_margin": 0.5, "support": "required", "support_cost": 3},
            {"product": "beta", "family": "meter", "unit_value": 300, "incident_rate": 1,
             "product_margin": 0.2, "support": "excluded", "support_cost": 7},
        ],
    }  # fmt: skip


def offer() -> dict[str, Rows]:
    return {
        "tiers": [
            {"tier": "gold", "rank": 1, "response_hours": 10, "csat_floor": 50, "csat_target": 80,
             "loyalty_loss": 0.5, "fixed_cost": 1.5, "offer": "optional"},
        ],
        "pricing_models": [
            {"model": "flat", "kind": "fixed_warranty", "admin_cost": 0.25, "fixed_cost": 2.5},
            {"model": "outcome", "kind": "performance_based", "penalty_per_hour": 3, "bonus_per_hour": 1},
        ],
        "price_points": [{"tier": "gold", "model": "flat", "price": 0.2}],
        "contracts": [
            {"account_id": "A1", "product": "alpha", "tier": "gold", "model": "flat", "price": 0.3, "units": 1},
        ],
    }  # fmt: skip


def work() -> dict[str, Rows]:
    return {
        "services": [
            {"service": "repair", "hours_per_case": 2, "standard_cost": 4, "needs_parts": True,
             "response_clock": True},
        ],
        "service_mix": [{"tier": "gold", "service": "repair", "cases_per_incident": 0.5}],
        "providers": [{"provider": "own", "kind": "in_house", "capacity_hours": 100, "engage": "optional"}],
        "rates": [
            {"provider": "own", "region": region, "family": "meter", "service": "repair", "cost_per_case": cost,
             "response_hours": 5, "csat": 70}
            for region, cost in (("north", 6), ("south", 8))
        ],
        "fulfilment": [
            {"product": product, "policy": "repair", "parts_cost": 1.5, "turnaround_hours": 20, "fixed_cost": 2}
            for product in ("alpha", "beta")
        ],
    }  # fmt: skip


def hand_case(**more: Rows) -> tuple[CaseSettings, dict[str, pd.DataFrame], dict[str, Scenario]]:
    """Settings, tables and the scenario `base` (account_margin, no rules); `more` replaces tables."""
    rows = {**market(), **offer(), **work(), **more}
    tables = {name: pd.DataFrame(table) for name, table in rows.items() if table}
    return SETTINGS, tables, {"base": Scenario(name="base", objective="account_margin")}
