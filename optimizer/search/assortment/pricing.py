"""Pricing: what menus are worth at given prices of the demand totals, and the best ones of each book."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes
from models.economics.offers import Offers

from ...program.instance import Instance
from ...program.totals import TotalsIndex, product_revenue_change
from ..state.limits import Watch
from ..state.parameters import SearchParameters
from .columns import PriceBook
from .menu_batch import climb_books, cover, search_books, terms_of
from .menu_search import search_menus
from .menu_tree import MenuTree
from .packed_instance import Open, Prices, build_shelf, everything_open, group_products, narrowed, prices_on
from .pricing_objective import BARRED, COVERED, FREE, Terms, group_gains
from .restriction import Restriction


@dataclass(frozen=True)
class PricedColumn:
    """A menu (places within the book), the optional products it covers, and its worth."""

    menu: tuple[int, ...]
    optional: frozenset[int]
    worth: float


@dataclass(frozen=True)
class PricedColumns:
    """The best menus found of some books."""

    menus: list[tuple[int, PricedColumn]]
    """With the place of their book."""
    complete: NDArray[np.bool_]
    """Of each book, whether nothing was left unlooked at."""
    ceilings: Array
    """Upper bound on the worth of any menu of each book, covered as is best."""


class Pricer:
    """Worth of menus at prices of the demand totals. Prices are per unit of each total, any currency."""

    def __init__(
        self,
        setting: Instance,
        offers: Offers,
        books: Sequence[PriceBook],
        fewest: int,
        most: int,
        parameters: SearchParameters | None = None,
    ) -> None:
        self.parameters = parameters or SearchParameters()
        self.params = self.parameters.pricing
        self.threads = self.params.threads or os.cpu_count() or 1
        self.setting, self.offers, self.books = setting, offers, books
        self.fewest, self.most = fewest, most
        self.shelf = build_shelf(offers, books, fewest, most)
        self._free = everything_open(offers, books)
        self._products = group_products(books)
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

    def prices(self, totals: Array) -> Prices:
        """What the books' menus are worth at prices of the demand totals."""
        coverage_charge = -totals[self.setting.index.coverages]
        return prices_on(self.worth(totals), self.charges(totals), self._products, coverage_charge)

    @cached_property
    def digest(self) -> str:
        """Of all that the worth of menus depends on, but the prices of the totals."""
        index, cohorts, terms = self.setting.index, self.offers.demand.cohorts, self.offers.terms
        parts = [
            *self.shelf, *self._free, *self.subjects, self._products, self.change, self._product, self._units,
            self._tier, self._model, self._group, self._admin, self._margin, self._parts, terms.yearly, terms.capital,
            terms.incidents, cohorts.units_by_region, self.offers.cohort, self.setting.catalog.family_of_product,
            self.offers.options.tier, self.offers.options.model, index.incidents, index.units, index.parts,
        ]  # fmt: skip
        digest = sha256()
        for part in map(np.ascontiguousarray, parts):
            digest.update(f"{part.dtype} {part.shape} ".encode())
            digest.update(part.data)
        return digest.hexdigest()

    @property
    def subjects(self) -> tuple[Codes, Codes, Codes]:
        """Totals that count the uses of tiers, models and optional products."""
        index = self.setting.index
        return index.tier_uses, index.model_uses, index.coverages

    def open(self, restrictions: Mapping[int, Restriction], ruled_out: Sequence[int] = ()) -> Open:
        """What the books leave open under restrictions by place, without the `subjects` ruled out (by place)."""
        opened = narrowed(self.shelf, self._free, self.books, restrictions)
        if not ruled_out:
            return opened
        options = self.offers.options
        out = np.zeros(sum(map(len, self.subjects)), dtype=bool)
        out[list(ruled_out)] = True
        tiers, models, products = np.split(out, np.cumsum([len(part) for part in self.subjects])[:-1])
        closed = (self._products >= 0) & products[self._products]
        return Open(
            opened.allowed & ~tiers[options.tier] & ~models[options.model],
            opened.must,
            np.where(closed, BARRED, opened.mode),
        )

    def best(
        self, prices: Prices, opened: Open, places: Codes, floors: Array, room: int, patience: int, watch: Watch
    ) -> PricedColumns:
        """The best menu of each of these books worth more than its floor, some met on the way, `room` a book at most.

        `patience` is the most nodes of compiled search in a book; books that are left open by much of it are
        searched with linear relaxations for as long as it takes. A limit raises `Stopped` before the first
        search of either kind, and later ends the search with what is known then.
        """

        def search(batch: Codes) -> tuple[Array, ...]:
            watch.check()
            most = min(patience, self.params.node_limit)
            return search_books(self.shelf, opened, prices, floors, batch, room, most)  # type: ignore[no-any-return]

        whole = self.params.batch_node_limit
        size = max(1, self.params.batch_books * whole // max(whole, patience))
        batches = [places[k : k + size] for k in range(0, len(places), size)]
        # The menu search lets go of the interpreter, so books are searched side by side.
        with ThreadPoolExecutor(max_workers=self.threads) as pool:
            parts = list(pool.map(search, batches))
        finds: list[tuple[int, PricedColumn]] = []
        for batch, (menus, worths, covered, found, _, _) in zip(batches, parts, strict=True):
            for i, k in np.argwhere(np.arange(room)[None, :] < found[:, None]).tolist():
                place = int(batch[i])
                finds.append((place, self._find(place, menus[i, k], covered[i, k], worths[i, k])))
        ceilings = np.concatenate([np.zeros(0), *(part[5] for part in parts)])
        complete = np.concatenate([np.zeros(0, dtype=bool), *(part[4] for part in parts)])
        for at in np.flatnonzero(~complete).tolist():
            place = int(places[at])
            if patience >= self._node_limit(place):
                floor = max([float(floors[place]), *(find.worth for book, find in finds if book == place)])
                tree = MenuTree(terms_of(self.shelf, opened, prices, place), floor, watch, self.parameters.menu_tree)
                proven = tree.best(room)
                ceilings[at], complete[at] = min(ceilings[at], proven.ceiling), proven.complete
                finds += [(place, self._covered(tree.terms, place, menu, worth)) for menu, worth in proven.menus]
        return PricedColumns(finds, complete, ceilings)

    def _node_limit(self, place: int) -> int:
        """Nodes of a book's compiled search after which linear relaxations take its place."""
        light = self.books[place].utility.size <= self.params.light_cells
        return min(self.params.light_node_limit, self.params.node_limit) if light else self.params.node_limit

    def _covered(self, terms: Terms, place: int, picks: Codes, worth: float) -> PricedColumn:
        covered = np.zeros(len(terms.charge), dtype=bool)
        cover(terms, picks, covered)
        return self._find(place, picks, covered, worth)

    def climb(
        self, prices: Prices, opened: Open, starts: Sequence[tuple[int, Sequence[int]]], least: Array
    ) -> list[tuple[int, PricedColumn]]:
        """Good menus, found by changing one tier at a time from each start (place, options), worth over `least`."""
        book = np.array([place for place, _ in starts], dtype=np.int64)
        picks = np.full((len(starts), self.shelf.tier_start.shape[1] - 1), -1, dtype=np.int64)
        for k, (place, menu) in enumerate(starts):
            for option in menu:
                picks[k, np.searchsorted(self.books[place].tier_start, option, side="right") - 1] = option
        worths = np.zeros(len(starts))
        covered = np.zeros((len(starts), max((len(part.mode) for part in self.books), default=1)), dtype=bool)

        def climb(part: slice) -> None:
            climb_books(self.shelf, opened, prices, book[part], picks[part], worths[part], covered[part])

        size = self.params.batch_books
        parts = [slice(k, k + size) for k in range(0, len(starts), size)]
        with ThreadPoolExecutor(max_workers=self.threads) as pool:
            list(pool.map(climb, parts))
        better = np.flatnonzero(worths > least[book]).tolist()
        return [(int(book[k]), self._find(int(book[k]), picks[k], covered[k], worths[k])) for k in better]

    def every(
        self, prices: Prices, opened: Open, place: int, floor: float, room: int, patience: int, watch: Watch
    ) -> list[PricedColumn] | None:
        """Every menu of a book worth more than `floor`, with every coverage that is; None where that is too many."""
        watch.check()
        book, terms = self.books[place], terms_of(self.shelf, opened, prices, place)
        compiled = min(patience, self._node_limit(place))
        menus, worths, complete, _ = search_menus(terms, floor, True, room, compiled)
        met = [(menu[menu >= 0], worth) for menu, worth in zip(menus, worths.tolist(), strict=True)]
        if not complete and len(met) < room and patience >= self._node_limit(place):
            proven = MenuTree(terms, floor, watch, self.parameters.menu_tree).every(room)
            met, complete = [(picks[picks >= 0], worth) for picks, worth in proven.menus], proven.complete
        if not complete:
            return None
        return [find for menu, worth in met for find in _with_coverage(book, menu, worth, terms, floor)]

    def some(self, opened: Open, places: Sequence[int]) -> list[tuple[int, PricedColumn]] | None:
        """Some menu of each of these books; None where one has none."""
        prices = self.prices(np.zeros(self.setting.index.size))
        finds: list[tuple[int, PricedColumn]] = []
        for place in places:
            terms = terms_of(self.shelf, opened, prices, place)
            # The first that comes will do: seeking "all" with room for one ends at the second.
            menus, worths, _, _ = search_menus(terms, -np.inf, True, 1, self.params.node_limit)
            if not len(worths):
                return None
            finds.append((place, self._covered(terms, place, menus[0], float(worths[0]))))
        return finds

    def _find(self, place: int, picks: Codes, covered: NDArray[np.bool_], worth: float) -> PricedColumn:
        book = self.books[place]
        optional = frozenset(product for g, product in enumerate(book.optional, start=1) if covered[g])
        return PricedColumn(tuple(sorted(picks[picks >= 0].tolist())), optional, float(worth))


def _with_coverage(book: PriceBook, menu: Codes, value: float, terms: Terms, floor: float) -> Iterator[PricedColumn]:
    """The menu with each coverage that keeps it above the floor, its best one first."""
    mode = terms.mode
    open_groups = [g for g in range(1, len(mode) - 1) if mode[g] == FREE]
    settled = frozenset(book.optional[g - 1] for g in range(1, len(mode) - 1) if mode[g] == COVERED)
    options = tuple(sorted(menu.tolist()))
    if not open_groups:
        yield PricedColumn(options, settled, value)
        return
    gains = group_gains(terms, menu, len(menu))
    best = {g for g in open_groups if gains[g] > 0}
    yield PricedColumn(options, settled | {book.optional[g - 1] for g in best}, value)
    for count in range(1, len(open_groups) + 1 if len(menu) else 0):
        for flipped in itertools.combinations(open_groups, count):
            worth_then = value - sum(abs(gains[g]) for g in flipped)
            if worth_then > floor:
                chosen = best.symmetric_difference(flipped)
                yield PricedColumn(options, settled | {book.optional[g - 1] for g in chosen}, worth_then)
