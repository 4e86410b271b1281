"""Warm start: menus and decisions of a search by name, and what of them another search may use."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from models.book_menu import BookMenu

from ...lp.expressions import combine
from ...program.variables import VariableKey
from ...results.warm_start import Chosen, KnownMenu, Option
from ..assortment.columns import PriceBook, may_use
from ..master.restricted_master import RestrictedMaster


def known_menus(master: RestrictedMaster, columns: Iterable[BookMenu]) -> tuple[KnownMenu, ...]:
    """Columns by the names of the case."""
    catalog, options = master.instance.catalog, master.offers.options

    def named(option: int) -> Option:
        return catalog.tiers[options.tier[option]], catalog.models[options.model[option]], float(options.price[option])

    return tuple(
        KnownMenu(
            catalog.books[column.book],
            tuple(map(named, column.options)),
            frozenset(catalog.products[code] for code in column.covered),
        )
        for column in columns
    )


def usable_columns(master: RestrictedMaster, menus: Iterable[KnownMenu]) -> Iterator[BookMenu]:
    """Those of some menus that this search may use."""
    catalog = master.instance.catalog
    places = {catalog.books[book.code]: place for place, book in enumerate(master.books)}
    known: dict[int, dict[Option, int]] = {}
    codes = {name: code for code, name in enumerate(catalog.products)}
    for menu in menus:
        place = places.get(menu.price_book)
        if place is None:
            continue
        book = master.books[place]
        if place not in known:
            known[place] = _options_by_name(master, book)
        picks = sorted(known[place].get(option, -1) for option in menu.options)
        optional = frozenset(codes.get(name, -1) for name in menu.covered) & set(book.optional)
        if master.pricer.fewest <= len(picks) <= master.pricer.most and may_use(book, picks):
            yield book.menu(picks, optional)


def values_in_plan(master: RestrictedMaster, chosen: Collection[Chosen]) -> dict[int, int]:
    """Value in an earlier plan of each binary that what the plan uses determines, by column."""
    catalog = master.instance.catalog
    named = {
        "tier": catalog.tiers,
        "model": catalog.models,
        "product": catalog.products,
        "provider": catalog.providers,
    }
    values = {
        VariableKey(kind, (code,)): int((kind, name) in chosen)
        for kind, names in named.items()
        for code, name in enumerate(names)
    }
    known = {master.column_of[key]: value for key, value in values.items() if key in master.column_of}
    return known | _policy_values(master, chosen) if chosen else {}


def _policy_values(master: RestrictedMaster, chosen: Collection[Chosen]) -> dict[int, int]:
    """Value of each policy's choice where the plan has one policy for a product and tier, by column."""
    catalog, policies = master.instance.catalog, master.instance.policies["policy"]
    values: dict[int, int] = {}
    for choice in master.formulation.policy_choices:
        served = "policy", catalog.products[choice.product], catalog.tiers[choice.tier]
        used = [int((*served, policies.iloc[row]) in chosen) for row in choice.policies]
        at = master.stated.columns_of([combine([(binary, 1.0)]) for binary in choice.chosen])
        if sum(used) == 1:
            values |= {int(column): value for column, value in zip(at, used, strict=True) if column >= 0}
    return values


def _options_by_name(master: RestrictedMaster, book: PriceBook) -> dict[Option, int]:
    """Places of a book's options within it, by name."""
    catalog, options = master.instance.catalog, master.offers.options
    return {
        (catalog.tiers[options.tier[o]], catalog.models[options.model[o]], float(options.price[o])): local
        for local, o in enumerate(options.of(book.code))
    }
