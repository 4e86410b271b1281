"""A menu with its coverage: what one price book offers, as search, program and plan hand it on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .catalog import Catalog, Codes


@dataclass(frozen=True, slots=True)
class BookMenu:
    """A menu of a price book with its coverage."""

    book: int
    """Code of the price book."""
    options: tuple[int, ...]
    """Positions of its options among those of the offers (`SellableOptions`), rising; at most one a tier."""
    covered: frozenset[int]
    """Codes of the products covered, required ones among them."""


def options_of(menus: Iterable[BookMenu]) -> Codes:
    """Positions of every option on some menus, rising, shape (options,)."""
    return np.sort(np.array([option for menu in menus for option in menu.options], dtype=np.int64))


def coverage_of(catalog: Catalog, menus: Iterable[BookMenu]) -> NDArray[np.bool_]:
    """Whether each price book covers each product, shape (books, products)."""
    flags = np.zeros((len(catalog.books), len(catalog.products)), dtype=bool)
    pairs = [(menu.book, product) for menu in menus for product in menu.covered]
    flags[tuple(np.array(pairs, dtype=np.int64).reshape(-1, 2).T)] = True
    return flags
