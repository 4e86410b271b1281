"""The compact program stated with linopy and solved by HiGHS."""

from __future__ import annotations

import time

import linopy
import numpy as np
import pandas as pd

from models import Case

from .compact import compact
from .outcome import Outcome
from .program import Columns, Matrix, Program, Rows
from .with_pulp import highs_outcome


def solve_with_linopy(case: Case, scenario_name: str, gap: float, time_limit: float) -> Outcome:
    """Build and solve; the objective is the program's own."""
    start = time.monotonic()
    program = compact(case, scenario_name)
    model = stated(program)
    built = time.monotonic()
    model.solve("highs", io_api="direct", progress=False, mip_rel_gap=gap, time_limit=time_limit, output_flag=False)
    return highs_outcome(model.solver_model, program.unit, built - start, time.monotonic() - built)


def stated(program: Program) -> linopy.Model:
    """The program as a linopy minimization: one array of variables or constraints for each kind."""
    model = linopy.Model()
    variables = [_stated_columns(model, block) for block in program.columns]
    for block in program.rows:
        _state_rows(model, program, variables, block)
    assert program.objective is not None
    terms = _terms(program, variables, -program.objective)
    model.add_objective(sum(terms[1:], terms[0]).sum())
    return model


def _stated_columns(model: linopy.Model, block: Columns) -> linopy.Variable | None:
    if len(block) == 0:
        return None
    index = pd.RangeIndex(len(block), name="at")
    return model.add_variables(
        pd.Series(block.low, index), pd.Series(block.high, index), name=block.name, integer=block.integer
    )


def _terms(program: Program, variables: list[linopy.Variable | None], matrix: Matrix) -> list[linopy.LinearExpression]:
    """For each kind of variable that the rows have, its part of them."""
    parts, start = [], 0
    for block, variable in zip(program.columns, variables, strict=True):
        part = matrix[:, start : start + len(block)].tocoo()
        start += len(block)
        if variable is None or part.nnz == 0:
            continue
        entry = pd.RangeIndex(part.nnz, name="entry")
        terms = variable.isel(at=np.asarray(part.col)).rename(at="entry").assign_coords(entry=entry)
        parts.append((terms * pd.Series(part.data, entry)).groupby(pd.Series(part.row, entry, name="row")).sum())
    return parts


def _state_rows(model: linopy.Model, program: Program, variables: list[linopy.Variable | None], block: Rows) -> None:
    row = pd.RangeIndex(block.matrix.shape[0], name="row")
    first, *others = (part.reindex(row=row).fillna(0) for part in _terms(program, variables, block.matrix))
    left = sum(others, first)
    for sign, limit in (("=", block.low), ("<=", block.high), (">=", block.low)):
        equal = block.low == block.high
        wanted = np.isfinite(limit) & (equal if sign == "=" else ~equal)
        if wanted.any():
            model.add_constraints(
                left, sign, pd.Series(limit, row), name=f"{block.name} {sign}", mask=pd.Series(wanted, row)
            )
