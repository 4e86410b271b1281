"""Many scenarios spread over an executor: what is known is not solved again, what fails does not stop the rest."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, replace

from models import CaseError, Scenario

from ..result import Result, Status
from .pool import Crew, solve_one
from .store import Store
from .workbench import Workbench

_POLL_SECONDS = 0.25


@dataclass(frozen=True)
class Outcome:
    """What became of one scenario: a result, a failure in words, or neither where a stop came first."""

    result: Result | None = None
    failure: str | None = None
    reused: bool = False
    """Whether the result was in the store."""
    unkept: str | None = None
    """Why the result could not be put into the store, in words."""


class Spread:
    """Runs scenarios of the workbench's case on a crew, and keeps results as they come in.

    The first scenario is solved alone; the others start from its plan, whatever the order in which they end, so that
    the same scenarios have the same results on any executor.
    """

    def __init__(self, bench: Workbench, crew: Crew, store: Store | None) -> None:
        self.bench, self.crew, self.store = bench, crew, store
        self._underway: dict[Future[Result], Scenario] = {}
        self._outcomes: dict[str, Outcome] = {}
        self._start: Result | None = None

    def run(self, scenarios: Sequence[Scenario]) -> dict[str, Outcome]:
        """What became of each scenario, by its name, in the order given."""
        first, *others = scenarios
        self._work_off(deque([first]), len(scenarios))
        known = self._outcomes.get(first.name, Outcome()).result
        if known is not None and known.plan is not None:
            self._start = replace(known, audit=None, baseline=None, manifest={})
        self._work_off(deque(others), len(scenarios))
        return {scenario.name: self._outcomes.get(scenario.name, Outcome()) for scenario in scenarios}

    def _work_off(self, waiting: deque[Scenario], count: int) -> None:
        while waiting or self._underway:
            if self.bench.stopped:
                waiting.clear()
                self._halt()
            while waiting and len(self._underway) < self.crew.size:
                self._begin(waiting.popleft())
            solved = f"{len(self._outcomes)} of {count} scenarios solved"
            self.bench.report(f"{solved}, {len(self._underway)} under way")
            done, _ = wait(self._underway, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(future, self._underway.pop(future))

    def _begin(self, scenario: Scenario) -> None:
        gap, limit = self.bench.gap, self.bench.time_limit
        known = None if self.store is None else self.store.find(scenario, gap, limit)
        if known is not None:
            self._outcomes[scenario.name] = Outcome(known, reused=True)
            return
        try:
            future = self.crew.executor.submit(solve_one, self.bench.case, scenario, gap, limit, self._start)
        except Exception as error:  # a pool that lost a process takes no more work
            self._outcomes[scenario.name] = Outcome(failure=_in_words(error))
        else:
            self._underway[future] = scenario

    def _take(self, future: Future[Result], scenario: Scenario) -> None:
        error = future.exception()
        if error is not None:
            failure = None if self.bench.stopped else _in_words(error)
            self._outcomes[scenario.name] = Outcome(failure=failure)
            return
        result = future.result()
        self._outcomes[scenario.name] = Outcome(result)
        cut_short = self.bench.stopped and result.status in (Status.FEASIBLE, Status.NO_PLAN)
        if self.store is not None and not cut_short:
            try:
                self.store.keep(scenario, result)
            except Exception as fault:  # a result that is there is worth more than its place in the store
                self._outcomes[scenario.name] = Outcome(result, unkept=_in_words(fault))

    def _halt(self) -> None:
        """End what is running; where that cannot be reached, leave it behind."""
        if self.crew.stop is not None:
            self.crew.stop()
            return
        for future in list(self._underway):
            future.cancel()
            del self._underway[future]


def _in_words(error: BaseException) -> str:
    if isinstance(error, CaseError):
        return " ".join(map(str, error.problems))
    return f"{type(error).__name__}: {error}".rstrip(": ")
