"""Page one says what to do, what it earns and how sure it is, in sentences with the plan's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from models.plan import Decisions
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.assurance.result import Result
from optimizer.report.price_lists import PriceLists
from optimizer.report.readable import Readable
from optimizer.report.recommendation import headline, listed, recommendation
from optimizer.report.year import COST_KPIS, KEY_KPIS, year_table
from optimizer.results.record import Status
from tests.optimizer.charts.made import explained, frontiered, result


def said(of: Result, answers: Sequence[Answer] = ()) -> dict[str, str]:
    lists = PriceLists(of.with_closest, None, Readable.of(of, None))
    return {point.heading: " ".join(point.sentences) for point in recommendation(of, lists, answers)}


def test_every_point_names_its_files() -> None:
    made = result(2)
    points = recommendation(made, PriceLists(made, None, Readable()))
    assert all(".json" in point.source or ".csv" in point.source for point in points)


def test_what_is_paid_once_stands_apart() -> None:
    """The margin is 800, and 640 today: 160 more, of which the plan pays 60 once that today does not."""
    made = result(2)
    paying = replace(made, plan=replace(made.decided, kpis={**made.decided.kpis, "one_off_cost": 60.0}))
    assert headline(paying) == (
        "Offer silver and gold: account margin rises by 220 CHF a year (34.4 %), less 60 CHF once."
    )
    assert "60 CHF are paid once, to make providers ready" in said(paying)["What it costs"]
    assert "What it costs" not in said(made)


def test_the_headline_says_what_to_offer_and_what_it_is_worth() -> None:
    made = result(2)
    assert headline(made) == "Offer silver and gold: account margin rises by 160 CHF a year (25.0 %)."
    sold = replace(made, tiers=("bronze", "silver", "gold"), tiers_sold_today=("bronze", "silver"))
    assert headline(sold).startswith("Offer silver and gold, and end bronze: account margin rises")
    assert headline(replace(made, baseline=None)) == "Offer silver and gold: account margin is 800 CHF a year."
    assert headline(replace(made, menus_given=True)).startswith("With these menus: account margin rises")
    assert headline(replace(made, plan=None, status=Status.INFEASIBLE)) == "No plan obeys every rule."
    assert headline(replace(made, plan=None, status=Status.NO_PLAN)) == "No plan was found in the time allowed."


def test_it_says_what_to_offer_and_by_whom() -> None:
    told = said(result(2))
    assert told["What to offer"] == "Paid by flat. Support pump."
    assert told["Who delivers it"] == "Of 17 hours of work a year: team 1 52.9 %, team 0 47.1 %."


def test_the_year_stands_beside_today_rounded_for_people() -> None:
    table = year_table(result(2), "A year", KEY_KPIS, "plan.json")
    assert table.header == ["", "today", "plan", "change"]
    assert [list(row) for row in table.rows] == [
        ["Account revenue", "1,660", "1,900", "+240"],
        ["Account margin", "640", "800", "+160"],
        ["Service revenue", "700", "900", "+200"],
        ["Service margin", "350", "500", "+150"],
        ["Units under contract", "50.0 %", "60.0 %", "+10.0 points"],
        ["Value under contract", "55.0 %", "70.0 %", "+15.0 points"],
    ]
    assert set(table.tones.values()) == {"good"}


def test_costs_that_are_not_there_have_no_row() -> None:
    rows = year_table(result(2), "Costs", COST_KPIS, "plan.json", changes=False).rows
    assert [row[0] for row in rows] == [
        "Product revenue", "Delivery cost", "Parts cost", "Admin cost", "Capital cost", "Fixed cost",
    ]  # fmt: skip
    assert rows[2] == ["Parts cost", "130", "100"]


def test_without_today_there_is_one_column() -> None:
    table = year_table(result(2, baseline=None), "A year", KEY_KPIS, "plan.json")
    assert table.header == ["", "plan"]
    assert table.tones == {}


def test_without_today_it_says_so() -> None:
    assert "no price book of today" in said(result(1, baseline=None))["How sure this is"]
    refused = replace(result(1, baseline=None), baseline_reason="Today cannot be delivered.")
    assert "Today cannot be delivered." in said(refused)["How sure this is"]


def test_it_says_how_sure_it_is_and_what_it_rests_on() -> None:
    told = said(result(2))["How sure this is"]
    assert "Proved: no plan under these rules has more than 0.13 % more account margin." in told
    assert "The plan has not been audited." in told
    assert "What matters most is prices paid: a tenth worse costs 90 CHF of account margin a year" in told
    assert "the gain over today is gone at 17.8 % worse." in told


def test_a_plan_that_is_not_proved_best_says_so() -> None:
    told = said(replace(result(2), status=Status.FEASIBLE, gap=0.034))["How sure this is"]
    assert "Not proved best: the search ended before its proof, and a plan could have up to 3.4 % more" in told


def test_trade_offs_come_from_the_answers() -> None:
    told = said(result(2), (explained(3), frontiered(3)))["What more would cost"]
    assert " cost" in told
    assert "What more would cost" not in said(result(2))


def frontier(at_most: float) -> Answer:
    """One point more of margin costs 10 of revenue, and no plan with it has more revenue than `at_most`."""
    made = frontiered(2, ("account_revenue", "service_margin"))
    points = made.tables["points"].assign(
        account_revenue=[100.0, 90.0], service_margin=[40.0, 45.0], at_most=[100.0, at_most], knee=False
    )
    return replace(made, tables={**made.tables, "points": points})


@pytest.mark.parametrize(("at_most", "told"), [(90.5, "cost 10 CHF"), (92.0, "cost at most 10 CHF"),
                                               (101.0, "cost at most 10 CHF")])  # fmt: skip
def test_what_a_goal_costs_is_told_as_closely_as_it_is_proved(at_most: float, told: str) -> None:
    assert told in said(result(2), (frontier(at_most),))["What more would cost"]


@pytest.mark.parametrize(("at_most", "told"), [(1000.0, "costs 1,000 CHF a year"),
                                               (1500.0, "costs between 1,000 CHF and 1,500 CHF a year")])  # fmt: skip
def test_what_a_rule_costs_is_told_as_closely_as_it_is_proved(at_most: float, told: str) -> None:
    made = explained(1)
    costs = made.tables["costs"].assign(gain_dropped=1000.0, gain_dropped_at_most=at_most)
    answer = replace(made, tables={**made.tables, "costs": costs})
    assert told in said(result(2), (answer,))["What more would cost"]


def test_a_plan_that_offers_nothing_says_so() -> None:
    made = result(0)
    told = said(replace(made, plan=replace(made.decided, decisions=Decisions())))
    assert "Offer no contracts" in told["What to offer"]
    assert told["What changes for customers"] == "No price book is offered anything."
    assert told["Who delivers it"] == "No provider is engaged."


def test_without_a_plan_there_is_one_point() -> None:
    none = replace(result(1), status=Status.INFEASIBLE, plan=None, objective=None, reason="Two rules contradict.")
    assert said(none) == {"No plan": "Infeasible, proved. Two rules contradict."}


@pytest.mark.parametrize(
    ("names", "words"), [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed_as_one_speaks(names: list[str], words: str) -> None:
    assert listed(names) == words
