"""Prices that nobody can mean: above what is sold, outside of their ladder, out of order, per month."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from ...economics.pricing_kinds import KINDS, Exposure, annuity, capital_cost, end_of_lease_share
from ...problems import listed
from ...schema import OPTION_PRICE
from .case_view import Array, CaseView
from .oddity import Oddity

MOST_LEASED = 2.0
"""Times a unit's value that a lease brings over its whole term: interest doubles it in a long one."""
WIDEST_STEP = 5.0
"""Times from one price of a ladder to the next: a decimal point in the wrong place makes ten, less within a ladder."""
OFF_LADDER = 3.0
"""Times that today's price is over the dearest price of its ladder, or under the cheapest."""
LEAST_OF_CAPITAL = 0.5
"""Share of its capital cost that a lease at least brings: a monthly price brings a twelfth."""
OTHER_MODEL = 10.0
"""Times that a unit's yearly payments differ between pricing models of one tier: a monthly price makes twelve."""
LEAST_RUNGS = 2
"""Prices of a ladder: a single one is a price that is not to be decided."""


def _exposure(view: CaseView, tier: int, model: int) -> Exposure:
    """What a price is applied to, for a unit of each product."""
    catalog, products = view.catalog, view.catalog.product_table
    everything = np.arange(len(catalog.products))
    same = np.zeros_like(everything)
    return Exposure(
        unit_value=view.unit_value,
        price_index=products["price_index"].to_numpy(dtype=float),
        incidents=catalog.incidents(everything, same + tier, same + model),
        usage_hours=view.usage,
        cost_per_incident=float(catalog.standard_cost_per_incident[tier]),
        cost_per_unit=float(catalog.standard_cost_per_unit[tier]),
        expected_settlement=0.0,
    )


def yearly_payments(view: CaseView, tier: str, model: str, price: float) -> Array:
    """Billed a year for a unit of each product at a price, before discounts."""
    at_tier, at_model = view.catalog.tiers.index(tier), view.catalog.models.index(model)
    paid = KINDS[view.kinds[model]].yearly(price, _exposure(view, at_tier, at_model))
    return np.asarray(paid + np.zeros(len(view.unit_value)), dtype=float)


def prices_above_unit_value(view: CaseView) -> Iterator[Oddity]:
    """A year under a contract costs more than the unit is worth; who pays that buys a new one each year."""
    for name in OPTION_PRICE:
        for rows, price in _dearest(view, name):
            tier, model = (view.case.columns(name).categorical(column)[rows[0]] for column in ("tier", "model"))
            ratio = yearly_payments(view, tier, model, price) / view.unit_value / _most_a_year(view, model)
            known = np.flatnonzero(view.sold_products)
            alike = KINDS[view.kinds[model]].on_cost  # standard costs know no product: a cheap one may cost more
            if len(known) and (ratio[known].min() if alike else ratio[known].max()) > 1:
                yield _above(view, name, model, rows, int(known[ratio[known].argmax()]))


def _above(view: CaseView, name: str, model: str, rows: list[int], product: int) -> Oddity:
    value, named = view.unit_value[product], view.catalog.products[product]
    why = f"at this price a year of one unit of {named} costs more than the unit is worth ({value:,.6g})"
    kind = KINDS[view.kinds[model]]
    unit = kind.quote.value
    advice = (
        f"a {unit}, such as 0.08 for 8 %"
        if "share" in unit
        else f"{unit}, and see the product's unit_value and price_index"
    )
    return Oddity(name, "price", rows, why, advice)


def _most_a_year(view: CaseView, model: str) -> float:
    """Times its value that a unit may bring in a year: a lease shorter than that may bring all of it at once."""
    terms = dict(zip(view.catalog.models, view.catalog.model_table["term_years"].tolist(), strict=True))
    return max(1.0, MOST_LEASED / terms[model]) if KINDS[view.kinds[model]].finances else 1.0


