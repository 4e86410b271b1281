"""The response of demand, revenue and margin to one price, with numbers worked out by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import Case, CaseError, build_case
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.assurance.result import Result
from optimizer.cli.command_line import main
from tests.worlds.hand_case import hand_case
from tests.worlds.small_case import write_small_case

WORK = (1.75 * 6 + 1.5 * 8) / 3.25
"""Mean cost of a case: in the north 0.75 cases of free units and 1 under contract at 6, in the south 1.5 at 8."""


@cache
def priced(price: float = 0.16) -> tuple[Case, Result]:
    case = build_case(*hand_case())
    menus = pd.DataFrame([("clinic", "gold", "flat", price)], columns=["price_book", "tier", "model", "price"])
    return case, optimizer.evaluate(case, menus=menus)


def response(*prices: float) -> Answer:
    case, result = priced()
    return optimizer.price(case, "base", "clinic", "gold", result=result, prices=prices)


def test_demand_revenue_and_margin_at_each_price() -> None:
    # 2.25 careful units buy while 3 - 0.2 x 100 x 0.9 price > 0, that is below 0.1667; each has one case a year
    table = response(0.10, 0.17).tables["response"]
    assert table["price"].tolist() == [0.10, 0.16, 0.17]
    assert table["units"].tolist() == pytest.approx([2.25, 2.25, 0.0])
    assert table["service_revenue"].tolist() == pytest.approx([2.25 * 9, 2.25 * 14.4, 0.0])
    cost = 2.25 * (WORK + 1.5 + 0.25)  # work, parts, admin
    assert table["service_margin"].tolist() == pytest.approx([20.25 - cost, 32.4 - cost, 0.0])


def test_the_plans_price_and_the_allowed_ones_are_told_apart() -> None:
    table = response(0.20).tables["response"]
    assert table["in_plan"].tolist() == [True, False]
    assert table["price_point"].tolist() == [False, True]


def test_by_default_prices_reach_a_quarter_beyond_what_is_allowed() -> None:
    case, result = priced()
    table = optimizer.price(case, "base", "clinic", "gold", result=result).tables["response"]
    assert table["price"].min() == pytest.approx(0.16 - 0.04)
    assert table["price"].max() == pytest.approx(0.20 + 0.04)
    assert table["price"].is_monotonic_increasing
    assert table["price"].is_unique


def test_the_units_of_the_whole_price_book_are_those_of_its_uptake(tmp_path: Path) -> None:
    case = optimizer.load_case(write_small_case(tmp_path))
    result = optimizer.solve(case)
    book = result.menus.iloc[-1]
    found = optimizer.price(case, "base", book["price_book"], book["tier"], result=result)
    row = found.tables["response"].set_index("in_plan").loc[True]
    segments = case.tables["segments"].set_index("segment")["price_book"]
    taken = result.uptake[(result.uptake["tier"] != "none") & (result.uptake["customer_class"] != "contract")]
    taken = taken[taken["segment"].map(segments) == book["price_book"]]
    assert row["book_units"] == pytest.approx(taken["units"].sum())
    assert row["service_revenue"] == pytest.approx(taken["service_revenue"].sum())
    assert row["units"] == pytest.approx(taken.loc[taken["tier"] == book["tier"], "units"].sum())


@pytest.mark.parametrize(
    ("book", "tier", "prices", "message"),
    [
        ("clinic", "silver", None, "'clinic' has no such tier"),
        ("nowhere", "gold", None, "'nowhere' has no such tier"),
        ("clinic", "gold", (0.0,), "not a price of flat"),
    ],
)
def test_what_is_not_on_the_menu_is_refused(
    book: str, tier: str, prices: tuple[float, ...] | None, message: str
) -> None:
    case, result = priced()
    with pytest.raises(CaseError, match=message):
        optimizer.price(case, "base", book, tier, result=result, prices=prices)


def test_the_command_writes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "answer"
    case = write_small_case(tmp_path / "case")
    result = optimizer.solve(optimizer.load_case(case))
    book, tier = result.menus.iloc[0][["price_book", "tier"]]
    assert main(["price", str(case), book, tier, "--out", str(folder)]) == 0
    assert len(pd.read_csv(folder / "response.csv")) > 40
    assert f"{book}, {tier}" in capsys.readouterr().out
