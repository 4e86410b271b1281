"""Pricing where changes against a reference count too, against every menu of a price book with every coverage."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product as combinations
from random import Random

import numpy as np
import pytest

from models import apply_scenario, build_case
from models.book_menu import BookMenu
from models.catalog import Array
from models.economics.offers import Offers, sellable_options
from optimizer.program.instance import Instance, build_instance
from optimizer.program.menu_changes import MenuChanges
from optimizer.program.menu_inputs import menu_inputs
from optimizer.results.menu_reference import MenuReference
from optimizer.search.assortment.columns import PriceBook, may_use, prepare_books
from optimizer.search.assortment.packed_instance import PackedDomain
from optimizer.search.assortment.pricing import PricedColumn
from optimizer.search.assortment.reference_pricing import ReferencePricer
from optimizer.search.assortment.restriction import Restriction, conforms
from optimizer.search.state.limits import Watch
from optimizer.search.state.parameters import SearchParameters
from optimizer.solving.engine import offers_of
from tests.oracle.random_cases import random_case

SEEDS = range(10)
CLOSE = 1e-9


@cache
def posed(seed: int) -> tuple[Instance, Offers, list[PriceBook]]:
    settings, tables, scenarios = random_case(seed)
    instance = build_instance(*apply_scenario(build_case(settings, tables, scenarios), scenarios["base"]))
    offers = offers_of(instance, sellable_options(instance.catalog))
    return instance, offers, prepare_books(instance, offers)


def reference(seed: int) -> MenuReference:
    """Some options of each price book, one a tier at most, one at a price that nobody may ask, and some products."""
    _, offers, books = posed(seed)
    rng, catalog, options = Random(seed), offers.catalog, offers.options
    menus, covered = [], []
    for book in books:
        name = catalog.books[book.code]
        for tier in range(len(catalog.tiers)):
            own = [o for o in options.of(book.code) if options.tier[o] == tier]
            if own and rng.random() < 0.6:
                o = rng.choice(own)
                price = float(options.price[o]) * (1.01 if rng.random() < 0.1 else 1.0)
                menus.append((name, catalog.tiers[tier], catalog.models[options.model[o]], price))
        required = {catalog.products[code] for code in book.required}
        optional = {catalog.products[code] for code in book.optional if rng.random() < 0.5}
        covered += [(name, product) for product in required | optional]
    return MenuReference("drawn", tuple(menus), frozenset(covered))


def pricer(seed: int) -> ReferencePricer:
    instance, offers, books = posed(seed)
    changes = MenuChanges.of(reference(seed), offers)
    return ReferencePricer(instance, offers, books, 0, len(instance.catalog.tiers), SearchParameters(), changes)


def every_menu(offers: Offers, book: PriceBook) -> Iterator[BookMenu]:
    """Every menu that the rules on one menu allow, with every coverage."""
    spans = zip(book.tier_start[:-1].tolist(), book.tier_start[1:].tolist(), strict=True)
    for chosen in combinations(*([None, *range(first, last)] for first, last in spans)):
        picks = [pick for pick in chosen if pick is not None]
        if may_use(book, picks) or not picks:
            for taken in combinations((False, True), repeat=len(book.optional)):
                yield book.menu(picks, [code for code, take in zip(book.optional, taken, strict=True) if take])


def drawn_prices(seed: int, size: int) -> Array:
    """Prices of the totals of different sizes and signs, and of both counts, which are costs."""
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.normal(0, 1, size), [-rng.uniform(0, 3), -rng.uniform(0, 1)]])


def objectives(seed: int, menus: list[BookMenu], prices: Array) -> Array:
    """Pricing objective of menus, straight from what they add to the totals and how many rows of tables they change."""
    _, offers, _ = posed(seed)
    maps = pricer(seed).demand_map.forward(menu_inputs(offers, menus)).toarray()
    counts = np.array([changes(seed, menu) for menu in menus], dtype=float)
    return np.asarray(maps @ prices[:-2] + (counts > 0) * prices[-2] + counts * prices[-1])


def changes(seed: int, menu: BookMenu) -> int:
    """Rows of a price book's menu and coverage that are on one side alone."""
    _, offers, _ = posed(seed)
    catalog, options, drawn = offers.catalog, offers.options, reference(seed)
    name = catalog.books[menu.book]
    shown = {
        (name, catalog.tiers[options.tier[o]], catalog.models[options.model[o]], float(options.price[o]))
        for o in menu.options
    }
    before = {option for option in drawn.options if option[0] == name}
    covered = {(name, catalog.products[code]) for code in menu.covered}
    return len(before ^ shown) + len({pair for pair in drawn.covered if pair[0] == name} ^ covered)


