"""Demand totals: the few sums through which menus touch delivery, money and rules.

A menu of a price book enters the rest of the model only by what it adds to these totals, so a plan's
menus can be replaced by one vector. Everything after the totals is linear in them; `totals_map` is what comes before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.catalog import Array, Catalog, Codes

MONEY = ("billed", "admin", "capital", "product_revenue", "product_margin")
"""Money totals: service revenue before settlement, admin and capital cost, product revenue and its
margin before loyalty loss."""


@dataclass(frozen=True)
class TotalsIndex:
    """Where each total lies in a vector of totals; arrays of positions along the catalog's axes."""

    units: Codes
    """Units under contract, [region, family, tier]."""
    incidents: Codes
    """Incidents of units under contract, [region, family, tier, performance group]."""
    parts: Codes
    """Parts cases, [product, tier]."""
    tier_uses: Codes
    """Price books whose menu has the tier, [tier]."""
    model_uses: Codes
    """Menu options sold under the model, [model]."""
    coverages: Codes
    """Price books that cover the product, [product]; counted for optional products only."""
    unit_value: int
    """Value of the units under contract: units x unit_value, money."""
    size: int

    @classmethod
    def of(cls, catalog: Catalog) -> TotalsIndex:
        """Positions for a catalog's axes."""
        regions, families, tiers = len(catalog.regions), len(catalog.families), len(catalog.tiers)
        groups, models, products = 1 + len(catalog.settling_models), len(catalog.models), len(catalog.products)
        shapes = [
            (regions, families, tiers),
            (regions, families, tiers, groups),
            (products, tiers),
            (tiers,),
            (models,),
            (products,),
        ]
        ends = len(MONEY) + np.cumsum([int(np.prod(shape)) for shape in shapes])
        starts = [len(MONEY), *ends[:-1]]
        units, incidents, parts, tier_uses, model_uses, coverages = (
            np.arange(a, b).reshape(shape) for a, b, shape in zip(starts, ends, shapes, strict=True)
        )
        return cls(units, incidents, parts, tier_uses, model_uses, coverages, int(ends[-1]), int(ends[-1]) + 1)


@dataclass(frozen=True)
class Box:
    """Least and most value of each total, shape (totals,) each."""

    low: Array
    high: Array

    @classmethod
    def at(cls, totals: Array) -> Box:
        """The box that holds one vector only."""
        return cls(totals, totals)
