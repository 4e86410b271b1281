"""A mixed integer program as blocks of columns and blocks of rows, to be stated in any modelling library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Matrix: TypeAlias = sparse.csr_array


@dataclass(frozen=True)
class Columns:
    """Variables of one kind."""

    name: str
    low: Array
    high: Array
    integer: bool = False

    def __len__(self) -> int:
        return len(self.low)


@dataclass(frozen=True)
class Rows:
    """Rules of one kind: low <= matrix x <= high, one row each."""

    name: str
    matrix: Matrix
    low: Array
    high: Array


@dataclass
class Program:
    """Maximize objective x over the columns, under the rows."""

    columns: Sequence[Columns]
    rows: list[Rows] = field(default_factory=list)
    objective: Matrix | None = None
    unit: float = 1.0
    """Money that 1 in the objective stands for."""

    @property
    def width(self) -> int:
        """Variables in all."""
        return sum(len(block) for block in self.columns)

    def of(self, name: str) -> Matrix:
        """The variables of one kind as linear terms, shape (variables, width)."""
        start = 0
        for block in self.columns:
            if block.name == name:
                return sparse.eye_array(len(block), self.width, k=start, format="csr")
            start += len(block)
        raise KeyError(name)

    def require(self, name: str, matrix: Matrix, low: ArrayLike = -np.inf, high: ArrayLike = np.inf) -> None:
        """Add rules low <= matrix x <= high; rows without a term are left out."""
        matrix = sparse.csr_array(matrix)
        matrix.eliminate_zeros()
        kept = np.flatnonzero(np.diff(matrix.indptr))
        if len(kept):
            lows, highs = (np.broadcast_to(np.asarray(end, dtype=float), matrix.shape[0])[kept] for end in (low, high))
            self.rows.append(Rows(name, matrix[kept], lows, highs))


def columns(name: str, count: int, low: ArrayLike = 0.0, high: ArrayLike = np.inf, integer: bool = False) -> Columns:
    """A block of columns; limits for all or one by one."""
    lows, highs = (np.broadcast_to(np.asarray(end, dtype=float), count).copy() for end in (low, high))
    return Columns(name, lows, highs, integer)


def switches(name: str, count: int, low: ArrayLike = 0.0, high: ArrayLike = 1.0) -> Columns:
    """A block of binary columns."""
    return columns(name, count, low, high, integer=True)


def sums(group: ArrayLike, count: int, weight: ArrayLike = 1.0) -> Matrix:
    """Matrix that adds up what belongs to each group, shape (count, members)."""
    place = np.asarray(group, dtype=np.int64)
    weights = np.broadcast_to(np.asarray(weight, dtype=float), len(place))
    return sparse.csr_array((weights, (place, np.arange(len(place)))), shape=(count, len(place)))


def times(factor: ArrayLike, matrix: Matrix) -> Matrix:
    """Each row of the matrix times its factor."""
    return sparse.csr_array(sparse.diags_array(np.asarray(factor, dtype=float)) @ matrix)


def total(matrix: Matrix, weight: ArrayLike = 1.0) -> Matrix:
    """The weighted sum of the matrix's rows, as a matrix of one row."""
    return sums(np.zeros(matrix.shape[0]), 1, weight) @ matrix
