"""A quick bound for nodes far beyond the cutoff, before their linear program has all its columns.

The bound is concave in the multipliers. A node's own may be wild where it rules much out, and menus are then slow to
search; between those of a node bounded before and its own lie tame ones, at which the bound is beyond the cutoff too.
"""

from __future__ import annotations

import numpy as np

from models.catalog import Array

from ..master.nodes import LpSolution, Node, PricingResult
from ..master.restricted_master import RestrictedMaster, raised
from ..state.limits import Watch

SHORT, LONG = 100, 4_000
"""Most nodes of one menu search, at first and where it is worth while."""
FEW_OPEN = 0.5
"""Share of books that a short search may leave open to be worth a long one while better multipliers may come."""
GLANCES = 3
"""Most searches of one node."""
WAYS = (0.0, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)
"""Shares of the way from the multipliers of a node bounded before to a node's own."""
BEYOND = 4.0
"""How far beyond the cutoff a bound must lie to go no further, by how far it lay below at the start."""
SPENT = 0.97
"""Share of what a bound lies beyond the cutoff that is spent on a shorter search."""


class DualSmoothing:
    """Looks whether nodes can be closed at once; `centre` are multipliers of a node bounded before."""

    def __init__(self, master: RestrictedMaster, watch: Watch) -> None:
        self.master, self.watch = master, watch
        self.centre: Array | None = None
        self._left, self._late = GLANCES, False

    def begin(self) -> None:
        """Turn to another node."""
        self._left, self._late = GLANCES, False

    def at(self, node: Node, relaxed: LpSolution, cutoff: float, improving: bool) -> PricingResult | None:
        """Bound of the node by a short search; None where that cannot reach the cutoff, by what known menus are worth.

        The search goes on where it was too short, as long as the bound will reach the cutoff if nothing more is found.
        """
        # The bound is at most the linear program's, whatever the multipliers.
        if relaxed.cost <= cutoff or not self._left or (improving and self._late):
            return None
        chosen = self._multipliers(node, relaxed, cutoff)
        if chosen is None:
            return None
        duals, worths, estimate = chosen
        floors = raised(worths, SPENT * (estimate - cutoff))
        priced = self.master.price(node, duals, floors, SHORT, self.watch)
        self._left -= 1
        self._late = bool(np.count_nonzero(~priced.done) > FEW_OPEN * len(priced.done))
        waits = improving and self._late
        if not (priced.complete or waits) and self._may_reach(cutoff, node, priced, floors):
            priced = self.master.price(node, duals, floors, LONG, self.watch, priced)
        return priced

    def _may_reach(self, cutoff: float, node: Node, priced: PricingResult, floors: Array) -> bool:
        """Whether the bound is at the cutoff if the books left open have nothing better than what was met."""
        worths = np.where(priced.done, priced.worths, floors)
        for place, find in priced.finds:
            worths[place] = max(worths[place], find.worth)
        return self.master.bound_at(node, priced.duals, worths) >= cutoff

    def _multipliers(self, node: Node, relaxed: LpSolution, cutoff: float) -> tuple[Array, Array, float] | None:
        """Multipliers with what known menus are worth at them and the bound that they leave possible."""
        centre = relaxed.duals if self.centre is None else self.centre
        steps = centre + np.array(WAYS)[:, None] * (relaxed.duals - centre)
        best: tuple[Array, Array, float] | None = None
        below = np.inf
        for duals, worths in zip(steps, self.master.known_worths(node, steps), strict=True):
            estimate = self.master.bound_at(node, duals, worths)
            below = min(below, max(0.0, cutoff - estimate))
            if cutoff < estimate < np.inf and (best is None or estimate > best[2]):
                best = duals, worths, estimate
                if estimate - cutoff >= BEYOND * below:
                    break
        return best
