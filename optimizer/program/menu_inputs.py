"""What menus add to the demand totals: their inputs to the map, worked out by the choice model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.book_menu import BookMenu
from models.catalog import Codes
from models.economics.offers import Offers
from models.economics.uptake import shares_at

from .totals_bounds import optional_products


def menu_inputs(offers: Offers, menus: Sequence[BookMenu]) -> sparse.csr_matrix:
    """Inputs of menus to the map of offers (`totals_map`), shape (menus, inputs)."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    book, options, covered = _laid_out(offers, menus)
    menu, cohort = _cohorts_of(offers, book)
    cells = offers.cells(cohort, options[menu])
    taken = shares_at(offers, cells) * covered[menu, cohorts.product[cohort]][:, None]
    row, tier = np.nonzero(taken > 0)
    using, at = np.nonzero(options >= 0)
    held = np.zeros((len(catalog.books), len(catalog.products)), dtype=bool)
    held[cohorts.book, cohorts.product] = True
    covering, product = np.nonzero(covered & held[book] & optional_products(offers))
    rows = np.concatenate([menu[row], using, covering])
    first = len(offers.cohort), len(offers.cohort) + len(offers.options)
    places = np.concatenate([cells[row, tier], first[0] + options[using, at], first[1] + product])
    values = np.concatenate([taken[row, tier], np.ones(len(using) + len(covering))])
    return sparse.csr_matrix((values, (rows, places)), shape=(len(menus), first[1] + len(catalog.products)))


def _laid_out(offers: Offers, menus: Sequence[BookMenu]) -> tuple[Codes, Codes, NDArray[np.bool_]]:
    """Book of each menu; its option at each tier, -1 for none, (menus, tiers); its coverage, (menus, products)."""
    options = np.full((len(menus), len(offers.catalog.tiers)), -1, dtype=np.int64)
    covered = np.zeros((len(menus), len(offers.catalog.products)), dtype=bool)
    for i, menu in enumerate(menus):
        own = list(menu.options)
        options[i, offers.options.tier[own]] = own
        covered[i, list(menu.covered)] = True
    return np.array([menu.book for menu in menus], dtype=np.int64), options, covered


def _cohorts_of(offers: Offers, book: Codes) -> tuple[Codes, Codes]:
    """Menu and cohort of every pair of a menu and a cohort of its price book."""
    counts = np.diff(offers.cohort_start)[book]
    menu = np.repeat(np.arange(len(book)), counts)
    within = np.arange(len(menu)) - np.repeat(np.cumsum(counts) - counts, counts)
    return menu, offers.cohort_start[book][menu] + within
