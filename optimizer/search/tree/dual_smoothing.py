"""A Lagrangian bound at smoothed duals that closes a node before its column generation has converged.

Smoothed duals lie between a stability centre and the node's own: centre + step x (own - centre), as in dual smoothing
(Wentges 1997; Pessoa et al. 2018). Here they only serve to close nodes whose linear program costs more than the cutoff;
all others are priced at their own duals. A node's own duals may be extreme, with menus slow to search, while the bound
is concave in the duals and beyond the cutoff at shorter steps as well. The step is chosen by the bound that the columns
of the pool allow.
"""

from __future__ import annotations

import numpy as np

from models.catalog import Array

from ..master.convexity_duals import raise_convexity_duals
from ..master.nodes import LpSolution, Node, PricingResult
from ..master.restricted_master import RestrictedMaster
from ..state.limits import Watch


class LagrangianPrebound:
    """Bounds nodes whose restricted master LP costs more than the cutoff, at smoothed duals."""

    def __init__(self, master: RestrictedMaster, limits: Watch) -> None:
        self.master, self.limits, self.params = master, limits, master.parameters.smoothing
        self.stability_centre: Array | None = None
        """Duals of the node bounded last that was not closed by it, shape (rows,); None before there is one."""
        self._trials_left, self._mostly_open = self.params.trials, False

    def reset(self) -> None:
        """Begin with another node."""
        self._trials_left, self._mostly_open = self.params.trials, False

    def bound(self, node: Node, solution: LpSolution, cutoff: float, improving: bool) -> PricingResult | None:
        """Lagrangian bound of the node by a short menu search; None where the pool's columns keep it below the cutoff.

        The search is prolonged where it was too short and the bound will reach the cutoff if it finds nothing better.
        `improving` says whether the restricted master LP has just had new columns, so that better duals may come.
        """
        # The bound is at most the cost of the restricted master LP, whatever the duals.
        if solution.cost <= cutoff or not self._trials_left or (improving and self._mostly_open):
            return None
        chosen = self._smoothed_duals(node, solution, cutoff)
        if chosen is None:
            return None
        duals, objectives, estimate = chosen
        thresholds = raise_convexity_duals(objectives, self.params.slack_share * (estimate - cutoff))
        priced = self.master.price(node, duals, thresholds, self.params.short_node_limit, self.limits)
        self._trials_left -= 1
        self._mostly_open = bool(np.count_nonzero(~priced.done) > self.params.open_share * len(priced.done))
        waits = improving and self._mostly_open
        if not (priced.all_done or waits) and self._may_reach(cutoff, node, priced, thresholds):
            priced = self.master.price(node, duals, thresholds, self.params.long_node_limit, self.limits, priced)
        return priced

    def _may_reach(self, cutoff: float, node: Node, priced: PricingResult, thresholds: Array) -> bool:
        """Whether the bound reaches the cutoff if the books left open have nothing better than what was met."""
        objectives = np.where(priced.done, priced.objective_bounds, thresholds)
        for column in priced.columns:
            place = self.master.pricer.place[column.menu.book]
            objectives[place] = max(objectives[place], column.value)
        return self.master.lagrangian_bound(node, priced.duals, objectives) >= cutoff

    def _smoothed_duals(self, node: Node, solution: LpSolution, cutoff: float) -> tuple[Array, Array, float] | None:
        """Smoothed duals (rows,), best pricing objectives in the pool (books,), and the bound that these allow."""
        centre = solution.duals if self.stability_centre is None else self.stability_centre
        steps = centre + np.array(self.params.steps)[:, None] * (solution.duals - centre)
        best: tuple[Array, Array, float] | None = None
        below = np.inf
        for duals, objectives in zip(steps, self.master.pool_objectives(node, steps), strict=True):
            estimate = self.master.lagrangian_bound(node, duals, objectives)
            below = min(below, max(0.0, cutoff - estimate))
            if cutoff < estimate < np.inf and (best is None or estimate > best[2]):
                best = duals, objectives, estimate
                if estimate - cutoff >= self.params.stop_factor * below:
                    break
        return best
