"""The demand base: free units and product revenue by cohort and region, and contracts in force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .catalog import Catalog, Codes, codes

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
    revenue_by_product: Array
    """Product revenue a year by product, free and locked, before loyalty."""
    revenue_without_contracts: Array
    """Product revenue a year by product if every unit, locked ones too, had no contract."""


def installed(catalog: Catalog) -> pd.DataFrame:
    """Installed base with segment, region, product (as codes), units, usage_hours and product revenue.

    An account's product revenue is split over its rows in proportion to units x unit_value.
    """
    accounts = catalog.case.tables["accounts"]
    base = catalog.case.tables["installed_base"]
    place = pd.Index(accounts["account_id"]).get_indexer(pd.Index(base["account_id"]))
    product = codes(catalog.products, base["product"])
    value = base["units"].to_numpy() * catalog.product_table["unit_value"].to_numpy(dtype=float)[product]
    per_account = np.bincount(place, weights=value, minlength=len(accounts))
    revenue = accounts["product_revenue"].to_numpy(dtype=float)[place] * value / per_account[place]
    return pd.DataFrame(
        {
            "account_id": base["account_id"].to_numpy(),
            "segment": codes(catalog.segments, accounts["segment"])[place],
            "region": codes(catalog.regions, accounts["region"])[place],
            "product": product,
            "units": base["units"].to_numpy(dtype=float),
            "usage_hours": base["usage_hours"].to_numpy(dtype=float),
            "revenue": revenue,
        }
    )


def _contracts(catalog: Catalog, base: pd.DataFrame) -> pd.DataFrame:
    """Contracts with the codes of their names and their part of the row's product revenue."""
    contracts = catalog.case.tables["contracts"]
    rows = pd.DataFrame(
        {
            "account_id": contracts["account_id"].to_numpy(),
            "product": codes(catalog.products, contracts["product"]),
            "tier": codes(catalog.tiers, contracts["tier"]),
            "model": codes(catalog.models, contracts["model"]),
            "price": contracts["price"].to_numpy(dtype=float),
            "locked": contracts["units"].to_numpy(dtype=float),
        }
    )
    rows = rows.merge(base, on=["account_id", "product"], how="left", validate="many_to_one")
    rows["revenue"] *= rows["locked"] / rows["units"]
    return rows


def _segment_product_totals(base: pd.DataFrame, contracts: pd.DataFrame) -> pd.DataFrame:
    """Units, free units and free revenue by segment, product and region."""
    keys = ["segment", "product", "region"]
    held = base.assign(hours=base["units"] * base["usage_hours"]).groupby(keys)[["units", "hours", "revenue"]].sum()
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


def _sums(groups: Codes, weights: Array, count: int) -> Array:
    return np.bincount(groups, weights=weights, minlength=count).astype(np.float64)


def demand_base(catalog: Catalog) -> DemandBase:
    """Demand of a case: U, R and H of every cohort (free units), and the locked units.

    U[c, r] = class share x (units of the product held by the segment's accounts in r, less those
    under contracts); R likewise of product revenue; H is the mean over all units of segment and product.
    """
    base = installed(catalog)
    contracts = _contracts(catalog, base)
    totals = _segment_product_totals(base, contracts)
    kept = base["revenue"].to_numpy() * catalog.loyalty[base["segment"].to_numpy(dtype=np.int64), -1]
    product, count = base["product"].to_numpy(dtype=np.int64), len(catalog.products)
    return DemandBase(
        cohorts=_cohorts(catalog, totals),
        locked=_locked(contracts, totals),
        total_units=float(base["units"].sum()),
        revenue_by_product=_sums(product, base["revenue"].to_numpy(dtype=float), count),
        revenue_without_contracts=_sums(product, kept, count),
    )
