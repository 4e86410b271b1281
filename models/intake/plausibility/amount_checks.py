"""Amounts of money that are out of proportion to what the case is about: above all of it, for nothing, per thousand."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...economics.delivery_formulas import PARTNER_KINDS
from ...economics.pricing_kinds import KINDS
from .case_view import CaseView
from .neighbours import THOUSANDFOLD, working_cost
from .oddity import Oddity
from .price_checks import yearly_payments

RISK_PREMIUM = 5.0
"""Times the expected loss that a customer gives up for certainty: half the aversion times the loss of an incident."""
WRONG_COST = 50.0
"""Times that work costs less, or more, than what an incident costs without a contract, for every product alike."""
_FIXED = (
    ("tiers", "fixed_cost"),
    ("pricing_models", "fixed_cost"),
    ("providers", "fixed_cost"),
    ("providers", "commitment"),
    ("products", "support_cost"),
    ("fulfilment", "fixed_cost"),
    ("readiness", "cost_to_close"),
)
"""Amounts that are paid once for the whole plan."""


def fixed_amounts_above_everything(view: CaseView) -> Iterator[Oddity]:
    """One fixed amount is more than the value of all units and all product revenue: nothing can earn it."""
    value, revenue = float(view.units @ view.unit_value), float(view.numbers("accounts", "product_revenue").sum())
    for table, column in _FIXED:
        rows = np.flatnonzero(view.numbers(table, column) > value + revenue)
        if len(rows):
            why = f"more than all units are worth ({value:,.6g}) and all product revenue ({revenue:,.6g})"
            yield Oddity(table, column, rows, why, "an amount of the whole plan in the case's currency")


def costs_above_unit_value(view: CaseView) -> Iterator[Oddity]:
    """The administration of one contract costs more a year than any unit is worth."""
    dearest = float(view.unit_value.max(initial=0.0))
    rows = np.flatnonzero(view.numbers("pricing_models", "admin_cost") > dearest)
    if len(rows):
        why = f"administering one contract costs more a year than the most valuable unit is worth ({dearest:,.6g})"
        yield Oddity("pricing_models", "admin_cost", rows, why, "the cost of one unit under contract, not of all")


def losses_above_revenue(view: CaseView) -> Iterator[Oddity]:
    """One CSAT point under target, on every case, loses more than all product revenue of the units served."""
    units, catalog = float(view.units.sum()), view.catalog
    revenue = float(view.numbers("accounts", "product_revenue").sum()) / units
    rate = float(view.units @ catalog.product_table["incident_rate"].to_numpy(dtype=float)) / units
    tiers = view.frame("tiers")
    at = [catalog.tiers.index(tier) for tier in tiers["tier"]]
    cases = rate * catalog.cases_per_incident.sum(axis=1)[at] + catalog.cases_per_unit.sum(axis=1)[at]
    odd = tiers["loyalty_loss"].to_numpy(dtype=float) * cases > revenue
    if revenue > 0 and odd.any():
        why = f"one point under target would cost more than a unit's product revenue ({revenue:,.4g} a year)"
        yield Oddity("tiers", "loyalty_loss", np.flatnonzero(odd), why, "product revenue lost per case and point")


def aversions_above_losses(view: CaseView) -> Iterator[Oddity]:
    """Certainty is worth many times the loss itself: risk_aversion is per unit of currency."""
    products = view.catalog.product_table
    loss = products["adhoc_price"] + products["downtime_cost"] * products["adhoc_hours"]
    largest = float(loss.to_numpy()[view.sold_products].max(initial=0.0))
    odd = view.numbers("customer_classes", "risk_aversion") * largest / 2 > RISK_PREMIUM
    if odd.any():
        why = f"to be sure of a loss of {largest:,.6g} the class would pay more than {RISK_PREMIUM + 1:g} times as much"
        advice = "aversion per unit of currency: about 0.1 to 1 over the loss of an incident"
        yield Oddity("customer_classes", "risk_aversion", np.flatnonzero(odd), why, advice)


def products_without_margin(view: CaseView) -> Iterator[Oddity]:
    """No product that is sold earns anything, so that keeping customers and selling them more is worth nothing."""
    products = view.frame("products")
    sold = view.sold_products[[view.catalog.products.index(name) for name in products["product"]]]
    revenue = float(view.numbers("accounts", "product_revenue").sum())
    if revenue > 0 and sold.any() and (products["product_margin"][sold] == 0).all():
        why = f"no product earns a margin on a product revenue of {revenue:,.6g}, so that loyalty is worth nothing"
        yield Oddity("products", "product_margin", np.flatnonzero(sold), why, "a share: 34 % is 0.34")


def partners_for_nothing(view: CaseView) -> Iterator[Oddity]:
    """A partner that works for nothing, though it is paid neither by the year nor at least a commitment."""
    providers, rates = view.frame("providers"), view.frame("rates")
    unpaid = providers[(providers["commitment"] == 0) & (providers["fixed_cost"] == 0)]
    names = unpaid.loc[unpaid["kind"].isin(PARTNER_KINDS), "provider"]
    rows = rates.index[(rates["cost_per_case"] == 0) & rates["provider"].isin(names)].to_numpy()
    if len(rows):
        why = "a partner that is paid nothing else does this work for nothing"
        yield Oddity("rates", "cost_per_case", rows, why, "what a case costs")


def brackets_within_a_case(view: CaseView) -> Iterator[Oddity]:
    """A further bracket of a discount begins before the cheapest case is paid, so that the one beneath it is empty.

    The first bracket may: that is how a discount on all work is written.
    """
    rates, brackets = view.frame("rates"), view.frame("volume_discounts")
    paid = rates[rates["cost_per_case"] > 0].groupby("provider")["cost_per_case"].min()
    least = brackets["provider"].map(paid).astype(float)
    first = brackets.groupby("provider")["above"].transform("min")
    rows = np.flatnonzero((brackets["above"] > first) & (brackets["above"] < least))
    if len(rows):
        why = "one case of the provider costs more, so that the bracket beneath this one is empty"
        yield Oddity("volume_discounts", "above", rows, why, "a yearly amount in the currency of rates, not millions")


def incidents_for_nothing(view: CaseView) -> Iterator[Oddity]:
    """Without a contract an incident of one product is free, and of every other one it is not."""
    products = view.frame("products")
    failing = products["incident_rate"] > 0
    free = products.index[failing & (products["adhoc_price"] == 0)].to_numpy()
    if len(free) == 1 and (failing & (products["adhoc_price"] > 0)).sum() >= 2:
        why = "without a contract an incident of this product is free, and of every other one it is not"
        yield Oddity("products", "adhoc_price", free, why, "the price of an incident without a contract")


def standard_costs_off(view: CaseView) -> Iterator[Oddity]:
    """What work costs by standard is out of all proportion to its rates, or to what incidents cost ad hoc."""
    services = view.frame("services")
    cost, asked = services["standard_cost"], working_cost(view)
    least, most = (services["service"].map(asked[end]).astype(float) for end in ("min", "max"))
    odd = (cost > 0) & ((cost > THOUSANDFOLD * most) | (cost < least / THOUSANDFOLD))
    if odd.any():
        why = f"it is more than {THOUSANDFOLD:g} times off what teams and partners ask for a case (rates)"
        yield Oddity("services", "standard_cost", np.flatnonzero(odd), why, "a cost per case in the currency of rates")
        return
    adhoc = view.catalog.product_table["adhoc_price"].to_numpy(dtype=float)[view.sold_products]
    work = view.catalog.standard_cost_per_incident
    adhoc, work = adhoc[adhoc > 0], work[work > 0]
    low, high = (work.min(), work.max()) if len(work) else (0.0, 0.0)
    if len(adhoc) and len(work) and (low > WRONG_COST * adhoc.max() or high < adhoc.min() / WRONG_COST):
        side = "over" if low > adhoc.max() else "under"
        why = f"an incident's work comes to {low:,.4g} to {high:,.4g}, far {side} adhoc_price of every product"
        rows = np.flatnonzero(services["standard_cost"] == services["standard_cost"].max())
        yield Oddity("services", "standard_cost", rows, why, "a cost per case in the currency of products.adhoc_price")


def settlements_above_payments(view: CaseView) -> Iterator[Oddity]:
    """A contract that pays by performance settles for more than its yearly payment, whatever the product."""
    catalog, points = view.catalog, view.frame("price_points")
    told: list[int] = []
    for names, rows in points.groupby(["tier", "model"], sort=True):
        tier, model = map(str, tuple(names))
        at, of = catalog.models.index(model), catalog.tiers.index(tier)
        if not KINDS[view.kinds[model]].settles or not view.sold_products.any():
            continue
        products = np.flatnonzero(view.sold_products)
        same = np.zeros_like(products)
        settled = np.abs(catalog.expected_settlement[at, of]) * catalog.incidents(products, same + of, same + at)
        paid = yearly_payments(view, tier, model, float(rows["price"].max()))[products]
        told += [at] if (settled > paid).all() else []
    rows = view.frame("pricing_models")
    odd = rows.index[rows["model"].isin([catalog.models[at] for at in told])].to_numpy()
    if len(odd):
        why = "bonus and penalty of a year come to more than the yearly payment itself, for every product"
        yield Oddity("pricing_models", "penalty_per_hour", odd, why, "an amount per hour late in the case's currency")


def order_of_magnitude(values: pd.Series) -> float:
    """The middle of the positive values' sizes, as a power of ten."""
    return float(np.log10(values[values > 0]).median())


