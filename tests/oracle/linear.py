"""Linear expressions as dicts from variable to coefficient (the constant under ""), and their maximum over rules."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy.optimize import linprog

Linear = dict[Hashable, float]


def plus(*terms: tuple[float, Linear]) -> Linear:
    """Weighted sum of expressions."""
    result: Linear = {}
    for weight, expression in terms:
        for variable, coefficient in expression.items():
            result[variable] = result.get(variable, 0.0) + weight * coefficient
    return result


def _matrix(rows: Sequence[Linear], column: Mapping[Hashable, int]) -> tuple[np.ndarray, np.ndarray]:
    coefficients = np.zeros((len(rows), len(column)))
    constants = np.zeros(len(rows))
    for i, row in enumerate(rows):
        for variable, value in row.items():
            if variable == "":
                constants[i] = value
            else:
                coefficients[i, column[variable]] = value
    return coefficients, constants


def maximum(
    objective: Linear, at_least_zero: Sequence[Linear], zero: Sequence[Linear], upper: Mapping[Any, float]
) -> float | None:
    """Largest value of `objective` over non-negative variables; None where no values obey every row."""
    variables = {v: None for row in (objective, *at_least_zero, *zero) for v in row if v != ""}
    column = {variable: i for i, variable in enumerate(variables)}
    for row in (*at_least_zero, *zero):
        if not any(value for variable, value in row.items() if variable != "") and broken(row, row in zero):
            return None
    if not column:
        return objective.get("", 0.0)
    gain, constant = _matrix([objective], column)
    inside, inside_constant = _matrix(at_least_zero, column)
    equal, equal_constant = _matrix(zero, column)
    outcome = linprog(
        -gain[0],
        A_ub=-inside,
        b_ub=inside_constant,
        A_eq=equal,
        b_eq=-equal_constant,
        bounds=[(0, upper.get(variable)) for variable in column],
        method="highs",
    )
    if outcome.status == 2:
        return None
    if outcome.status != 0:
        raise ArithmeticError(f"linear program ended with: {outcome.message}")
    return float(constant[0] - outcome.fun)


def broken(constant_row: Linear, equality: bool) -> bool:
    """Whether a row without variables is violated, within the audit's tolerance."""
    value = constant_row.get("", 0.0)
    return abs(value) > 1e-6 if equality else value < -1e-6
