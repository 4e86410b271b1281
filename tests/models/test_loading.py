"""Cases from CSV, Parquet, workbooks and memory: the same case, whatever form it came in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from models import Case, CaseError, CaseSettings, Scenario, build_case, load_case, write_case
from models.schema import TABLES
from tests.worlds.small_case import write_small_case


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_case(tmp_path / "case")


@pytest.fixture
def case(folder: Path) -> Case:
    return load_case(folder)


def assert_same(one: Case, other: Case) -> None:
    assert one.settings == other.settings
    assert one.scenarios == other.scenarios
    for name in TABLES:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], check_exact=True)


def test_every_table_is_there_with_its_columns_and_types(case: Case) -> None:
    assert list(case.tables) == list(TABLES)
    tiers = case.tables["tiers"]
    assert tiers["rank"].dtype == np.int64
    assert tiers["response_hours"].dtype == np.float64
    assert case.tables["services"]["needs_parts"].tolist() == [False, True, False]
    assert case.tables["services"]["needs_parts"].dtype == bool


def test_blanks_take_their_defaults(case: Case) -> None:
    assert case.tables["segments"]["price_book"].tolist() == ["health", "health", "factory"]
    assert case.tables["price_points"]["price_book"].tolist()[:4] == ["", "", "", "health"]
    assert case.tables["rates"]["tier"].iloc[0] == ""
    assert np.isnan(case.tables["tiers"]["turnaround_hours"].iloc[0])
    assert np.isnan(case.tables["criteria"]["minimum"].iloc[1])


def test_columns_of_one_kind_are_zero_for_the_others(case: Case) -> None:
    models = case.tables["pricing_models"].set_index("model")
    assert models.loc["warranty", ["penalty_per_hour", "term_years", "displaced_share"]].tolist() == [0, 0, 0]
    assert models.loc["outcome", ["penalty_per_hour", "bonus_per_hour"]].tolist() == [30, 10]
    assert models.loc["rental", ["term_years", "residual_share", "buyout_share"]].tolist() == [5, 0.2, 0.25]


def test_missing_optional_columns_and_tables_take_defaults(folder: Path) -> None:
    (folder / "providers.csv").write_text(
        "provider,kind,capacity_hours,engage\nown,in_house,600,required\nOrbis,volume_partner,1,optional\n"
        "Vega,specialist_partner,1,optional\nweb,self_service,1,optional\nforum,community,1,optional\n"
    )
    for name in ("current_menus", "contracts", "criteria", "scores", "readiness", "volume_discounts", "actuals"):
        (folder / f"{name}.csv").unlink()

    case = load_case(folder)

    assert case.tables["providers"][["fixed_cost", "max_share", "risk_share"]].iloc[0].tolist() == [0, 1, 0]
    assert case.tables["contracts"].empty
    assert list(case.tables["contracts"]) == ["account_id", "product", "tier", "model", "price", "units"]
    assert case.tables["contracts"]["units"].dtype == np.float64


def test_rows_stay_in_the_order_of_the_file(case: Case) -> None:
    assert case.tables["service_mix"]["service"].tolist() == ["remote", "field", "remote", "field", "inspection"]


def test_digests_are_those_of_the_files(folder: Path, case: Case) -> None:
    assert len(case.files) == 25
    assert (
        case.files["scenarios/base.toml"] == hashlib.sha256((folder / "scenarios/base.toml").read_bytes()).hexdigest()
    )


def test_scenarios_are_named_by_their_files(case: Case) -> None:
    assert {name: scenario.name for name, scenario in case.scenarios.items()} == {"base": "base", "dear": "dear"}
    assert case.scenarios["base"].max_menu == 2
    assert case.scenarios["dear"].change[0].where == {"provider": "Orbis", "region": ["north", "south"]}


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_written_case_reads_back_the_same(case: Case, tmp_path: Path, form: str) -> None:
    path = tmp_path / ("copy.xlsx" if form == "xlsx" else "copy")

    assert_same(case, load_case(write_case(case, path, form)))  # type: ignore[arg-type]


def test_odd_numbers_and_names_survive_every_form(case: Case, tmp_path: Path) -> None:
    tables = {name: frame.copy() for name, frame in case.tables.items()}
    tables["accounts"]["product_revenue"] = [0.1 + 0.2, 1e-300, 1e17, 1 / 3, 123456.789]
    tables["criteria"]["criterion"] = ['=SUM("a")', "NA"]
    tables["scores"]["criterion"] = ['=SUM("a")', "NA"] * 2
    odd = build_case(case.settings, tables, {"base": Scenario(description='say "ü",\nthen\\stop')})

    for form, name in (("csv", "a"), ("parquet", "b"), ("xlsx", "c.xlsx")):
        assert_same(odd, load_case(write_case(odd, tmp_path / name, form)))  # type: ignore[arg-type]


def test_words_for_nothing_are_names_like_any_other(folder: Path, tmp_path: Path) -> None:
    names = ["NA", "None", "nan", "NULL", "n/a"]
    for file in ("accounts.csv", "installed_base.csv", "contracts.csv"):
        text = (folder / file).read_text()
        for number, name in enumerate(names, 1):
            text = text.replace(f"A{number},", f"{name},")
        (folder / file).write_text(text)

    case = load_case(folder)

    assert case.tables["accounts"]["account_id"].tolist() == names
    for form, place in (("parquet", "b"), ("xlsx", "c.xlsx")):
        assert_same(case, load_case(write_case(case, tmp_path / place, form)))  # type: ignore[arg-type]


def test_marks_breaks_and_blanks_of_csv_are_read_over(folder: Path, case: Case) -> None:
    text = (folder / "criteria.csv").read_text()
    lines = "\r\n\r\n".join(f"{line}" for line in text.splitlines()).replace("quality", '" quality "')
    (folder / "criteria.csv").write_bytes(b"\xef\xbb\xbf" + lines.encode())

    assert_same(case, load_case(folder))


def test_lines_are_counted_over_blank_lines_and_breaks_inside_cells(folder: Path) -> None:
    (folder / "criteria.csv").write_text('criterion,weight,minimum\n\n"qual\nity",2,5\n\nreach,one,\n')
    (folder / "scores.csv").write_text("provider,criterion,score\n")

    with pytest.raises(CaseError) as refusal:
        load_case(folder)

    assert "criteria.csv line 6" in str(refusal.value)


def test_a_table_may_be_a_folder_of_parquet_files(folder: Path, case: Case) -> None:
    base = case.tables["installed_base"]
    (folder / "installed_base").mkdir()
    base.iloc[:4].to_parquet(folder / "installed_base" / "a.parquet", index=False)
    base.iloc[4:].to_parquet(folder / "installed_base" / "b.parquet", index=False)
    (folder / "installed_base.csv").unlink()

    joined = load_case(folder)

    assert_same(case, joined)
    assert {"installed_base/a.parquet", "installed_base/b.parquet"} <= set(joined.files)


def test_parquet_may_hold_dictionaries_and_whole_numbers(folder: Path, case: Case) -> None:
    frame = case.tables["accounts"].astype({"segment": "category", "region": "category", "product_revenue": "int64"})
    frame.to_parquet(folder / "accounts.parquet")
    (folder / "accounts.csv").unlink()

    assert_same(case, load_case(folder))


def test_whole_numbers_are_names_in_parquet_and_workbooks(folder: Path, case: Case, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_case(case, tmp_path / "case.xlsx", "xlsx"))
    for name in ("accounts", "installed_base", "contracts"):
        for row in book[name].iter_rows(min_row=2, max_col=1):
            row[0].value = int(str(row[0].value)[1:])
    book.save(tmp_path / "numbered.xlsx")

    numbered = load_case(tmp_path / "numbered.xlsx")

    assert numbered.tables["accounts"]["account_id"].tolist() == ["1", "2", "3", "4", "5"]


def test_blank_rows_of_a_sheet_are_passed_over_and_counted(case: Case, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_case(case, tmp_path / "case.xlsx", "xlsx"))
    book["tiers"].insert_rows(2, 3)
    book.save(tmp_path / "spaced.xlsx")
    assert_same(case, load_case(tmp_path / "spaced.xlsx"))

    book["tiers"]["C6"] = "soon"
    book.save(tmp_path / "spaced.xlsx")
    with pytest.raises(CaseError, match="tiers!C6"):
        load_case(tmp_path / "spaced.xlsx")


def test_files_that_are_no_tables_are_left_alone_and_told(folder: Path) -> None:
    (folder / "README.md").write_text("about this case")
    (folder / "menus.csv").write_text("price_book,tier,model,price\n")

    assert any("menus.csv" in sentence for sentence in load_case(folder).warnings)


def test_a_case_in_memory_equals_the_one_on_disk(case: Case) -> None:
    settings = case.settings.model_dump()
    scenarios = {"base": case.scenarios["base"].model_dump(), "dear": case.scenarios["dear"]}
    tables = {name: frame for name, frame in case.tables.items() if len(frame)}

    assert_same(case, build_case(settings, tables, scenarios))
    assert_same(case, build_case(CaseSettings(**settings), tables, scenarios))


def test_memory_takes_objects_categories_and_missing_values(case: Case) -> None:
    tables = dict(case.tables)
    rates = tables["rates"].astype({"provider": "category", "service": object, "csat": "int32"})
    tables["rates"] = rates.assign(tier=[value or None for value in rates["tier"]]).iloc[:, ::-1]
    tables["tiers"] = tables["tiers"].astype(object)

    assert_same(case, build_case(case.settings, tables, case.scenarios))


def test_memory_gets_the_same_checks(case: Case) -> None:
    tables = dict(case.tables)
    tables["rates"] = tables["rates"].assign(csat=[*tables["rates"]["csat"][:-1], 400.0])
    tables["accounts"] = tables["accounts"].assign(product_revenue=[1, "two", 3.0, None, True])

    with pytest.raises(CaseError) as refusal:
        build_case(case.settings, {**tables, "Tier": tables["tiers"]}, {"base": {"max_menu": 1.5}})

    places = [(problem.table, problem.place, problem.column) for problem in refusal.value.problems]
    assert places == [
        ("Tier", "", ""),
        ("accounts", "accounts row 2", "product_revenue"),
        ("accounts", "accounts row 5", "product_revenue"),
        ("accounts", "accounts row 4", "product_revenue"),
        ("rates", "rates row 20", "csat"),
        ("scenario base", "", "max_menu"),
    ]


def test_all_problems_come_at_once(folder: Path) -> None:
    (folder / "case.toml").write_text('name = "x"\ncurrency = 5\n')
    (folder / "tiers.csv").unlink()
    (folder / "rates.csv").write_text((folder / "rates.csv").read_text().replace(",620,", ",€620,"))
    (folder / "scenarios" / "base.toml").write_text("max_tiers = -1\n")

    with pytest.raises(CaseError) as refusal:
        load_case(folder)

    tables = {problem.table for problem in refusal.value.problems}
    assert tables == {"case.toml", "tiers", "rates", "scenarios/base.toml"}
    assert str(refusal.value).startswith(f"{len(refusal.value.problems)} problems in the input:")


def test_the_first_twenty_rows_at_fault_are_listed_and_the_rest_counted(case: Case) -> None:
    count = 60
    accounts = pd.DataFrame(
        {
            "account_id": [f"X{at}" for at in range(count)],
            "segment": "clinic",
            "region": "north",
            "product_revenue": -1.0,
        }
    )
    base = pd.DataFrame({"account_id": accounts["account_id"], "product": "viewer", "units": 1.0})
    tables = {**case.tables, "accounts": pd.concat([case.tables["accounts"], accounts])}
    tables["installed_base"] = pd.concat([case.tables["installed_base"], base])

    with pytest.raises(CaseError) as refusal:
        build_case(case.settings, tables)

    assert len(refusal.value.problems) == 21
    assert "and 40 more rows" in str(refusal.value.problems[-1])


def test_reading_and_checking_can_be_timed(folder: Path) -> None:
    told: list[str] = []

    @contextmanager
    def phase(name: str) -> Iterator[None]:
        told.append(f"{name} begins")
        yield
        told.append(f"{name} ends")

    load_case(folder, phase)

    assert told == ["read begins", "read ends", "check begins", "check ends"]
