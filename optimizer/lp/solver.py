"""The door to the solver: the only module that knows HiGHS.

Programs come in as arrays, already scaled; outcomes, duals and bases go out as arrays in the same scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from highspy._core import _Highs
from highspy._core.cb import HighsCallbackInput as _Wanted
from highspy._core.cb import HighsCallbackType as _Moments
from scipy import sparse

from models.catalog import Array, Codes

from ..interrupts import uninterrupted
from .arrays import MixedIntegerProgram
from .tolerances import FEASIBILITY, INTEGER_FEASIBILITY

Stop = Callable[[], bool]

BASIC = int(highspy.HighsBasisStatus.kBasic)
"""Status of a basic column or row."""
LOWER = int(highspy.HighsBasisStatus.kLower)
"""Status of a column or row at its lower bound."""
_STATUSES = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
_INFEASIBLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
_DEVEX = 1
"""Edge weights that cost less to set up than they save where few simplex steps are expected."""


@dataclass(frozen=True)
class Limits:
    """What may end a solver run early."""

    seconds: float | None = None
    nodes: int | None = None
    gap: float = 0.0
    """Relative gap of an integer program that is good enough."""
    absolute_gap: float = 1e-12
    """Absolute gap (scaled cost) of an integer program that is good enough."""
    checks: int | None = None
    """Most times that an integer program may look whether to end: a limit of its work that no clock decides."""
    stop: Stop | None = None
    """Asked now and then; True ends the run."""
    submodels: bool = True
    """Whether an integer program may restart and solve parts of itself: costs more than it brings where it is small."""
    heuristics: bool = True
    """Whether an integer program looks for solutions itself: of little use where it should prove that none is left."""
    presolve: bool = True
    """Whether a program is presolved; what is called infeasible then is solved again without, to be sure."""


@dataclass(frozen=True)
class SolverOutcome:
    """How a run ended, in the scale of the program."""

    solved: bool
    """Solved to optimality (within the gap asked for)."""
    infeasible: bool
    values: Array | None
    """A feasible solution, if there is one, shape (columns,)."""
    objective: float
    bound: float
    """Proved lower bound of an integer program; -inf when there is none."""
    steps: int = 0
    """Simplex steps taken."""


class SolverBasis:
    """A simplex basis: the status of each column and row."""

    def __init__(self, statuses: highspy.HighsBasis) -> None:
        self._statuses = statuses

    @classmethod
    def of(cls, columns: Codes, rows: Codes) -> SolverBasis:
        """A basis from the statuses of columns and rows; the solver mends one that is singular or incomplete."""
        basis = highspy.HighsBasis()
        basis.col_status = [_STATUSES[i] for i in columns.tolist()]
        basis.row_status = [_STATUSES[i] for i in rows.tolist()]
        basis.valid, basis.alien = True, True
        return cls(basis)

    @property
    def columns(self) -> Codes:
        """Status of each column."""
        return np.array([int(status) for status in self._statuses.col_status], dtype=np.int64)

    @property
    def rows(self) -> Codes:
        """Status of each row."""
        return np.array([int(status) for status in self._statuses.row_status], dtype=np.int64)


class _SilentHighs(highspy.Highs):
    """HiGHS that never prints: the first thing asked of it is to turn its output off.

    `highspy.Highs` asks for other things first, at which version 1.16 prints a banner. Its callbacks are not set up;
    those of the compiled class are there.
    """

    def __init__(self) -> None:
        _Highs.__init__(self)
        self.setOptionValue("output_flag", False)


class Solver:
    """A program held by the solver: changed in place, and solved again from where it stands.

    Single-threaded and deterministic, with tight tolerances.
    """

    def __init__(
        self,
        program: MixedIntegerProgram,
        limits: Limits | None = None,
        *,
        with_integers: bool = False,
        feasibility: float = FEASIBILITY,
        few_steps: bool = False,
    ) -> None:
        """Hold `program`, its linear relaxation unless `with_integers`.

        With `few_steps` the simplex method is set up for a basis at hand that is all but optimal.
        """
        self._highs = _SilentHighs()
        self._set(threads=1, parallel="off", random_seed=0)
        self._set(primal_feasibility_tolerance=feasibility, dual_feasibility_tolerance=FEASIBILITY)
        self._set(mip_feasibility_tolerance=INTEGER_FEASIBILITY)
        if few_steps:
            self._set(presolve="off", simplex_dual_edge_weight_strategy=_DEVEX)
        self._presolves = limits is None or limits.presolve
        if limits is not None:
            self._limit(limits)
        self._highs.passModel(_model(program, with_integers))

    def _set(self, **options: float | str | bool) -> None:
        for name, value in options.items():
            self._highs.setOptionValue(name, value)

    def _limit(self, limits: Limits) -> None:
        if limits.seconds is not None:
            self._set(time_limit=max(0.0, limits.seconds))
        if limits.nodes is not None:
            self._set(mip_max_nodes=limits.nodes, mip_allow_restart=False)  # a restart pays only for a proof
        if not limits.submodels:
            self._set(mip_allow_restart=False, mip_heuristic_run_rens=False, mip_heuristic_run_rins=False)
        if not limits.presolve:
            self._set(presolve="off")
        if not limits.heuristics:
            self._set(mip_heuristic_effort=0.0, mip_heuristic_run_root_reduced_cost=False)
            self._set(mip_heuristic_run_feasibility_jump=False)
        self._set(mip_rel_gap=limits.gap, mip_abs_gap=limits.absolute_gap)
        if limits.stop is not None or limits.checks is not None:
            self._checks = _Checks(limits)  # HiGHS does not keep it
            self._highs.setCallback(_interrupt, self._checks)
            self._highs.startCallback(_Moments.kCallbackMipInterrupt)
        if limits.stop is not None:
            self._highs.startCallback(_Moments.kCallbackSimplexInterrupt)

    # -- solving ---------------------------------------------------------------------------------

    def solve(self, *, recheck_infeasible: bool = True, most_steps: int | None = None) -> SolverOutcome:
        """Solve the program, in so many simplex steps at most; values are given only when they are feasible.

        The presolve of HiGHS 1.15.1 calls some programs infeasible whose rows leave a gap near the tolerance,
        so what it calls infeasible is solved again without (unless not `recheck_infeasible`).
        """
        highs = self._highs
        if most_steps is not None:
            self._set(simplex_iteration_limit=most_steps)
        with uninterrupted():
            highs.run()
            if recheck_infeasible and self._presolves and highs.getModelStatus() in _INFEASIBLE:
                self._set(presolve="off")
                highs.run()
                self._set(presolve="choose")
        if most_steps is not None:
            self._set(simplex_iteration_limit=highspy.kHighsIInf)
        return self._outcome()

    def _outcome(self) -> SolverOutcome:
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        solved = status == highspy.HighsModelStatus.kOptimal
        feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = np.array(self._highs.getSolution().col_value) if feasible or solved else None
        bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else -np.inf
        steps = max(0, int(info.simplex_iteration_count))
        return SolverOutcome(solved, status in _INFEASIBLE, values, info.objective_function_value, bound, steps)

    def restart(self) -> None:
        """Forget basis and solution: the next run starts from nothing."""
        self._highs.clearSolver()

    def set_feasibility(self, feasibility: float) -> None:
        """Set the violation of a row or a column's bounds that counts as none in a linear program."""
        self._set(primal_feasibility_tolerance=feasibility)

    @property
    def duals(self) -> Array:
        """Dual value of each row at the last solution of a linear program."""
        return np.array(self._highs.getSolution().row_dual)

    @property
    def infeasibility_ray(self) -> Array | None:
        """Row multipliers (up to their sign) that should prove a linear program infeasible; None without any."""
        _, there, ray = self._highs.getDualRay()  # type: ignore[attr-defined]  # untyped in highspy
        return np.array(ray) if there else None

    @property
    def basis(self) -> SolverBasis:
        """Basis of the last run."""
        return SolverBasis(self._highs.getBasis())

    @basis.setter
    def basis(self, basis: SolverBasis) -> None:
        self._highs.setBasis(basis._statuses)

    # -- changing the program --------------------------------------------------------------------

    def add_columns(self, entries: sparse.csr_matrix) -> None:
        """Add columns >= 0 that cost nothing; `entries` has a row a column, over all rows of the program."""
        count = entries.shape[0]
        self._highs.addCols(
            count, np.zeros(count), np.zeros(count), np.full(count, np.inf),
            entries.nnz, entries.indptr[:-1].astype(np.int32), entries.indices.astype(np.int32), entries.data,
        )  # fmt: skip

    def remove_columns(self, columns: Codes) -> None:
        """Remove columns; those that follow move up."""
        self._highs.deleteCols(len(columns), columns.astype(np.int32))

    def bounds_of(self, column: int) -> tuple[float, float]:
        """Lower and upper bound of a column."""
        low, high = self._highs.getCol(column)[2:4]
        return float(low), float(high)

    def set_bounds(self, columns: Codes, low: Array | float, high: Array | float) -> None:
        """Set the lower and upper bounds of columns."""
        count = len(columns)
        lows, highs = (np.array(np.broadcast_to(part, count), dtype=float) for part in (low, high))
        self._highs.changeColsBounds(count, columns.astype(np.int32), lows, highs)

    def set_costs(self, columns: Codes, costs: Array) -> None:
        """Set the costs of columns."""
        self._highs.changeColsCost(len(columns), columns.astype(np.int32), costs)


def _model(program: MixedIntegerProgram, with_integers: bool) -> highspy.HighsLp:
    """A program in the solver's own form."""
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.row_low)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = program.cost, program.low, program.high
    lp.offset_ = program.offset
    lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = program.rows.indptr, program.rows.indices
    lp.a_matrix_.value_ = program.rows.data
    if with_integers and program.integer.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(flag)] for flag in program.integer]
    return lp


class _Checks:
    """Whether a run is to end: HiGHS asks now and then, an integer program at the same steps each time it is solved."""

    def __init__(self, limits: Limits) -> None:
        self._stop, self._left = limits.stop, limits.checks

    def end(self, moment: _Moments) -> bool:
        """Whether a limit has come, asked once more."""
        if self._left is not None and moment == _Moments.kCallbackMipInterrupt:
            self._left -= 1
        return (self._left is not None and self._left < 0) or (self._stop is not None and self._stop())


def _interrupt(moment: _Moments, message: str, found: object, wanted: _Wanted, checks: _Checks) -> None:
    """End the run at its limits."""
    if checks.end(moment):
        wanted.user_interrupt = True
