"""`Workbench`: solves the many questions of an analysis, each starting from what the earlier ones found."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, TypedDict, TypeVar, Unpack

import pandas as pd

from models import Case, Scenario, named_scenario

from ..baselines import Baselines
from ..evaluate import evaluate
from ..identity import content_of
from ..progress import Progress, ProgressCallback, StopCheck
from ..result import Result, Status
from ..solve import GAP, solve

Item = TypeVar("Item")

ANY = 1e9
"""Relative gap that every plan has: the first one found will do."""
_PROVED = (Status.OPTIMAL, Status.INFEASIBLE)


class Options(TypedDict, total=False):
    """How a workbench solves: what an analysis takes that is given a case and not a workbench."""

    gap: float
    """Relative gap to prove in each solve (1e-4)."""
    time_limit: float | None
    """Seconds for each solve (None: no limit)."""
    progress: ProgressCallback | None
    """Told of each search's news, with the count of solves in its phase."""
    should_stop: StopCheck | None
    """True asks the running solve and the analysis to end with what they have."""


@dataclass(frozen=True)
class _Solved:
    scenario: Scenario
    conditions: tuple[Hashable, ...]
    result: Result


class Workbench:
    """One case and everything solved of it: a question asked twice is solved once, a new one starts from the nearest.

    Results keep the name of the scenario they were first asked under. Ctrl-C and limits end each solve with a true
    status; ask `stopped` between solves, or go through `each`.
    """

    def __init__(self, case: Case, **options: Unpack[Options]) -> None:
        self.case = case
        self.gap = options.get("gap", GAP)
        self.time_limit = options.get("time_limit")
        self._progress = options.get("progress")
        self._should_stop = options.get("should_stop")
        self._baselines = Baselines()
        self._began = monotonic()
        self._known: dict[Hashable, _Solved] = {}
        self._announced = self._asked = 0

    @property
    def stopped(self) -> bool:
        """Whether someone asked to stop: what is not solved yet stays so."""
        return self._should_stop is not None and self._should_stop()

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result so far, in the order solved."""
        return tuple(solved.result for solved in self._known.values())

    def expect(self, solves: int) -> None:
        """Announce solves to come, so that progress can say `12 of 30`."""
        self._announced += solves

    def report(self, phase: str) -> None:
        """Tell whoever watches of work that is done elsewhere than here."""
        if self._progress is not None:
            self._progress(Progress(monotonic() - self._began, phase, many=True))

    def each(self, items: Sequence[Item]) -> Iterator[Item]:
        """The items, announced as one solve each, until someone asks to stop."""
        self.expect(len(items))
        for item in items:
            if self.stopped:
                return
            yield item

    def solve(
        self, scenario: str | Scenario = "base", *, conditions: Sequence[Hashable] = (), label: str = ""
    ) -> Result:
        """Result of `optimizer.solve` for a scenario and conditions; `label` says in progress what is asked."""
        wanted = named_scenario(self.case, scenario)
        more: dict[str, Any] = {"conditions": tuple(conditions)} if conditions else {}
        return self._ask(wanted, tuple(conditions), label, start=self._nearest(wanted, tuple(conditions)), **more)

    def take(self, scenario: str | Scenario, result: Result) -> None:
        """Know the result of solving a scenario of this case elsewhere, where it proves what is asked here."""
        wanted = named_scenario(self.case, scenario)
        if result.gap is not None and result.gap <= self.gap:
            self._known[self._key(wanted, (), None, self.gap)] = _Solved(wanted, (), result)

    def any_plan(
        self, scenario: str | Scenario = "base", *, conditions: Sequence[Hashable] = (), label: str = ""
    ) -> Result:
        """Some plan that obeys every rule, however good, or the proof that there is none."""
        wanted, asked = named_scenario(self.case, scenario), tuple(conditions)
        if self._key(wanted, asked, None, self.gap) in self._known:
            return self.solve(wanted, conditions=asked, label=label)
        more: dict[str, Any] = {"conditions": asked} if asked else {}
        return self._ask(wanted, asked, label, gap=ANY, start=self._nearest(wanted, asked), **more)

    def evaluate(self, scenario: str | Scenario = "base", *, menus: pd.DataFrame, label: str = "") -> Result:
        """Result of `optimizer.evaluate` for menus given (price_book, tier, model, price)."""
        return self._ask(named_scenario(self.case, scenario), (), label, menus=menus)

    def _ask(self, scenario: Scenario, conditions: tuple[Hashable, ...], label: str, /, **more: Any) -> Result:
        menus: pd.DataFrame | None = more.get("menus")
        rows = None if menus is None else tuple(menus.sort_index(axis=1).itertuples(index=False, name=None))
        gap = more.pop("gap", self.gap)
        key = self._key(scenario, conditions, rows, gap)
        self._asked += 1
        if key not in self._known:
            run = solve if menus is None else evaluate
            more |= {"gap": gap, "time_limit": self.time_limit, "should_stop": self._should_stop}
            more |= {"progress": self._reporter(label), "baselines": self._baselines}
            result = run(self.case, scenario, **more)
            if self.stopped and result.status not in _PROVED:
                return result  # cut short: asked again, it is solved again
            self._known[key] = _Solved(scenario, conditions, result)
        return self._known[key].result

    @staticmethod
    def _key(scenario: Scenario, conditions: tuple[Hashable, ...], rows: Hashable, gap: float) -> Hashable:
        return content_of(scenario), frozenset(conditions), rows, gap

    def _nearest(self, scenario: Scenario, conditions: tuple[Hashable, ...]) -> Result | None:
        """The solved question that differs least, one with a plan before one without, of equals the latest."""
        solved = enumerate(self._known.values())
        ranked = [(one.result.plan is None, _distance(one, scenario, conditions), -at, one) for at, one in solved]
        return min(ranked, key=lambda entry: entry[:3])[3].result if ranked else None

    def _reporter(self, label: str) -> ProgressCallback | None:
        """Progress of one solve as part of all: time since the workbench began, and which solve it is."""
        tell, number = self._progress, self._asked
        if tell is None:
            return None
        count = f"{number} of {self._announced}" if self._announced >= number else f"solve {number}"
        part = f"{count}: {label}" if label else count

        def report(news: Progress) -> None:
            tell(replace(news, seconds=monotonic() - self._began, phase=f"{part}, {news.phase}"))

        return report


def at_work(case: Case | Workbench, **options: Unpack[Options]) -> Workbench:
    """The workbench given, or one for the case; raises TypeError for options beside a workbench, which has its own."""
    if isinstance(case, Case):
        return Workbench(case, **options)
    if options:
        raise TypeError(f"the workbench has its own options; {', '.join(options)} cannot be given beside it")
    return case


def _distance(one: _Solved, scenario: Scenario, conditions: tuple[Hashable, ...]) -> int:
    """How many rules, changes and conditions are not the same."""
    fields = set(Scenario.model_fields) - {"name", "description", "change"}
    rules = sum(bool(getattr(one.scenario, name) != getattr(scenario, name)) for name in fields)
    changes = {change.model_dump_json() for change in one.scenario.change}
    changes ^= {change.model_dump_json() for change in scenario.change}
    return rules + len(changes) + len(set(one.conditions) ^ set(conditions))
