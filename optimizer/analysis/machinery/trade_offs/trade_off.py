"""Points no plan beats in every goal: constraint sweeps, each point solved again for the other goal.

The first goal is the objective while the second is held at a level that rises from point to point
(Haimes, Lasdon & Wismer 1971). Unlike weighted sums this also finds points inside the hull.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from scipy.optimize import linprog

from models import Scenario
from models.catalog import Array
from models.conditions import Condition

from ....assurance.result import Result
from ....results.record import Status
from ..sessions.brief_solves import NODES
from ..sessions.solver_session import SolverSession
from .goals import Goal

COARSE = 1e-3
"""Relative gap of a point, where none is asked for."""
REFINED = 4
"""Times fewer nodes for the second goal than for the first."""
MOST_POINTS = 500
"""Most points of one sweep."""
POINT_ROUNDING = 1e-9
"""Relative rounding when points are compared."""


@dataclass(frozen=True)
class FrontierPoint:
    """A plan on the frontier."""

    values: tuple[float, ...]
    """Signed value by each goal, in its unit: with the sign turned where less is better."""
    result: Result
    at_most: float
    """Proved bound on the first goal's signed value at the other goals' levels."""


@dataclass(frozen=True)
class ConstraintSweep:
    """A sweep of the second goal, other goals held by conditions."""

    session: SolverSession
    scenario: Scenario
    first: Goal
    second: Goal
    goals: tuple[Goal, ...]
    held: tuple[Condition, ...] = ()

    def maximize(self, goal: Goal, conditions: Sequence[Condition] = (), nodes: int = NODES) -> Result:
        """Result of the scenario with one goal as its objective, under what is held and `conditions`."""
        scenario = self.scenario.model_copy(update={"objective": goal.name})
        asked = (*self.held, *conditions)
        label = "; ".join([f"best {goal.name}", *map(str, asked)])
        return self.session.solve(scenario, conditions=asked, label=label, differs=False, nodes=nodes, gap=COARSE)

    def points(self, count: int, step: float) -> Iterator[FrontierPoint]:
        """Points from the best first goal on, the second rising by `step` or an even share of its range.

        A level for which no plan is found in time ends them with the best plan by the second goal.
        """
        point = self._refined(self.maximize(self.first))
        if point is None:
            return
        yield point
        end = self._end()
        increment = step or self._even(point, end, count)
        for _ in range(MOST_POINTS):
            level = self._level(point) + increment
            if self.session.stopped or increment <= 0:
                return
            held = self.second.at_least(min(level, end) if end is not None else level)
            found = self.maximize(self.first, [held])
            last = (end is not None and level >= end) or found.status is Status.NO_PLAN
            following = self._refined(found, point.at_most) or (self._last(found, point.at_most) if last else None)
            if following is None or self._level(following) <= self._level(point) + POINT_ROUNDING * max(
                1.0, abs(level)
            ):
                return
            yield following
            if last:
                return
            point = following

    def _last(self, found: Result, ceiling: float) -> FrontierPoint | None:
        """The best plan by the second goal, where no better one by the first was found at its level in time."""
        if not self.second.is_objective:
            return None
        best = self.maximize(self.second)
        return None if best.plan is None else self._point(best, found, ceiling)

    def _level(self, point: FrontierPoint) -> float:
        return point.values[self.goals.index(self.second)]

    def _end(self) -> float | None:
        """Largest level of the second goal, less the finest difference so that it can be held; None without one."""
        if not self.second.is_objective:
            return None
        best = self.maximize(self.second)
        value = None if best.plan is None else self.second.signed_value(best.plan)
        return None if value is None else value - self.second.finest(value)

    def _even(self, point: FrontierPoint, end: float | None, count: int) -> float:
        if end is not None:
            return max((end - self._level(point)) / max(1, count - 1), self.second.finest(end))
        return self.second.step(self._level(point))

    def _refined(self, found: Result, ceiling: float = inf) -> FrontierPoint | None:
        """The plan that is best by the second goal among those as good by the first; None without a plan.

        `ceiling` is a bound on the first goal that is proved at a lower level.
        """
        if found.plan is None:
            return None
        result, reached = found, self.first.signed_value(found.plan)
        if self.second.is_objective and reached is not None:
            level = self.second.signed_value(found.plan)
            also = [self.first.at_least(reached - self.first.finest(reached))]
            also += [] if level is None else [self.second.at_least(level - self.second.finest(level))]
            refined = self.maximize(self.second, also, NODES // REFINED)
            result = refined if refined.plan is not None else found
        return self._point(result, found, ceiling)

    def _point(self, result: Result, found: Result, ceiling: float) -> FrontierPoint | None:
        """The point of a plan at the levels for which `found` is the best by the first goal."""
        values = [goal.signed_value(result.decided) for goal in self.goals]
        if any(value is None for value in values):
            return None
        signed = tuple(value for value in values if value is not None)
        reached = signed[self.goals.index(self.first)]
        # A plan that keeps the levels within tolerance may reach more than any that keeps them exactly.
        bound = min(ceiling, inf if found.bound is None else found.bound)
        return FrontierPoint(signed, result, max(bound, reached)) if isfinite(bound) else None


def undominated(points: Sequence[FrontierPoint]) -> list[FrontierPoint]:
    """Points that no other beats in one goal without losing in another; of equals the first."""
    kept: list[FrontierPoint] = []
    for place, point in enumerate(points):
        own = np.array(point.values)
        others = np.array([other.values for i, other in enumerate(points) if i != place]).reshape(-1, len(own))
        room = POINT_ROUNDING * np.maximum(1.0, np.abs(own))
        beaten = ((others >= own - room).all(axis=1) & (others > own + room).any(axis=1)).any()
        same = any(np.allclose(own, other.values, rtol=POINT_ROUNDING, atol=POINT_ROUNDING) for other in kept)
        if not beaten and not same:
            kept.append(point)
    return kept


def normalized(points: Sequence[FrontierPoint]) -> Array:
    """Signed values (points, goals), scaled between 0 (worst of the points) and 1 (best)."""
    values = np.array([point.values for point in points])
    low, high = values.min(axis=0), values.max(axis=0)
    return np.asarray((values - low) / np.where(high > low, high - low, 1.0))


def supported(values: Array) -> list[bool]:
    """Whether each row of values (points, goals) is best for some weights of the goals: lies on the convex hull."""
    return [_best_for_some_weights(values[i] - np.delete(values, i, axis=0)) for i in range(len(values))]


def _best_for_some_weights(ahead: Array) -> bool:
    """Whether weights >= 0 of sum 1 exist by which no row of differences is negative."""
    count = ahead.shape[1]
    if not len(ahead):
        return True
    found = linprog(np.zeros(count), A_ub=-ahead, b_ub=np.full(len(ahead), 1e-7), A_eq=np.ones((1, count)), b_eq=[1.0])
    return bool(found.status == 0)


def knee(values: Array) -> int:
    """The point farthest beyond the plane through the goals' best ends; `values` (points, goals) are normalized."""
    return int(np.argmax(values.sum(axis=1)))
