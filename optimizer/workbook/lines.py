"""Lines of the profit and loss account: amounts that are given to rows, and the sums over them."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Line:
    """One line: an amount of its own, or a sum of earlier lines."""

    name: str
    title: str
    driver: str = ""
    """What it is given to rows by; of amounts only."""
    plus: tuple[str, ...] = ()
    minus: tuple[str, ...] = ()
    kpi: str = ""
    """KPI of plan.json that the line's total is."""

    @property
    def is_sum(self) -> bool:
        """Whether the line adds up others."""
        return bool(self.plus)


LINES: tuple[Line, ...] = (
    Line("billed", "Contracts billed", "own: units x yearly payment"),
    Line("settlement", "Performance settlements", "cases of the work class"),
    Line("service_revenue", "Service revenue", plus=("billed", "settlement"), kpi="service_revenue"),
    Line("case_cost", "Cases delivered", "cases of the work class"),
    Line("volume_discounts", "Volume discounts", "the provider's case cost"),
    Line("commitments", "Commitments beyond the work done", "none: unallocated"),
    Line("delivery", "Delivery cost", plus=("case_cost", "volume_discounts", "commitments"), kpi="delivery_cost"),
    Line("parts", "Parts", "parts cases of product and tier"),
    Line("policies", "Fixed cost of fulfilment policies", "parts cases that the policy serves"),
    Line("fulfilment", "Fulfilment cost", plus=("parts", "policies"), kpi="fulfilment_cost"),
    Line("admin", "Admin cost", "own: units x cost a unit", kpi="admin_cost"),
    Line("capital", "Capital cost of leases", "own: units x cost a unit", kpi="capital_cost"),
    Line("tiers_fixed", "Fixed cost of tiers", "units under contract in the tier"),
    Line("models_fixed", "Fixed cost of pricing models", "units under contract by the model"),
    Line("products_fixed", "Support of products", "units of the product under contract"),
    Line("providers_fixed", "Fixed cost of providers", "hours worked by the provider"),
    Line("readiness", "Making providers ready, paid once", "hours worked by the provider", kpi="one_off_cost"),
    Line("readiness_spread", "Making providers ready, spread over contracts", "hours worked by the provider"),
    Line(
        "fixed",
        "Fixed cost",
        plus=("tiers_fixed", "models_fixed", "products_fixed", "providers_fixed", "readiness", "readiness_spread"),
        kpi="fixed_cost",
    ),
    Line(
        "service_cost",
        "Service cost",
        plus=("delivery", "fulfilment", "admin", "capital", "fixed"),
        kpi="service_cost",
    ),
    Line("service_margin", "Service margin", plus=("service_revenue",), minus=("service_cost",), kpi="service_margin"),
    Line("product_kept", "Product revenue before loyalty loss", "own: product revenue x loyalty"),
    Line("loyalty_loss", "Loyalty lost to service under target", "cases of the work class", kpi="loyalty_loss"),
    Line("product_revenue", "Product revenue", plus=("product_kept",), minus=("loyalty_loss",), kpi="product_revenue"),
    Line("account_revenue", "Account revenue", plus=("product_revenue", "service_revenue"), kpi="account_revenue"),
    Line("product_profit", "Product margin before loyalty loss", "own: product revenue x product margin"),
    Line("profit_lost", "Product margin lost with loyalty", "loyalty lost"),
    Line(
        "account_margin",
        "Account margin",
        plus=("product_profit", "service_margin"),
        minus=("profit_lost",),
        kpi="account_margin",
    ),
    Line("product_plain", "Product revenue without modelled retention and cross-sell", "own: product revenue"),
    Line("profit_plain", "Product margin without modelled retention and cross-sell", "own: product revenue x margin"),
    Line(
        "plain_margin",
        "Account margin without modelled retention and cross-sell",
        plus=("profit_plain", "service_margin"),
        minus=("profit_lost",),
    ),
)
"""Every line, in the order of the account; a sum follows what it adds up."""

AMOUNTS = tuple(line.name for line in LINES if not line.is_sum)


def with_sums(amounts: pd.DataFrame) -> pd.DataFrame:
    """Every line, in order, of rows that have every amount."""
    rows = amounts[list(AMOUNTS)].copy()
    for line in LINES:
        if line.is_sum:
            rows[line.name] = rows[list(line.plus)].sum(axis=1) - rows[list(line.minus)].sum(axis=1)
    return rows[[line.name for line in LINES]]
