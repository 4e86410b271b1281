"""Text with a point as a thousands separator is told; a number with three decimals is not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from models import load_case, write_case
from tests.models.intake.plausibility.edited import imaging, tiny


def tiny_with(folder: Path, table: str, column: str, texts: dict[int, str]) -> list[str]:
    """What is said of the tiny case once cells of a file are written anew."""
    write_case(tiny(), folder, "csv")
    file = folder / f"{table}.csv"
    frame = pd.read_csv(file, dtype=str, keep_default_na=False)
    for row, text in texts.items():
        frame.loc[row, column] = text
    frame.to_csv(file, index=False)
    return [said for said in load_case(folder).warnings if "thousands separator" in said]


@pytest.mark.parametrize("texts", [{0: "10.000"}, {0: "10.000", 1: "2.000"}, {0: "10.000", 1: "2.345"}])
def test_unit_values_with_separators(tmp_path: Path, texts: dict[int, str]) -> None:
    told = tiny_with(tmp_path / "case", "products", "unit_value", texts)

    assert len(told) == len(texts)
    assert told[0].startswith("products (product=scanner), column unit_value: ")
    assert '"10.000"' in told[0]
    assert "10000" in told[0]


@pytest.mark.parametrize(
    ("column", "texts"),
    [
        ("unit_value", {0: "10000.000", 1: "2.000"}),  # written with three decimals throughout
        ("unit_value", {0: "10.125", 1: "2.375"}),  # decimals that do not end in 0, and nothing to compare with
        ("unit_value", {0: "10000", 1: "2000"}),
        ("incident_rate", {0: "2.000", 1: "1.000"}),  # no amount
    ],
)
def test_three_decimals(tmp_path: Path, column: str, texts: dict[int, str]) -> None:
    assert tiny_with(tmp_path / "case", "products", column, texts) == []


def test_a_cell_that_fits_its_column_a_thousand_times_larger(tmp_path: Path) -> None:
    (told,) = tiny_with(tmp_path / "case", "accounts", "product_revenue", {0: "8.412"})

    assert "accounts (account_id=C1), column product_revenue" in told


def test_text_in_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "case.xlsx"
    write_case(imaging(), path, "xlsx")
    book = load_workbook(path)
    sheet = book["products"]
    value = [cell.value for cell in sheet[1]].index("unit_value")
    rows = [row for row in sheet.iter_rows(min_row=2) if row[0].value == "MR-3"]
    rows[0][value].value = "620.000"
    book.save(path)

    (told,) = [said for said in load_case(path).warnings if "thousands separator" in said]
    assert "products (product=MR-3), column unit_value" in told


def test_a_small_amount_among_small_ones_is_what_it_says(tmp_path: Path) -> None:
    """The middle of the costs of a case is 315: 50 lies with them, 50,000 does not."""
    write_case(imaging(), tmp_path / "case", "csv")
    file = tmp_path / "case" / "rates.csv"
    text = pd.read_csv(file, dtype=str, keep_default_na=False)
    text.loc[0, "cost_per_case"] = "50.000"
    text.to_csv(file, index=False)
    assert not any("thousands separator" in said for said in load_case(tmp_path / "case").warnings)
