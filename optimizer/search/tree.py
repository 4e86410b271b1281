"""Branch and price: proves how good the best menus are.

Nodes settle yes-or-no decisions of the statement first (tiers, models, products, providers, policies),
then tiers, options and coverage of single price books, so the tree always ends. A node is closed when
its bound is no better than what is asked, when it is proved infeasible, or when every column that could
still matter fits an integer program, which is then exact.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from operator import attrgetter

import numpy as np

from ..program.solver import solve_integer
from .branching import Switches, part_books
from .master import Master
from .nodes import Candidate, Node, Priced, Progressed, Proof, Relaxed, Unsolved, With
from .plans import SHORT_PATIENCE, Plans
from .pricing import PATIENCE
from .restricted import Restricted, integer_program
from .watch import Stopped, Watch

FEASIBLE = 1e-9
"""Violation of totals rows (scaled) that counts as none."""
HAIR = 1e-6
"""Violation of totals rows (scaled) that only a quick search may prove to be one."""
CONVERGED = 0.05
"""Share of the tolerance by which a bound may fall short of its linear program."""
FEW_COLUMNS = 300
"""Most columns of an integer program tried while switches are open."""
LATE = 2.0
"""Seconds that a menu search may end after the deadline."""
SLACK = 0.2
"""Share of the way to the cutoff by which the bound of a node that must be parted may fall short."""
SLACK_BEYOND = 0.8
"""Share of the way back to the cutoff by which the bound of a node that lies beyond it may fall short."""
FIRST_PATIENCE = 4_000
HAIR_PATIENCE = 100
"""Most nodes of one menu search for the proof of a violation that hardly is one."""
PATIENCES = (FIRST_PATIENCE, 8 * FIRST_PATIENCE, 64 * FIRST_PATIENCE, PATIENCE)
"""Most nodes of one compiled menu search, one after the other."""
MANY_COLUMNS = 60_000
"""Most columns of an integer program tried once all switches are settled."""
MOST_EXCLUDED = 20
"""Most choices among columns that are tried for real before a node is parted instead."""

MOST_TRIED = 10_000
"""Choices of columns of which it is remembered what they cost."""
FEW_SHUT = 1_000
"""Closed nodes that are kept without asking whether they still matter."""


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
        self.master, self.tolerance = master, tolerance
        self.watch, self.report = watch, report
        self.switches = Switches(master)
        self.plans = Plans(master, self.switches, accept, tolerance, watch, self._can_enter, self._say_looking)
        self.closed = np.inf
        """Least bound among closed nodes."""
        self.shut: list[Node] = []
        """Nodes closed though they may hold a plan that is better by less than is asked for now."""
        self._still_shut = FEW_SHUT
        self.open: list[tuple[float, int, Node]] = []
        self.current: Node | None = None
        """The node at work, with the best bound proved for it, so that a stop does not lose it."""
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
        if not self.master.enter(node):
            return
        try:
            solved = self._bound(node)
        except Unsolved:
            self._close(node, node.bound)
            return
        if solved is None:
            return
        relaxed, priced = solved
        self.current = node = replace(node, bound=max(node.bound, priced.bound))
        self.plans.look(node, relaxed)
        if node.bound >= self.cutoff:
            self._close(node, node.bound)
        elif not self._finish(node, priced):
            self._branch(node, self._back_in(node, relaxed))

    def _back_in(self, node: Node, relaxed: Relaxed) -> Relaxed:
        """The node's solution, with the linear program in the node again where a look for plans has left it."""
        if self.master.is_in(node):
            return relaxed
        self.master.enter(node)
        with suppress(Unsolved):
            again = self.master.relax()
            return relaxed if again.infeasible else again
        return relaxed

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
            if best is not None and relaxed.cost - best.bound <= CONVERGED * self.tolerance(relaxed.cost):
                return relaxed, best
            if self.master.improve(node, relaxed):
                continue
            priced = self._price(node, relaxed)
            if best is None or priced.bound > best.bound:
                best = priced
            self._say("bounding", node, max(node.bound, best.bound))
            if best.bound >= self.cutoff:
                self._close(node, max(node.bound, best.bound))
                return None
            if relaxed.cost - best.bound <= CONVERGED * self.tolerance(relaxed.cost) or not self.master.add(
                priced.finds
            ):
                return relaxed, best

    def _price(self, node: Node, relaxed: Relaxed, most: int = PATIENCE) -> Priced:
        """Price with a little patience, and with more, up to `most`, only while nothing new comes of it.

        A bound needs no finished search; the proof that nothing is feasible does, or it is `Unsolved`.
        """
        plenty = self._plenty(relaxed)
        slack = 0.0 if self.master.linear.seeking or np.isinf(self.cutoff) else self._slack(relaxed)
        for patience in (min(most, step) for step in PATIENCES):
            began = time.monotonic()
            priced = self.master.price(node, relaxed.duals, patience, self.watch, slack)
            self._note(node, priced)
            enough = priced.complete or patience == most < PATIENCE
            enough |= patience >= plenty and not self.master.linear.seeking
            if enough or self.master.has_new(priced.finds) or self._settles(priced):
                return priced
            self._check_time_for(8 * (time.monotonic() - began))
        self.watch.check()
        raise Unsolved

    def _note(self, node: Node, priced: Priced) -> None:
        """Write a bound down, so that a stop does not lose it."""
        if self.current is not None and not self.master.linear.seeking and priced.bound > self.current.bound:
            self.current = replace(self.current, bound=priced.bound)

    def _check_time_for(self, seconds: float) -> None:
        """End the search where its next step, which nothing can interrupt, would take it far beyond the deadline."""
        if seconds > self.watch.seconds_left() + LATE:
            raise Stopped

    def _slack(self, relaxed: Relaxed) -> float:
        """What a bound may fall short where its node cannot be closed anyway, or will be all the same."""
        beyond = relaxed.cost - self.cutoff
        return SLACK * -beyond if beyond < 0.0 else SLACK_BEYOND * beyond

    def _plenty(self, relaxed: Relaxed) -> int:
        """Patience that is enough where a bound is not finished: a node that will be parted needs little."""
        return PATIENCE if self.plans.whole(relaxed) is not None else FIRST_PATIENCE

    def _settles(self, priced: Priced) -> bool:
        """Whether the bound alone closes the node."""
        return bool(priced.bound > FEASIBLE if self.master.linear.seeking else priced.bound >= self.cutoff)

    def _reach_feasibility(self, node: Node) -> bool:
        """Add columns until the node's linear program has a solution; False once it is proved to have none.

        A node without a solution over the columns at hand may only lack columns, so the violation of the
        totals rows is minimized with menus priced for that.
        """
        with suppress(Unsolved):  # where the solver gives up, the least violation tells
            if not self.master.relax().infeasible:
                return True
        self.master.linear.seek(True)
        try:
            while True:
                self.watch.check()
                relaxed = self.master.relax()
                if relaxed.infeasible:
                    return False
                if relaxed.cost <= FEASIBLE:
                    break
                if self.master.improve(node, relaxed):
                    continue
                hair = relaxed.cost <= HAIR
                priced = self._price(node, relaxed, HAIR_PATIENCE if hair else PATIENCE)
                if priced.bound > FEASIBLE:
                    return False
                if self.master.add(priced.finds):
                    continue
                if not hair:
                    raise Unsolved
                # Too little to be worth a proof: with so much room the node bounds what it holds all the same.
                self.master.linear.give(2.0 * relaxed.cost)
                break
        finally:
            self.master.linear.seek(False)
        return True

    # -- finishing a node exactly ----------------------------------------------------------------

    def _finish(self, node: Node, priced: Priced) -> bool:
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

    def _exhaust(self, restricted: Restricted) -> float:
        """Bound on the choices among columns, bar those tried for real: rounding may make these look better."""
        bound = np.inf
        for _ in range(MOST_EXCLUDED):
            with self.master.phases("mip"):
                outcome = solve_integer(restricted.program, self.watch.limits(0.2 * self.tolerance(self.best), None))
            bound = np.inf if outcome.infeasible else outcome.bound
            chosen = self.plans.try_outcome(outcome, restricted)
            if chosen is None or bound >= self.cutoff or np.isnan(self.plans.tried[chosen]):
                break
            restricted = restricted.without(chosen)
        return bound

    # -- branching -------------------------------------------------------------------------------

    def _branch(self, node: Node, relaxed: Relaxed) -> None:
        children = list(self._children(node, relaxed))
        for child in children:
            self._push(replace(child, bound=node.bound, depth=node.depth + 1))
        whole = self.plans.whole(relaxed)
        if not children and whole is not None:
            # One menu is left to every book: what it truly costs is the bound, where that could be told.
            cost = self.plans.tried[whole]
            self._close(node, node.bound if np.isnan(cost) else cost)

    def _children(self, node: Node, relaxed: Relaxed) -> Iterator[Node]:
        column = self.switches.to_settle(relaxed)
        if column is not None:
            for value in (1, 0) if relaxed.statement[column] > 0.5 else (0, 1):
                yield replace(node, switches=With(node.switches, column, value))
            return
        split = part_books(self.master, node, relaxed)
        if split is not None:
            place, parts = split
            for part in parts:
                yield replace(node, books=With(node.books, place, part))

    def _can_enter(self, node: Node) -> bool:
        return self.master.enter(node) and self._reach_feasibility(node)

    def _say_looking(self, node: Node) -> None:
        self._say("looking for plans", node)

    def _say(self, phase: str, node: Node, bound: float | None = None) -> None:
        own = node.bound if bound is None else bound
        opened = self.open[0][0] if self.open else np.inf
        self.report(Progressed(phase, self.best, min(self.best, self.closed, opened, own)))
