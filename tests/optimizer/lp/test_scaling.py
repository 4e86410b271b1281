"""Scaling: numbers of like size for the solver, and back to natural units."""

from __future__ import annotations

import pytest

from optimizer.lp.expressions import Row, combine, continuous
from optimizer.lp.integer_programs import solve_integer
from optimizer.lp.pulp_reader import read_formulation
from optimizer.lp.solver import Limits


def test_small_parts_beside_a_large_portfolio() -> None:
    """Scaled numbers lie within a factor of 2 of each other, and the answer comes back in natural units.

    min portfolio - 50 parts, 0 <= parts <= 40, 50 parts + portfolio >= 1.2e9, portfolio <= 2.4e9.
    """
    parts, portfolio = continuous("parts", 0, 40), continuous("portfolio", 0, 2.4e9)
    whole = combine([(parts, 50.0), (portfolio, 1.0)])
    arrays = read_formulation(
        [("enough", Row("", whole, ">=", combine([(1.2e9, 1.0)])))], combine([(portfolio, 1.0), (parts, -50.0)])
    )
    view = arrays.scaled
    assert abs(view.cost).max() <= 2
    assert abs(view.rows).max() <= 2
    assert view.high.max() <= 2
    outcome = solve_integer(view, Limits())
    assert outcome.values is not None
    natural = outcome.values * arrays.scaling.columns
    assert arrays.value(combine([(parts, 1.0)]), natural) == pytest.approx(40)
    assert arrays.value(combine([(portfolio, 1.0)]), natural) == pytest.approx(1.2e9 - 2_000)
    assert outcome.objective / arrays.scaling.cost == pytest.approx(1.2e9 - 4_000)
