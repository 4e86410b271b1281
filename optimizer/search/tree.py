"""Branch and price: proves how good the best menus are.

Nodes settle yes-or-no decisions of the statement first (tiers, models, products, providers, policies),
then tiers, options and coverage of single price books, so the tree always ends. A node is closed when
its bound is no better than what is asked, when it is proved infeasible, or when every column that could
still matter fits an integer program, which is then exact.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from ..program.solver import Outcome, ScaledProgram, excluding, solve_integer
from .branching import INTEGRAL, Switches, part_books
from .diving import dive
from .master import Master
from .nodes import Candidate, Node, Priced, Progressed, Proof, Relaxed, Unsolved
from .pricing import PATIENCE
from .watch import Stopped, Watch

FEASIBLE = 1e-9
"""Violation of totals rows (scaled) that counts as none."""
CONVERGED = 0.05
"""Share of the tolerance by which a bound may fall short of its linear program."""
FEW_COLUMNS = 3_000
"""Most columns of an integer program tried while switches are open."""
MANY_COLUMNS = 60_000
"""Most columns of an integer program tried once all switches are settled."""
SHORT_PATIENCE = 4_000
"""Most nodes of one menu search for all columns that matter, while switches are open."""
NEAR_COLUMNS = 1_000
"""Most columns gathered to look for a better plan."""
NEAR = (0.25, 0.0625, 0.015625)
"""Shares of the gap within which columns are gathered to look for a better plan, tried in turn."""
POLISH_GAP = 5.0
"""Gap of such a program, as a multiple of what the search may leave: it need not prove anything."""
POLISH_NODES = 60
"""Most nodes of an integer program that only looks for a better plan."""
MOST_EXCLUDED = 20
"""Most choices among columns that are tried for real before a node is parted instead."""
DIVE_EVERY = 25
"""Nodes between dives."""


class Tree:
    """One search over a master program.

    `accept` tries a candidate for real and returns its true (scaled) cost, inf if it is proved not to hold,
    nan if neither is known; `tolerance` maps the best cost to how far above the bound it may stay.
    """

    def __init__(
        self,
        master: Master,
        accept: Callable[[Candidate], float],
        tolerance: Callable[[float], float],
        watch: Watch,
        report: Callable[[Progressed], None],
    ) -> None:
        self.master, self.accept, self.tolerance = master, accept, tolerance
        self.watch, self.report = watch, report
        self.best = np.inf
        self.closed = np.inf
        """Least bound among closed nodes."""
        self.open: list[tuple[float, int, Node]] = []
        self.current: Node | None = None
        """The node at work, with the best bound proved for it, so that a stop does not lose it."""
        self._ticket = itertools.count()
        self._tried: dict[tuple[int, ...], float] = {}
        self._looked = 0
        self.switches = Switches(master)

    # -- the recipe ------------------------------------------------------------------------------

    def search(self, root: Node) -> Proof:
        """Search below `root` until the gap is proved, nothing is left, or a limit comes."""
        self._push(root)
        try:
            while self.open and self.bound < self.cutoff:
                self.current = heapq.heappop(self.open)[2]
                self._process(self.current)
                self.current = None
        except Stopped:
            if self.current is not None:
                self._push(self.current)
        return Proof(self.best, self.bound)

    @property
    def bound(self) -> float:
        """Valid lower bound on the cost of every plan."""
        opened = self.open[0][0] if self.open else np.inf
        return min(self.best, self.closed, opened)

    @property
    def cutoff(self) -> float:
        """Cost that a node must be able to beat to be of interest."""
        return self.best - self.tolerance(self.best) if np.isfinite(self.best) else np.inf

    def _push(self, node: Node) -> None:
        heapq.heappush(self.open, (node.bound, next(self._ticket), node))

    def _process(self, node: Node) -> None:
        if node.bound >= self.cutoff:
            self._close(node.bound)
            return
        self._say("bounding", node)
        if not self.master.enter(node):
            return
        try:
            solved = self._bound(node)
        except Unsolved:
            self._close(node.bound)
            return
        if solved is None:
            return
        relaxed, priced = solved
        self.current = node = replace(node, bound=max(node.bound, priced.bound))
        self._look_for_plans(node, relaxed, priced)
        if node.bound >= self.cutoff:
            self._close(node.bound)
        elif not self._finish(node, priced):
            self._branch(node, relaxed)

    def _close(self, bound: float) -> None:
        self.closed = min(self.closed, bound)

    # -- bounds ----------------------------------------------------------------------------------

    def _bound(self, node: Node) -> tuple[Relaxed, Priced] | None:
        """Linear program and bound of a node after adding columns; None if it was closed on the way."""
        if not self._reach_feasibility(node):
            return None
        best: Priced | None = None
        while True:
            self.watch.check()
            relaxed = self.master.relax()
            if relaxed.infeasible:
                raise Unsolved  # feasible within a hair a moment ago
            if self.master.add(self.master.climb(node, relaxed)):
                continue
            priced = self._price(node, relaxed)
            if best is None or priced.bound > best.bound:
                best = priced
            self._say("bounding", node, max(node.bound, best.bound))
            if best.bound >= self.cutoff:
                self._close(max(node.bound, best.bound))
                return None
            if relaxed.cost - best.bound <= CONVERGED * self.tolerance(relaxed.cost) or not self.master.add(
                priced.finds
            ):
                return relaxed, best

    def _price(self, node: Node, relaxed: Relaxed) -> Priced:
        """Price with a little patience, and with more only while nothing new comes of it.

        A bound needs no finished search; the proof that nothing is feasible does, or it is `Unsolved`.
        """
        patience = SHORT_PATIENCE
        while patience <= 8 * PATIENCE:
            priced = self.master.price(node, relaxed.duals, patience, self.watch.check)
            enough = priced.complete or (patience >= PATIENCE and not self.master.seeking)
            if enough or self.master.has_new(priced.finds) or self._settles(priced):
                return priced
            patience *= 8
        raise Unsolved

    def _settles(self, priced: Priced) -> bool:
        """Whether the bound alone closes the node."""
        return bool(priced.bound > FEASIBLE if self.master.seeking else priced.bound >= self.cutoff)

    def _reach_feasibility(self, node: Node) -> bool:
        """Add columns until the node's linear program has a solution; False once it is proved to have none.

        A node without a solution over the columns at hand may only lack columns, so the violation of the
        totals rows is minimized with menus priced for that.
        """
        if not self.master.relax().infeasible:
            return True
        self.master.seek_feasibility(True)
        try:
            while True:
                self.watch.check()
                relaxed = self.master.relax()
                if relaxed.infeasible:
                    return False
                if relaxed.cost <= FEASIBLE:
                    break
                if self.master.add(self.master.climb(node, relaxed)):
                    continue
                priced = self._price(node, relaxed)
                if priced.bound > FEASIBLE:
                    return False
                if not self.master.add(priced.finds):
                    raise Unsolved  # a violation too small to be proved
        finally:
            self.master.seek_feasibility(False)
        return True

    # -- plans -----------------------------------------------------------------------------------

    def _look_for_plans(self, node: Node, relaxed: Relaxed, priced: Priced) -> None:
        """Accept the node's solution if it is whole; otherwise, at times, solve over columns at hand and near."""
        chosen = self._whole(relaxed)
        if chosen is not None:
            self._try(Candidate(chosen, relaxed.cost))
            return
        self._looked += 1
        if node.depth == 0 or self._settled(relaxed):
            self._solve_over_columns(node, relaxed)
        if self._looked % DIVE_EVERY == 1:
            with suppress(Unsolved):
                self._dive(node, relaxed)
            self._enrich(node, relaxed, priced)

    def _enrich(self, node: Node, relaxed: Relaxed, priced: Priced) -> None:
        """Solve again with the columns nearest to being of use: few books need more choice than a mix of theirs."""
        if not np.isfinite(self.best) or node.bound >= self.cutoff:
            return
        budget = self.cutoff - priced.bound
        for share in NEAR:
            finds = self.master.every_within(node, priced, share * budget, NEAR_COLUMNS, SHORT_PATIENCE)
            if finds is not None:
                if self.master.add(finds):
                    self._solve_over_columns(node, relaxed)
                return

    def _solve_over_columns(self, node: Node, relaxed: Relaxed) -> None:
        """Try the best choice among the columns at hand that obey the node."""
        self._say("looking for plans", node)
        among = np.flatnonzero(self.master.admitted(node)).tolist()
        program = self.master.integer_program(node, among)
        self._try_outcome(
            solve_integer(program, self.watch.limits(POLISH_GAP * self.tolerance(relaxed.cost), POLISH_NODES)),
            program,
            among,
        )

    def _dive(self, node: Node, relaxed: Relaxed) -> None:
        """Settle what menus depend on, then solve over the columns that fit it."""

        def enter(child: Node) -> bool:
            self.watch.check()
            self._say("looking for plans", child)
            return self.master.enter(child) and self._reach_feasibility(child)

        settled = dive(self.master, self.switches, node, relaxed, enter)
        if settled is not None and settled[0] is not node:
            self._solve_over_columns(*settled)

    def _whole(self, relaxed: Relaxed) -> tuple[int, ...] | None:
        """The chosen column of every book, if statement and menus are integral."""
        if not self._settled(relaxed) or (np.abs(relaxed.columns - np.round(relaxed.columns)) > INTEGRAL).any():
            return None
        return tuple(int(i) for i in np.flatnonzero(relaxed.columns > 0.5))

    def _settled(self, relaxed: Relaxed) -> bool:
        values = relaxed.statement[self.master.program.integer]
        return bool((np.abs(values - np.round(values)) <= INTEGRAL).all())

    def _try(self, candidate: Candidate) -> None:
        key = tuple(sorted(candidate.columns))
        if key not in self._tried:
            self._tried[key] = self.accept(replace(candidate, columns=key))
        cost = self._tried[key]
        if cost < self.best:
            self.best = cost

    def _try_outcome(self, outcome: Outcome, program: ScaledProgram, among: list[int]) -> tuple[int, ...] | None:
        """Try the columns that an integer program chose, and say which."""
        self.watch.check()
        if outcome.values is None:
            return None
        weights = outcome.values[len(program.cost) - len(among) :]
        chosen = tuple(among[i] for i in np.flatnonzero(weights > 0.5))
        self._try(Candidate(chosen, outcome.objective))
        self.watch.check()
        return chosen

    # -- finishing a node exactly ----------------------------------------------------------------

    def _finish(self, node: Node, priced: Priced) -> bool:
        """Close the node by an integer program over every column that could beat the cutoff, if few enough."""
        if not np.isfinite(self.best):
            return False
        settled = len(node.switches) >= int(self.master.program.integer.sum())
        room, patience = (MANY_COLUMNS, PATIENCE) if settled else (FEW_COLUMNS, SHORT_PATIENCE)
        finds = self.master.every_within(node, priced, self.cutoff - priced.bound, room, patience)
        if finds is None:
            return False
        self._say("closing", node)
        self.master.add(finds)
        wanted = {(place, find.menu, find.optional) for place, find in finds}
        among = [
            i for i, column in enumerate(self.master.pool)
            if (column.book, self.master.local(column), column.optional) in wanted
        ]  # fmt: skip
        # Whatever else the node holds costs the cutoff or more.
        before = self.cutoff
        bound = max(node.bound, min(self._exhaust(self.master.integer_program(node, among), among), before))
        if bound < self.cutoff:
            return False
        self._close(bound)
        return True

    def _exhaust(self, program: ScaledProgram, among: list[int]) -> float:
        """Bound on the choices among columns, bar those tried for real: rounding may make these look better."""
        bound = np.inf
        for _ in range(MOST_EXCLUDED):
            outcome = solve_integer(program, self.watch.limits(0.2 * self.tolerance(self.best), None))
            bound = np.inf if outcome.infeasible else outcome.bound
            chosen = self._try_outcome(outcome, program, among)
            if chosen is None or bound >= self.cutoff or np.isnan(self._tried[tuple(sorted(chosen))]):
                break
            program = excluding(program, [len(program.cost) - len(among) + among.index(i) for i in chosen])
        return bound

    # -- branching -------------------------------------------------------------------------------

    def _branch(self, node: Node, relaxed: Relaxed) -> None:
        children = list(self._children(node, relaxed))
        for child in children:
            self._push(replace(child, bound=node.bound, depth=node.depth + 1))
        whole = self._whole(relaxed)
        if not children and whole is not None:
            # One menu is left to every book: what it truly costs is the bound, where that could be told.
            cost = self._tried[whole]
            self._close(node.bound if np.isnan(cost) else cost)

    def _children(self, node: Node, relaxed: Relaxed) -> Iterator[Node]:
        column = self.switches.to_settle(relaxed)
        if column is not None:
            for value in (1, 0) if relaxed.statement[column] > 0.5 else (0, 1):
                yield replace(node, switches={**node.switches, column: value})
            return
        split = part_books(self.master, node, relaxed)
        if split is not None:
            place, parts = split
            for part in parts:
                yield replace(node, books={**node.books, place: part})

    def _say(self, phase: str, node: Node, bound: float | None = None) -> None:
        own = node.bound if bound is None else bound
        opened = self.open[0][0] if self.open else np.inf
        self.report(Progressed(phase, self.best, min(self.best, self.closed, opened, own)))
