"""The plan nearest to reference menus, by full enumeration: fewest price books, fewest differences, best objective."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product as combinations

from .delivery import best_delivery, relaxed_optimum
from .enumeration import Enumeration, Offer, optimistic
from .menus import own_menus

Named = frozenset[tuple[str, ...]]


@dataclass(frozen=True)
class Reference:
    """Menus and coverage by name: (price book, tier, model, price as text) and (price book, product)."""

    options: Named
    covered: Named

    @property
    def rows(self) -> Named:
        """Everything that may be gone."""
        return self.options | self.covered


@dataclass(frozen=True)
class Nearest:
    """Least counts of what differs among plans that reach a floor, and the best objective among those."""

    price_books: int
    differences: int
    objective: float


def reference_of(options: Iterable[tuple[str, str, str, float]], covered: Iterable[tuple[str, str]]) -> Reference:
    """The reference of rows of menus and of pairs that are covered."""
    return Reference(frozenset((*names, f"{price:.10g}") for *names, price in options), frozenset(covered))


def rows_of(books: list[str], offers: tuple[Offer, ...]) -> Named:
    """The rows that offers, one a price book, come to in the same form."""
    shown = zip(books, offers, strict=True)
    found = [
        reference_of([(book, *option) for option in offer.menu], [(book, product) for product in offer.covered]).rows
        for book, offer in shown
    ]
    return frozenset().union(*found)


def nearest(enumeration: Enumeration, reference: Reference, floor: float) -> Nearest | None:
    """The least counts of changes with an objective of `floor` or more; None where no plan has that."""
    world, books = enumeration.world, enumeration.books()
    choices = [enumeration.offers(book, own_menus(world, enumeration.demand, book)) for book in books]
    ranked = []
    for offers in combinations(*choices):
        if enumeration.strategy_allowed([offer.menu for offer in offers]):
            changed = reference.rows ^ rows_of(books, offers)
            ranked.append((len({row[0] for row in changed}), len(changed), offers))
    ranked.sort(key=lambda row: row[:2])
    found: Nearest | None = None
    for price_books, differences, offers in ranked:
        if found is not None and (price_books, differences) > (found.price_books, found.differences):
            break
        objective = _objective(enumeration, offers, floor if found is None else found.objective)
        if objective is not None:
            found = Nearest(price_books, differences, objective)
    return found


def _objective(enumeration: Enumeration, offers: tuple[Offer, ...], least: float) -> float | None:
    """The objective of offers under their best delivery where it is at least that much."""
    task, world = enumeration.task(offers), enumeration.world
    if optimistic(world, task) < least:
        return None
    relaxed = relaxed_optimum(world, task)
    if relaxed is None or relaxed < least:
        return None
    found = best_delivery(world, task, relaxed)
    return found if found is not None and found >= least else None
