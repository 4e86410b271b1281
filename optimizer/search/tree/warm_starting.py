"""From the columns of a search to menus by name, and back in a search on a case that differs a little."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from ...lp.expressions import combine
from ...lp.solver import kept_columns
from ...results.warm_start import Chosen, KnownMenu, Option
from ..assortment.columns import MenuColumn, PriceBook
from ..assortment.pricing import PricedColumn
from ..master.restricted_master import RestrictedMaster


def remember(master: RestrictedMaster, columns: Iterable[MenuColumn]) -> tuple[KnownMenu, ...]:
    """Columns by name."""
    catalog, options = master.setting.catalog, master.offers.options

    def named(option: int) -> Option:
        return catalog.tiers[options.tier[option]], catalog.models[options.model[option]], float(options.price[option])

    return tuple(
        KnownMenu(
            catalog.books[master.books[column.book].code],
            tuple(map(named, column.menu)),
            frozenset(catalog.products[code] for code in column.optional),
        )
        for column in columns
    )


def recall(master: RestrictedMaster, menus: Iterable[KnownMenu]) -> Iterator[tuple[int, PricedColumn]]:
    """Those of the menus that this search may use, with the place of their book. What changed is left out."""
    catalog = master.setting.catalog
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
            yield place, PricedColumn(tuple(picks), optional, 0.0)


def recall_switches(master: RestrictedMaster, chosen: Collection[Chosen]) -> dict[int, int]:
    """Value of every switch of this search that what an earlier plan uses tells, by column."""
    catalog, columns = master.setting.catalog, master.stated.columns
    named = {
        "tier": catalog.tiers,
        "model": catalog.models,
        "product": catalog.products,
        "provider": catalog.providers,
    }
    told = {
        f"{kind}_{code}": int((kind, name) in chosen)
        for kind, names in named.items()
        for code, name in enumerate(names)
    }
    known = {columns[name]: value for name, value in told.items() if name in columns}
    return known | _policies_told(master, chosen) if chosen else {}


def _policies_told(master: RestrictedMaster, chosen: Collection[Chosen]) -> dict[int, int]:
    """Which policy meets the parts cases of each product and tier of which that is told, by column of the choice."""
    catalog, policies = master.setting.catalog, master.setting.policies["policy"]
    told: dict[int, int] = {}
    for choice in master.statement.policy_choices:
        served = "policy", catalog.products[choice.product], catalog.tiers[choice.tier]
        used = [int((*served, policies.iloc[row]) in chosen) for row in choice.policies]
        at = kept_columns(master.stated, [combine([(switch, 1.0)]) for switch in choice.chosen])
        if sum(used) == 1:
            told |= {int(column): value for column, value in zip(at, used, strict=True) if column >= 0}
    return told


def _options_by_name(master: RestrictedMaster, book: PriceBook) -> dict[Option, int]:
    """Places of a book's options within it, by name."""
    catalog, options = master.setting.catalog, master.offers.options
    return {
        (catalog.tiers[options.tier[o]], catalog.models[options.model[o]], float(options.price[o])): local
        for local, o in enumerate(options.of(book.code))
    }


def may_use(book: PriceBook, picks: Sequence[int]) -> bool:
    """Whether the rules on one menu allow these options."""
    pairs = [(low, high) for i, low in enumerate(picks) for high in picks[i + 1 :]]
    return (
        min(picks, default=0) >= 0 and bool(book.allowed[list(picks)].all()) and all(book.fits[pair] for pair in pairs)
    )
