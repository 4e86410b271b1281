"""Bounds of parts that an earlier search proved, worked out anew for this one without looking at a menu.

A bound has two parts: what the statement costs at least at some prices of the totals, and the most that menus are worth
at them. Limits of a scenario only touch the first, which takes one small linear program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from models.catalog import Array

from ...lp.solver import load, quiet_highs, run
from ...results.warm_start import PartBound, WarmStart
from ..master.nodes import Node, PricingResult
from ..master.restricted_master import RestrictedMaster

MOST_KEPT = 100
"""Parts of which the bound is kept in mind."""


@dataclass(frozen=True)
class Known:
    """Multipliers of the totals rows, and the most that a menu of each book is worth at them (scaled)."""

    totals: Array
    worths: Array


class KnownBounds:
    """Bounds of the parts of one search that are made by switches alone."""

    def __init__(self, master: RestrictedMaster) -> None:
        self.master = master
        self._known: dict[frozenset[tuple[int, int]], Known] = {}

    def learn(self, node: Node, priced: PricingResult) -> None:
        """Keep what a part was proved with."""
        key = node.settled
        if not node.books and (key in self._known or len(self._known) < MOST_KEPT):
            totals = priced.duals[self.master.first_total_row : self.master.first_book_row]
            self._known[key] = Known(totals, priced.worths)

    def of(self, node: Node) -> PricingResult | None:
        """The bound of a part by what is known of it; None where nothing is."""
        known = None if node.books else self._known.get(node.settled)
        if known is None:
            return None
        rows = self._multipliers(node, known.totals)
        if rows is None:
            return None
        duals = np.concatenate([rows, known.totals, np.zeros(len(self.master.books))])
        bound = self.master.bound_at(node, duals, known.worths)
        return PricingResult(bound, known.worths, duals, [], np.ones(len(known.worths), dtype=bool))

    def _multipliers(self, node: Node, totals: Array) -> Array | None:
        """The best multipliers of the statement's own rows at those of the totals rows; None where they fail."""
        program, own = self.master.program, self.master.first_total_row
        low, high = self.master.node_box(node)
        at_prices = replace(
            program,
            cost=program.cost - program.rows[own:].T @ totals,
            low=low,
            high=high,
            rows=program.rows[:own].tocsc(),
            row_low=program.row_low[:own],
            row_high=program.row_high[:own],
        )
        highs = quiet_highs()
        load(highs, at_prices, with_integers=False)
        return np.array(highs.getSolution().row_dual) if run(highs).solved else None

    def remember(self, nodes: Iterable[Node]) -> tuple[PartBound, ...]:
        """What is known of some parts, by name and in money."""
        master = self.master
        names, scale = master.stated.names, master.stated.matrix.cost_scale
        return tuple(
            PartBound(
                frozenset((names[column], value) for column, value in key),
                master.prices(np.concatenate([np.zeros(master.first_total_row), known.totals])) / scale,
                known.worths / scale,
            )
            for key in (node.settled for node in nodes)
            if (known := self._known.get(key)) is not None
        )

    def recall(self, memory: WarmStart) -> None:
        """Take over what an earlier search knew, if menus are worth the same in this one.

        Scales are powers of two, so that nothing is lost on the way.
        """
        master = self.master
        if not memory.bounds or memory.offers != master.pricer.digest:
            return
        columns: Mapping[str, int] = master.stated.columns
        scale = master.stated.matrix.cost_scale
        for part in memory.bounds:
            live = part.prices[master.live]
            if np.count_nonzero(live) == np.count_nonzero(part.prices):
                key = frozenset((columns.get(name, -1), value) for name, value in part.settled)
                self._known[key] = Known(-live * scale * master.total_scale, part.worths * scale)
