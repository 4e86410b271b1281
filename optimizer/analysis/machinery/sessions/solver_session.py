"""`SolverSession`: solves the many questions of an analysis, each starting from what the earlier ones found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any, ParamSpec, TypeAlias, TypedDict, TypeVar, Unpack, cast

import pandas as pd

from models import Case, Scenario, named_scenario
from models.conditions import Condition

from ....assurance.result import Result
from ....interrupts import current, handling_interrupts, note_plan
from ....results.default_gap import DEFAULT_GAP
from ....results.progress import FoundRow, Progress, ProgressCallback, StopCheck
from ....search.state.parameters import SearchParameters
from ....search.state.stop_rule import StopRule
from ....solving.baselines import Baselines
from ....solving.evaluate import evaluate
from ....solving.solve import solve
from ....solving.time_limit import Limit
from ..answers.answer import Answer
from ..answers.asked_arguments import arguments_of
from ..answers.proved_amount import found_in_words
from .brief_solves import NODES, BriefSolves
from .reference_run import AskedSolve, KeptRuns, ReferenceRun, opened_run
from .solved_question import QuestionKey, SolvedQuestion, SolvedQuestions, key_of, name_of, rows_of
from .unasked_result import stopped_in_words, unasked_result

Item = TypeVar("Item")
Label: TypeAlias = Callable[[Item], str]
P = ParamSpec("P")
Answered = TypeVar("Answered", bound=Answer)

ELSEWHERE = inf
"""Stands for the gap of a result that was found elsewhere and answers nothing that is asked here."""
ANY = 1e9
"""Relative gap that every plan has: the first one found will do."""
ONE_OF_MANY = 0.5
"""Most share of the time left for one solve, where it is not known how many follow."""


class SolveOptions(TypedDict, total=False):
    """How a session solves: what an analysis takes that is given a case and not a session."""

    gap: float | None
    """Relative gap to prove in each solve; None for sign and two digits of what each is asked for, or 1e-4."""
    time_limit: float | None
    """Seconds for the whole answer, all its solves together; outside of one, for each solve (None: no limit)."""
    progress: ProgressCallback | None
    """Told of each search's news, with the count of solves in its phase."""
    should_stop: StopCheck | None
    """True asks the running solve and the analysis to end with what they have."""
    params: SearchParameters
    """Numbers that steer each search."""


