"""Programs made of others."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from optimizer.lp.arrays import MixedIntegerProgram, without_tiny_coefficients


def test_coefficients_too_small_for_the_solver_leave_room_in_their_rows() -> None:
    rows = sparse.csc_matrix(np.array([[1.0, 4e-9], [4e-9, 1.0]]))
    program = MixedIntegerProgram(
        np.ones(2),
        np.zeros(2),
        np.array([1.0, np.inf]),
        np.zeros(2, dtype=bool),
        rows,
        np.ones(2),
        np.array([1.0, 3.0]),
    )
    kept = without_tiny_coefficients(program)
    assert kept.rows.toarray().tolist() == [[1.0, 4e-9], [0.0, 1.0]], "what has no limit has no room either"
    assert kept.row_low.tolist() == [1.0, 1.0 - 4e-9]
    assert kept.row_high.tolist() == [1.0, 3.0 + 4e-9]
