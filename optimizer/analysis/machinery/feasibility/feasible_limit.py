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
from .iis import rules_still_on
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


def furthest(session: SolverSession, scenario: Scenario, lever: Lever) -> FeasibleLimit:
    """Tightest limit of the lever with the scenario's other rules held."""
    assert lever.limit is not None
    found = _try(session, scenario, FeasibleLimit(lever, None, None, None), lever.limit)
    found = _loosen(session, scenario, found) if found.within is None else _tighten(session, scenario, found)
    for _ in range(MOST_SOLVES):
        if found.proved or found.within is None or found.beyond is None or session.stopped:
            break
        before, found = found, _try(session, scenario, found, _middle(found))
        if before == found:  # a limit came before either was known
            break
    return found


def _loosen(session: SolverSession, scenario: Scenario, found: FeasibleLimit) -> FeasibleLimit:
    """Loosen by growing steps until some plan obeys the rule; first see whether dropping it helps at all."""
    lever = found.lever
    without = lever.dropped(scenario)
    free = session.any_plan(without, label=f"without {lever.name}")
    if free.plan is None:
        gone = lever.name not in rules_still_on(session, without, ())
        return replace(found, never=gone and free.status is Status.INFEASIBLE)
    assert lever.limit is not None
    found, reached, steps = replace(found, plan=free), lever.achieved(free.plan), 1.0
    while found.within is None and steps < 1e6 and not session.stopped:
        limit = lever.loosened(lever.limit, steps)
        if reached is not None and not lever.looser(reached, limit):
            return replace(found, within=_rounded(lever, reached))
        found = _try(session, scenario, found, limit)
        if limit in lever.ends:
            break
        steps *= 3.0
    return found


def _tighten(session: SolverSession, scenario: Scenario, found: FeasibleLimit) -> FeasibleLimit:
    """Tighten by growing steps until no plan obeys the rule."""
    lever, steps = found.lever, 1.0
    while found.beyond is None and found.within is not None and not found.proved and not session.stopped:
        before, found = found, _try(session, scenario, found, lever.loosened(found.within, -steps))
        if before == found:
            break
        steps *= 3.0
    return found


def _middle(found: FeasibleLimit) -> float:
    assert found.within is not None
    assert found.beyond is not None
    middle = (found.within + found.beyond) / 2
    return float(int(middle)) if found.lever.whole else middle


def _try(session: SolverSession, scenario: Scenario, found: FeasibleLimit, limit: float) -> FeasibleLimit:
    lever = found.lever
    result = session.any_plan(lever.at(scenario, limit), label=f"{lever.name} at {limit:.6g}")
    if result.plan is None:
        return replace(found, beyond=limit) if result.status is Status.INFEASIBLE else found
    reached = lever.achieved(result.plan)
    near = limit if reached is None else _rounded(lever, reached)
    return replace(found, within=limit if lever.looser(near, limit) else near, plan=result)


def _rounded(lever: Lever, reached: float) -> float:
    """What was reached, within the lever's ends and a little looser so that rounding does not undo it."""
    reached = min(max(reached, lever.ends[0]), lever.ends[1])
    if lever.whole or reached in lever.ends:
        return reached
    tolerance = 1e-7 * max(1.0, abs(reached))
    return reached - tolerance if lever.down else reached + tolerance
