"""The compact program stated with PuLP and solved by HiGHS."""

from __future__ import annotations

import time

import numpy as np
import pulp

from models import Case

from .compact import compact
from .outcome import Outcome
from .program import Program, Rows


def solve_with_pulp(case: Case, scenario_name: str, gap: float, time_limit: float) -> Outcome:
    """Build and solve; the objective is the program's own."""
    start = time.monotonic()
    program = compact(case, scenario_name)
    problem = stated(program)
    built = time.monotonic()
    problem.solve(pulp.HiGHS(msg=False, gapRel=gap, timeLimit=time_limit))
    return highs_outcome(problem.solverModel, program.unit, built - start, time.monotonic() - built)


def highs_outcome(highs: object, unit: float, built: float, solved: float) -> Outcome:
    """Outcome of a minimization that HiGHS has run; PuLP's own status does not tell a limit from an optimum."""
    info, status = highs.getInfo(), highs.modelStatusToString(highs.getModelStatus())  # type: ignore[attr-defined]
    found = info.primal_solution_status == 2  # a feasible point
    bound = -info.mip_dual_bound * unit
    return Outcome(
        status.lower() if found or status == "Infeasible" else "no plan",
        -info.objective_function_value * unit if found else None,
        bound if np.isfinite(bound) else None,
        built,
        solved,
    )


def stated(program: Program) -> pulp.LpProblem:
    """The program as a PuLP minimization."""
    problem = pulp.LpProblem("compact", pulp.LpMinimize)
    variables = [
        pulp.LpVariable(
            f"{block.name}_{i}", _end(low), _end(high), pulp.LpInteger if block.integer else pulp.LpContinuous
        )
        for block in program.columns
        for i, (low, high) in enumerate(zip(block.low, block.high, strict=True))
    ]
    assert program.objective is not None
    problem += pulp.LpAffineExpression(
        (variables[at], -value) for at, value in zip(program.objective.indices, program.objective.data, strict=True)
    )
    for block in program.rows:
        _state_rows(problem, variables, block)
    return problem


def _end(limit: float) -> float | None:
    return float(limit) if np.isfinite(limit) else None


def _state_rows(problem: pulp.LpProblem, variables: list[pulp.LpVariable], block: Rows) -> None:
    starts, places, values = block.matrix.indptr, block.matrix.indices.tolist(), block.matrix.data.tolist()
    for row, (low, high) in enumerate(zip(block.low.tolist(), block.high.tolist(), strict=True)):
        span = slice(starts[row], starts[row + 1])
        terms = pulp.LpAffineExpression(
            (variables[at], value) for at, value in zip(places[span], values[span], strict=True)
        )
        if low == high:
            problem += terms == low
            continue
        if high < np.inf:
            problem += terms <= high
        if low > -np.inf:
            problem += terms >= low
