"""Pricing: what menus are worth at given prices of the demand totals, and the best ones of each book."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.catalog import Array, Codes
from models.offers import Offers

from ..program.setting import Setting
from ..program.totals import TotalsIndex, product_revenue_change
from .columns import Book
from .menu_search import search_menus
from .menu_worth import BARRED, COVERED, FREE, Terms, climb

PATIENCE = 300_000
"""Most nodes of one menu search (a second or two): a bound is worth no more of anybody's time."""


@dataclass(frozen=True)
class Restriction:
    """What a branch settles about one price book; places count within the book."""

    barred: frozenset[int] = frozenset()
    """Options no menu may have."""
    must: frozenset[int] = frozenset()
    """Tiers every menu must have."""
    covered: frozenset[int] = frozenset()
    """Optional products (codes) that are covered."""
    uncovered: frozenset[int] = frozenset()
    """Optional products (codes) that are not."""


FREE_BOOK = Restriction()


@dataclass(frozen=True)
class Find:
    """A menu (places within the book), the optional products it covers, and its worth."""

    menu: tuple[int, ...]
    optional: frozenset[int]
    worth: float


@dataclass(frozen=True)
class Finds:
    """Menus found for one book."""

    menus: list[Find]
    complete: bool
    """Whether nothing was left unlooked at."""
    ceiling: float
    """Upper bound on the worth of any menu, covered as is best."""


