"""Nodes of the branch-and-price tree, and what solving and pricing one gives."""

from __future__ import annotations

import itertools
from collections.abc import ItemsView, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from models.book_menu import BookMenu
from models.catalog import Array

from ..assortment.pricing import PricedColumn
from ..assortment.restriction import Restriction

V = TypeVar("V")


class Unsolved(Exception):
    """A linear program was neither solved nor proved to be infeasible: nothing may be concluded from it."""


class PersistentMap(Mapping[int, V]):
    """A mapping with one entry set, which shares the others with the mapping it was made from.

    Open nodes differ from their parent in one entry: a copy of all of them would fill the memory.
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
    """A node of the branch-and-price tree: binaries of the formulation fixed, menus of price books restricted."""

    fixed: Mapping[int, int] = field(default_factory=dict)
    """Value of each fixed binary, by its column in the formulation."""
    books: Mapping[int, Restriction] = field(default_factory=dict)
    """Restriction of price books, by place."""
    bound: float = -np.inf
    """Lower bound on the (scaled, minimized) cost of every plan in the node."""

    @property
    def key(self) -> frozenset[tuple[int, int]]:
        """The fixed binaries, each with its value, in no order."""
        return frozenset(self.fixed.items())


@dataclass(frozen=True)
class LpSolution:
    """Solution of the restricted master LP."""

    infeasible: bool
    cost: float = np.inf
    """Scaled."""
    values: Array = field(default_factory=lambda: np.zeros(0))
    """Scaled values of the formulation's variables, shape (variables,)."""
    weights: Array = field(default_factory=lambda: np.zeros(0))
    """Weight of each menu column of the pool, shape (columns,); those of a book add up to 1."""
    duals: Array = field(default_factory=lambda: np.zeros(0))
    """Duals of the formulation's rows, the rows of the totals and the convexity rows of the books, shape (rows,)."""

    def over(self, columns: int) -> LpSolution:
        """The solution over a pool that has grown to so many columns: new ones have no weight."""
        return replace(self, weights=np.pad(self.weights, (0, columns - len(self.weights))))


@dataclass(frozen=True)
class PricingResult:
    """What pricing at given duals found: a Lagrangian bound and columns."""

    bound: float
    """Valid lower bound on the scaled cost in the node."""
    objective_bounds: Array
    """Upper bound on the pricing objective of any column of each book, shape (books,)."""
    duals: Array
    """Duals that were priced at, shape (rows,)."""
    columns: list[PricedColumn]
    """Columns found."""
    done: NDArray[np.bool_]
    """Whether the menu search of each book came to its end, shape (books,); else its bound may be out of reach."""

    @property
    def menus(self) -> list[BookMenu]:
        """The menus of the columns found."""
        return [column.menu for column in self.columns]

    @property
    def all_done(self) -> bool:
        """Whether every menu search came to its end."""
        return bool(self.done.all())


@dataclass(frozen=True)
class PlanCandidate:
    """A column of every book (numbers in the pool), and the scaled cost that the restricted master gives them."""

    columns: tuple[int, ...]
    cost: float
    decisions: Mapping[str, int] | None = None
    """Value of each binary of the formulation by name, where these deliver the columns about as well as any would."""


@dataclass(frozen=True)
class Evaluation:
    """Scaled cost of a candidate's delivery, every rule checked exactly."""

    cost: float
    """Of the best delivery found; inf where there is none."""
    bound: float
    """Lower bound on the cost of any delivery; inf where there is proved to be none."""
    exact: bool = True
    """Whether the best delivery was looked for, and not only that of given decisions."""


@dataclass(frozen=True)
class Proof:
    """How a search ended: scaled cost of the incumbent, and a valid lower bound on the cost of every plan.

    Both are infinite when it is proved that nothing is feasible.
    """

    cost: float
    bound: float
