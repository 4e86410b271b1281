"""The run that a question is about: what its answers are compared with, and what they keep where nothing is better."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from pathlib import Path
from typing import Protocol

from models import Case, Scenario, apply_scenario
from models.conditions import Condition, CountLimit, Cover, Decision, MenuOption
from models.decisions import DECISION_KINDS
from models.plan import Plan
from models.rules import count_rule

from ....assurance.opening import open_reference
from ....assurance.result import Result
from ....auditing import audit
from ....auditing.condition_rules import judge_conditions
from ....results.default_gap import DEFAULT_GAP
from ....results.findings import Audit
from ....results.identity import content_of
from ....results.record import Status
from ....results.run_case import case_of_run
from ....results.run_folder import reference_of
from ....results.run_reference import RunReference
from ....search.state.objective_scale import relative_gap
from ....search.state.stop_rule import EQUAL
from ....solving.imposed_conditions import scenario_under

_AS_WRITTEN = "experience"
"""The rule on how a plan's table shows limits, which are others under other rules, though what it delivers is the same.
"""


class AskedSolve(Protocol):
    """A solve of some question, whatever became of it."""

    @property
    def scenario(self) -> Scenario:
        """What was solved."""

    @property
    def conditions(self) -> Sequence[Condition]:
        """What was forced or forbidden besides."""

    @property
    def result(self) -> Result:
        """How it ended."""


class KeptRuns(Protocol):
    """Where the runs of a case lie that its solves write, by scenario."""

    def find(self, scenario: Scenario) -> Result | None:
        """The run of a scenario, where there is one and it is of the case as it is now."""

    def begin(self, scenario: Scenario) -> Result | None:
        """The same for the run that a question is about: without one it is made next, and its place is tried."""

    def keep(self, result: Result) -> Result:
        """Write a run, and give it back as it was written."""


def opened_run(run: Result | str | Path) -> tuple[Case, Result]:
    """The case of a run and the run, checked; raises `RunError` where the case has other data now."""
    if isinstance(run, Result):
        return case_of_run(run), run
    opened = open_reference(run)
    assert opened.case is not None  # only an unchecked run may lack it
    return opened.case, opened.result


def verdict_on(case: Case, scenario: Scenario, plan: Plan) -> Audit | None:
    """The audit of a plan made under other rules of the case, as loaded; None where it does not obey these."""
    changed, wanted = apply_scenario(case, scenario)
    verdict = audit(changed, wanted, plan)
    verdict = replace(verdict, rules=verdict.rules[verdict.rules["rule"] != _AS_WRITTEN])
    return verdict if verdict.ok else None


@dataclass(frozen=True)
class ReferenceRun:
    """A run with its case, as loaded, and its scenario."""

    case: Case
    scenario: Scenario
    result: Result
    _last_verdict: dict[Hashable, Audit | None] = field(default_factory=dict, repr=False, compare=False)
    """That on the question at work, which is wanted before its solve and after it."""

    @cached_property
    def origin(self) -> RunReference:
        """Which run it is."""
        return reference_of(self.result)

    @property
    def left_open(self) -> float:
        """What the run's own proof leaves open: bound less objective, money a year."""
        return max(0.0, (self.result.bound or 0.0) - (self.result.objective or 0.0))

    def settles(self, scenario: Scenario, conditions: Sequence[Condition]) -> bool:
        """Whether the run's plan, with its bound, answers a question as it is: it obeys all, and nothing is looser."""
        if content_of(scenario) != content_of(self.scenario) or self._loosens(conditions):
            return False
        return self.result.status is not Status.INFEASIBLE and self.obeys(scenario, conditions)

    def kept(self, scenario: Scenario, conditions: Sequence[Condition], found: Result) -> Result:
        """The run's plan with the bound of `found`, where it obeys what was asked and is as good by its own proof."""
        own = self.result
        if found.bound is None or found.status is Status.INFEASIBLE or own.objective is None:
            return found
        if found.objective is not None and found.objective - own.objective > self.left_open:
            return found
        verdict = self._verdict(scenario, conditions)
        if verdict is None:
            return found
        bound = max(found.bound, own.objective)
        gap = relative_gap(bound, own.objective)
        proved = gap <= DEFAULT_GAP + EQUAL if found.plan is None else found.status is Status.OPTIMAL
        status = Status.OPTIMAL if proved else Status.FEASIBLE
        same = {"plan": own.plan, "objective": own.objective, "no_contract_objective": own.no_contract_objective}
        left = None if found.warm_start_left is None else replace(found.warm_start_left, best=own.warm_start.best)
        found = replace(found, status=status, bound=bound, gap=gap, audit=verdict, reason=None, warm_start_left=left)
        return replace(found, **same)  # type: ignore[arg-type]

    def obeys(self, scenario: Scenario, conditions: Sequence[Condition]) -> bool:
        """Whether the run's plan obeys what is asked, so that only a better one need be looked for."""
        return self._verdict(scenario, conditions) is not None

    def bounded(self, scenario: Scenario, conditions: Sequence[Condition], found: Result) -> Result:
        """`found` with the run's bound, where that is the better one and holds for all that was asked."""
        own = self.result.bound
        same = content_of(scenario) == content_of(self.scenario) and self.narrows(conditions)
        if own is None or not same or found.status is Status.INFEASIBLE or (found.bound or inf) <= own:
            return found
        bound = max(own, -inf if found.objective is None else found.objective)
        return replace(
            found, bound=bound, gap=None if found.objective is None else relative_gap(bound, found.objective)
        )

    def _verdict(self, scenario: Scenario, conditions: Sequence[Condition]) -> Audit | None:
        """The audit of the run's plan under what is asked; None where it does not obey that."""
        asked = content_of(scenario), frozenset(conditions)
        if asked not in self._last_verdict:
            self._last_verdict.clear()
            self._last_verdict[asked] = self._judged(scenario, conditions)
        return self._last_verdict[asked]

    def _judged(self, scenario: Scenario, conditions: Sequence[Condition]) -> Audit | None:
        plan = self.result.plan
        if plan is None or self.result.menus_given or scenario.objective != self.scenario.objective:
            return None
        under = scenario_under(self.case, scenario, conditions)
        if not judge_conditions(apply_scenario(self.case, under)[0], plan, conditions)["ok"].all():
            return None
        return verdict_on(self.case, under, plan)

    def narrows(self, conditions: Sequence[Condition]) -> bool:
        """Whether every plan under the conditions is one that the run's scenario allows too."""
        decisions = [one for one in conditions if isinstance(one, Decision)]
        menus = any(isinstance(one, MenuOption | Cover) for one in conditions)  # these may sell what is not allowed
        return not menus and not self._loosens(conditions) and all(map(self._leaves_free, decisions))

    def better_found(self, asked: Iterable[AskedSolve]) -> float:
        """What the best plan found under the run's own rules has more than the run's, beyond the gap it was made to;
        money a year, 0 where there is none."""
        own, options = self.result.objective, self.result.manifest.get("options")
        gap = options.get("gap", DEFAULT_GAP) if isinstance(options, Mapping) else DEFAULT_GAP
        if own is None:
            return 0.0
        found = [
            one.result.objective - own
            for one in asked
            if one.result.objective is not None
            and content_of(one.scenario) == content_of(self.scenario)
            and self.narrows(one.conditions)
        ]
        most = max(found, default=0.0)
        return most if most > gap * max(1.0, abs(own)) else 0.0

    def _leaves_free(self, decision: Decision) -> bool:
        """Whether the case does not say the contrary of a decision."""
        kind = DECISION_KINDS[decision.kind]
        rows = self._changed.tables[kind.table]
        state = rows.loc[rows[kind.name] == decision.name, kind.switch].iloc[0]
        return state in ("optional", "required" if decision.wanted else "excluded")

    @cached_property
    def _changed(self) -> Case:
        """The case with the scenario's changes made."""
        return apply_scenario(self.case, self.scenario)[0]

    def _loosens(self, conditions: Sequence[Condition]) -> bool:
        """Whether a count takes the place of a tighter limit of the scenario."""
        counts = [condition for condition in conditions if isinstance(condition, CountLimit)]
        return any(
            _looser(limit, self._limit(count, least=least), least=least)
            for count in counts
            for least, limit in ((True, count.least), (False, count.most))
        )

    def _limit(self, count: CountLimit, *, least: bool) -> int | None:
        rule = count_rule(count.kind, least=least)
        return None if rule is None else getattr(self.scenario, rule)


def _looser(limit: int | None, before: int | None, *, least: bool) -> bool:
    if limit is None or before is None:
        return False
    return limit < before if least else limit > before
