"""Diving: fix the binaries that menus depend on one after the other, with columns generated at each step.

Diving heuristics of column generation: Sadykov et al. 2019.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..master.nodes import LpSolution, Node
from ..master.restricted_master import RestrictedMaster
from .branching import ReliabilityBranching

Enter = Callable[[Node], bool]
"""Enters a node with the master and makes its linear program feasible; False if nothing in it is feasible."""


def dive(
    master: RestrictedMaster, branching: ReliabilityBranching, node: Node, solution: LpSolution, enter: Enter
) -> tuple[Node, LpSolution] | None:
    """A node in which every tier, model and product is integral, and its LP solution; None if that fails.

    Each step fixes the binary of best score at the value that costs less. Columns generated for a mix of everything
    seldom fit together once few tiers and models may be used, so each step generates new ones.
    """
    while (choice := branching.menu_variable(solution)) is not None:
        column, value = choice
        step = _fix(master, node, column, value, enter) or _fix(master, node, column, 1 - value, enter)
        if step is None:
            return None
        node, solution = step
    return node, solution


def _fix(master: RestrictedMaster, node: Node, column: int, value: int, enter: Enter) -> tuple[Node, LpSolution] | None:
    """The node with one more binary fixed, and its LP solution after heuristic pricing; None if infeasible."""
    child = replace(node, fixed={**node.fixed, column: value})
    solution = price_heuristically(master, child, enter)
    return None if solution is None else (child, solution)


def price_heuristically(master: RestrictedMaster, node: Node, enter: Enter) -> LpSolution | None:
    """LP solution of the node after a few rounds of heuristic pricing; None if it is infeasible."""
    if not enter(node):
        return None
    for _ in range(master.parameters.heuristics.dive_rounds):
        solution = master.solve_lp()
        if solution.infeasible or not master.add_improving_columns(node, solution):
            break
    solution = master.solve_lp()
    return None if solution.infeasible else solution
