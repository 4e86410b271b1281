"""The demand base: free units and product revenue by cohort and region, and contracts in force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..catalog import Catalog, Codes, codes
from ..installed_base import InstalledBase
from ..row_keys import row_positions

Array = NDArray[np.float64]

EMPTY_SHARE = 1e-12
"""A cohort whose free units are this share of its units or less holds none: the rest is rounding."""


@dataclass(frozen=True)
class Cohorts:
    """Segment x customer class x product, the unit of demand; arrays of one entry a cohort.

    Ordered by price book, segment, customer class, product. Only cohorts with free units are listed.
    """

    book: Codes
    segment: Codes
    customer_class: tuple[str, ...]
    product: Codes
    units: Array
    """U[c]: mean free units."""
    units_by_region: Array
    """U[c, r], shape (cohorts, regions)."""
    revenue: Array
    """R[c]: product revenue a year of the free units, before loyalty."""
    usage_hours: Array
    """H[c]: hours of use per unit and year."""
    price_sensitivity: Array
    risk_aversion: Array
    discount: Array
    appeal: Array
    """Appeal by tier, shape (cohorts, tiers); NaN where the class never buys the tier."""

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True)
class Locked:
    """Units under contracts in force, one entry per segment, region, product, tier, model and price."""

    segment: Codes
    region: Codes
    product: Codes
    tier: Codes
    model: Codes
    price: Array
    units: Array
    revenue: Array
    """Product revenue a year of the locked units, before loyalty."""
    usage_hours: Array

    def __len__(self) -> int:
        return len(self.units)


@dataclass(frozen=True)
class DemandBase:
    """All demand of a case, free and locked, with the totals some shares are taken of."""

    cohorts: Cohorts
    locked: Locked
    total_units: float
    total_value: float
    """Units x unit_value of all units, free and locked, money."""
    revenue_by_product: Array
    """Product revenue a year by product, free and locked, before loyalty."""
    revenue_without_contracts: Array
    """Product revenue a year by product if every unit, locked ones too, had no contract."""


@dataclass(frozen=True, eq=False)
class Installed:
    """The installed base under the catalog's codes: what every row earns, and the sums by group."""

    holdings: InstalledBase
    segment: Codes
    """Of each group, as are region and product."""
    region: Codes
    product: Codes
    revenue: Array
    """Product revenue a year of each row of the installed base, before loyalty."""


def _installed(catalog: Catalog, holdings: InstalledBase) -> Installed:
    groups = holdings.groups
    product = codes(catalog.products, groups["product"])
    unit_value = catalog.product_table["unit_value"].to_numpy(dtype=float)[product]
    return Installed(
        holdings=holdings,
        segment=codes(catalog.segments, groups["segment"]),
        region=codes(catalog.regions, groups["region"]),
        product=product,
        revenue=_revenue(holdings, unit_value),
    )


def _revenue(holdings: InstalledBase, unit_value: Array) -> Array:
    """Every row's part of its account's product revenue: in proportion to units x unit value, given by group."""
    value = holdings.units * unit_value[holdings.group]
    whole = np.bincount(holdings.account, weights=value, minlength=len(holdings.accounts))
    revenue = holdings.accounts.numbers("product_revenue")[holdings.account]
    revenue *= value
    revenue /= whole[holdings.account]
    return revenue


def _contracts(catalog: Catalog, installed: Installed) -> pd.DataFrame:
    """Contracts with the codes of their names and their part of the row's product revenue."""
    contracts, base = catalog.case.columns("contracts"), installed.holdings.base
    row = row_positions(contracts, base, ("account_id", "product"))
    group, locked = installed.holdings.group[row], contracts.numbers("units")
    return pd.DataFrame(
        {
            "segment": installed.segment[group],
            "region": installed.region[group],
            "product": installed.product[group],
            "tier": contracts.categorical("tier").coded(catalog.tiers).astype(np.int64),
            "model": contracts.categorical("model").coded(catalog.models).astype(np.int64),
            "price": contracts.numbers("price"),
            "locked": locked,
            "revenue": installed.revenue[row] * (locked / base.numbers("units")[row]),
        }
    )


def _segment_product_totals(installed: Installed, contracts: pd.DataFrame) -> pd.DataFrame:
    """Units, free units and free revenue by segment, product and region."""
    keys, holdings = ["segment", "product", "region"], installed.holdings
    held = pd.DataFrame({"segment": installed.segment, "product": installed.product, "region": installed.region})
    held["units"], held["hours"] = holdings.sums(holdings.units), holdings.sums(holdings.hours)
    held["revenue"] = holdings.sums(installed.revenue)
    held = held.set_index(keys).sort_index()
    taken = contracts.groupby(keys)[["locked", "revenue"]].sum().reindex(held.index, fill_value=0.0)
    held["free"] = held["units"] - taken["locked"]
    held["free_revenue"] = held["revenue"] - taken["revenue"]
    gone = held["free"] <= EMPTY_SHARE * held["units"]
    held.loc[gone, ["free", "free_revenue"]] = 0.0
    return held.reset_index()


def _by_region(totals: pd.DataFrame, value: str, index: pd.MultiIndex, regions: int) -> Array:
    wide = totals.pivot(index=["segment", "product"], columns="region", values=value)
    return np.asarray(wide.reindex(index=index, columns=range(regions)).fillna(0.0), dtype=float)


