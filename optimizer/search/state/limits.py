"""Limits of a search: a deadline, and a request to stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...lp.solver import Limits


class Stopped(Exception):
    """A limit came."""


@dataclass(frozen=True)
class Watch:
    """What may end a search early."""

    deadline: float | None = None
    """On the clock of `time.monotonic`."""
    stop: Callable[[], bool] | None = None
    """True ends the search."""

    def check(self) -> None:
        """Raise `Stopped` if a limit has come."""
        if self.ended():
            raise Stopped

    def ended(self) -> bool:
        """Whether a limit has come."""
        late = self.deadline is not None and time.monotonic() >= self.deadline
        return late or (self.stop is not None and self.stop())

    def seconds_left(self) -> float:
        """Time until the deadline; inf without one."""
        return np.inf if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def of_mip(self, gap: float, nodes: int | None) -> Limits:
        """Limits of one MIP: what is left of the time, an absolute gap (scaled cost), nodes of its own tree."""
        return Limits(None if self.deadline is None else self.seconds_left(), nodes, absolute_gap=gap, stop=self.stop)
