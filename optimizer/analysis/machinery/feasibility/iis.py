"""A smallest set of rules that contradict each other (irreducible infeasible set), by a deletion filter over rules.

Chinneck & Dravnieks 1991; Chinneck, Feasibility and Infeasibility in Optimization, 2008, ch. 6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models import Scenario, apply_scenario
from models.conditions import Condition
from models.rules import ScenarioRules

from ....assurance.result import Result
from ....results.record import Status
from ..sessions.solver_session import SolverSession
from .levers import Lever, all_dropped, levers


@dataclass(frozen=True)
class Iis:
    """Rules that no plan obeys together: so solved with every other rule dropped, but for those in `held`."""

    rules: tuple[Lever, ...]
    """Each is needed: without it, and with every other rule dropped, some plan obeys the rest (where `minimal`)."""
    minimal: bool
    """Whether each was confirmed to be needed; a limit may have come first, or a rule is in `held`."""
    hard: bool = False
    """Proved: even without every rule there is no plan, so that the case's data contradict themselves."""
    held: tuple[str, ...] = ()
    """Other rules that were still on in what was solved, so that what is proved of `rules` is proved of both together.

    Empty wherever every rule has a lever that drops it.
    """


def find_iis(
    session: SolverSession, scenario: Scenario, rules: Sequence[Lever], conditions: tuple[Condition, ...] = ()
) -> Iis | None:
    """Rules that contradict each other (and conditions); None where that could not be proved in the time allowed.

    The scenario is infeasible under the conditions. Rules of one name are tried together first, then one by
    one; what is dropped stays dropped while the rest is still contradictory.
    """
    filtering = _Filter(session, scenario, tuple(rules), conditions)
    bare = filtering.plan_with([], "every rule")
    if bare.plan is None:
        return filtering.proved([], minimal=True) if bare.status is Status.INFEASIBLE else None
    kept, needed = list(rules), True
    for name in dict.fromkeys(lever.rule for lever in rules):
        kept, _ = filtering.less(kept, [lever for lever in kept if lever.rule == name], name)
    for lever in list(kept):
        kept, known = filtering.less(kept, [lever], lever.name)
        needed = needed and known
    return filtering.proved(kept, minimal=needed)


@dataclass(frozen=True)
class _Filter:
    session: SolverSession
    scenario: Scenario
    rules: tuple[Lever, ...]
    conditions: tuple[Condition, ...]

    def plan_with(self, kept: Iterable[Lever], name: str) -> Result:
        """A plan that obeys the rules kept with all others dropped, or the proof that there is none."""
        return self.session.any_plan(self._with(kept), conditions=self.conditions, label=f"without {name}")

    def _with(self, kept: Iterable[Lever]) -> Scenario:
        names = {lever.name for lever in kept}
        return all_dropped(self.scenario, (lever for lever in self.rules if lever.name not in names))

    def less(self, kept: list[Lever], group: list[Lever], name: str) -> tuple[list[Lever], bool]:
        """The rules kept less a group, if the rest is still contradictory; and whether that is known either way."""
        if self.session.stopped:
            return kept, False
        rest = [lever for lever in kept if lever not in group]
        outcome = self.plan_with(rest, name)
        if outcome.status is Status.INFEASIBLE:
            return rest, True
        return kept, outcome.plan is not None

    def proved(self, kept: list[Lever], *, minimal: bool) -> Iis | None:
        """What is proved of the rules kept, by what the session solved of them and what was on in it."""
        if self.plan_with(kept, "the others").status is not Status.INFEASIBLE:
            return None
        held = rules_still_on(self.session, self._with(kept), kept)
        return Iis(tuple(kept), minimal and not held, hard=not kept, held=held)


def rules_still_on(session: SolverSession, scenario: Scenario, kept: Iterable[Lever]) -> tuple[str, ...]:
    """Rules that are on in a scenario besides those kept; told by its fields and tables, not by what was dropped."""
    changed, wanted = apply_scenario(session.case, scenario)
    on = [key for key in ScenarioRules.model_fields if getattr(wanted, key) is not None]
    on += [lever.name for lever in levers(changed, wanted)]
    names = {lever.name for lever in kept}
    return tuple(dict.fromkeys(name for name in on if name not in names))
