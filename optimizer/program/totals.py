"""Demand totals: the few sums through which menus touch delivery, money and rules.

A menu of a price book enters the rest of the model only by what it adds to these totals, so a plan's
menus can be replaced by one vector. Everything after the totals is linear in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Catalog, Codes
from models.demand import Locked
from models.offers import ROUNDING, Offers, Terms, contract_terms

MONEY = ("billed", "admin", "capital", "product_revenue", "product_margin")
"""Money totals: service revenue before settlement, admin and capital cost, product revenue and its
margin before loyalty loss."""
EVERY = slice(None)


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
        return cls(units, incidents, parts, tier_uses, model_uses, coverages, int(ends[-1]))


@dataclass(frozen=True)
class Contracted:
    """Rows of units under contract: codes, units by region (rows, regions), terms of one unit, product revenue."""

    product: Codes
    tier: Codes
    model: Codes
    units: Array
    terms: Terms
    product_revenue: Array
    """Product revenue a year of the rows, before loyalty loss (or its change against no contract)."""


def add_up(catalog: Catalog, index: TotalsIndex, rows: Contracted) -> Array:
    """Totals of rows of units under contract (money and work; not the counts of uses)."""
    totals = np.zeros(index.size)
    units, tier, model, product = rows.units.sum(axis=1), rows.tier, rows.model, rows.product
    admin = catalog.model_table["admin_cost"].to_numpy(dtype=float)[model]
    margin = catalog.product_table["product_margin"].to_numpy(dtype=float)[product]
    totals[:5] = (
        units @ rows.terms.yearly,
        units @ admin,
        units @ rows.terms.capital,
        rows.product_revenue.sum(),
        rows.product_revenue @ margin,
    )
    family, group = catalog.family_of_product[product], catalog.performance_group[model]
    np.add.at(totals, index.units[:, family, tier].T, rows.units)
    np.add.at(totals, index.incidents[:, family, tier, group].T, rows.units * rows.terms.incidents[:, None])
    per_unit = rows.terms.incidents * catalog.parts_per_incident[tier] + catalog.parts_per_unit[tier]
    np.add.at(totals, index.parts[product, tier], units * per_unit)
    return totals


def locked_rows(catalog: Catalog, locked: Locked) -> Contracted:
    """Contracts in force as rows: price as written, product revenue at the tier's loyalty."""
    hours, price = locked.usage_hours, locked.price
    terms = contract_terms(catalog, locked.product, locked.tier, locked.model, price, np.zeros_like(price), hours)
    units = np.zeros((len(locked), len(catalog.regions)))
    units[np.arange(len(locked)), locked.region] = locked.units
    kept = catalog.loyalty[locked.segment, locked.tier] * (1 - catalog.displaced_share[locked.model])
    return Contracted(locked.product, locked.tier, locked.model, units, terms, locked.revenue * kept)


def standing_totals(offers: Offers, index: TotalsIndex) -> Array:
    """Totals that hold whatever the menus are: contracts in force, and product revenue without new contracts."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    totals = add_up(catalog, index, locked_rows(catalog, offers.demand.locked))
    revenue = cohorts.revenue * catalog.loyalty[cohorts.segment, -1]
    totals[3] += revenue.sum()
    totals[4] += revenue @ catalog.product_table["product_margin"].to_numpy(dtype=float)[cohorts.product]
    return totals


def product_revenue_change(offers: Offers, cells: Codes | slice = EVERY) -> Array:
    """Change of a cohort's product revenue if all of it takes the option, of each of the cells."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    cohort, option = offers.cohort[cells], offers.option[cells]
    segment, tier, model = cohorts.segment[cohort], offers.options.tier[option], offers.options.model[option]
    kept = catalog.loyalty[segment, tier] * (1 - catalog.displaced_share[model]) - catalog.loyalty[segment, -1]
    return np.asarray(cohorts.revenue[cohort] * kept)


@dataclass(frozen=True)
class Box:
    """Least and most value of each total."""

    low: Array
    high: Array

    @classmethod
    def at(cls, totals: Array) -> Box:
        """The box that holds one vector only."""
        return cls(totals, totals)


def _best_alone(offers: Offers) -> Array:
    """Largest share an option can win in any menu, per cell: its share alone."""
    if offers.catalog.case.settings.choice_model == "logit":
        return np.asarray(np.exp(-np.logaddexp(0.0, -offers.utility)))
    return (offers.utility > 0).astype(float)


def _peak_by_tier(offers: Offers, cells: Array, keep: NDArray[np.bool_] | None = None) -> Array:
    """Largest cell value (at least 0) by cohort and tier, shape (cohorts, tiers)."""
    peaks = np.zeros((len(offers.demand.cohorts), len(offers.catalog.tiers)))
    values = cells if keep is None else np.where(keep, cells, 0.0)
    np.maximum.at(peaks, (offers.cohort, offers.options.tier[offers.option]), values)
    return peaks


