"""The pricing problem at given dual prices of the demand totals: exact and heuristic pricing, and enumeration.

Each price book is a problem of its own, latent-class assortment optimization (see `pricing_objective`).
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.book_menu import BookMenu
from models.catalog import Array, Codes
from models.economics.offers import Offers

from ...program.instance import Instance
from ...program.menu_inputs import menu_inputs
from ...program.totals import Box
from ...program.totals_map import offers_map
from ..state.limits import Watch
from ..state.parameters import SearchParameters
from .columns import PriceBook
from .menu_batch import BooksSearched, book_instance, local_search_books, search_books
from .menu_tree import MenuTree
from .packed_instance import (
    PackedDomain,
    PricingObjective,
    full_domain,
    group_products,
    pack_instance,
    restricted_domain,
)
from .pricing_objective import BARRED, COVERED, FREE, BookInstance, group_gains
from .restriction import Restriction

ALL_NODES = int(np.iinfo(np.int64).max)
"""No node limit: for a proof that a book has no menu at all, which no limit may stand in for."""


@dataclass(frozen=True)
class PricedColumn:
    """A menu with its coverage, and its pricing objective."""

    menu: BookMenu
    value: float


@dataclass(frozen=True)
class PricedColumns:
    """What exact pricing found of some books."""

    columns: list[PricedColumn]
    complete: NDArray[np.bool_]
    """Whether the search of each book came to its end, shape (books,)."""
    bounds: Array
    """Upper bound of the pricing objective of any menu of each book, shape (books,)."""


class Pricer:
    """Solves the pricing problems of a search's price books. Prices are scaled cost per unit of each demand total."""

    coverage_for_nobody: ClassVar[bool] = False
    """Whether it matters what an empty menu covers beyond what is best for it: nobody buys off it."""

    def __init__(
        self,
        instance: Instance,
        offers: Offers,
        books: Sequence[PriceBook],
        fewest: int,
        most: int,
        parameters: SearchParameters | None = None,
    ) -> None:
        self.parameters = parameters or SearchParameters()
        self.params = self.parameters.pricing
        self.threads = self.params.threads or os.cpu_count() or 1
        self.instance, self.offers, self.books = instance, offers, books
        self.fewest, self.most = fewest, most
        self.place = {book.code: place for place, book in enumerate(books)}
        """Place of each price book, by its code."""
        self.packed = pack_instance(offers, books, fewest, most)
        self._free = full_domain(offers, books)
        self._products = group_products(books)
        self.demand_map = offers_map(offers, instance.index)

    def objective(self, prices: Array) -> PricingObjective:
        """The pricing objective of all books at prices of the totals, shape (totals,): the map, transposed."""
        ends = len(self.offers.cohort), len(self.offers.cohort) + len(self.offers.options)
        profit, use, coverage = np.split(self.demand_map.at_prices(prices), ends)
        coverage_cost = np.where(self._products >= 0, -coverage[self._products], 0.0)
        return PricingObjective(profit, -use, coverage_cost)

    def totals(self, menus: Sequence[BookMenu]) -> sparse.csr_matrix:
        """What menus add to the demand totals, shape (menus, totals)."""
        return self.demand_map.forward(menu_inputs(self.offers, menus))

    def after(self, box: Box) -> Box:
        """The box of all that menus add to: that of the demand totals."""
        return box

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that the pricing problem depends on, but the prices of the totals."""
        matrices = self.demand_map.local, self.demand_map.regional
        of_map = (part for matrix in matrices for part in (matrix.data, matrix.indices, matrix.indptr))
        parts = [*self.packed, *self._free, *self.usage_totals, self._products, *of_map]
        digest = sha256()
        for part in map(np.ascontiguousarray, parts):
            digest.update(f"{part.dtype} {part.shape} ".encode())
            digest.update(part.data)
        return digest.hexdigest()

    @property
    def usage_totals(self) -> tuple[Codes, Codes, Codes]:
        """Positions of the totals that count the uses of tiers, of models and of optional products."""
        index = self.instance.index
        return index.tier_uses, index.model_uses, index.coverages

    def domain(self, restrictions: Mapping[int, Restriction], ruled_out: Sequence[int] = ()) -> PackedDomain:
        """The domain under restrictions of books (by place), without the tiers, models and products ruled out.

        `ruled_out` holds places among the `usage_totals`, joined.
        """
        domain = restricted_domain(self.packed, self._free, self.books, restrictions)
        if not ruled_out:
            return domain
        options = self.offers.options
        out = np.zeros(sum(map(len, self.usage_totals)), dtype=bool)
        out[list(ruled_out)] = True
        tiers, models, products = np.split(out, np.cumsum([len(part) for part in self.usage_totals])[:-1])
        closed = (self._products >= 0) & products[self._products]
        return PackedDomain(
            domain.allowed & ~tiers[options.tier] & ~models[options.model],
            domain.must,
            np.where(closed, BARRED, domain.mode),
        )

    def best_menus(
        self, prices: Array, domain: PackedDomain, places: Codes, cutoffs: Array, capacity: int, node_limit: int,
        watch: Watch,
    ) -> PricedColumns:  # fmt: skip
        """Exact pricing: the best menu over its cutoff of each book at `places`, after some met on the way.

        `cutoffs`, shape (books,), are the convexity duals; `capacity` is the most menus of a book, `node_limit` the
        most nodes of its compiled search; a book that is left open by a high limit is searched with linear
        relaxations for as long as it takes. A time limit raises `Stopped` before the first search of either kind,
        and later ends the search with what is known then.
        """
        objective = self.objective(prices)
        found = self._compiled_search(objective, domain, places, cutoffs, capacity, node_limit, watch)
        columns, bounds, complete = found.columns, found.bounds, found.complete
        for at in np.flatnonzero(~complete).tolist():
            place = int(places[at])
            if node_limit >= self._node_limit(place):
                own = [column.value for column in columns if column.menu.book == self.books[place].code]
                cutoff = max([float(cutoffs[place]), *own])
                book = book_instance(self.packed, domain, objective, place)
                proven = MenuTree(book, cutoff, watch, self.parameters.menu_tree).best_menus(capacity)
                bounds[at], complete[at] = min(bounds[at], proven.bound), proven.complete
                columns += [self._best_covered(book, place, menu, value) for menu, value in proven.menus]
        return found

    def _compiled_search(
        self, objective: PricingObjective, domain: PackedDomain, places: Codes, cutoffs: Array, capacity: int,
        node_limit: int, watch: Watch,
    ) -> PricedColumns:  # fmt: skip
        """What the compiled search finds of the books at `places`, batches of them side by side."""
        most, whole = min(node_limit, self.params.node_limit), self.params.batch_node_limit

        def search(batch: Codes) -> BooksSearched:
            watch.check()
            return search_books(self.packed, domain, objective, cutoffs, batch, False, capacity, most)

        size = max(1, self.params.batch_books * whole // max(whole, node_limit))
        batches = [places[k : k + size] for k in range(0, len(places), size)]
        # The compiled search lets go of the interpreter, so that books are searched side by side.
        with ThreadPoolExecutor(max_workers=self.threads) as pool:
            parts = list(pool.map(search, batches))
        columns: list[PricedColumn] = []
        for batch, (menus, values, covered, found, _, _) in zip(batches, parts, strict=True):
            for i, k in np.argwhere(np.arange(capacity)[None, :] < found[:, None]).tolist():
                columns.append(self._column(int(batch[i]), menus[i, k], covered[i, k], values[i, k]))
        bounds = np.concatenate([np.zeros(0), *(part[5] for part in parts)])
        complete = np.concatenate([np.zeros(0, dtype=bool), *(part[4] for part in parts)])
        return PricedColumns(columns, complete, bounds)

    def _node_limit(self, place: int) -> int:
        """Nodes of a book's compiled search after which linear relaxations take its place."""
        light = self.books[place].utility.size <= self.params.light_cells
        return min(self.params.light_node_limit, self.params.node_limit) if light else self.params.node_limit

    def _best_covered(self, instance: BookInstance, place: int, picks: Codes, value: float) -> PricedColumn:
        covered = (instance.mode == COVERED) | ((instance.mode == FREE) & (group_gains(instance, picks) > 0.0))
        return self._column(place, picks, covered, value)

    def local_search(
        self, prices: Array, domain: PackedDomain, starts: Sequence[BookMenu], least: Array
    ) -> list[PricedColumn]:
        """Heuristic pricing by local search from each start: menus over `least`, shape (books,)."""
        objective = self.objective(prices)
        book = np.array([self.place[menu.book] for menu in starts], dtype=np.int64)
        picks = np.full((len(starts), self.packed.tier_start.shape[1] - 1), -1, dtype=np.int64)
        for k, menu in enumerate(starts):
            if menu.options:
                picks[k, self.offers.options.tier[list(menu.options)]] = self.books[book[k]].places(menu)
        values = np.zeros(len(starts))
        covered = np.zeros((len(starts), max((len(part.mode) for part in self.books), default=1)), dtype=bool)

        def search(part: slice) -> None:
            local_search_books(self.packed, domain, objective, book[part], picks[part], values[part], covered[part])

        size = self.params.batch_books
        parts = [slice(k, k + size) for k in range(0, len(starts), size)]
        with ThreadPoolExecutor(max_workers=self.threads) as pool:
            list(pool.map(search, parts))
        better = np.flatnonzero(values > least[book]).tolist()
        return [self._column(int(book[k]), picks[k], covered[k], values[k]) for k in better]

    def enumerate_menus(
        self, prices: Array, domain: PackedDomain, cutoffs: Array, most: int, node_limit: int, watch: Watch
    ) -> list[BookMenu] | None:
        """Reduced-cost enumeration (Baldacci et al. 2008): menus and coverages of each book over its cutoff.

        None where there are more than `most` in all, or a search does not come to its end.
        """
        objective = self.objective(prices)
        menus: list[BookMenu] = []
        for place, cutoff in enumerate(cutoffs.tolist()):
            room = most - len(menus) + 1
            found = self._enumerate_book(objective, domain, place, cutoff, room, node_limit, watch)
            if found is None or len(menus) + len(found) > most:
                return None
            menus += [column.menu for column in found]
        return menus

    def _enumerate_book(
        self, objective: PricingObjective, domain: PackedDomain, place: int, cutoff: float, capacity: int,
        node_limit: int, watch: Watch,
    ) -> list[PricedColumn] | None:  # fmt: skip
        """Menus and coverages of a book over a cutoff; None where there are more than `capacity`, or it is not told."""
        watch.check()
        book, instance = self.books[place], book_instance(self.packed, domain, objective, place)
        compiled = min(node_limit, self._node_limit(place))
        cutoffs, places = np.full(len(self.books), cutoff), np.array([place], dtype=np.int64)
        found = search_books(self.packed, domain, objective, cutoffs, places, True, capacity, compiled)
        menus, values, complete = found[0][0, : found[3][0]], found[1][0, : found[3][0]], bool(found[4][0])
        met = [(menu[menu >= 0], value) for menu, value in zip(menus, values.tolist(), strict=True)]
        if not complete and len(met) < capacity and node_limit >= self._node_limit(place):
            proven = MenuTree(instance, cutoff, watch, self.parameters.menu_tree).enumerate_menus(capacity)
            met, complete = [(picks[picks >= 0], value) for picks, value in proven.menus], proven.complete
        if not complete:
            return None
        return [
            column
            for menu, value in met
            for column in _coverages_within(book, menu, value, instance, cutoff, self.coverage_for_nobody)
        ]

    def any_menus(self, domain: PackedDomain, places: Sequence[int]) -> list[BookMenu] | None:
        """One menu of each book at `places`, however good; None where a book has none."""
        objective, lowest = self.objective(np.zeros(self.instance.index.size)), np.full(len(self.books), -np.inf)
        found: list[BookMenu] = []
        for place in places:
            book = np.array([place], dtype=np.int64)
            # The first that comes will do: enumeration with room for one ends at the second.
            menus, values, covered, count, _, _ = search_books(
                self.packed, domain, objective, lowest, book, True, 1, ALL_NODES
            )
            if not count[0]:
                return None
            found.append(self._column(place, menus[0, 0], covered[0, 0], values[0, 0]).menu)
        return found

    def _column(self, place: int, picks: Codes, covered: NDArray[np.bool_], value: float) -> PricedColumn:
        book = self.books[place]
        optional = frozenset(product for g, product in enumerate(book.optional, start=1) if covered[g])
        return PricedColumn(book.menu(picks[picks >= 0].tolist(), optional), float(value))


