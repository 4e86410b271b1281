"""What one solve leaves to the next on a case that differs a little: menus worth trying, by name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from models.catalog import Array
from models.plan import Plan

Option = tuple[str, str, float]
"""Tier, model and price."""


@dataclass(frozen=True)
class KnownMenu:
    """A menu of a price book and the products it covers, in the case's names."""

    price_book: str
    options: tuple[Option, ...]
    covered: frozenset[str]
    """Optional products among them; others do no harm."""


Chosen = tuple[str, ...]
"""A kind and a name (`tier`, `model`, `product`, `provider`), or `policy`, product, tier and policy."""


@dataclass(frozen=True)
class BranchingDecision:
    """A yes-or-no decision that a search branched on where some decisions before it were fixed; all by name."""

    fixed: tuple[tuple[str, int], ...]
    """Decisions before it, each with its value."""
    decision: str


@dataclass(frozen=True, eq=False)
class WarmStartBound:
    """The terms of a Lagrangian bound where some decisions are fixed: the best pricing objective of each price book.

    They hold wherever the pricing problem is the same, whatever the limits of a scenario.
    """

    fixed: frozenset[tuple[str, int]]
    """Decisions by name, each with its value."""
    prices: Array
    """Duals of the demand totals, money per unit of each, shape (totals,)."""
    objective_bounds: Array
    """The most that the pricing objective of any menu can be, money a year, shape (price books with units,)."""


@dataclass(frozen=True)
class WarmStart:
    """Menus that were of use in a search, and those of its best plan (empty without one)."""

    useful: tuple[KnownMenu, ...] = ()
    best: tuple[KnownMenu, ...] = ()
    chosen: frozenset[Chosen] = frozenset()
    """What the best plan uses, whatever its menus are."""
    branching: tuple[BranchingDecision, ...] = ()
    """The first branching decisions of the search that its proof needed, in their order."""
    bounds: tuple[WarmStartBound, ...] = ()
    """Of the nodes that they made."""
    offers: str = ""
    """Digest of all that the pricing problem depends on."""


def warm_start_of(plan: Plan) -> WarmStart:
    """The warm start that a plan alone gives, as one read from a run folder does."""
    books = dict.fromkeys(chain(plan.coverage["price_book"], plan.menus["price_book"]))
    options: dict[str, list[Option]] = {book: [] for book in books}
    covered: dict[str, set[str]] = {book: set() for book in books}
    for book, *option in plan.menus[["price_book", "tier", "model", "price"]].itertuples(index=False):
        options[book].append((option[0], option[1], float(option[2])))
    for book, product in plan.coverage.loc[plan.coverage["covered"], ["price_book", "product"]].itertuples(index=False):
        covered[book].add(product)
    menus = tuple(KnownMenu(book, tuple(options[book]), frozenset(covered[book])) for book in books)
    return WarmStart(useful=menus, best=menus, chosen=chosen_by(plan))


def chosen_by(plan: Plan) -> frozenset[Chosen]:
    """What a plan uses."""
    decided = plan.decisions
    kinds = {
        "tier": decided.tiers,
        "model": decided.models,
        "product": decided.products,
        "provider": decided.providers,
    }
    policies = plan.fulfilment[["product", "tier", "policy"]].itertuples(index=False, name=None)
    named = ((kind, name) for kind, names in kinds.items() for name in names)
    return frozenset([*named, *(("policy", *policy) for policy in policies)])
