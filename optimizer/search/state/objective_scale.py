"""Between the objective of a scenario and the cost that its search minimizes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectiveScale:
    """The search minimizes a scaled cost: (constant - objective) x factor, the objective in money a year."""

    constant: float
    """Part of the objective that no decision changes, in money a year."""
    factor: float
    """Scaled cost of a unit of money; a power of two, so that nothing is lost either way."""

    def money(self, cost: float) -> float:
        """Objective (money a year) of a scaled cost."""
        return self.constant - cost / self.factor

    def cost(self, money: float) -> float:
        """Scaled cost of an objective (money a year)."""
        return (self.constant - money) * self.factor

    def tolerance(self, gap: float, cost: float) -> float:
        """Scaled cost by which a relative gap lets the bound stay below a plan of this scaled cost."""
        return gap * max(1.0, abs(self.money(cost))) * self.factor


def relative_gap(bound: float, objective: float) -> float:
    """(bound - objective) / max(1, |objective|), both in money a year."""
    return (bound - objective) / max(1.0, abs(objective))
