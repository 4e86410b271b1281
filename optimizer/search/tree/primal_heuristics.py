"""Looking for plans on the way: whole solutions, integer programs over the columns at hand, dives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace

import numpy as np

from ...lp.scaled_program import under
from ...lp.solver import SolverOutcome, solve_integer
from ..master.nodes import Evaluation, LpSolution, Node, PlanCandidate, Unsolved
from ..master.restricted_master import RestrictedMaster
from ..state.search_state import SearchState
from .branching import ReliabilityBranching, whole_columns
from .branching_history import agrees
from .column_generation import ColumnGeneration
from .diving import dive, with_good_columns
from .restricted_master_mip import RestrictedMasterMip, completion, integer_program, switching

SHORT_PATIENCE = 4_000
"""Most nodes of one menu search for all columns that matter, while switches are open."""
NEAR_COLUMNS, NEAR_PER_BOOK = 150, 2
"""Columns beyond those in use that may replace them when a solution is made whole: so many, then more by book."""
FEW_COLUMNS = 40
"""Such columns once every switch is settled."""
PLAN_SHARE = 0.1
"""Share of the tolerance within which a plan is the best of those that a look for one considers."""
POLISH_NODES = 200
"""Most nodes of an integer program that only looks for a better plan."""
COMPLETE_EVERY = 5
"""Nodes between solutions made whole; between dives while there is only a poor plan or none."""
DIVE_EVERY = 25
"""Nodes between dives."""
POOR = 10.0
"""Tolerances by which a plan costs more than the bound of a node to be poor beside what may be in it."""


class PrimalHeuristics:
    """Looks for better plans than the incumbent.

    `evaluate` delivers the menus of a candidate exactly and offers the plan to the incumbent.
    """

    def __init__(
        self,
        master: RestrictedMaster,
        state: SearchState,
        columns: ColumnGeneration,
        switches: ReliabilityBranching,
        evaluate: Callable[[PlanCandidate], Evaluation],
    ) -> None:
        self.master, self.state, self.columns, self.switches = master, state, columns, switches
        self._evaluate = evaluate
        self.tried: dict[tuple[int, ...], Evaluation] = {}
        """What each choice of columns that was tried costs."""
        self.known: Mapping[int, int] = {}
        """Value of switches in a plan known from elsewhere, by column."""
        self._recalled = False
        """Whether what is best was last looked for near that plan alone."""
        self.looked = 0
        """Solutions that were not whole."""

    def look(self, node: Node, relaxed: LpSolution) -> None:
        """Accept the node's solution if it is whole; otherwise, at times, make a whole one of it."""
        chosen = whole_columns(self.master, relaxed)
        if chosen is not None:
            self.try_for_real(PlanCandidate(chosen, relaxed.cost))
            return
        if self.known and agrees(node, self.known):
            self._look_nearby(node, relaxed)
            return
        if relaxed.cost < self.state.cutoff - self.state.tolerance(self.state.incumbent.cost) and self._recalled:
            self.looked, self._recalled = 0, False
        self.looked += 1
        poor = not relaxed.cost > self.state.cutoff - POOR * self.state.tolerance(relaxed.cost)
        dive_every, complete_every = (COMPLETE_EVERY, 1) if poor else (DIVE_EVERY, COMPLETE_EVERY)
        if self.looked % dive_every == 1:
            with suppress(Unsolved):
                self._dive(node, relaxed)
        elif self.looked % complete_every == 1 % complete_every and self.switches.menus_settled(relaxed):
            self._complete(node, relaxed)

    def try_known(self, node: Node, columns: list[int]) -> None:
        """Try a plan known from elsewhere, if what is offered obeys this search: its delivery alone cannot tell."""
        admitted = self.master.admitted(node)
        if all(admitted[i] for i in columns):
            self._solve(integer_program(self.master, node, columns), np.inf)

    def _report(self, node: Node) -> None:
        self.state.report("looking for plans", node.bound)

    def _look_nearby(self, node: Node, relaxed: LpSolution) -> None:
        """Try, once, the best menus with every switch as in the plan known from elsewhere."""
        near, self.known = replace(node, switches={**self.known, **node.switches}), {}
        with suppress(Unsolved):
            self._complete_settled(near, PLAN_SHARE * self.state.tolerance(relaxed.cost))
        self._recalled = True
        self.looked += int(np.isfinite(self.state.incumbent.cost))  # with a plan there is no hurry to dive for another

    def _complete(self, node: Node, relaxed: LpSolution) -> None:
        """Try the best whole solution near a fractional one: switches first, as if books could mix menus."""
        self._report(node)
        gap = PLAN_SHARE * self.state.tolerance(relaxed.cost)
        more = max(NEAR_COLUMNS, NEAR_PER_BOOK * len(self.master.books))
        for near in dict.fromkeys((NEAR_COLUMNS, more)):
            mixing = switching(self.master, node, relaxed, near)
            with self.master.phases("mip"):
                limits = self.state.limits.limits(gap, POLISH_NODES)
                outcome = solve_integer(under(mixing.program, self.state.incumbent.cost), limits, doubting=False)
            self.state.limits.check()
            if outcome.values is not None:
                self._complete_settled(mixing.settled(self.master, node, outcome), gap)
            if np.isfinite(self.state.incumbent.cost):
                return

    def _complete_settled(self, node: Node, gap: float) -> None:
        """Make new columns for a node in which every switch is settled, then let every book have one."""
        relaxed = with_good_columns(self.master, node, self.columns.enter)
        if relaxed is not None:
            self._solve(completion(self.master, node, relaxed, FEW_COLUMNS), gap)

    def _solve(self, restricted: RestrictedMasterMip, gap: float) -> None:
        """Try the choice among columns that is best within an absolute gap (scaled)."""
        with self.master.phases("mip"):
            limits = self.state.limits.limits(gap, POLISH_NODES)
            outcome = solve_integer(under(restricted.program, self.state.incumbent.cost), limits, doubting=False)
        self.try_outcome(outcome, restricted)

    def _dive(self, node: Node, relaxed: LpSolution) -> None:
        """Settle what menus depend on, then make the solution whole."""

        def enter(child: Node) -> bool:
            self.state.limits.check()
            self._report(child)
            return self.columns.enter(child)

        settled = dive(self.master, self.switches, node, relaxed, enter)
        if settled is not None:
            self._complete(*settled)

    def try_for_real(self, candidate: PlanCandidate) -> None:
        """Deliver a candidate's menus exactly, once, and keep it if it is the best."""
        key = tuple(sorted(candidate.columns))
        if key not in self.tried:
            with self.master.phases("delivery"):
                self.tried[key] = self._evaluate(replace(candidate, columns=key))

    def try_outcome(self, outcome: SolverOutcome, restricted: RestrictedMasterMip) -> tuple[int, ...] | None:
        """Try the columns that an integer program chose, and say which."""
        self.state.limits.check()
        chosen = restricted.chosen(outcome)
        if chosen is not None:
            self.try_for_real(PlanCandidate(chosen, outcome.objective))
            self.state.limits.check()
        return chosen
