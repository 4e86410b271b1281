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
    reaches: tuple[FeasibleLimit | None, ...]
    """How far each has to give, with those before it given way already; None for a rule that is on or off."""
    result: Result
    """Best plan with the rules loosened so far and no farther."""

    @property
    def steps(self) -> float:
        """Steps of loosening in all; a rule that has to go counts as ten."""
        return sum(_steps(lever, reach) for lever, reach in zip(self.rules, self.reaches, strict=True))


def _steps(lever: Lever, reach: FeasibleLimit | None) -> float:
    if reach is None or reach.within is None or lever.limit is None or lever.step is None:
        return 10.0
    return abs(reach.within - lever.limit) / lever.step


def minimal_correction_sets(
    bench: SolverSession, scenario: Scenario, rules: Sequence[Lever], conflict: Iis
) -> list[CorrectionSet]:
    """Every set of fewest rules whose loosening leaves a plan, the least steps first."""
    order = {lever: place for place, lever in enumerate(rules)}
    found = _corrections(bench, scenario, rules, conflict)[:MOST_WAYS]
    ways = [_loosened(bench, scenario, sorted(chosen, key=order.__getitem__)) for chosen in found if not bench.stopped]
    return sorted(ways, key=lambda way: way.steps)


def _corrections(
    bench: SolverSession, scenario: Scenario, rules: Sequence[Lever], conflict: Iis
) -> list[frozenset[Lever]]:
    """Smallest sets of rules without which there is a plan: one rule of every conflict (least hitting sets)."""
    conflicts = {frozenset[Lever](): conflict}
    for _ in range(MOST_RULES):
        wider = dict.fromkeys(gone | {lever} for gone, found in conflicts.items() for lever in found.rules)
        outcomes = {chosen: _without(bench, scenario, chosen) for chosen in wider if not bench.stopped}
        enough = [chosen for chosen, outcome in outcomes.items() if outcome.plan is not None]
        if enough:
            return enough
        hopeless = [chosen for chosen, outcome in outcomes.items() if outcome.status is Status.INFEASIBLE]
        conflicts = {}
        for chosen in hopeless[:MOST_WAYS]:
            left = [lever for lever in rules if lever not in chosen]
            more = find_iis(bench, all_dropped(scenario, _ordered(chosen)), left)
            if more is not None:
                conflicts[chosen] = more
    return []


def _without(bench: SolverSession, scenario: Scenario, chosen: frozenset[Lever]) -> Result:
    names = " and ".join(lever.name for lever in _ordered(chosen))
    return bench.any_plan(all_dropped(scenario, _ordered(chosen)), label=f"without {names}")


def _ordered(chosen: frozenset[Lever]) -> list[Lever]:
    return sorted(chosen, key=lambda lever: lever.name)


def _loosened(bench: SolverSession, scenario: Scenario, chosen: Sequence[Lever]) -> CorrectionSet:
    """How far each rule has to give: the first with the others dropped, then each with those before it settled."""
    reaches: list[FeasibleLimit | None] = []
    for place, lever in enumerate(chosen):
        others_gone = all_dropped(scenario, chosen[place + 1 :])
        reach = None if lever.limit is None else furthest(bench, others_gone, lever)
        reaches.append(reach)
        settled = reach is not None and reach.within is not None
        scenario = lever.at(scenario, reach.within) if settled else lever.dropped(scenario)  # type: ignore[union-attr, arg-type]  # settled
    return CorrectionSet(tuple(chosen), tuple(reaches), bench.solve(scenario, label="the best plan then"))
