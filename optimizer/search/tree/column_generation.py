"""The bound of a node: columns are made until none is missing that could better its linear program."""

from __future__ import annotations

import time
from contextlib import suppress

import numpy as np

from ..assortment.pricing import PATIENCE
from ..master.nodes import LpSolution, Node, PricingResult, Unsolved
from ..master.restricted_master import RestrictedMaster, raised
from ..state.limits import Stopped
from ..state.search_state import SearchState
from .branching import whole_columns
from .dual_smoothing import DualSmoothing
from .known_bounds import KnownBounds

FEASIBLE = 1e-9
"""Violation of totals rows (scaled) that counts as none."""
HAIR = 1e-6
"""Violation of totals rows (scaled) that only a quick search may prove to be one."""
CONVERGED = 0.05
"""Share of the tolerance by which a bound may fall short of its linear program."""
LATE = 2.0
"""Seconds that a menu search may end after the deadline."""
SLACK = 0.2
"""Share of the way to the cutoff by which the bound of a node that must be parted may fall short."""
SLACK_BEYOND = 0.95
"""Share of the way back to the cutoff by which the bound of a node that lies beyond it may fall short."""
FIRST_PATIENCE = 4_000
"""Most nodes of one compiled menu search at first."""
HAIR_PATIENCE = 100
"""Most nodes of one menu search for the proof of a violation that hardly is one."""
PATIENCES = (FIRST_PATIENCE, 8 * FIRST_PATIENCE, 64 * FIRST_PATIENCE, PATIENCE)
"""Most nodes of one compiled menu search, one after the other."""


class ColumnGeneration:
    """Bounds the nodes of one search."""

    def __init__(self, master: RestrictedMaster, state: SearchState) -> None:
        self.master, self.state = master, state
        self.glance, self.known = DualSmoothing(master, state.limits), KnownBounds(master)

    def bound(self, node: Node) -> tuple[LpSolution, PricingResult] | None:
        """Linear program and bound of a node after adding columns; None where it has no solution.

        Raises `Unsolved` where neither can be told.
        """
        if not self.reach_feasibility(node):
            return None
        relaxed, priced = self._converge(node)
        self.known.learn(node, priced)
        if priced.bound < self.state.cutoff:
            self.glance.centre = priced.duals
        return relaxed, priced

    def _converge(self, node: Node) -> tuple[LpSolution, PricingResult]:
        """The linear program and the best bound once no column is missing, or the bound meets the cutoff."""
        best: PricingResult | None = None
        self.glance.begin()
        while True:
            relaxed = self._relax()
            if best is not None and self._meet(relaxed, best):
                return relaxed, best
            improving = self.master.improve(node, relaxed) > 0
            glanced = self.glance.at(node, relaxed, self.state.cutoff, improving)
            if glanced is not None:
                self.state.prove(max(node.bound, glanced.bound))
                improving |= self.master.add(glanced.finds) > 0
                if self._settles(glanced):
                    return relaxed, glanced
            if improving:
                continue
            priced = self._price(node, relaxed)
            if best is None or priced.bound > best.bound:
                best = priced
            if self._settles(best) or self._meet(relaxed, best) or not self.master.add(priced.finds):
                return relaxed, best

    def _relax(self) -> LpSolution:
        self.state.limits.check()
        relaxed = self.master.relax()
        if relaxed.infeasible:
            raise Unsolved  # feasible within a hair a moment ago
        return relaxed

    def _meet(self, relaxed: LpSolution, priced: PricingResult) -> bool:
        """Whether a bound is as good as that of the linear program."""
        return relaxed.cost - priced.bound <= CONVERGED * self.state.tolerance(relaxed.cost)

    def _price(self, node: Node, relaxed: LpSolution, most: int = PATIENCE) -> PricingResult:
        """Price with a little patience, and with more, up to `most`, only while nothing new comes of it.

        A bound needs no finished search; the proof that nothing is feasible does, or it is `Unsolved`.
        """
        plenty = self._plenty(relaxed)
        slack = 0.0 if self.master.linear.seeking or np.isinf(self.state.cutoff) else self._slack(relaxed)
        floors = raised(self.master.floors(relaxed.duals), slack)
        priced: PricingResult | None = None
        for patience in (min(most, step) for step in PATIENCES):
            began = time.monotonic()
            priced = self.master.price(node, relaxed.duals, floors, patience, self.state.limits, priced)
            if not self.master.linear.seeking:
                self.state.prove(max(node.bound, priced.bound))
            enough = priced.complete or patience == most < PATIENCE
            enough |= patience >= plenty and not self.master.linear.seeking
            if enough or self.master.has_new(priced.finds) or self._settles(priced):
                return priced
            self._check_time_for(8 * (time.monotonic() - began))
        self.state.limits.check()
        raise Unsolved

    def _check_time_for(self, seconds: float) -> None:
        """End the search where its next step, which nothing can interrupt, would take it far beyond the deadline."""
        if seconds > self.state.limits.seconds_left() + LATE:
            raise Stopped

    def _slack(self, relaxed: LpSolution) -> float:
        """What a bound may fall short where its node cannot be closed anyway, or will be all the same."""
        beyond = relaxed.cost - self.state.cutoff
        return SLACK * -beyond if beyond < 0.0 else SLACK_BEYOND * beyond

    def _plenty(self, relaxed: LpSolution) -> int:
        """Patience that is enough where a bound is not finished: a node that will be parted needs little."""
        return PATIENCE if whole_columns(self.master, relaxed) is not None else FIRST_PATIENCE

    def _settles(self, priced: PricingResult) -> bool:
        """Whether the bound alone closes the node."""
        return bool(priced.bound > FEASIBLE if self.master.linear.seeking else priced.bound >= self.state.cutoff)

    def enter(self, node: Node) -> bool:
        """Make the node's restrictions those of the master; False if nothing is feasible under them."""
        return self.master.enter(node) and self.reach_feasibility(node)

    def reach_feasibility(self, node: Node) -> bool:
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
                self.state.limits.check()
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
