"""What an earlier search parted: a search on a case that differs a little begins with the parts its proof came down to.

Two parts of a decision hold all of what they were made of, so the parts of any partings hold every plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...results.warm_start import Parting
from ..master.nodes import Node, PersistentMap
from ..master.restricted_master import RestrictedMaster

MOST_PARTINGS = 12
"""Most partings that are passed on: each costs the next search a node, and the best of them come first."""


@dataclass(frozen=True)
class Parted:
    """A node that was parted by a switch."""

    switches: Mapping[int, int]
    """Those settled in the node."""
    column: int
    """The switch that parts it."""
    bound: float = -np.inf
    """Of the node, where it is known."""


def remember_partings(master: RestrictedMaster, parted: Sequence[Parted], cutoff: float) -> tuple[Parting, ...]:
    """The first partings by name, without those of nodes that the best plan would have closed."""
    names = master.stated.names
    needed = [parting for parting in parted if parting.bound < cutoff]
    return tuple(
        Parting(tuple((names[column], value) for column, value in parting.switches.items()), names[parting.column])
        for parting in needed[:MOST_PARTINGS]
    )


def recall_parts(
    master: RestrictedMaster, root: Node, partings: Iterable[Parting], plan: Mapping[int, int]
) -> tuple[list[Node], list[Parted]]:
    """The parts that the partings make of `root`, that of a plan first, and the partings that this search can use."""
    columns, program = master.stated.columns, master.program
    parts, parted = {root.settled: root}, list[Parted]()
    for parting in partings:
        key = frozenset((columns.get(name, -1), value) for name, value in parting.settled)
        node, column = parts.get(key | root.settled), columns.get(parting.decision, -1)
        if node is None or column in node.switches or not program.integer[column] or column < 0:
            continue
        del parts[node.settled]
        children = (replace(node, switches=PersistentMap(node.switches, column, value)) for value in (0, 1))
        parts |= {child.settled: child for child in children if _is_in_box(master, child)}
        parted.append(Parted(node.switches, column))
    return sorted(parts.values(), key=lambda node: not agrees(node, plan)), parted


def agrees(node: Node, plan: Mapping[int, int]) -> bool:
    """Whether no switch of the node is settled otherwise than in a plan."""
    return all(plan.get(column, value) == value for column, value in node.switches.items())


def _is_in_box(master: RestrictedMaster, node: Node) -> bool:
    """Whether the statement leaves the node's switches the values they are settled at."""
    low, high = master.program.low, master.program.high
    return all(low[column] <= value <= high[column] for column, value in node.switches.items())
