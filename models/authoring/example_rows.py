"""Example rows of the template: one for each sheet where one will do; together they form a tiny valid case."""

from __future__ import annotations

from collections.abc import Mapping

Row = Mapping[str, str | float | bool]

EXAMPLE_ROWS: Mapping[str, tuple[Row, ...]] = {
    "case": (
        {"key": "name", "value": "my_case"},
        {"key": "currency", "value": "EUR"},
        {"key": "choice_model", "value": "logit"},
        {"key": "discount_rate", "value": 0.08},
        {"key": "description", "value": "What this case is about"},
    ),
    "scenarios": (
        {"scenario": "base", "key": "min_service_margin", "value": 0.2},
        {"scenario": "dear_north", "key": "objective", "value": "account_margin"},
    ),
    "changes": (
        {
            "scenario": "dear_north",
            "table": "rates",
            "where": "provider=own_team; region=north",
            "column": "cost_per_case",
            "operation": "multiply",
            "value": 1.1,
        },
    ),
    "accounts": ({"account_id": "A-001", "segment": "hospitals", "region": "north", "product_revenue": 1500000},),
    "installed_base": ({"account_id": "A-001", "product": "scanner", "units": 24, "usage_hours": 2000},),
    "segments": ({"segment": "hospitals", "price_book": "health", "discount": 0.05, "label": "Hospitals"},),
    "customer_classes": (
        {
            "segment": "hospitals",
            "customer_class": "all",
            "share": 1,
            "price_sensitivity": 0.4,
            "risk_aversion": 0.00001,
        },
    ),
    "appeal": ({"segment": "hospitals", "customer_class": "all", "tier": "gold", "appeal": 1.5},),
    "loyalty": (
        {"segment": "hospitals", "tier": "none", "retention": 0.85, "cross_sell": 0},
        {"segment": "hospitals", "tier": "gold", "retention": 0.95, "cross_sell": 0.03},
    ),
    "products": (
        {
            "product": "scanner",
            "family": "imaging",
            "unit_value": 80000,
            "incident_rate": 3,
            "downtime_cost": 120,
            "adhoc_price": 1500,
            "adhoc_hours": 40,
            "price_index": 1,
            "product_margin": 0.4,
            "support": "optional",
            "support_cost": 1000,
            "label": "Scanner",
        },
    ),
    "tiers": (
        {
            "tier": "gold",
            "rank": 1,
            "response_hours": 8,
            "min_attainment": 0.7,
            "turnaround_hours": 48,
            "csat_floor": 75,
            "csat_target": 85,
            "loyalty_loss": 10,
            "incident_factor": 0.9,
            "fixed_cost": 2000,
            "offer": "optional",
            "label": "Gold",
        },
    ),
    "pricing_models": (
        {
            "model": "warranty",
            "kind": "fixed_warranty",
            "fixed_cost": 500,
            "admin_cost": 40,
            "incident_factor": 1,
            "offer": "optional",
            "label": "Fixed yearly fee",
        },
    ),
    "price_points": (
        {"tier": "gold", "model": "warranty", "price": 0.07, "price_book": "health", "to": 0.08, "step": 0.01},
    ),
    "services": (
        {
            "service": "field_visit",
            "hours_per_case": 4,
            "standard_cost": 600,
            "needs_parts": True,
            "response_clock": True,
            "benchmark_cost": 650,
            "label": "Field visit",
        },
    ),
    "service_mix": ({"tier": "gold", "service": "field_visit", "cases_per_incident": 0.8, "cases_per_unit": 0},),
    "providers": (
        {
            "provider": "own_team",
            "kind": "in_house",
            "capacity_hours": 2000,
            "fixed_cost": 3000,
            "commitment": 0,
            "max_share": 1,
            "risk_share": 0,
            "engage": "required",
            "label": "Own team",
        },
        {
            "provider": "partner",
            "kind": "specialist_partner",
            "capacity_hours": 500,
            "fixed_cost": 1000,
            "commitment": 0,
            "max_share": 0.5,
            "risk_share": 0.5,
            "engage": "optional",
            "label": "Partner",
        },
    ),
    "rates": (
        {
            "provider": "own_team",
            "service": "field_visit",
            "cost_per_case": 620,
            "response_hours": 5,
            "csat": 86,
            "max_share": 1,
        },
        {
            "provider": "partner",
            "region": "north",
            "service": "field_visit",
            "tier": "gold",
            "cost_per_case": 660,
            "response_hours": 6,
            "csat": 84,
            "max_share": 0.5,
        },
    ),
    "fulfilment": (
        {
            "product": "scanner",
            "policy": "replace_local",
            "parts_cost": 900,
            "turnaround_hours": 24,
            "fixed_cost": 800,
        },
    ),
    "current_menus": ({"price_book": "health", "tier": "gold", "model": "warranty", "price": 0.075},),
    "contracts": (
        {"account_id": "A-001", "product": "scanner", "tier": "gold", "model": "warranty", "price": 0.07, "units": 1},
    ),
    "criteria": ({"criterion": "quality", "weight": 2, "minimum": 5},),
    "scores": ({"provider": "partner", "criterion": "quality", "score": 8},),
    "readiness": (
        {
            "provider": "own_team",
            "capability": "remote_tools",
            "required": 7,
            "actual": 6,
            "cost_to_close": 4000,
            "months": 2,
        },
    ),
    "volume_discounts": ({"provider": "partner", "above": 5000, "discount": 0.05},),
    "actuals": ({"line": "service_revenue", "amount": 20000},),
}
