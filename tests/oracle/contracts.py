"""What one contract costs its customer and brings its seller (terms of one option for one segment and product)."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from .world import Option, Row, World


@dataclass(frozen=True)
class Terms:
    """One contract's numbers per unit and year; `per_incident` is money per incident."""

    incidents: float
    billed: float
    per_incident: float
    capital: float
    ownership: float


def annuity(rate: float, years: float, residual: float) -> float:
    """Yearly payment for 1 of capital of which `residual` is left after `years`."""
    if rate == 0:
        return (1 - residual) / years
    shrink = (1 + rate) ** -years
    return float(rate * (1 - residual * shrink) / (1 - shrink))


def settlement(model: Row, promise: float, mean: float) -> float:
    """Expected settlement of one case answered in exponential time with `mean`, in money."""
    late = mean * exp(-promise / mean)
    early = promise - mean * (1 - exp(-promise / mean))
    return float(model["bonus_per_hour"] * early - model["penalty_per_hour"] * late)


def cases_per_incident(world: World, tier: str, service: str) -> float:
    """Cases of a service that one incident of a tier makes."""
    return float(sum(row["cases_per_incident"] for row in world.rows("service_mix", tier=tier, service=service)))


def cases_per_unit(world: World, tier: str, service: str) -> float:
    """Scheduled cases of a service per unit and year under a tier."""
    return float(sum(row["cases_per_unit"] for row in world.rows("service_mix", tier=tier, service=service)))


def standard_costs(world: World, tier: str) -> tuple[float, float]:
    """Standard cost of one incident, and of one unit's scheduled work, under a tier."""
    per_incident = per_unit = 0.0
    for service in world.tables["services"]:
        per_incident += cases_per_incident(world, tier, service["service"]) * service["standard_cost"]
        per_unit += cases_per_unit(world, tier, service["service"]) * service["standard_cost"]
    return per_incident, per_unit


def expected_settlement(world: World, tier: str, model: Row) -> float:
    """Settlement that a customer expects of one incident: every clocked case answered on promise."""
    promise = world.row("tiers", tier=tier)["response_hours"]
    clocked = 0.0
    for service in world.tables["services"]:
        if service["response_clock"]:
            clocked += cases_per_incident(world, tier, service["service"])
    return clocked * settlement(model, promise, promise)


def mean_usage_hours(world: World, segment: str, product: str) -> float:
    """Unit-weighted mean usage of all of a segment's units of a product, in hours a year."""
    hours = units = 0.0
    for base in world.rows("installed_base", product=product):
        if world.row("accounts", account_id=base["account_id"])["segment"] == segment:
            hours += base["units"] * base["usage_hours"]
            units += base["units"]
    return hours / units if units else 0.0


def lease_amounts(world: World, model: Row, product: Row) -> tuple[float, float]:
    """Capital cost to the seller and ownership cost saved by the customer, per leased unit and year."""
    early = model["buyout_probability"]
    left = early * model["buyout_share"] + (1 - early) * model["residual_share"]
    value, years = product["unit_value"], model["term_years"]
    capital = value * (1 - product["product_margin"]) * annuity(world.discount_rate, years, left)
    return capital, value * annuity(world.discount_rate, years, model["residual_share"])


def contract_terms(world: World, segment: str, product_name: str, option: Option, discount: float) -> Terms:
    """Terms of an option for a segment's units of a product, at a discount off its price."""
    tier, model_name, price = option
    product = world.row("products", product=product_name)
    model = world.row("pricing_models", model=model_name)
    tier_factor = world.row("tiers", tier=tier)["incident_factor"]
    n = product["incident_rate"] * tier_factor * model["incident_factor"]
    value, index, k = product["unit_value"], product["price_index"], price * (1 - discount)
    kind = model["kind"]
    if kind == "pay_per_use":
        return Terms(n, k * index * n, k * index, 0.0, 0.0)
    if kind == "fixed_warranty":
        return Terms(n, k * value, 0.0, 0.0, 0.0)
    if kind == "lease":
        return Terms(n, k * value, 0.0, *lease_amounts(world, model, product))
    if kind == "performance_based":
        return Terms(n, k * value, expected_settlement(world, tier, model), 0.0, 0.0)
    if kind == "usage_based":
        return Terms(n, k * index * mean_usage_hours(world, segment, product_name), 0.0, 0.0, 0.0)
    per_incident, per_unit = standard_costs(world, tier)
    mark_up = (1 + price) * (1 - discount)
    return Terms(n, mark_up * (n * per_incident + per_unit), mark_up * per_incident, 0.0, 0.0)
