"""Workbooks of what a sheet does not hold: written, whole in their sums, and with a word on what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from optimizer.workbook import prices, profit_and_loss, sheets
from optimizer.workbook.profit_and_loss import OTHERS, detail_rows
from optimizer.workbook.sheets import book_at, column
from optimizer.workbook.workbook_data import WorkbookData
from optimizer.workbook.write import write_workbook
from tests.optimizer.workbook.runs import odd


def test_detail_beyond_the_limit_is_one_row_and_sums_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    every = detail_rows(WorkbookData(*odd()))
    monkeypatch.setattr(profit_and_loss, "MOST_DETAIL", 4)
    few = detail_rows(WorkbookData(*odd()))

    assert len(every) > 10
    assert few.groupby("version").size().to_dict() == dict.fromkeys(few["version"].unique(), 5)
    assert (few["segment"] == OTHERS).sum() == few["version"].nunique()
    for amount in ("units", "service_revenue", "account_margin"):
        whole, kept = (rows.groupby("version")[amount].sum() for rows in (every, few))
        assert kept.to_dict() == pytest.approx(whole.to_dict())


def test_rows_beyond_a_sheet_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sheets, prices):
        monkeypatch.setattr(module, "MOST_LINES", 3)
    book = load_workbook(write_workbook(*odd(), tmp_path / "few.xlsx"))

    told = book["Rules"]["A3"].value
    assert told.startswith("The first 3 of ")
    assert "rows are shown, which is what a sheet holds" in told
    prices_told = [row[0].value for row in book["Price list"].iter_rows(max_row=8) if row[0].value]
    assert "The first 3 of 4 price books' products are shown." in prices_told
    broken = [cell.coordinate for row in book["Price list"].iter_rows() for cell in row if cell.value == "#REF!"]
    assert broken == []


def test_a_text_that_no_cell_holds_is_cut(tmp_path: Path) -> None:
    with book_at(tmp_path / "long.xlsx", ["Long"]) as book:
        book.sheet("Long", "Long").table([column("Text", ["x" * 40_000])])
    cell = load_workbook(tmp_path / "long.xlsx")["Long"]["A5"].value

    assert len(cell) == 32_767
    assert cell.endswith("x (cut)")
