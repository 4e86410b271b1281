"""Branch and price: a best-first search for the best plan that proves a bound on every plan (Barnhart et al. 1998).

Branching fixes binaries of the formulation first (tiers, models, products, providers, policies), then tiers, options
and coverage of single price books, so the tree always ends. A node is closed when its bound reaches the cutoff, when it
is proved infeasible, or by reduced-cost enumeration: when the columns that could still matter are few enough for a
restricted master MIP, which is then exact (Baldacci et al. 2008).
"""

from __future__ import annotations

import heapq
import itertools
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import Enum
from operator import attrgetter

import numpy as np

from ...lp.arrays import under
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
from .branching import (
    Branches,
    ReliabilityBranching,
    any_columns,
    branch_on_books,
    integral_columns,
)
from .branching_history import BranchedNode
from .column_generation import ColumnGeneration
from .primal_heuristics import PrimalHeuristics
from .restricted_master_mip import RestrictedMasterMip, restricted_mip, solve_for_proof

_log = logging.getLogger(__name__)


class NodeOutcome(Enum):
    """What became of a node."""

    PRUNED = "pruned by bound"
    INFEASIBLE = "infeasible"
    UNSOLVED = "not solved"
    """The solver failed: branched on without an LP solution, or delivered where it leaves one menu to every book."""
    ENUMERATED = "enumerated"
    """Closed by reduced-cost enumeration."""
    BRANCHED = "branched"
    STOPPED = "stopped"
    """Left open: a limit came."""


