"""What a plan offers, and what a case requires and excludes, by name."""

from __future__ import annotations

from dataclasses import dataclass

from models.case import Case
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


def required_and_excluded(case: Case, table: str, key: str, word: str) -> tuple[set[str], set[str]]:
    """Names that a table says are required, and those that it says are excluded."""
    rows = Rows.of(case.tables[table], key, word)
    required, excluded = (set(rows[key][rows[word] == value]) for value in ("required", "excluded"))
    return required, excluded
