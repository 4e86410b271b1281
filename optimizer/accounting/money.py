"""Every amount of a plan, from its units, flows and decisions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import inf, isfinite

import numpy as np

from models.case import Case
from models.economics.delivery_formulas import PARTNER_KINDS, payment, readiness_charge, volume_discount
from models.plan import KPIS

from .demand import Demand
from .offered import Offer
from .rows import Column, Rows, take, total
from .work import Work


def sales(uptake: Rows, case: Case) -> dict[str, float]:
    """Amounts that follow from the units under contract alone, before settlement and loyalty loss.

    `uptake` has the free, `none` and locked rows; result: billed (sum N T), admin_cost, capital_cost,
    units under contract, their value and their incidents, product_revenue, product_profit (product margin on product
    revenue).
    """
    sold = uptake.where(uptake["tier"] != "none")
    return {
        "billed": total(sold["service_revenue"]),
        "admin_cost": total(sold["units"] * sold["admin_cost"]),
        "capital_cost": total(sold["units"] * sold["capital"]),
        "units": total(sold["units"]),
        "value": total(sold["units"] * sold["unit_value"]),
        "incidents": total(sold["units"] * sold["incidents"]),
        "product_revenue": total(uptake["product_revenue"]),
        "product_profit": total(uptake["product_revenue"] * _product_margin(case, uptake)),
    }


def _product_margin(case: Case, rows: Rows) -> Column:
    products = Rows.of(case.tables["products"], "product", "product_margin")
    return take(products["product_margin"], rows.places(products, ["product"]))


def mean_product_margin(demand: Demand) -> float:
    """mbar: product margin weighted by product revenue before contracts, 0 when there is none."""
    revenue = demand.installed["revenue"]
    whole = total(revenue)
    return total(revenue * _product_margin(demand.case, demand.installed)) / whole if whole > 0 else 0.0


def no_contract_objective(demand: Demand, objective: str) -> float:
    """The objective with empty menus and no cost at all, locked units taken as without a contract."""
    if objective.startswith("service"):
        return 0.0
    rows = demand.installed.assign(tier="none")
    kept = demand.kept(rows)
    if objective == "account_margin":
        kept = kept * _product_margin(demand.case, rows)
    return total(kept)


def fixed_cost(case: Case, offered: Offer) -> float:
    """Fixed costs of tiers, models and providers, support of products, and readiness gaps to close."""
    return sum(
        (
            _sum(case, "tiers", "tier", "fixed_cost", offered.tiers),
            _sum(case, "pricing_models", "model", "fixed_cost", offered.models),
            _sum(case, "products", "product", "support_cost", offered.products),
            _sum(case, "providers", "provider", "fixed_cost", offered.providers),
            one_off_cost(case, offered.providers),
            spread_cost(case, offered.providers),
        )
    )


def gaps(case: Case) -> Rows:
    """Readiness gaps to close, each with its provider's `contract_years` and `yearly`: what it costs a year.

    `yearly` is its `readiness_charge`: the whole cost, which is then `once`, where the contract's years are blank.
    """
    table = Rows.of(case.tables["readiness"])
    table = table.where(table["actual"] < table["required"])
    rows = table.looked_up(Rows.of(case.tables["providers"], "provider", "contract_years"), ["provider"])
    years, rate = rows["contract_years"].astype(float), case.settings.discount_rate
    both = zip(rows["cost_to_close"].tolist(), years.tolist(), strict=True)
    yearly = np.array([readiness_charge(cost, term, rate) for cost, term in both], dtype=float)
    return rows.assign(once=np.isnan(years), yearly=yearly)


def one_off_cost(case: Case, engaged: Collection[str]) -> float:
    """Cost of closing the readiness gaps of providers that is paid once and counted whole."""
    rows = gaps(case)
    return total(rows["cost_to_close"][rows.named("provider", engaged) & rows["once"]])


def spread_cost(case: Case, engaged: Collection[str]) -> float:
    """What closing the readiness gaps of providers costs a year where it is spread over their contracts."""
    rows = gaps(case)
    return total(rows["yearly"][rows.named("provider", engaged) & ~rows["once"]])


def _sum(case: Case, table: str, key: str, column: str, names: frozenset[str]) -> float:
    rows = Rows.of(case.tables[table], key, column)
    return total(rows[column][rows.named(key, names)])


def payments(case: Case, providers: Rows, engaged: frozenset[str]) -> Column:
    """Payment to each provider: case cost less volume discounts, bracket by bracket, or the commitment if engaged."""
    names, costs, commitments = (providers[name].tolist() for name in ("provider", "true_cost", "commitment"))
    told = zip(names, costs, discounts(case, names, costs), commitments, strict=True)
    return np.array([payment(c - saved, least) if name in engaged else c - saved for name, c, saved, least in told])


def discounts(case: Case, providers: Sequence[str], case_costs: Sequence[float]) -> list[float]:
    """Volume discount of each provider on its case cost, bracket by bracket, money a year."""
    brackets = Rows.of(case.tables["volume_discounts"], "provider", "above", "discount")
    brackets = brackets.where(np.argsort(brackets["above"]))
    saved = []
    for name, cost in zip(providers, case_costs, strict=True):
        own = brackets.where(brackets["provider"] == name)
        saved.append(volume_discount(cost, own["above"].tolist(), own["discount"].tolist()))
    return saved


def parts_cost(policies: Rows) -> float:
    """Parts cost of the cases, and the fixed cost of each product's policy used once."""
    used = policies.distinct(["product", "policy"])
    return total(policies["parts_cases"] * policies["parts_cost"]) + total(used["fixed_cost"])