class Pricer:
    """Worth of menus at prices of the demand totals. Prices are per unit of each total, any currency."""

    def __init__(self, setting: Setting, offers: Offers, books: Sequence[Book], fewest: int, most: int) -> None:
        self.setting, self.offers, self.books = setting, offers, books
        self.fewest, self.most = fewest, most
        self.change = product_revenue_change(offers)
        cohorts, catalog = offers.demand.cohorts, setting.catalog
        self._product = cohorts.product[offers.cohort]
        self._units = cohorts.units[offers.cohort]
        self._tier = offers.options.tier[offers.option]
        self._model = offers.options.model[offers.option]
        self._group = catalog.performance_group[self._model]
        self._admin = catalog.model_table["admin_cost"].to_numpy(dtype=float)[self._model]
        self._margin = catalog.product_table["product_margin"].to_numpy(dtype=float)[self._product]
        per_unit = offers.terms.incidents * catalog.parts_per_incident[self._tier]
        self._parts = per_unit + catalog.parts_per_unit[self._tier]
        self._logit = catalog.case.settings.choice_model == "logit"

    def worth(self, prices: Array) -> Array:
        """What one full cohort taking an option is worth, per cell."""
        index: TotalsIndex = self.setting.index
        cohorts, terms = self.offers.demand.cohorts, self.offers.terms
        family = self.setting.catalog.family_of_product[cohorts.product]
        # Sums over regions first, by cohort: far fewer entries than cells.
        incidents = np.einsum("cr,rctg->ctg", cohorts.units_by_region, prices[index.incidents[:, family]])
        units = np.einsum("cr,rct->ct", cohorts.units_by_region, prices[index.units[:, family]])
        money = prices[0] * terms.yearly + prices[1] * self._admin + prices[2] * terms.capital
        parts = self._parts * prices[index.parts[self._product, self._tier]]
        worth = self._units * (money + parts) + self.change * (prices[3] + prices[4] * self._margin)
        worth += terms.incidents * incidents[self.offers.cohort, self._tier, self._group]
        return np.asarray(worth + units[self.offers.cohort, self._tier])

    def charges(self, prices: Array) -> Array:
        """Price of using an option's tier and model, per option."""
        index, options = self.setting.index, self.offers.options
        return np.asarray(-prices[index.tier_uses[options.tier]] - prices[index.model_uses[options.model]])

    def search(
        self,
        place: int,
        worth: Array,
        charges: Array,
        prices: Array,
        restriction: Restriction,
        floor: float,
        room: int,
        every: bool,
        patience: int = PATIENCE,
    ) -> Finds:
        """Menus of the book at `place` worth more than `floor`: the best and some on the way, or all.

        `worth` and `charges` come from the methods of that name. With `every` at most `room` are sought.
        `patience` is the most nodes looked at.
        """
        book = self.books[place]
        terms = self._terms(book, worth, charges, prices, restriction)
        menus, worths, complete, ceiling = search_menus(terms, floor, every, room, patience)
        finds = [
            find
            for menu, value in zip(menus, worths, strict=True)
            for find in self._with_coverage(book, menu[menu >= 0], float(value), terms, floor, every)
        ]
        return Finds(finds, bool(complete), float(ceiling))

    def climb(
        self,
        place: int,
        worth: Array,
        charges: Array,
        prices: Array,
        restriction: Restriction,
        starts: Sequence[Sequence[int]],
    ) -> list[Find]:
        """Good menus of the book at `place`, found by changing one tier at a time from each start."""
        book = self.books[place]
        terms = self._terms(book, worth, charges, prices, restriction)
        finds: list[Find] = []
        for start in starts:
            picks = np.full(len(book.tier_start) - 1, -1, dtype=np.int64)
            for option in start:
                picks[np.searchsorted(book.tier_start, option, side="right") - 1] = option
            better, value = climb(terms, picks)
            if value > -np.inf:
                finds += self._with_coverage(book, better[better >= 0], float(value), terms, -np.inf, every=False)
        return finds

    def _terms(self, book: Book, worth: Array, charges: Array, prices: Array, restriction: Restriction) -> Terms:
        options = self.offers.options.of(book.code)
        allowed = book.allowed.copy()
        allowed[list(restriction.barred)] = False
        must = np.zeros(len(book.tier_start) - 1, dtype=bool)
        must[list(restriction.must)] = True
        mode, charge = _coverage(book, restriction, prices, self.setting.index)
        block = np.ascontiguousarray(self.offers.block(worth, book.code))
        return Terms(
            book.utility, block, book.payment, self._logit, book.tier_start, allowed, must, book.fits,
            self.fewest, self.most, charges[options.start : options.stop], book.group, charge, mode,
        )  # fmt: skip

    def _with_coverage(
        self, book: Book, menu: Codes, value: float, terms: Terms, floor: float, every: bool
    ) -> Iterator[Find]:
        """The menu with its best coverage; with `every`, each coverage that keeps it above the floor."""
        gains, mode = _group_gains(self.offers, book, menu, terms.worth, terms.charge), terms.mode
        open_groups = [g for g in range(1, len(mode) - 1) if mode[g] == FREE]
        settled = frozenset(book.optional[g - 1] for g in range(1, len(mode) - 1) if mode[g] == COVERED)
        best = {g for g in open_groups if gains[g] > 0}
        options = tuple(sorted(int(o) for o in menu))
        yield Find(options, settled | {book.optional[g - 1] for g in best}, value)
        if not every or not len(menu):
            return
        for count in range(1, len(open_groups) + 1):
            for flipped in itertools.combinations(open_groups, count):
                worth_then = value - sum(abs(gains[g]) for g in flipped)
                if worth_then > floor:
                    chosen = best.symmetric_difference(flipped)
                    yield Find(options, settled | {book.optional[g - 1] for g in chosen}, worth_then)


def _coverage(book: Book, restriction: Restriction, prices: Array, index: TotalsIndex) -> tuple[Codes, Array]:
    mode, charge = book.mode.copy(), np.zeros(len(book.mode))
    for place, product in enumerate(book.optional, start=1):
        charge[place] = -prices[index.coverages[product]]
        if product in restriction.covered:
            mode[place] = COVERED
        if product in restriction.uncovered:
            mode[place] = BARRED
    return mode, charge


def _group_gains(offers: Offers, book: Book, menu: Codes, worth: Array, charge: Array) -> Array:
    """What covering each product group brings under a menu."""
    first = int(offers.options.start[book.code])
    shares = offers.shares(book.code, [first + int(o) for o in menu])
    values = (shares * np.where(shares > 0, worth[:, menu], 0.0)).sum(axis=1)
    return np.bincount(book.group, weights=values, minlength=len(charge)) - charge


def conforms(book: Book, restriction: Restriction, menu: Sequence[int], optional: frozenset[int]) -> bool:
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
