"""Scaling of a program: columns by the size of their bounds, rows by their largest coefficient.

Scales are powers of two, so that nothing is rounded. A 50-euro part and a 1.2-billion portfolio then look alike to
the solver's tolerances.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.catalog import Array

from .arrays import MixedIntegerProgram


@dataclass(frozen=True)
class Scaling:
    """Scales between a program in natural units and the same program as the solver sees it."""

    columns: Array
    """Natural value = scale x scaled value; 1 for integer columns."""
    rows: Array
    """Scaled row = scale x natural row."""
    cost: float
    """Scaled cost = scale x natural cost."""

    @classmethod
    def of(cls, program: MixedIntegerProgram) -> Scaling:
        """Scales of a program in natural units."""
        largest = np.maximum(np.abs(program.low), np.abs(program.high))
        columns = np.where(program.integer, 1.0, _power_of_two(largest))
        rows = np.zeros(len(program.row_low))
        if program.rows.nnz:
            rows = abs(program.rows @ sparse.diags(columns)).max(axis=1).toarray().ravel()
        cost = np.abs(program.cost * columns).max(initial=0.0, keepdims=True)
        return cls(columns, 1.0 / _power_of_two(rows), 1.0 / float(_power_of_two(cost)[0]))

    def apply(self, program: MixedIntegerProgram) -> MixedIntegerProgram:
        """The program as the solver sees it."""
        return MixedIntegerProgram(
            cost=program.cost * self.columns * self.cost,
            low=program.low / self.columns,
            high=program.high / self.columns,
            integer=program.integer,
            rows=sparse.csc_matrix(sparse.diags(self.rows) @ program.rows @ sparse.diags(self.columns)),
            row_low=program.row_low * self.rows,
            row_high=program.row_high * self.rows,
            offset=program.offset * self.cost,
        )


def _power_of_two(values: Array) -> Array:
    """The power of two nearest below each value; 1 for zeros."""
    exponent = np.floor(np.log2(np.where(values > 0, values, 1.0)))
    return np.asarray(np.exp2(np.clip(exponent, -200, 200)))
