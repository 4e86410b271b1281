"""What counts as a difference between two checkouts, and that each answers with its own program."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import optimizer
from models import load_case
from tests.folders import ROOT, TINY
from tests.oracle.test_coverage_of_features import BINDING, FEATURES, world

from .checkout import CheckoutError, checkout
from .comparison import Answer, Speed, differences
from .pages import PlanRow, SpeedRow, page
from .questions import TELLING_SEEDS, Question, is_asked, network, questions

GAP = 1e-4
MENUS = [["clinics", "fixed", 0.1, "gold"], ["factories", "fixed", 0.08, "silver"]]
PLAN = Answer("optimal", 1e6, 1e6 + 50, MENUS, [["clinics", True, "scanner"]])
NONE = Answer("infeasible")
FAR = "bound after 1000103.0 is 1.0e-04 from the objective, more than the gap 0.0001"


def test_equal_answers_agree() -> None:
    assert differences(PLAN, replace(PLAN), GAP) == []
    assert differences(NONE, replace(NONE), GAP) == []


def test_rounding_of_an_objective_is_no_difference() -> None:
    assert differences(PLAN, replace(PLAN, objective=1e6 + 5e-4), GAP) == []
    assert len(differences(PLAN, replace(PLAN, objective=1e6 + 2e-3), GAP)) == 1


def test_objectives_about_zero_are_compared_as_they_are() -> None:
    nothing = Answer("optimal", 0.0, 0.0)
    assert differences(nothing, replace(nothing, objective=1e-12, bound=1e-12), GAP) == []
    assert differences(nothing, replace(nothing, objective=1e-7, bound=1e-7), GAP) != []


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (replace(PLAN, status="feasible"), "status optimal became feasible"),
        (NONE, "status optimal became infeasible"),
        (replace(PLAN, menus=MENUS[:1]), "menus: 1 rows gone, 0 added"),
        (replace(PLAN, menus=[MENUS[0], ["factories", "fixed", 0.09, "silver"]]), "menus: 1 rows gone, 1 added"),
        (replace(PLAN, menus=[*MENUS, MENUS[0]]), "menus: 0 rows gone, 0 added"),
        (replace(PLAN, coverage=[["clinics", False, "scanner"]]), "coverage: 1 rows gone, 1 added"),
        (replace(PLAN, objective=None), "objective 1000000.0 became None"),
        (replace(PLAN, bound=None), "no bound after"),
        (replace(PLAN, bound=1e6 - 1), "bound after 999999.0 is less than the objective 1000000.0"),
        (
            replace(PLAN, bound=1e6 + 103),
            FAR,
        ),
    ],
)
def test_each_difference_is_told(after: Answer, said: str) -> None:
    assert said in differences(PLAN, after, GAP)


def test_a_search_cut_short_may_be_further_from_its_proof_than_the_gap() -> None:
    cut = replace(PLAN, status="feasible", bound=2e6)
    assert differences(cut, replace(cut, bound=3e6), GAP) == []
    assert differences(cut, replace(cut, bound=9e5), GAP) != []


def test_two_failures_do_not_agree() -> None:
    failed = Answer("CaseError: no such table")
    assert differences(failed, failed, GAP) == ["both failed: CaseError: no such table"]


@pytest.mark.parametrize(
    ("before", "after", "fails"),
    [
        ([4.0] * 5, [4.5] * 5, False),
        ([4.0] * 5, [4.7] * 5, True),
        ([10.0] * 5, [10.4] * 5, False),
        ([10.0] * 5, [10.6] * 5, True),
        ([10.0, 10.0, 10.0, 30.0, 30.0], [10.1, 10.1, 10.1, 1.0, 1.0], False),
        ([10.0, 10.0, 10.0, 30.0, 30.0], [1.0, 1.0, 11.0, 11.0, 11.0], True),
        ([10.0] * 5, [5.0] * 5, False),
    ],
)
def test_medians_decide_and_long_rows_may_lose_less(before: list[float], after: list[float], fails: bool) -> None:
    assert bool(Speed(before, after).differences) is fails


def test_the_page_tells_how_many_rows_differ() -> None:
    broken = replace(PLAN, menus=[])
    plans = [PlanRow(name, PLAN, new, differences(PLAN, new, GAP)) for name, new in (("a", PLAN), ("b", broken))]
    text = page(plans, [SpeedRow("c", Speed([1.0], [2.0]))])
    assert text.endswith("1 rows agree, 2 differ.\n")
    assert "| b | optimal | 1,000,000.000000 | 1,000,000.000000 |" in text
    assert "| c | 1.00 | 2.00 | +100.0% | 15% | +100.0%, more than 15% |" in text


@pytest.mark.parametrize(
    ("only", "asked"),
    [([], True), (["imaging"], True), (["imaging/base"], True), (["*/base"], True), (["rows"], False), (["im"], False)],
)
def test_questions_are_asked_by_name_group_or_pattern(only: list[str], asked: bool) -> None:
    assert is_asked("imaging/base", only) is asked


def test_the_random_cases_together_use_every_feature() -> None:
    shown = {name for name, is_shown in FEATURES.items() if any(is_shown(world(seed)) for seed in TELLING_SEEDS)}
    assert set(FEATURES) - shown == set()
    assert [rule for rule, seeds in BINDING.items() if not set(seeds) & set(TELLING_SEEDS)] == []


def test_cases_are_as_many_as_asked_for_and_read_as_they_are_named(tmp_path: Path) -> None:
    found = questions(tmp_path, 4, ["cases"])
    assert [question.name for question in found] == [
        *(f"cases/random-{seed}" for seed in TELLING_SEEDS[:3]),
        "cases/network-3",
    ]
    assert load_case(found[0].case).settings.name == "random 1107"
    assert len(load_case(found[3].case).tables["segments"]) == network(3).books


def test_a_checkout_answers_as_its_program_does(tmp_path: Path) -> None:
    asked = [Question("tiny/one_tier", TINY, "one_tier", 1e-6), Question("tiny/no", TINY, "no", 1e-6)]
    solved, unknown = checkout(ROOT, tmp_path / "work").answers(asked)
    result = optimizer.solve(load_case(TINY), "one_tier", gap=1e-6)
    assert (solved.status, solved.objective, solved.bound) == ("optimal", result.objective, result.bound)
    assert [row[-1] for row in solved.menus] == sorted(result.menus["tier"])
    assert unknown.status.startswith("CaseError: ")


def test_the_program_of_another_checkout_is_never_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "optimizer").mkdir()
    (tmp_path / "optimizer" / "__init__.py").write_text("")
    stray = checkout(tmp_path, tmp_path / "work")
    assert stray.answers([]) == []
    with pytest.raises(CheckoutError, match="is meant, but that of"):
        replace(stray, root=TINY).answers([])
    with pytest.raises(CheckoutError, match="has no package optimizer"):
        checkout(TINY, tmp_path / "work")
