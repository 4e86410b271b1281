"""Every sentence that claims proof, need or worth says what else was held in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

import optimizer
from models import Case, Scenario
from models.conditions import Amount
from optimizer.analysis.machinery.answers.answer import Answer

CLAIM = re.compile(
    r"prove|[Nn]o plan|does without|costs? (?!its owner|is not in it)|Worth of|Forcing|Impossible|best number|"
    r"in all goals|pays"
)
HELD = re.compile(
    r"rules? held|rules set aside|whatever becomes of the other rules|obeys every rule|as planned|rules .* are held"
)
GREEDY_TIERS = Scenario(objective="account_margin", min_service_margin=0.56)
QUESTIONS: dict[str, Callable[[Case], Answer]] = {
    "explain": lambda case: optimizer.explain(case, rules=["csat_floor"]),
    "whynot": lambda case: optimizer.whynot(case, "base", "drop gold", "offer gold", "service_margin_share >= 0.99"),
    "alternatives": lambda case: optimizer.alternatives(case, GREEDY_TIERS, count=9),
    "partners": lambda case: optimizer.partners(case, shares=[0.0, 0.5]),
    "portfolio": lambda case: optimizer.portfolio(case, GREEDY_TIERS),
    "frontier": lambda case: optimizer.frontier(case, goals=["account_revenue", "service_margin"], points=2),
    "levels": lambda case: optimizer.levels(case),
}


@pytest.fixture(scope="module")
def tiny() -> Case:
    return optimizer.load_case("data/tiny")


@pytest.mark.parametrize("question", QUESTIONS)
def test_claims_say_what_was_held(tiny: Case, question: str) -> None:
    sentences = QUESTIONS[question](tiny).sentences
    claims = [sentence for sentence in sentences if CLAIM.search(sentence)]
    assert claims
    assert [sentence for sentence in claims if not HELD.search(sentence)] == []


def test_what_leaves_no_plan_is_told_as_far_as_it_was_proved(tiny: Case) -> None:
    answer = optimizer.portfolio(tiny, GREEDY_TIERS)
    rows = answer.tables["tier_counts"]
    assert list(rows["status"]) == ["optimal", "infeasible"]

    told = "The best number of tiers is 1, with all rules held but those on their number. Proved to leave no plan: 2."
    assert told in answer.sentences
    assert "no other number is possible" not in str(answer.sentences)


def test_what_cannot_be_names_what_stands_in_the_way(tiny: Case) -> None:
    answer = optimizer.whynot(tiny, "base", "service_margin_share >= 0.99", gap=1e-4)

    told = '"service_margin_share >= 0.99": proved impossible with all other rules held. In the way: '
    assert answer.sentences == (f"{told}required_providers (Own).",)


def test_what_is_proved_to_cost_is_not_told_to_cost_nothing(tiny: Case) -> None:
    """However wide the gap asked for, within which the loss lies."""
    answer = optimizer.whynot(tiny, "base", "offer gold", "drop gold", gap=0.5)

    assert answer.tables["requests"]["loss_at_least"].iloc[1] > 2_000
    undecided = '"offer gold": with all other rules held, it costs between 0 and '
    assert answer.sentences[0].startswith(undecided)
    assert answer.sentences[0].endswith(" EUR a year: less than the proof resolves. Nothing else moves.")
    assert answer.sentences[1].startswith('"drop gold": costs 2,580.00 EUR of account margin a year')


def test_a_condition_that_leaves_no_plan_is_told_with_the_rules(tiny: Case) -> None:
    result = optimizer.solve(tiny, conditions=[Amount("service_margin_share", least=0.99)])

    assert result.reason == (
        "No menus, coverage and delivery obey every rule of the scenario together with what this question asks for: "
        "service_margin_share >= 0.99."
    )
