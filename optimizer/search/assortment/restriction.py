"""Branching decisions on the menu of one price book, accumulated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.book_menu import BookMenu

from .columns import PriceBook


@dataclass(frozen=True)
class Restriction:
    """The branching decisions of a node on the menu of one price book; options and tiers by place in the book."""

    barred: frozenset[int] = frozenset()
    """Options that a menu may not have."""
    must: frozenset[int] = frozenset()
    """Tiers that a menu must have."""
    covered: frozenset[int] = frozenset()
    """Optional products (codes) that are covered."""
    uncovered: frozenset[int] = frozenset()
    """Optional products (codes) that are not."""


FREE_BOOK = Restriction()


def conforms(book: PriceBook, restriction: Restriction, menu: BookMenu) -> bool:
    """Whether a menu of a book obeys a restriction."""
    if restriction is FREE_BOOK:
        return True
    places, optional = book.places(menu), menu.covered - book.required
    tiers = set((np.searchsorted(book.tier_start, places, side="right") - 1).tolist()) if places else set()
    return (
        restriction.barred.isdisjoint(places)
        and restriction.must <= tiers
        and restriction.covered <= optional
        and restriction.uncovered.isdisjoint(optional)
    )
