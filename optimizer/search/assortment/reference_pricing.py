"""The pricing problem where menus also count as changes against a reference.

Each difference has a price, and each price book that differs. The former only changes what options and coverages cost;
the latter is the same for all menus of a book but its reference's own, which is one menu, and is looked at alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from scipy import sparse

from models.book_menu import BookMenu
from models.catalog import Array, Codes
from models.economics.offers import Offers

from ...program.instance import Instance
from ...program.menu_changes import MenuChanges
from ...program.totals import Box
from ..state.limits import Watch
from ..state.parameters import SearchParameters
from .columns import PriceBook, may_use
from .packed_instance import PackedDomain, PricingObjective
from .pricing import PricedColumn, PricedColumns, Pricer
from .pricing_objective import BARRED, COVERED


class ReferencePricer(Pricer):
    """Solves pricing problems at prices of the demand totals, of a price book that differs, and of a difference."""

    coverage_for_nobody = True

    def __init__(
        self, instance: Instance, offers: Offers, books: Sequence[PriceBook], fewest: int, most: int,
        parameters: SearchParameters, changes: MenuChanges,
    ) -> None:  # fmt: skip
        super().__init__(instance, offers, books, fewest, most, parameters)
        self.changes = changes
        codes = [book.code for book in books]
        self._always = changes.always[codes]
        coverage = [[0.0, *changes.coverage[book.code, list(book.optional)], 0.0] for book in books]
        self._coverage = np.concatenate([np.zeros(0), *coverage])
        self.references = {place: menu for place, book in enumerate(books) if (menu := self._reference(book))}
        """The reference's own menu of each price book that may have it, by place."""
        self._reference_totals = super().totals(list(self.references.values()))

    def _reference(self, book: PriceBook) -> BookMenu | None:
        """The menu of a price book without any difference, if it may have it."""
        options, coverage = self.changes.options, self.changes.coverage[book.code]
        picks = [o - book.first for o in self.offers.options.of(book.code) if options[o] < 0]
        menu = book.menu(picks, [product for product in book.optional if coverage[product] < 0])
        tiers = set(self.offers.options.tier[list(menu.options)].tolist())
        whole = self.fewest <= len(picks) <= self.most and len(tiers) == len(picks) and may_use(book, picks)
        return menu if whole and self.changes.differences([menu])[0] == 0 else None

    def totals(self, menus: Sequence[BookMenu]) -> sparse.csr_matrix:
        """What menus add to the demand totals and to both counts, shape (menus, totals + 2)."""
        return sparse.hstack([super().totals(menus), self.changes.counts(menus)]).tocsr()

    def after(self, box: Box) -> Box:
        """The box of the demand totals with both counts."""
        return self.changes.after(box, [book.code for book in self.books])

    def objective(self, prices: Array) -> PricingObjective:
        """The pricing objective of all books but for what every menu has that differs (see `_offsets`)."""
        plain, each = super().objective(prices[:-2]), prices[-1]
        return PricingObjective(
            plain.profit, plain.option_cost - each * self.changes.options, plain.coverage_cost - each * self._coverage
        )

    def _offsets(self, prices: Array) -> Array:
        """What the pricing objective of every menu that differs has besides, shape (books,)."""
        return np.asarray(prices[-1] * self._always + prices[-2])

    def _differing(self, columns: Iterable[PricedColumn], offsets: Array) -> Iterator[PricedColumn]:
        """The columns that differ from the reference, with their pricing objective."""
        for column in columns:
            place = self.place[column.menu.book]
            if column.menu != self.references.get(place):
                yield replace(column, value=column.value + float(offsets[place]))

    def _own(self, prices: Array, domain: PackedDomain, cutoffs: Array) -> Iterator[tuple[int, PricedColumn]]:
        """The reference's own menus that a domain holds and whose pricing objective is over the cutoff, by place."""
        values = np.asarray(self._reference_totals @ prices[:-2])
        for (place, menu), value in zip(self.references.items(), values.tolist(), strict=True):
            if value > cutoffs[place] and self._holds(domain, place, menu):
                yield place, PricedColumn(menu, value)

    def _holds(self, domain: PackedDomain, place: int, menu: BookMenu) -> bool:
        """Whether a domain holds a menu of a price book."""
        options = list(menu.options)
        offered = set(self.offers.options.tier[options].tolist())
        first = int(self.packed.group_start[place]) + 1
        modes = zip(self.books[place].optional, domain.mode[first:].tolist(), strict=False)
        return (
            bool(domain.allowed[options].all())
            and offered.issuperset(np.flatnonzero(domain.must[place]).tolist())
            and all(mode != (BARRED if product in menu.covered else COVERED) for product, mode in modes)
        )

    def best_menus(
        self, prices: Array, domain: PackedDomain, places: Codes, cutoffs: Array, capacity: int, node_limit: int,
        watch: Watch,
    ) -> PricedColumns:  # fmt: skip
        """Exact pricing as of `Pricer`: the best menu that differs, and the reference's own."""
        offsets = self._offsets(prices)
        found = super().best_menus(prices, domain, places, cutoffs - offsets, capacity, node_limit, watch)
        bounds, at = found.bounds + offsets[places], {int(place): i for i, place in enumerate(places)}
        columns = list(self._differing(found.columns, offsets))
        for place, own in self._own(prices, domain, cutoffs):
            if place in at:
                bounds[at[place]] = max(bounds[at[place]], own.value)
                columns.append(own)
        return PricedColumns(columns, found.complete, bounds)

    def local_search(
        self, prices: Array, domain: PackedDomain, starts: Sequence[BookMenu], least: Array
    ) -> list[PricedColumn]:
        """Heuristic pricing as of `Pricer`: menus that differ, and the reference's own."""
        offsets = self._offsets(prices)
        found = super().local_search(prices, domain, starts, least - offsets)
        return [*self._differing(found, offsets), *(own for _, own in self._own(prices, domain, least))]

    def enumerate_menus(
        self, prices: Array, domain: PackedDomain, cutoffs: Array, most: int, node_limit: int, watch: Watch
    ) -> list[BookMenu] | None:
        """Reduced-cost enumeration as of `Pricer`, of menus that differ and the reference's own."""
        found = super().enumerate_menus(prices, domain, cutoffs - self._offsets(prices), most, node_limit, watch)
        if found is None:
            return None
        menus = list(dict.fromkeys([*found, *(own.menu for _, own in self._own(prices, domain, cutoffs))]))
        return menus if len(menus) <= most else None