def _dearest(view: CaseView, name: str) -> Iterator[tuple[list[int], float]]:
    """Of each tier and model of a table, its rows from the dearest on, and the highest price."""
    table = view.case.columns(name)
    if not len(table):
        return
    tier, model, price = table.categorical("tier"), table.categorical("model"), table.numbers("price")
    group = tier.codes.astype(np.int64) * len(model.known) + model.codes
    for code in np.unique(group):
        rows = np.flatnonzero(group == code)
        top = float(price[rows].max())
        yield rows[price[rows] == top].tolist(), top


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The cells of some columns, row by row."""
    return zip(*(table[column].tolist() for column in columns), strict=True)


def todays_prices_at_the_end(view: CaseView) -> Iterator[Oddity]:
    """Today's price is the dearest of its ladder, or over it, so that no plan may raise it."""
    today = view.today_on_ladders
    ends = today[(today["price"] == today["high"]) & (today["count"] >= LEAST_RUNGS)]
    if len(ends):
        why = "the ladder of price_points ends at today's price, so that no plan may ask more"
        yield Oddity("current_menus", "price", ends["place"].to_numpy(), why, "dearer price_points too")


def todays_prices_off_the_ladder(view: CaseView) -> Iterator[Oddity]:
    """Today's price lies far outside of its ladder: one of them is in another unit."""
    today = view.today_on_ladders
    today = today[(today["low"] > 0) & (today["kind"] != "cost_plus")]
    off = today[(today["price"] > OFF_LADDER * today["high"]) | (today["price"] < today["low"] / OFF_LADDER)]
    spans = {place: f"{low:g} to {high:g}" for place, low, high in _rows(off, "place", "low", "high")}

    def why(row: int) -> str:
        return f"today's price is more than {OFF_LADDER:g} times off its ladder, {spans[row]}"

    if len(off):
        yield Oddity("current_menus", "price", list(spans), why, "today's price in the unit of price_points")


def gaps_in_ladders(view: CaseView) -> Iterator[Oddity]:
    """A price many times the next lower one of its ladder: a decimal point is in the wrong place."""
    points = view.frame("price_points").reset_index(names="place")
    points = points[(points["price"] > 0) & (points["model"].map(view.kinds) != "cost_plus")]
    keys = ["tier", "model", "price_book"]
    points = points.sort_values([*keys, "price"], kind="stable")
    step = points["price"] / points.groupby(keys)["price"].shift()
    rows = points.loc[step > WIDEST_STEP, "place"].to_numpy()
    if len(rows):
        why = f"it is more than {WIDEST_STEP:g} times the next lower price of its ladder"
        yield Oddity("price_points", "price", rows, why, "prices that rise in steps; see its decimal point")


def higher_tiers_that_cost_less(view: CaseView) -> Iterator[Oddity]:
    """The dearest price of a tier is under the cheapest of a lower one under the same model."""
    spans = view.ladders
    rank = dict(zip(view.frame("tiers")["tier"], view.frame("tiers")["rank"], strict=True))
    spans = spans[spans["tier"].isin(view.open_tiers)].assign(rank=spans["tier"].map(rank))
    pairs = spans.merge(spans, on=["price_book", "model"], suffixes=("", "_lower"))
    wrong = pairs[(pairs["rank"] > pairs["rank_lower"]) & (pairs["high"] < pairs["low_lower"])]
    lower = _rows(wrong, "row", "tier_lower", "low_lower")
    told = {row: f"{tier} ({low:g})" for row, tier, low in lower}

    def why(row: int) -> str:
        return f"the dearest price of this tier is under the cheapest of the lower tier {told[row]}"

    if told:
        yield Oddity("price_points", "price", sorted(told), why, "higher prices for higher tiers; see their rank")


