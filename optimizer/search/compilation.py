"""Compiles the menu search before a clock is set: after an installation that takes half a minute, once.

Afterwards numba keeps what it compiled beside the modules, and this takes a fraction of a second.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from .menu_batch import climb_books, cover, search_books, terms_of
from .menu_search import search_menus
from .menu_worth import COVERED, climb, value_by_tier
from .shelf import Open, Prices, Shelf


@cache
def compile_search() -> None:
    """Run every compiled function that Python calls, on one book with one option and one cohort."""
    one, place = np.ones(1), np.zeros(1, dtype=np.int64)
    yes = np.ones(1, dtype=bool)
    start = np.array([0, 1], dtype=np.int64)
    shelf = Shelf(
        utility=one,
        payment=one,
        weight=one,
        cell_start=place,
        option_start=place,
        options=np.ones(1, dtype=np.int64),
        tier_start=start.reshape(1, 2),
        fits=yes,
        fits_start=start,
        cohort_start=start,
        group=place,
        group_start=start,
        logit=True,
        fewest=0,
        most=1,
    )
    opened = Open(yes, np.zeros((1, 1), dtype=bool), np.array([COVERED], dtype=np.int64))
    prices = Prices(one, np.zeros(1), np.zeros(1))
    search_books(shelf, opened, prices, np.zeros(1), np.zeros(1, dtype=np.int64), 1, 1)
    picks = np.full((1, 1), -1, dtype=np.int64)
    climb_books(shelf, opened, prices, place, picks, np.zeros(1), np.zeros((1, 1), dtype=bool))
    terms = terms_of(shelf, opened, prices, 0)
    search_menus(terms, 0.0, True, 1, 1)
    climb(terms, picks[0])
    value_by_tier(terms, picks[0])
    cover(terms, picks[0], yes.copy())
