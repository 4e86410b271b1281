"""The map from shares to demand totals: linear, and stated once.

What is offered and bought is a vector of *inputs*: the share of its cohort that takes each cell (cohort x option, as
`Offers` lays them out), then 1 for each option on a menu, then the number of price books that cover each optional
product. Totals = inputs @ (local @ regional), two sparse matrices: `local` adds up money, parts, and the units and
incidents of each cohort and tier; `regional` divides these among regions. Forward the map gives what menus add to the
totals, transposed the reduced profit of every input at dual prices, and from the ends of the inputs the bounds of the
totals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.catalog import Array, Catalog, Codes
from models.economics.demand_base import Locked
from models.economics.offers import Offers, OptionTerms, contract_terms

from .totals import MONEY, TotalsIndex

EVERY = slice(None)


@dataclass(frozen=True)
class Contracted:
    """Rows of units under contract: all units of a holder (a cohort or a contract in force) under a tier and model."""

    product: Codes
    """Product of each holder, shape (holders,)."""
    units_by_region: Array
    """Units of each holder, shape (holders, regions)."""
    holder: Codes
    """Of each row, shape (rows,), as are tier and model."""
    tier: Codes
    model: Codes
    terms: OptionTerms
    """Terms of one unit, arrays of shape (rows,)."""
    product_revenue: Array
    """Product revenue a year, before loyalty loss (or its change against no contract), shape (rows,)."""


@dataclass(frozen=True)
class TotalsMap:
    """The map from inputs to totals, as the product of two sparse matrices."""

    local: sparse.csr_matrix
    """What a full input adds to money, parts, units and incidents by holder and tier, and uses: (inputs, locals)."""
    regional: sparse.csr_matrix
    """What these add to the totals, by region; nowhere negative: (locals, totals)."""

    def forward(self, inputs: sparse.csr_matrix) -> sparse.csr_matrix:
        """Totals of rows of inputs: (rows, inputs) to (rows, totals)."""
        totals = ((inputs @ self.local) @ self.regional).tocsr()
        totals.eliminate_zeros()
        totals.sort_indices()
        return totals

    def totals(self, inputs: Array) -> Array:
        """Totals of one vector of inputs, shape (inputs,), all of which are sold."""
        return np.asarray(self.regional.T @ (self.local.T @ inputs))

    def at_prices(self, prices: Array) -> Array:
        """Sum of price x total of each input at its full value: the transposed map, (totals,) to (inputs,)."""
        return np.asarray(self.local @ (self.regional @ prices))

    def extremes(self, most: Array, choice: Codes) -> tuple[Array, Array]:
        """Least and most of each total where inputs lie between 0 and `most`, and of each choice one at most is not 0.

        `choice` numbers the choice that each input belongs to, shape (inputs,); cells of one choice must be of one
        cohort and tier. It is quick where inputs of a choice lie side by side.
        """
        width, start = self.local.shape[1], self.local.indptr
        keys, low, high = [], [], []
        for entry in range(int(np.diff(start).max(initial=0))):
            rows = np.flatnonzero(np.diff(start) > entry)
            at = start[rows] + entry
            values = np.where(most[rows] > 0, self.local.data[at], 0.0) * most[rows]
            key = choice[rows] * width + self.local.indices[at]
            run = np.flatnonzero(np.append(True, np.diff(key) != 0))  # far fewer than entries
            keys.append(key[run])
            low.append(np.minimum.reduceat(values, run))
            high.append(np.maximum.reduceat(values, run))
        key, place = np.unique(np.concatenate([np.zeros(0, np.int64), *keys]), return_inverse=True)
        ends = np.zeros((2, len(key)))
        np.minimum.at(ends[0], place, np.concatenate([np.zeros(0), *low]))
        np.maximum.at(ends[1], place, np.concatenate([np.zeros(0), *high]))
        sums = [np.bincount(key % width, weights=end, minlength=width).astype(float) for end in ends]
        return np.asarray(self.regional.T @ sums[0]), np.asarray(self.regional.T @ sums[1])


def map_of(catalog: Catalog, index: TotalsIndex, rows: Contracted) -> TotalsMap:
    """The map of rows of units under contract: an input is the share of a row."""
    tiers, groups = index.units.shape[2], index.incidents.shape[3]
    group = catalog.performance_group[rows.model]
    taken = rows.holder * tiers + rows.tier
    units, places = _numbered(taken, len(rows.product) * tiers)
    work, at = _numbered(taken * groups + group, len(rows.product) * tiers * groups)
    product = rows.product[rows.holder]
    first = np.cumsum([len(MONEY), index.parts.size, len(units)])
    columns = [*range(len(MONEY)), first[0] + product * tiers + rows.tier, first[1] + places, first[2] + at]
    amounts = _amounts(catalog, rows)
    local = _regular(columns, amounts, int(first[2]) + len(work))
    return TotalsMap(local, _regional(catalog, index, rows, units, work))


def _numbered(codes: Codes, size: int) -> tuple[Codes, Codes]:
    """The codes (below `size`) that occur, rising, and the place of each one among them."""
    occurs = np.zeros(size, dtype=bool)
    occurs[codes] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[codes]


def _amounts(catalog: Catalog, rows: Contracted) -> list[Array | float]:
    """What a row adds: the amounts of money, cases of parts, its units and its incidents as shares of the holder's."""
    terms, product = rows.terms, rows.product[rows.holder]
    units = rows.units_by_region.sum(axis=1)[rows.holder]
    admin = catalog.model_table["admin_cost"].to_numpy(dtype=float)[rows.model]
    margin = catalog.product_table["product_margin"].to_numpy(dtype=float)[product]
    parts = terms.incidents * catalog.parts_per_incident[rows.tier] + catalog.parts_per_unit[rows.tier]
    money = [units * terms.yearly, units * admin, units * terms.capital]
    return [*money, rows.product_revenue, rows.product_revenue * margin, units * parts, 1.0, terms.incidents]


