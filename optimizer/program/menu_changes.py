"""What menus change against a reference: how many price books, and in how many places.

The differences of a price book are the options gone, the options new, and the products covered or not, one each. They
are linear in what a menu is: a number of its book, plus or minus one for each option on it and each optional product
that it covers. Whether a price book differs at all is not, but one menu of it alone does not: the reference's own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.book_menu import BookMenu
from models.catalog import Array
from models.economics.offers import Offers

from ..results.menu_reference import MenuReference
from .totals import Box
from .totals_bounds import optional_products


@dataclass(frozen=True)
class MenuChanges:
    """Differences from reference menus; arrays over price books have all of the case's, those without units too."""

    offers: Offers
    always: Array
    """Differences of the empty menu with only what must be covered, shape (books,)."""
    options: Array
    """What each option adds: -1 where the reference has it, 1 elsewhere, shape (options,)."""
    coverage: Array
    """What covering each optional product adds: -1 where the reference does, 1 elsewhere, shape (books, products)."""

    @classmethod
    def of(cls, reference: MenuReference, offers: Offers) -> MenuChanges:
        """The changes against a reference by name; what the case or its price points do not have is always gone."""
        catalog, options, held = offers.catalog, offers.options, _held(offers)
        shown = zip(options.book, options.tier, options.model, options.price.tolist(), strict=True)
        known = [reference.offers(catalog.books[b], catalog.tiers[t], catalog.models[m], p) for b, t, m, p in shown]
        covered = np.array(
            [[(book, product) in reference.covered for product in catalog.products] for book in catalog.books]
        ).reshape(held.shape)
        required = np.array([catalog.offer["products"][name] == "required" for name in catalog.products], dtype=bool)
        sizes = Counter(book for book, *_ in (*reference.options, *reference.covered))
        always = np.array([sizes[book] for book in catalog.books], dtype=float)
        always += np.where(held & required, np.where(covered, -1.0, 1.0), 0.0).sum(axis=1)
        free = held & optional_products(offers)
        return cls(
            offers,
            always,
            np.where(np.array(known, dtype=bool), -1.0, 1.0),
            np.where(free, np.where(covered, -1.0, 1.0), 0.0),
        )

    def differences(self, menus: Sequence[BookMenu]) -> Array:
        """Differences of each menu from its price book's reference, shape (menus,)."""
        found = [
            self.always[menu.book]
            + self.options[list(menu.options)].sum()
            + self.coverage[menu.book, list(menu.covered)].sum()
            for menu in menus
        ]
        return np.array(found, dtype=float)

    def counts(self, menus: Sequence[BookMenu]) -> Array:
        """Whether each menu differs (0 or 1) and its differences, shape (menus, 2)."""
        found = self.differences(menus)
        return np.stack([(found > 0).astype(float), found], axis=1)

    def after(self, totals: Box, books: Iterable[int]) -> Box:
        """A box of demand totals with both counts after them, over these price books, by what they offer alone."""
        ends = np.array([self._ends(book) for book in books], dtype=float).reshape(-1, 2)
        low, high = (np.array([(side > 0).sum(), side.sum()], dtype=float) for side in ends.T)
        return Box(np.concatenate([totals.low, low]), np.concatenate([totals.high, high]))

    def _ends(self, book: int) -> tuple[float, float]:
        """Least and most differences of a price book."""
        own = self.options[list(self.offers.options.of(book))]
        kept, covered = own.clip(max=0.0).sum(), self.coverage[book]
        most = min(len(self.offers.catalog.tiers), int((own > 0).sum()))
        least = max(0.0, self.always[book] + kept + covered.clip(max=0.0).sum())
        return float(least), float(self.always[book] + most + covered.clip(min=0.0).sum())


def _held(offers: Offers) -> NDArray[np.bool_]:
    """Whether each price book holds free units of each product, shape (books, products)."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    held = np.zeros((len(catalog.books), len(catalog.products)), dtype=bool)
    held[cohorts.book, cohorts.product] = True
    return held
