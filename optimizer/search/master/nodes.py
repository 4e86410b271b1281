"""Nodes of the search, and what solving and pricing one gives."""

from __future__ import annotations

import itertools
from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array

from ..assortment.pricing import PricedColumn
from ..assortment.restriction import Restriction

V = TypeVar("V")


class Unsolved(Exception):
    """A linear program was neither solved nor proved to have no solution: nothing may be concluded from it."""


class PersistentMap(Mapping[int, V]):
    """A mapping with one entry set, which shares the others with the mapping it was made from.

    Nodes that wait differ from the node they were part of in one entry: a copy of all of them would fill the memory.
    """

    __slots__ = ("_entry", "_rest")

    def __init__(self, rest: Mapping[int, V], key: int, value: V) -> None:
        self._rest, self._entry = rest, (key, value)

    def _whole(self) -> dict[int, V]:
        entries: list[tuple[int, V]] = []
        rest: Mapping[int, V] = self
        while isinstance(rest, PersistentMap):
            entries.append(rest._entry)
            rest = rest._rest
        return dict(itertools.chain(rest.items(), reversed(entries)))

    def __getitem__(self, key: int) -> V:
        return self._whole()[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self._whole())

    def __len__(self) -> int:
        return len(self._whole())

    def items(self) -> ItemsView[int, V]:
        """The entries, gathered once."""
        return self._whole().items()


@dataclass(frozen=True, slots=True)
class Node:
    """A part of the search space: switches settled, books restricted."""

    switches: Mapping[int, int] = field(default_factory=dict)
    """Value of settled integer columns of the statement."""
    books: Mapping[int, Restriction] = field(default_factory=dict)
    """Restriction of price books, by place."""
    bound: float = -np.inf
    """Lower bound on the (scaled, minimized) cost."""

    @property
    def settled(self) -> frozenset[tuple[int, int]]:
        """The settled columns, each with its value, in no order."""
        return frozenset(self.switches.items())


@dataclass(frozen=True)
class LpSolution:
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
class PricingResult:
    """What pricing at some multipliers gave."""

    bound: float
    """Valid lower bound on the cost in the node."""
    worths: Array
    """Upper bound on the worth of any column of each book."""
    duals: Array
    finds: list[tuple[int, PricedColumn]]
    done: NDArray[np.bool_]
    """Whether the menu search of each book came to its end; otherwise its worth is a bound that nothing may reach."""

    @property
    def complete(self) -> bool:
        """Whether every menu search came to its end."""
        return bool(self.done.all())


@dataclass(frozen=True)
class PlanCandidate:
    """Columns chosen, one per book (positions in the pool), and the cost the program gives them."""

    columns: tuple[int, ...]
    cost: float


@dataclass(frozen=True)
class Evaluation:
    """What a candidate costs (scaled) when it is delivered for real."""

    cost: float
    """Of the best delivery found; inf where there is none."""
    least: float
    """Lower bound on any delivery; inf where there is proved to be none."""


@dataclass(frozen=True)
class Proof:
    """How the search ended: the best cost accepted, and a valid lower bound on every cost.

    Both are infinite when it is proved that nothing is feasible.
    """

    best: float
    bound: float
