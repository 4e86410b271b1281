"""Page one says what to do, what it earns and how sure it is, in sentences with the plan's numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.plan import Decisions
from optimizer.assurance.result import Result
from optimizer.report.recommendation import listed, recommendation
from optimizer.results.record import Status
from tests.optimizer.charts.made import result


def said(of: Result) -> dict[str, str]:
    return {point.heading: " ".join(point.sentences) for point in recommendation(of)}


def test_every_point_names_its_files() -> None:
    assert all(".json" in point.source or ".csv" in point.source for point in recommendation(result(2)))


def test_what_is_paid_once_stands_apart() -> None:
    """The margin is 800, and 640 today: 160 more, of which the plan pays 60 once that today does not."""
    made = result(2)
    plan = replace(made.decided, kpis={**made.decided.kpis, "one_off_cost": 60.0})
    told = said(replace(made, plan=plan))
    earned = told["What it earns"]
    assert (
        "Account margin: 800.00 CHF a year, 220.00 CHF (34.4 %) more than today's price book, less 60.00 CHF once."
        in earned
    )
    assert "60.00 CHF of the fixed costs are paid once" in told["What it costs"]
    assert "once" not in said(made)["What it costs"]


def test_it_says_what_to_offer_to_whom_and_by_whom() -> None:
    told = said(result(2))
    assert "Offer silver and gold, paid by flat." in told["What to offer"]
    covered = "60.00 % of all units are then under contract (today's price book: 50.00 %), 70.00 % by their value."
    assert covered in told["What to offer"]
    assert "book 1: silver at 6 % (flat), gold at 6 % (flat)." in told["To whom, at what price"]
    assert "Prices in per cent are yearly shares of a unit's value." in told["To whom, at what price"]
    assert (
        "Of 17 hours of work a year most are done by team 1 (52.94 %) and team 0 (47.06 %)." in told["Who delivers it"]
    )


def test_it_says_what_it_earns_and_costs_against_today() -> None:
    told = said(result(2))
    assert (
        "Account margin: 800.00 CHF a year, 160.00 CHF (25.0 %) more than today's price book." in told["What it earns"]
    )
    assert told["What it costs"].startswith(
        "Serving the contracts costs 400.00 CHF a year, 50.00 CHF (14.3 %) more than today's price book."
    )
    assert "delivery 200.00 CHF, parts 100.00 CHF" in told["What it costs"]


def test_it_says_how_sure_it_is_and_what_it_rests_on() -> None:
    told = said(result(2))["How sure this is"]
    assert "no plan can have more than 801.00 CHF" in told
    assert "The plan has not been audited." in told
    assert "prices paid (−90.00 CHF)" in told
    assert "The gain over today is gone when prices paid turn out 17.78 % worse." in told


def test_without_today_it_says_so() -> None:
    assert "no price book of today" in said(result(1, baseline=None))["What it earns"]
    refused = replace(result(1, baseline=None), baseline_reason="Today cannot be delivered.")
    assert "Today cannot be delivered." in said(refused)["What it earns"]


def test_many_price_books_are_counted() -> None:
    assert "12 more price books are in menus.csv." in said(result(20))["To whom, at what price"]


def test_a_plan_that_offers_nothing_says_so() -> None:
    made = result(0)
    told = said(replace(made, plan=replace(made.decided, decisions=Decisions())))
    assert "Offer no contracts" in told["What to offer"]
    assert told["To whom, at what price"] == "No price book is offered anything."
    assert told["Who delivers it"] == "No provider is engaged."


def test_without_a_plan_there_is_one_point() -> None:
    none = replace(result(1), status=Status.INFEASIBLE, plan=None, objective=None, reason="Two rules contradict.")
    assert said(none) == {"No plan": "Infeasible, proved. Two rules contradict."}


@pytest.mark.parametrize(
    ("names", "words"), [([], "none"), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed_as_one_speaks(names: list[str], words: str) -> None:
    assert listed(names) == words
