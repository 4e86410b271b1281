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
from enum import Enum
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
    Proof,
    Unsolved,
)
from ..master.restricted_master import RestrictedMaster
from ..state.limits import Stopped
from ..state.search_state import SearchState
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


class NodeOutcome(Enum):
    """What became of a node."""

    PRUNED = "pruned by bound"
    INFEASIBLE = "infeasible"
    UNSOLVED = "not solved"
    """Closed at the bound that it came with: the solver failed."""
    ENUMERATED = "enumerated"
    """Closed by the integer program over every column that could matter."""
    BRANCHED = "branched"


class BranchAndPrice:
    """One search over a master program. `evaluate` delivers a candidate and offers the plan to the incumbent."""

    def __init__(
        self, master: RestrictedMaster, state: SearchState, evaluate: Callable[[PlanCandidate], Evaluation]
    ) -> None:
        self.master, self.state = master, state
        self.switches = ReliabilityBranching(master)
        self.bounding = ColumnGeneration(master, state)
        self.plans = PrimalHeuristics(master, state, self.bounding, self.switches, evaluate)
        self.closed = np.inf
        """Least bound among closed nodes."""
        self.shut: list[Node] = []
        """Nodes closed though they may hold a plan that is better by less than is asked for now."""
        self._still_shut = FEW_SHUT
        self.open: list[tuple[float, int, Node]] = []
        self.current: Node | None = None
        """The node at work."""
        self.parted: list[Parted] = []
        """The first nodes that were parted by a switch."""
        self._ticket = itertools.count()

    # -- the recipe ------------------------------------------------------------------------------

    def search(self, *nodes: Node) -> Proof:
        """Search below `nodes` until the gap is proved, nothing is left, or a limit comes."""
        for node in nodes:
            self._push(node)
        try:
            while self.open and self.state.bound < self.state.cutoff:
                self._tidy()
                self._finish(self._process(self._pop()))
        except Stopped:
            if self.current is not None:
                self._push(self._at_work(self.current))
                self.current = None
        return Proof(self.state.incumbent.cost, self.state.bound)

    def start_from(self, root: Node, columns: Sequence[int]) -> None:
        """Try a plan known from elsewhere, a column of each book, before the search of `root` begins."""
        with suppress(Stopped):
            self.plans.try_known(root, list(columns))

    def left(self) -> list[Node]:
        """Nodes that may hold a better plan, whatever gap is asked for: least bound first, none twice."""
        at_work = [] if self.current is None else [self._at_work(self.current)]
        nodes = [*(node for *_, node in sorted(self.open)), *at_work, *self.shut]
        return sorted((node for node in nodes if node.bound < self.state.incumbent.cost), key=attrgetter("bound"))

    @property
    def unfinished(self) -> bool:
        """Whether going on could find or prove more."""
        return self.state.bound < self.state.cutoff and bool(self.left())

    def _push(self, node: Node) -> None:
        heapq.heappush(self.open, (node.bound, next(self._ticket), node))
        self._note_elsewhere()

    def _pop(self) -> Node:
        self.current = node = heapq.heappop(self.open)[2]
        self.state.current_bound = node.bound
        self._note_elsewhere()
        return node

    def _at_work(self, node: Node) -> Node:
        """The node at work with the best bound proved for it."""
        return replace(node, bound=self.state.current_bound)

    def _note_elsewhere(self) -> None:
        self.state.bound_elsewhere = min(self.closed, self.open[0][0] if self.open else np.inf)

    def _process(self, node: Node) -> NodeOutcome:
        """Bound a node, look for plans in it, and close or branch it."""
        if node.bound >= self.state.cutoff:
            return self._close(node, node.bound)
        self.master.phases.counts["nodes"] += 1
        self.state.report("bounding", node.bound)
        known = self.bounding.known.of(node)
        if known is not None and known.bound >= self.state.cutoff:
            return self._close(node, known.bound)
        if not self.master.enter(node):
            return NodeOutcome.INFEASIBLE
        try:
            solved = self.bounding.bound(node)
        except Unsolved:
            return self._close(node, node.bound, NodeOutcome.UNSOLVED)
        if solved is None:
            return NodeOutcome.INFEASIBLE
        return self._process_bounded(node, *solved)

    def _process_bounded(self, node: Node, relaxed: LpSolution, priced: PricingResult) -> NodeOutcome:
        self.current = node = replace(node, bound=max(node.bound, priced.bound))
        self.state.current_bound = node.bound
        if node.bound < self.state.cutoff:
            self.plans.look(node, relaxed)
        if node.bound >= self.state.cutoff:
            return self._close(node, node.bound)
        bound = self._enumerate(node, priced)
        if bound is not None and bound >= self.state.cutoff:
            return self._close(node, bound, NodeOutcome.ENUMERATED)
        return self._branch(node, self._back_in(node, relaxed))

    def _finish(self, outcome: NodeOutcome) -> None:
        """Leave the current node: what became of it is known."""
        self.current = None

    def _back_in(self, node: Node, relaxed: LpSolution) -> LpSolution:
        """The node's solution, with the linear program in the node again where a look for plans has left it."""
        if self.master.is_in(node):
            return relaxed
        self.master.enter(node)
        with suppress(Unsolved):
            again = self.master.relax()
            return relaxed if again.infeasible else again
        return relaxed

    def _close(self, node: Node, bound: float, outcome: NodeOutcome = NodeOutcome.PRUNED) -> NodeOutcome:
        """Count a node as done: nothing in it costs less than `bound`, in deliveries as exact as this gap needs.

        At the cutoff or less it holds for deliveries of any exactness: with such a bound a node may be opened again.
        """
        self.closed = min(self.closed, bound)
        self._note_elsewhere()
        lasting = max(node.bound, min(bound, self.state.cutoff))
        if bound < np.inf and lasting < self.state.incumbent.cost:
            self.shut.append(replace(node, bound=lasting))
        return outcome

    def _tidy(self) -> None:
        """Keep memory within limits: forget columns of little use, and closed nodes that no longer matter."""
        if self.master.tidy() or len(self.plans.tried) > MOST_TRIED:
            self.plans.tried.clear()
        if len(self.shut) > 2 * self._still_shut:
            self.shut = [node for node in self.shut if node.bound < self.state.incumbent.cost]
            self._still_shut = max(FEW_SHUT, len(self.shut))

    # -- finishing a node exactly ----------------------------------------------------------------

    def _enumerate(self, node: Node, priced: PricingResult) -> float | None:
        """Bound by an integer program over every column that could beat the cutoff; None where these are too many."""
        if not np.isfinite(self.state.incumbent.cost):
            return None
        settled = len(node.switches) >= int(self.master.program.integer.sum())
        room, patience = (MANY_COLUMNS, PATIENCE) if settled else (FEW_COLUMNS, SHORT_PATIENCE)
        budget = self.state.cutoff - priced.bound
        finds = self.master.every_within(node, priced, budget, room, patience, self.state.limits)
        if finds is None:
            return None
        self.state.report("closing", node.bound)
        self.master.add(finds)
        among = sorted(self.master.positions(finds))
        # Whatever else the node holds costs the cutoff or more.
        before = self.state.cutoff
        return max(node.bound, min(self._exhaust(integer_program(self.master, node, among)), before))

    def _exhaust(self, restricted: RestrictedMasterMip) -> float:
        """Bound on the choices among columns, bar those tried for real: rounding may make these look better."""
        bound = np.inf
        for _ in range(MOST_EXCLUDED):
            with self.master.phases("mip"):
                limits = self.state.limits.limits(0.2 * self.state.tolerance(self.state.incumbent.cost), None)
                outcome = solve_integer(under(restricted.program, self.state.cutoff), limits)
            bound = np.inf if outcome.infeasible else outcome.bound
            chosen = self.plans.try_outcome(outcome, restricted)
            if chosen is None or bound >= self.state.cutoff or self.plans.tried[chosen].least < self.state.cutoff:
                break
            restricted = restricted.without(chosen)
        return bound

    # -- branching -------------------------------------------------------------------------------

    def _branch(self, node: Node, relaxed: LpSolution) -> NodeOutcome:
        children = list(self._children(node, relaxed))
        for child in children:
            self._push(replace(child, bound=node.bound))
        whole = whole_columns(self.master, relaxed)
        if not children and whole is not None:
            # One menu is left to every book: what it costs at least is the bound, where that could be told.
            self.plans.try_for_real(PlanCandidate(whole, relaxed.cost))
            return self._close(node, max(node.bound, self.plans.tried[whole].least))
        return NodeOutcome.BRANCHED

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
