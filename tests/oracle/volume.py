"""What units under contract add up to: work, parts, bills, costs that follow units, and product revenue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .choice import option_terms, shares
from .contracts import cases_per_incident, cases_per_unit, contract_terms
from .demand import Cohort, Demand
from .world import Option, Row, World


class WorkClass(NamedTuple):
    """Work priced and measured alike; `model` is "" unless the work is settled by performance."""

    region: str
    family: str
    service: str
    tier: str
    model: str


def _amounts() -> dict[str, float]:
    return defaultdict(float)


@dataclass
class Volume:
    """Yearly sums. `earned` is product revenue by product, before loyalty loss."""

    cases: dict[WorkClass, float] = field(default_factory=lambda: defaultdict(float))
    parts: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    earned: dict[str, float] = field(default_factory=_amounts)
    billed: float = 0.0
    admin: float = 0.0
    capital: float = 0.0
    units: float = 0.0
    value: float = 0.0
    """Unit value of the units."""
    incidents: float = 0.0


def total(volumes: Iterable[Volume]) -> Volume:
    """Sum of volumes."""
    result = Volume()
    for volume in volumes:
        for work, cases in volume.cases.items():
            result.cases[work] += cases
        for pair, cases in volume.parts.items():
            result.parts[pair] += cases
        for product, money in volume.earned.items():
            result.earned[product] += money
        result.billed += volume.billed
        result.admin += volume.admin
        result.capital += volume.capital
        result.units += volume.units
        result.value += volume.value
        result.incidents += volume.incidents
    return result


def kept(world: World, segment: str, option: Option | None) -> float:
    """Share of product revenue kept, with cross-selling, under an option (None: without a contract)."""
    loyalty = world.row("loyalty", segment=segment, tier=option[0] if option else "none")
    share = loyalty["retention"] * (1 + loyalty["cross_sell"])
    if option:
        model = world.row("pricing_models", model=option[1])
        if model["kind"] == "lease":
            share *= 1 - model["displaced_share"]
    return float(share)


def add_work(world: World, volume: Volume, product: Row, region: str, option: Option, n: float, units: float) -> None:
    """Add the cases and the parts cases of units under an option."""
    tier, model_name, _ = option
    kind = world.row("pricing_models", model=model_name)["kind"]
    for service in world.tables["services"]:
        name = service["service"]
        per_unit = n * cases_per_incident(world, tier, name) + cases_per_unit(world, tier, name)
        settled = kind == "performance_based" and service["response_clock"]
        work = WorkClass(region, product["family"], name, tier, model_name if settled else "")
        volume.cases[work] += units * per_unit
        if service["needs_parts"]:
            volume.parts[product["product"], tier] += units * per_unit


def add_units(
    world: World, volume: Volume, segment: str, product: str, region: str, option: Option, units: float, discount: float
) -> None:
    """Add units under an option: work, bills, admin and capital cost."""
    terms = contract_terms(world, segment, product, option, discount)
    model = world.row("pricing_models", model=option[1])
    add_work(world, volume, world.row("products", product=product), region, option, terms.incidents, units)
    volume.billed += units * terms.billed
    volume.admin += units * model["admin_cost"]
    volume.capital += units * terms.capital
    volume.units += units
    volume.value += units * world.row("products", product=product)["unit_value"]
    volume.incidents += units * terms.incidents


def locked_volume(world: World, demand: Demand) -> Volume:
    """Volume of all contracts in force: price as written, revenue kept at their tier's loyalty."""
    volume = Volume()
    for lock in demand.locked:
        add_units(world, volume, lock.segment, lock.product, lock.region, lock.option, lock.units, 0.0)
        volume.earned[lock.product] += lock.revenue * kept(world, lock.segment, lock.option)
    return volume


def book_cohorts(world: World, demand: Demand, book: str) -> list[Cohort]:
    """Cohorts with free units whose segment is shown the book's menu."""
    members = [row["segment"] for row in world.rows("segments", price_book=book)]
    return [cohort for cohort in demand.cohorts() if cohort.segment in members]


def book_volume(world: World, demand: Demand, book: str, menu: Sequence[Option], covered: Iterable[str]) -> Volume:
    """Volume of a price book's free units under a menu, where only covered products may buy."""
    volume, covers = Volume(), set(covered)
    for cohort in book_cohorts(world, demand, book):
        bought = shares(world, cohort, menu) if cohort.product in covers else {}
        discount = world.row("segments", segment=cohort.segment)["discount"]
        keeping = (1 - sum(bought.values())) * kept(world, cohort.segment, None)
        keeping += sum(share * kept(world, cohort.segment, option) for option, share in bought.items())
        for (holder, region), units in demand.units.items():
            if holder != cohort:
                continue
            volume.earned[cohort.product] += demand.revenue[holder, region] * keeping
            for option, share in bought.items():
                add_units(world, volume, cohort.segment, cohort.product, region, option, units * share, discount)
    return volume


def mean_payment(world: World, demand: Demand, book: str, option: Option) -> float | None:
    """Tbar of an option in a book: unit-weighted mean bill (a lease's service part) of who can buy it."""
    paid = weight = 0.0
    for cohort in book_cohorts(world, demand, book):
        terms = option_terms(world, cohort, option)
        can_buy = world.rows("appeal", segment=cohort.segment, customer_class=cohort.customer_class, tier=option[0])
        if can_buy and terms.billed > 0:
            units = sum(held for (holder, _), held in demand.units.items() if holder == cohort)
            paid += units * (terms.billed - terms.capital)
            weight += units
    return paid / weight if weight > 0 else None


def mean_product_margin(world: World, demand: Demand) -> float:
    """Mean gross margin of products, weighted by product revenue before contracts; 0 without revenue."""
    revenue = sum(demand.product_revenue.values())
    if revenue == 0:
        return 0.0
    weighted = (world.row("products", product=p)["product_margin"] * r for p, r in demand.product_revenue.items())
    return float(sum(weighted) / revenue)


def no_contract_objective(world: World, demand: Demand) -> float:
    """The scenario's objective with empty menus and no cost, contracts in force taken as if there were none."""
    objective = world.scenario.objective
    if objective.startswith("service"):
        return 0.0
    worth = 0.0
    for (segment, product), revenue in demand.segment_revenue.items():
        margin = world.row("products", product=product)["product_margin"] if objective == "account_margin" else 1.0
        worth += revenue * kept(world, segment, None) * margin
    return worth
