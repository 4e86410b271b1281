"""The packed instance: the pricing problems of all price books in flat arrays, as the compiled kernels take them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes
from models.economics.offers import Offers

from .columns import PriceBook
from .pricing_objective import BARRED, COVERED
from .restriction import Restriction

Scalar = TypeVar("Scalar", bound=np.generic)


class PackedInstance(NamedTuple):
    """The pricing problems of all price books of a search, but their objectives and domains.

    Cells pair a cohort with an option of its book and lie by book, as in `Offers`.
    """

    utility: Array
    """Utility against buying nothing, shape (cells,)."""
    payment: Array
    """What a unit pays a year, shape (cells,)."""
    weight: Array
    """exp(min(utility, CAP)), shape (cells,)."""
    cell_start: Codes
    """First cell of each book, shape (books,)."""
    option_start: Codes
    """First option of each book among those of the offers, shape (books,)."""
    options: Codes
    """Number of options of each book, shape (books,)."""
    tier_start: Codes
    """First option of each tier within its book, shape (books, tiers + 1)."""
    fits: NDArray[np.bool_]
    """Whether two options of a book may share a menu: blocks (options, options), book after book."""
    fits_start: Codes
    """First entry of each book in `fits`, shape (books + 1,)."""
    cohort_start: Codes
    """First cohort of each book, shape (books + 1,)."""
    group: Codes
    """Product group of each cohort within its book, shape (cohorts,)."""
    group_start: Codes
    """First product group of each book, shape (books + 1,)."""
    logit: bool
    """Whether cohorts choose by logit; by first choice otherwise."""
    fewest: int
    """Fewest tiers of a menu."""
    most: int
    """Most tiers of a menu."""


class PackedDomain(NamedTuple):
    """The menus that a node of the search allows each price book, in flat arrays."""

    allowed: NDArray[np.bool_]
    """Options that menus may have, shape (options of all books,)."""
    must: NDArray[np.bool_]
    """Tiers that each book's menu must have, shape (books, tiers)."""
    mode: Codes
    """FREE, COVERED or BARRED of each product group, shape (groups of all books,)."""


class PricingObjective(NamedTuple):
    """Coefficients of the pricing objective of all books, in scaled cost of the master program."""

    profit: Array
    """What a cohort brings if all of it takes an option, shape (cells,)."""
    option_cost: Array
    """Cost of having each option on the menu, shape (options,)."""
    coverage_cost: Array
    """Cost of covering each product group, shape (groups of all books,)."""


CAP = 300.0
"""Utilities above this count as this in local search."""


def _starts(sizes: Sequence[int]) -> Codes:
    return np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))]).astype(np.int64)


def _joined(parts: Sequence[NDArray[Scalar]], dtype: type[Scalar]) -> NDArray[Scalar]:
    return np.concatenate([np.zeros(0, dtype=dtype), *(part.ravel() for part in parts)]).astype(dtype)


def pack_instance(offers: Offers, books: Sequence[PriceBook], fewest: int, most: int) -> PackedInstance:
    """The packed instance of a search's books; menus have from `fewest` to `most` tiers."""
    codes = np.array([book.code for book in books], dtype=np.int64)
    tiers = len(offers.catalog.tiers)
    return PackedInstance(
        utility=offers.utility,
        payment=offers.terms.yearly,
        weight=np.exp(np.minimum(offers.utility, CAP)),
        cell_start=offers.cell_start[codes],
        option_start=offers.options.start[codes],
        options=np.array([len(book.allowed) for book in books], dtype=np.int64),
        tier_start=np.array([book.tier_start for book in books], dtype=np.int64).reshape(-1, tiers + 1),
        fits=_joined([book.fits for book in books], np.bool_),
        fits_start=_starts([book.fits.size for book in books]),
        cohort_start=_starts([len(book.group) for book in books]),
        group=_joined([book.group for book in books], np.int64),
        group_start=_starts([len(book.mode) for book in books]),
        logit=offers.catalog.case.settings.choice_model == "logit",
        fewest=fewest,
        most=most,
    )


def full_domain(offers: Offers, books: Sequence[PriceBook]) -> PackedDomain:
    """The domain of the root: every menu that the rules on one menu allow."""
    allowed = np.zeros(len(offers.options), dtype=bool)
    for book in books:
        place = offers.options.of(book.code)
        allowed[place.start : place.stop] = book.allowed
    must = np.zeros((len(books), len(offers.catalog.tiers)), dtype=bool)
    return PackedDomain(allowed, must, _joined([book.mode for book in books], np.int64))


def restricted_domain(
    packed: PackedInstance, free: PackedDomain, books: Sequence[PriceBook], restrictions: Mapping[int, Restriction]
) -> PackedDomain:
    """The domain under restrictions of some books, by place; `free` is the domain without any."""
    if not restrictions:
        return free
    allowed, must, mode = free.allowed.copy(), free.must.copy(), free.mode.copy()
    for place, restriction in restrictions.items():
        allowed[packed.option_start[place] + np.array(sorted(restriction.barred), dtype=np.int64)] = False
        must[place, sorted(restriction.must)] = True
        for group, product in enumerate(books[place].optional, start=int(packed.group_start[place]) + 1):
            if product in restriction.covered:
                mode[group] = COVERED
            if product in restriction.uncovered:
                mode[group] = BARRED
    return PackedDomain(allowed, must, mode)


def group_products(books: Sequence[PriceBook]) -> Codes:
    """Product code of each optional product group, -1 of the others, shape (groups of all books,)."""
    return np.array([code for book in books for code in (-1, *book.optional, -1)], dtype=np.int64)
