"""Restricted master MIPs: integer programs over some columns of the pool.

What one finds is a plan, what it proves holds for its columns only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.catalog import Array, Codes

from ...lp.arrays import MixedIntegerProgram, excluding
from ...lp.integer_programs import solve_integer
from ...lp.solver import Limits, SolverOutcome
from ...lp.tolerances import INTEGRALITY
from ..master.nodes import LpSolution, Node
from ..master.restricted_master import RestrictedMaster
from ..state.search_state import SearchState


@dataclass(frozen=True)
class RestrictedMasterMip:
    """The formulation with some columns of the pool as binaries, one of each book; other books keep theirs."""

    program: MixedIntegerProgram
    among: Sequence[int]
    """Numbers of the columns that are binaries, the last variables of the program."""
    kept: Sequence[int] = ()
    """Numbers of the columns of the books with nothing to choose."""

    @property
    def first(self) -> int:
        """Place of the first column's binary in the program."""
        return len(self.program.cost) - len(self.among)

    def chosen(self, outcome: SolverOutcome) -> tuple[int, ...] | None:
        """Number of the column of every book in an outcome; None without a solution."""
        if outcome.values is None:
            return None
        picked = np.flatnonzero(outcome.values[self.first :] > 0.5).tolist()
        return tuple(sorted([*self.kept, *(self.among[i] for i in picked)]))

    def binaries(self, master: RestrictedMaster, outcome: SolverOutcome) -> dict[int, int]:
        """Value of every binary of the formulation in an outcome that has a solution, by column."""
        values = outcome.values
        assert values is not None
        return {int(i): round(values[i]) for i in np.flatnonzero(master.program.integer)}

    def near(self, solution: LpSolution) -> RestrictedMasterMip:
        """The MIP with each binary of the formulation that is integral in an LP solution fixed at its value there.

        Relaxation-enforced neighbourhood search (RENS): Berthold 2014.
        """
        values, low, high = solution.values, self.program.low.copy(), self.program.high.copy()
        whole = np.flatnonzero(self.program.integer[: len(values)] & (np.abs(values - np.round(values)) <= INTEGRALITY))
        low[whole] = high[whole] = np.round(values[whole])
        return replace(self, program=replace(self.program, low=low, high=high))

    def pricing_out(self, rows: Sequence[int], duals: Array) -> RestrictedMasterMip:
        """The MIP with some rows of the formulation relaxed at dual prices (Lagrangian relaxation)."""
        program, at = self.program, list(rows)
        low, high = program.row_low.copy(), program.row_high.copy()
        low[at], high[at] = -np.inf, np.inf
        cost = program.cost - program.rows[at].T @ duals[at]
        return replace(self, program=replace(program, cost=np.asarray(cost), row_low=low, row_high=high))

    def without(self, chosen: Sequence[int]) -> RestrictedMasterMip:
        """The program without one choice of columns (a no-good cut)."""
        place = {column: self.first + i for i, column in enumerate(self.among)}
        return replace(self, program=excluding(self.program, [place[i] for i in chosen if i in place]))


def solve_for_plan(state: SearchState, program: MixedIntegerProgram, gap: float, nodes: int) -> SolverOutcome:
    """Look for a solution within an absolute gap (scaled cost), in so many nodes of the program's own tree."""
    return _solve(state, program, state.limits.of_mip(gap, nodes), recheck_infeasible=False)


def solve_for_proof(state: SearchState, program: MixedIntegerProgram, gap: float) -> SolverOutcome:
    """Bound a program within an absolute gap (scaled cost), where no solution may be left."""
    limits = replace(state.limits.of_mip(gap, None), heuristics=False, presolve=False)
    return _solve(state, program, limits, recheck_infeasible=True)


def _solve(
    state: SearchState, program: MixedIntegerProgram, limits: Limits, *, recheck_infeasible: bool
) -> SolverOutcome:
    """Solve a program as a part of the work of its search."""
    with state.timers("mip"):
        state.check_nodes()
        limits = replace(limits, checks=state.rule.checks, submodels=False)
        outcome = solve_integer(program, limits, recheck_infeasible=recheck_infeasible)
        state.count_steps(outcome.steps)
        return outcome


