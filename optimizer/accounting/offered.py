"""What a plan offers, and what a case requires and excludes, by name."""

from __future__ import annotations

from dataclasses import dataclass

from models.case import Case
from models.decisions import DECISION_KINDS, DecisionKindName
from models.plan import Decisions

from .demand import Demand
from .rows import Rows, Table


@dataclass(frozen=True)
class Offer:
    """What is offered: the tiers and models that menus or contracts in force use, and the plan's choices."""

    tiers: frozenset[str]
    models: frozenset[str]
    products: frozenset[str]
    providers: frozenset[str]


def offer(demand: Demand, menus: Table, decisions: Decisions) -> Offer:
    """What fixed costs are paid for: contracts in force keep their tier, model and product."""
    rows = Rows.of(menus, "price_book", "tier", "model")
    shown, locked = rows.where(rows.among(demand.holdings, ["price_book"])), demand.locked
    return Offer(
        tiers=frozenset(shown["tier"]) | frozenset(locked["tier"]),
        models=frozenset(shown["model"]) | frozenset(locked["model"]),
        products=frozenset(decisions.products) | frozenset(locked["product"]),
        providers=frozenset(decisions.providers),
    )


def required_and_excluded(case: Case, kind: DecisionKindName) -> tuple[set[str], set[str]]:
    """Names of a kind that the case says are required, and those that it says are excluded."""
    told = DECISION_KINDS[kind]
    rows = Rows.of(case.tables[told.table], told.name, told.switch)
    required, excluded = (set(rows[told.name][rows[told.switch] == value]) for value in ("required", "excluded"))
    return required, excluded
