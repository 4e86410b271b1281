"""What may end a solve, and how long the steps may take that are owed after it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from ..lp.solver import Limits
from ..lp.tolerances import ROUNDING
from ..program.delivery import SECOND_STAGE_GAP
from ..results.progress import StopCheck
from ..search.state.limits import Watch
from ..search.state.parameters import LimitParameters
from ..search.state.stop_rule import StopRule

COARSEST_SECOND_STAGE = 1e-3
"""Relative gap of the second stage that none is coarser than, however coarse the plan's own may be."""


@dataclass(frozen=True)
class Limit:
    """What may end a solve: a gap that is good enough, a deadline, a request to stop."""

    gap: float
    deadline: float | None
    should_stop: StopCheck | None
    parameters: LimitParameters = field(default_factory=LimitParameters)
    rule: StopRule = field(default_factory=StopRule)
    """What else is good enough, or too much work."""

    def stopped(self) -> bool:
        """Whether someone asked to stop."""
        return self.should_stop is not None and self.should_stop()

    @property
    def watch(self) -> Watch:
        """Tells a search when to end."""
        return Watch(self.deadline, self.should_stop)

    def with_grace(self) -> Limit:
        """The limit of a step that is owed whatever the time: a few seconds later."""
        late = None if self.deadline is None else self.deadline + self.parameters.grace_seconds
        return replace(self, deadline=late)

    def of_last_steps(self, gap: float) -> Limits:
        """Limits of a step after the search (second stage, baseline): the time left, and a few seconds for all of them.

        A request to stop leaves each a second; one that comes meanwhile ends the step.
        """
        return self._of_owed(gap, self.parameters.grace_seconds)

    def _of_owed(self, gap: float, grace: float) -> Limits:
        left = self._seconds_left(grace)
        if self.stopped():
            return Limits(min(self.parameters.stopped_grace_seconds, left), gap=gap)
        return Limits(None if self.deadline is None else left, gap=gap, stop=self.should_stop)

    def _seconds_left(self, grace: float = 0.0) -> float:
        return np.inf if self.deadline is None else max(0.0, self.deadline + grace - time.monotonic())

    def of_second_stage(self) -> Limits:
        """Limits of the second stage, which need not be finer than what the search proves."""
        gap = min(COARSEST_SECOND_STAGE, max(SECOND_STAGE_GAP, self.parameters.delivery_share * self.gap))
        return self._of_owed(gap, min(self.parameters.grace_seconds, self.parameters.second_stage_grace_seconds))

    def of_delivery(self) -> Limits:
        """Limits of one delivery program."""
        seconds = None if self.deadline is None else self._seconds_left()
        return Limits(seconds, gap=max(ROUNDING, self.parameters.delivery_share * self.gap), stop=self.should_stop)
