"""Appeal moved so that today's menus are taken up as before a change of how customers weigh a burden."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from ..case import Case
from ..catalog import Array, Catalog, Codes, codes, named
from ..column_tables import ColumnTable
from .demand_base import Cohorts, demand_base
from .offers import build_offers
from .uptake import at_cells, cells_on_offer

CLASS = ["segment", "customer_class"]
"""Key of a customer class."""


def appeal_moves(lost: Array, units: Array, classes: Codes, count: int) -> Array:
    """What appeal gains by customer class and tier, in utility, shape (count, tiers); NaN for a class to be left alone.

    `lost[c, t]` is the utility that cohort c loses at today's option of tier t, `units[c, t]` the units that weigh it:
    0 where there is no such option. A tier's move is the weighted mean over the cohorts of a class (`classes[c]`), that
    of a tier without units the plain mean of the class's tiers with some.
    """
    total, moved = np.zeros((2, count, lost.shape[1]))
    counted = units > 0
    np.add.at(total, classes, np.where(counted, units, 0.0))
    np.add.at(moved, classes, np.where(counted, units, 0.0) * np.where(counted, lost, 0.0))
    with np.errstate(invalid="ignore"):
        mean = moved / total
        held = total > 0
        plain = np.where(held, mean, 0.0).sum(axis=1) / held.sum(axis=1)
    return np.where(held, mean, plain[:, None])


def held_appeal(before: Case, classes: ColumnTable) -> tuple[Array, list[int]]:
    """Appeal in the order of its table with today's menus taken up as in `before`, and the classes left as they were.

    `classes` is the table customer_classes with other numbers of price_sensitivity or risk_aversion. Excluded tiers and
    models of today's menus count, excluded products do not. Exact for classes that hold one product.
    """
    catalog, rows = Catalog(before), pd.MultiIndex.from_frame(classes.frame[CLASS])
    demand = demand_base(catalog)
    of_cohort = _classes_of_cohorts(catalog, demand.cohorts, rows)
    sensitivity, aversion = (classes.numbers(name)[of_cohort] for name in ("price_sensitivity", "risk_aversion"))
    feeling = replace(demand.cohorts, price_sensitivity=sensitivity, risk_aversion=aversion)
    today = before.tables["current_menus"]
    offers = build_offers(catalog, demand, today)
    after = build_offers(catalog, replace(demand, cohorts=feeling), today)
    cell = cells_on_offer(offers, np.arange(len(offers.options)))
    utility = at_cells(offers.utility, cell, -np.inf)
    bought = np.isfinite(utility) & ~_excluded(catalog)[demand.cohorts.product][:, None]
    lost = np.where(bought, utility, 0.0) - np.where(bought, at_cells(after.utility, cell, 0.0), 0.0)
    moves = appeal_moves(lost, bought * demand.cohorts.units[:, None], of_cohort, len(classes))
    return _moved(catalog, rows, moves), np.flatnonzero(np.isnan(moves).all(axis=1)).tolist()


def _classes_of_cohorts(catalog: Catalog, cohorts: Cohorts, rows: pd.MultiIndex) -> Codes:
    """Row of each cohort's class."""
    segments = named(catalog.segments, cohorts.segment)
    pairs = pd.MultiIndex.from_arrays([segments, np.array(cohorts.customer_class, dtype=object)], names=CLASS)
    return np.asarray(rows.get_indexer(pairs), dtype=np.int64)


def _excluded(catalog: Catalog) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each product is excluded."""
    return np.asarray(catalog.product_table["support"] == "excluded", dtype=bool)


def _moved(catalog: Catalog, rows: pd.MultiIndex, moves: Array) -> Array:
    """The table's appeal with each row's move, where it has one."""
    table = catalog.case.tables["appeal"]
    of_row = rows.get_indexer(pd.MultiIndex.from_frame(table[CLASS]))
    move = moves[of_row, codes(catalog.tiers, table["tier"])]
    return np.asarray(table["appeal"].to_numpy(dtype=float) + np.where(np.isnan(move), 0.0, move))
