"""Column generation: solves the linear program of a node and bounds it (Barnhart et al. 1998).

Each round solves the restricted master LP, adds columns of negative reduced cost from the pool or a local search, and
only where these give none prices exactly, which gives a Lagrangian bound.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import suppress

import numpy as np

from ...lp.tolerances import FEASIBILITY
from ..master.convexity_duals import raise_convexity_duals
from ..master.nodes import LpSolution, Node, PricingResult, Unsolved
from ..master.restricted_master import RestrictedMaster
from ..state.limits import Stopped
from ..state.search_state import SearchState
from .branching import integral_columns
from .dual_smoothing import LagrangianPrebound
from .known_bounds import KnownBounds

NEARLY_FEASIBLE = 1e-6
"""Violation of the rows of totals (scaled) that only a quick search may prove to be one."""

_log = logging.getLogger(__name__)


class ColumnGeneration:
    """Column generation in the nodes of one search."""

    def __init__(self, master: RestrictedMaster, state: SearchState) -> None:
        self.master, self.state = master, state
        self.params, self.node_limit = state.parameters.column_generation, state.parameters.pricing.node_limit
        self.prebound, self.known_bounds = LagrangianPrebound(master, state.limits), KnownBounds(master)

    def bound(self, node: Node) -> tuple[LpSolution, PricingResult] | None:
        """LP solution and Lagrangian bound of the node that the master has entered; None where it is infeasible.

        Raises `Unsolved` where neither can be told.
        """
        if not self.phase_one(node):
            return None
        solution, priced = self._generate(node)
        self.known_bounds.store(node, priced)
        if priced.bound < self.state.cutoff:
            self.prebound.stability_centre = priced.duals
        return solution, priced

    def _generate(self, node: Node) -> tuple[LpSolution, PricingResult]:
        """LP solution and best bound once no column of negative reduced cost is left, or the bound is good enough."""
        best: PricingResult | None = None
        self.prebound.reset()
        while True:
            solution = self._solve_lp()
            if best is not None and self._is_converged(solution, best):
                return solution, best
            improving = self.master.add_improving_columns(node, solution) > 0
            early = self.prebound.bound(node, solution, self.state.cutoff, improving)
            if early is not None:
                self.state.prove(max(node.bound, early.bound))
                improving |= self.master.add(early.menus) > 0
                if self._closes_node(early):
                    return solution, early
            if improving:
                continue
            priced = self._price(node, solution)
            _log.debug("exact pricing: LP %.9g, bound %.9g, %d menus", solution.cost, priced.bound, len(priced.columns))
            if best is None or priced.bound > best.bound:
                best = priced
            if self._closes_node(best) or self._is_converged(solution, best) or not self.master.add(priced.menus):
                return solution, best

    def _solve_lp(self) -> LpSolution:
        self.state.limits.check()
        solution = self.master.solve_lp()
        if solution.infeasible:
            raise Unsolved  # feasible within tolerance a moment ago
        return solution

    def _is_converged(self, solution: LpSolution, priced: PricingResult) -> bool:
        """Whether a bound is about as good as the cost of the restricted master LP."""
        return solution.cost - priced.bound <= self.params.convergence_share * self.state.tolerance(solution.cost)

    def _price(self, node: Node, solution: LpSolution, most: int | None = None) -> PricingResult:
        """Price exactly with a low node limit, then with higher ones up to `most` while no new column comes of it.

        A bound needs no finished search; the proof that nothing is feasible does, or it is `Unsolved`.
        """
        sufficient = self._sufficient_node_limit(solution)
        slack = 0.0 if self.master.lp.in_phase_one or np.isinf(self.state.cutoff) else self._slack(solution)
        thresholds = raise_convexity_duals(self.master.convexity_duals(solution.duals), slack)
        priced: PricingResult | None = None
        for node_limit in self._node_limits(most):
            began = time.monotonic()
            priced = self.master.price(node, solution.duals, thresholds, node_limit, self.state.limits, priced)
            if not self.master.lp.in_phase_one:
                self.state.prove(max(node.bound, priced.bound))
            enough = priced.all_done or (most is not None and node_limit >= min(most, self.node_limit))
            enough |= node_limit >= sufficient and not self.master.lp.in_phase_one
            if enough or self.master.has_new(priced.menus) or self._closes_node(priced):
                return priced
            self._check_time_for(self.params.node_limit_growth * (time.monotonic() - began))
        self.state.limits.check()
        raise Unsolved

    def _node_limits(self, most: int | None) -> Iterator[int]:
        """Limits of the rounds of exact pricing, one after the other, none above `most`."""
        limit = self.params.first_node_limit
        while limit < self.node_limit:
            yield limit if most is None else min(most, limit)
            limit *= self.params.node_limit_growth
        yield self.node_limit if most is None else min(most, self.node_limit)

    def _check_time_for(self, seconds: float) -> None:
        """End the search where its next step, which nothing can interrupt, would take it far beyond the deadline."""
        if seconds > self.state.limits.seconds_left() + self.state.parameters.limits.overrun_seconds:
            raise Stopped

    def _slack(self, solution: LpSolution) -> float:
        """Scaled cost by which a bound may fall short where that will not decide whether its node is closed."""
        beyond = solution.cost - self.state.cutoff
        return self.params.open_slack * -beyond if beyond < 0.0 else self.params.closed_slack * beyond

    def _sufficient_node_limit(self, solution: LpSolution) -> int:
        """Node limit of menu searches that is enough for an unfinished bound: less for a node to branch on."""
        first = min(self.params.first_node_limit, self.node_limit)
        return self.node_limit if integral_columns(self.master, solution) is not None else first

    def _closes_node(self, priced: PricingResult) -> bool:
        """Whether the bound alone closes the node."""
        return bool(priced.bound > FEASIBILITY if self.master.lp.in_phase_one else priced.bound >= self.state.cutoff)

    def enter(self, node: Node) -> bool:
        """Enter a node with the master and make its linear program feasible; False if nothing in it is feasible."""
        return self.master.enter(node) and self.phase_one(node)

    def phase_one(self, node: Node) -> bool:
        """Add columns until the node's linear program is feasible; False once it is proved that it never is.

        The restricted master LP may be infeasible only for want of columns, so the violation of the rows of totals
        (their elastic slacks) is minimized with columns priced for that.
        """
        with suppress(Unsolved):  # where the solver gives up, the least violation tells
            if not self.master.solve_lp().infeasible:
                return True
        self.master.lp.set_phase_one(True)
        try:
            while True:
                self.state.limits.check()
                solution = self.master.solve_lp()
                if solution.infeasible:
                    return False
                if solution.cost <= FEASIBILITY:
                    break
                if self.master.add_improving_columns(node, solution):
                    continue
                negligible = solution.cost <= NEARLY_FEASIBLE
                priced = self._price(node, solution, self.params.near_feasible_node_limit if negligible else None)
                if priced.bound > FEASIBILITY:
                    return False
                if self.master.add(priced.menus):
                    continue
                if not negligible:
                    raise Unsolved
                # Too little to be worth a proof: with so much room the node bounds what it holds all the same.
                self.master.lp.allow_violation(2.0 * solution.cost)
                break
        finally:
            self.master.lp.set_phase_one(False)
        return True
