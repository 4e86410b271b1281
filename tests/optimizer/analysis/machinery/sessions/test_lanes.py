"""Two lanes: the same answers in one process and in two, whatever becomes of the other."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

import optimizer
from models import load_case
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.analysis.machinery.sessions import lanes
from optimizer.analysis.machinery.sessions.lane_session import OneSolve
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.results.progress import FoundRow, Progress
from tests.folders import TINY
from tests.optimizer.analysis.posed import case_of

SEED = 34


def in_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "is_worth_a_process", lambda session, tasks: True)


def content(answer: Answer) -> tuple[object, ...]:
    return (answer.sentences, answer.gap, *(table.to_csv() for table in answer.tables.values()))


@pytest.mark.parametrize("ask", [optimizer.portfolio, optimizer.partners], ids=["portfolio", "partners"])
def test_answers_are_the_same_with_another_process(ask: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    plan = optimizer.solve(case_of(SEED))
    here = ask(case_of(SEED), result=plan)
    in_a_process(monkeypatch)
    assert content(ask(case_of(SEED), result=plan)) == content(here)


def rows_told() -> list[str]:
    told: list[str] = []

    def note(news: Progress) -> None:
        told.extend([news.phase] if isinstance(news, FoundRow) else [])

    optimizer.whynot(load_case(TINY), None, "drop gold", "exactly 1 tier", "drop silver", progress=note)
    return told


def test_rows_of_both_lanes_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    here = rows_told()
    in_a_process(monkeypatch)
    assert sorted(rows_told()) == sorted(here)
    assert [row for row in here if row.startswith("drop gold: -2,580.00 EUR to -2,5")]


def lose_process(task: object) -> object:
    os._exit(1)


def test_what_a_lost_process_was_asked_is_solved_here(monkeypatch: pytest.MonkeyPatch) -> None:
    requests = ("drop gold", "exactly 1 tier", "drop silver", "at most 1 tier")
    here = optimizer.whynot(load_case(TINY), None, *requests)
    in_a_process(monkeypatch)
    monkeypatch.setattr(lanes, "work_in_lane", lose_process)
    assert content(optimizer.whynot(load_case(TINY), None, *requests)) == content(here)


@dataclass(frozen=True)
class Faulty:
    """A task that fails."""

    name: str

    def run(self, session: SolverSession) -> object:
        return 1 // 0


def test_what_goes_wrong_in_the_other_process_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_process(monkeypatch)
    case = load_case(TINY)
    session = SolverSession(case)
    with session.answering(), pytest.raises(ZeroDivisionError):
        lanes.work_ahead(session, [OneSolve(case.scenarios["base"], (), "one"), Faulty("other")])


@dataclass(frozen=True)
class Stopping:
    """A task in this process in whose midst someone asks to stop, once another has begun if it is to."""

    stop: threading.Event
    name: str
    awaited: Path | None

    def run(self, session: SolverSession) -> object:
        while self.awaited is not None and not self.awaited.exists():
            time.sleep(0.01)
        return self.stop.set()


@dataclass(frozen=True)
class Endless:
    """A task that ends when it is told to."""

    name: str
    begun: Path | None = None

    def run(self, session: SolverSession) -> object:
        if self.begun is not None:
            self.begun.touch()
        while not session.stopped:
            time.sleep(0.01)
        return None


@pytest.mark.parametrize("another", [False, True], ids=["here", "process"])
def test_a_stop_ends_both_lanes(another: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(lanes, "is_worth_a_process", lambda session, tasks: another)
    stop, begun = threading.Event(), tmp_path / "begun"
    session = SolverSession(load_case(TINY), should_stop=stop.is_set)
    first = Stopping(stop, "first", begun if another else None)
    tasks = [first, Endless("second", begun), Endless("third"), Endless("fourth")]
    with session.answering():
        lanes.work_ahead(session, tasks)
        left = [task.name for task in tasks if session.leaves_out(task.name)]
    assert left == (["third", "fourth"] if another else ["second", "third", "fourth"])


def test_a_time_limit_ends_both_lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    in_a_process(monkeypatch)
    session = SolverSession(load_case(TINY), time_limit=3.0)
    began = time.monotonic()
    with session.answering():
        lanes.work_ahead(session, [Endless("first"), Endless("second"), Endless("third"), Endless("fourth")])
    assert time.monotonic() - began < 60.0


def test_small_questions_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(size: int) -> object:
        raise AssertionError("a process was started")

    monkeypatch.setattr(lanes, "process_pool", none)
    quick = replace(optimizer.solve(load_case(TINY)), seconds=0.02)
    assert len(optimizer.portfolio(load_case(TINY), result=quick).tables["products"])
