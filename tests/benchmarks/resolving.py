"""Solves a case, then its scenario with other numbers, each in one session, and tells how long each took.

python -m tests.benchmarks.resolving QUESTION.json ANSWER.json

It uses public functions alone and nothing of the project's tests, so that it runs with the `optimizer` of any checkout.
"""

import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import optimizer
from models import vary


@dataclass
class Stopwatch:
    """Time since one solve began, on the clock and on a processor, and when each better plan was told."""

    began: float = field(default_factory=time.monotonic)
    worked: float = field(default_factory=time.process_time)
    plans: list[tuple[float, float, float]] = field(default_factory=list)
    """(seconds, seconds on a processor, objective), each better than the one before."""

    @property
    def times(self) -> tuple[float, float]:
        """Seconds so far, on the clock and on a processor."""
        return time.monotonic() - self.began, time.process_time() - self.worked

    def note(self, objective: float | None) -> None:
        """Note a plan if it is better than those so far."""
        if objective is not None and (not self.plans or objective > self.plans[-1][2]):
            self.plans.append((*self.times, objective))


@dataclass
class Questions:
    """The solves of one session, in the order asked."""

    case: optimizer.Case
    gap: float
    limit: float

    def __post_init__(self) -> None:
        self._watch = Stopwatch()
        self._session = optimizer.SolverSession(
            self.case, gap=self.gap, time_limit=self.limit, progress=lambda news: self._watch.note(news.objective)
        )

    def solve(self, scenario: str | optimizer.Scenario) -> dict[str, Any]:
        """How one solve ended, and when it had which plan."""
        self._watch = Stopwatch()
        result = self._session.solve(scenario)
        seconds, processor = self._watch.times
        self._watch.note(result.objective)
        ended = {"status": str(result.status), "objective": result.objective, "bound": result.bound, "gap": result.gap}
        return {**ended, "seconds": seconds, "processor": processor, "plans": self._watch.plans}


def answers(question: dict[str, Any]) -> dict[str, Any]:
    """`first`: the scenario as it is; `again`: with each change, in order; `afresh`: those from nothing, if asked."""
    case, named, limits = optimizer.load_case(question["case"]), question["scenario"], question["limits"]
    changed = [vary(case, {key: [value]}, named).scenarios[0] for key, value in question["changes"]]
    session = Questions(case, **limits)
    found: dict[str, Any] = {"first": session.solve(named)}
    found["again"] = [session.solve(scenario) for scenario in changed]
    afresh = changed if question.get("afresh") else []
    return found | {"afresh": [Questions(case, **limits).solve(scenario) for scenario in afresh]}


def main(question: str, answer: str) -> None:
    """Answer the question in a file."""
    asked = json.loads(Path(question).read_text(encoding="utf-8"))
    Path(answer).write_text(json.dumps(answers(asked)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
