"""`Lane`: a session of its own that works off every second question of an answer, here or in another process."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from time import monotonic
from typing import Protocol

from models import Case, Scenario
from models.conditions import Condition

from ....assurance.result import Result
from ....results.progress import FoundRow, Progress, ProgressCallback, StopCheck
from ....search.state.parameters import SearchParameters
from .reference_run import ReferenceRun
from .solved_question import QuestionKey, SolvedQuestion, SolvedQuestions
from .solver_session import SolverSession
from .worker_solve import is_stopped


class LaneTask(Protocol):
    """What a lane does in one go: a question, or some of which the later depend on what the first found.

    Another process can be sent it.
    """

    @property
    def name(self) -> str:
        """What it is called, unlike any other of its answer."""

    def run(self, session: SolverSession) -> object:
        """Ask what is to be known."""


@dataclass(frozen=True)
class OneSolve:
    """A task of one question."""

    scenario: Scenario
    conditions: tuple[Condition, ...]
    name: str

    def run(self, session: SolverSession) -> Result:
        """Solve it."""
        return session.solve(self.scenario, conditions=self.conditions, label=self.name)


@dataclass(frozen=True)
class LaneState:
    """What a lane begins with: the session's case, run, options, and what it knows."""

    case: Case
    reference: ReferenceRun | None
    known: SolvedQuestions
    gap: float | None
    time_limit: float | None
    params: SearchParameters
    due: float | None
    """When the answer is due, on the clock of this computer (`time.time`); None without a limit."""
    solves: int
    """Solves among which the time is shared out."""


@dataclass(frozen=True)
class LaneNews:
    """What a task has found."""

    name: str
    begun: bool
    """Whether it began before a stop came."""
    solved: Mapping[QuestionKey, SolvedQuestion]
    told: tuple[FoundRow, ...] = ()
    """The rows to tell, where nobody was told yet."""


class Lane(SolverSession):
    """A session that is answering, about the same run and with the same limits as that which it works for."""

    def __init__(self, state: LaneState, should_stop: StopCheck, progress: ProgressCallback | None) -> None:
        options = {"gap": state.gap, "time_limit": state.time_limit, "params": state.params}
        super().__init__(state.case, should_stop=should_stop, progress=progress, **options)  # type: ignore[arg-type]
        self.reference, self._answering = state.reference, True
        self.known = state.known
        self._deadline = None if state.due is None else monotonic() + state.due - time.time()
        self.expect(state.solves)

    def work(self, task: LaneTask) -> LaneNews:
        """Do a task, unless a stop came before it."""
        if self.stopped:
            return LaneNews(task.name, begun=False, solved={})
        before = dict(self.known)
        task.run(self)
        new = {key: one for key, one in self.known.items() if before.get(key) is not one}
        return LaneNews(task.name, begun=True, solved=new)


@dataclass(frozen=True)
class _ProcessLane:
    """The lane of this process, and what it is to tell."""

    lane: Lane
    told: list[FoundRow]


_here: list[_ProcessLane] = []
"""The lane that this process works off; empty before it begins one."""


def begin_lane(state: LaneState) -> None:
    """Begin the lane that this process, one of a pool, is for."""
    told: list[FoundRow] = []

    def note(news: Progress) -> None:
        if isinstance(news, FoundRow):
            told.append(news)

    _here[:] = [_ProcessLane(Lane(state, is_stopped, note), told)]


def work_in_lane(task: LaneTask) -> LaneNews:
    """Do a task in the lane of this process."""
    (here,) = _here
    here.told.clear()
    news = here.lane.work(task)
    return replace(news, told=tuple(here.told))
