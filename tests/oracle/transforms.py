"""Changes to a random case that must leave its optimum as it was, scale it, or not lower it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pandas as pd

from models.scenario import Change, Scenario

from .random_cases import Drawn
from .world import Row

MONEY = {
    "accounts": ("product_revenue",),
    "products": ("unit_value", "downtime_cost", "adhoc_price", "support_cost"),
    "tiers": ("loyalty_loss", "fixed_cost"),
    "pricing_models": ("fixed_cost", "admin_cost", "penalty_per_hour", "bonus_per_hour"),
    "services": ("standard_cost",),
    "providers": ("fixed_cost", "commitment"),
    "rates": ("cost_per_case",),
    "fulfilment": ("parts_cost", "fixed_cost"),
    "readiness": ("cost_to_close",),
    "volume_discounts": ("above",),
}
"""Columns that hold money, but for prices, which hold it with some kinds of pricing model only."""
PRICED = ("price_points", "current_menus", "contracts")
PRICE_COLUMNS = ("price", "to", "step")
PRICES_IN_MONEY = ("pay_per_use", "usage_based")

NAMES = (
    "account_id",
    "segment",
    "price_book",
    "region",
    "customer_class",
    "product",
    "family",
    "tier",
    "model",
    "service",
    "provider",
    "policy",
    "criterion",
    "capability",
)
"""Text columns that hold names."""


def scaled_money(drawn: Drawn, factor: float) -> Drawn:
    """The case in a currency of which one unit is worth 1 / factor of today's."""
    settings, tables, scenarios = drawn
    scaled = {name: table.copy() for name, table in tables.items()}
    for name, columns in MONEY.items():
        for column in columns:
            if name in scaled and column in scaled[name]:
                scaled[name][column] = scaled[name][column] * factor
    scaled["customer_classes"]["risk_aversion"] = scaled["customer_classes"]["risk_aversion"] / factor
    kinds = dict(zip(tables["pricing_models"]["model"], tables["pricing_models"]["kind"], strict=True))
    for name in PRICED:
        if name in scaled:
            in_money = scaled[name]["model"].map(kinds).isin(PRICES_IN_MONEY)
            for column in PRICE_COLUMNS:
                if column in scaled[name]:
                    scaled[name][column] = scaled[name][column].where(~in_money, scaled[name][column] * factor)
    return settings, scaled, scenarios


def new_name(name: object) -> object:
    """A name that sorts the other way round; blanks and the tier `none` stay."""
    if not isinstance(name, str) or name == "none":
        return name
    turned = "".join(chr(ord("a") + ord("z") - ord(letter)) if letter.islower() else letter for letter in name)
    return f"{turned} é"


def renamed(drawn: Drawn, seed: int) -> Drawn:
    """The case with every name changed and the rows of every table in another order."""
    settings, tables, scenarios = drawn
    other = {}
    for name, table in tables.items():
        changed = table.copy()
        if name == "segments" and "price_book" not in changed:
            changed["price_book"] = None
        if name == "segments":
            changed["price_book"] = changed["price_book"].fillna(changed["segment"])
        for column in NAMES:
            if column in changed:
                changed[column] = changed[column].map(new_name)
        other[name] = changed.sample(frac=1, random_state=seed).reset_index(drop=True)
    return settings, other, {name: renamed_scenario(scenario) for name, scenario in scenarios.items()}


def renamed_scenario(scenario: Scenario) -> Scenario:
    """A scenario whose changes find their rows under the new names."""

    def rename(change: Change) -> Change:
        where = {
            column: [new_name(value) for value in values] if isinstance(values, list) else new_name(values)
            for column, values in change.where.items()
        }
        return change.model_copy(update={"where": where})

    return scenario.model_copy(update={"change": tuple(rename(change) for change in scenario.change)})


def with_rows(drawn: Drawn, added: dict[str, list[Row]]) -> Drawn:
    """The case with more rows."""
    settings, tables, scenarios = drawn
    more = dict(tables)
    for name, rows in added.items():
        more[name] = pd.concat([tables[name], pd.DataFrame(rows)], ignore_index=True) if rows else tables[name]
    return settings, more, scenarios


