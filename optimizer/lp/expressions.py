"""Linear expressions over PuLP variables, and the rows that rules are made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

import pulp

Variable: TypeAlias = pulp.LpVariable
Expression: TypeAlias = pulp.LpAffineExpression
Binary: TypeAlias = pulp.LpVariable | int
"""A yes-or-no decision: a binary variable, or 0 or 1 where nothing is left to decide."""


def continuous(name: str, low: float, high: float) -> Variable:
    """A variable between two finite bounds; names are unique in a program."""
    return pulp.LpVariable(name, float(low), float(high))


def binary(name: str) -> Variable:
    """A variable that is 0 or 1; names are unique in a program."""
    return pulp.LpVariable(name, cat=pulp.LpBinary)


def combine(parts: Iterable[tuple[Expression | Binary | float, float]]) -> Expression:
    """Sum of factor x part, for parts that are expressions, variables or numbers."""
    terms: dict[Variable, float] = {}
    constant = 0.0
    for part, factor in parts:
        if isinstance(part, pulp.LpVariable):
            terms[part] = terms.get(part, 0.0) + factor
        elif isinstance(part, pulp.LpAffineExpression):
            constant += factor * part.constant
            for variable, coefficient in part.items():
                terms[variable] = terms.get(variable, 0.0) + factor * coefficient
        else:
            constant += factor * part
    return pulp.LpAffineExpression({v: float(c) for v, c in terms.items() if c != 0}, float(constant))


def number(value: float) -> Expression:
    """A constant expression."""
    return combine([(float(value), 1.0)])


def highest(part: Expression) -> float:
    """Upper bound of a sum of variables with coefficients >= 0."""
    return float(part.constant + sum(c * v.upBound for v, c in part.items()))


@dataclass(frozen=True)
class Row:
    """One row of a rule: left <= right, left >= right or left == right, in natural units."""

    scope: str
    """What the row is about, in the user's names: `gold, north`."""
    left: Expression
    sense: str
    """`<=`, `>=` or `==`."""
    right: Expression

    def __str__(self) -> str:
        """The row as one line of an LP file, with its scope."""
        return f"[{self.scope}] {self.left} {self.sense} {self.right}"
