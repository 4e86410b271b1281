"""The restricted master LP that the solver holds: the formulation, elastic slacks and some columns of the pool."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array, Codes

from ...lp.arrays import MixedIntegerProgram
from ...lp.solver import BASIC, Solver, SolverOutcome
from ...lp.tolerances import FEASIBILITY, RETRIED_FEASIBILITY
from ..state.parameters import SearchParameters

ELASTIC_SLACK = 4.0
"""Upper bound of each elastic slack of the rows of totals in phase one, in scaled units."""


class RestrictedMasterLp:
    """The restricted master LP, re-solved warm after every change.

    Rows: those of the formulation, one for each live total, one convexity row for each book.
    """

    def __init__(
        self, program: MixedIntegerProgram, first_total_row: int, books: int, parameters: SearchParameters
    ) -> None:
        self._parameters = parameters
        self.program = program
        rows, self._totals = len(program.row_low), len(program.row_low) - first_total_row
        before = sparse.csc_matrix((first_total_row, self._totals))
        eye = sparse.vstack([before, sparse.identity(self._totals, format="csc")])
        matrix = sparse.hstack([program.rows, eye, -eye]).tocsc()
        matrix = sparse.vstack([matrix, sparse.csc_matrix((books, matrix.shape[1]))]).tocsc()
        elastic = np.zeros(2 * self._totals)
        whole = MixedIntegerProgram(
            np.concatenate([program.cost, elastic]),
            np.concatenate([program.low, elastic]),
            np.concatenate([program.high, elastic]),
            np.concatenate([program.integer, elastic > 0]),
            matrix,
            np.concatenate([program.row_low, np.ones(books)]),
            np.concatenate([program.row_high, np.ones(books)]),
        )
        self._solver = Solver(whole)
        self._first = matrix.shape[1]
        self.most_columns = parameters.clean_up.lp_columns_per_row * (rows + books)
        """Menu columns above which those of highest reduced cost are dropped."""
        self.present: Codes = np.zeros(0, dtype=np.int64)
        """Numbers in the pool of the menu columns that the program has, in its order."""
        self._room = 0.0
        """Upper bound of each elastic slack when the cost is minimized."""
        self._feasibility = FEASIBILITY
        """Feasibility tolerance: a looser one until other bounds are set, where the solver has failed."""
        self.in_phase_one = False
        """Whether the program minimizes the violation of the rows of totals instead of the cost."""

    def insert(self, columns: Codes, rows: sparse.csr_matrix) -> None:
        """Add menu columns by number; `rows`, shape (columns, rows of the program), has their entries."""
        self._solver.add_columns(rows)
        self.present = np.concatenate([self.present, columns])

    def set_bounds(self, low: Array, high: Array, admitted: NDArray[np.bool_]) -> None:
        """Set the bounds of the formulation's variables, and which columns of the pool may be used."""
        if self._room and not self.in_phase_one:
            self._set_elastic_slack(0.0)
        self._room = 0.0
        self._set_feasibility(FEASIBILITY)
        self._solver.set_bounds(np.arange(len(low)), low, high)
        if len(self.present):
            top = np.where(admitted[self.present], np.inf, 0.0)
            self._solver.set_bounds(self._first + np.arange(len(self.present)), 0.0, top)

    def set_phase_one(self, on: bool) -> None:
        """Minimize the violation of the rows of totals instead of the cost, or go back to the cost."""
        if on == self.in_phase_one:
            return
        self.in_phase_one = on
        cost = np.concatenate([self.program.cost * (not on), np.full(2 * self._totals, float(on))])
        self._solver.set_costs(np.arange(len(cost)), cost)
        self._set_elastic_slack(ELASTIC_SLACK if on else self._room)

    def allow_violation(self, room: float) -> None:
        """Let every row of totals be violated by this much, after phase one, until other bounds are set."""
        self._room = room

    def _set_elastic_slack(self, most: float) -> None:
        self._solver.set_bounds(len(self.program.cost) + np.arange(2 * self._totals), 0.0, most)

    def solve(self) -> tuple[SolverOutcome, Array, Array]:
        """Outcome, weights of the menu columns present and duals of the rows.

        A solver that fails tries again from nothing, then with looser tolerances: bounds hold for any duals.
        """
        outcome = self._solver.solve()
        for feasibility in RETRIED_FEASIBILITY:
            if outcome.values is not None or outcome.infeasible:
                break
            self._set_feasibility(max(feasibility, self._feasibility))
            self._solver.restart()
            outcome = self._solver.solve()
        weights = np.zeros(0) if outcome.values is None else outcome.values[self._first :]
        return outcome, weights, self._solver.duals

    def _set_feasibility(self, feasibility: float) -> None:
        if feasibility != self._feasibility:
            self._feasibility = feasibility
            self._solver.set_feasibility(feasibility)

    def clean_up(self, reduced: Array) -> None:
        """Drop the nonbasic columns of highest reduced cost, by number in the pool, where there are too many."""
        if len(self.present) <= self.most_columns:
            return
        basic = self._solver.basis.columns[self._first :] == BASIC
        rank = np.where(basic, -np.inf, reduced[self.present])
        dropped = np.sort(np.argsort(rank, kind="stable")[self.most_columns // 2 :])
        dropped = dropped[~basic[dropped]]
        self._solver.remove_columns(self._first + dropped)
        self.present = np.delete(self.present, dropped)

    def strong_branching_trial(self, column: int, value: int) -> float:
        """Cost with a binary fixed at a value, or a lower bound on it; inf if infeasible."""
        at, basis = np.array([column]), self._solver.basis
        low, high = self._solver.bounds_of(column)
        self._solver.set_bounds(at, float(value), float(value))
        outcome = self._solver.solve(most_steps=self._parameters.branching.trial_iterations)
        self._solver.set_bounds(at, low, high)
        self._solver.basis = basis
        return np.inf if outcome.infeasible else outcome.objective
