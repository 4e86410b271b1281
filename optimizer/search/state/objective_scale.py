"""Between the objective of a scenario and the cost that its search minimizes."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

WITHIN_STEP = 0.999
"""Share of a step that a bound may be away for the step to be proved, with room for rounding."""


@dataclass(frozen=True)
class ObjectiveScale:
    """The search minimizes a scaled cost: (constant - objective) x factor, the objective in money a year."""

    constant: float
    """Part of the objective that no decision changes, in money a year."""
    factor: float
    """Scaled cost of a unit of money; a power of two, so that nothing is lost either way."""
    step: float = 0.0
    """What every plan's objective is a multiple of; 0 where it may be any amount."""

    def money(self, cost: float) -> float:
        """Objective (money a year) of a scaled cost."""
        return self.constant - cost / self.factor

    def cost(self, money: float) -> float:
        """Scaled cost of an objective (money a year)."""
        return (self.constant - money) * self.factor

    def known_money(self, cost: float) -> float | None:
        """Objective (money a year) of a scaled cost; None for an infinite one, which stands for what is not known."""
        return self.money(cost) if isfinite(cost) else None

    def standing(self, cost: float, bound: float) -> tuple[float | None, float | None, float | None]:
        """Objective and bound (money a year) of an incumbent's and a bound's scaled cost, and their gap.

        None for each that is not known.
        """
        objective, most = self.known_money(cost), self.known_money(bound)
        return objective, most, None if objective is None or most is None else relative_gap(most, objective)

    def tolerance(self, gap: float, cost: float) -> float:
        """Scaled cost by which a relative gap lets the bound stay below a plan of this scaled cost.

        With steps a bound that is less than one away is as good as one that is met.
        """
        return (WITHIN_STEP * self.step or gap * max(1.0, abs(self.money(cost)))) * self.factor


def relative_gap(bound: float, objective: float) -> float:
    """(bound - objective) / max(1, |objective|), both in money a year."""
    return (bound - objective) / max(1.0, abs(objective))
