"""The state of one search: what column generation, branching and primal heuristics know and report together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .incumbent import Incumbent
from .limits import Stopped, Watch
from .objective_scale import ObjectiveScale
from .parameters import SearchParameters
from .stop_rule import STEPS_OF_NODE, StopRule
from .timers import Phases


@dataclass(frozen=True)
class Progressed:
    """State of the search in scaled cost."""

    phase: str
    best: float
    bound: float


@dataclass
class SearchState:
    """The state that all parts of one search share; costs are scaled and minimized."""

    scale: ObjectiveScale
    incumbent: Incumbent[Any]
    """The only one of the search."""
    gap: float
    """Relative gap that is to be proved."""
    limits: Watch
    """What may end the search early."""
    timers: Phases
    """Seconds and counts by phase."""
    listener: Callable[[Progressed], None]
    """Is told how the search stands."""
    parameters: SearchParameters = field(default_factory=SearchParameters)
    rule: StopRule = field(default_factory=StopRule)
    """What else ends it, without a clock."""
    began: float = field(default_factory=time.monotonic)
    """When the search began, on the clock of `time.monotonic`."""
    bound_elsewhere: float = np.inf
    """Least bound of the nodes that are open or closed: every plan outside of the current node costs as much."""
    current_bound: float = -np.inf
    """Best bound proved for the current node, so that a stop does not lose it."""

    @property
    def bound(self) -> float:
        """Valid lower bound on the cost of every plan while no node is at work."""
        return min(self.incumbent.cost, self.bound_elsewhere)

    @property
    def cutoff(self) -> float:
        """Cost that a node must be able to beat to be of interest; inf without an incumbent."""
        cost = self.incumbent.cost
        return cost - self.tolerance(cost) if np.isfinite(cost) else np.inf

    def tolerance(self, cost: float) -> float:
        """How far the bound may stay below a plan of this cost."""
        by_gap = self.scale.tolerance(self.gap, cost) / self.scale.factor
        return self.rule.tolerance(self.scale.money(cost), by_gap) * self.scale.factor

    def check_nodes(self) -> None:
        """Raise `Stopped` where no node is left, of those that the rule allows."""
        used = self.timers.counts["nodes"] + self.timers.counts["steps"] / STEPS_OF_NODE
        if self.rule.is_spent(used, has_plan=bool(np.isfinite(self.incumbent.cost))):
            raise Stopped

    def count_steps(self, steps: int) -> None:
        """Count the simplex steps of an integer program."""
        self.timers.counts["steps"] += steps

    def prove(self, bound: float) -> None:
        """Note a bound of the current node as soon as it is proved."""
        self.current_bound = max(self.current_bound, bound)
        self.report("bounding", bound)

    def report(self, phase: str, bound: float) -> None:
        """Tell the listener the phase of the search, its incumbent and its bound, with a node of this bound at work."""
        best = self.incumbent.cost
        self.listener(Progressed(phase, best, min(best, self.bound_elsewhere, bound)))
