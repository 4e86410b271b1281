"""Generated cases: valid, the same for the same seed, and of the shape asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import optimizer
from models.catalog import Catalog
from models.economics.demand_base import demand_base

from . import case_folders
from .case_folders import case_folder, write
from .customers import account_names, account_part
from .generator import Size, generate
from .one_book import Menus, one_book

SMALL = Size(books=4, classes=2, products=3, tiers=2, models=3, prices=2)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_generated_case_has_no_fault(seed: int) -> None:
    case = optimizer.build_case(*generate(replace(SMALL, seed=seed)))
    assert len(demand_base(Catalog(case)).cohorts) == 4 * 2 * 3


@pytest.mark.parametrize("shape", [Menus(5, 2, classes=3), Menus(4, segments=6, max_menu=2)])
def test_a_case_of_one_book_has_no_fault(shape: Menus) -> None:
    case = optimizer.build_case(*one_book(shape))
    assert len(demand_base(Catalog(case)).cohorts) == shape.classes * shape.segments
    assert Catalog(case).books == ("all",)
    assert len(case.tables["price_points"]) == shape.tiers * shape.prices


def test_the_seed_settles_every_table() -> None:
    first, again, other = generate(SMALL)[1], generate(SMALL)[1], generate(replace(SMALL, seed=1))[1]
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, again[name])
    assert not first["appeal"].equals(other["appeal"])
    assert not first["accounts"].equals(other["accounts"])


def test_fixed_costs_keep_their_weight_as_cases_grow() -> None:
    small, large = generate(SMALL)[1], generate(replace(SMALL, books=12))[1]
    for table, column in (("tiers", "fixed_cost"), ("providers", "commitment"), ("volume_discounts", "above")):
        np.testing.assert_allclose(large[table][column], 3 * small[table][column])


def test_each_account_holds_the_products_asked_for() -> None:
    accounts, installed = account_part(replace(SMALL, held=2), 0, SMALL.account_count)
    assert len(installed) == 2 * len(accounts)
    assert not installed.duplicated(["account_id", "product"]).any()
    assert set(installed["product"]) == set(SMALL.product_names)


def test_account_names_have_eight_digits() -> None:
    assert account_names(np.array([0, 42, 12_345_678])).to_pylist() == ["A00000000", "A00000042", "A12345678"]


def test_a_large_case_is_written_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(case_folders, "LARGE", 10)
    monkeypatch.setattr(case_folders, "PART", 10)
    write(SMALL, tmp_path / "large")
    assert len(list((tmp_path / "large" / "accounts").glob("*.parquet"))) == 3  # 24 accounts
    case = optimizer.load_case(tmp_path / "large")
    assert len(case.tables["accounts"]) == 24
    assert len(case.tables["installed_base"]) == 72
    assert case.tables["accounts"]["account_id"].is_unique


def test_a_case_on_disk_is_the_case_in_memory(tmp_path: Path) -> None:
    written = optimizer.load_case(case_folder(SMALL, tmp_path))
    built = optimizer.build_case(*generate(SMALL))
    for name, table in built.tables.items():
        pd.testing.assert_frame_equal(table, written.tables[name])


def test_a_case_is_made_once(tmp_path: Path) -> None:
    first = case_folder(SMALL, tmp_path)
    made = (first / "case.toml").stat().st_mtime_ns
    assert case_folder(SMALL, tmp_path) == first
    assert (first / "case.toml").stat().st_mtime_ns == made
    assert case_folder(replace(SMALL, seed=1), tmp_path) != first
