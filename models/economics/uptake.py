"""Who takes what of the menus on offer: the choice of every cohort at once, laid out by tier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..catalog import Array, Codes
from .choice import first_choice_shares, logit_shares
from .offers import Offers


@dataclass(frozen=True)
class Uptake:
    """Shares of every cohort in the options of its price book's menu; arrays of shape (cohorts, tiers)."""

    cell: Codes
    """Cell of the option on offer at each tier (see `Offers`); -1 where there is none."""
    share: Array
    """P[c, o]; 0 where nothing is on offer or the cohort's product is not covered."""

    @property
    def none(self) -> Array:
        """Share of each cohort that takes nothing, shape (cohorts,)."""
        return np.asarray(np.maximum(0.0, 1.0 - self.share.sum(axis=1)))


def uptake(offers: Offers, options: Codes, covered: NDArray[np.bool_]) -> Uptake:
    """What cohorts take of menus.

    `options` holds the positions of every option on a menu, at most one per price book and tier;
    `covered` flags the cohorts whose product their price book covers.
    """
    cell = cells_on_offer(offers, options)
    return Uptake(cell, shares_at(offers, cell) * covered[:, None])


def shares_at(offers: Offers, cell: Codes) -> Array:
    """P of what a menu offers a cohort: rows of cells, one a tier in the order of rank (-1 for none)."""
    utilities = at_cells(offers.utility, cell, -np.inf)
    if offers.catalog.case.settings.choice_model == "logit":
        return logit_shares(utilities)
    payments = at_cells(offers.terms.yearly, cell, 0.0)
    return first_choice_shares(utilities, payments, np.arange(cell.shape[1]))


def cells_on_offer(offers: Offers, options: Codes) -> Codes:
    """Cell of each cohort and tier, -1 where its price book's menu has no option of the tier."""
    sold, book = offers.options, offers.demand.cohorts.book
    menus = np.full((len(sold.start) - 1, len(offers.catalog.tiers)), -1, dtype=np.int64)
    menus[sold.book[options], sold.tier[options]] = options
    return offers.cells(np.arange(len(book)), menus[book])


def at_cells(values: Array, cell: Codes, blank: float) -> Array:
    """Cell values laid out as `cell` is, `blank` where that is -1."""
    laid_out = np.full(cell.shape, blank)
    offered = cell >= 0
    laid_out[offered] = values[cell[offered]]
    return laid_out
