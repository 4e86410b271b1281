"""Branching decisions of an earlier search: one on a case that differs a little begins with the nodes that they make.

The two children of a node hold all that it holds, so the leaves that any decisions make hold every plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...results.warm_start import BranchingDecision
from ..master.nodes import Node, PersistentMap
from ..master.restricted_master import RestrictedMaster


@dataclass(frozen=True)
class BranchedNode:
    """A node that was branched on a binary."""

    fixed: Mapping[int, int]
    """Binaries fixed in the node."""
    column: int
    """The binary that it was branched on."""
    bound: float = -np.inf
    """Of the node, where it is known."""


def branching_decisions(
    master: RestrictedMaster, branched: Sequence[BranchedNode], cutoff: float
) -> tuple[BranchingDecision, ...]:
    """The first branching decisions by name, without those of nodes that the incumbent would have closed."""
    names = master.stated.names
    needed = [node for node in branched if node.bound < cutoff]
    return tuple(
        BranchingDecision(tuple((names[column], value) for column, value in node.fixed.items()), names[node.column])
        for node in needed[: master.parameters.branching.handed_on]
    )


def initial_nodes(
    master: RestrictedMaster, root: Node, decisions: Iterable[BranchingDecision], plan: Mapping[int, int]
) -> tuple[list[Node], list[BranchedNode]]:
    """The leaves that branching decisions make of `root`, that of a plan first, and the decisions that were of use."""
    columns, program = master.stated.columns, master.program
    leaves, branched = {root.key: root}, list[BranchedNode]()
    for decision in decisions:
        key = frozenset((columns.get(name, -1), value) for name, value in decision.fixed)
        node, column = leaves.get(key | root.key), columns.get(decision.decision, -1)
        if node is None or column in node.fixed or not program.integer[column] or column < 0:
            continue
        del leaves[node.key]
        children = (replace(node, fixed=PersistentMap(node.fixed, column, value)) for value in (0, 1))
        leaves |= {child.key: child for child in children if _is_within_bounds(master, child)}
        branched.append(BranchedNode(node.fixed, column))
    return sorted(leaves.values(), key=lambda node: not agrees(node, plan)), branched


def agrees(node: Node, plan: Mapping[int, int]) -> bool:
    """Whether no binary is fixed in the node at another value than in a plan."""
    return all(plan.get(column, value) == value for column, value in node.fixed.items())


def _is_within_bounds(master: RestrictedMaster, node: Node) -> bool:
    """Whether the formulation allows the node's binaries the values that they are fixed at."""
    low, high = master.program.low, master.program.high
    return all(low[column] <= value <= high[column] for column, value in node.fixed.items())
