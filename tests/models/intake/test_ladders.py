"""Price ladders of a case: filled in on loading, written back as rows, out of reach of changes."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from models import Case, CaseError, Change, Scenario, apply_scenario, load_case, write_case
from models.differences import differences
from tests.worlds.small_case import write_small_case

LADDER = "tier,model,price,price_book,to,step"
ROWS = ["silver,warranty,0.05,,0.08,0.01", "silver,warranty,0.06,health,,", "gold,warranty,0.1,,0.3,0.1",
        "silver,open_book,-0.1,,0.1,0.1", "silver,metered,900,,,"]  # fmt: skip
POINTS = [
    ("silver", "warranty", 0.05, ""), ("silver", "warranty", 0.06, ""), ("silver", "warranty", 0.07, ""),
    ("silver", "warranty", 0.08, ""), ("silver", "warranty", 0.06, "health"), ("gold", "warranty", 0.1, ""),
    ("gold", "warranty", 0.2, ""), ("gold", "warranty", 0.3, ""), ("silver", "open_book", -0.1, ""),
    ("silver", "open_book", 0.0, ""), ("silver", "open_book", 0.1, ""), ("silver", "metered", 900.0, ""),
]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = write_small_case(tmp_path / "case")
    (place / "price_points.csv").write_text("\n".join([LADDER, *ROWS]) + "\n")
    return place


def filled(case: Case) -> list[tuple[object, ...]]:
    points = case.tables["price_points"]
    assert points[["to", "step"]].isna().all().all()
    return list(points[["tier", "model", "price", "price_book"]].itertuples(index=False, name=None))


def test_a_ladder_is_a_row_for_each_point(folder: Path) -> None:
    assert filled(load_case(folder)) == POINTS


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_loaded_case_is_written_as_its_points(folder: Path, form: str, tmp_path: Path) -> None:
    place = tmp_path / ("again.xlsx" if form == "xlsx" else "again")
    case = load_case(folder)
    again = load_case(write_case(case, place, form))  # type: ignore[arg-type]  # one of the forms
    assert filled(again) == POINTS
    assert differences(case, again) == ()


def test_ladders_may_stand_in_a_parquet_file(folder: Path) -> None:
    rows = pd.read_csv(folder / "price_points.csv")
    (folder / "price_points.csv").unlink()
    rows.to_parquet(folder / "price_points.parquet", index=False)
    assert filled(load_case(folder)) == POINTS


def test_ladders_may_stand_in_a_workbook_and_faults_are_told_by_cell(folder: Path, tmp_path: Path) -> None:
    file = write_case(load_case(folder), tmp_path / "case.xlsx", "xlsx")
    book = openpyxl.load_workbook(file)
    sheet = book["price_points"]
    sheet.delete_rows(2, sheet.max_row)
    for at, row in enumerate(ROWS, 2):
        for column, value in enumerate(row.split(","), 1):
            sheet.cell(at, column, (value if column in (1, 2, 4) else float(value)) if value else None)
    book.save(file)
    assert filled(load_case(file)) == POINTS
    sheet["F2"] = None
    book.save(file)
    with pytest.raises(CaseError, match=r"price_points!F2 .*step.*to and step stand together"):
        load_case(file)


def test_a_ladder_of_a_thousand_points_is_taken(folder: Path) -> None:
    (folder / "price_points.csv").write_text(f"{LADDER}\n{ROWS[0]}\n{ROWS[2]}\nsilver,metered,1,,1000,1\n")
    case = load_case(folder)
    prices = case.tables["price_points"]["price"]
    assert len(prices) == 4 + 3 + 1000
    assert prices.iloc[-1] == 1000.0


def test_every_fault_of_a_row_is_told(folder: Path) -> None:
    (folder / "price_points.csv").write_text(
        f"{LADDER}\n{ROWS[0]}\ngold,warranty,0.1,,0.05,0.01\ngold,warranty,0.1,,0.2,-1\ngold,rental,0.2,,0.3,\n"
    )
    with pytest.raises(CaseError) as refused:
        load_case(folder)
    places = [(problem.place, problem.column) for problem in refused.value.problems]
    assert places == [("price_points.csv line 4", "step"), ("price_points.csv line 5", "step"),
                      ("price_points.csv line 3", "to")]  # fmt: skip


@pytest.mark.parametrize("ladder", ["silver,warranty,1,,1e12,1e11", "silver,warranty,1e-3,,1e12,1e11"])
def test_totals_are_those_of_the_highest_point(folder: Path, ladder: str) -> None:
    (folder / "price_points.csv").write_text(f"{LADDER}\n{ROWS[2]}\n{ladder}\n")
    with pytest.raises(CaseError, match="prices of fixed_warranty models may come to"):
        load_case(folder)


@pytest.mark.parametrize("column", ["to", "step"])
def test_no_change_reaches_a_ladder(folder: Path, column: str) -> None:
    case = load_case(folder)
    for change in (
        Change(table="price_points", column=column, set=0.2),
        Change(table="price_points", where={column: 0.08}, column="price", add=0.01),
    ):
        with pytest.raises(CaseError, match="no change reaches this column: what it stands for is filled in on load"):
            apply_scenario(case, Scenario(change=(change,)))


def test_changes_reach_the_points_of_a_ladder(folder: Path) -> None:
    change = Change(table="price_points", where={"tier": "gold", "price": 0.2}, column="price", set=0.1)
    changed, _ = apply_scenario(load_case(folder), Scenario(change=(change,)))
    assert [price for tier, _, price, _ in filled(changed) if tier == "gold"] == [0.1, 0.1, 0.3]
