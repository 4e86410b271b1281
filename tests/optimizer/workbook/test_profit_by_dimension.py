"""The account by one dimension: its totals are the plan's, whatever it is taken apart by."""

from __future__ import annotations

import pytest

import optimizer
from optimizer.workbook.profit_by_dimension import DIMENSIONS, profit_by
from tests.folders import TINY


@pytest.fixture(scope="module")
def solved() -> tuple[optimizer.Case, optimizer.Result]:
    case = optimizer.load_case(TINY)
    return case, optimizer.solve(case)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_parts_add_up_to_the_amounts_of_the_plan(
    dimension: str, solved: tuple[optimizer.Case, optimizer.Result]
) -> None:
    case, result = solved
    table = profit_by(case, result, dimension)
    expected = {"Service revenue": 21_200, "Service margin": 11_660, "Account margin": 19_560}
    assert table.loc[list(expected), "total"].to_dict() == pytest.approx(expected)
    assert table.drop(columns="total").sum(axis=1).to_numpy() == pytest.approx(table["total"].to_numpy())


def test_gold_earns_what_its_customers_pay(solved: tuple[optimizer.Case, optimizer.Result]) -> None:
    case, result = solved
    table = profit_by(case, result, "tier")
    clinics, careful = 10 * 1000 + 20 * 200, 4 * 1000
    assert table.loc["Contracts billed", "gold"] == pytest.approx(clinics + careful)
    assert table.loc["Contracts billed", "silver"] == pytest.approx(4 * 800)


def test_an_unknown_dimension_is_refused(solved: tuple[optimizer.Case, optimizer.Result]) -> None:
    with pytest.raises(ValueError, match="expected one of segment, region, product, tier, model"):
        profit_by(*solved, "customer")
