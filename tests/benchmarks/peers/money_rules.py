"""Amounts of money of the compact program, and its rules on margins."""

from __future__ import annotations

import numpy as np

from optimizer.program.routes import readiness_cost

from .delivery_rules import PolicyUses
from .market import Market
from .program import Array, Matrix, Program, total

THOUSAND = 1_000.0


def money_unit(m: Market) -> float:
    """A power of ten in which the case's yearly money is some thousands, so that amounts are of like size."""
    cohorts = m.offers.demand.cohorts
    value = m.instance.catalog.product_table["unit_value"].to_numpy(dtype=float)[cohorts.product]
    yearly = float(cohorts.revenue.sum() + 0.05 * (cohorts.units * value).sum())
    return float(10 ** np.floor(np.log10(max(yearly, THOUSAND) / THOUSAND)))


def amounts(program: Program, m: Market, uses: PolicyUses) -> dict[str, Matrix]:
    """Amounts a year in the program's unit, by KPI name."""
    routes, unit = m.instance.routes, program.unit
    billed, admin, capital, product_revenue, product_margin = (program.of("total")[[at]] / unit for at in range(5))
    flow = program.of("flow")
    loss = total(flow, routes.loyalty_loss / unit)
    a = {
        "service_revenue": billed + total(flow, routes.settlement / unit),
        "work_cost": total(program.of("payment")) + _fulfilment_cost(program, m, uses) + admin,
        "product_revenue": product_revenue - loss,
    }
    a["service_margin"] = a["service_revenue"] - a["work_cost"] - capital - _fixed_cost(program, m)
    a["account_revenue"] = a["product_revenue"] + a["service_revenue"]
    a["account_margin"] = product_margin - m.instance.mean_margin * loss + a["service_margin"]
    return a


def _fulfilment_cost(program: Program, m: Market, uses: PolicyUses) -> Matrix:
    cost, fixed = (
        m.instance.policies[name].to_numpy(dtype=float) / program.unit for name in ("parts_cost", "fixed_cost")
    )
    return total(program.of("policy"), fixed) + total(program.of("parts"), cost[uses.policy])


def _fixed_cost(program: Program, m: Market) -> Matrix:
    catalog = m.instance.catalog

    def paid(name: str, cost: Array) -> Matrix:
        return total(program.of(name), cost / program.unit)

    providers = catalog.provider_table["fixed_cost"].to_numpy(dtype=float) + readiness_cost(catalog)
    return (
        paid("tier", catalog.tier_table["fixed_cost"].to_numpy(dtype=float))
        + paid("model", catalog.model_table["fixed_cost"].to_numpy(dtype=float))
        + paid("product", catalog.product_table["support_cost"].to_numpy(dtype=float))
        + paid("provider", providers)
    )


def require_money(program: Program, m: Market, a: dict[str, Matrix]) -> None:
    """Margins and cost to serve."""
    for rule, margin, revenue in (
        ("min_service_margin", "service_margin", "service_revenue"),
        ("min_account_margin", "account_margin", "account_revenue"),
    ):
        share = getattr(m.scenario, rule)
        if share is not None:
            program.require(rule, a[margin] - share * a[revenue], low=0)
    if m.scenario.max_cost_to_serve is not None:
        most = m.scenario.max_cost_to_serve
        program.require("max_cost_to_serve", a["work_cost"] - most * a["service_revenue"], high=0)