def _regular(columns: list[Codes | int], values: list[Array | float], width: int) -> sparse.csr_matrix:
    """A matrix whose rows have one entry each of some columns and values, by rising column."""
    height = max((len(column) for column in columns if not isinstance(column, int)), default=0)
    places, data = np.empty((height, len(columns)), dtype=np.int32), np.empty((height, len(columns)))
    for entry, (column, value) in enumerate(zip(columns, values, strict=True)):
        places[:, entry], data[:, entry] = column, value
    start = np.arange(0, places.size + 1, len(columns))
    return sparse.csr_matrix((data.ravel(), places.ravel(), start), shape=(height, width))


def _regional(catalog: Catalog, index: TotalsIndex, rows: Contracted, units: Codes, work: Codes) -> sparse.csr_matrix:
    """Money and parts as they are; units and incidents of a holder and tier by region, units also by their value."""
    tiers, groups = index.units.shape[2], index.incidents.shape[3]
    family = catalog.family_of_product[rows.product]
    holder, tier = np.divmod(units, tiers)
    taken, group = np.divmod(work, groups)
    doer = taken // tiers
    value = rows.units_by_region.sum(axis=1) * catalog.product_table["unit_value"].to_numpy(dtype=float)[rows.product]
    sold = np.vstack([index.units[:, family[holder], tier], np.full(len(holder), index.unit_value)])
    done = index.incidents[:, family[doer], taken % tiers, group]
    alone = np.concatenate([np.arange(len(MONEY)), index.parts.ravel()])
    places = np.concatenate([alone, sold.T.ravel(), done.T.ravel()])
    held = np.column_stack([rows.units_by_region, value])[holder]
    values = np.concatenate([np.ones(len(alone)), held.ravel(), rows.units_by_region[doer].ravel()])
    counts = np.concatenate([np.ones(len(alone)), np.full(len(holder), len(sold)), np.full(len(doer), len(done))])
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    regional = sparse.csr_matrix((values, places, start), shape=(len(counts), index.size))
    regional.eliminate_zeros()
    return regional


def offers_map(offers: Offers, index: TotalsIndex, cells: Codes | slice = EVERY) -> TotalsMap:
    """The map of offers; inputs are shares of the cells, options on menus, and books that cover each product."""
    catalog, cohorts, options = offers.catalog, offers.demand.cohorts, offers.options
    option = offers.option[cells]
    rows = Contracted(
        product=cohorts.product,
        units_by_region=cohorts.units_by_region,
        holder=offers.cohort[cells],
        tier=options.tier[option],
        model=options.model[option],
        terms=OptionTerms(*(getattr(offers.terms, name)[cells] for name in OptionTerms.__dataclass_fields__)),
        product_revenue=product_revenue_change(offers, cells),
    )
    sold = map_of(catalog, index, rows)
    tiers, models, products = len(catalog.tiers), len(catalog.models), len(catalog.products)
    first, places = sold.local.shape[1], np.concatenate([index.tier_uses, index.model_uses, index.coverages])
    width = first + len(places)
    shares = sparse.csr_matrix((sold.local.data, sold.local.indices, sold.local.indptr), (len(option), width))
    used = _regular([first + options.tier, first + tiers + options.model], [1.0, 1.0], width)
    covered = _regular([first + tiers + models + np.arange(products)], [1.0], width)
    counts = sparse.csr_matrix((np.ones(len(places)), (np.arange(len(places)), places)), (len(places), index.size))
    return TotalsMap(sparse.vstack([shares, used, covered]).tocsr(), sparse.vstack([sold.regional, counts]).tocsr())


def product_revenue_change(offers: Offers, cells: Codes | slice = EVERY) -> Array:
    """Change of a cohort's product revenue if all of it takes the option, of each of the cells."""
    catalog, cohorts = offers.catalog, offers.demand.cohorts
    cohort, option = offers.cohort[cells], offers.option[cells]
    segment, tier, model = cohorts.segment[cohort], offers.options.tier[option], offers.options.model[option]
    kept = catalog.loyalty[segment, tier] * (1 - catalog.displaced_share[model]) - catalog.loyalty[segment, -1]
    return np.asarray(cohorts.revenue[cohort] * kept)


def locked_rows(catalog: Catalog, locked: Locked) -> Contracted:
    """Contracts in force as rows: price as written, product revenue at the tier's loyalty."""
    hours, price = locked.usage_hours, locked.price
    terms = contract_terms(catalog, locked.product, locked.tier, locked.model, price, np.zeros_like(price), hours)
    units = np.zeros((len(locked), len(catalog.regions)))
    units[np.arange(len(locked)), locked.region] = locked.units
    kept = catalog.loyalty[locked.segment, locked.tier] * (1 - catalog.displaced_share[locked.model])
    each = np.arange(len(locked))
    return Contracted(locked.product, units, each, locked.tier, locked.model, terms, locked.revenue * kept)


def standing_totals(offers: Offers, index: TotalsIndex) -> Array:
    """Totals that hold whatever the menus are: contracts in force, and product revenue without new contracts."""
    catalog, cohorts, locked = offers.catalog, offers.demand.cohorts, offers.demand.locked
    totals = map_of(catalog, index, locked_rows(catalog, locked)).totals(np.ones(len(locked)))
    revenue = cohorts.revenue * catalog.loyalty[cohorts.segment, -1]
    totals[3] += revenue.sum()
    totals[4] += revenue @ catalog.product_table["product_margin"].to_numpy(dtype=float)[cohorts.product]
    return totals
