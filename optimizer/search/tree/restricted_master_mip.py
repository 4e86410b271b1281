"""The integer program over columns at hand: what it finds is a plan, what it proves holds for those columns only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.catalog import Array, Codes

from ...lp.scaled_program import ScaledProgram, excluding
from ...lp.solver import SolverOutcome
from ..master.nodes import LpSolution, Node
from ..master.restricted_master import USED, RestrictedMaster


@dataclass(frozen=True)
class RestrictedMasterMip:
    """An integer program over some columns of the pool, the rest of the books keeping theirs."""

    program: ScaledProgram
    among: Sequence[int]
    """Columns that are binaries, the last of the program's."""
    kept: Sequence[int] = ()
    """Columns of the books with nothing to choose."""

    @property
    def first(self) -> int:
        """Place of the first binary of a column."""
        return len(self.program.cost) - len(self.among)

    def chosen(self, outcome: SolverOutcome) -> tuple[int, ...] | None:
        """Columns of every book in an outcome; None without a solution."""
        if outcome.values is None:
            return None
        picked = np.flatnonzero(outcome.values[self.first :] > 0.5).tolist()
        return tuple(sorted([*self.kept, *(self.among[i] for i in picked)]))

    def settled(self, master: RestrictedMaster, node: Node, outcome: SolverOutcome) -> Node:
        """The node with every switch as in an outcome in which books may mix menus."""
        values = outcome.values
        assert values is not None
        switches = {int(i): round(values[i]) for i in np.flatnonzero(master.program.integer)}
        return replace(node, switches={**node.switches, **switches})

    def without(self, chosen: Sequence[int]) -> RestrictedMasterMip:
        """The program without one choice of columns."""
        place = {column: self.first + i for i, column in enumerate(self.among)}
        return replace(self, program=excluding(self.program, [place[i] for i in chosen if i in place]))


def integer_program(
    master: RestrictedMaster, node: Node, among: Sequence[int], kept: Sequence[int] = ()
) -> RestrictedMasterMip:
    """The statement with the pool's columns at `among` as binaries and those at `kept` settled, under the node."""
    low, high = master.node_box(node)
    program, count = master.program, len(among)
    books, place = np.unique(master.pool.owner[list(among)], return_inverse=True)
    pick = sparse.csc_matrix((np.ones(count), (place.ravel(), np.arange(count))), shape=(len(books), count))
    rows = sparse.bmat([[program.rows, -_entries(master, among)], [None, pick]]).tocsc()
    settled = np.asarray(_entries(master, kept).sum(axis=1)).ravel()
    return RestrictedMasterMip(
        ScaledProgram(
            np.concatenate([program.cost, np.zeros(count)]),
            np.concatenate([low, np.zeros(count)]),
            np.concatenate([high, np.ones(count)]),
            np.concatenate([program.integer, np.ones(count, dtype=bool)]),
            rows,
            np.concatenate([program.row_low + settled, np.ones(len(books))]),
            np.concatenate([program.row_high + settled, np.ones(len(books))]),
        ),
        among,
        kept,
    )


def _entries(master: RestrictedMaster, columns: Sequence[int]) -> sparse.csc_matrix:
    """What columns add to the rows of the totals."""
    before = sparse.csr_matrix((master.first_total_row, len(columns)))
    return sparse.vstack([before, master.entries_of(columns).T]).tocsc()


def switching(master: RestrictedMaster, node: Node, relaxed: LpSolution, most: int) -> RestrictedMasterMip:
    """The program over the columns in use and the `most` that cost least besides, in which books may mix menus."""
    use = relaxed.columns > USED
    use[_cheapest(master, node, relaxed, most)] = True
    restricted = integer_program(master, node, np.flatnonzero(use).tolist())
    whole = restricted.program.integer.copy()
    whole[restricted.first :] = False
    return replace(restricted, program=replace(restricted.program, integer=whole))


def completion(master: RestrictedMaster, node: Node, relaxed: LpSolution, most: int) -> RestrictedMasterMip:
    """The program that makes a fractional solution whole: most books keep their column.

    Open are the columns in use of the books that mix several, and the `most` others that cost least.
    """
    weights, owner = relaxed.columns, master.pool.owner
    leading = _leading(owner, weights, len(master.books))
    mixed = np.unique(owner[(weights > USED) & (weights < 1 - USED)])
    open_columns = (weights > USED) & np.isin(owner, mixed)
    open_columns[_cheapest(master, node, relaxed, most)] = True
    books = np.unique(owner[open_columns])
    open_columns[leading[books]] = True
    kept = np.delete(leading, books)
    return integer_program(master, node, np.flatnonzero(open_columns).tolist(), kept.tolist())


def _cheapest(master: RestrictedMaster, node: Node, relaxed: LpSolution, most: int) -> Codes:
    """The columns of least reduced cost that the node admits and the solution does not use."""
    others = np.flatnonzero(master.admitted(node) & (relaxed.columns <= USED))
    return others[np.argsort(master.reduced(relaxed.duals)[others], kind="stable")[:most]]


def _leading(owner: Codes, weights: Array, books: int) -> Codes:
    """The column of the largest weight of each book."""
    order = np.lexsort((-weights, owner))
    first = np.searchsorted(owner[order], np.arange(books))
    return order[first]
