"""The incumbent: the best plan that a search has found so far."""

from __future__ import annotations

import logging
from typing import Generic, TypeVar

import numpy as np

from .objective_scale import ObjectiveScale

Plan = TypeVar("Plan")

_log = logging.getLogger(__name__)


class Incumbent(Generic[Plan]):
    """The best plan found so far, the only one that a search keeps; its form is the business of who delivers plans."""

    def __init__(self, scale: ObjectiveScale, reached: float | None = None) -> None:
        """Begin without a plan; only one better than `reached` (money a year) will be taken."""
        self._scale = scale
        self.plan: Plan | None = None
        """None while there is none."""
        self.objective = -np.inf if reached is None else reached
        """Of the plan, or what was reached before, in money a year."""
        self.cost = np.inf if reached is None else scale.cost(reached)
        """Scaled cost of the same."""

    def offer(self, objective: float, plan: Plan) -> bool:
        """Take a plan if it is better than the best so far (objective in money a year); whether it was taken."""
        if objective <= self.objective:
            return False
        self.plan, self.objective, self.cost = plan, objective, self._scale.cost(objective)
        _log.debug("new incumbent: %.10g", objective)
        return True