class SolverSession:
    """A solver session: one case and every result for it, so that a question is solved once, from the nearest known.

    A session of a run, a folder or a result, is about that run: its case, its scenario and its plan. Results keep the
    name of the scenario they were first asked under. Ctrl-C and limits end each solve with a true status; ask `stopped`
    between solves, or go through `each`. What is asked after that is not solved: its result is `no_plan`.
    """

    def __init__(self, case: Case | Result | str | Path, **options: Unpack[SolveOptions]) -> None:
        self.run: Result | None
        """The run that the session is about, where it is about one."""
        self.kept_runs: KeptRuns | None = None
        """Where a question on a case finds the run it is about, or keeps it once it is solved."""
        self.reference: ReferenceRun | None = None
        """The run that the question at work is about."""
        self.case, self.run = (case, None) if isinstance(case, Case) else opened_run(case)
        self.asked_gap = asked = options.get("gap")
        """The gap that was asked for; None where a solve may end at what tells its answer, or at so many nodes."""
        self.gap = DEFAULT_GAP if asked is None else asked
        self.time_limit = options.get("time_limit")
        self._progress = options.get("progress")
        self._should_stop = options.get("should_stop")
        self.params = SearchParameters.of(options.get("params"))
        self._baselines = Baselines()
        self._began = monotonic()
        self.known = SolvedQuestions()
        self._announced = self._asked = 0
        self._deadline: float | None = None
        self._answering = False
        self._left_out: list[str] = []
        self._narrow: dict[str, bool | None] = {}
        self._finished: set[str] = set()

    @property
    def interrupted(self) -> bool:
        """Whether someone asked to stop."""
        call = current()
        return (call is not None and call.stopping) or (self._should_stop is not None and self._should_stop())

    @property
    def stopped(self) -> bool:
        """Whether someone asked to stop or the time for the answer is up: what is not solved yet stays so."""
        return self.interrupted or self.seconds_left == 0.0

    @property
    def seconds_left(self) -> float | None:
        """Time until the answer at work is due; None without a limit."""
        return None if self._deadline is None else max(0.0, self._deadline - monotonic())

    @contextmanager
    def answering(self) -> Iterator[None]:
        """One answer, whose solves share the time limit and which hears interrupts; a question within shares both."""
        if self._answering:
            yield
            return
        self._answering, self._announced, self._left_out, self._narrow = True, self._asked, [], {}
        self._finished = set()
        self._deadline = None if self.time_limit is None else monotonic() + self.time_limit
        try:
            with handling_interrupts():
                yield
        finally:
            self._answering, self._deadline, self.reference = False, None, None

    @property
    def results(self) -> tuple[Result, ...]:
        """Every result so far, in the order solved."""
        return tuple(solved.result for solved in self.known.values())

    @property
    def solves(self) -> tuple[AskedSolve, ...]:
        """Every solve so far that chose the menus from the case's own price points, in order."""
        return tuple(one for (_, _, rows, _), one in self.known.items() if rows is None)

    def expect(self, solves: int) -> None:
        """Announce solves to come, so that progress can say `12 of 30`."""
        self._announced += solves

    def report(self, phase: str) -> None:
        """Tell whoever watches of work that is done elsewhere than here."""
        self.tell(Progress(0.0, phase, many=True))

    def tell(self, news: Progress) -> None:
        """Tell whoever watches, with the time since the session began."""
        if self._progress is not None:
            self._progress(replace(news, seconds=monotonic() - self._began))

    def each(self, items: Sequence[Item], name: Label[Item] = name_of, named: Label[Item] = name_of) -> Iterator[Item]:
        """The items, one solve each, until a stop; then those finished, by `name`. The others are told as `named`."""
        self.expect(len(items))
        for item in items:
            if self.leaves_out(name(item)):
                self._left_out.append(named(item))
            else:
                yield item

    def leaves_out(self, name: str) -> bool:
        """Whether a stop came before what goes by this name was finished."""
        return self.stopped and name not in self._finished

    def learn(self, solved: Mapping[QuestionKey, SolvedQuestion], finished: str | None) -> None:
        """Take what was solved elsewhere for this answer, and the name of what was finished by it."""
        self.known.update(solved)
        self._finished |= set() if finished is None else {finished}

    @property
    def shortfall(self) -> list[str]:
        """What a stop left out of the answer at work, in sentences; none where there was none."""
        told = [] if self.brief is None else self.brief.in_words(stopped=self.stopped)
        return told + (stopped_in_words(self._left_out, interrupted=self.interrupted) if self.stopped else [])

    def solve(
        self,
        scenario: str | Scenario = "base",
        *,
        conditions: Sequence[Condition] = (),
        label: str = "",
        share: float | None = None,
        price_points: pd.DataFrame | None = None,
        differs: bool = True,
        nodes: int = NODES,
        gap: float | None = None,
    ) -> Result:
        """Result of `optimizer.solve` for a scenario and conditions; `label` says in progress what is asked.

        `share` is how much of the time left it may take at most, where more follows than is announced. `price_points`
        stands in for the case's table of that name, before the scenario's changes. Where no gap was asked for, the
        difference from the run is wanted, if `differs`, and else `gap`, in so many `nodes` at most.
        """
        wanted, asked = named_scenario(self.case, scenario), tuple(conditions)
        reference = self.reference if price_points is None else None
        if reference is not None and reference.settles(wanted, asked):
            self._asked += 1
            return self._met(reference.result)
        more: dict[str, Any] = {"conditions": asked} if asked else {}
        more |= {"share": share, "price_points": price_points}
        more |= {"gap": self.gap if gap is None or self.asked_gap is not None else gap}
        compared = differs and reference is not None
        more |= {"rule": self.brief and self.brief.rule(wanted, asked, nodes, differs=compared)}
        if reference is not None:
            more["settle"] = lambda found: reference.bounded(wanted, asked, reference.kept(wanted, asked, found))
        found = self._ask(wanted, asked, label, start=self.known.nearest(wanted, asked), **more)
        if self.brief is not None and differs:  # how closely others are proved is told by who asks for them
            self.brief.note(label, found)
        return found

    def know(self, scenario: Scenario, result: Result) -> None:
        """Take a plan for what solving a scenario gives; one that is not proved is solved again when asked for."""
        self.known[key_of(scenario, (), None, self.gap)] = SolvedQuestion(scenario, (), result, 0.0)

    def take(self, scenario: str | Scenario, result: Result) -> None:
        """Know the result of solving a scenario of this case elsewhere.

        It answers that question here where it proves what is asked; else later solves start from it.
        """
        wanted = named_scenario(self.case, scenario)
        proves = result.gap is not None and result.gap <= self.gap
        key = key_of(wanted, (), None, self.gap if proves else ELSEWHERE)
        self.known[key] = SolvedQuestion(wanted, (), result, inf)

    def any_plan(
        self, scenario: str | Scenario = "base", *, conditions: Sequence[Condition] = (), label: str = ""
    ) -> Result:
        """Some plan that obeys every rule, however good, or the proof that there is none."""
        wanted, asked = named_scenario(self.case, scenario), tuple(conditions)
        settled = self.reference is not None and self.reference.settles(wanted, asked)
        if settled or key_of(wanted, asked, None, self.gap) in self.known:
            return self.solve(wanted, conditions=asked, label=label)
        more: dict[str, Any] = {"conditions": asked} if asked else {}
        more |= {"rule": self.brief and self.brief.without_difference()}
        return self._ask(wanted, asked, label, gap=ANY, start=self.known.nearest(wanted, asked), **more)

    def evaluate(
        self,
        scenario: str | Scenario = "base",
        *,
        menus: pd.DataFrame,
        label: str = "",
        better_than: float | None = None,
    ) -> Result:
        """Result of `optimizer.evaluate` for menus given (price_book, tier, model, price); nothing closest.

        It is `no_plan` where nothing is better than an objective given, money a year.
        """
        rule = StopRule() if self.brief is None else self.brief.without_difference()
        wanted = named_scenario(self.case, scenario)
        return self._ask(wanted, (), label, menus=menus, closest=False, rule=replace(rule, reached=better_than))

    @property
    def brief(self) -> BriefSolves | None:
        """How solves end that need only tell an answer: unless a gap was asked for, and for the plan itself."""
        if self.asked_gap is not None or self.reference is None:
            return None
        return BriefSolves(self.reference, self.time_limit is not None, self._narrow)

    def _ask(self, scenario: Scenario, conditions: tuple[Condition, ...], label: str, /, **more: Any) -> Result:
        menus, points = more.get("menus"), more.pop("price_points", None)
        rows = None if menus is None and points is None else (rows_of(menus), rows_of(points))
        gap, share, rule = more.pop("gap", self.gap), more.pop("share", None), more.pop("rule", None)
        settle: Callable[[Result], Result] = more.pop("settle", lambda found: found)
        key = key_of(scenario, conditions, rows, gap)
        self._asked += 1
        known, seconds = self.known.get(key), self._time_for_one(share)
        if self.brief is not None:
            self.brief.begin(label)
        if self.stopped or (known is not None and known.serves(inf if seconds is None else seconds, rule)):
            return settle(self.unasked(scenario, label)) if known is None else self._met(settle(known.result))
        more |= {"gap": gap, "time_limit": seconds, "should_stop": self._should_stop, "stop_rule": rule}
        more |= {"progress": self._reporter(label, gap), "baselines": self._baselines, "params": self.params}
        case = self.case if points is None else self.case.with_table("price_points", points)
        result = settle((solve if menus is None else evaluate)(case, scenario, **more))
        given = 0.0 if self.interrupted else inf if seconds is None else seconds
        self.known[key] = SolvedQuestion(scenario, conditions, result, given, rule)
        if self.reference is not None and label:
            self.tell(FoundRow(0.0, f"{label}: {found_in_words(self.reference.result, result, any_plan=gap == ANY)}"))
        return self._met(result)

    def limit_of_last(self) -> Limit:
        """What may end a piece of work that is no search: the time left, and a request to stop."""
        return Limit(self.gap, self._deadline, self._should_stop)

    @staticmethod
    def _met(result: Result) -> Result:
        """The result; an interrupt from now on leaves its plan."""
        if result.plan is not None:
            note_plan()
        return result

    def _time_for_one(self, share: float | None) -> float | None:
        """Seconds for the solve asked last: an even part of what is left, with those announced after it."""
        left = self.seconds_left
        if left is None:
            return self.time_limit
        to_come = self._announced - self._asked + 1
        even = 1 / to_come if to_come > 0 else ONE_OF_MANY
        return left * (even if share is None else share)

    def unasked(self, scenario: Scenario, label: str = "") -> Result:
        """The result of a question that the time or a request to stop left no room for."""
        self._left_out += [label] if label else []
        return unasked_result(self.case, scenario, interrupted=self.interrupted)

    def _reporter(self, label: str, gap: float) -> ProgressCallback | None:
        """Progress of one solve as part of all; no amounts of one that ends at any plan, whose bound says nothing."""
        tell, number = self._progress, self._asked
        if tell is None:
            return None
        count = f"{number} of {self._announced}" if self._announced >= number else f"solve {number}"
        part = f"{count}: {label}" if label else count

        def report(news: Progress) -> None:
            tell(replace(news, seconds=monotonic() - self._began, phase=f"{part}, {news.phase}", many=gap == ANY))

        return report


