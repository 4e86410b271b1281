"""What every cohort buys, as the table of a plan: shares, units and revenue by option, and who buys nothing."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.catalog import named
from models.economics.offers import Offers
from models.economics.uptake import Uptake
from models.plan import PLAN_TABLES

from ..program.totals_map import locked_rows

Number = TypeVar("Number", np.float64, np.int64)

KEYS, AMOUNTS = list(PLAN_TABLES["uptake"][:7]), list(PLAN_TABLES["uptake"][7:])


def uptake_table(offers: Offers, taken: Uptake) -> pd.DataFrame:
    """Each cohort's options by rank where anyone takes them, then its `none` row; then contracts in force."""
    parts = [part for part in (_free_rows(offers, taken), _locked_rows(offers)) if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*KEYS, *AMOUNTS])


def _free_rows(offers: Offers, taken: Uptake) -> pd.DataFrame:
    catalog, cohorts, options = offers.catalog, offers.demand.cohorts, offers.options
    share = np.column_stack([taken.share, taken.none])
    shown = share > 0
    shown[:, -1] = True
    cohort, tier = np.nonzero(shown)
    share, bought = share[cohort, tier], tier < len(catalog.tiers)
    cell = taken.cell[cohort[bought], tier[bought]]
    option = offers.option[cell]
    displaced = _where(bought, catalog.displaced_share[options.model[option]], 0.0)
    units = cohorts.units[cohort] * share
    kept = catalog.loyalty[cohorts.segment[cohort], tier] * (1 - displaced)
    columns = {
        "segment": named(catalog.segments, cohorts.segment[cohort]),
        "customer_class": named(cohorts.customer_class, cohort),
        "product": named(catalog.products, cohorts.product[cohort]),
        "tier": named((*catalog.tiers, "none"), tier),
        "model": named((*catalog.models, ""), _where(bought, options.model[option], -1)),
        "price": _where(bought, options.price[option], np.nan),
        "share": share,
        "units": units,
        "service_revenue": units * _where(bought, offers.terms.yearly[cell], 0.0),
        "product_revenue": cohorts.revenue[cohort] * share * kept,
    }
    return pd.DataFrame(columns)


def _where(rows: NDArray[np.bool_], values: NDArray[Number], blank: float) -> NDArray[Number]:
    """The values on the flagged rows, `blank` on the others."""
    laid_out = np.full(len(rows), blank, dtype=values.dtype)
    laid_out[rows] = values
    return laid_out


def _locked_rows(offers: Offers) -> pd.DataFrame:
    catalog, locked = offers.catalog, offers.demand.locked
    rows = locked_rows(catalog, locked)
    columns = {
        "segment": named(catalog.segments, locked.segment),
        "customer_class": "contract",
        "product": named(catalog.products, locked.product),
        "tier": named(catalog.tiers, locked.tier),
        "model": named(catalog.models, locked.model),
        "price": locked.price,
        "share": 1.0,
        "units": locked.units,
        "service_revenue": locked.units * rows.terms.yearly,
        "product_revenue": rows.product_revenue,
    }
    return pd.DataFrame(columns).groupby(KEYS, as_index=False, sort=True)[AMOUNTS].sum()
