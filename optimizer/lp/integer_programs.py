"""Integer programs solved with exact continuous parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.catalog import Array

from .arrays import MixedIntegerProgram, without_tiny_coefficients
from .solver import Limits, Solver, SolverOutcome
from .tolerances import FEASIBILITY, INTEGER_FEASIBILITY


def solve_integer(program: MixedIntegerProgram, limits: Limits, *, recheck_infeasible: bool = True) -> SolverOutcome:
    """Solve an integer program, then its linear program with the integers fixed, for exact flows.

    `recheck_infeasible` is of no use where only a solution is wanted, and nothing is proved by there being none.
    """
    solver = Solver(without_tiny_coefficients(program), limits, with_integers=True)
    outcome = solver.solve(recheck_infeasible=recheck_infeasible)
    if not program.integer.any():
        return SolverOutcome(outcome.solved, outcome.infeasible, outcome.values, outcome.objective, outcome.objective)
    values = None if outcome.values is None else solve_fixed(program, outcome.values)
    if values is None:
        return SolverOutcome(False, outcome.infeasible, None, np.inf, outcome.bound, outcome.steps)
    cost = float(program.offset + program.cost @ values)
    return SolverOutcome(outcome.solved, False, values, cost, outcome.bound, outcome.steps)


def solve_fixed(program: MixedIntegerProgram, values: Array) -> Array | None:
    """Best solution with the integers fixed at `values` rounded, as exact as can be; None where that is infeasible."""
    rounded = np.round(values)
    low = np.where(program.integer, rounded, program.low)
    high = np.where(program.integer, rounded, program.high)
    fixed = replace(program, low=low, high=high)
    for feasibility in (FEASIBILITY, INTEGER_FEASIBILITY):
        outcome = Solver(fixed, feasibility=feasibility).solve()
        if outcome.solved:
            return outcome.values
    return None
