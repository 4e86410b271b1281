"""Stop rule: what ends a search that is asked for a difference, or for what so much work finds."""

from __future__ import annotations

from dataclasses import dataclass

TWO_DIGITS = 0.05
"""Width of an interval that tells two digits, as a share of the difference from the reference."""
SIGN = 0.9
"""Width of an interval that tells a sign, as a share of that difference."""
EQUAL = 2e-6
"""Relative difference of objectives that is none: no sign of it is looked for."""
WITHOUT_PLAN = 3
"""Times the nodes allowed that a search may take while it has no plan."""
STEPS_OF_NODE = 250
"""Simplex steps of an integer program that count as one node: they take about as long as a node of the search."""
CHECKS = 150
"""Times that an integer program of a search with few nodes may look whether to end: seconds of work."""


@dataclass(frozen=True)
class StopRule:
    """Ends a search sooner than its gap does, in a way that depends on no clock.

    Raises ValueError for fewer than one node.
    """

    nodes: int | None = None
    """Most nodes of the search, `STEPS_OF_NODE` steps of its integer programs counting as one; `WITHOUT_PLAN` times as
    many while there is no plan. None for no limit."""
    reference: float | None = None
    """Objective, money a year, that the best is to be compared with: the sign of the difference and two of its digits
    are enough, and a gap is too. None for the best itself, to the gap."""
    reached: float | None = None
    """Objective, money a year, of a plan known to be allowed: only better ones are looked for. None without one."""

    def __post_init__(self) -> None:
        if self.nodes is not None and self.nodes < 1:
            raise ValueError(f"nodes is {self.nodes!r}; expected a whole number >= 1, or None for no limit")

    def tolerance(self, objective: float, by_gap: float) -> float:
        """How far the bound may stay above a plan of this objective, where the gap allows `by_gap`; money a year.

        A plan no worse than the reference has shown a sign already; below it the bound must come under it as well.
        """
        if self.reference is None:
            return by_gap
        lost, least = self.reference - objective, EQUAL * max(1.0, abs(objective))
        if lost <= least:
            return max(by_gap, TWO_DIGITS * -lost)
        return max(TWO_DIGITS * lost, min(by_gap, SIGN * lost), least)

    @property
    def checks(self) -> int | None:
        """Times that an integer program may look whether to end; None for any number."""
        return None if self.nodes is None else CHECKS

    @property
    def least_sought(self) -> float | None:
        """Objective from which a plan counts as better than the one known, money a year; None without one."""
        return None if self.reached is None else self.reached + EQUAL * max(1.0, abs(self.reached))

    def is_spent(self, used: float, *, has_plan: bool) -> bool:
        """Whether a search that has taken so many nodes has to end."""
        return self.nodes is not None and used >= self.nodes * (1 if has_plan else WITHOUT_PLAN)
