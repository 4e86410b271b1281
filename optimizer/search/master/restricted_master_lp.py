"""The linear program that HiGHS holds: the statement's columns, and those menu columns worth having at hand."""

from __future__ import annotations

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array, Codes

from ...lp.scaled_program import ScaledProgram
from ...lp.solver import SolverOutcome, load, quiet_highs, run

ELASTIC = 4.0
"""Most violation of a totals row while a feasible mix of columns is sought, in scaled units."""
ROOM = 3
"""Menu columns per row at which those of no use are set aside."""
PROBE_STEPS = 100
"""Most simplex steps of a trial: its cost is then a bound from below, which tells nearly as much."""


class RestrictedMasterLp:
    """Rows of the statement and the totals, then one row a book; re-solved warm after every change."""

    def __init__(self, program: ScaledProgram, first_total_row: int, books: int) -> None:
        self.program = program
        rows, self._totals = len(program.row_low), len(program.row_low) - first_total_row
        before = sparse.csc_matrix((first_total_row, self._totals))
        eye = sparse.vstack([before, sparse.identity(self._totals, format="csc")])
        matrix = sparse.hstack([program.rows, eye, -eye]).tocsc()
        matrix = sparse.vstack([matrix, sparse.csc_matrix((books, matrix.shape[1]))]).tocsc()
        elastic = np.zeros(2 * self._totals)
        whole = ScaledProgram(
            np.concatenate([program.cost, elastic]),
            np.concatenate([program.low, elastic]),
            np.concatenate([program.high, elastic]),
            np.concatenate([program.integer, elastic > 0]),
            matrix,
            np.concatenate([program.row_low, np.ones(books)]),
            np.concatenate([program.row_high, np.ones(books)]),
        )
        self._highs = quiet_highs()
        load(self._highs, whole, with_integers=False)
        self._first = matrix.shape[1]
        self.most_columns = ROOM * (rows + books)
        """Menu columns at which those of no use are set aside."""
        self.present: Codes = np.zeros(0, dtype=np.int64)
        """Menu columns at hand, by number."""
        self._room = 0.0
        """How much every totals row gives way when violation is not minimized."""
        self.seeking = False
        """Whether the program minimizes violation instead of cost."""

    def insert(self, columns: Codes, rows: sparse.csr_matrix) -> None:
        """Add menu columns by number; `rows` has a row a column, over all rows of the program."""
        count = len(columns)
        self._highs.addCols(
            count, np.zeros(count), np.zeros(count), np.full(count, highspy.kHighsInf),
            rows.nnz, rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip
        self.present = np.concatenate([self.present, columns])

    def restrict(self, low: Array, high: Array, admitted: NDArray[np.bool_]) -> None:
        """Set the boxes of the statement's columns, and which menu columns (by number) may be used."""
        if self._room and not self.seeking:
            self._box_slack(0.0)
        self._room = 0.0
        count = len(low)
        self._highs.changeColsBounds(count, np.arange(count, dtype=np.int32), low, high)
        if len(self.present):
            top = np.where(admitted[self.present], highspy.kHighsInf, 0.0)
            at = np.arange(self._first, self._first + len(self.present), dtype=np.int32)
            self._highs.changeColsBounds(len(at), at, np.zeros(len(at)), top)

    def seek(self, seeking: bool) -> None:
        """Minimize the violation of the totals rows instead of the cost, or go back to the cost."""
        if seeking == self.seeking:
            return
        self.seeking = seeking
        cost = np.concatenate([self.program.cost * (not seeking), np.full(2 * self._totals, float(seeking))])
        at = np.arange(len(cost), dtype=np.int32)
        self._highs.changeColsCost(len(at), at, cost)
        self._box_slack(ELASTIC if seeking else self._room)

    def give(self, room: float) -> None:
        """Let every totals row give way by this much until other restrictions are set (after seeking)."""
        self._room = room

    def _box_slack(self, most: float) -> None:
        count, first = 2 * self._totals, len(self.program.cost)
        at = np.arange(first, first + count, dtype=np.int32)
        self._highs.changeColsBounds(count, at, np.zeros(count), np.full(count, most))

    def solve(self) -> tuple[SolverOutcome, Array, Array]:
        """Outcome, weights of the menu columns present, and multipliers of the rows; tries twice."""
        outcome = run(self._highs)
        if outcome.values is None and not outcome.infeasible:
            self._highs.clearSolver()
            outcome = run(self._highs)
        weights = np.zeros(0) if outcome.values is None else outcome.values[self._first :]
        return outcome, weights, np.array(self._highs.getSolution().row_dual)

    def set_aside(self, reduced: Array) -> None:
        """Drop the columns of highest reduced cost (by number) when there are too many."""
        if len(self.present) <= self.most_columns:
            return
        basis = self._highs.getBasis()
        basic = np.array([status == highspy.HighsBasisStatus.kBasic for status in basis.col_status[self._first :]])
        rank = np.where(basic, -np.inf, reduced[self.present])
        dropped = np.sort(np.argsort(rank, kind="stable")[self.most_columns // 2 :])
        dropped = dropped[~basic[dropped]]
        self._highs.deleteCols(len(dropped), (self._first + dropped).astype(np.int32))
        self.present = np.delete(self.present, dropped)

    def probe(self, column: int, value: int) -> float:
        """Cost over the columns at hand if a switch had a value, or a bound on it; inf if infeasible."""
        index = np.array([column], dtype=np.int32)
        low, high = (np.array([float(part)]) for part in self._highs.getCol(column)[2:4])
        basis = self._highs.getBasis()
        self._highs.changeColsBounds(1, index, np.array([float(value)]), np.array([float(value)]))
        self._highs.setOptionValue("simplex_iteration_limit", PROBE_STEPS)
        outcome = run(self._highs)
        self._highs.setOptionValue("simplex_iteration_limit", highspy.kHighsIInf)
        self._highs.changeColsBounds(1, index, low, high)
        self._highs.setBasis(basis)
        return np.inf if outcome.infeasible else outcome.objective
