"""Diving: settle what menus depend on, one switch after the other, with columns made for each step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..master.nodes import LpSolution, Node
from ..master.restricted_master import RestrictedMaster
from .branching import ReliabilityBranching

CLIMBS = 12
"""Most rounds of new columns at a step."""

Enter = Callable[[Node], bool]
"""Makes a node's restrictions those of the master; False if nothing is feasible under them."""


def dive(
    master: RestrictedMaster, switches: ReliabilityBranching, node: Node, relaxed: LpSolution, enter: Enter
) -> tuple[Node, LpSolution] | None:
    """A node in which every tier, model and product is whole, and its linear program; None if that fails.

    Each step settles the switch that tells most at the value that costs less. Columns made for a mix of
    everything seldom fit together once few tiers and models may be used, so each step makes new ones.
    """
    while (choice := switches.on_menus(relaxed)) is not None:
        column, value = choice
        step = _settle(master, node, column, value, enter) or _settle(master, node, column, 1 - value, enter)
        if step is None:
            return None
        node, relaxed = step
    return node, relaxed


def _settle(
    master: RestrictedMaster, node: Node, column: int, value: int, enter: Enter
) -> tuple[Node, LpSolution] | None:
    """The node with one more switch settled, and its linear program with good columns; None if infeasible."""
    child = replace(node, switches={**node.switches, column: value})
    relaxed = with_good_columns(master, child, enter)
    return None if relaxed is None else (child, relaxed)


def with_good_columns(master: RestrictedMaster, node: Node, enter: Enter) -> LpSolution | None:
    """The node's linear program after a few rounds of new columns; None if it is infeasible."""
    if not enter(node):
        return None
    for _ in range(CLIMBS):
        relaxed = master.relax()
        if relaxed.infeasible or not master.improve(node, relaxed):
            break
    relaxed = master.relax()
    return None if relaxed.infeasible else relaxed