def restricted(seed: int, place: int, book: PriceBook) -> Restriction:
    """Now and then something that a menu of the price book must or must not have."""
    rng = Random(seed + 17 * place)
    options = range(len(book.allowed))
    barred = frozenset(o for o in options if rng.random() < 0.2) if rng.random() < 0.5 else frozenset()
    covered = frozenset(code for code in book.optional if rng.random() < 0.2)
    uncovered = frozenset(code for code in book.optional if code not in covered and rng.random() < 0.2)
    return Restriction(barred, frozenset(), covered, uncovered)


def posed_at(seed: int) -> tuple[ReferencePricer, PackedDomain, Array, list[list[BookMenu]], list[Array]]:
    """A pricer with a domain, prices, and every menu of the domain with its objective, by price book."""
    _, offers, books = posed(seed)
    asked = pricer(seed)
    restrictions = {place: restricted(seed, place, book) for place, book in enumerate(books)}
    prices = drawn_prices(seed, posed(seed)[0].index.size)
    menus = [
        [menu for menu in every_menu(offers, book) if conforms(book, restrictions[place], menu)]
        for place, book in enumerate(books)
    ]
    return asked, asked.domain(restrictions), prices, menus, [objectives(seed, part, prices) for part in menus]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_best_menu_and_its_bound_are_those_of_all_menus(seed: int) -> None:
    asked, domain, prices, menus, values = posed_at(seed)
    cutoffs = np.array([part.max(initial=-1e3) - 0.5 for part in values])
    places = np.arange(len(menus))
    found = asked.best_menus(prices, domain, places, cutoffs, 4, 10**6, Watch())
    assert found.complete.all()
    for place, (part, known) in enumerate(zip(menus, values, strict=True)):
        if len(part):
            assert found.bounds[place] == pytest.approx(known.max(), rel=CLOSE, abs=CLOSE)
    best = [max((c.value for c in found.columns if c.menu in part), default=-np.inf) for part in map(set, menus)]
    assert best == [pytest.approx(part.max(initial=-np.inf), rel=CLOSE, abs=CLOSE) for part in values]
    assert_true_values(found.columns, menus, values)


def assert_true_values(columns: list[PricedColumn], menus: list[list[BookMenu]], values: list[Array]) -> None:
    known = {
        menu: value for part, own in zip(menus, values, strict=True) for menu, value in zip(part, own, strict=True)
    }
    for column in columns:
        assert column.value == pytest.approx(known[column.menu], rel=CLOSE, abs=CLOSE)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bound_cut_short_holds_for_all_menus(seed: int) -> None:
    asked, domain, prices, menus, values = posed_at(seed)
    cutoffs = np.full(len(menus), -1e6)
    found = asked.best_menus(prices, domain, np.arange(len(menus)), cutoffs, 4, 1, Watch())
    assert all(bound >= part.max(initial=-np.inf) - CLOSE for bound, part in zip(found.bounds, values, strict=True))


@pytest.mark.parametrize("seed", SEEDS)
def test_enumeration_lists_every_menu_over_the_cutoff(seed: int) -> None:
    asked, domain, prices, menus, values = posed_at(seed)
    cutoffs = np.array([np.median(part) if len(part) else 0.0 for part in values])
    cutoffs += 1e-7 * (1 + np.abs(cutoffs))
    found = asked.enumerate_menus(prices, domain, cutoffs, 10**6, 10**6, Watch())
    assert found is not None
    assert len(set(found)) == len(found)
    expected = {
        menu
        for part, own, cutoff in zip(menus, values, cutoffs, strict=True)
        for menu, value in zip(part, own, strict=True)
        if value > cutoff + 1e-9
    }
    assert expected <= set(found)
    if expected:
        assert asked.enumerate_menus(prices, domain, cutoffs, len(expected) - 1, 10**6, Watch()) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_local_search_says_what_its_menus_are(seed: int) -> None:
    asked, domain, prices, menus, values = posed_at(seed)
    starts = [part[0] for part in menus if part]
    assert_true_values(asked.local_search(prices, domain, starts, np.full(len(menus), -1e6)), menus, values)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_references_own_menus_are_those_without_changes(seed: int) -> None:
    _, offers, books = posed(seed)
    own = [[menu for menu in every_menu(offers, book) if changes(seed, menu) == 0] for book in books]
    found = pricer(seed).references
    assert [found.get(place) for place in range(len(books))] == [part[0] if part else None for part in own]


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_lie_in_their_box(seed: int) -> None:
    _, offers, books = posed(seed)
    counted = MenuChanges.of(reference(seed), offers)
    for book in books:
        menus = list(every_menu(offers, book))
        counts = counted.counts(menus)
        assert counts[:, 1].tolist() == [changes(seed, menu) for menu in menus]
        assert counts[:, 0].tolist() == [float(count > 0) for count in counts[:, 1]]
        least, most = counted._ends(book.code)
        assert least <= counts[:, 1].min()
        assert most >= counts[:, 1].max()
