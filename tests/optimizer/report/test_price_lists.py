"""Today's price list against the plan's, by hand on the smallest case."""

from __future__ import annotations

from dataclasses import replace

import pytest

import optimizer
from models import Case, apply_scenario
from models.plan import Decisions
from optimizer.report.capacity import use_of_capacity
from optimizer.report.one_page import price_matrix
from optimizer.report.plan_sections import plan_sections
from optimizer.report.price_lists import PriceLists, share_of
from optimizer.report.readable import Readable
from optimizer.report.recommendation import recommendation
from tests.folders import TINY


@pytest.fixture(scope="module")
def case() -> Case:
    return apply_scenario(optimizer.load_case(TINY), "base")[0]


@pytest.fixture(scope="module")
def lists(case: Case) -> PriceLists:
    result = optimizer.solve(case)
    words = Readable.of(result, case)
    return PriceLists(words.result(result), case, words)


def test_each_price_has_what_becomes_of_it(lists: PriceLists) -> None:
    """Silver costs 6 % today; the plan offers clinics gold at 10 % alone, factories silver at 8 % and gold at 10 %."""
    moves = {(book, tier): lists.moved(book, tier) for book in lists.plan for tier in lists.tiers(book)}
    assert moves == {
        ("clinics", "silver"): "ends", ("clinics", "gold"): "new",
        ("factories", "silver"): "+33.3 %", ("factories", "gold"): "new",
    }  # fmt: skip


def test_who_must_move_is_told(lists: PriceLists) -> None:
    (told,) = lists.ending()
    assert told == (
        "clinics: silver ends; its buyers, 100 % of the units there, go from 6 % to 10 % at the least (gold), "
        "or go without."
    )


def test_price_books_that_move_alike_are_told_together(lists: PriceLists) -> None:
    """Factories without silver move as clinics do, all from 6 % to gold at 10 %; so do three more."""
    names = ["clinics", "factories", "labs", "shops"]
    gold, silver = {"gold": ("fixed", 0.1)}, {"silver": ("fixed", 0.06)}
    alike = replace(lists, case=None)
    alike.__dict__.update(today=dict.fromkeys(names, silver), plan=dict.fromkeys(names, gold))
    assert list(alike.ending()) == [
        "clinics, factories, labs and 1 more: silver ends; its buyers go from 6 % to 10 % at the least (gold), "
        "or go without."
    ]


def test_one_page_counts_the_moves_that_it_does_not_name(lists: PriceLists) -> None:
    """Five ways to end, each to another price: three are told, two counted."""
    plan = {f"book {n}": {"gold": ("fixed", 0.1 + n / 100)} for n in range(5)}
    many = replace(lists, case=None)
    many.__dict__.update(today={key: {"silver": ("fixed", 0.06)} for key in plan}, plan=plan)
    points = recommendation(lists.result, many, in_a_minute=True)
    (told,) = (point.sentences for point in points if point.heading == "What changes for customers")
    assert [sentence.partition(":")[0] for sentence in told] == [
        "Book 0", "Book 1", "Book 2", "2 more moves like these in other price books.",
    ]  # fmt: skip
    assert not any("see what holds" in sentence for point in points for sentence in point.sentences)


def test_shares_of_units_and_of_value_differ(lists: PriceLists) -> None:
    """Half of 8 factory scanners take gold; 30 clinic units (10 scanners of 10,000, 20 viewers of 2,000) all do."""
    clinics, factories = lists.segments("clinics")[0], lists.segments("factories")[0]
    assert share_of(lists.taken, clinics, ["gold"], "units") == pytest.approx(1.0)
    assert share_of(lists.taken, factories, ["gold"], "units") == pytest.approx(0.5)
    assert share_of(lists.taken, None, ["gold"], "units") == pytest.approx(34 / 38)
    assert share_of(lists.taken, None, ["gold"], "value") == pytest.approx(180_000 / 220_000)
    assert share_of(lists.taken_today, None, ["gold"], "units") == 0.0


def test_the_matrix_of_one_page_holds_both_prices(lists: PriceLists) -> None:
    table = price_matrix(lists.result, lists)
    assert table is not None
    assert table.caption == "Price list, today → plan; % of what a unit is worth, a year"
    assert table.header == ["", "silver", "gold"]
    assert table.rows == [["Clinics", "6 % → ends", "new: 10 %"], ["Factories", "6 % → 8 %", "new: 10 %"]]


def test_idle_hours_are_capacity_less_work(lists: PriceLists, case: Case) -> None:
    rows = use_of_capacity(lists.result, lists).set_index("provider")
    capacity = case.tables["providers"].set_index("provider")["capacity_hours"]
    assert rows.loc["Own", "idle"] == pytest.approx(capacity["Own"] - 104)
    assert rows.loc["Partner", "idle"] == pytest.approx(capacity["Partner"] - 8)


def test_tiers_that_are_not_offered_have_no_rows(lists: PriceLists) -> None:
    result = replace(lists.result, plan=replace(lists.result.decided, decisions=Decisions(tiers=("gold",))))
    sections = {section.key: section for section in plan_sections(result, replace(lists, result=result))}
    felt = [row[0] for table in sections["experience"].tables for row in table.rows if len(row) == 1]
    assert felt == ["gold"]
    parts = [row[0] for table in sections["delivery"].tables for row in table.rows if "Parts" in table.caption]
    assert set(parts) == {"gold"}
