"""Variable bounds of the demand totals: a box that holds those of every choice of menus and coverage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes
from models.economics.offers import Offers

from ..lp.tolerances import ROUNDING
from .totals import Box, TotalsIndex
from .totals_map import TotalsMap, standing_totals


def totals_bounds(offers: Offers, index: TotalsIndex, demand_map: TotalsMap, sellable: NDArray[np.bool_]) -> Box:
    """A box that holds the totals of every choice of menus and coverage; `demand_map` is that of the offers.

    `sellable` marks the cohorts whose product may be covered at all.
    """
    low, high = demand_map.extremes(_largest_inputs(offers, sellable), _choice_of_inputs(offers))
    standing = standing_totals(offers, index)
    # What only adds up has 0 as its end, whatever is rounded; HiGHS 1.15.1 presolves a little more to infeasible.
    room = ROUNDING * (high - low)
    return Box(standing + low - room * (low < 0), standing + high + room * (high > 0))


def _largest_inputs(offers: Offers, sellable: NDArray[np.bool_]) -> Array:
    """Largest share of each cell, use of each option, and number of books that can cover each optional product."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    used = np.isin(offers.options.book, offers.books_with_units)
    held = np.unique(np.stack([cohorts.book, cohorts.product]), axis=1)[1]
    books = np.bincount(held, minlength=len(catalog.products)) * optional_products(offers)
    return np.concatenate([_best_alone(offers) * sellable[offers.cohort], used.astype(float), books])


def optional_products(offers: Offers) -> NDArray[np.bool_]:
    """Whether each product is optional: only the coverage of those counts among the totals."""
    catalog = offers.catalog
    return np.array([catalog.offer["products"][name] == "optional" for name in catalog.products], dtype=bool)


def _best_alone(offers: Offers) -> Array:
    """Largest share an option can win in any menu, per cell: its share alone."""
    if offers.catalog.case.settings.choice_model == "logit":
        return np.asarray(np.exp(-np.logaddexp(0.0, -offers.utility)))
    return (offers.utility > 0).astype(float)


def _choice_of_inputs(offers: Offers) -> Codes:
    """The choice that each input is one of: a cohort's options of a tier; a book's; each product alone."""
    catalog, options, tiers = offers.catalog, offers.options, len(offers.catalog.tiers)
    shares = offers.cohort * tiers + options.tier[offers.option]
    uses = len(offers.demand.cohorts) * tiers + options.book * tiers + options.tier
    first = (len(offers.demand.cohorts) + len(catalog.books)) * tiers
    return np.concatenate([shares, uses, first + np.arange(len(catalog.products))])
