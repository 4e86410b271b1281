"""The finance workbook: its sheets, its live totals recomputed by LibreOffice, its text that stays text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

import optimizer
from models import build_case
from models.plan_tables import RunError
from optimizer.assurance import run_audit
from optimizer.auditing import audit
from optimizer.results.record import NoPlanError, Status
from optimizer.results.summary import heading
from optimizer.workbook.account_sheet import _shortened
from optimizer.workbook.lines import LINES
from optimizer.workbook.profit_and_loss import MOST_NAMES
from optimizer.workbook.workbook_data import WorkbookData
from optimizer.workbook.write import SHEETS, write_workbook
from tests.optimizer.cli.showing import without_plan
from tests.optimizer.workbook.recomputing import formulas, recomputed
from tests.optimizer.workbook.runs import ODD_NAMES, odd, tiny
from tests.oracle.random_cases import random_case

CENT = 0.005


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_workbook(*odd(), tmp_path_factory.mktemp("book") / "plan.xlsx")


@pytest.fixture(scope="module")
def written(file: Path) -> Workbook:
    """The workbook with the values its formulas were written with."""
    return openpyxl.load_workbook(file, data_only=True)


@pytest.fixture(scope="module")
def live(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """The workbook as LibreOffice works it out."""
    return recomputed(file, tmp_path_factory.mktemp("office"))


def by_first(book: Workbook, sheet: str) -> dict[object, list[object]]:
    """Rows of a sheet by their first cell."""
    return {row[0]: list(row[1:]) for row in book[sheet].iter_rows(values_only=True)}


def test_every_formula_comes_to_the_value_it_was_written_with(file: Path, written: Workbook, live: Workbook) -> None:
    found = list(formulas(file))
    assert len(found) > 1_000
    for sheet, cell, formula in found:
        stored, worked_out = written[sheet][cell].value, live[sheet][cell].value
        if isinstance(stored, str) or stored is None:
            assert (stored or "") == (worked_out or ""), (sheet, cell, formula)
        else:
            assert worked_out == pytest.approx(stored, abs=CENT), (sheet, cell, formula)


def test_recomputed_totals_are_those_of_the_plan_to_the_cent(live: Workbook) -> None:
    _, result = odd()
    baseline = result.baseline
    assert baseline is not None
    lines = by_first(live, "P&L")
    for line in LINES:
        if line.kpi:
            today, plan, change = (float(str(cell)) for cell in lines[line.title][:3])
            assert plan == pytest.approx(result.decided.kpis[line.kpi], abs=CENT), line.name
            assert today == pytest.approx(baseline[line.kpi], abs=CENT), line.name
            assert change == pytest.approx(plan - today, abs=CENT)
    summary = by_first(live, "Summary")
    assert summary["Largest difference from plan.json"][0] == 0
    shown = ("one_off_cost", "cost_to_serve", "contract_coverage", "contract_value_coverage")
    for title, kpi in ((heading(kpi), kpi) for kpi in shown):
        assert summary[title][:2] == pytest.approx([baseline[kpi], result.decided.kpis[kpi]])


@pytest.mark.parametrize("dimension", ["tier", "pricing model", "segment", "region"])
def test_each_statement_adds_up_to_the_whole(live: Workbook, dimension: str) -> None:
    whole, parts = by_first(live, "P&L"), by_first(live, f"P&L by {dimension}")
    for line in LINES:
        cells = [float(str(cell)) for cell in parts[line.title] if cell is not None]
        assert sum(cells[::2]) == pytest.approx(whole[line.title][0], abs=CENT), line.name
        assert sum(cells[1::2]) == pytest.approx(whole[line.title][1], abs=CENT), line.name


def test_the_bridge_ends_at_the_plan(live: Workbook) -> None:
    assert by_first(live, "Bridge")["Difference"][1:] == [0, 0, 0, 0]


def test_accounts_add_up_to_the_plan(live: Workbook) -> None:
    _, result = odd()
    page = live["Accounts"]
    titles = {cell.value: cell.column for cell in page[5]}
    for title, kpi in (("Account margin", "account_margin"), ("Account revenue", "account_revenue")):
        assert page.cell(4, titles[f"{title}, Plan"]).value == pytest.approx(result.decided.kpis[kpi], abs=CENT)


def test_text_from_data_is_never_a_formula(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value in ODD_NAMES.values()]
    assert {cell.value for cell in cells} == set(ODD_NAMES.values())
    assert {cell.data_type for cell in cells} == {"s"}


def test_prices_by_hand(live: Workbook) -> None:
    """A price as a share of value, a mark-up on cost and a price by the hour, each worked out from the tables."""
    rows = {row[1:5]: row for row in live["Prices"].iter_rows(values_only=True) if row[0] == "Plan"}
    viewer = rows["health", "viewer", "gold", "outcome"]
    assert viewer[9] == pytest.approx(0.085 * 15_000)
    # open book, silver: 1.3 x 1.2 incidents x (0.6 x 80 + 0.5 x 600)
    assert rows["health", "viewer", "silver", "open_book"][12] == pytest.approx(1.3 * 1.2 * 348)
    # by the hour: 1.2 x index 1 x the gauges' mean use, (8 x 3,000 + 3 x 2,600) / 11
    assert rows["A*", "gauge", "silver", "by_hour"][12] == pytest.approx(1.2 * (24_000 + 7_800) / 11)


def test_sheets_are_in_order_frozen_filtered_and_printable(file: Path) -> None:
    book = openpyxl.load_workbook(file)
    assert tuple(book.sheetnames) == SHEETS
    for page in book:
        assert page.print_area, page.title
        assert page.page_setup.orientation == "landscape"
        if page.title != "Summary":
            assert page.freeze_panes, page.title
    for name in ("Prices", "P&L detail", "Accounts", "Providers", "Experience", "Rules", "Audit"):
        assert book[name].auto_filter.ref, name
    assert book["P&L"]["B5"].number_format.startswith("#,##0.00")


def test_the_same_run_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    again = write_workbook(*odd(), tmp_path / "again.xlsx")
    assert again.read_bytes() == file.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.xlsx"]


def test_without_a_price_book_of_today_the_plan_stands_alone(tmp_path: Path) -> None:
    case, _ = tiny()
    alone = replace(case, tables={**case.tables, "current_menus": case.tables["current_menus"].iloc[:0]})
    result = optimizer.solve(alone)
    book = openpyxl.load_workbook(write_workbook(alone, result, tmp_path / "plan.xlsx"), data_only=True)
    assert "There is no bridge: The case has no current_menus." in by_first(book, "Bridge")
    assert by_first(book, "P&L")["Account margin"][0] == pytest.approx(19_560)
    assert "Today" not in {cell.value for cell in book["P&L"][4]}


@pytest.mark.parametrize("seed", [13, 21])
def test_a_plan_that_sells_nothing_has_an_empty_price_list(seed: int, tmp_path: Path) -> None:
    case = build_case(*random_case(seed))
    result = optimizer.solve(case)
    assert not (set(result.uptake["tier"]) - {"none"}) or result.decided.coverage["covered"].sum() == 0
    book = openpyxl.load_workbook(write_workbook(case, result, tmp_path / "plan.xlsx"), data_only=True)
    assert {"Price list", "Prices"} <= set(book.sheetnames)


def test_a_dimension_of_very_many_names_is_left_to_the_detail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.workbook.profit_and_loss.MOST_NAMES", 2)
    assert MOST_NAMES > 20
    book = openpyxl.load_workbook(write_workbook(*tiny(), tmp_path / "plan.xlsx"), data_only=True)
    assert any("filter the sheet P&L detail" in str(name) for name in by_first(book, "P&L by segment"))


def test_accounts_beyond_what_a_sheet_holds_are_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.workbook.account_sheet.MOST_ACCOUNTS", 1)
    accounts = tiny()[0].tables["accounts"].rename(columns={"product_revenue": "brought"})
    rows = _shortened(accounts)
    assert rows["account_id"].tolist() == ["C1", "(2 other accounts)"]
    assert rows["brought"].tolist() == [8_400, 13_600]


def test_a_run_without_a_plan_or_of_another_case_is_refused(tmp_path: Path) -> None:
    case, result = tiny()
    with pytest.raises(NoPlanError):
        write_workbook(case, without_plan(Status.INFEASIBLE), tmp_path / "plan.xlsx")
    with pytest.raises(RunError, match="the case does not have"):
        write_workbook(case, replace(result, scenario_name="other"), tmp_path / "plan.xlsx")
    assert list(tmp_path.iterdir()) == []
    assert WorkbookData(case, result).audit.ok


def test_a_run_that_was_checked_is_not_audited_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    case, result = tiny()
    run, told = result.save(tmp_path / "run"), WorkbookData(case, result).audit
    audits = []
    monkeypatch.setattr(run_audit, "audit", lambda *given, **named: audits.append(audit(*given, **named)) or audits[-1])
    file = write_workbook(case, run, tmp_path / "plan.xlsx")
    assert len(audits) == 1
    assert audits[0].rules.equals(told.rules)
    assert file.exists()
