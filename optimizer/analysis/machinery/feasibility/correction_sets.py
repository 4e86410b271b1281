"""Ways out of an infeasible scenario: which rules to loosen together, and how far each has to give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models import Scenario

from ....assurance.result import Result
from ....results.record import Status
from ..sessions.solver_session import SolverSession
from .feasible_limit import FeasibleLimit, furthest
from .iis import Iis, find_iis
from .levers import Lever, all_dropped

MOST_RULES = 3
"""Most rules loosened together."""
MOST_WAYS = 12
"""Most sets of rules looked at with a further one, and most ways told."""


@dataclass(frozen=True)
class CorrectionSet:
    """Rules that, loosened together, leave a plan."""

    rules: tuple[Lever, ...]
    limits: tuple[FeasibleLimit | None, ...]
    """How far each has to give, with those before it given way already; None for a rule that is on or off."""
    result: Result
    """Best plan with the rules loosened so far and no farther."""

    @property
    def steps(self) -> float:
        """Steps of loosening in all; a rule that has to go counts as ten."""
        return sum(_steps(lever, feasible) for lever, feasible in zip(self.rules, self.limits, strict=True))


def _steps(lever: Lever, feasible: FeasibleLimit | None) -> float:
    if feasible is None or feasible.within is None or lever.limit is None or lever.step is None:
        return 10.0
    return abs(feasible.within - lever.limit) / lever.step


def minimal_correction_sets(
    session: SolverSession, scenario: Scenario, rules: Sequence[Lever], iis: Iis
) -> list[CorrectionSet]:
    """Every set of fewest rules whose loosening leaves a plan, the least steps first."""
    order = {lever: place for place, lever in enumerate(rules)}
    found = _corrections(session, scenario, rules, iis)[:MOST_WAYS]
    ways = [
        _loosened(session, scenario, sorted(chosen, key=order.__getitem__)) for chosen in found if not session.stopped
    ]
    return sorted(ways, key=lambda way: way.steps)


def _corrections(
    session: SolverSession, scenario: Scenario, rules: Sequence[Lever], iis: Iis
) -> list[frozenset[Lever]]:
    """Smallest sets of rules without which there is a plan: one rule of every conflict (least hitting sets)."""
    known = {frozenset[Lever](): iis}
    for _ in range(MOST_RULES):
        wider = dict.fromkeys(gone | {lever} for gone, found in known.items() for lever in found.rules)
        outcomes = {chosen: _without(session, scenario, chosen) for chosen in wider if not session.stopped}
        enough = [chosen for chosen, outcome in outcomes.items() if outcome.plan is not None]
        if enough:
            return enough
        hopeless = [chosen for chosen, outcome in outcomes.items() if outcome.status is Status.INFEASIBLE]
        known = {}
        for chosen in hopeless[:MOST_WAYS]:
            left = [lever for lever in rules if lever not in chosen]
            more = find_iis(session, all_dropped(scenario, _ordered(chosen)), left)
            if more is not None:
                known[chosen] = more
    return []


def _without(session: SolverSession, scenario: Scenario, chosen: frozenset[Lever]) -> Result:
    names = " and ".join(lever.name for lever in _ordered(chosen))
    return session.any_plan(all_dropped(scenario, _ordered(chosen)), label=f"without {names}")


def _ordered(chosen: frozenset[Lever]) -> list[Lever]:
    return sorted(chosen, key=lambda lever: lever.name)


def _loosened(session: SolverSession, scenario: Scenario, chosen: Sequence[Lever]) -> CorrectionSet:
    """How far each rule has to give: the first with the others dropped, then each with those before it fixed."""
    limits: list[FeasibleLimit | None] = []
    for place, lever in enumerate(chosen):
        others_gone = all_dropped(scenario, chosen[place + 1 :])
        feasible = None if lever.limit is None else furthest(session, others_gone, lever)
        limits.append(feasible)
        fixed = feasible is not None and feasible.within is not None
        scenario = lever.at(scenario, feasible.within) if fixed else lever.dropped(scenario)  # type: ignore[union-attr, arg-type]  # fixed
    return CorrectionSet(tuple(chosen), tuple(limits), session.solve(scenario, label="the best plan then"))
