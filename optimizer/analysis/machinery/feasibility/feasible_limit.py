"""How far a target can go: the tightest limit of one rule for which some plan obeys all the others.

The search brackets the limit between one that a plan obeys and one that is proved out of reach. What each
plan found reaches itself moves the near end at once, so that few solves are needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from models import Scenario

from ....assurance.result import Result
from ....results.record import Status
from ..sessions.solver_session import SolverSession
from .levers import Lever

FINEST = 0.05
"""Share of a lever's step to which a limit is searched."""
MOST_SOLVES = 24
"""Most solves in one search."""


@dataclass(frozen=True)
class FeasibleLimit:
    """Ends of the bracket, each None where it is not known."""

    lever: Lever
    within: float | None
    """Tightest limit that a plan was found for."""
    beyond: float | None
    """Loosest limit that is proved out of reach."""
    plan: Result | None
    """That plan; one without the rule where none was found within it."""
    never: bool = False
    """Proved: no plan obeys the others even without this rule."""

    @property
    def proved(self) -> bool:
        """Whether the bracket is closed to a small share of a step."""
        return self.never or self.has_to_go or (self.within is not None and (self._at_end or self._narrow))

    @property
    def has_to_go(self) -> bool:
        """Proved: there is a plan without the rule, but none at its loosest limit."""
        loosest = self.lever.ends[0 if self.lever.down else 1]
        return self.plan is not None and self.within is None and self.beyond == loosest

    @property
    def _at_end(self) -> bool:
        return self.within == self.lever.ends[1 if self.lever.down else 0]

    @property
    def _narrow(self) -> bool:
        if self.beyond is None or self.within is None or self.lever.step is None:
            return False
        return abs(self.beyond - self.within) <= (1.0 if self.lever.whole else FINEST * self.lever.step) * (1 + 1e-9)


def furthest(bench: SolverSession, scenario: Scenario, lever: Lever) -> FeasibleLimit:
    """Tightest limit of the lever with the scenario's other rules held."""
    assert lever.limit is not None
    reach = _try(bench, scenario, FeasibleLimit(lever, None, None, None), lever.limit)
    reach = _loosen(bench, scenario, reach) if reach.within is None else _tighten(bench, scenario, reach)
    for _ in range(MOST_SOLVES):
        if reach.proved or reach.within is None or reach.beyond is None or bench.stopped:
            break
        before, reach = reach, _try(bench, scenario, reach, _middle(reach))
        if before == reach:  # a limit came before either was known
            break
    return reach


def _loosen(bench: SolverSession, scenario: Scenario, reach: FeasibleLimit) -> FeasibleLimit:
    """Loosen by growing steps until some plan obeys the rule; first see whether dropping it helps at all."""
    lever = reach.lever
    free = bench.any_plan(lever.dropped(scenario), label=f"without {lever.name}")
    if free.plan is None:
        return replace(reach, never=free.status is Status.INFEASIBLE)
    assert lever.limit is not None
    reach, reached, steps = replace(reach, plan=free), lever.achieved(free.plan), 1.0
    while reach.within is None and steps < 1e6 and not bench.stopped:
        limit = lever.loosened(lever.limit, steps)
        if reached is not None and not lever.looser(reached, limit):
            return replace(reach, within=_rounded(lever, reached))
        reach = _try(bench, scenario, reach, limit)
        if limit in lever.ends:
            break
        steps *= 3.0
    return reach


def _tighten(bench: SolverSession, scenario: Scenario, reach: FeasibleLimit) -> FeasibleLimit:
    """Tighten by growing steps until no plan obeys the rule."""
    lever, steps = reach.lever, 1.0
    while reach.beyond is None and reach.within is not None and not reach.proved and not bench.stopped:
        before, reach = reach, _try(bench, scenario, reach, lever.loosened(reach.within, -steps))
        if before == reach:
            break
        steps *= 3.0
    return reach


def _middle(reach: FeasibleLimit) -> float:
    assert reach.within is not None
    assert reach.beyond is not None
    middle = (reach.within + reach.beyond) / 2
    return float(int(middle)) if reach.lever.whole else middle


def _try(bench: SolverSession, scenario: Scenario, reach: FeasibleLimit, limit: float) -> FeasibleLimit:
    lever = reach.lever
    result = bench.any_plan(lever.at(scenario, limit), label=f"{lever.name} at {limit:.6g}")
    if result.plan is None:
        return replace(reach, beyond=limit) if result.status is Status.INFEASIBLE else reach
    reached = lever.achieved(result.plan)
    near = limit if reached is None else _rounded(lever, reached)
    return replace(reach, within=limit if lever.looser(near, limit) else near, plan=result)


def _rounded(lever: Lever, reached: float) -> float:
    """What was reached, within the lever's ends and a hair looser so that rounding does not undo it."""
    reached = min(max(reached, lever.ends[0]), lever.ends[1])
    if lever.whole or reached in lever.ends:
        return reached
    hair = 1e-7 * max(1.0, abs(reached))
    return reached - hair if lever.down else reached + hair
