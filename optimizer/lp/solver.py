"""The one module that talks to the solver: PuLP states, HiGHS solves, everything scaled and checked here.

Programs are minimized. Columns are scaled by the size of their box and rows by their largest entry
(powers of two, so nothing is rounded): a 50-euro part and a 1.2-billion portfolio then look alike to
the solver's tolerances. All numbers that leave this module are in natural units.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
import pulp
from highspy._core import _Highs
from highspy._core.cb import HighsCallbackInput as _Wanted
from highspy._core.cb import HighsCallbackType as _Moments
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array, Codes

from ..interrupts import held
from .expressions import Expression, Row, combine
from .scaled_program import ScaledProgram, without_specks

STRICT = 1e-9
"""Tolerance for rows without variables, and for the last digits of feasibility."""
LINEAR_TOLERANCE = 1e-9
"""Feasibility tolerance of linear programs, scaled."""
INTEGER_TOLERANCE = 1e-7
"""Feasibility tolerance of integer programs, scaled. Tighter, HiGHS 1.15.1 calls feasible ones infeasible."""

Stop = Callable[[], bool]


@dataclass(frozen=True)
class Limits:
    """What may end a solver run early."""

    seconds: float | None = None
    nodes: int | None = None
    gap: float = 0.0
    """Relative gap of an integer program that is good enough."""
    absolute_gap: float = 1e-12
    """Absolute gap (scaled cost) of an integer program that is good enough."""
    stop: Stop | None = None
    """Asked now and then; True ends the run."""
    submodels: bool = True
    """Whether an integer program may restart and solve parts of itself: costs more than it brings where it is small."""


@dataclass(frozen=True)
class Matrix:
    """A minimization in natural units: cost, boxes, rows (compressed by column), and what is integer."""

    cost: Array
    offset: float
    low: Array
    high: Array
    integer: NDArray[np.bool_]
    rows: sparse.csc_matrix
    row_low: Array
    row_high: Array
    column_scale: Array
    """Natural value = scale x scaled value."""
    row_scale: Array
    """Scaled row = scale x natural row."""
    cost_scale: float
    """Scaled cost = scale x natural cost."""

    @property
    def scaled_rows(self) -> sparse.csc_matrix:
        """Row matrix as the solver sees it."""
        return sparse.csc_matrix(sparse.diags(self.row_scale) @ self.rows @ sparse.diags(self.column_scale))


@dataclass(frozen=True)
class Stated:
    """A statement turned into a matrix, with the way back from columns to variables."""

    matrix: Matrix
    columns: dict[str, int]
    """Column of each variable by its PuLP name."""
    labels: tuple[tuple[str, str], ...]
    """(rule, scope) of each row."""
    contradictions: tuple[tuple[str, str], ...]
    """Rows without variables that do not hold: the program is infeasible whatever is decided."""

    @property
    def names(self) -> dict[int, str]:
        """PuLP name of the variable of each column."""
        return {column: name for name, column in self.columns.items()}

    def value(self, expression: Expression, solution: Array) -> float:
        """Value of an expression at a solution (natural units)."""
        terms = (c * solution[self.columns[v.name]] for v, c in expression.items() if v.name in self.columns)
        return float(expression.constant + sum(terms))


def _power_of_two(values: Array) -> Array:
    """The power of two nearest below each value; 1 for zeros."""
    exponent = np.floor(np.log2(np.where(values > 0, values, 1.0)))
    return np.asarray(np.exp2(np.clip(exponent, -200, 200)))


def _holds(row: Row) -> bool:
    difference = row.left.constant - row.right.constant
    room = STRICT * max(1.0, abs(row.left.constant), abs(row.right.constant))
    if row.sense == "<=":
        return bool(difference <= room)
    return bool(difference >= -room) if row.sense == ">=" else bool(abs(difference) <= room)


_SENSES = {"<=": pulp.LpConstraintLE, ">=": pulp.LpConstraintGE, "==": pulp.LpConstraintEQ}


def state(rows: Iterable[tuple[str, Row]], cost: Expression) -> Stated:
    """State a minimization of `cost` under rows labelled with their rule."""
    problem = pulp.LpProblem("tierwise", pulp.LpMinimize)
    problem.setObjective(cost)
    labels, contradictions = [], []
    for name, row in rows:
        left = combine([(row.left, 1.0), (row.right, -1.0)])
        if not len(left):
            contradictions += [] if _holds(row) else [(name, row.scope)]
            continue
        labels.append((name, row.scope))
        constraint = pulp.LpConstraint(left, _SENSES[row.sense], f"row_{len(labels)}", 0)
        problem.addConstraint(constraint)
    columns = {variable.name: place for place, variable in enumerate(problem.variables())}
    matrix, kept = _matrix(problem, cost.constant)
    return Stated(matrix, columns, tuple(labels[i] for i in kept), tuple(contradictions))


def _merged(rows: sparse.csc_matrix, low: Array, high: Array) -> tuple[Codes, Array, Array]:
    """Rows to keep, and their sides, when rows that differ in their sides alone become one.

    HiGHS 1.15.1 cuts off feasible points where two rows leave a gap near its tolerance between them.
    """
    by_row = rows.tocsr()
    by_row.sort_indices()
    first: dict[tuple[bytes, bytes], int] = {}
    low, high = low.copy(), high.copy()
    for i, (start, end) in enumerate(itertools.pairwise(by_row.indptr)):
        key = by_row.indices[start:end].tobytes(), by_row.data[start:end].tobytes()
        at = first.setdefault(key, i)
        low[at], high[at] = max(low[at], low[i]), min(high[at], high[i])
    kept = np.array(list(first.values()), dtype=np.int64)
    return kept, low[kept], high[kept]


def _matrix(problem: pulp.LpProblem, offset: float) -> tuple[Matrix, Codes]:
    """Numbers of a PuLP problem by way of its live HiGHS model, with their scales, and the rows kept of it."""
    problem.solverModel = SilentHighs()  # PuLP would make one that speaks
    pulp.HiGHS(msg=False).buildSolverModel(problem)
    lp = problem.solverModel.getLp()
    shape = (lp.num_row_, lp.num_col_)
    parts = (np.array(lp.a_matrix_.value_), np.array(lp.a_matrix_.index_), np.array(lp.a_matrix_.start_))
    by_column = lp.a_matrix_.format_ == highspy.MatrixFormat.kColwise
    rows = sparse.csc_matrix(parts, shape=shape) if by_column else sparse.csr_matrix(parts, shape=shape).tocsc()
    kept, *sides = _merged(rows, np.array(lp.row_lower_, dtype=float), np.array(lp.row_upper_, dtype=float))
    rows = sparse.csc_matrix(rows.tocsr()[kept])
    low, high = np.array(lp.col_lower_, dtype=float), np.array(lp.col_upper_, dtype=float)
    integer = np.array([variable.cat == pulp.LpInteger for variable in problem.variables()], dtype=bool)
    column_scale = np.where(integer, 1.0, _power_of_two(np.maximum(np.abs(low), np.abs(high))))
    scaled = abs(rows @ sparse.diags(column_scale)) if shape[1] else rows
    largest = scaled.max(axis=1).toarray().ravel() if rows.nnz else np.zeros(len(kept))
    cost = np.array(lp.col_cost_, dtype=float)
    cost_scale = 1.0 / float(_power_of_two(np.array([np.abs(cost * column_scale).max(initial=0.0)]))[0])
    matrix = Matrix(
        cost=cost,
        offset=float(offset),
        low=low,
        high=high,
        integer=integer,
        rows=rows,
        row_low=sides[0],
        row_high=sides[1],
        column_scale=column_scale,
        row_scale=1.0 / _power_of_two(largest),
        cost_scale=cost_scale,
    )
    return matrix, kept


def scaled(matrix: Matrix) -> ScaledProgram:
    """The solver's view of a matrix."""
    return ScaledProgram(
        cost=matrix.cost * matrix.column_scale * matrix.cost_scale,
        low=matrix.low / matrix.column_scale,
        high=matrix.high / matrix.column_scale,
        integer=matrix.integer,
        rows=matrix.scaled_rows,
        row_low=matrix.row_low * matrix.row_scale,
        row_high=matrix.row_high * matrix.row_scale,
        offset=matrix.offset * matrix.cost_scale,
    )


