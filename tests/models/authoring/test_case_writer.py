"""Writing cases: what is refused, and what is left out. Reading back is tested with loading."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from models import Case, Change, Scenario, load_case, write_case
from tests.worlds.small_case import write_small_case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return load_case(write_small_case(tmp_path / "small"))


def test_a_folder_with_files_is_not_written_over(case: Case, tmp_path: Path) -> None:
    with pytest.raises(FileExistsError, match="not empty"):
        write_case(case, tmp_path / "small")


def test_an_unknown_form_is_refused(case: Case, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="csv, parquet, xlsx"):
        write_case(case, tmp_path / "new", "json")  # type: ignore[arg-type]
    assert not (tmp_path / "new").exists()


def test_optional_tables_without_rows_are_left_out(case: Case, tmp_path: Path) -> None:
    bare = replace(case, tables={**case.tables, "contracts": case.tables["contracts"].iloc[:0]})

    folder = write_case(bare, tmp_path / "new")

    assert not (folder / "contracts.csv").exists()
    assert (folder / "criteria.csv").exists()
    assert load_case(folder).tables["contracts"].empty


def test_a_workbook_cannot_hold_marks_that_separate_conditions(case: Case, tmp_path: Path) -> None:
    change = Change(table="rates", where={"provider": "A|B"}, column="csat", set=50.0)
    odd = replace(case, scenarios={"base": Scenario(change=(change,))})

    with pytest.raises(ValueError, match=r"A\|B"):
        write_case(odd, tmp_path / "case.xlsx", "xlsx")
    assert not (tmp_path / "case.xlsx").exists()


def test_a_sheet_of_changes_may_lack_what_none_asks_for(case: Case, tmp_path: Path) -> None:
    file = write_case(case, tmp_path / "case.xlsx", "xlsx")
    book = load_workbook(file)
    assert book["changes"]["G1"].value == "hold_uptake"
    book["changes"].delete_cols(7)
    book.save(file)
    assert load_case(file).scenarios == case.scenarios


def test_every_kind_of_change_reads_back(case: Case, tmp_path: Path) -> None:
    changes = (
        Change(table="tiers", column="offer", where={"rank": [1, 2]}, set="required"),
        Change(table="services", column="needs_parts", where={"response_clock": False}, set=True),
        Change(table="rates", column="csat", where={"tier": "", "csat": 84.0}, add=-0.1),
        Change(table="case", column="discount_rate", multiply=1.5),
        Change(table="customer_classes", column="risk_aversion", multiply=1.5, hold_uptake=True),
    )
    full = replace(case, scenarios={"base": Scenario(max_menu=2, change=changes)})

    for form, place in (("csv", "a"), ("parquet", "b"), ("xlsx", "c.xlsx")):
        again = load_case(write_case(full, tmp_path / place, form))  # type: ignore[arg-type]
        operations = [
            (change.table, change.column, change.add, change.multiply, change.hold_uptake)
            for change in again.scenarios["base"].change
        ]
        assert operations == [(one.table, one.column, one.add, one.multiply, one.hold_uptake) for one in changes]
        assert again.scenarios["base"].max_menu == 2
