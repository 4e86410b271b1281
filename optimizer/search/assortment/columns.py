"""Price books as pricing problems: their options, and the rules that a menu must obey alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.book_menu import BookMenu
from models.catalog import Array, Codes
from models.economics.demand_base import DemandBase
from models.economics.offers import Offers, build_offers, climbs_ladder, within_price_change

from ...program.instance import Instance
from .pricing_objective import BARRED, COVERED, FREE


@dataclass(frozen=True)
class PriceBook:
    """The pricing problem of one price book, but its objective; options and cohorts by place in the book."""

    code: int
    first: int
    """Position of its first option among those of the offers."""
    utility: Array
    """Utility against buying nothing, shape (cohorts, options)."""
    payment: Array
    """What a unit pays a year, shape (cohorts, options)."""
    tier_start: Codes
    """First option of each tier, shape (tiers + 1,)."""
    allowed: NDArray[np.bool_]
    """Options within the price-change rule, shape (options,)."""
    fits: NDArray[np.bool_]
    """Whether option i (lower tier) and option j (higher tier) keep to the price ladder, shape (options, options)."""
    group: Codes
    """Product group of each cohort, shape (cohorts,): 0 required, then one an optional product, last excluded."""
    mode: Codes
    """FREE, COVERED or BARRED of each group, shape (groups,)."""
    optional: tuple[int, ...]
    """Product code of groups 1, 2, ..."""
    required: frozenset[int]
    """Product codes covered by every menu."""

    def menu(self, options: Iterable[int], optional: Iterable[int]) -> BookMenu:
        """The menu with these options, by place in the book, that covers these optional products."""
        return BookMenu(self.code, tuple(sorted(self.first + o for o in options)), self.required.union(optional))

    def places(self, menu: BookMenu) -> tuple[int, ...]:
        """Options of one of its menus by place in the book, rising."""
        return tuple(option - self.first for option in menu.options)


def may_use(book: PriceBook, picks: Sequence[int]) -> bool:
    """Whether the rules on one menu allow these options."""
    pairs = [(low, high) for i, low in enumerate(picks) for high in picks[i + 1 :]]
    return (
        min(picks, default=0) >= 0 and bool(book.allowed[list(picks)].all()) and all(book.fits[pair] for pair in pairs)
    )


def _current_payments(instance: Instance, demand: DemandBase) -> Mapping[tuple[int, int], float]:
    """Mean payment of today's option by (book, tier), where it is defined."""
    current = instance.case.tables["current_menus"]
    offers = build_offers(instance.catalog, demand, current)
    pairs = zip(offers.options.book, offers.options.tier, offers.mean_payment, strict=True)
    return {(int(book), int(tier)): float(mean) for book, tier, mean in pairs if not np.isnan(mean)}


def _groups(instance: Instance, product: Codes) -> tuple[Codes, Codes, tuple[int, ...], frozenset[int]]:
    support = instance.catalog.offer["products"]
    held = [int(code) for code in np.unique(product)]
    state = {code: support[instance.catalog.products[code]] for code in held}
    optional = tuple(code for code in held if state[code] == "optional")
    place = {code: 1 + i for i, code in enumerate(optional)}
    last = 1 + len(optional)
    group = [place.get(int(code), 0 if state[int(code)] == "required" else last) for code in product]
    mode = [COVERED, *[FREE] * len(optional), BARRED]
    required = frozenset(code for code in held if state[code] == "required")
    return np.array(group, dtype=np.int64), np.array(mode, dtype=np.int64), optional, required


def prepare_books(instance: Instance, offers: Offers, keep_price_rules: bool = True) -> list[PriceBook]:
    """The pricing problems of every price book with units, in the order of their codes."""
    scenario = instance.scenario
    change = scenario.max_price_change if keep_price_rules else None
    gap = scenario.min_tier_gap if keep_price_rules else None
    current = _current_payments(instance, offers.demand) if change is not None else {}
    return [_prepare(instance, offers, book, current, change, gap) for book in offers.books_with_units]


def _prepare(
    instance: Instance,
    offers: Offers,
    book: int,
    current: Mapping[tuple[int, int], float],
    change: float | None,
    gap: float | None,
) -> PriceBook:
    span, place = offers.cohorts_of(book), offers.options.of(book)
    tier = offers.options.tier[place.start : place.stop]
    mean = offers.mean_payment[place.start : place.stop]
    allowed = np.ones(len(tier), dtype=bool)
    if change is not None:
        today = np.array([current.get((book, int(t)), np.nan) for t in tier])
        allowed = within_price_change(mean, today, change)
    fits = np.ones((len(tier), len(tier)), dtype=bool)
    if gap is not None:
        fits = climbs_ladder(mean[:, None], mean[None, :], gap)
    product = offers.demand.cohorts.product[span.start : span.stop]
    group, mode, optional, required = _groups(instance, product)
    start = np.searchsorted(tier, np.arange(len(instance.catalog.tiers) + 1)).astype(np.int64)
    return PriceBook(
        code=book,
        first=place.start,
        utility=np.ascontiguousarray(offers.block(offers.utility, book)),
        payment=np.ascontiguousarray(offers.block(offers.terms.yearly, book)),
        tier_start=start,
        allowed=allowed,
        fits=fits,
        group=group,
        mode=mode,
        optional=optional,
        required=required,
    )