def _class_rows(catalog: Catalog, holdings: pd.DataFrame) -> pd.DataFrame:
    """One row per cohort: the segment x product holdings crossed with the segment's classes."""
    classes = catalog.case.tables["customer_classes"]
    classes = classes.assign(segment=codes(catalog.segments, classes["segment"]))
    rows = holdings.merge(classes, on="segment", how="inner")
    books = codes(catalog.books, catalog.segment_table["price_book"])
    rows["book"] = books[rows["segment"].to_numpy(dtype=np.int64)]
    return rows.sort_values(["book", "segment", "customer_class", "product"], kind="stable").reset_index(drop=True)


def _appeal(catalog: Catalog, rows: pd.DataFrame) -> Array:
    appeal = catalog.case.tables["appeal"]
    appeal = appeal.assign(
        segment=codes(catalog.segments, appeal["segment"]), tier=codes(catalog.tiers, appeal["tier"])
    )
    wide = appeal.pivot(index=["segment", "customer_class"], columns="tier", values="appeal")
    keys = pd.MultiIndex.from_frame(rows[["segment", "customer_class"]])
    return np.asarray(wide.reindex(index=keys, columns=range(len(catalog.tiers))), dtype=float)


def _cohorts(catalog: Catalog, totals: pd.DataFrame) -> Cohorts:
    sums = totals.groupby(["segment", "product"])[["units", "hours", "free", "free_revenue"]].sum()
    sums["place"] = np.arange(len(sums))
    free = _by_region(totals, "free", pd.MultiIndex.from_frame(sums.index.to_frame()), len(catalog.regions))
    rows = _class_rows(catalog, sums[sums["free"] > 0].reset_index())
    segment = rows["segment"].to_numpy(dtype=np.int64)
    share = rows["share"].to_numpy(dtype=float)
    return Cohorts(
        book=rows["book"].to_numpy(dtype=np.int64),
        segment=segment,
        customer_class=tuple(rows["customer_class"]),
        product=rows["product"].to_numpy(dtype=np.int64),
        units=share * rows["free"].to_numpy(dtype=float),
        units_by_region=share[:, None] * free[rows["place"].to_numpy(dtype=np.int64)],
        revenue=share * rows["free_revenue"].to_numpy(dtype=float),
        usage_hours=(rows["hours"] / rows["units"]).to_numpy(dtype=float),
        price_sensitivity=rows["price_sensitivity"].to_numpy(dtype=float),
        risk_aversion=rows["risk_aversion"].to_numpy(dtype=float),
        discount=catalog.segment_table["discount"].to_numpy(dtype=float)[segment],
        appeal=_appeal(catalog, rows),
    )


def _locked(contracts: pd.DataFrame, totals: pd.DataFrame) -> Locked:
    keys = ["segment", "region", "product", "tier", "model", "price"]
    rows = contracts.groupby(keys)[["locked", "revenue"]].sum().reset_index()
    means = totals.groupby(["segment", "product"])[["units", "hours"]].sum()
    hours = (means["hours"] / means["units"]).reindex(pd.MultiIndex.from_frame(rows[["segment", "product"]]))
    segment, region, product, tier, model = (rows[key].to_numpy(dtype=np.int64) for key in keys[:-1])
    return Locked(
        segment=segment,
        region=region,
        product=product,
        tier=tier,
        model=model,
        price=rows["price"].to_numpy(dtype=float),
        units=rows["locked"].to_numpy(dtype=float),
        revenue=rows["revenue"].to_numpy(dtype=float),
        usage_hours=hours.to_numpy(dtype=float),
    )


def _unit_values(catalog: Catalog, rows: pd.DataFrame) -> Array:
    """unit_value of the product of each row."""
    return np.asarray(catalog.product_table["unit_value"].to_numpy(dtype=float)[rows["product"].to_numpy(np.int64)])


def _sums(groups: Codes, weights: Array, count: int) -> Array:
    return np.bincount(groups, weights=weights, minlength=count).astype(np.float64)


def demand_base(catalog: Catalog, holdings: InstalledBase | None = None) -> DemandBase:
    """Demand of a case: U, R and H of every cohort (free units), and the locked units.

    `holdings` is the case's installed base, where it has been grouped already.

    U[c, r] = class share x (units of the product held by the segment's accounts in r, less those
    under contracts); R likewise of product revenue; H is the mean over all units of segment and product.
    """
    installed = _installed(catalog, InstalledBase(catalog.case) if holdings is None else holdings)
    contracts = _contracts(catalog, installed)
    totals = _segment_product_totals(installed, contracts)
    holdings, count = installed.holdings, len(catalog.products)
    product = installed.product[holdings.group]
    kept = installed.revenue * catalog.loyalty[installed.segment, -1][holdings.group]
    return DemandBase(
        cohorts=_cohorts(catalog, totals),
        locked=_locked(contracts, totals),
        total_units=float(pd.Series(holdings.units).sum()),
        total_value=float(totals["units"].to_numpy(dtype=float) @ _unit_values(catalog, totals)),
        revenue_by_product=_sums(product, installed.revenue, count),
        revenue_without_contracts=_sums(product, kept, count),
    )
