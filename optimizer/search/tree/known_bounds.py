"""Lagrangian bounds of nodes from the duals of an earlier search, worked out anew for this one without any pricing.

At given duals of the totals a bound is the least cost of the formulation less the best pricing objective of every book.
Limits of a scenario only touch the first, which takes one small linear program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.catalog import Array

from ...lp.solver import Solver
from ...results.warm_start import WarmStart, WarmStartBound
from ..master.nodes import Node, PricingResult
from ..master.restricted_master import RestrictedMaster


@dataclass(frozen=True)
class KnownDuals:
    """Duals of the rows of totals, shape (live totals,), and bounds on pricing objectives at them, shape (books,)."""

    totals: Array
    objective_bounds: Array


class KnownBounds:
    """Duals by which nodes were bounded in which only binaries are fixed, by these binaries and their values."""

    def __init__(self, master: RestrictedMaster) -> None:
        self.master = master
        self._known: dict[frozenset[tuple[int, int]], KnownDuals] = {}

    def store(self, node: Node, priced: PricingResult) -> None:
        """Keep the duals that a node was bounded with."""
        key = node.key
        if not node.books and (key in self._known or len(self._known) < self.master.parameters.clean_up.known_bounds):
            totals = priced.duals[self.master.first_total_row : self.master.first_book_row]
            self._known[key] = KnownDuals(totals, priced.objective_bounds)

    def bound(self, node: Node) -> PricingResult | None:
        """The bound of a node at the duals that are known for it; None where none are."""
        known = None if node.books else self._known.get(node.key)
        if known is None:
            return None
        rows = self._formulation_duals(node, known.totals)
        if rows is None:
            return None
        duals = np.concatenate([rows, known.totals, np.zeros(len(self.master.books))])
        bound = self.master.lagrangian_bound(node, duals, known.objective_bounds)
        return PricingResult(bound, known.objective_bounds, duals, [], np.ones(len(known.objective_bounds), dtype=bool))

    def _formulation_duals(self, node: Node, totals: Array) -> Array | None:
        """The best duals of the formulation's own rows at given duals of the totals; None where the solver fails."""
        program, own = self.master.program, self.master.first_total_row
        low, high = self.master.node_bounds(node)
        at_prices = replace(
            program,
            cost=program.cost - program.rows[own:].T @ totals,
            low=low,
            high=high,
            rows=program.rows[:own].tocsc(),
            row_low=program.row_low[:own],
            row_high=program.row_high[:own],
        )
        solver = Solver(at_prices)
        return solver.duals if solver.solve().solved else None

    def to_warm_start(self, nodes: Iterable[Node]) -> tuple[WarmStartBound, ...]:
        """The duals known for some nodes in the form of a warm start: by name and in money."""
        master = self.master
        names, scale = master.stated.names, master.stated.scaling.cost
        return tuple(
            WarmStartBound(
                frozenset((names[column], value) for column, value in key),
                master.prices(np.concatenate([np.zeros(master.first_total_row), known.totals])) / scale,
                known.objective_bounds / scale,
            )
            for key in (node.key for node in nodes)
            if (known := self._known.get(key)) is not None
        )

    def take_over(self, start: WarmStart) -> None:
        """Take over what an earlier search knew, if the pricing problem is the same in this one.

        Scales are powers of two, so that nothing is lost on the way.
        """
        master = self.master
        if not start.bounds or start.offers != master.pricer.digest:
            return
        columns: Mapping[str, int] = master.stated.columns
        scale = master.stated.scaling.cost
        for part in start.bounds:
            live = part.prices[master.live]
            if np.count_nonzero(live) == np.count_nonzero(part.prices):
                key = frozenset((columns.get(name, -1), value) for name, value in part.fixed)
                self._known[key] = KnownDuals(-live * scale * master.total_scale, part.objective_bounds * scale)
