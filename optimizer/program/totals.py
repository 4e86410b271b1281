"""Demand totals: the few sums through which menus touch delivery, money and rules.

A menu of a price book enters the rest of the model only by what it adds to these totals, so a plan's
menus can be replaced by one vector. Everything after the totals is linear in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array, Catalog, Codes
from models.economics.demand_base import Locked
from models.economics.offers import ROUNDING, Offers, OptionTerms, contract_terms
from models.economics.uptake import shares_at

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
    terms: OptionTerms
    product_revenue: Array
    """Product revenue a year of the rows, before loyalty loss (or its change against no contract)."""


def _additions(catalog: Catalog, index: TotalsIndex, rows: Contracted) -> tuple[Codes, Array]:
    """Where each row of units under contract adds to the totals, and what; arrays of shape (rows, entries)."""
    units, tier, model, product = rows.units.sum(axis=1), rows.tier, rows.model, rows.product
    admin = catalog.model_table["admin_cost"].to_numpy(dtype=float)[model]
    margin = catalog.product_table["product_margin"].to_numpy(dtype=float)[product]
    family, group = catalog.family_of_product[product], catalog.performance_group[model]
    per_unit = rows.terms.incidents * catalog.parts_per_incident[tier] + catalog.parts_per_unit[tier]
    money = [units * rows.terms.yearly, units * admin, units * rows.terms.capital]
    money += [rows.product_revenue, rows.product_revenue * margin]
    incidents = rows.units * rows.terms.incidents[:, None]
    at = [
        np.broadcast_to(np.arange(len(MONEY)), (len(units), len(MONEY))),
        index.units[:, family, tier].T,
        index.incidents[:, family, tier, group].T,
        index.parts[product, tier][:, None],
    ]
    values = [np.stack(money, axis=1), rows.units, incidents, (units * per_unit)[:, None]]
    return np.concatenate(at, axis=1), np.concatenate(values, axis=1)


def add_up(catalog: Catalog, index: TotalsIndex, rows: Contracted) -> Array:
    """Totals of rows of units under contract (money and work; not the counts of uses)."""
    at, values = _additions(catalog, index, rows)
    return np.bincount(at.ravel(), weights=values.ravel(), minlength=index.size).astype(float)


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
    # What only adds up has 0 as its end, whatever is rounded; HiGHS 1.15.1 presolves a hair more to infeasible.
    room = ROUNDING * (high - low)
    return Box(standing + low - room * (low < 0), standing + high + room * (high > 0))


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
    offers: Offers, index: TotalsIndex, book: Codes, options: Codes, covered: NDArray[np.bool_], change: Array
) -> sparse.csr_matrix:
    """What menus add to the totals, a row a menu: menu i is for price book `book[i]`.

    `options` (menus, tiers) holds the position of the option at each tier, -1 for none; `covered` (menus,
    products) what is covered; `change` is `product_revenue_change(offers)`.
    """
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    menu, cohort = _cohorts_of(offers, book)
    cells = _cells_at(offers, book, options, menu, cohort)
    taken = shares_at(offers, cells) * covered[menu, cohorts.product[cohort]][:, None]
    row, tier = np.nonzero(taken > 0)
    cell, share = cells[row, tier], taken[row, tier]
    rows = Contracted(
        product=cohorts.product[cohort[row]],
        tier=tier,
        model=offers.options.model[offers.option[cell]],
        units=share[:, None] * cohorts.units_by_region[cohort[row]],
        terms=OptionTerms(*(getattr(offers.terms, name)[cell] for name in OptionTerms.__dataclass_fields__)),
        product_revenue=share * change[cell],
    )
    at, values = _additions(catalog, index, rows)
    owners = np.broadcast_to(menu[row][:, None], at.shape)
    work = sparse.coo_matrix((values.ravel(), (owners.ravel(), at.ravel())), shape=(len(book), index.size))
    return (work.tocsr() + _uses(offers, index, book, options, covered)).tocsr()


def _cohorts_of(offers: Offers, book: Codes) -> tuple[Codes, Codes]:
    """Menu and cohort of every pair of a menu and a cohort of its price book."""
    counts = np.diff(offers.cohort_start)[book]
    menu = np.repeat(np.arange(len(book)), counts)
    within = np.arange(len(menu)) - np.repeat(np.cumsum(counts) - counts, counts)
    return menu, offers.cohort_start[book][menu] + within


def _cells_at(offers: Offers, book: Codes, options: Codes, menu: Codes, cohort: Codes) -> Codes:
    """Cell of each (menu, cohort) pair and tier, -1 where the menu has no option there."""
    own = book[menu]
    first = offers.cell_start[own] + (cohort - offers.cohort_start[own]) * np.diff(offers.options.start)[own]
    local = options[menu] - offers.options.start[own][:, None]
    return np.where(options[menu] >= 0, first[:, None] + local, -1)


def _uses(
    offers: Offers, index: TotalsIndex, book: Codes, options: Codes, covered: NDArray[np.bool_]
) -> sparse.csr_matrix:
    """Counts of tiers and models used and of optional products covered, a row a menu."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    menu, tier = np.nonzero(options >= 0)
    model = offers.options.model[options[menu, tier]]
    held = np.zeros((len(catalog.books), len(catalog.products)), dtype=bool)
    held[cohorts.book, cohorts.product] = True
    optional = np.array([catalog.offer["products"][name] == "optional" for name in catalog.products], dtype=bool)
    covering, product = np.nonzero(covered & held[book] & optional)
    rows = np.concatenate([menu, menu, covering])
    at = np.concatenate([index.tier_uses[tier], index.model_uses[model], index.coverages[product]])
    return sparse.coo_matrix((np.ones(len(rows)), (rows, at)), shape=(len(book), index.size)).tocsr()