class SilentHighs(highspy.Highs):
    """HiGHS that never prints: the first thing asked of it is to turn its output off.

    `highspy.Highs` asks for other things first, at which version 1.16 prints a banner. Its callbacks are not set up;
    those of the compiled class are there.
    """

    def __init__(self) -> None:
        _Highs.__init__(self)
        self.setOptionValue("output_flag", False)


def quiet_highs(limits: Limits | None = None) -> highspy.Highs:
    """A silent, single-threaded, deterministic HiGHS with tight tolerances."""
    highs = SilentHighs()
    highs.setOptionValue("threads", 1)
    highs.setOptionValue("parallel", "off")
    highs.setOptionValue("random_seed", 0)
    highs.setOptionValue("primal_feasibility_tolerance", LINEAR_TOLERANCE)
    highs.setOptionValue("dual_feasibility_tolerance", LINEAR_TOLERANCE)
    highs.setOptionValue("mip_feasibility_tolerance", INTEGER_TOLERANCE)
    if limits is not None:
        _limit(highs, limits)
    return highs


def _limit(highs: highspy.Highs, limits: Limits) -> None:
    if limits.seconds is not None:
        highs.setOptionValue("time_limit", max(0.0, limits.seconds))
    if limits.nodes is not None:
        highs.setOptionValue("mip_max_nodes", limits.nodes)
        highs.setOptionValue("mip_allow_restart", False)  # a restart pays only for a proof
    if not limits.submodels:
        for name in ("mip_allow_restart", "mip_heuristic_run_rens", "mip_heuristic_run_rins"):
            highs.setOptionValue(name, False)
    highs.setOptionValue("mip_rel_gap", limits.gap)
    highs.setOptionValue("mip_abs_gap", limits.absolute_gap)
    if limits.stop is not None:
        highs.setCallback(_interrupt, limits.stop)
        for moment in (_Moments.kCallbackMipInterrupt, _Moments.kCallbackSimplexInterrupt):
            highs.startCallback(moment)


