"""Branching decisions on the menu of one price book, accumulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

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


def conforms(book: PriceBook, restriction: Restriction, menu: Sequence[int], optional: frozenset[int]) -> bool:
    """Whether a column obeys a branch's restriction of its book."""
    if restriction is FREE_BOOK:
        return True
    tiers = set((np.searchsorted(book.tier_start, np.asarray(menu), side="right") - 1).tolist()) if menu else set()
    return (
        restriction.barred.isdisjoint(menu)
        and restriction.must <= tiers
        and restriction.covered <= optional
        and restriction.uncovered.isdisjoint(optional)
    )
