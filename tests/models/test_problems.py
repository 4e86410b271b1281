"""Sentences about what is wrong."""

from __future__ import annotations

import pickle

import pytest

from models import CaseError, Problem
from models.problems import SEARCHED, ProblemList, listed, quoted, suggestion, suggestions


def test_a_problem_reads_as_one_sentence() -> None:
    full = Problem("rates", "not a plain number", "rates.csv line 7", "provider=Orbis", "csat", "8o", "a number")
    bare = Problem("tiers", "the table is missing", expected="tiers.csv")

    assert str(full) == (
        'rates.csv line 7 (provider=Orbis), column csat: not a plain number; found "8o"; expected a number.'
    )
    assert str(bare) == "tiers: the table is missing; expected tiers.csv."


def test_an_error_counts_and_numbers_its_problems() -> None:
    one, two = Problem("a", "is wrong"), Problem("b", "is worse")

    assert str(CaseError([one])) == "1 problem in the input:\n  1. a: is wrong."
    assert str(CaseError([one, two])).splitlines()[2] == "  2. b: is worse."
    assert pickle.loads(pickle.dumps(CaseError([one, two]))).problems == (one, two)


def test_problems_are_raised_together_or_not_at_all() -> None:
    problems = ProblemList()
    problems.check()
    problems.extend([Problem("a", "x"), Problem("b", "y")])

    with pytest.raises(CaseError) as refusal:
        problems.check()

    assert [problem.table for problem in refusal.value.problems] == ["a", "b"]


@pytest.mark.parametrize(
    ("word", "told"),
    [("Gold", ' (did you mean "gold"?)'), ("glod", ' (did you mean "gold"?)'), ("iron", "")],
)
def test_suggestions_look_for_letter_case_and_slips(word: str, told: str) -> None:
    assert suggestion(word, ["silver", "gold"]) == told


def test_among_very_many_names_only_letter_case_is_looked_at() -> None:
    names = [f"name{number}" for number in range(SEARCHED + 1)]

    assert suggestion("NAME7", names) == ' (did you mean "name7"?)'
    assert suggestion("nam7", names) == ""


def test_a_suggestion_says_how_a_name_differs_that_looks_the_same() -> None:
    told = suggestion("Orbis\u00a0GmbH", ["Orbis Ltd", "Orbis GmbH"])

    assert told == (
        ' (it looks like "Orbis GmbH" but has a no-break space (U+00A0) after "Orbis", not a space (U+0020))'
    )
    assert suggestion("orbis\u00a0gmbh", ["Orbis GmbH"]) == ' (did you mean "Orbis GmbH"?)'
    assert suggestion("Orbis", ["Orbis"]) == ""


def test_several_words_are_looked_up_together() -> None:
    told = suggestions(["glod", "Gold", "x" * 10**6], ["silver", "gold"])

    assert told == {"glod": ' (did you mean "gold"?)', "Gold": ' (did you mean "gold"?)', "x" * 10**6: ""}


def test_no_part_of_a_problem_is_endless_or_obeyed_by_a_terminal() -> None:
    long = "\x1b[31m\u202e\n" + "x" * 10**6
    text = str(Problem(long, long, long, long, long, long, long))

    assert len(text) < 10_000
    assert text.isprintable()
    assert r"\x1b[31m\u202e\n" in text


def test_long_and_broken_texts_are_cut_and_shown() -> None:
    assert quoted("a\nb") == '"a\\nb"'
    assert len(quoted("x" * 500)) == 82
    assert listed(["a", "b", "c"], 2) == "a, b and 1 more"
