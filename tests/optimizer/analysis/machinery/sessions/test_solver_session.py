"""The session: a question asked twice is solved once, and the same is found as by solving it alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from models import Case, CaseError, Scenario, load_case
from optimizer.analysis.alternatives import alternatives
from optimizer.analysis.compare import compare
from optimizer.analysis.diagnose import diagnose
from optimizer.analysis.explain import explain
from optimizer.analysis.frontier import frontier
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.analysis.machinery.sessions.solver_session import SolverSession, at_work
from optimizer.analysis.partners import partners
from optimizer.analysis.portfolio import portfolio
from optimizer.analysis.roadmap import roadmap
from optimizer.analysis.whynot import whynot
from optimizer.assurance.result import Result
from optimizer.results.progress import Progress
from optimizer.results.record import Status
from optimizer.solving.evaluate import evaluate
from optimizer.solving.solve import solve
from tests.folders import TINY
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case")))


@pytest.fixture(scope="module")
def tiny() -> Case:
    return load_case(TINY)


def test_a_question_is_solved_once_whatever_it_is_called(case: Case) -> None:
    session = SolverSession(case)
    first = session.solve("base")
    again = session.solve(case.scenarios["base"].model_copy(update={"name": "same", "description": "the same"}))
    assert again is first
    assert session.evaluate("base", menus=first.menus) is session.evaluate("base", menus=first.menus.copy())
    assert len(session.results) == 2


def test_what_is_found_from_a_nearby_question_is_what_is_found_alone(case: Case) -> None:
    session = SolverSession(case)
    for tiers in (2, 1):
        scenario = case.scenarios["base"].model_copy(update={"max_tiers": tiers})
        alone = solve(case, scenario)
        assert session.solve(scenario).objective == pytest.approx(alone.objective, rel=2e-4)


def test_progress_counts_the_solves(case: Case) -> None:
    news: list[Progress] = []
    session = SolverSession(case, progress=news.append)
    for name in session.each(["base", "dear"]):
        session.solve(name, label=name)
    phases = [report.phase for report in news]
    assert phases[0].startswith("1 of 2: base, ")
    assert phases[-1].startswith("2 of 2: dear, ")
    assert news[0].seconds <= news[-1].seconds


def test_a_stop_ends_the_round_and_what_was_cut_short_is_not_kept(case: Case) -> None:
    stop = False
    session = SolverSession(case, should_stop=lambda: stop)
    met = []
    for name in session.each(["base", "dear"]):
        met.append(name)
        stop = True
    assert met == ["base"]
    assert session.solve("base").status in (Status.NO_PLAN, Status.FEASIBLE)
    stop = False
    assert session.solve("base").status is Status.OPTIMAL


def test_an_unknown_scenario_is_bad_input(case: Case) -> None:
    with pytest.raises(CaseError, match="no scenario of that name"):
        SolverSession(case).solve("bas")


def test_a_session_has_its_own_options(case: Case) -> None:
    session = SolverSession(case)
    assert at_work(session) is session
    assert at_work(case, gap=0.5).gap == 0.5
    with pytest.raises(TypeError, match="gap"):
        at_work(session, gap=0.5)


def test_a_limit_is_for_the_whole_answer(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock moves by what each solve was given, as if none ended before."""
    clock, given = [0.0], []

    def spend(case: Case, scenario: Scenario, *, time_limit: float, **more: Any) -> Result:
        given.append(time_limit)
        clock[0] += time_limit
        return replace(solve(case, scenario, gap=1e-2), status=Status.FEASIBLE)

    monkeypatch.setattr("optimizer.analysis.machinery.sessions.solver_session.monotonic", lambda: clock[0])
    monkeypatch.setattr("optimizer.analysis.machinery.sessions.solver_session.solve", spend)
    answer = explain(case, time_limit=80.0)
    assert given[0] == 40.0  # the plan itself, when it is not known yet how much follows
    assert sum(given) <= 80.0 + 1e-9
    assert answer.status is Status.FEASIBLE
    assert not answer.interrupted