def _money_reach(offers: Offers, share: Array) -> tuple[Array, Array]:
    """What menus can take from and add to each money total."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    units = cohorts.units[offers.cohort] * share
    change = product_revenue_change(offers) * share
    margin = catalog.product_table["product_margin"].to_numpy(dtype=float)[cohorts.product[offers.cohort]]
    admin = catalog.model_table["admin_cost"].to_numpy(dtype=float)[offers.options.model[offers.option]]
    cells = [
        units * np.where(share > 0, offers.terms.yearly, 0.0),
        units * admin,
        units * offers.terms.capital,
        change,
        change * margin,
    ]
    low = np.array([-_peak_by_tier(offers, -values).sum() for values in cells])
    return low, np.array([_peak_by_tier(offers, values).sum() for values in cells])


def reach(offers: Offers, index: TotalsIndex, sellable: NDArray[np.bool_]) -> Box:
    """A box that holds the totals of every choice of menus and coverage.

    `sellable` marks the cohorts whose product may be covered at all.
    """
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    share = _best_alone(offers) * sellable[offers.cohort]
    low, high = np.zeros(index.size), np.zeros(index.size)
    low[:5], high[:5] = _money_reach(offers, share)
    family, tiers = catalog.family_of_product[cohorts.product], np.arange(len(catalog.tiers))
    model, tier = offers.options.model[offers.option], offers.options.tier[offers.option]
    incidents = share * offers.terms.incidents
    parts = incidents * catalog.parts_per_incident[tier] + share * catalog.parts_per_unit[tier]
    by_region = cohorts.units_by_region[:, :, None]
    place = np.ix_(np.arange(len(catalog.regions)), family, tiers)
    np.add.at(high, index.units[place].transpose(1, 0, 2), by_region * _peak_by_tier(offers, share)[:, None, :])
    for group in range(1 + len(catalog.settling_models)):
        peaks = _peak_by_tier(offers, incidents, catalog.performance_group[model] == group)
        np.add.at(high, index.incidents[..., group][place].transpose(1, 0, 2), by_region * peaks[:, None, :])
    np.add.at(high, index.parts[cohorts.product], cohorts.units[:, None] * _peak_by_tier(offers, parts))
    _reach_of_uses(offers, index, high)
    standing = standing_totals(offers, index)
    room = ROUNDING * (high - low)
    return Box(standing + low - room, standing + high + room)


def _reach_of_uses(offers: Offers, index: TotalsIndex, high: Array) -> None:
    catalog, options, cohorts = offers.catalog, offers.options, offers.demand.cohorts
    with_units = np.isin(options.book, offers.books_with_units)
    pairs = np.unique(np.stack([options.book, options.tier])[:, with_units], axis=1)
    high[index.tier_uses] = np.bincount(pairs[1], minlength=len(catalog.tiers))
    triples = np.unique(np.stack([options.book, options.tier, options.model])[:, with_units], axis=1)
    high[index.model_uses] = np.bincount(triples[2], minlength=len(catalog.models))
    held = np.unique(np.stack([cohorts.book, cohorts.product]), axis=1)
    optional = [catalog.offer["products"][name] == "optional" for name in catalog.products]
    high[index.coverages] = np.bincount(held[1], minlength=len(catalog.products)) * np.array(optional)


def menu_totals(
    offers: Offers, index: TotalsIndex, book: int, menu: list[int], covered: NDArray[np.bool_], change: Array
) -> Array:
    """What a book's menu (option positions) adds to the totals when it covers `covered` products.

    `change` is `product_revenue_change(offers)`.
    """
    catalog, span, options = offers.catalog, offers.cohorts_of(book), offers.options
    cohorts = offers.demand.cohorts
    local = [option - int(options.start[book]) for option in menu]
    product = cohorts.product[span.start : span.stop]
    share = offers.shares(book, menu) * covered[product][:, None]
    cells = (
        int(offers.cell_start[book])
        + np.arange(len(span))[:, None] * len(options.of(book))
        + np.array(local, dtype=np.int64)[None, :]
    ).ravel()
    terms = Terms(*(getattr(offers.terms, name)[cells] for name in Terms.__dataclass_fields__))
    tier, model = options.tier[offers.option[cells]], options.model[offers.option[cells]]
    units = (share[:, :, None] * cohorts.units_by_region[span.start : span.stop, None, :]).reshape(
        len(cells), len(catalog.regions)
    )
    rows = Contracted(cohorts.product[offers.cohort[cells]], tier, model, units, terms, share.ravel() * change[cells])
    totals = add_up(catalog, index, rows)
    np.add.at(totals, index.tier_uses[options.tier[menu]], 1.0)
    np.add.at(totals, index.model_uses[options.model[menu]], 1.0)
    for code in np.unique(product):
        if catalog.offer["products"][catalog.products[code]] == "optional" and covered[code]:
            totals[index.coverages[code]] += 1.0
    return totals
