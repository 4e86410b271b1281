"""Primal heuristics: integral LP solutions, sub-MIPs over the columns at hand, and diving."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np

from models.rules import MONEY_RULES

from ...lp.arrays import MixedIntegerProgram, under
from ...lp.solver import SolverOutcome
from ..master.nodes import Evaluation, LpSolution, Node, PlanCandidate, Unsolved
from ..master.restricted_master import RestrictedMaster
from ..state.search_state import SearchState
from .branching import ReliabilityBranching, integral_columns
from .branching_history import agrees
from .column_generation import ColumnGeneration
from .diving import dive, price_heuristically
from .restricted_master_mip import (
    RestrictedMasterMip,
    in_use_mip,
    mixing_mip,
    restricted_mip,
    solve_for_plan,
    sub_mip,
)

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
        self._money_rows = [row for row, (rule, _) in enumerate(master.stated.labels) if rule in MONEY_RULES]
        """Rows of rules on money, by which menus and what they cost to deliver depend on each other most."""
        self._put_off: tuple[Node, LpSolution] | None = None
        """A fractional LP solution of the current node's dive near which better plans are still to be looked for."""
        self.fractional_nodes = 0
        """Nodes with a fractional LP solution, which time sub-MIPs and dives."""

    def run(self, node: Node, solution: LpSolution) -> None:
        """Evaluate the node's LP solution if it is integral; otherwise, at times, look for a plan near it."""
        self._put_off = None  # what was put off in a node that has been closed cannot bring a better plan
        chosen = integral_columns(self.master, solution)
        if chosen is not None:
            self.evaluate(PlanCandidate(chosen, solution.cost))
            return
        if self.start_values and agrees(node, self.start_values):
            self._search_near_start(node, solution)
            if not solution.cost < self.state.cutoff:
                return
            solution = self.back_in(node, solution)
        self.fractional_nodes += 1
        often, seldom = self.params.sub_mip_every, self.params.dive_every
        dive_every, sub_mip_every = (often, 1) if self._is_poor(solution) else (seldom, often)
        if self._is_due(dive_every):
            with suppress(Unsolved):
                self._dive(node, solution)
        elif self._is_due(sub_mip_every) and self.branching.are_menus_integral(solution):
            self._solve_sub_mips(node, solution)

    def back_in(self, node: Node, solution: LpSolution) -> LpSolution:
        """The node's LP solution; the node is entered and solved again where heuristics have left it."""
        if self.master.is_in(node):
            return solution
        self.master.enter(node)
        with suppress(Unsolved):
            again = self.master.solve_lp()
            return solution if again.infeasible else again
        return solution

    def _is_due(self, every: int) -> bool:
        return self.fractional_nodes % every == 1 % every

    def try_plan(self, node: Node, columns: list[int]) -> None:
        """Try a plan (numbers of columns) of another search if the node admits its menus: delivery cannot tell that."""
        admitted = self.master.admitted(node)
        if all(admitted[i] for i in columns):
            self._try_any(node, columns)

    def repair(self, node: Node) -> None:
        """Try the first plan that the columns of the pool allow, whatever it earns."""
        columns = np.flatnonzero(self.master.admitted(node)).tolist()
        self._try_any(node, columns)

    def _try_any(self, node: Node, columns: list[int]) -> None:
        restricted = restricted_mip(self.master, node, columns)
        chosen = restricted.chosen(outcome := self._solve_below_incumbent(restricted, np.inf))
        if chosen is not None:
            self.evaluate(PlanCandidate(chosen, outcome.objective))

    def _report(self, node: Node) -> None:
        self.state.report("looking for plans", node.bound)

    def _search_near_start(self, node: Node, solution: LpSolution) -> None:
        """Look, once, for the best menus with every binary at its value in the start's plan."""
        near, self.start_values = replace(node, fixed={**self.start_values, **node.fixed}), {}
        with suppress(Unsolved):
            self._solve_fixed(near, self.params.gap_share * self.state.tolerance(solution.cost))

    def _solve_sub_mips(self, node: Node, solution: LpSolution) -> None:
        """Look for the best plan among the columns of a fractional solution, and where that is poor among more.

        That among more is put off where the plan is good: enumeration may close the node first.
        """
        self._report(node)
        gap = self.params.gap_share * self.state.tolerance(solution.cost)
        self._solve_mip(in_use_mip(self.master, node, solution), gap)
        if self._is_poor(solution):
            self._solve_mixing_mips(node, solution, gap)
        else:
            self._put_off = node, solution

    def run_put_off(self) -> None:
        """Look for a better plan near a fractional solution of the node, if that was put off and one may be there."""
        if self._put_off is None:
            return
        (node, solution), self._put_off = self._put_off, None
        if solution.cost < self.state.cutoff:
            gap = self.params.gap_share * self.state.tolerance(solution.cost)
            with suppress(Unsolved):
                self._solve_mixing_mips(node, solution, gap)

    def _is_poor(self, solution: LpSolution) -> bool:
        """Whether the incumbent costs far more than a node's linear program, or there is none."""
        room = self.params.poor_gap * self.state.tolerance(solution.cost)
        return not solution.cost > self.state.cutoff - room

    def _solve_mixing_mips(self, node: Node, solution: LpSolution, gap: float) -> None:
        """Look for the best binaries while books may mix menus, then for the best menus with these.

        First at the prices of the money rules, then with the binaries that the solution leaves open, then with all.
        """
        if self._money_rows:
            self._alternate(node, self._priced_out(node, solution, gap), gap)
        more = max(self.params.near_columns, self.params.near_columns_per_book * len(self.master.books))
        for near in dict.fromkeys((self.params.near_columns, more)):
            for within in (True, False):
                if not self._is_poor(solution):
                    return
                mixing = mixing_mip(self.master, node, solution.over(len(self.master.pool)), near)
                restricted = mixing.near(solution) if within else mixing
                self._alternate(
                    node, self._chosen_binaries(restricted, self._solve_below_incumbent(restricted, gap)), gap
                )
            if np.isfinite(self.state.incumbent.cost):
                return

    def _priced_out(self, node: Node, solution: LpSolution, gap: float) -> dict[int, int] | None:
        """The best binaries for the columns in use where rules on money are relaxed at their dual prices."""
        restricted = in_use_mip(self.master, node, solution).pricing_out(self._money_rows, solution.duals)
        return self._chosen_binaries(restricted, self._solve_restricted(restricted.program, gap))

    def _chosen_binaries(self, restricted: RestrictedMasterMip, outcome: SolverOutcome) -> dict[int, int] | None:
        self.state.limits.check()
        _log.debug("sub-MIP for binaries: %s", "none" if outcome.values is None else f"{outcome.objective:.9g}")
        return None if outcome.values is None else restricted.binaries(self.master, outcome)

    def _alternate(self, node: Node, binaries: dict[int, int] | None, gap: float) -> None:
        """Improve menus at given binaries and binaries among the menus in use, in turns, while plans get better."""
        while binaries is not None:
            best = self.state.incumbent.cost
            solution = self._solve_fixed(replace(node, fixed={**node.fixed, **binaries}), gap)
            if solution is None or not self.state.incumbent.cost < best:
                return
            restricted = in_use_mip(self.master, node, solution)
            outcome = self._solve_below_incumbent(restricted, gap)
            self.evaluate_outcome(outcome, restricted)
            binaries = self._chosen_binaries(restricted, outcome)

    def _solve_fixed(self, node: Node, gap: float) -> LpSolution | None:
        """Generate columns for a node in which every binary is fixed, then solve its sub-MIP; its LP solution."""
        solution = price_heuristically(self.master, node, self.column_generation.enter)
        if solution is not None:
            self._solve_mip(sub_mip(self.master, node, solution, self.params.fixed_columns), gap)
        return solution

    def _solve_mip(self, restricted: RestrictedMasterMip, gap: float) -> None:
        """Evaluate the choice of columns that is best within an absolute gap (scaled cost)."""
        self.evaluate_outcome(self._solve_below_incumbent(restricted, gap), restricted)

    def _solve_below_incumbent(self, restricted: RestrictedMasterMip, gap: float) -> SolverOutcome:
        return self._solve_restricted(under(restricted.program, self.state.incumbent.cost), gap)

    def _solve_restricted(self, program: MixedIntegerProgram, gap: float) -> SolverOutcome:
        return solve_for_plan(self.state, program, gap, self.params.node_limit)

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
        """Deliver a candidate's menus: exactly, once, or with the candidate's decisions, where these promise more."""
        key = tuple(sorted(candidate.columns))
        known = self.evaluations.get(key)
        promising = candidate.decisions is None or known is None or candidate.cost < known.cost
        if known is None or (promising and not known.exact):
            with self.state.timers("delivery"):
                self.evaluations[key] = self._evaluate(replace(candidate, columns=key))
        return self.evaluations[key]

    def evaluate_outcome(self, outcome: SolverOutcome, restricted: RestrictedMasterMip) -> PlanCandidate | None:
        """Evaluate the columns that a restricted master MIP chose: exactly, or with its binaries where it is solved.

        Returns them without decisions; None without a solution.
        """
        self.state.limits.check()
        chosen = restricted.chosen(outcome)
        if chosen is None:
            return None
        decisions = self._named(restricted.binaries(self.master, outcome)) if outcome.solved else None
        candidate = PlanCandidate(chosen, outcome.objective)
        self.evaluate(replace(candidate, decisions=decisions))
        self.state.limits.check()
        return candidate

    def _named(self, binaries: Mapping[int, int]) -> dict[str, int]:
        names = self.master.stated.names
        return {names[column]: value for column, value in binaries.items()}
