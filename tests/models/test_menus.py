"""Menus given from outside."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from models import Case, CaseError, check_menus, load_case, read_menus
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case") / "small"))


def menus_file(folder: Path, *rows: str, header: str = "price_book,tier,model,price") -> Path:
    file = folder / "menus.csv"
    file.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return file


def test_any_price_is_read(case: Case, tmp_path: Path) -> None:
    menus = read_menus(menus_file(tmp_path, "health,gold,warranty,0.0777", "health,silver,metered,912.5"), case)
    assert menus.to_dict("list") == {
        "price_book": ["health", "health"],
        "tier": ["gold", "silver"],
        "model": ["warranty", "metered"],
        "price": [0.0777, 912.5],
    }


def test_a_file_and_a_frame_are_checked_alike(case: Case, tmp_path: Path) -> None:
    file = menus_file(tmp_path, "health,gold,warranty,0.0777")
    pd.testing.assert_frame_equal(check_menus(pd.read_csv(file), case), read_menus(file, case))


def test_no_menu_at_all_is_a_choice(case: Case, tmp_path: Path) -> None:
    assert list(read_menus(menus_file(tmp_path), case)) == ["price_book", "tier", "model", "price"]


@pytest.mark.parametrize(
    ("rows", "named"),
    [
        (["health,gold,warranty,0.08", "health,gold,metered,900"], ["menus.csv line 3", "tier=gold"]),
        (["helth,gold,warranty,0.08"], ["menus.csv line 2", "price_book", "helth", "did you mean"]),
        (["health,Gold,warranty,0.08"], ["menus.csv line 2", "column tier", "Gold", "did you mean"]),
        (["health,gold,waranty,0.08"], ["menus.csv line 2", "column model", "waranty", "did you mean"]),
        (["health,gold,warranty,8 %"], ["menus.csv line 2", "column price", "8 %"]),
        (["health,gold,warranty,-0.08"], ["menus.csv line 2", "column price", "-0.08"]),
        (["health,gold,warranty,"], ["menus.csv line 2", "column price", "blank"]),
    ],
)
def test_faults_are_named(case: Case, tmp_path: Path, rows: list[str], named: list[str]) -> None:
    with pytest.raises(CaseError) as caught:
        read_menus(menus_file(tmp_path, *rows), case)
    assert [word for word in named if word not in str(caught.value)] == []


def test_unknown_and_missing_columns_are_named(case: Case, tmp_path: Path) -> None:
    file = menus_file(tmp_path, "health,gold,warranty,0.08", header="price_book,tier,modell,price")
    with pytest.raises(CaseError, match=r'column modell: unknown column .*did you mean "model"'):
        read_menus(file, case)


@pytest.mark.parametrize(("name", "said"), [("nothing.csv", "there is no such file"), (".", "not a folder")])
def test_what_is_no_file_is_refused(case: Case, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(CaseError, match=said):
        read_menus(tmp_path / name, case)
