"""Numbers of very different size in one case: proofs stay valid, plans stay exact, whatever the currency."""

from __future__ import annotations

from copy import deepcopy

import pandas as pd
import pytest

import optimizer
from models import build_case, load_case
from tests.folders import TINY
from tests.oracle.enumeration import Enumeration
from tests.oracle.random_cases import random_case
from tests.oracle.world import read_world
from tests.slow import one_in

from .test_enumeration import assert_same_optimum

GIANT = 2e7
"""How many times larger one account is than it was: a billion beside accounts of a few hundred."""
SEEDS = (0, 6, 24, 30, 48, 54, 60, 72, 78, 84, 96, 108)
GAP = 1e-6
"""Tighter than this is below what tolerances leave of numbers so far apart."""


def with_a_giant(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The first account grown, and every provider with it."""
    tables = deepcopy(tables)
    giant = tables["accounts"]["account_id"].iloc[0]
    for table, columns in (("accounts", ["product_revenue"]), ("installed_base", ["units"]), ("contracts", ["units"])):
        if table in tables and len(tables[table]):
            rows = tables[table]["account_id"] == giant
            tables[table] = tables[table].astype(dict.fromkeys(columns, float))
            tables[table].loc[rows, columns] *= GIANT
    tables["providers"]["capacity_hours"] = tables["providers"]["capacity_hours"].astype(float) * GIANT
    return tables


@pytest.mark.parametrize("seed", one_in(3, SEEDS))
def test_an_account_millions_of_times_larger_than_the_others(seed: int) -> None:
    settings, drawn, scenarios = random_case(seed)
    tables = with_a_giant(drawn)
    expected = Enumeration(read_world(settings, tables, scenarios["base"])).run()
    result = optimizer.solve(build_case(settings, tables, scenarios), "base", gap=GAP)
    assert_same_optimum(result, expected)


ENDS = [
    {"accounts.product_revenue": 1e17},
    {"accounts.product_revenue": 1e-300},
    {"installed_base.units": 1e12, "products.unit_value": 1e3, "accounts.product_revenue": 1e15},
    {"installed_base.units": 1e-12},
    {"products.unit_value": 1e12},
    {"products.unit_value": 1e-12},
    {"products.incident_rate": 1e6},
    {"products.incident_rate": 1e-9},
    {"products.incident_rate": 5e-324},
    {"loyalty.cross_sell": 1e6},
    {"rates.cost_per_case": 1e12},
    {"rates.response_hours": 1e-12},
    {"services.hours_per_case": 1e12},
    {"providers.fixed_cost": 1e12},
    {"pricing_models.fixed_cost": 1e12},
    {"appeal.appeal": 1e6},
    {"customer_classes.price_sensitivity": 1e6},
]


@pytest.mark.parametrize(
    "cells", one_in(3, ENDS), ids=lambda cells: " ".join(f"{place}={size:g}" for place, size in cells.items())
)
def test_both_ends_of_the_range_are_carried(cells: dict[str, float]) -> None:
    case = load_case(TINY)
    tables = {name: frame.copy() for name, frame in case.tables.items()}
    for place, size in cells.items():
        table, column = place.split(".")
        tables[table][column] = size

    result = optimizer.solve(build_case(case.settings, tables, case.scenarios), "base", time_limit=20)

    assert result.status.value in ("optimal", "infeasible")
    assert result.audit is None or result.audit.ok
