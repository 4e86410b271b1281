"""Every amount of a plan, from its units, flows and decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from models.case import Case
from models.delivery import payment, volume_discount
from models.plan import KPIS, Decisions

from .demand import Demand
from .work import Work


def sales(uptake: pd.DataFrame, case: Case) -> dict[str, float]:
    """Amounts that follow from the units under contract alone, before settlement and loyalty loss.

    `uptake` has the free, `none` and locked rows; result: billed (sum N T), admin_cost, capital_cost,
    units under contract, product_revenue, product_profit (product margin on product revenue).
    """
    sold = uptake[uptake["tier"] != "none"]
    margin = uptake["product"].map(case.tables["products"].set_index("product")["product_margin"])
    return {
        "billed": float(sold["service_revenue"].sum()),
        "admin_cost": float((sold["units"] * sold["admin_cost"]).sum()),
        "capital_cost": float((sold["units"] * sold["capital"]).sum()),
        "units": float(sold["units"].sum()),
        "product_revenue": float(uptake["product_revenue"].sum()),
        "product_profit": float((uptake["product_revenue"] * margin).sum()),
    }


def mean_product_margin(demand: Demand) -> float:
    """mbar: product margin weighted by product revenue before contracts, 0 when there is none."""
    rows = demand.installed.merge(demand.case.tables["products"][["product", "product_margin"]], on="product")
    total = rows["revenue"].sum()
    return float((rows["revenue"] * rows["product_margin"]).sum() / total) if total > 0 else 0.0


def no_contract_objective(demand: Demand, objective: str) -> float:
    """The objective with empty menus and no cost at all, locked units taken as without a contract."""
    if objective.startswith("service"):
        return 0.0
    rows = demand.installed.assign(tier="none")
    kept = demand.kept(rows)
    if objective == "account_margin":
        kept *= rows["product"].map(demand.case.tables["products"].set_index("product")["product_margin"])
    return float(kept.sum())


@dataclass(frozen=True)
class Offer:
    """What is offered: the tiers and models that menus or contracts in force use, and the plan's choices."""

    tiers: frozenset[str]
    models: frozenset[str]
    products: frozenset[str]
    providers: frozenset[str]


def offer(demand: Demand, menus: pd.DataFrame, decisions: Decisions) -> Offer:
    """What fixed costs are paid for: contracts in force keep their tier, model and product."""
    shown = menus[menus["price_book"].isin(demand.holdings["price_book"])]
    locked = demand.locked
    return Offer(
        tiers=frozenset(shown["tier"]) | frozenset(locked["tier"]),
        models=frozenset(shown["model"]) | frozenset(locked["model"]),
        products=frozenset(decisions.products) | frozenset(locked["product"]),
        providers=frozenset(decisions.providers),
    )


def fixed_cost(case: Case, offered: Offer) -> float:
    """Fixed costs of tiers, models and providers, support of products, and readiness gaps to close."""
    readiness = case.tables["readiness"]
    gaps = readiness[(readiness["actual"] < readiness["required"]) & readiness["provider"].isin(offered.providers)]
    return sum(
        (
            _sum(case, "tiers", "tier", "fixed_cost", offered.tiers),
            _sum(case, "pricing_models", "model", "fixed_cost", offered.models),
            _sum(case, "products", "product", "support_cost", offered.products),
            _sum(case, "providers", "provider", "fixed_cost", offered.providers),
            float(gaps["cost_to_close"].sum()),
        )
    )


def _sum(case: Case, table: str, key: str, column: str, names: frozenset[str]) -> float:
    rows = case.tables[table]
    return float(rows.loc[rows[key].isin(names), column].sum())


def payments(case: Case, providers: pd.DataFrame, engaged: frozenset[str]) -> float:
    """Payments to providers: case cost less volume discounts, bracket by bracket, or the commitment if engaged."""
    brackets = case.tables["volume_discounts"].sort_values(["provider", "above"])
    total = 0.0
    for row in providers.to_dict("records"):
        own = brackets[brackets["provider"] == row["provider"]]
        cost = row["true_cost"] - volume_discount(row["true_cost"], list(own["above"]), list(own["discount"]))
        total += payment(cost, row["commitment"]) if row["provider"] in engaged else cost
    return total


def parts_cost(policies: pd.DataFrame) -> float:
    """Parts cost of the cases, and the fixed cost of each product's policy used once."""
    used = policies.drop_duplicates(["product", "policy"])
    return float((policies["parts_cases"] * policies["parts_cost"]).sum() + used["fixed_cost"].sum())


def kpis(demand: Demand, uptake: pd.DataFrame, done: Work, offered: Offer) -> dict[str, float | None]:
    """Every KPI of a plan."""
    case = demand.case
    sold = sales(uptake, case)
    settled = float((done.flows["cases"] * done.flows["settlement"]).sum())
    loss = float(done.flows["loss"].sum())
    amounts = {
        "service_revenue": sold["billed"] + settled,
        "delivery_cost": payments(case, done.providers, offered.providers),
        "fulfilment_cost": parts_cost(done.policies),
        "admin_cost": sold["admin_cost"],
        "capital_cost": sold["capital_cost"],
        "fixed_cost": fixed_cost(case, offered),
        "loyalty_loss": loss,
        "product_revenue": sold["product_revenue"] - loss,
    }
    totals = added_up(amounts)
    totals["account_margin"] = sold["product_profit"] - mean_product_margin(demand) * loss + totals["service_margin"]
    attach = _share(sold["units"], float(demand.installed["units"].sum()))
    values = amounts | totals
    shares = shares_of(values) | {"attach_rate": attach}
    both: dict[str, float | None] = {**values, **shares}
    return {name: both[name] for name in KPIS}


def added_up(amounts: Mapping[str, float]) -> dict[str, float]:
    """service_cost, service_margin and account_revenue of the amounts they add up."""
    parts = ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost")
    cost = sum(amounts[name] for name in parts)
    revenue = amounts["service_revenue"]
    return {
        "service_cost": cost,
        "service_margin": revenue - cost,
        "account_revenue": amounts["product_revenue"] + revenue,
    }


def shares_of(amounts: Mapping[str, float]) -> dict[str, float | None]:
    """Margins and cost to serve as shares; None where their denominator is 0."""
    revenue = amounts["service_revenue"]
    serving = amounts["delivery_cost"] + amounts["fulfilment_cost"] + amounts["admin_cost"]
    return {
        "service_margin_share": _share(amounts["service_margin"], revenue),
        "account_margin_share": _share(amounts["account_margin"], amounts["account_revenue"]),
        "cost_to_serve": _share(serving, revenue),
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole != 0 else None
