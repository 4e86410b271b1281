"""Who holds what: units and product revenue of cohorts by region, free and under contract."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from .world import Option, Row, World


class Cohort(NamedTuple):
    """The unit of demand."""

    segment: str
    customer_class: str
    product: str


@dataclass(frozen=True)
class Locked:
    """Units under one contract in force, and the product revenue they carry today."""

    segment: str
    product: str
    region: str
    option: Option
    units: float
    revenue: float


@dataclass
class Demand:
    """Units and revenue per cohort and region, contracts in force, and today's revenue by product."""

    units: dict[tuple[Cohort, str], float] = field(default_factory=lambda: defaultdict(float))
    revenue: dict[tuple[Cohort, str], float] = field(default_factory=lambda: defaultdict(float))
    locked: list[Locked] = field(default_factory=list)
    product_revenue: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    segment_revenue: dict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    """Today's revenue by segment and product."""
    all_units: float = 0.0

    def cohorts(self) -> list[Cohort]:
        """Cohorts that hold free units somewhere."""
        return list(dict.fromkeys(cohort for (cohort, _), units in self.units.items() if units > 0))


def account_value(world: World, account: str) -> float:
    """Value of everything an account has installed."""
    held = world.rows("installed_base", account_id=account)
    return float(sum(row["units"] * world.row("products", product=row["product"])["unit_value"] for row in held))


def locked_units(world: World, base: Row, account: Row, revenue: float) -> list[Locked]:
    """Contracts in force on one row of the installed base that earns `revenue` in all."""
    contracts = world.rows("contracts", account_id=base["account_id"], product=base["product"])
    return [
        Locked(
            account["segment"],
            base["product"],
            account["region"],
            (row["tier"], row["model"], row["price"]),
            row["units"],
            revenue * row["units"] / base["units"],
        )
        for row in contracts
    ]


def read_demand(world: World) -> Demand:
    """Split every account's installed base and revenue into contracts in force and free cohorts."""
    demand = Demand()
    for base in world.tables["installed_base"]:
        account = world.row("accounts", account_id=base["account_id"])
        value = base["units"] * world.row("products", product=base["product"])["unit_value"]
        revenue = account["product_revenue"] * value / account_value(world, base["account_id"])
        locked = locked_units(world, base, account, revenue)
        free = base["units"] - sum(contract.units for contract in locked)
        if free <= 1e-9 * base["units"]:
            free = 0.0
        demand.locked.extend(locked)
        demand.all_units += base["units"]
        demand.product_revenue[base["product"]] += revenue
        demand.segment_revenue[account["segment"], base["product"]] += revenue
        for customer in world.rows("customer_classes", segment=account["segment"]):
            cohort = Cohort(account["segment"], customer["customer_class"], base["product"])
            demand.units[cohort, account["region"]] += customer["share"] * free
            demand.revenue[cohort, account["region"]] += customer["share"] * revenue * free / base["units"]
    return demand
