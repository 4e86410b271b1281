"""From rows stated with PuLP to arrays: the one place where PuLP's expressions are read."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array, Codes

from .arrays import MixedIntegerProgram
from .expressions import Expression, Row, Variable
from .scaling import Scaling
from .tolerances import FEASIBILITY


@dataclass(frozen=True)
class FormulationArrays:
    """A formulation as arrays in natural units, with its scales and the way back to its variables and rules."""

    program: MixedIntegerProgram
    columns: dict[str, int]
    """Column of each variable that a row or the cost uses, by the variable's name."""
    labels: tuple[tuple[str, str], ...]
    """(rule, scope) of each row."""
    contradictions: tuple[tuple[str, str], ...]
    """(rule, scope) of rows without variables that do not hold: the program is infeasible whatever is decided."""

    @cached_property
    def scaling(self) -> Scaling:
        """Scales between natural units and what the solver sees."""
        return Scaling.of(self.program)

    @cached_property
    def scaled(self) -> MixedIntegerProgram:
        """The program as the solver sees it."""
        return self.scaling.apply(self.program)

    @property
    def names(self) -> dict[int, str]:
        """Name of the variable of each column."""
        return {column: name for name, column in self.columns.items()}

    def value(self, expression: Expression, solution: Array) -> float:
        """Value of an expression at a solution (natural units)."""
        terms = (c * solution[self.columns[v.name]] for v, c in expression.items() if v.name in self.columns)
        return float(expression.constant + sum(terms))

    def columns_of(self, variables: Sequence[Expression]) -> Codes:
        """Column of each single-variable expression, -1 for numbers and variables that no row uses."""
        names = [next(iter(v)).name if len(v) else "" for v in variables]
        return np.array([self.columns.get(name, -1) for name in names], dtype=np.int64)


def read_formulation(rows: Iterable[tuple[str, Row]], cost: Expression) -> FormulationArrays:
    """The minimization of `cost` under rows labelled with their rule, as arrays; columns are sorted by name."""
    labelled = list(rows)
    entries, variables = _entries([row for _, row in labelled], cost)
    filled = entries.getnnz(axis=1) > 0
    costs = np.array([cost.get(variable, 0.0) for variable in variables], dtype=float)
    used = np.flatnonzero((entries.getnnz(axis=0) > 0) | (costs != 0)).tolist()
    order = sorted(used, key=lambda column: variables[column].name)
    stated = [pair for pair, kept in zip(labelled, filled, strict=True) if kept]
    kept, matrix, row_low, row_high = _merged(entries[filled][:, order], *_sides([row for _, row in stated]))
    low, high, integer = _domains([variables[column] for column in order])
    program = MixedIntegerProgram(costs[order], low, high, integer, matrix, row_low, row_high, float(cost.constant))
    return FormulationArrays(
        program,
        columns={variables[column].name: place for place, column in enumerate(order)},
        labels=tuple((rule, row.scope) for rule, row in (stated[i] for i in kept)),
        contradictions=tuple(
            (rule, row.scope)
            for (rule, row), kept in zip(labelled, filled, strict=True)
            if not kept and not _holds(row)
        ),
    )


def _entries(rows: Sequence[Row], cost: Expression) -> tuple[sparse.csr_matrix, list[Variable]]:
    """Coefficients of left less right side by row and variable, and the variables of rows and cost."""
    places: dict[Variable, int] = {}
    at, columns, values = [], [], []
    for i, row in enumerate(rows):
        for side, sign in ((row.left, 1.0), (row.right, -1.0)):
            for variable, coefficient in side.items():
                at.append(i)
                columns.append(places.setdefault(variable, len(places)))
                values.append(sign * coefficient)
    for variable in cost:
        places.setdefault(variable, len(places))
    entries = sparse.csr_matrix(
        (np.array(values, dtype=float), (np.array(at, dtype=np.int64), np.array(columns, dtype=np.int64))),
        shape=(len(rows), len(places)),
    )
    entries.eliminate_zeros()
    return entries, list(places)


def _sides(rows: Sequence[Row]) -> tuple[Array, Array]:
    """Lower and upper side of rows, with all variables on the left."""
    constants = np.array([row.right.constant - row.left.constant for row in rows], dtype=float)
    senses = np.array([row.sense for row in rows], dtype=object)
    return np.where(senses == "<=", -np.inf, constants), np.where(senses == ">=", np.inf, constants)


def _domains(variables: Sequence[Variable]) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Lower and upper bound of variables, and whether each is integer."""
    low = np.array([v.lowBound for v in variables], dtype=float)
    high = np.array([v.upBound for v in variables], dtype=float)
    return low, high, np.array([v.cat == pulp.LpInteger for v in variables], dtype=bool)


def _holds(row: Row) -> bool:
    """Whether a row without variables holds."""
    difference = row.left.constant - row.right.constant
    room = FEASIBILITY * max(1.0, abs(row.left.constant), abs(row.right.constant))
    if row.sense == "<=":
        return bool(difference <= room)
    return bool(difference >= -room) if row.sense == ">=" else bool(abs(difference) <= room)


def _merged(rows: sparse.csr_matrix, low: Array, high: Array) -> tuple[list[int], sparse.csc_matrix, Array, Array]:
    """Rows that stay (and their matrix and sides) when rows that differ in their sides alone become one.

    HiGHS 1.15.1 cuts off feasible points where two rows leave a gap near its tolerance between them.
    """
    rows.sort_indices()
    first: dict[tuple[bytes, bytes], int] = {}
    for i, (start, end) in enumerate(itertools.pairwise(rows.indptr)):
        key = rows.indices[start:end].tobytes(), rows.data[start:end].tobytes()
        at = first.setdefault(key, i)
        low[at], high[at] = max(low[at], low[i]), min(high[at], high[i])
    kept = list(first.values())
    return kept, sparse.csc_matrix(rows[kept]), low[kept], high[kept]
