"""Numbers of very different size in one case: proofs stay valid, plans stay exact, whatever the currency."""

from __future__ import annotations

from copy import deepcopy

import pandas as pd
import pytest

import optimizer
from models import build_case
from tests.oracle.enumeration import Enumeration
from tests.oracle.random_cases import random_case
from tests.oracle.world import read_world

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


@pytest.mark.parametrize("seed", SEEDS)
def test_an_account_millions_of_times_larger_than_the_others(seed: int) -> None:
    settings, drawn, scenarios = random_case(seed)
    tables = with_a_giant(drawn)
    expected = Enumeration(read_world(settings, tables, scenarios["base"])).run()
    result = optimizer.solve(build_case(settings, tables, scenarios), "base", gap=GAP)
    assert_same_optimum(result, expected)
