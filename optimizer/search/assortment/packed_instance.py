"""All price books side by side in flat arrays, for compiled code that goes through them without Python."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes
from models.economics.offers import Offers

from .columns import PriceBook
from .pricing_objective import BARRED, COVERED
from .restriction import Restriction

Shelf = namedtuple(
    "Shelf",
    "utility payment weight cell_start option_start options tier_start fits fits_start cohort_start group "
    "group_start logit fewest most",
)
"""Cells (cohorts x options) of all books as the offers have them, with exp(utility), capped; the first cell,
option, pair of options, cohort and product group of each book; how many options it has, and the first of each
tier (a row a book); which pairs fit; product group of each cohort; what choice model and menu sizes hold."""

Open = namedtuple("Open", "allowed must mode")
"""What a node leaves open: options allowed; tiers a menu must have, a row a book; mode of each product group."""

Prices = namedtuple("Prices", "worth option_charge charge")
"""Worth of each cell, charge of each option, charge of each product group."""

CAP = 300.0
"""Utilities above this count as this where a menu is only climbed to."""


def _starts(sizes: Sequence[int]) -> Codes:
    return np.concatenate([[0], np.cumsum(np.array(sizes, dtype=np.int64))]).astype(np.int64)


def _joined(parts: Sequence[NDArray[np.generic]], dtype: type) -> NDArray[np.generic]:
    return np.concatenate([np.zeros(0, dtype=dtype), *(part.ravel() for part in parts)]).astype(dtype)


def build_shelf(offers: Offers, books: Sequence[PriceBook], fewest: int, most: int) -> Shelf:
    """The shelf of a search's books; menus have from `fewest` to `most` tiers."""
    codes = np.array([book.code for book in books], dtype=np.int64)
    tiers = len(offers.catalog.tiers)
    return Shelf(
        utility=offers.utility,
        payment=offers.terms.yearly,
        weight=np.exp(np.minimum(offers.utility, CAP)),
        cell_start=offers.cell_start[codes],
        option_start=offers.options.start[codes],
        options=np.array([len(book.allowed) for book in books], dtype=np.int64),
        tier_start=np.array([book.tier_start for book in books], dtype=np.int64).reshape(-1, tiers + 1),
        fits=_joined([book.fits for book in books], bool),
        fits_start=_starts([book.fits.size for book in books]),
        cohort_start=_starts([len(book.group) for book in books]),
        group=_joined([book.group for book in books], np.int64),
        group_start=_starts([len(book.mode) for book in books]),
        logit=offers.catalog.case.settings.choice_model == "logit",
        fewest=fewest,
        most=most,
    )


def everything_open(offers: Offers, books: Sequence[PriceBook]) -> Open:
    """What the books themselves leave open."""
    allowed = np.zeros(len(offers.options), dtype=bool)
    for book in books:
        place = offers.options.of(book.code)
        allowed[place.start : place.stop] = book.allowed
    must = np.zeros((len(books), len(offers.catalog.tiers)), dtype=bool)
    return Open(allowed, must, _joined([book.mode for book in books], np.int64))


def narrowed(shelf: Shelf, free: Open, books: Sequence[PriceBook], restrictions: Mapping[int, Restriction]) -> Open:
    """What is left open once some books are restricted."""
    if not restrictions:
        return free
    allowed, must, mode = free.allowed.copy(), free.must.copy(), free.mode.copy()
    for place, restriction in restrictions.items():
        allowed[shelf.option_start[place] + np.array(sorted(restriction.barred), dtype=np.int64)] = False
        must[place, sorted(restriction.must)] = True
        for group, product in enumerate(books[place].optional, start=int(shelf.group_start[place]) + 1):
            if product in restriction.covered:
                mode[group] = COVERED
            if product in restriction.uncovered:
                mode[group] = BARRED
    return Open(allowed, must, mode)


def group_products(books: Sequence[PriceBook]) -> Codes:
    """Product of each group that is optional, -1 for the others."""
    return np.array([code for book in books for code in (-1, *book.optional, -1)], dtype=np.int64)


def prices_on(worth: Array, option_charge: Array, products: Codes, coverage_charge: Array) -> Prices:
    """Prices from worth by cell, charge by option and charge of covering each product."""
    return Prices(worth, option_charge, np.where(products >= 0, coverage_charge[products], 0.0))
