"""Points no plan beats in every goal: constraint sweeps, each point solved again for the other goal.

The first goal is the objective while the second is held at a level that rises from point to point
(Haimes, Lasdon & Wismer 1971). Unlike weighted sums this also finds points inside the hull.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from models import Scenario
from models.catalog import Array
from models.conditions import Condition

from ....assurance.result import Result
from ....results.record import Status
from ..sessions.solver_session import SolverSession
from .goals import Goal

MOST_POINTS = 500
"""Most points of one sweep."""
TIE = 1e-9
"""Relative rounding when points are compared."""


@dataclass(frozen=True)
class FrontierPoint:
    """A plan on the frontier."""

    worths: tuple[float, ...]
    """Worth by each goal: its value, with the sign turned where less is better."""
    result: Result
    at_most: float
    """Proved bound on the first goal's worth at the other goals' levels."""


@dataclass(frozen=True)
class ConstraintSweep:
    """A sweep of the second goal, other goals held by conditions."""

    bench: SolverSession
    scenario: Scenario
    first: Goal
    second: Goal
    goals: tuple[Goal, ...]
    held: tuple[Condition, ...] = ()

    def best(self, goal: Goal, conditions: Sequence[Condition] = ()) -> Result:
        """Best plan by one goal."""
        scenario = self.scenario.model_copy(update={"objective": goal.name})
        asked = (*self.held, *conditions)
        return self.bench.solve(scenario, conditions=asked, label="; ".join([f"best {goal.name}", *map(str, asked)]))

    def points(self, count: int, step: float) -> Iterator[FrontierPoint]:
        """Points from the best first goal on, the second rising by `step` or an even share of its range.

        A level for which no plan is found in time ends them with the best plan by the second goal.
        """
        point = self._refined(self.best(self.first))
        if point is None:
            return
        yield point
        end = self._end()
        rise = step or self._even(point, end, count)
        for _ in range(MOST_POINTS):
            level = self._worth(point) + rise
            if self.bench.stopped or rise <= 0:
                return
            held = self.second.at_least(min(level, end) if end is not None else level)
            found = self.best(self.first, [held])
            last = (end is not None and level >= end) or found.status is Status.NO_PLAN
            following = self._refined(found) or (self._last(found) if last else None)
            if following is None or self._worth(following) <= self._worth(point) + TIE * max(1.0, abs(level)):
                return
            yield following
            if last:
                return
            point = following

    def _last(self, found: Result) -> FrontierPoint | None:
        """The best plan by the second goal, where no better one by the first was found at its level in time."""
        if not self.second.is_objective:
            return None
        best = self.best(self.second)
        return None if best.plan is None or found.bound is None else self._point(best, found.bound)

    def _worth(self, point: FrontierPoint) -> float:
        return point.worths[self.goals.index(self.second)]

    def _end(self) -> float | None:
        """Best worth by the second goal, a hair less so that it can be held; None where it is not solved for."""
        if not self.second.is_objective:
            return None
        best = self.best(self.second)
        worth = None if best.plan is None else self.second.worth(best.plan)
        return None if worth is None else worth - self.second.finest(worth)

    def _even(self, point: FrontierPoint, end: float | None, count: int) -> float:
        if end is not None:
            return max((end - self._worth(point)) / max(1, count - 1), self.second.finest(end))
        return self.second.step(self._worth(point))

    def _refined(self, found: Result) -> FrontierPoint | None:
        """The plan that is best by the second goal among those as good by the first; None without a plan."""
        if found.plan is None or found.bound is None:
            return None
        result, reached = found, self.first.worth(found.plan)
        if self.second.is_objective and reached is not None:
            level = self.second.worth(found.plan)
            also = [self.first.at_least(reached - self.first.finest(reached))]
            also += [] if level is None else [self.second.at_least(level - self.second.finest(level))]
            refined = self.best(self.second, also)
            result = refined if refined.plan is not None else found
        return self._point(result, found.bound)

    def _point(self, result: Result, bound: float) -> FrontierPoint | None:
        worths = [goal.worth(result.decided) for goal in self.goals]
        if any(worth is None for worth in worths):
            return None
        return FrontierPoint(tuple(worth for worth in worths if worth is not None), result, bound)


def undominated(points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """Points that no other beats in one goal without losing in another; of equals the first."""
    kept: list[FrontierPoint] = []
    for place, point in enumerate(points):
        own = np.array(point.worths)
        others = np.array([other.worths for i, other in enumerate(points) if i != place]).reshape(-1, len(own))
        room = TIE * np.maximum(1.0, np.abs(own))
        beaten = ((others >= own - room).all(axis=1) & (others > own + room).any(axis=1)).any()
        same = any(np.allclose(own, other.worths, rtol=TIE, atol=TIE) for other in kept)
        if not beaten and not same:
            kept.append(point)
    return kept


def normalized(points: Sequence[FrontierPoint]) -> Array:
    """Worths by goal between 0 (worst of the points) and 1 (best)."""
    worths = np.array([point.worths for point in points])
    low, high = worths.min(axis=0), worths.max(axis=0)
    return np.asarray((worths - low) / np.where(high > low, high - low, 1.0))


def supported(worths: Array) -> list[bool]:
    """Whether each point is best for some weights of the goals."""
    return [_best_for_some_weights(worths[i] - np.delete(worths, i, axis=0)) for i in range(len(worths))]


def _best_for_some_weights(ahead: Array) -> bool:
    """Whether weights >= 0 of sum 1 exist by which no row of differences is negative."""
    count = ahead.shape[1]
    if not len(ahead):
        return True
    found = linprog(np.zeros(count), A_ub=-ahead, b_ub=np.full(len(ahead), 1e-7), A_eq=np.ones((1, count)), b_eq=[1.0])
    return bool(found.status == 0)


def knee(worths: Array) -> int:
    """The point farthest beyond the plane through the goals' best ends, worths normalized."""
    return int(np.argmax(worths.sum(axis=1)))