def test_what_the_time_did_not_allow_is_said(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    solved: list[str] = []

    def late(self: SolverSession) -> float:
        return 1.0 if not solved else 0.0

    def once(case: Case, scenario: Scenario, **more: Any) -> Result:
        solved.append(scenario.name)
        return solve(case, scenario, gap=1e-2)

    monkeypatch.setattr(SolverSession, "seconds_left", property(late))
    monkeypatch.setattr("optimizer.analysis.machinery.sessions.solver_session.solve", once)
    answer = whynot(case, "base", "drop silver", "drop gold", time_limit=1.0)
    assert solved == ["base"]
    assert answer.sentences == (
        "Not asked: drop silver, drop gold.",
        "The time was up before everything was asked and proved; what is missing is left out.",
    )
    assert (answer.status, answer.gap) == (Status.FEASIBLE, pytest.approx(answer.gap))
    assert answer.tables["requests"].empty


def test_without_time_nothing_is_solved_and_each_answer_has_its_own(case: Case) -> None:
    session = SolverSession(case, time_limit=0.0)
    with session.answering():
        unasked = session.solve("base")
        assert (unasked.status, unasked.plan, unasked.seconds) == (Status.NO_PLAN, None, 0.0)
        assert unasked.reason == "The time was up before this was asked."
    assert session.seconds_left is None
    assert not session.stopped
    session.time_limit = 60.0
    with session.answering():
        assert session.solve("base").status is Status.OPTIMAL


def test_what_had_less_time_is_solved_again_with_more(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[float] = []

    def unproved(case: Case, scenario: Scenario, *, time_limit: float, **more: Any) -> Result:
        given.append(time_limit)
        return replace(solve(case, scenario, gap=1e-2), status=Status.FEASIBLE)

    monkeypatch.setattr("optimizer.analysis.machinery.sessions.solver_session.solve", unproved)
    session = SolverSession(case, time_limit=1.0)
    assert session.solve("base") is session.solve("base")
    session.time_limit = 50.0
    session.solve("base")
    assert given == [1.0, 50.0]


ASKED: dict[str, Callable[..., Answer]] = {
    "compare": compare,
    "frontier": frontier,
    "explain": explain,
    "diagnose": diagnose,
    "alternatives": alternatives,
    "partners": partners,
    "portfolio": portfolio,
    "roadmap": roadmap,
    "three goals": partial(frontier, goals=["account_revenue", "service_margin", "csat_over_floor"], points=3),
}


@pytest.mark.parametrize("solves", [0, 1, 3])
@pytest.mark.parametrize("name", ASKED)
def test_an_answer_cut_short_anywhere_is_one(
    name: str, solves: int, tiny: Case, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left = [solves]

    def counting(ask: Callable[..., Result]) -> Callable[..., Result]:
        def counted(*given: Any, **more: Any) -> Result:
            left[0] -= 1
            return ask(*given, **more)

        return counted

    monkeypatch.setattr("optimizer.analysis.machinery.sessions.solver_session.solve", counting(solve))
    monkeypatch.setattr("optimizer.analysis.machinery.sessions.solver_session.evaluate", counting(evaluate))
    monkeypatch.setattr(SolverSession, "seconds_left", property(lambda session: 1000.0 if left[0] > 0 else 0.0))
    answer = ASKED[name](tiny, gap=1e-3, time_limit=1000.0)
    assert answer.save(tmp_path / "answer").is_dir()
    if left[0] <= 0:
        assert answer.sentences[-1].startswith("The time was up") or name == "compare"
    if solves == 0:
        assert answer.status is (Status.FEASIBLE if name == "diagnose" else Status.NO_PLAN)
    assert answer.gap is None or 0.0 <= answer.gap < 1.0


def test_how_the_solves_ended_is_told_only_where_there_were_some(case: Case) -> None:
    run = solve(case)
    told = "Each solve ended at the sign and two digits"
    for answer, solved in (
        (whynot(case, "base", "at least 0 tiers", result=run), False),  # the run's own plan answers it
        (whynot(case, "base", "exactly 1 tier", result=run), True),
    ):
        assert any(sentence.startswith(told) for sentence in answer.sentences) == solved