def restricted_mip(
    master: RestrictedMaster, node: Node, among: Sequence[int], kept: Sequence[int] = ()
) -> RestrictedMasterMip:
    """The restricted master MIP of a node with the columns `among` as binaries and the columns `kept` fixed at 1."""
    low, high = master.node_bounds(node)
    program, count = master.program, len(among)
    books, place = np.unique(master.pool.owner[list(among)], return_inverse=True)
    pick = sparse.csc_matrix((np.ones(count), (place.ravel(), np.arange(count))), shape=(len(books), count))
    rows = sparse.bmat([[program.rows, -_entries(master, among)], [None, pick]]).tocsc()
    fixed = np.asarray(_entries(master, kept).sum(axis=1)).ravel()
    return RestrictedMasterMip(
        MixedIntegerProgram(
            np.concatenate([program.cost, np.zeros(count)]),
            np.concatenate([low, np.zeros(count)]),
            np.concatenate([high, np.ones(count)]),
            np.concatenate([program.integer, np.ones(count, dtype=bool)]),
            rows,
            np.concatenate([program.row_low + fixed, np.ones(len(books))]),
            np.concatenate([program.row_high + fixed, np.ones(len(books))]),
        ),
        among,
        kept,
    )


def _entries(master: RestrictedMaster, columns: Sequence[int]) -> sparse.csc_matrix:
    """What columns add to the rows of the formulation and the totals, shape (rows, columns)."""
    before = sparse.csr_matrix((master.first_total_row, len(columns)))
    return sparse.vstack([before, master.entries_of(columns).T]).tocsc()


def in_use_mip(master: RestrictedMaster, node: Node, solution: LpSolution) -> RestrictedMasterMip:
    """The restricted master MIP over the columns in use alone."""
    return restricted_mip(master, node, np.flatnonzero(solution.weights > INTEGRALITY).tolist())


def mixing_mip(master: RestrictedMaster, node: Node, solution: LpSolution, most: int) -> RestrictedMasterMip:
    """The MIP in which only binaries of the formulation are integral: a book may mix columns.

    It has the columns in use and the `most` others of least reduced cost.
    """
    use = solution.weights > INTEGRALITY
    use[_cheapest(master, node, solution, most)] = True
    restricted = restricted_mip(master, node, np.flatnonzero(use).tolist())
    integer = restricted.program.integer.copy()
    integer[restricted.first :] = False
    return replace(restricted, program=replace(restricted.program, integer=integer))


def sub_mip(master: RestrictedMaster, node: Node, solution: LpSolution, most: int) -> RestrictedMasterMip:
    """The sub-MIP near a fractional LP solution, in which most books keep their column.

    Binaries are the columns in use of the books that mix several, and the `most` others of least reduced cost.
    """
    weights, owner = solution.weights, master.pool.owner
    leading = _leading(owner, weights, len(master.books))
    mixed = np.unique(owner[(weights > INTEGRALITY) & (weights < 1 - INTEGRALITY)])
    open_columns = (weights > INTEGRALITY) & np.isin(owner, mixed)
    open_columns[_cheapest(master, node, solution, most)] = True
    books = np.unique(owner[open_columns])
    open_columns[leading[books]] = True
    kept = np.delete(leading, books)
    return restricted_mip(master, node, np.flatnonzero(open_columns).tolist(), kept.tolist())


def _cheapest(master: RestrictedMaster, node: Node, solution: LpSolution, most: int) -> Codes:
    """Numbers of the columns of least reduced cost that the node admits and the solution does not use."""
    others = np.flatnonzero(master.admitted(node) & (solution.weights <= INTEGRALITY))
    return others[np.argsort(master.reduced_costs(solution.duals)[others], kind="stable")[:most]]


def _leading(owner: Codes, weights: Array, books: int) -> Codes:
    """Number of the column of largest weight of each book, shape (books,)."""
    order = np.lexsort((-weights, owner))
    first = np.searchsorted(owner[order], np.arange(books))
    return order[first]
