"""Nodes of the search, and what solving and pricing one gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from models.catalog import Array

from .pricing import Find
from .restriction import Restriction


class Unsolved(Exception):
    """A linear program was neither solved nor proved to have no solution: nothing may be concluded from it."""


@dataclass(frozen=True)
class Node:
    """A part of the search space: switches settled, books restricted."""

    switches: Mapping[int, int] = field(default_factory=dict)
    """Value of settled integer columns of the statement."""
    books: Mapping[int, Restriction] = field(default_factory=dict)
    """Restriction of price books, by place."""
    bound: float = -np.inf
    """Lower bound on the (scaled, minimized) cost."""
    depth: int = 0


@dataclass(frozen=True)
class Relaxed:
    """Solution of the master's linear program."""

    infeasible: bool
    cost: float = np.inf
    statement: Array = field(default_factory=lambda: np.zeros(0))
    """Scaled values of the statement's columns."""
    columns: Array = field(default_factory=lambda: np.zeros(0))
    """Weight of each menu column."""
    duals: Array = field(default_factory=lambda: np.zeros(0))
    """Multipliers of the statement's rows, the totals rows and the books' rows."""


@dataclass(frozen=True)
class Priced:
    """What pricing at some multipliers gave."""

    bound: float
    """Valid lower bound on the cost in the node."""
    worths: Array
    """Upper bound on the worth of any column of each book."""
    duals: Array
    finds: list[tuple[int, Find]]
    complete: bool
    """Whether every menu search came to its end; otherwise worths are bounds that nothing may reach."""


@dataclass(frozen=True)
class Candidate:
    """Columns chosen, one per book (positions in the pool), and the cost the program gives them."""

    columns: tuple[int, ...]
    cost: float


@dataclass(frozen=True)
class Progressed:
    """State of the search in scaled cost."""

    phase: str
    best: float
    bound: float


@dataclass(frozen=True)
class Proof:
    """How the search ended: the best cost accepted, and a valid lower bound on every cost.

    Both are infinite when it is proved that nothing is feasible.
    """

    best: float
    bound: float