def _interrupt(moment: _Moments, message: str, found: object, wanted: _Wanted, stop: Stop) -> None:
    """End the run if `stop` says so; HiGHS asks now and then."""
    if stop():
        wanted.user_interrupt = True


def load(highs: highspy.Highs, program: ScaledProgram, with_integers: bool) -> None:
    """Pass a program to HiGHS."""
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
    highs.passModel(lp)


@dataclass(frozen=True)
class SolverOutcome:
    """How a run of HiGHS ended, in the scale it was given."""

    solved: bool
    """Solved to optimality (within the gap asked for)."""
    infeasible: bool
    values: Array | None
    """A feasible solution, if there is one."""
    objective: float
    bound: float
    """Proved lower bound of an integer program; -inf when there is none."""


_UNSOLVABLE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


def run(highs: highspy.Highs, doubting: bool = True) -> SolverOutcome:
    """Run HiGHS and say how it ended; values are given only when they are feasible.

    The presolve of HiGHS 1.15.1 calls some programs infeasible whose rows leave a gap near the tolerance,
    so its word is not taken for it (unless not `doubting`).
    """
    with held():
        highs.run()
        if doubting and highs.getModelStatus() in _UNSOLVABLE:
            highs.setOptionValue("presolve", "off")
            highs.run()
            highs.setOptionValue("presolve", "choose")
    status, info = highs.getModelStatus(), highs.getInfo()
    solved = status == highspy.HighsModelStatus.kOptimal
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    values = np.array(highs.getSolution().col_value) if feasible or solved else None
    bound = info.mip_dual_bound if np.isfinite(info.mip_dual_bound) else -np.inf
    return SolverOutcome(solved, status in _UNSOLVABLE, values, info.objective_function_value, bound)


def solve_integer(program: ScaledProgram, limits: Limits, doubting: bool = True) -> SolverOutcome:
    """Solve an integer program, then its linear program with the integers settled, for exact flows.

    Where only a solution is of use, and nothing is proved by there being none, there is no need for `doubting` that.
    """
    highs = quiet_highs(limits)
    load(highs, without_specks(program), with_integers=True)
    outcome = run(highs, doubting)
    if not program.integer.any():
        return SolverOutcome(outcome.solved, outcome.infeasible, outcome.values, outcome.objective, outcome.objective)
    settled = None if outcome.values is None else settle(program, outcome.values)
    if settled is None:
        return SolverOutcome(False, outcome.infeasible, None, np.inf, outcome.bound)
    return SolverOutcome(outcome.solved, False, settled, float(program.offset + program.cost @ settled), outcome.bound)


def settle(program: ScaledProgram, values: Array) -> Array | None:
    """Best solution with the integers of `values` rounded, as exact as can be; None where that is infeasible."""
    rounded = np.round(values)
    low = np.where(program.integer, rounded, program.low)
    high = np.where(program.integer, rounded, program.high)
    fixed = replace(program, low=low, high=high)
    for tolerance in (LINEAR_TOLERANCE, INTEGER_TOLERANCE):
        highs = quiet_highs()
        highs.setOptionValue("primal_feasibility_tolerance", tolerance)
        load(highs, fixed, with_integers=False)
        outcome = run(highs)
        if outcome.solved:
            return outcome.values
    return None


def kept_columns(stated: Stated, variables: Sequence[Expression]) -> Codes:
    """Column of each single-variable expression, -1 for numbers and variables that no row uses."""
    names = [next(iter(v)).name if len(v) else "" for v in variables]
    return np.array([stated.columns.get(name, -1) for name in names], dtype=np.int64)