def values_unlike_repairs(view: CaseView) -> Iterator[Oddity]:
    """Of one product an incident's price is a thousand times more, or less, of the unit's value than of others."""
    products = view.frame("products")
    ratio = (products["adhoc_price"] / products["unit_value"]).to_numpy(dtype=float)
    known = np.flatnonzero((ratio > 0) & (ratio <= 1))
    if len(known) < 3:
        return
    for row in known:
        others = ratio[known[known != row]]
        off = ratio[row] / float(np.median(others))
        agree = others.max() <= np.sqrt(THOUSANDFOLD) * others.min()
        if agree and not 1 / THOUSANDFOLD < off < THOUSANDFOLD:
            column = _culprit(products, int(row))
            why = f"adhoc_price is {ratio[row]:.3g} of unit_value, for the other products {np.median(others):.3g}"
            yield Oddity(
                "products", column, [int(row)], why, "both in the case's currency, for one incident and one unit"
            )


def _culprit(products: pd.DataFrame, row: int) -> str:
    """Of unit_value and adhoc_price the one that lies further from the other products'."""
    far = {}
    for column in ("unit_value", "adhoc_price"):
        others = products[column].drop(index=products.index[row])
        far[column] = abs(np.log10(products[column].iloc[row]) - order_of_magnitude(others))
    return max(far, key=lambda column: far[column])