def leases_below_capital(view: CaseView) -> Iterator[Oddity]:
    """A lease brings less than half of what its capital costs: a price per month, mostly."""
    points, products, rate = view.frame("price_points"), view.catalog.product_table, view.case.settings.discount_rate
    margin = products["product_margin"].to_numpy(dtype=float)
    for row in view.catalog.model_table.to_dict("records"):
        held = points[points["model"] == row["model"]]
        if not KINDS[row["kind"]].finances or held.empty or not view.sold_products.any():
            continue
        end = end_of_lease_share(row["buyout_probability"], row["buyout_share"], row["residual_share"])
        cost = np.asarray(capital_cost(1.0, margin[view.sold_products], annuity(rate, row["term_years"], end)))
        low = held.index[held["price"] < LEAST_OF_CAPITAL * cost.min()]
        if len(low):
            why = f"a year brings less than half of what the unit's capital costs ({cost.min():.3g} of its value)"
            yield Oddity(
                "price_points", "price", low.to_numpy(), why, "a yearly share of unit value, not a monthly one"
            )


def models_that_cost_unlike(view: CaseView) -> Iterator[Oddity]:
    """Under one tier, a unit's mean yearly payment is many times that under every other pricing model."""
    told: dict[int, str] = {}
    for tier, rows in _middle_payments(view).groupby("tier", sort=False):
        for row, model, paid in _rows(rows.sort_values("paid", kind="stable"), "row", "model", "paid"):
            others = rows.loc[rows["model"] != model, ["model", "paid"]]
            far = len(others) > 0 and not others["paid"].between(paid / OTHER_MODEL, paid * OTHER_MODEL).any()
            if far and not (len(rows) == 2 and told.keys() & set(rows["row"])):
                times = paid / float(others["paid"].median())
                side = f"{times:,.0f} times" if times > 1 else f"one {1 / times:,.0f}th of"
                told[row] = f"{tier} costs {side} what it costs under {listed(list(others['model']))}"

    def why(row: int) -> str:
        return f"in the mean of all units, a year of {told[row]}"

    if told:
        yield Oddity("price_points", "price", sorted(told), why, "prices in the unit of the model's kind, per year")


def _middle_payments(view: CaseView) -> pd.DataFrame:
    """tier, model, paid, row: a year of a unit in the mean of all units, at the middle price of each tier and model."""
    points = view.frame("price_points").reset_index(names="row").sort_values("price", kind="stable")
    points = points[points["tier"].isin(view.open_tiers)]
    weight = np.where(view.sold_products, view.units, 0.0)
    found = []
    for names, rows in points.groupby(["tier", "model"], sort=True):
        (tier, model), middle = map(str, tuple(names)), rows.iloc[len(rows) // 2]
        paid = yearly_payments(view, tier, model, float(middle["price"]))
        if weight.sum() > 0 and (mean := float(paid @ weight / weight.sum())) > 0:
            found.append((tier, model, mean, int(middle["row"])))
    return pd.DataFrame(found, columns=["tier", "model", "paid", "row"])


def products_worth_less_than_repairs(view: CaseView) -> Iterator[Oddity]:
    """One incident without a contract, or its parts, costs more than the unit: nobody repairs it."""
    products, parts = view.frame("products"), view.frame("fulfilment")
    dear = products.index[products["adhoc_price"] > products["unit_value"]].to_numpy()
    if len(dear):
        why = "one incident without a contract (adhoc_price) costs more than the unit is worth"
        yield Oddity("products", "unit_value", dear, why, "the value of one unit in the currency of adhoc_price")
    yearly = products["adhoc_price"] * products["incident_rate"] > products["unit_value"]
    often = products.index[yearly & (products["adhoc_price"] <= products["unit_value"])].to_numpy()
    if len(often):
        why = "a year's incidents without a contract (times adhoc_price) cost more than the unit is worth"
        yield Oddity(
            "products", "incident_rate", often, why, "incidents of one unit a year; see unit_value, adhoc_price"
        )
    value = products.set_index("product")["unit_value"]
    rows = parts.index[parts["parts_cost"] > parts["product"].map(value).astype(float)].to_numpy()
    if len(rows):
        why = "the parts of one case cost more than the unit is worth"
        yield Oddity("fulfilment", "parts_cost", rows, why, "the cost of one parts case; see the product's unit_value")
