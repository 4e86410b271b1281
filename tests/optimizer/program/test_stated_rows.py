"""Rows that differ in their sides alone become one: HiGHS goes astray where two leave a hair's breadth."""

from __future__ import annotations

import pulp
import pytest

from optimizer.lp.expressions import Row, combine
from optimizer.lp.solver import scaled, state


def test_parallel_rows_become_one_range() -> None:
    x, y = pulp.LpVariable("x", 0, 8), pulp.LpVariable("y", 0, 8)
    whole, limit = combine([(x, 1.0), (y, 2.0)]), combine([(5.0, 1.0)])
    rows = [
        ("first", Row("a", whole, "<=", limit)),
        ("second", Row("b", combine([(x, 1.0)]), ">=", combine([(y, 1.0)]))),
        ("third", Row("c", whole, ">=", combine([(5.0, 1.0), (-1e-6, 1.0)]))),
    ]
    stated = state(rows, combine([(x, 1.0)]))
    assert stated.labels == (("first", "a"), ("second", "b"))
    matrix = stated.matrix
    assert matrix.rows.toarray().tolist() == [[1, 2], [1, -1]]
    assert matrix.row_low == pytest.approx([5 - 1e-6, 0], abs=1e-12)
    assert matrix.row_high[0] == pytest.approx(5, abs=1e-12)
    assert scaled(matrix).rows.shape == (2, 2)


def test_rows_with_other_coefficients_stay_apart() -> None:
    x = pulp.LpVariable("x", 0, 8)
    rows = [("one", Row("", combine([(x, k)]), "<=", combine([(4.0, 1.0)]))) for k in (1.0, 2.0)]
    assert len(state(rows, combine([(x, -1.0)])).matrix.row_low) == 2