def scaled_point(point: Row, factor: float) -> Row:
    """A row of price_points at other prices, the ends and the steps of a ladder with them."""
    return point | {column: point[column] * factor for column in PRICE_COLUMNS if column in point}


def add_price_point(drawn: Drawn, rng: Random) -> Drawn:
    """One more price point, near one that exists."""
    points = drawn[1]["price_points"]
    point = rng.choice(records(points))
    factor = rng.choice((0.8, 0.93, 1.11, 1.3))
    return with_rows(drawn, {"price_points": [scaled_point(point, factor)]})


def add_provider(drawn: Drawn, rng: Random) -> Drawn:
    """One more team that may be engaged, for some of the work, at other costs."""
    rates = drawn[1]["rates"]
    own = rates.sample(frac=0.7, random_state=rng.randrange(1000)).drop_duplicates(["region", "family", "service"])
    own = own.assign(provider="Newcomer", tier=None, cost_per_case=own["cost_per_case"] * 0.8)
    team = {"provider": "Newcomer", "kind": "in_house", "capacity_hours": 500.0, "engage": "optional"}
    return with_rows(drawn, {"providers": [team], "rates": records(own)})


def add_tier(drawn: Drawn, rng: Random) -> Drawn:
    """One more tier that may be offered: a copy of one that exists, under another name and rank."""
    tables = drawn[1]
    old = rng.choice(list(tables["tiers"]["tier"]))
    added: dict[str, list[Row]] = {}
    for name in ("tiers", "appeal", "loyalty", "price_points", "service_mix"):
        rows = records(tables[name][tables[name]["tier"] == old])
        added[name] = [{**row, "tier": "extra"} for row in rows]
    added["tiers"][0] |= {"rank": 5, "offer": "optional"}
    for row in added["appeal"]:
        row["appeal"] = row["appeal"] + 0.3
    return with_rows(drawn, added)


def records(table: pd.DataFrame) -> list[Row]:
    """Rows of a table as dicts."""
    return [{str(column): value for column, value in row.items()} for row in table.to_dict("records")]


ADDITIONS: dict[str, Callable[[Drawn, Random], Drawn]] = {
    "price point": add_price_point,
    "provider": add_provider,
    "tier": add_tier,
}
"""What, when added, can only open possibilities."""


def add_rates_elsewhere(drawn: Drawn, rng: Random) -> Drawn:
    """Cheap and quick rates for a region in which no account stands."""
    rates = drawn[1]["rates"]
    own = rates.assign(region="elsewhere", cost_per_case=0.0, csat=100.0).drop_duplicates(
        ["provider", "family", "service", *(["tier"] if "tier" in rates else [])]
    )
    return with_rows(drawn, {"rates": records(own)})


def add_idle_book(drawn: Drawn, rng: Random) -> Drawn:
    """A price book that nobody is in, with a price point of its own and, where others have one, a menu today."""
    tables = drawn[1]
    point = rng.choice(records(tables["price_points"]))
    kept = tables["loyalty"][tables["loyalty"]["segment"] == tables["segments"]["segment"].iloc[0]]
    added: dict[str, list[Row]] = {
        "segments": [{"segment": "nobody", "price_book": "nobody's", "discount": 0.0}],
        "customer_classes": [{"segment": "nobody", "customer_class": "none", "share": 1.0, "price_sensitivity": 0.0}],
        "appeal": [{"segment": "nobody", "customer_class": "none", "tier": point["tier"], "appeal": 9.0}],
        "loyalty": [{**row, "segment": "nobody"} for row in records(kept)],
        "price_points": [{**scaled_point(point, 1.7), "price_book": "nobody's"}],
    }
    if "current_menus" in tables:
        today = {"price_book": "nobody's", "tier": point["tier"], "model": point["model"], "price": point["price"]}
        added["current_menus"] = [today]
    return with_rows(drawn, added)


NEUTRAL = {"rates elsewhere": add_rates_elsewhere, "price book without units": add_idle_book}
"""Additions that change nothing."""
