"""Every amount of money of a plan, worked out again from its menus, coverage, allocation and fulfilment."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .delivery import engagement_cost
from .enumeration import Enumeration
from .questions import plan_offers
from .settling import cost_per_case, known_rate, payment_pieces, settled
from .volume import Volume, WorkClass, total
from .world import World


@dataclass(frozen=True)
class PlanTables:
    """What a plan decided."""

    menus: pd.DataFrame
    coverage: pd.DataFrame
    allocation: pd.DataFrame
    fulfilment: pd.DataFrame
    providers: tuple[str, ...]
    products: tuple[str, ...]


def discounted(world: World, provider: str, case_cost: float) -> float:
    """What a provider is paid for a yearly case cost."""
    for piece in payment_pieces(world, provider):
        if piece.above <= case_cost <= piece.upto:
            return max(piece.least, piece.intercept + piece.slope * case_cost)
    raise AssertionError(f"no bracket holds {case_cost}")


def worked(world: World, allocation: pd.DataFrame) -> dict[str, float]:
    """Settlements, loyalty loss and case cost (by provider, under its name) of an allocation."""
    sums = {"settlements": 0.0, "loyalty_loss": 0.0}
    for row in allocation.to_dict("records"):
        work = WorkClass(row["region"], row["family"], row["service"], row["tier"], row["model"] or "")
        provider, cases = row["provider"], row["cases"]
        tier = world.row("tiers", tier=work.tier)
        short = max(0.0, tier["csat_target"] - known_rate(world, work, provider)["csat"])
        sums["settlements"] += cases * settled(world, work, provider)
        sums["loyalty_loss"] += cases * tier["loyalty_loss"] * short
        sums[provider] = sums.get(provider, 0.0) + cases * cost_per_case(world, work, provider)
    return sums


def parts_money(world: World, volume: Volume, fulfilment: pd.DataFrame) -> float:
    """Parts cost and fixed cost of the policies a plan uses."""
    rows = [
        (world.row("fulfilment", product=row["product"], policy=row["policy"]), row["tier"])
        for row in fulfilment.to_dict("records")
    ]
    variable = sum(volume.parts[row["product"], tier] * row["parts_cost"] for row, tier in rows)
    fixed = {(row["product"], row["policy"]): row["fixed_cost"] for row, _ in rows}
    return float(variable + sum(fixed.values()))


def fixed_money(enumeration: Enumeration, plan: PlanTables) -> float:
    """Fixed cost of what a plan offers, supports and engages, and of what contracts in force need."""
    world, locked = enumeration.world, enumeration.demand.locked
    offers = plan_offers(enumeration, plan.menus, plan.coverage)
    covered = {product for offer in offers for product in offer.covered} | {lock.product for lock in locked}
    covered |= {row["product"] for row in world.rows("products", support="required")}
    unused = set(plan.products) - covered
    extra = sum(world.row("products", product=product)["support_cost"] for product in unused)
    return enumeration.fixed_cost(offers) + float(extra) + engagement_cost(world, list(plan.providers))


def money(enumeration: Enumeration, plan: PlanTables) -> dict[str, float]:
    """Every amount of money of a plan by its KPI name, in the currency of the case."""
    world, work = enumeration.world, worked(enumeration.world, plan.allocation)
    offers = plan_offers(enumeration, plan.menus, plan.coverage)
    volume = total([enumeration.locked, *(offer.volume for offer in offers)])
    gross = sum(world.row("products", product=p)["product_margin"] * earned for p, earned in volume.earned.items())
    amounts = {
        "service_revenue": volume.billed + work["settlements"],
        "delivery_cost": sum(discounted(world, provider, work.get(provider, 0.0)) for provider in plan.providers),
        "fulfilment_cost": parts_money(world, volume, plan.fulfilment),
        "admin_cost": volume.admin,
        "capital_cost": volume.capital,
        "fixed_cost": fixed_money(enumeration, plan),
        "loyalty_loss": work["loyalty_loss"],
        "product_revenue": sum(volume.earned.values()) - work["loyalty_loss"],
    }
    costs = ("delivery_cost", "fulfilment_cost", "admin_cost", "capital_cost", "fixed_cost")
    amounts["service_cost"] = sum(amounts[name] for name in costs)
    amounts["service_margin"] = amounts["service_revenue"] - amounts["service_cost"]
    amounts["account_revenue"] = amounts["product_revenue"] + amounts["service_revenue"]
    lost = enumeration.mean_margin * work["loyalty_loss"]
    amounts["account_margin"] = gross - lost + amounts["service_margin"]
    return amounts | beside_the_account(enumeration, plan, volume)


def beside_the_account(enumeration: Enumeration, plan: PlanTables, volume: Volume) -> dict[str, float]:
    """Coverage, what partners are paid, what is paid once, and downtime, by KPI name."""
    world, work = enumeration.world, worked(enumeration.world, plan.allocation)
    owned = [(row["units"], world.row("products", product=row["product"])) for row in world.tables["installed_base"]]
    kinds = {row["provider"]: row["kind"] for row in world.tables["providers"]}
    partners = [name for name in plan.providers if kinds[name] in ("volume_partner", "specialist_partner")]
    whole = [row["provider"] for row in world.tables["providers"] if row["contract_years"] is None]
    gaps = [row for row in world.tables["readiness"] if row["actual"] < row["required"] and row["provider"] in whole]
    return {
        "contract_coverage": volume.units / enumeration.demand.all_units,
        "contract_value_coverage": volume.value / sum(units * row["unit_value"] for units, row in owned),
        "partner_payments": sum(discounted(world, name, work.get(name, 0.0)) for name in partners),
        "one_off_cost": sum(row["cost_to_close"] for row in gaps if row["provider"] in plan.providers),
        "contract_incidents": volume.incidents,
        "downtime_hours": waited(world, plan.allocation),
    }


def waited(world: World, allocation: pd.DataFrame) -> float:
    """Hours until work began, over the cases of services with a response clock."""
    hours = 0.0
    for row in allocation.to_dict("records"):
        work = WorkClass(row["region"], row["family"], row["service"], row["tier"], row["model"] or "")
        if world.row("services", service=work.service)["response_clock"]:
            hours += row["cases"] * known_rate(world, work, row["provider"])["response_hours"]
    return hours
