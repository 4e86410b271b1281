"""The empty workbook: a sheet per table, told headers, lists, and example rows that form a case."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from models import load_case, write_template
from models.authoring.cover_sheet import PURPOSES, needed
from models.loading import find_problems
from models.schema import TABLES


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> openpyxl.Workbook:
    return openpyxl.load_workbook(write_template(tmp_path_factory.mktemp("book") / "new" / "template.xlsx"))


def test_there_is_a_sheet_for_every_table_and_document(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == ["start here", "case", "scenarios", "changes", *TABLES]
    for name, table in TABLES.items():
        assert [cell.value for cell in book[name][1]] == [column.name for column in table.columns]


def test_headers_carry_units_limits_and_defaults(book: openpyxl.Workbook) -> None:
    notes = {cell.value: cell.comment.text for cell in book["rates"][1]}

    assert "currency a case" in notes["cost_per_case"]
    assert "from 0 to 100" in notes["csat"]
    assert "As in tiers, column tier" in notes["tier"]
    assert "a blank is 1" in notes["max_share"]
    assert "Must be filled" in notes["provider"]
    assert "For kind lease only" in {cell.value: cell.comment.text for cell in book["pricing_models"][1]}["term_years"]
    assert "(optional)" in book["criteria"]["A1"].comment.text


def test_fixed_words_are_offered_as_lists(book: openpyxl.Workbook) -> None:
    lists = {str(item.sqref): item.formula1 for item in book["providers"].data_validations.dataValidation}

    assert lists == {
        "B2:B1048576": '"in_house,volume_partner,specialist_partner,self_service,community"',
        "H2:H1048576": '"required,optional,excluded"',
    }
    flags = {str(item.sqref) for item in book["services"].data_validations.dataValidation}
    assert flags == {"D2:D1048576", "E2:E1048576"}


def test_no_list_is_longer_than_excel_takes(book: openpyxl.Workbook) -> None:
    lists = [item.formula1 for sheet in book for item in sheet.data_validations.dataValidation]

    assert len(lists) > 8
    assert all(len(formula) <= 257 for formula in lists)


def test_the_cover_names_every_sheet_once_in_the_order_of_filling(book: openpyxl.Workbook) -> None:
    assert book.active is not None
    assert book.active.title == "start here"
    cover = book["start here"]
    lines = [row for row in cover.iter_rows(values_only=True) if row[2] in ("needed", "optional")]

    assert sorted(str(row[1]) for row in lines) == sorted(book.sheetnames[1:])
    assert [row[0] for row in lines if row[0]] == [f"{at}. {one.title}" for at, one in enumerate(PURPOSES, 1)]
    order = [row[1] for row in lines]
    for first, later in (
        ("segments", "accounts"),
        ("tiers", "price_points"),
        ("services", "rates"),
        ("case", "changes"),
    ):
        assert order.index(first) < order.index(later)
    wanted = {row[1] for row in lines if row[2] == "needed"}
    assert {"case", "scenarios", "accounts", "rates"} <= wanted
    assert not wanted & {"changes", "current_menus", "contracts", "criteria", "actuals"}
    assert {cell.hyperlink.location for cell in cover["B"] if cell.hyperlink} == {f"'{name}'!A1" for name in order}


def test_a_sheet_that_is_needed_cannot_be_left_out(book: openpyxl.Workbook, tmp_path: Path) -> None:
    """What the cover says of each sheet is what reading says."""
    for name in book.sheetnames[1:]:
        copy = openpyxl.load_workbook(write_template(tmp_path / "template.xlsx"))
        del copy[name]
        if name != "changes" and "changes" in copy.sheetnames:
            copy["changes"].delete_rows(2, 9)  # which would lack their table or scenario
        copy.save(tmp_path / "less.xlsx")
        missing = [problem for problem in find_problems(tmp_path / "less.xlsx") if "is missing" in problem.message]
        if name != "scenarios":  # a case without a scenario is one, and nothing can be asked of it
            assert bool(missing) == needed(name), name


def test_tabs_are_coloured_by_purpose(book: openpyxl.Workbook) -> None:
    for purpose in PURPOSES:
        for name in purpose.sheets:
            assert book[name].sheet_properties.tabColor.rgb == f"00{purpose.colour}"
    assert len({purpose.colour for purpose in PURPOSES}) == len(PURPOSES)


def test_there_is_no_formula(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]

    assert len(cells) > 300
    assert not [cell.coordinate for cell in cells if cell.data_type == "f" or str(cell.value).startswith("=")]


def test_rates_are_two_rows_that_leave_places_blank(book: openpyxl.Workbook) -> None:
    header, *rows = book["rates"].iter_rows(values_only=True)

    assert len(rows) == 2
    assert [row[header.index("family")] for row in rows] == [None, None]


def test_the_examples_form_a_case_without_warnings(tmp_path: Path) -> None:
    case = load_case(write_template(tmp_path / "template.xlsx"))

    assert case.warnings == ()
    assert all(1 <= len(frame) <= 2 for frame in case.tables.values())
    assert set(case.scenarios) == {"base", "dear_north"}


def test_only_workbooks_are_written_and_nothing_is_left_over(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.xlsx"):
        write_template(tmp_path / "template.csv")
    write_template(tmp_path / "template.xlsx")
    write_template(tmp_path / "template.xlsx")

    assert [file.name for file in tmp_path.iterdir()] == ["template.xlsx"]
