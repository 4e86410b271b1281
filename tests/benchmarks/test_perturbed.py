"""Perturbed copies: valid, other names, other numbers close by, the same for the same seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import optimizer
from models import Case, Change, Scenario, load_case
from models.schema import TABLES, ColumnKind
from tests.folders import IMAGING, TINY

from .perturbed import MOST, Perturbation, perturbed, perturbed_folder

PLAIN = load_case(IMAGING)
COPY = perturbed(PLAIN, 3)


def names(case: Case) -> set[str]:
    """Every name in the tables of a case."""
    return {
        cell
        for name, table in case.tables.items()
        for column in TABLES[name].with_columns(table.columns).columns
        if column.kind is ColumnKind.TEXT
        for cell in table[column.name].dropna()
        if cell and cell not in column.also
    }


def test_no_name_is_the_same() -> None:
    assert len(names(COPY)) == len(names(PLAIN)) > 1_000
    assert not names(COPY) & names(PLAIN)
    assert COPY.settings.name != PLAIN.settings.name
    assert set(COPY.scenarios) & set(PLAIN.scenarios) == {"base"}


def test_numbers_are_others_and_close_by() -> None:
    moved = 0
    for name in PLAIN.tables:
        for column in (column for column in TABLES[name].columns if column.kind is ColumnKind.NUMBER):
            old, new = (case.tables[name][column.name].to_numpy(float) for case in (PLAIN, COPY))
            np.testing.assert_allclose(new, old, rtol=2 * MOST, err_msg=f"{name}.{column.name}")
            moved += int(np.sum((new != old) & ~np.isnan(old)))
    assert moved > 5_000


def test_what_belongs_together_stays_so() -> None:
    factors = {
        name: COPY.tables[name]["price"] / PLAIN.tables[name]["price"]
        for name in ("price_points", "current_menus", "contracts")
    }
    for model in set(PLAIN.tables["price_points"]["model"]):
        of_model = [factor[PLAIN.tables[name]["model"] == model] for name, factor in factors.items()]
        np.testing.assert_allclose(pd.concat(of_model), of_model[0].iloc[0], rtol=1e-5)
    shares = COPY.tables["customer_classes"].groupby("segment")["share"].sum()
    np.testing.assert_allclose(shares, 1.0, atol=1e-12)


def test_changes_of_scenarios_mean_the_same_rows() -> None:
    change = Change(table="providers", where={"provider": ["Meridian", "Orbis"], "kind": "x"}, column="engage", set="a")
    copied = Perturbation(1).scenario(Scenario(name="other", change=(change,))).change[0]
    assert copied.where == {"provider": [Perturbation(1).name(name) for name in ("Meridian", "Orbis")], "kind": "x"}
    assert copied.set == "a"


@pytest.mark.parametrize("seed", range(10))
def test_every_seed_gives_a_case_that_solves(seed: int, tmp_path: Path) -> None:
    folder = perturbed_folder(TINY, tmp_path, seed)
    found = optimizer.solve(load_case(folder))
    plain = optimizer.solve(load_case(TINY))
    assert (found.status, found.audit is not None and found.audit.ok) == ("optimal", True)
    assert found.objective != plain.objective
    assert found.objective == pytest.approx(plain.objective, rel=5 * MOST)
    assert perturbed_folder(TINY, tmp_path, seed) == folder


@pytest.mark.parametrize("seed", range(10))
def test_every_seed_of_the_shipped_case_has_no_fault(seed: int) -> None:
    assert perturbed(PLAIN, seed).sizes == PLAIN.sizes


def test_the_seed_settles_every_cell() -> None:
    again, other = perturbed(PLAIN, 3), perturbed(PLAIN, 4)
    for name, table in COPY.tables.items():
        pd.testing.assert_frame_equal(table, again.tables[name])
    assert names(COPY).isdisjoint(names(other))
