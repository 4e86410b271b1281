"""A smallest set of rules that contradict each other, by a deletion filter over named rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from models import Scenario
from models.conditions import Condition

from ....assurance.result import Result
from ....results.record import Status
from ..sessions.solver_session import SolverSession
from .levers import Lever, all_dropped, never_set_aside


@dataclass(frozen=True)
class Iis:
    """Rules that no plan obeys together, proved with every other rule set aside."""

    rules: tuple[Lever, ...]
    """Each is needed: without it, and with every other rule set aside, some plan obeys the rest (where `minimal`)."""
    minimal: bool
    """Whether each was confirmed to be needed; a limit may have come first, or a rule is in `held`."""
    hard: bool = False
    """Proved: even without every rule there is no plan, so that the case's data contradict themselves."""
    held: tuple[str, ...] = ()
    """Rules that were never set aside, so that what is proved of `rules` is proved of both together."""


def find_iis(
    bench: SolverSession, scenario: Scenario, rules: Sequence[Lever], conditions: tuple[Condition, ...] = ()
) -> Iis | None:
    """Rules that contradict each other (and conditions); None where that could not be proved in the time allowed.

    The scenario is infeasible under the conditions. Rules of one name are tried together first, then one by
    one; what is dropped stays dropped while the rest is still contradictory (Chinneck & Dravnieks 1991).
    """
    filtering = _Filter(bench, scenario, tuple(rules), conditions)
    held = never_set_aside(scenario, rules)
    bare = filtering.plan_without(rules, "every rule")
    if bare.status is Status.INFEASIBLE:
        return Iis((), not held, hard=True, held=held)
    if bare.plan is None:
        return None
    kept, needed = list(rules), True
    for name, group in [(key, list(items)) for key, items in groupby(rules, key=lambda lever: lever.rule)]:
        kept, _ = filtering.less(kept, group, name)
    for lever in list(kept):
        kept, known = filtering.less(kept, [lever], lever.name)
        needed = needed and known
    return Iis(tuple(kept), needed and not held, held=held)


@dataclass(frozen=True)
class _Filter:
    bench: SolverSession
    scenario: Scenario
    rules: tuple[Lever, ...]
    conditions: tuple[Condition, ...]

    def plan_without(self, dropped: Iterable[Lever], name: str) -> Result:
        """A plan that need not obey some rules, or the proof that there is none."""
        scenario = all_dropped(self.scenario, dropped)
        return self.bench.any_plan(scenario, conditions=self.conditions, label=f"without {name}")

    def less(self, kept: list[Lever], group: list[Lever], name: str) -> tuple[list[Lever], bool]:
        """The rules kept less a group, if the rest is still contradictory; and whether that is known either way."""
        if self.bench.stopped:
            return kept, False
        rest = [lever for lever in kept if lever not in group]
        outcome = self.plan_without([lever for lever in self.rules if lever not in rest], name)
        if outcome.status is Status.INFEASIBLE:
            return rest, True
        return kept, outcome.plan is not None
