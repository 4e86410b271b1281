"""Raw tables made ready for the oracle: defaults filled in, a scenario's changes applied, rows indexed by key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from models.case import CaseSettings
from models.scenario import Change, Scenario

Row = dict[str, Any]
PARTNERS = ("volume_partner", "specialist_partner")
"""Kinds of provider that are partners."""
Option = tuple[str, str, float]
"""Tier, pricing model, price."""

DEFAULTS: dict[str, Row] = {
    "accounts": {},
    "installed_base": {"usage_hours": 0.0},
    "segments": {"price_book": None, "discount": 0.0},
    "customer_classes": {"risk_aversion": 0.0},
    "appeal": {},
    "loyalty": {"cross_sell": 0.0},
    "products": {
        "downtime_cost": 0.0,
        "adhoc_price": 0.0,
        "adhoc_hours": 0.0,
        "price_index": 1.0,
        "support_cost": 0.0,
    },
    "tiers": {
        "min_attainment": 0.0,
        "turnaround_hours": None,
        "loyalty_loss": 0.0,
        "incident_factor": 1.0,
        "fixed_cost": 0.0,
    },
    "pricing_models": {
        "fixed_cost": 0.0,
        "admin_cost": 0.0,
        "incident_factor": 1.0,
        "offer": "optional",
        "penalty_per_hour": None,
        "bonus_per_hour": 0.0,
        "term_years": None,
        "residual_share": None,
        "displaced_share": 0.0,
        "buyout_probability": 0.0,
        "buyout_share": 0.0,
    },
    "price_points": {"price_book": None, "to": None, "step": None},
    "services": {"benchmark_cost": None},
    "service_mix": {"cases_per_incident": 0.0, "cases_per_unit": 0.0},
    "providers": {"fixed_cost": 0.0, "commitment": 0.0, "max_share": 1.0, "risk_share": 0.0, "contract_years": None},
    "rates": {"region": None, "family": None, "tier": None, "max_share": 1.0},
    "fulfilment": {"fixed_cost": 0.0},
    "current_menus": {},
    "contracts": {},
    "criteria": {"minimum": None, "kind": None},
    "scores": {"region": None, "family": None},
    "readiness": {},
    "volume_discounts": {},
}
"""Default of every optional column; None stands for a blank."""


def is_blank(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def filled_rows(name: str, table: pd.DataFrame | None) -> list[Row]:
    """Rows of a table as dicts, with blanks and absent columns given their defaults."""
    if table is None:
        return []
    rows = []
    for record in table.to_dict("records"):
        row: Row = {str(column): None if is_blank(value) else value for column, value in record.items()}
        for column, default in DEFAULTS[name].items():
            if row.get(column) is None:
                row[column] = default
        if name == "segments" and row["price_book"] is None:
            row["price_book"] = row["segment"]
        rows.append(row)
    return rows


def climbed(point: Row) -> list[Row]:
    """The price points that a row stands for: itself, or one for each step of its ladder."""
    if point["to"] is None:
        return [point]
    price, end, step = point["price"], point["to"], point["step"]
    prices = []
    for place in range(math.floor((end - price) / step + 1e-9) + 1):
        reached = price + place * step
        prices.append(0.0 if abs(reached) <= 1e-9 * step else float(f"{reached:.12g}"))
    return [{**point, "price": price, "to": None, "step": None} for price in prices]


def placed(rates: list[Row], regions: list[str], families: list[str]) -> list[Row]:
    """The rates with a region and a family each: every row asked at every place it may stand for, the closest first."""
    taken: dict[tuple[Any, ...], Row] = {}
    for named_region, named_family in ((True, True), (False, True), (True, False), (False, False)):
        for rate in rates:
            if (rate["region"] is not None, rate["family"] is not None) != (named_region, named_family):
                continue
            for region in [rate["region"]] if named_region else regions:
                for family in [rate["family"]] if named_family else families:
                    key = (rate["provider"], rate["service"], rate["tier"], region, family)
                    taken.setdefault(key, {**rate, "region": region, "family": family})
    return list(taken.values())


def matches(row: Row, change: Change) -> bool:
    """Whether a change's `where` selects the row."""
    for column, wanted in change.where.items():
        if row[column] not in (wanted if isinstance(wanted, list) else [wanted]):
            return False
    return True


def changed(value: Any, change: Change) -> Any:
    """A cell after a change."""
    if change.multiply is not None:
        return value * change.multiply
    return value + change.add if change.add is not None else change.set


@dataclass(frozen=True)
class World:
    """A case under one scenario, as lists of rows."""

    choice_model: str
    discount_rate: float
    scenario: Scenario
    tables: Mapping[str, list[Row]]

    def rows(self, table: str, **key: Any) -> list[Row]:
        """Rows whose cells equal `key`."""
        return [row for row in self.tables[table] if all(row[column] == value for column, value in key.items())]

    def row(self, table: str, **key: Any) -> Row:
        """The only row whose cells equal `key`."""
        (found,) = self.rows(table, **key)
        return found

    def names(self, table: str, column: str) -> list[str]:
        """Distinct values of a column, in order of appearance."""
        return list(dict.fromkeys(row[column] for row in self.tables[table]))


def read_world(settings: CaseSettings, tables: Mapping[str, pd.DataFrame], scenario: Scenario) -> World:
    """Fill in defaults, price ladders and the places of rates, then apply the scenario's changes in order."""
    rows = {name: filled_rows(name, tables.get(name)) for name in DEFAULTS}
    rows["price_points"] = [step for point in rows["price_points"] for step in climbed(point)]
    places = ([row["region"] for row in rows["accounts"]], [row["family"] for row in rows["products"]])
    rows["rates"] = placed(rows["rates"], *places)
    rate = settings.discount_rate
    for change in scenario.change:
        if change.table == "case":
            rate = changed(rate, change)
            continue
        for row in rows[change.table]:
            if matches(row, change):
                row[change.column] = changed(row[change.column], change)
    return World(settings.choice_model, rate, scenario, rows)