class BranchAndPrice:
    """One search over a master program. `evaluate` delivers a candidate and offers the plan to the incumbent."""

    def __init__(
        self, master: RestrictedMaster, state: SearchState, evaluate: Callable[[PlanCandidate], Evaluation]
    ) -> None:
        self.master, self.state = master, state
        self.branching = ReliabilityBranching(master)
        self.column_generation = ColumnGeneration(master, state)
        self.heuristics = PrimalHeuristics(master, state, self.column_generation, self.branching, evaluate)
        self.closed_bound = np.inf
        """Least bound among closed nodes."""
        self.closed_nodes: list[Node] = []
        """Those that may hold a plan better than the incumbent by less than the tolerance."""
        self._closed_nodes_kept = state.parameters.clean_up.closed_nodes
        self.open_nodes: list[tuple[float, int, Node]] = []
        """A heap by bound, then by age."""
        self.current: Node | None = None
        """The node at work."""
        self.branched: list[BranchedNode] = []
        """The first nodes that were branched on a binary."""
        self._leaves: list[Node] = []
        """What the first node is branched into, where branching decisions of an earlier search are known."""
        self._ticket = itertools.count()
        self._last_logged = 0
        """Number of the node that was logged last; one closed before it is looked at has none."""

    # -- node selection ----------------------------------------------------------------------------

    def search(self, *nodes: Node, whole: Node | None = None) -> Proof:
        """Search below `nodes` until the gap is proved, nothing is left, or a limit comes.

        `whole` is a node that they part: it is bounded first, as it may be closed at once, and branched into them.
        """
        self._last_logged = self.state.timers.counts["nodes"]
        if whole is not None and len(nodes) > 1:
            self._leaves = [node for node in nodes if not self._closed_by_known_bound(node)]
            nodes = (whole,) if self._leaves else ()
        for node in nodes:
            self._push(node)
        try:
            while self.open_nodes and self.state.bound < self.state.cutoff:
                self.state.check_nodes()
                self._clean_up()
                self._finish(self._process(self._pop()))
        except Stopped:
            if self.current is not None:
                self._push(self._at_work(self.current))
                self._finish(NodeOutcome.STOPPED)
        if self._leaves:  # the whole was closed without them: a later search need not begin with them
            self.branched, self._leaves = [], []
        return Proof(self.state.incumbent.cost, self.state.bound)

    def try_plan(self, root: Node, columns: Sequence[int]) -> None:
        """Try the plan of another search, a column of each book by number, before the search of `root` begins."""
        with suppress(Stopped):
            self.heuristics.try_plan(root, list(columns))

    def repair(self, root: Node) -> None:
        """Look, after a limit that came before any plan, for one among the columns at hand."""
        with suppress(Stopped):
            self.heuristics.repair(root)

    def remaining_nodes(self) -> list[Node]:
        """Nodes that may hold a better plan, whatever gap is asked for: least bound first, none twice."""
        at_work = [] if self.current is None else [self._at_work(self.current)]
        nodes = [*(node for *_, node in sorted(self.open_nodes)), *at_work, *self.closed_nodes]
        return sorted((node for node in nodes if node.bound < self.state.incumbent.cost), key=attrgetter("bound"))

    @property
    def unfinished(self) -> bool:
        """Whether the gap is not proved yet and there are nodes to go on with."""
        return self.state.bound < self.state.cutoff and bool(self.remaining_nodes())

    def _push(self, node: Node) -> None:
        heapq.heappush(self.open_nodes, (node.bound, next(self._ticket), node))
        self._note_elsewhere()

    def _pop(self) -> Node:
        self.current = node = heapq.heappop(self.open_nodes)[2]
        self.state.current_bound = node.bound
        self._note_elsewhere()
        return node

    def _at_work(self, node: Node) -> Node:
        """The node at work with the best bound proved for it."""
        return replace(node, bound=self.state.current_bound)

    def _note_elsewhere(self) -> None:
        self.state.bound_elsewhere = min(self.closed_bound, self.open_nodes[0][0] if self.open_nodes else np.inf)

    def _process(self, node: Node) -> NodeOutcome:
        """Bound a node, run primal heuristics in it, and close it or branch on it."""
        if node.bound >= self.state.cutoff:
            return self._close(node, node.bound)
        self.state.timers.counts["nodes"] += 1
        self.state.report("bounding", node.bound)
        if self._closed_by_known_bound(node):
            return NodeOutcome.PRUNED
        if not self.master.enter(node):
            return NodeOutcome.INFEASIBLE
        try:
            solved = self.column_generation.bound(node)
        except Unsolved:
            return self._branch_unsolved(self._at_work(node))
        if solved is None:
            return NodeOutcome.INFEASIBLE
        return self._process_bounded(node, *solved)

    def _closed_by_known_bound(self, node: Node) -> bool:
        """Close a node, without pricing, that the duals of an earlier search bound well enough; whether they do."""
        known = self.column_generation.known_bounds.bound(node)
        if known is None:
            return False
        if known.bound < self.state.cutoff:
            if node is self.current:  # a limit that comes before the node's own bound leaves this one
                self.state.prove(known.bound)
            return False
        self._close(node, known.bound)
        return True

    def _process_bounded(self, node: Node, solution: LpSolution, priced: PricingResult) -> NodeOutcome:
        self.current = node = replace(node, bound=max(node.bound, priced.bound))
        self.state.current_bound = node.bound
        if node.bound < self.state.cutoff:
            self.heuristics.run(node, solution)
        if node.bound >= self.state.cutoff:
            return self._close(node, node.bound)
        bound = self._enumerate(node, priced)
        if bound is None and node.bound < self.state.cutoff:
            best = self.state.incumbent.cost
            self.heuristics.run_put_off()
            bound = self._enumerate(node, priced) if self.state.incumbent.cost < best else None
        if bound is not None and bound >= self.state.cutoff:
            return self._close(node, bound, NodeOutcome.ENUMERATED)
        if node.bound >= self.state.cutoff:
            return self._close(node, node.bound)
        return self._branch(node, self.heuristics.back_in(node, solution))

    def _finish(self, outcome: NodeOutcome) -> None:
        """Leave the current node: what became of it is known."""
        self.current = None
        number = self.state.timers.counts["nodes"]
        if _log.isEnabledFor(logging.INFO) and number > self._last_logged:
            self._log_node(number, outcome)
            self._last_logged = number

    def _log_node(self, number: int, outcome: NodeOutcome) -> None:
        """One line a node: its number, and how the search stands after it, in money a year."""
        state = self.state
        best, bound, gap = state.scale.standing(state.incumbent.cost, state.bound)
        shown = ["none" if value is None else f"{value:.10g}" for value in (bound, best, gap)]
        message = "node %d %s: bound %s, incumbent %s, gap %s, %d columns, %.1f s"
        seconds = time.monotonic() - state.began
        _log.info(message, number, outcome.value, *shown, len(self.master.pool), seconds)

    def _close(self, node: Node, bound: float, outcome: NodeOutcome = NodeOutcome.PRUNED) -> NodeOutcome:
        """Close a node: no plan in it costs less than `bound`, in deliveries as exact as this gap needs.

        At the cutoff or less it holds for deliveries of any exactness: with such a bound a node may be opened again.
        """
        self.closed_bound = min(self.closed_bound, bound)
        self._note_elsewhere()
        lasting = max(node.bound, min(bound, self.state.cutoff))
        if bound < np.inf and lasting < self.state.incumbent.cost:
            self.closed_nodes.append(replace(node, bound=lasting))
        return outcome

    def _clean_up(self) -> None:
        """Keep memory within limits: drop columns of little use, evaluations, closed nodes that no longer matter."""
        if self.master.clean_up() or len(self.heuristics.evaluations) > self.state.parameters.clean_up.evaluated_plans:
            self.heuristics.evaluations.clear()
        if len(self.closed_nodes) > 2 * self._closed_nodes_kept:
            self.closed_nodes = [node for node in self.closed_nodes if node.bound < self.state.incumbent.cost]
            self._closed_nodes_kept = max(self.state.parameters.clean_up.closed_nodes, len(self.closed_nodes))

    # -- reduced-cost enumeration ----------------------------------------------------------------

    def _enumerate(self, node: Node, priced: PricingResult) -> float | None:
        """Bound by a MIP over every column that a plan below the cutoff may use; None where these are too many."""
        if not np.isfinite(self.state.incumbent.cost):
            return None
        all_fixed = len(node.fixed) >= int(self.master.program.integer.sum())
        params, pricing = self.state.parameters.enumeration, self.state.parameters.pricing
        most = params.fixed_columns if all_fixed else params.open_columns
        node_limit = pricing.node_limit if all_fixed else params.open_node_limit
        budget = self.state.cutoff - priced.bound
        columns = self.master.enumerate_columns(node, priced, budget, most, node_limit, self.state.limits)
        if columns is None:
            return None
        _log.debug("enumerated %d columns that a plan below the cutoff may use", len(columns))
        self.state.report("closing", node.bound)
        # Whatever else the node holds costs the cutoff or more; so does all of it where some book has none of these.
        before = self.state.cutoff
        if len({column.book for column in columns}) < len(self.master.books):
            return max(node.bound, before)
        self.master.add(columns)
        among = sorted(self.master.numbers(columns))
        return max(node.bound, min(self._solve_excluding(restricted_mip(self.master, node, among)), before))

    def _solve_excluding(self, restricted: RestrictedMasterMip) -> float:
        """Bound on the choices of columns but those evaluated: within tolerance the MIP may find these better."""
        params, bound = self.state.parameters.enumeration, np.inf
        for _ in range(params.exclusions):
            gap = params.gap_share * self.state.tolerance(self.state.incumbent.cost)
            outcome = solve_for_proof(self.state, under(restricted.program, self.state.cutoff), gap)
            bound = np.inf if outcome.infeasible else outcome.bound
            found = self.heuristics.evaluate_outcome(outcome, restricted)
            if found is None or bound >= self.state.cutoff:
                break
            if self.heuristics.evaluate(found).bound < self.state.cutoff:
                break
            restricted = restricted.without(found.columns)
        return bound

    # -- branching -------------------------------------------------------------------------------

    def _branch(self, node: Node, solution: LpSolution) -> NodeOutcome:
        children, self._leaves = self._leaves or list(self._children(node, solution)), []
        for child in children:
            self._push(replace(child, bound=node.bound))
        chosen = integral_columns(self.master, solution)
        return NodeOutcome.BRANCHED if children or chosen is None else self._close_delivered(node, chosen)

    def _branch_unsolved(self, node: Node) -> NodeOutcome:
        """Branch on a node without LP solution: its parts may be solved, and the least of them are delivered."""
        binary, some = self.branching.first_open(node), any_columns(self.master, node)
        decision = branch_on_books(self.master, node, some) if binary is None else None
        parts = [*_by_binary(node, binary, (1, 0)), *_by_menus(node, decision)]
        children, self._leaves = self._leaves or parts, []
        for child in children:
            self._push(replace(child, bound=node.bound))
        if not children:
            self._close_delivered(node, tuple(np.flatnonzero(some.weights).tolist()))
        return NodeOutcome.UNSOLVED

    def _close_delivered(self, node: Node, chosen: tuple[int, ...]) -> NodeOutcome:
        """Close a node that leaves one menu to every book at the least cost of its delivery, where that can be told."""
        evaluation = self.heuristics.evaluate(PlanCandidate(chosen, node.bound))
        return self._close(node, max(node.bound, evaluation.bound))

    def _children(self, node: Node, solution: LpSolution) -> Iterator[Node]:
        column = self.branching.branching_variable(solution)
        if column is not None:
            if len(self.branched) < self.state.parameters.branching.remembered:
                self.branched.append(BranchedNode(node.fixed, column, node.bound))
            if _log.isEnabledFor(logging.DEBUG):
                _log.debug("branch on %s at %.4g", self.master.stated.names[column], solution.values[column])
            yield from _by_binary(node, column, (1, 0) if solution.values[column] > 0.5 else (0, 1))
        else:
            yield from _by_menus(node, branch_on_books(self.master, node, solution))


def _by_binary(node: Node, column: int | None, values: Sequence[int]) -> Iterator[Node]:
    """A child for each value of a binary, in this order; none without a binary."""
    if column is not None:
        for value in values:
            yield replace(node, fixed=PersistentMap(node.fixed, column, value))


def _by_menus(node: Node, decision: tuple[int, Branches] | None) -> Iterator[Node]:
    """A child for each restriction of one book's menus; none without a decision."""
    if decision is not None:
        place, restrictions = decision
        _log.debug("branch on the menus of price book %d", place)
        for restriction in restrictions:
            yield replace(node, books=PersistentMap(node.books, place, restriction))
