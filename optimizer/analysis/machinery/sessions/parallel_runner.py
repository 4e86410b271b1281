"""Many scenarios solved in parallel: what is known is not solved again, what fails does not stop the rest."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from dataclasses import dataclass, replace
from functools import partial
from math import ceil

from models import CaseError, Scenario
from models.plan_tables import RunError

from ....assurance.result import Result
from ....interrupts import note_plan
from ....results.record import Status
from ....search.assortment.compilation import compile_search
from ....search.state.limits import Stopped, Watch
from ....solving.store import Store
from .solver_session import SolverSession
from .worker_pool import POLL_SECONDS, WorkerPool
from .worker_solve import due_in, solve_one

LATE = 4.0
"""Seconds that a solve may end after the limit before it is told to, or left behind."""
PROOF_SECONDS = 5.0
"""Most time for proving again, beside what is under way, that a scenario of the store is infeasible."""


@dataclass(frozen=True)
class ScenarioOutcome:
    """What became of one scenario: a result, a failure in words, or neither where a stop came first."""

    result: Result | None = None
    failure: str | None = None
    reused: bool = False
    """Whether the result was in the store."""
    unkept: str | None = None
    """Why the result could not be put into the store, in words."""


class ParallelRunner:
    """Solves scenarios of the session's case in parallel on a worker pool, and keeps results as they come in.

    The first scenario is solved alone; the others start from its plan, whatever the order in which they end, so that
    the same scenarios have the same results on any executor. What a lost process was solving is tried once more, by
    itself, so that whatever ends its process twice is known.
    """

    def __init__(self, session: SolverSession, pool: WorkerPool, store: Store | None) -> None:
        self.session, self.pool, self.store = session, pool, store
        self._underway: dict[Future[Result], Scenario] = {}
        self._waiting: deque[Scenario] = deque()
        self._again: deque[Scenario] = deque()
        self._suspects: set[str] = set()
        self._outcomes: dict[str, ScenarioOutcome] = {}
        self._start: Result | None = None
        self._due = due_in(session.seconds_left)

    def run(self, scenarios: Sequence[Scenario]) -> dict[str, ScenarioOutcome]:
        """What became of each scenario, by its name, in the order given."""
        first, *others = scenarios
        self._work_off([first], len(scenarios))
        known = self._outcomes.get(first.name, ScenarioOutcome()).result
        if known is not None and known.plan is not None:
            note_plan()
            self._start = replace(known, audit=None, baseline=None, manifest={})
        self._work_off(others, len(scenarios))
        return {scenario.name: self._outcomes.get(scenario.name, ScenarioOutcome()) for scenario in scenarios}

    def _work_off(self, scenarios: Sequence[Scenario], count: int) -> None:
        self._waiting.extend(scenarios)
        while self._waiting or self._again or self._underway:
            if self.session.stopped:
                self._halt()
            while (scenario := self._next()) is not None:
                self._begin(scenario, count)
            solved = f"{len(self._outcomes)} of {count} scenarios solved"
            self.session.report(f"{solved}, {len(self._underway)} under way")
            done, _ = wait(self._underway, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(future, self._underway.pop(future))

    def _next(self) -> Scenario | None:
        """What to begin now, if anything; what a lost process was solving is left to itself."""
        if self._again:
            return None if self._underway else self._again.popleft()
        alone = any(scenario.name in self._suspects for scenario in self._underway.values())
        room = len(self._underway) < self.pool.size and not alone
        return self._waiting.popleft() if self._waiting and room else None

    def _begin(self, scenario: Scenario, count: int) -> None:
        gap, reference = self.session.gap, self.session.reference
        if reference is not None and reference.settles(scenario, ()):
            self._outcomes[scenario.name] = ScenarioOutcome(reference.result)
            return
        known = self._known(scenario)
        if known is not None:
            self._outcomes[scenario.name] = ScenarioOutcome(known, reused=True)
            return
        due, seconds = self._due if self.pool.here else None, self._seconds(count)
        solve = partial(solve_one, should_stop=self.pool.stopped, params=self.session.params)
        try:
            if self.pool.here:  # so that none of its processes has to
                compile_search(Watch(stop=lambda: self.session.stopped), self.session.report)
            future = self.pool.executor.submit(solve, self.session.case, scenario, gap, seconds, self._start, due)
        except Stopped:
            return
        except BrokenExecutor as error:
            self._lost(scenario, error)
        except Exception as error:  # an executor that takes no more work
            self._outcomes[scenario.name] = ScenarioOutcome(failure=_in_words(error))
        else:
            self._underway[future] = scenario

    def _known(self, scenario: Scenario) -> Result | None:
        """What the store has; that a scenario is infeasible is proved again, for a file could say so of any."""
        gap = self.session.gap
        known = None if self.store is None else self.store.find(scenario, gap, self.session.time_limit)
        if known is None or known.plan is not None:
            return known
        left = self.session.seconds_left
        seconds = PROOF_SECONDS if left is None else min(PROOF_SECONDS, left)
        stop, params = lambda: self.session.stopped, self.session.params
        proved = solve_one(self.session.case, scenario, gap, seconds, None, should_stop=stop, params=params)
        return proved if proved.status is Status.INFEASIBLE else None

    def _seconds(self, count: int) -> float | None:
        """Time for one scenario: an even part of what is left, with so many solved side by side."""
        left = self.session.seconds_left
        if left is None:
            return None
        to_come = count - len(self._outcomes) - len(self._underway)
        rounds = ceil(to_come / self.pool.size) if self._outcomes else 1 + ceil((to_come - 1) / self.pool.size)
        return left / max(1, rounds)

    def _take(self, future: Future[Result], scenario: Scenario) -> None:
        error = CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            if _is_loss(error):
                self._lost(scenario, error)
            else:
                self._outcomes[scenario.name] = ScenarioOutcome(
                    failure=None if self.session.stopped else _in_words(error)
                )
            return
        result = future.result()
        self._outcomes[scenario.name] = ScenarioOutcome(result)
        cut_short = self.session.stopped and result.status in (Status.FEASIBLE, Status.NO_PLAN)
        if self.store is not None and not cut_short:
            try:
                self.store.keep(scenario, self._as_asked(result))
            except (OSError, RunError) as fault:  # a result that is there is worth more than its place in the store
                self._outcomes[scenario.name] = ScenarioOutcome(result, unkept=_in_words(fault))

    def _as_asked(self, result: Result) -> Result:
        """The result with the limits of the whole sweep on record, by which the store finds it again."""
        if self.session.time_limit is None:
            return result
        asked = {"gap": self.session.gap, "time_limit": self.session.time_limit}
        return replace(result, manifest={**result.manifest, "asked": asked})

    def _lost(self, scenario: Scenario, error: BaseException) -> None:
        """The process that solved a scenario has gone: try it once more, elsewhere."""
        if self.session.stopped:
            self._outcomes[scenario.name] = ScenarioOutcome()
        elif scenario.name in self._suspects and self.pool.has_begun():
            self._outcomes[scenario.name] = ScenarioOutcome(failure=f"Its process ended twice. {_in_words(error)}")
        else:
            self._suspects.add(scenario.name)
            self._again.append(scenario)
        if isinstance(error, BrokenExecutor) and self.pool.renew is not None and not self._underway:
            self.pool.executor = self.pool.renew()

    def _halt(self) -> None:
        """Begin nothing more, and end what is running; where that cannot be reached, leave it behind."""
        self._waiting.clear()
        self._again.clear()
        overdue = self._due is not None and time.time() > self._due + LATE
        if not (self.session.interrupted or overdue):
            return  # what is running has the same limit
        if self.pool.stop is not None:
            self.pool.stop()
            return
        for future in list(self._underway):
            future.cancel()
            del self._underway[future]


def _is_loss(error: BaseException) -> bool:
    """Whether an error says that a process has gone or was interrupted, and nothing of the scenario.

    Dask's `KilledWorker` says so too.
    """
    gone = isinstance(error, BrokenExecutor | CancelledError | KeyboardInterrupt | SystemExit)
    return gone or type(error).__name__ == "KilledWorker"


def _in_words(error: BaseException) -> str:
    if isinstance(error, CaseError):
        return " ".join(map(str, error.problems))
    return f"{type(error).__name__}: {error}".rstrip(": ")