def _coverages_within(
    book: PriceBook, menu: Codes, value: float, instance: BookInstance, cutoff: float, for_nobody: bool
) -> Iterator[PricedColumn]:
    """The menu with each coverage that keeps its objective over the cutoff, the best coverage first.

    The empty menu has others than the best only where coverage counts `for_nobody`.
    """
    mode = instance.mode
    open_groups = [g for g in range(1, len(mode) - 1) if mode[g] == FREE]
    fixed = frozenset(book.optional[g - 1] for g in range(1, len(mode) - 1) if mode[g] == COVERED)
    options = menu.tolist()
    if not open_groups:
        yield PricedColumn(book.menu(options, fixed), value)
        return
    gains = group_gains(instance, menu)
    best = {g for g in open_groups if gains[g] > 0}
    yield PricedColumn(book.menu(options, fixed | {book.optional[g - 1] for g in best}), value)
    for count in range(1, len(open_groups) + 1 if len(menu) or for_nobody else 0):
        for flipped in itertools.combinations(open_groups, count):
            value_then = value - sum(abs(gains[g]) for g in flipped)
            if value_then > cutoff:
                chosen = best.symmetric_difference(flipped)
                yield PricedColumn(book.menu(options, fixed | {book.optional[g - 1] for g in chosen}), value_then)
