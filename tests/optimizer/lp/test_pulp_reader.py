"""From PuLP to arrays: what is in them, by hand; rows without variables; rows that differ in their sides alone."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.lp.expressions import Row, binary, combine, continuous
from optimizer.lp.pulp_reader import read_formulation


def test_a_formulation_becomes_arrays_with_columns_by_name() -> None:
    """min 3 b - a + 7 with 2 a + 1e-9 b + 4 >= b - c + 1 and a - c == 0.5; d is in nothing but rows that cancel it."""
    a, b = continuous("a", -1, 8), binary("b")
    c, d = continuous("c", -9, 9), continuous("d", 0, 1)
    left = combine([(a, 2.0), (b, 1e-9), (d, 5.0), (4.0, 1.0)])
    rows = [
        ("first", Row("x", left, ">=", combine([(b, 1.0), (c, -1.0), (d, 5.0), (1.0, 1.0)]))),
        ("empty", Row("y", combine([(d, 2.0)]), "<=", combine([(d, 2.0), (1.0, 1.0)]))),
        ("second", Row("z", combine([(a, 1.0), (c, -1.0)]), "==", combine([(0.5, 1.0)]))),
    ]
    arrays = read_formulation(rows, combine([(b, 3.0), (a, -1.0), (7.0, 1.0)]))
    program = arrays.program
    assert arrays.columns == {"a": 0, "b": 1, "c": 2}
    assert arrays.labels == (("first", "x"), ("second", "z"))
    assert program.rows.toarray().tolist() == [[2.0, 1e-9 - 1.0, 1.0], [1.0, 0.0, -1.0]]
    assert (program.row_low.tolist(), program.row_high.tolist()) == ([-3.0, 0.5], [np.inf, 0.5])
    assert (program.low.tolist(), program.high.tolist()) == ([-1.0, 0.0, -9.0], [8.0, 1.0, 9.0])
    assert program.integer.tolist() == [False, True, False]
    assert (program.cost.tolist(), program.offset) == ([-1.0, 3.0, 0.0], 7.0)
    assert arrays.value(left, np.array([1.0, 1.0, 9.0])) == pytest.approx(6.0 + 1e-9)
    assert arrays.columns_of([combine([(c, 1.0)]), combine([(d, 1.0)]), combine([(2.0, 1.0)])]).tolist() == [2, -1, -1]


def test_rows_without_variables_are_judged_at_once() -> None:
    x = continuous("x", 0, 1)
    numbers = {value: combine([(value, 1.0)]) for value in (0.0, 1.0, 2.0)}
    rows = [("kept", Row("", combine([(x, 1.0)]), "<=", numbers[1.0]))]
    rows += [("holds", Row(sense, numbers[1.0], sense, numbers[1.0])) for sense in ("<=", ">=", "==")]
    rows += [
        ("broken", Row("<=", numbers[2.0], "<=", numbers[1.0])),
        ("broken", Row(">=", numbers[0.0], ">=", numbers[1.0])),
    ]
    rows += [("broken", Row("==", numbers[2.0], "==", numbers[0.0]))]
    arrays = read_formulation(rows, combine([(x, -1.0)]))
    assert arrays.contradictions == (("broken", "<="), ("broken", ">="), ("broken", "=="))
    assert arrays.labels == (("kept", ""),)


def test_parallel_rows_become_one_range() -> None:
    x, y = continuous("x", 0, 8), continuous("y", 0, 8)
    whole, limit = combine([(x, 1.0), (y, 2.0)]), combine([(5.0, 1.0)])
    rows = [
        ("first", Row("a", whole, "<=", limit)),
        ("second", Row("b", combine([(x, 1.0)]), ">=", combine([(y, 1.0)]))),
        ("third", Row("c", whole, ">=", combine([(5.0, 1.0), (-1e-6, 1.0)]))),
    ]
    arrays = read_formulation(rows, combine([(x, 1.0)]))
    assert arrays.labels == (("first", "a"), ("second", "b"))
    program = arrays.program
    assert program.rows.toarray().tolist() == [[1, 2], [1, -1]]
    assert program.row_low == pytest.approx([5 - 1e-6, 0], abs=1e-12)
    assert program.row_high[0] == pytest.approx(5, abs=1e-12)
    assert arrays.scaled.rows.shape == (2, 2)


def test_rows_with_other_coefficients_stay_apart() -> None:
    x = continuous("x", 0, 8)
    rows = [("one", Row("", combine([(x, k)]), "<=", combine([(4.0, 1.0)]))) for k in (1.0, 2.0)]
    assert len(read_formulation(rows, combine([(x, -1.0)])).program.row_low) == 2
