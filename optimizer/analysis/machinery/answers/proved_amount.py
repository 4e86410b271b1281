"""An amount that two proofs leave open between two ends, and how that is said: decided in sign, or undecided."""

from __future__ import annotations

from math import isfinite
from typing import NamedTuple

from ....assurance.result import Result
from ....program.delivery import SECOND_STAGE_SLACK
from ....results.one_off import LEAST_SHOWN
from ....results.record import Status
from ....results.summary import money

UNDECIDED = "less than the proof resolves"
"""How every answer tells a difference whose sign is not proved."""


class ProvedAmount(NamedTuple):
    """What an amount is at least and at most, money a year; infinite where no proof says so."""

    least: float
    most: float
    size: float
    """What it is a difference of: its rounding is a share of that."""

    @classmethod
    def of_loss(cls, best: float, best_bound: float, other: float, other_bound: float) -> ProvedAmount:
        """What the best plan has more than the best of another kind, by what was found of each, and proved."""
        return cls(best - other_bound, best_bound - other, best)

    @property
    def _rounding(self) -> float:
        return SECOND_STAGE_SLACK * max(1.0, abs(self.size))

    @property
    def decided(self) -> bool:
        """Whether it is proved to be above nothing, or below."""
        return self.least > self._rounding or self.most < -self._rounding

    def undecided_in_words(self, currency: str) -> str:
        """`between 0 and 25 k EUR a year: less than the proof resolves`."""
        if not (isfinite(self.least) and isfinite(self.most)):
            return f"an amount that the time allowed no proof of: {UNDECIDED}"
        if all(abs(end) < LEAST_SHOWN for end in (self.least, self.most)):
            return "nothing"
        return f"between {self._end(self.least, currency)} and {self._end(self.most, currency)} a year: {UNDECIDED}"

    def _end(self, amount: float, currency: str) -> str:
        return "0" if abs(amount) <= self._rounding else money(amount, currency)


def found_in_words(run: Result, found: Result, *, any_plan: bool = False) -> str:
    """How a solve ended, in a few words: its least and most against the run, where both are of the same amount.

    Of one that any plan ended, only whether there is one: its bound says nothing.
    """
    if found.objective is None or found.bound is None:
        return "no plan" if found.status is Status.INFEASIBLE else "no plan found"
    if any_plan:
        return "there is a plan"
    same = run.objective is not None and run.objective_name == found.objective_name
    ends = [end - (run.objective or 0.0 if same else 0.0) for end in (found.objective, found.bound)]
    least, most = (
        f"{'+' if same and end >= 0 else '-' if end < 0 else ''}{money(abs(end), found.currency)}" for end in ends
    )
    return f"{least} to {most} a year"
