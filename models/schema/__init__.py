"""Every table of a case and every column of it, declared once: readers, checks, writers and the template follow it."""

from __future__ import annotations

from . import books, market, offer, providers
from .fields import POSITIVE, Bounds, Column, ColumnKind, Table, sized
from .vocabulary import LOCKED_CLASS, NO_CONTRACT, OFFER, PRICING_KINDS, PROVIDER_KINDS

TABLES: dict[str, Table] = {
    table.name: sized(table)
    for table in (
        market.ACCOUNTS,
        market.INSTALLED_BASE,
        market.SEGMENTS,
        market.CUSTOMER_CLASSES,
        market.APPEAL,
        market.LOYALTY,
        offer.PRODUCTS,
        offer.TIERS,
        offer.PRICING_MODELS,
        offer.PRICE_POINTS,
        offer.SERVICES,
        offer.SERVICE_MIX,
        providers.PROVIDERS,
        providers.RATES,
        providers.FULFILMENT,
        offer.CURRENT_MENUS,
        market.CONTRACTS,
        providers.CRITERIA,
        providers.SCORES,
        providers.READINESS,
        providers.VOLUME_DISCOUNTS,
        books.ACTUALS,
    )
}
"""Every table by name, in the order in which they are documented."""

OPTION_PRICE: dict[str, tuple[Bounds, Bounds]] = {
    name: (POSITIVE, Bounds(-1, low_open=True)) for name in ("price_points", "current_menus", "contracts")
}
"""Limits of `price` by table: (every kind but cost_plus, cost_plus, whose price is a mark-up)."""

__all__ = [
    "LOCKED_CLASS",
    "NO_CONTRACT",
    "OFFER",
    "OPTION_PRICE",
    "PRICING_KINDS",
    "PROVIDER_KINDS",
    "TABLES",
    "Column",
    "ColumnKind",
    "Table",
]
