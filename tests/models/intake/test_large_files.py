"""Large tables are read a chunk at a time: nothing may depend on where a chunk ends."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from models import CaseError, load_case, write_case
from models.column_tables import Tables
from tests.models.test_loading import assert_same
from tests.worlds.small_case import write_small_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_case(tmp_path / "case")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.intake.raw.CHUNK", 2)
    monkeypatch.setattr("models.intake.parquet.CHUNK", 2)
    monkeypatch.setattr("models.intake.delimited.BLOCK", 200)


@pytest.mark.parametrize("form", ["csv", "parquet", "memory"])
def test_chunks_do_not_show(folder: Path, tmp_path: Path, form: str, request: pytest.FixtureRequest) -> None:
    whole = load_case(folder)
    if form == "parquet":
        write_case(whole, tmp_path / "copy", "parquet")
    request.getfixturevalue("small_chunks")

    case = load_case(tmp_path / "copy" if form == "parquet" else folder)

    assert_same(whole, case)


def test_faults_are_placed_in_every_chunk(folder: Path, small_chunks: None) -> None:
    rows = ["account_id,segment,region,product_revenue", *(f"B{at},hospital,north,{at}" for at in range(40))]
    rows[3], rows[37] = "B2,hospital,north,x2", "B36,hospital,north,-1"
    (folder / "accounts.csv").write_text("\n".join(rows))

    with pytest.raises(CaseError) as refusal:
        load_case(folder)

    found = [(one.place, one.found) for one in refusal.value.problems if one.column == "product_revenue"]
    assert found == [("accounts.csv line 4", "x2"), ("accounts.csv line 38", "-1")]


def test_faults_are_placed_in_every_row_group(folder: Path, small_chunks: None) -> None:
    frame = load_case(folder).tables["accounts"]
    parts = folder / "accounts"
    parts.mkdir()
    frame.iloc[:1].to_parquet(parts / "1.parquet")
    frame.iloc[1:].assign(product_revenue=[1.0, 2.0, 3.0, -4.0]).to_parquet(parts / "2.parquet", row_group_size=1)
    (folder / "accounts.csv").unlink()

    with pytest.raises(CaseError) as refusal:
        load_case(folder)

    assert [(one.place, one.found) for one in refusal.value.problems] == [("accounts/2.parquet row 4", "-4.0")]


def test_a_damaged_parquet_file_is_told_with_all_other_problems(folder: Path) -> None:
    file = folder / "accounts.parquet"
    pd.read_csv(folder / "accounts.csv").to_parquet(file, compression="gzip")
    (folder / "accounts.csv").unlink()
    content = bytearray(file.read_bytes())
    content[4:60] = b"\xff" * 56
    file.write_bytes(content)
    (folder / "case.toml").write_text('name = "x"\n')

    with pytest.raises(CaseError) as refusal:
        load_case(folder)

    tables = {problem.table for problem in refusal.value.problems}
    assert tables == {"case.toml", "accounts"}
    assert "accounts.parquet: the file cannot be read as Parquet" in str(refusal.value)


def test_reading_and_solving_make_no_dataframe_of_a_large_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.catalog import Catalog
    from models.economics.demand_base import demand_base
    from optimizer.accounting.demand import Demand

    case = load_case(folder)
    demand_base(Catalog(case))
    assert len(Demand(case).cohorts) > 0

    assert isinstance(case.tables, Tables)
    made = {name for name in ("accounts", "installed_base") if "frame" in vars(case.columns(name))}
    assert made == set()


@pytest.mark.parametrize("breaks", ["\n", "\r\n", "\r"])
def test_cells_and_lines_are_found_whatever_breaks_them(folder: Path, breaks: str) -> None:
    lines = ["", "criterion,weight,minimum", "quality,2,5", "", '"rea\nch",one,"7"', ""]
    (folder / "criteria.csv").write_bytes(breaks.join(lines).encode())
    (folder / "scores.csv").write_text("provider,criterion,score\n")

    with pytest.raises(CaseError) as refusal:
        load_case(folder)

    (problem,) = [one for one in refusal.value.problems if one.column == "weight"]
    assert (problem.place, problem.found, problem.key) == ("criteria.csv line 5", "one", "criterion=rea\\nch")
