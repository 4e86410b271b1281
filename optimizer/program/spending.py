"""What a formulation spends on providers and on parts, as expressions."""

from __future__ import annotations

from dataclasses import dataclass

from ..lp.expressions import Binary, Expression


@dataclass(frozen=True)
class PolicyChoice:
    """How the parts cases of one (product, tier) may be met."""

    product: int
    tier: int
    policies: tuple[int, ...]
    """Rows of `Formulation.policies`."""
    chosen: tuple[Binary, ...]
    cases: tuple[Expression, ...]
    """Parts cases met by each policy."""
    volume: Expression
    """Parts cases to meet."""


@dataclass(frozen=True)
class Spending:
    """Yearly case cost of a provider, bracket by bracket, and what is paid for it."""

    case_cost: Expression
    brackets: tuple[tuple[Expression, float, float], ...]
    """(spend in the bracket, its width, its discount), lowest first; empty without discounts."""
    reached: tuple[Binary, ...]
    """Whether each bracket after the first is reached."""
    net: Expression
    """Case cost after discounts."""
    payment: Expression
    """Paid a year: `net`, or a variable where a commitment may be more."""