AskedOf: TypeAlias = Case | SolverSession | Result | str | Path
"""What a question is asked of: a run, by its folder or as a result, a case, or a session."""


def at_work(case: AskedOf, **options: Unpack[SolveOptions]) -> SolverSession:
    """The session given, or a new one; TypeError for options beside a session, which has its own."""
    if not isinstance(case, SolverSession):
        return SolverSession(case, **options)
    if options:
        raise TypeError(f"the session has its own options; {', '.join(options)} cannot be given beside it")
    return case


def question(ask: Callable[P, Answered]) -> Callable[P, Answered]:
    """An analysis of a run, of a case with options, or of a session: its solves share the time limit, Ctrl-C ends it.

    Its answer says which run it is about, and what was asked.
    """

    @wraps(ask)
    def answered(case: AskedOf, *given: Any, **named: Any) -> Answered:
        options = {name: named.pop(name) for name in SolveOptions.__annotations__ if name in named}
        session = at_work(case, **cast(SolveOptions, options))
        with session.answering():
            answer = ask(session, *given, **named)  # type: ignore[arg-type]  # P begins with the case
            run = None if session.reference is None else session.reference.origin
        return replace(answer, run=run, arguments=arguments_of(ask, *given, **named))

    return cast(Callable[P, Answered], answered)