def kpis(demand: Demand, uptake: Rows, done: Work, offered: Offer) -> dict[str, float | None]:
    """Every KPI of a plan."""
    case = demand.case
    sold = sales(uptake, case)
    settled = total(done.flows["cases"] * done.flows["settlement"])
    loss = total(done.flows["loss"]) + total(done.undone["loss"])
    paid = payments(case, done.providers, offered.providers)
    amounts = {
        "service_revenue": sold["billed"] + settled,
        "delivery_cost": total(paid),
        "fulfilment_cost": parts_cost(done.policies),
        "admin_cost": sold["admin_cost"],
        "capital_cost": sold["capital_cost"],
        "fixed_cost": fixed_cost(case, offered),
        "loyalty_loss": loss,
        "product_revenue": sold["product_revenue"] - loss,
    }
    totals = added_up(amounts)
    totals["account_margin"] = sold["product_profit"] - mean_product_margin(demand) * loss + totals["service_margin"]
    values = amounts | totals
    both: dict[str, float | None] = {
        **values,
        **shares_of(values),
        **coverage(demand, sold),
        **downtime(sold["incidents"], total(hours_waited(done.flows))),
        "one_off_cost": one_off_cost(case, offered.providers),
        "partner_payments": total(paid[done.providers.named("kind", PARTNER_KINDS)]),
        "partner_profit": None,  # no table says what a case costs a partner
    }
    return {name: both[name] for name in KPIS}


def coverage(demand: Demand, sold: Mapping[str, float]) -> dict[str, float | None]:
    """Units under contract as a share of all, each counted as one, and each counted with its unit value."""
    every = demand.installed
    values = Rows.of(demand.case.tables["products"], "product", "unit_value")
    whole = total(every["units"] * take(values["unit_value"], every.places(values, ["product"])))
    return {
        "contract_coverage": _share(sold["units"], total(every["units"])),
        "contract_value_coverage": _share(sold["value"], whole),
    }


def hours_waited(flows: Rows) -> Column:
    """Hours until work on the cases of each flow begins; 0 where no response promise is measured on them."""
    return np.where(flows["response_clock"].astype(bool), flows["cases"] * flows["mean_response"], 0.0)


def downtime(incidents: float, hours: float) -> dict[str, float | None]:
    """Incidents of units under contract a year, hours down in all and an incident."""
    each = _share(hours, incidents)
    return {"contract_incidents": incidents, "downtime_hours": hours, "downtime_per_incident": each}


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
    """The share; None where the whole is 0, or so little that no number holds the share."""
    share = float(part) / float(whole) if whole != 0 else inf
    return share if isfinite(share) else None
