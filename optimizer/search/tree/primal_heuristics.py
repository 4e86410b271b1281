"""Primal heuristics: integral LP solutions, sub-MIPs over the columns at hand, and diving."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np

from ...lp.arrays import under
from ...lp.integer_programs import solve_integer
from ...lp.solver import SolverOutcome
from ..master.nodes import Evaluation, LpSolution, Node, PlanCandidate, Unsolved
from ..master.restricted_master import RestrictedMaster
from ..state.search_state import SearchState
from .branching import ReliabilityBranching, integral_columns
from .branching_history import agrees
from .column_generation import ColumnGeneration
from .diving import dive, price_heuristically
from .restricted_master_mip import RestrictedMasterMip, mixing_mip, restricted_mip, sub_mip

_log = logging.getLogger(__name__)


class PrimalHeuristics:
    """Looks for better plans than the incumbent: integral LP solutions, sub-MIPs, dives (Sadykov et al. 2019).

    `evaluate` delivers the menus of a candidate exactly and offers the plan to the incumbent.
    """

    def __init__(
        self,
        master: RestrictedMaster,
        state: SearchState,
        column_generation: ColumnGeneration,
        branching: ReliabilityBranching,
        evaluate: Callable[[PlanCandidate], Evaluation],
    ) -> None:
        self.master, self.state = master, state
        self.column_generation, self.branching = column_generation, branching
        self.params = state.parameters.heuristics
        self._evaluate = evaluate
        self.evaluations: dict[tuple[int, ...], Evaluation] = {}
        """What each choice of columns (numbers in the pool, ascending) costs."""
        self.start_values: Mapping[int, int] = {}
        """Value of binaries in the plan of a warm start, by column; empty once it has been tried."""
        self._near_start = False
        """Whether better plans were last looked for near the start's plan alone."""
        self.fractional_nodes = 0
        """Nodes with a fractional LP solution, which time sub-MIPs and dives."""

    def run(self, node: Node, solution: LpSolution) -> None:
        """Evaluate the node's LP solution if it is integral; otherwise, at times, look for a plan near it."""
        chosen = integral_columns(self.master, solution)
        if chosen is not None:
            self.evaluate(PlanCandidate(chosen, solution.cost))
            return
        if self.start_values and agrees(node, self.start_values):
            self._search_near_start(node, solution)
            return
        if solution.cost < self.state.cutoff - self.state.tolerance(self.state.incumbent.cost) and self._near_start:
            self.fractional_nodes, self._near_start = 0, False
        self.fractional_nodes += 1
        poor = not solution.cost > self.state.cutoff - self.params.poor_gap * self.state.tolerance(solution.cost)
        often, seldom = self.params.sub_mip_every, self.params.dive_every
        dive_every, sub_mip_every = (often, 1) if poor else (seldom, often)
        if self._is_due(dive_every):
            with suppress(Unsolved):
                self._dive(node, solution)
        elif self._is_due(sub_mip_every) and self.branching.are_menus_integral(solution):
            self._solve_sub_mips(node, solution)

    def _is_due(self, every: int) -> bool:
        return self.fractional_nodes % every == 1 % every

    def try_plan(self, node: Node, columns: list[int]) -> None:
        """Try a plan (numbers of columns) of another search if the node admits its menus: delivery cannot tell that."""
        admitted = self.master.admitted(node)
        if all(admitted[i] for i in columns):
            self._solve_mip(restricted_mip(self.master, node, columns), np.inf)

    def _report(self, node: Node) -> None:
        self.state.report("looking for plans", node.bound)

    def _search_near_start(self, node: Node, solution: LpSolution) -> None:
        """Look, once, for the best menus with every binary at its value in the start's plan."""
        near, self.start_values = replace(node, fixed={**self.start_values, **node.fixed}), {}
        with suppress(Unsolved):
            self._solve_fixed(near, self.params.gap_share * self.state.tolerance(solution.cost))
        self._near_start = True
        # With an incumbent there is no hurry to dive for another.
        self.fractional_nodes += int(np.isfinite(self.state.incumbent.cost))

    def _solve_sub_mips(self, node: Node, solution: LpSolution) -> None:
        """Look for the best plan near a fractional solution: its binaries while books may mix menus, then its menus."""
        self._report(node)
        gap = self.params.gap_share * self.state.tolerance(solution.cost)
        more = max(self.params.near_columns, self.params.near_columns_per_book * len(self.master.books))
        for near in dict.fromkeys((self.params.near_columns, more)):
            mixing = mixing_mip(self.master, node, solution, near)
            outcome = self._solve_below_incumbent(mixing, gap)
            _log.debug("sub-MIP over mixed menus: %s", "none" if outcome.values is None else f"{outcome.objective:.9g}")
            self.state.limits.check()
            if outcome.values is not None:
                self._solve_fixed(mixing.fix_binaries(self.master, node, outcome), gap)
            if np.isfinite(self.state.incumbent.cost):
                return

    def _solve_fixed(self, node: Node, gap: float) -> None:
        """Generate columns for a node in which every binary is fixed, then solve its sub-MIP."""
        solution = price_heuristically(self.master, node, self.column_generation.enter)
        if solution is not None:
            self._solve_mip(sub_mip(self.master, node, solution, self.params.fixed_columns), gap)

    def _solve_mip(self, restricted: RestrictedMasterMip, gap: float) -> None:
        """Evaluate the choice of columns that is best within an absolute gap (scaled cost)."""
        self.evaluate_outcome(self._solve_below_incumbent(restricted, gap), restricted)

    def _solve_below_incumbent(self, restricted: RestrictedMasterMip, gap: float) -> SolverOutcome:
        with self.state.timers("mip"):
            limits = self.state.limits.of_mip(gap, self.params.node_limit)
            return solve_integer(under(restricted.program, self.state.incumbent.cost), limits, recheck_infeasible=False)

    def _dive(self, node: Node, solution: LpSolution) -> None:
        """Dive to a node in which what menus depend on is fixed, then solve sub-MIPs there."""

        def enter(child: Node) -> bool:
            self.state.limits.check()
            self._report(child)
            return self.column_generation.enter(child)

        leaf = dive(self.master, self.branching, node, solution, enter)
        _log.debug("dive from a node of cost %.9g %s", solution.cost, "failed" if leaf is None else "ended in a leaf")
        if leaf is not None:
            self._solve_sub_mips(*leaf)

    def evaluate(self, candidate: PlanCandidate) -> Evaluation:
        """Deliver a candidate's menus exactly, once."""
        key = tuple(sorted(candidate.columns))
        if key not in self.evaluations:
            with self.state.timers("delivery"):
                self.evaluations[key] = self._evaluate(replace(candidate, columns=key))
        return self.evaluations[key]

    def evaluate_outcome(
        self, outcome: SolverOutcome, restricted: RestrictedMasterMip
    ) -> tuple[tuple[int, ...], Evaluation] | None:
        """Numbers of the columns that a restricted master MIP chose, and what they cost; None without a solution."""
        self.state.limits.check()
        chosen = restricted.chosen(outcome)
        if chosen is None:
            return None
        evaluation = self.evaluate(PlanCandidate(chosen, outcome.objective))
        self.state.limits.check()
        return chosen, evaluation
