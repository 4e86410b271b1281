"""Branch and price: proves how good the best menus are.

Nodes settle yes-or-no decisions of the statement first (tiers, models, products, providers, policies),
then tiers, options and coverage of single price books, so the tree always ends. A node is closed when
its bound is no better than what is asked, when it is proved infeasible, or when every column that could
still matter fits an integer program, which is then exact.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from operator import attrgetter

import numpy as np

from ...lp.scaled_program import under
from ...lp.solver import solve_integer
from ..assortment.pricing import PATIENCE
from ..master.nodes import (
    Evaluation,
    LpSolution,
    Node,
    PersistentMap,
    PlanCandidate,
    PricingResult,
    Progressed,
    Proof,
    Unsolved,
)
from ..master.restricted_master import RestrictedMaster
from ..state.limits import Stopped, Watch
from .branching import ReliabilityBranching, part_books, whole_columns
from .branching_history import Parted
from .column_generation import ColumnGeneration
from .primal_heuristics import SHORT_PATIENCE, PrimalHeuristics
from .restricted_master_mip import RestrictedMasterMip, integer_program

FEW_COLUMNS = 300
"""Most columns of an integer program tried while switches are open."""
MANY_COLUMNS = 60_000
"""Most columns of an integer program tried once all switches are settled."""
MOST_EXCLUDED = 20
"""Most choices among columns that are tried for real before a node is parted instead."""

MOST_TRIED = 10_000
"""Choices of columns of which it is remembered what they cost."""
MOST_PARTED = 50
"""Nodes parted by a switch that are kept in mind."""
FEW_SHUT = 1_000
"""Closed nodes that are kept without asking whether they still matter."""


class BranchAndPrice:
    """One search over a master program.

    `accept` tries a candidate for real; `tolerance` maps the best cost to how far above the bound it may stay.
    """

    def __init__(
        self,
        master: RestrictedMaster,
        accept: Callable[[PlanCandidate], Evaluation],
        tolerance: Callable[[float], float],
        watch: Watch,
        report: Callable[[Progressed], None],
    ) -> None:
        self.master, self.tolerance = master, tolerance
        self.watch, self.report = watch, report
        self.switches = ReliabilityBranching(master)
        self.bounding = ColumnGeneration(master, watch, tolerance, lambda: self.cutoff, self._note)
        self.plans = PrimalHeuristics(
            master, self.switches, accept, tolerance, watch, self._can_enter, self._say_looking
        )
        self.closed = np.inf
        """Least bound among closed nodes."""
        self.shut: list[Node] = []
        """Nodes closed though they may hold a plan that is better by less than is asked for now."""
        self._still_shut = FEW_SHUT
        self.open: list[tuple[float, int, Node]] = []
        self.current: Node | None = None
        """The node at work, with the best bound proved for it, so that a stop does not lose it."""
        self.parted: list[Parted] = []
        """The first nodes that were parted by a switch."""
        self._ticket = itertools.count()

    # -- the recipe ------------------------------------------------------------------------------

    def search(self, *nodes: Node) -> Proof:
        """Search below `nodes` until the gap is proved, nothing is left, or a limit comes."""
        for node in nodes:
            self._push(node)
        try:
            while self.open and self.bound < self.cutoff:
                self._tidy()
                self.current = heapq.heappop(self.open)[2]
                self._process(self.current)
                self.current = None
        except Stopped:
            if self.current is not None:
                self._push(self.current)
                self.current = None
        return Proof(self.best, self.bound)

    def start_from(self, root: Node, columns: Sequence[int]) -> None:
        """Try a plan known from elsewhere, a column of each book, before the search of `root` begins."""
        with suppress(Stopped):
            self.plans.try_known(root, list(columns))

    def left(self) -> list[Node]:
        """Nodes that may hold a better plan, whatever gap is asked for: least bound first, none twice."""
        at_work = [] if self.current is None else [self.current]
        nodes = [*(node for *_, node in sorted(self.open)), *at_work, *self.shut]
        return sorted((node for node in nodes if node.bound < self.best), key=attrgetter("bound"))

    @property
    def unfinished(self) -> bool:
        """Whether going on could find or prove more."""
        return self.bound < self.cutoff and bool(self.left())

    @property
    def bound(self) -> float:
        """Valid lower bound on the cost of every plan."""
        opened = self.open[0][0] if self.open else np.inf
        return min(self.best, self.closed, opened)

    @property
    def best(self) -> float:
        """Cost of the best plan."""
        return self.plans.best

    @property
    def cutoff(self) -> float:
        """Cost that a node must be able to beat to be of interest."""
        return self.plans.cutoff

    def _push(self, node: Node) -> None:
        heapq.heappush(self.open, (node.bound, next(self._ticket), node))

    def _process(self, node: Node) -> None:
        if node.bound >= self.cutoff:
            self._close(node, node.bound)
            return
        self.master.phases.counts["nodes"] += 1
        self._say("bounding", node)
        known = self.bounding.known.of(node)
        if known is not None and known.bound >= self.cutoff:
            self._close(node, known.bound)
            return
        if not self.master.enter(node):
            return
        try:
            solved = self.bounding.bound(node)
        except Unsolved:
            self._close(node, node.bound)
            return
        if solved is None:
            return
        relaxed, priced = solved
        self.current = node = replace(node, bound=max(node.bound, priced.bound))
        if node.bound < self.cutoff:
            self.plans.look(node, relaxed)
        if node.bound >= self.cutoff:
            self._close(node, node.bound)
        elif not self._finish(node, priced):
            self._branch(node, self._back_in(node, relaxed))

    def _back_in(self, node: Node, relaxed: LpSolution) -> LpSolution:
        """The node's solution, with the linear program in the node again where a look for plans has left it."""
        if self.master.is_in(node):
            return relaxed
        self.master.enter(node)
        with suppress(Unsolved):
            again = self.master.relax()
            return relaxed if again.infeasible else again
        return relaxed

    def _note(self, node: Node, bound: float) -> None:
        """Write a bound down as soon as it is proved, so that a stop does not lose it."""
        bound = max(node.bound, bound)
        if self.current is not None and bound > self.current.bound:
            self.current = replace(self.current, bound=bound)
        self._say("bounding", node, bound)

    def _close(self, node: Node, bound: float) -> None:
        """Count a node as done: nothing in it costs less than `bound`, in deliveries as exact as this gap needs.

        At the cutoff or less it holds for deliveries of any exactness: with such a bound a node may be opened again.
        """
        self.closed = min(self.closed, bound)
        lasting = max(node.bound, min(bound, self.cutoff))
        if bound < np.inf and lasting < self.best:
            self.shut.append(replace(node, bound=lasting))

    def _tidy(self) -> None:
        """Keep memory within limits: forget columns of little use, and closed nodes that no longer matter."""
        if self.master.tidy() or len(self.plans.tried) > MOST_TRIED:
            self.plans.tried.clear()
        if len(self.shut) > 2 * self._still_shut:
            self.shut = [node for node in self.shut if node.bound < self.best]
            self._still_shut = max(FEW_SHUT, len(self.shut))

    # -- finishing a node exactly ----------------------------------------------------------------

    def _finish(self, node: Node, priced: PricingResult) -> bool:
        """Close the node by an integer program over every column that could beat the cutoff, if few enough."""
        if not np.isfinite(self.best):
            return False
        settled = len(node.switches) >= int(self.master.program.integer.sum())
        room, patience = (MANY_COLUMNS, PATIENCE) if settled else (FEW_COLUMNS, SHORT_PATIENCE)
        finds = self.master.every_within(node, priced, self.cutoff - priced.bound, room, patience, self.watch)
        if finds is None:
            return False
        self._say("closing", node)
        self.master.add(finds)
        among = sorted(self.master.positions(finds))
        # Whatever else the node holds costs the cutoff or more.
        before = self.cutoff
        bound = max(node.bound, min(self._exhaust(integer_program(self.master, node, among)), before))
        if bound < self.cutoff:
            return False
        self._close(node, bound)
        return True

    def _exhaust(self, restricted: RestrictedMasterMip) -> float:
        """Bound on the choices among columns, bar those tried for real: rounding may make these look better."""
        bound = np.inf
        for _ in range(MOST_EXCLUDED):
            with self.master.phases("mip"):
                limits = self.watch.limits(0.2 * self.tolerance(self.best), None)
                outcome = solve_integer(under(restricted.program, self.cutoff), limits)
            bound = np.inf if outcome.infeasible else outcome.bound
            chosen = self.plans.try_outcome(outcome, restricted)
            if chosen is None or bound >= self.cutoff or self.plans.tried[chosen].least < self.cutoff:
                break
            restricted = restricted.without(chosen)
        return bound

    # -- branching -------------------------------------------------------------------------------

    def _branch(self, node: Node, relaxed: LpSolution) -> None:
        children = list(self._children(node, relaxed))
        for child in children:
            self._push(replace(child, bound=node.bound, depth=node.depth + 1))
        whole = whole_columns(self.master, relaxed)
        if not children and whole is not None:
            # One menu is left to every book: what it costs at least is the bound, where that could be told.
            self.plans.try_for_real(PlanCandidate(whole, relaxed.cost))
            self._close(node, max(node.bound, self.plans.tried[whole].least))

    def _children(self, node: Node, relaxed: LpSolution) -> Iterator[Node]:
        column = self.switches.to_settle(relaxed)
        if column is not None:
            if len(self.parted) < MOST_PARTED:
                self.parted.append(Parted(node.switches, column, node.bound))
            for value in (1, 0) if relaxed.statement[column] > 0.5 else (0, 1):
                yield replace(node, switches=PersistentMap(node.switches, column, value))
            return
        split = part_books(self.master, node, relaxed)
        if split is not None:
            place, parts = split
            for part in parts:
                yield replace(node, books=PersistentMap(node.books, place, part))

    def _can_enter(self, node: Node) -> bool:
        return self.master.enter(node) and self.bounding.reach_feasibility(node)

    def _say_looking(self, node: Node) -> None:
        self._say("looking for plans", node)

    def _say(self, phase: str, node: Node, bound: float | None = None) -> None:
        own = node.bound if bound is None else bound
        opened = self.open[0][0] if self.open else np.inf
        self.report(Progressed(phase, self.best, min(self.best, self.closed, opened, own)))
