"""The prices next to those of a plan on their ladders, and the rules that forbid each, from the tables alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.case import Case
from models.economics.offers import climbs_ladder, within_price_change
from models.scenario import Scenario

from ..results.price_steps import DOWN, PRICE_RULES, UP
from .demand import Demand, mean_payments
from .rows import Column, Flags, Rows, Table, stacked

_OPTION = ("price_book", "tier", "model", "price")
_SAME = 1e-9
"""Relative difference up to which two prices are one."""


@dataclass(frozen=True)
class PricedMenus:
    """The options of a plan's menus with their mean payments: what another price of one of them is held against."""

    demand: Demand
    options: Rows

    @classmethod
    def of(cls, demand: Demand, menus: Table) -> PricedMenus:
        """The menus of price books with free units, one option for each tier."""
        options = Rows.of(menus, *_OPTION).distinct(["price_book", "tier"])
        options = options.where(options.among(demand.holdings, ["price_book"]))
        return cls(demand, _with_payments(demand, options))

    def forbidden(self, scenario: Scenario, moved: Rows) -> dict[str, Flags]:
        """Which options moved to another price, each alone, break each rule on prices; a row of NaN breaks none.

        `moved` has the columns of menus.csv; a rule that is off breaks nowhere.
        """
        rows = _with_payments(self.demand, moved)
        limits = {rule: getattr(scenario, rule) for rule in PRICE_RULES}
        none = np.zeros(len(moved), dtype=bool)
        return {rule: none if limit is None else _FORBID[rule](self, rows, limit) for rule, limit in limits.items()}


def price_steps(demand: Demand, scenario: Scenario, menus: Table) -> pd.DataFrame:
    """Two rows for each option of a plan's menus, up and down its ladder: the next price, and the rules against it.

    Columns: price_book, tier, model, price, direction (`up`, `down`), next_price (NaN at the end of the ladder),
    spacing (between the price and its neighbour on the other side; NaN where it has none), and for each rule on
    prices whether it forbids the next price while the rest of the menu stays. `demand` is of the case with the
    scenario's changes made.
    """
    priced = PricedMenus.of(demand, menus)
    options = priced.options.pick(*_OPTION)
    above, below = _neighbours(demand.case, options)
    parts = [
        options.assign(direction=UP, next_price=above, spacing=options["price"] - below),
        options.assign(direction=DOWN, next_price=below, spacing=above - options["price"]),
    ]
    rows = stacked(parts, [*_OPTION, "direction", "next_price", "spacing"])
    there = np.flatnonzero(~np.isnan(rows["next_price"]))
    moved = rows.where(there).pick(*_OPTION[:-1], "next_price").renamed(next_price="price")
    flags = {rule: np.zeros(len(rows), dtype=bool) for rule in PRICE_RULES}
    for rule, broken in priced.forbidden(scenario, moved).items():
        flags[rule][there] = broken
    order = np.argsort(np.tile(np.arange(len(options)), 2), kind="stable")
    return rows.assign(**flags).where(order).frame


def _with_payments(demand: Demand, options: Rows) -> Rows:
    """The options with their mean payment and their tier's rank."""
    rows = options.assign(payment=mean_payments(demand, options))
    return rows.looked_up(Rows.of(demand.case.tables["tiers"], "tier", "rank"), ["tier"])


def _neighbours(case: Case, options: Rows) -> tuple[Column, Column]:
    """The next dearer and the next cheaper point of each option's ladder; NaN at its ends."""
    points = Rows.of(case.tables["price_points"], "tier", "model", "price", "price_book")
    points = points.renamed(price="point", price_book="only_book")
    rows = options.assign(row=np.arange(len(options))).joined(points, ["tier", "model"])
    rows = rows.where((rows["only_book"] == "") | (rows["only_book"] == rows["price_book"]))
    price, point = rows["price"], rows["point"]
    room = _SAME * np.maximum(np.abs(price), np.abs(point))
    above, below = np.full(len(options), np.inf), np.full(len(options), -np.inf)
    for nearest, ufunc, wanted in (
        (above, np.minimum, point > price + room),
        (below, np.maximum, point < price - room),
    ):
        ufunc.at(nearest, rows["row"][wanted], point[wanted])
    return np.where(np.isinf(above), np.nan, above), np.where(np.isinf(below), np.nan, below)


def _off_the_gap(menus: PricedMenus, moved: Rows, gap: float) -> Flags:
    """min_tier_gap, against every other tier of the menu."""
    others = menus.options.pick("price_book", "tier", "payment", "rank")
    others = others.renamed(tier="other", payment="other_payment", rank="other_rank")
    pairs = moved.assign(row=np.arange(len(moved))).joined(others, ["price_book"])
    pairs = pairs.where(pairs["tier"] != pairs["other"])
    over = pairs["rank"] > pairs["other_rank"]
    low = np.where(over, pairs["other_payment"], pairs["payment"])
    high = np.where(over, pairs["payment"], pairs["other_payment"])
    broken = np.zeros(len(moved), dtype=bool)
    broken[pairs["row"][~climbs_ladder(low, high, gap)]] = True
    return broken


def _off_todays_price(menus: PricedMenus, moved: Rows, limit: float) -> Flags:
    """max_price_change, against today's option of the tier."""
    current = Rows.of(menus.demand.case.tables["current_menus"], *_OPTION)
    current = current.assign(today=mean_payments(menus.demand, current)).pick("price_book", "tier", "today")
    today = moved.looked_up(current, ["price_book", "tier"])["today"].astype(float)
    return ~within_price_change(moved["payment"], today, limit)


_FORBID: Mapping[str, Callable[[PricedMenus, Rows, float], Flags]] = {
    "min_tier_gap": _off_the_gap,
    "max_price_change": _off_todays_price,
}
"""Which options at another price break each rule on prices."""
