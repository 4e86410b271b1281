"""What a customer class buys off a menu."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from .contracts import Terms, contract_terms
from .demand import Cohort
from .world import Option, World


def burden(world: World, cohort: Cohort, option: Option, terms: Terms) -> float:
    """Certainty-equivalent yearly burden of a unit under an option."""
    product = world.row("products", product=cohort.product)
    model = world.row("pricing_models", model=option[1])
    promise = world.row("tiers", tier=option[0])["response_hours"]
    averse = world.row("customer_classes", segment=cohort.segment, customer_class=cohort.customer_class)
    n, down = terms.incidents, product["downtime_cost"] * promise
    settled = terms.per_incident if model["kind"] == "performance_based" else 0.0
    risk = averse["risk_aversion"] / 2 * n * (terms.per_incident + down) ** 2
    return float(terms.billed + n * settled + n * down - terms.ownership + risk)


def burden_without_contract(world: World, cohort: Cohort) -> float:
    """Certainty-equivalent yearly burden of a unit without a contract."""
    product = world.row("products", product=cohort.product)
    averse = world.row("customer_classes", segment=cohort.segment, customer_class=cohort.customer_class)
    loss = product["adhoc_price"] + product["downtime_cost"] * product["adhoc_hours"]
    rate = product["incident_rate"]
    return float(rate * loss + averse["risk_aversion"] / 2 * rate * loss**2)


def option_terms(world: World, cohort: Cohort, option: Option) -> Terms:
    """Terms of an option for a cohort at its segment's discount."""
    discount = world.row("segments", segment=cohort.segment)["discount"]
    return contract_terms(world, cohort.segment, cohort.product, option, discount)


def utility(world: World, cohort: Cohort, option: Option) -> float | None:
    """Utility of an option against having no contract; None where the cohort never buys it."""
    key = {"segment": cohort.segment, "customer_class": cohort.customer_class}
    appeal = world.rows("appeal", tier=option[0], **key)
    terms = option_terms(world, cohort, option)
    if not appeal or not terms.billed > 0:
        return None
    sensitivity = world.row("customer_classes", **key)["price_sensitivity"]
    value = world.row("products", product=cohort.product)["unit_value"]
    extra = burden(world, cohort, option, terms) - burden_without_contract(world, cohort)
    return float(appeal[0]["appeal"] - sensitivity * 100 * extra / value)


def logit(utilities: dict[Option, float]) -> dict[Option, float]:
    """Multinomial logit shares against an outside good of utility 0."""
    top = max([0.0, *utilities.values()])
    total = exp(-top) + sum(exp(value - top) for value in utilities.values())
    return {option: exp(value - top) / total for option, value in utilities.items()}


def first_choice(world: World, utilities: dict[Option, float], billed: dict[Option, float]) -> dict[Option, float]:
    """Everything to the best option; ties go to the highest bill, then to the highest rank."""
    best = max(utilities.values(), default=0.0)
    if not best > 1e-9:
        return {}
    tied = [option for option in utilities if utilities[option] >= best - 1e-9]
    dearest = max(billed[option] for option in tied)
    tied = [option for option in tied if billed[option] >= dearest - 1e-9 * dearest]
    return {max(tied, key=lambda option: world.row("tiers", tier=option[0])["rank"]): 1.0}


def shares(world: World, cohort: Cohort, menu: Sequence[Option]) -> dict[Option, float]:
    """Share of a covered cohort that buys each option of a menu; the rest goes without a contract."""
    valued = {option: utility(world, cohort, option) for option in menu}
    utilities = {option: value for option, value in valued.items() if value is not None}
    if world.choice_model == "logit":
        return logit(utilities)
    return first_choice(world, utilities, {option: option_terms(world, cohort, option).billed for option in utilities})
