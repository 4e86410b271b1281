"""A case of round numbers in which every rule of the program has something to say.

One price book, one region, one family. Silver and gold are served by `own` (required), the partner `orbis`
and the portal `web`; gold also has two visits a unit, which `own` does not do. Contracts sold as `outcome`
settle at 10 x (promise - mean response) a case: gold promises 4 h, so a case brings +20 by `own` (2 h) and
-10 by `orbis` (5 h), who bears half of it and is paid 6 - 5 = 1 for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from models import CaseSettings, Scenario, build_case
from models.catalog import Array
from optimizer.program.instance import Instance, build_instance
from optimizer.program.totals import MONEY
from tests.worlds.tables import rows

SETTINGS = CaseSettings(name="rules", currency="EUR", choice_model="logit", discount_rate=0.0)


def customers() -> dict[str, pd.DataFrame]:
    return {
        "accounts": rows("account_id segment region product_revenue", ("A1", "clinic", "north", 1000.0)),
        "installed_base": rows(
            "account_id product units", ("A1", "pump", 10.0), ("A1", "valve", 5.0), ("A1", "cable", 5.0)
        ),
        "segments": rows("segment", ("clinic",)),
        "customer_classes": rows("segment customer_class share price_sensitivity", ("clinic", "all", 1.0, 0.1)),
        "appeal": rows("segment customer_class tier appeal", *(("clinic", "all", t, 0.5) for t in ("silver", "gold"))),
        "loyalty": rows("segment tier retention", *(("clinic", t, 0.8) for t in ("none", "silver", "gold"))),
        "products": rows(
            "product family unit_value incident_rate product_margin support support_cost",
            ("pump", "machines", 100.0, 2.0, 0.5, "required", 50.0),
            ("valve", "machines", 100.0, 2.0, 0.5, "optional", 20.0),
            ("cable", "machines", 100.0, 2.0, 0.5, "required", 0.0),
        ),
    }


def offer() -> dict[str, pd.DataFrame]:
    return {
        "tiers": rows(
            "tier rank response_hours min_attainment turnaround_hours csat_floor csat_target loyalty_loss "
            "fixed_cost offer",
            ("silver", 1, 8.0, 0.5, 24.0, 60.0, 70.0, 0.2, 10.0, "optional"),
            ("gold", 2, 4.0, 0.0, np.nan, 80.0, 90.0, 1.0, 20.0, "required"),
        ),
        "pricing_models": rows(
            "model kind fixed_cost penalty_per_hour bonus_per_hour",
            ("flat", "fixed_warranty", 3.0, np.nan, np.nan),
            ("outcome", "performance_based", 4.0, 10.0, 10.0),
        ),
        "price_points": rows(
            "tier model price", ("silver", "flat", 0.1), ("gold", "flat", 0.2), ("gold", "outcome", 0.2)
        ),
    }


def work() -> dict[str, pd.DataFrame]:
    return {
        "services": rows(
            "service hours_per_case standard_cost needs_parts response_clock",
            ("repair", 2.0, 5.0, True, True),
            ("visit", 1.0, 5.0, False, False),
        ),
        "service_mix": rows(
            "tier service cases_per_incident cases_per_unit",
            ("silver", "repair", 0.5, 0.0),
            ("gold", "repair", 1.0, 0.0),
            ("gold", "visit", 0.0, 2.0),
        ),
        "providers": rows(
            "provider kind capacity_hours fixed_cost commitment max_share risk_share engage",
            ("own", "in_house", 30.0, 100.0, 0.0, 1.0, 0.0, "required"),
            ("orbis", "volume_partner", 1000.0, 11.0, 40.0, 0.5, 0.5, "optional"),
            ("web", "self_service", 5.0, 1.0, 0.0, 1.0, 0.0, "optional"),
        ),
        "rates": rows(
            "provider region family service tier cost_per_case response_hours csat max_share",
            ("own", "north", "machines", "repair", "silver", 7.0, 2.0, 85.0, 1.0),
            ("own", "north", "machines", "repair", "gold", 8.0, 2.0, 85.0, 1.0),
            ("orbis", "north", "machines", "repair", "silver", 5.0, 5.0, 72.0, 1.0),
            ("orbis", "north", "machines", "repair", "gold", 6.0, 5.0, 72.0, 1.0),
            ("orbis", "north", "machines", "visit", "", 3.0, 5.0, 72.0, 1.0),
            ("web", "north", "machines", "visit", "", 1.0, 1.0, 70.0, 0.5),
        ),
        "fulfilment": rows(
            "product policy parts_cost turnaround_hours fixed_cost",
            ("pump", "mend", 2.0, 40.0, 0.0),
            ("pump", "swap", 3.0, 10.0, 7.0),
            ("valve", "scrap", 4.0, 60.0, 6.0),
        ),
        "readiness": rows(
            "provider capability required actual cost_to_close months", ("orbis", "tools", 5.0, 3.0, 25.0, 2.0)
        ),
        "volume_discounts": rows("provider above discount", ("orbis", 50.0, 0.1), ("orbis", 120.0, 0.2)),
    }


Edits = Mapping[tuple[str, str, str], Mapping[str, float | str]]
"""(table, key column, key): column = value of the rows with that key."""


def rule_instance(scenario: Mapping[str, Any] | None = None, edits: Edits | None = None) -> Instance:
    """The case under a scenario's rules, after some edits."""
    tables = {**customers(), **offer(), **work()}
    for (name, column, key), values in (edits or {}).items():
        for edited, value in values.items():
            table = tables[name]
            table.loc[table[column] == key, edited] = value
    wanted = Scenario(**(scenario or {}))
    return build_instance(build_case(SETTINGS, tables, {"base": wanted}), wanted)


def total_names(instance: Instance) -> list[str]:
    """A readable name of every demand total; regions and families are left out, as there is one of each."""
    catalog, index = instance.catalog, instance.index
    names = [*MONEY, *[""] * (index.size - len(MONEY))]
    for t, tier in enumerate(catalog.tiers):
        names[index.units[0, 0, t]] = f"units[{tier}]"
        names[index.tier_uses[t]] = f"books_offering[{tier}]"
        names[index.incidents[0, 0, t, 0]] = f"incidents[{tier}]"
        names[index.incidents[0, 0, t, 1]] = f"incidents[{tier},outcome]"
        for p, product in enumerate(catalog.products):
            names[index.parts[p, t]] = f"parts[{product},{tier}]"
    for m, model in enumerate(catalog.models):
        names[index.model_uses[m]] = f"options_under[{model}]"
    for p, product in enumerate(catalog.products):
        names[index.coverages[p]] = f"books_covering[{product}]"
    names[index.unit_value] = "unit_value"
    assert all(names)
    return names


def totals(instance: Instance, amounts: Mapping[str, float]) -> Array:
    """Demand totals by readable name; what is not named is 0."""
    names = total_names(instance)
    unknown = set(amounts) - set(names)
    assert not unknown, unknown
    return np.array([float(amounts.get(name, 0.0)) for name in names])
