"""Amounts of money a plan makes, by their KPI names, from demand totals and a delivery."""

from __future__ import annotations

from math import inf, isfinite

import numpy as np

from models.catalog import Array
from models.economics.delivery_formulas import payment, volume_discount
from models.economics.offers import Offers
from models.plan import KPIS, Decisions

from ..program.delivery import Delivery
from ..program.instance import Instance
from ..program.routes import is_partner, one_off_cost, readiness_cost
from ..program.unserved_work import unserved_loss_per_case


def _payments(instance: Instance, delivery: Delivery) -> Array:
    """What each provider is paid, shape (providers,)."""
    discounts = instance.case.tables["volume_discounts"].sort_values(["provider", "above"])
    commitments = instance.catalog.provider_table["commitment"].to_numpy(dtype=float)
    paid = np.zeros(len(commitments))
    for j in delivery.engaged:
        at = instance.routes.by_provider.get(j, [])
        cost = float(delivery.flows[at] @ instance.routes.cost[at])
        own = discounts[discounts["provider"] == instance.catalog.providers[j]]
        saved = volume_discount(cost, own["above"].tolist(), own["discount"].tolist())
        paid[j] = payment(cost - saved, float(commitments[j]))
    return paid


def _fulfilment_cost(instance: Instance, delivery: Delivery) -> float:
    per_case = instance.policies["parts_cost"].to_numpy(dtype=float)
    fixed = instance.policies["fixed_cost"].to_numpy(dtype=float)
    used = {row for _, _, row, _ in delivery.policies}
    return float(sum(cases * per_case[row] for _, _, row, cases in delivery.policies) + fixed[sorted(used)].sum())


def _fixed_cost(instance: Instance, delivery: Delivery, decisions: Decisions) -> float:
    catalog, locked = instance.catalog, instance.demand.locked
    tiers = {catalog.tiers[code] for code in locked.tier} | set(decisions.tiers)
    models = {catalog.models[code] for code in locked.model} | set(decisions.models)
    products = {catalog.products[code] for code in locked.product} | set(decisions.products)
    engaged = list(delivery.engaged)
    return float(
        catalog.tier_table["fixed_cost"].loc[sorted(tiers)].sum()
        + catalog.model_table["fixed_cost"].loc[sorted(models)].sum()
        + catalog.product_table["support_cost"].loc[sorted(products)].sum()
        + catalog.provider_table["fixed_cost"].iloc[engaged].sum()
        + readiness_cost(catalog)[engaged].sum()
    )


def _one_off_cost(instance: Instance, delivery: Delivery) -> float:
    """Cost of the engaged providers' readiness gaps that is paid once and counted whole."""
    return float(one_off_cost(instance.catalog)[list(delivery.engaged)].sum())


def kpis(
    instance: Instance, offers: Offers, totals: Array, delivery: Delivery, decisions: Decisions
) -> dict[str, float | None]:
    """Every KPI of a plan, in the unit of `models.plan.kpi_unit`; ratios are None where their denominator is 0."""
    billed, admin, capital, product_revenue, product_margin = (float(x) for x in totals[:5])
    paid = _payments(instance, delivery)
    loss = float(delivery.flows @ instance.routes.loyalty_loss)
    if len(delivery.unserved):
        loss += float(delivery.unserved @ unserved_loss_per_case(instance))
    k: dict[str, float] = {
        "service_revenue": billed + float(delivery.flows @ instance.routes.settlement),
        "delivery_cost": sum(paid.tolist()),
        "fulfilment_cost": _fulfilment_cost(instance, delivery),
        "admin_cost": admin,
        "capital_cost": capital,
        "fixed_cost": _fixed_cost(instance, delivery, decisions),
        "loyalty_loss": loss,
        "product_revenue": product_revenue - loss,
    }
    names = ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost")
    k["service_cost"] = sum(k[name] for name in names)
    k["service_margin"] = k["service_revenue"] - k["service_cost"]
    k["account_revenue"] = k["product_revenue"] + k["service_revenue"]
    k["account_margin"] = product_margin - instance.mean_margin * loss + k["service_margin"]
    more = {"one_off_cost": _one_off_cost(instance, delivery), **_of_partners(instance, paid)}
    both = {**k, **more, **_shares(k, offers, instance, totals), **_downtime(instance, totals, delivery)}
    return {name: both[name] for name in KPIS}


def _of_partners(instance: Instance, paid: Array) -> dict[str, float | None]:
    """What partners are paid; what they keep of it is not known: no table says what a case costs them."""
    return {"partner_payments": float(paid[is_partner(instance.catalog)].sum()), "partner_profit": None}


def _downtime(instance: Instance, totals: Array, delivery: Delivery) -> dict[str, float | None]:
    """Incidents of units under contract, and hours until work on them begins."""
    incidents = float(totals[instance.index.incidents].sum())
    hours = float(delivery.flows @ instance.routes.response_hours)
    each = _share(hours, incidents)
    return {"contract_incidents": incidents, "downtime_hours": hours, "downtime_per_incident": each}


def _shares(k: dict[str, float], offers: Offers, instance: Instance, totals: Array) -> dict[str, float | None]:
    serving, demand = k["delivery_cost"] + k["fulfilment_cost"] + k["admin_cost"], offers.demand
    return {
        "service_margin_share": _share(k["service_margin"], k["service_revenue"]),
        "account_margin_share": _share(k["account_margin"], k["account_revenue"]),
        "cost_to_serve": _share(serving, k["service_revenue"]),
        "contract_coverage": _share(float(totals[instance.index.units].sum()), demand.total_units),
        "contract_value_coverage": _share(float(totals[instance.index.unit_value]), demand.total_value),
    }


def _share(part: float, whole: float) -> float | None:
    """The share; None where the whole is 0, or so little that no number holds the share."""
    share = float(part) / float(whole) if whole != 0 else inf
    return share if isfinite(share) else None


def no_contract_objective(instance: Instance) -> float:
    """The scenario's objective with empty menus, no cost, and locked units taken as without a contract."""
    revenue = instance.demand.revenue_without_contracts
    margins = instance.catalog.product_table["product_margin"].to_numpy(dtype=float)
    by_objective = {"account_revenue": float(revenue.sum()), "account_margin": float(revenue @ margins)}
    return by_objective.get(instance.scenario.objective, 0.0)
