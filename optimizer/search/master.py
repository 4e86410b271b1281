"""The master program: the statement over demand totals, fed by menu columns, re-solved warm.

Menus reach the statement through one row per demand total: total - sum of column totals = standing.
A bound from any multipliers is the box bound of the statement plus the best menu of every book at the
prices they imply, so it holds whatever columns are missing and whatever stopped the solver.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array, Codes
from models.offers import Offers

from ..phases import Phases
from ..program.delivery import labelled_rows
from ..program.expressions import combine
from ..program.setting import Setting
from ..program.solver import ScaledProgram, Stated, box_bound, kept_columns, load, quiet_highs, run, scaled, state
from ..program.statement import Given, Statement
from ..program.totals import menu_totals, reach, standing_totals
from .columns import Book, Column
from .nodes import Node, Priced, Relaxed, Unsolved
from .pricing import FREE_BOOK, Find, Finds, Pricer, conforms

THREADS = os.cpu_count() or 1
"""Menu searches at a time."""
KEPT = 4
"""Most menus kept of one search for the best."""
USED = 1e-6
"""Weight of a column that is in use."""
CLIMBED = 1e-4
"""Relative gain over a book's multiplier that makes a climbed menu worth a column."""
ELASTIC = 4.0
"""Most violation of a totals row while a feasible mix of columns is sought, in scaled units."""


class Master:
    """Columns of one search, the live linear program, and what turns one into the other."""

    def __init__(
        self, setting: Setting, offers: Offers, books: Sequence[Book], fewest: int, most: int, given: Given,
        dropped: frozenset[str], phases: Phases | None = None,
    ) -> None:  # fmt: skip
        self.phases = phases or Phases()
        self.setting, self.offers, self.books = setting, offers, list(books)
        self.pricer = Pricer(setting, offers, books, fewest, most)
        self.box = reach(offers, setting.index, setting.sellable)
        self.statement = Statement(setting, self.box, given)
        amount = self.statement.amounts[setting.scenario.objective]
        self.constant = float(amount.constant)
        self.stated: Stated = state(labelled_rows(self.statement, dropped), combine([(amount, -1.0)]))
        self._lay_out()
        self.pool: list[Column] = []
        self._known: dict[tuple[int, tuple[int, ...], frozenset[int]], int] = {}
        """Place in the pool of each find."""
        self.entries: list[Array] = []
        self.useful: set[int] = set()
        """Columns that some solution used."""
        self._start()

    def _lay_out(self) -> None:
        """Scaled statement with the totals rows appended."""
        matrix = self.stated.matrix
        program = scaled(matrix)
        at = kept_columns(self.stated, self.statement.totals)
        self.live = np.flatnonzero(at >= 0)
        """Totals that the statement uses."""
        self.live_columns: Codes = at[self.live]
        self.total_scale = matrix.column_scale[self.live_columns]
        places = np.arange(len(self.live))
        link = sparse.csc_matrix(
            (np.ones(len(self.live)), (places, self.live_columns)), shape=(len(self.live), len(program.cost))
        )
        standing = standing_totals(self.offers, self.setting.index)[self.live] / self.total_scale
        self.program = ScaledProgram(
            program.cost,
            program.low,
            program.high,
            program.integer,
            sparse.vstack([program.rows, link]).tocsc(),
            np.concatenate([program.row_low, standing]),
            np.concatenate([program.row_high, standing]),
        )
        self.first_total_row = len(program.row_low)
        self.first_book_row = len(self.program.row_low)

    # -- scale -----------------------------------------------------------------------------------

    def money(self, cost: float) -> float:
        """Objective in natural money of a scaled cost."""
        return self.constant - cost / self.stated.matrix.cost_scale

    def cost(self, money: float) -> float:
        """Scaled cost of an objective in natural money."""
        return (self.constant - money) * self.stated.matrix.cost_scale

    # -- the live linear program -----------------------------------------------------------------

    def _start(self) -> None:
        self.highs = quiet_highs()
        program, size = self.program, len(self.live)
        books = len(self.books)
        eye = sparse.vstack([sparse.csc_matrix((self.first_total_row, size)), sparse.identity(size, format="csc")])
        rows = sparse.hstack([program.rows, eye, -eye]).tocsc()
        rows = sparse.vstack([rows, sparse.csc_matrix((books, rows.shape[1]))]).tocsc()
        elastic = np.zeros(2 * size)
        whole = ScaledProgram(
            np.concatenate([program.cost, elastic]),
            np.concatenate([program.low, elastic]),
            np.concatenate([program.high, elastic]),
            np.concatenate([program.integer, elastic > 0]),
            rows,
            np.concatenate([program.row_low, np.ones(books)]),
            np.concatenate([program.row_high, np.ones(books)]),
        )
        load(self.highs, whole, with_integers=False)
        self.first_column = rows.shape[1]
        self.seeking = False
        """Whether the program minimizes violation instead of cost."""

    def column(self, place: int, find: Find) -> Column:
        """The column of a menu found for the book at `place`."""
        book = self.books[place]
        first = int(self.offers.options.start[book.code])
        menu = tuple(first + option for option in find.menu)
        covered = np.zeros(len(self.setting.catalog.products), dtype=bool)
        covered[list(book.required | find.optional)] = True
        totals = menu_totals(self.offers, self.setting.index, book.code, list(menu), covered, self.pricer.change)
        return Column(place, menu, find.optional, totals)

    def add(self, finds: Sequence[tuple[int, Find]]) -> int:
        """Add the columns of finds that are new; how many there were."""
        fresh = 0
        for place, find in finds:
            key = (place, find.menu, find.optional)
            if key in self._known:
                continue
            fresh += 1
            column = self.column(place, find)
            self._known[key] = len(self.pool)
            self.pool.append(column)
            self.entries.append(column.totals[self.live] / self.total_scale)
            entries = self.entries[-1]
            at = np.flatnonzero(entries)
            rows = np.concatenate([self.first_total_row + at, [self.first_book_row + column.book]]).astype(np.int32)
            values = np.concatenate([-entries[at], [1.0]])
            self.highs.addCol(0.0, 0.0, highspy.kHighsInf, len(rows), rows, values)
        return fresh

    def has_new(self, finds: Sequence[tuple[int, Find]]) -> bool:
        """Whether any find is not a column yet."""
        return any((place, find.menu, find.optional) not in self._known for place, find in finds)

    def positions(self, finds: Sequence[tuple[int, Find]]) -> tuple[int, ...]:
        """Places in the pool of finds that are columns already."""
        return tuple(self._known[place, find.menu, find.optional] for place, find in finds)

    def enter(self, node: Node) -> bool:
        """Make the node's restrictions those of the linear program; False if a book has no menu left."""
        if not self._stock(node):
            return False
        low, high = self.node_box(node)
        count = len(low)
        self.highs.changeColsBounds(count, np.arange(count, dtype=np.int32), low, high)
        if self.pool:
            top = np.where(self.admitted(node), highspy.kHighsInf, 0.0)
            at = np.arange(self.first_column, self.first_column + len(self.pool), dtype=np.int32)
            self.highs.changeColsBounds(len(at), at, np.zeros(len(at)), top)
        return True

    def _stock(self, node: Node) -> bool:
        """See to it that every book has a column that obeys the node; False where none exists."""
        stocked = {self.pool[i].book for i in np.flatnonzero(self.admitted(node))}
        bare = [place for place in range(len(self.books)) if place not in stocked]
        if not bare:
            return True
        prices = np.zeros(self.setting.index.size)
        worth, charges = self.pricer.worth(prices), self.pricer.charges(prices)
        for place in bare:
            restriction = node.books.get(place, FREE_BOOK)
            # The first that comes will do: seeking "all" with room for one ends at the second.
            found = self.pricer.search(place, worth, charges, prices, restriction, -np.inf, 1, every=True)
            if not found.menus:
                return False
            self.add([(place, found.menus[0])])
        return True

    def node_box(self, node: Node) -> tuple[Array, Array]:
        """Bounds of the statement's columns in a node."""
        low, high = self.program.low.copy(), self.program.high.copy()
        for column, value in node.switches.items():
            low[column] = high[column] = float(value)
        return low, high

    def admitted(self, node: Node) -> NDArray[np.bool_]:
        """Whether each column of the pool obeys the node's restrictions."""
        keep = np.ones(len(self.pool), dtype=bool)
        if node.books:
            for i, column in enumerate(self.pool):
                restriction = node.books.get(column.book, FREE_BOOK)
                keep[i] = conforms(self.books[column.book], restriction, self.local(column), column.optional)
        return keep

    def local(self, column: Column) -> tuple[int, ...]:
        """A column's options by place within its book."""
        first = int(self.offers.options.start[self.books[column.book].code])
        return tuple(option - first for option in column.menu)

    def seek_feasibility(self, seeking: bool) -> None:
        """Minimize the violation of the totals rows instead of the cost, or go back to the cost."""
        if seeking == self.seeking:
            return
        self.seeking = seeking
        size = len(self.live)
        count = len(self.program.cost)
        cost = np.concatenate([self.program.cost * (not seeking), np.full(2 * size, float(seeking))])
        at = np.arange(count + 2 * size, dtype=np.int32)
        self.highs.changeColsCost(len(at), at, cost)
        slack = at[count:]
        top = np.full(2 * size, ELASTIC * seeking)
        self.highs.changeColsBounds(len(slack), slack, np.zeros(2 * size), top)

    def relax(self) -> Relaxed:
        """Solve the linear program over the columns at hand; raises `Unsolved` where the solver fails twice."""
        with self.phases("lp"):
            outcome = run(self.highs)
            if outcome.values is None and not outcome.infeasible:
                self.highs.clearSolver()
                outcome = run(self.highs)
        if outcome.infeasible:
            return Relaxed(infeasible=True)
        if outcome.values is None:
            raise Unsolved
        duals = np.array(self.highs.getSolution().row_dual)
        count = len(self.program.cost)
        weights = outcome.values[self.first_column :]
        self.useful.update(np.flatnonzero(weights > USED).tolist())
        return Relaxed(False, outcome.objective, outcome.values[:count], weights, duals)

    def probe(self, column: int, value: int) -> float:
        """Cost of the linear program over the columns at hand if a switch had a value; inf if infeasible."""
        index = np.array([column], dtype=np.int32)
        low, high = (np.array([float(part)]) for part in self.highs.getCol(column)[2:4])
        self.highs.changeColsBounds(1, index, np.array([float(value)]), np.array([float(value)]))
        with self.phases("branching"):
            outcome = run(self.highs)
        self.highs.changeColsBounds(1, index, low, high)
        return outcome.objective if outcome.solved else np.inf

    # -- pricing ---------------------------------------------------------------------------------

    def prices(self, duals: Array) -> Array:
        """Scaled cost saved per natural unit of each total."""
        prices = np.zeros(self.setting.index.size)
        prices[self.live] = -duals[self.first_total_row : self.first_book_row] / self.total_scale
        return prices

    def price(self, node: Node, duals: Array, patience: int, check: Callable[[], None]) -> Priced:
        """Best menu of every book at multipliers, and the bound that follows.

        A book without a menu that beats its multiplier is worth that. `patience` is the most nodes of one
        menu search; `check` is called before each and may raise.
        """
        floors = -duals[self.first_book_row :]
        prices = self.prices(duals)
        worth, charges = self.pricer.worth(prices), self.pricer.charges(prices)

        def best(place: int) -> Finds:
            check()
            restriction = node.books.get(place, FREE_BOOK)
            return self.pricer.search(
                place, worth, charges, prices, restriction, float(floors[place]), KEPT, every=False, patience=patience
            )

        # The menu search lets go of the interpreter, so books are searched side by side.
        with self.phases("pricing"), ThreadPoolExecutor(max_workers=THREADS) as pool:
            found = list(pool.map(best, range(len(self.books))))
        worths = np.array([finds.ceiling for finds in found])
        finds = [(place, find) for place, part in enumerate(found) for find in part.menus]
        complete = all(part.complete for part in found)
        return Priced(self._bound(node, duals, worths), worths, duals, tuple(finds), complete)

    def climb(self, node: Node, relaxed: Relaxed) -> list[tuple[int, Find]]:
        """Menus that beat their book's multiplier, found by climbing from the columns in use: quick, no bound."""
        prices = self.prices(relaxed.duals)
        worth, charges = self.pricer.worth(prices), self.pricer.charges(prices)
        in_use: dict[int, list[tuple[int, ...]]] = {}
        for i in np.flatnonzero(relaxed.columns > USED):
            in_use.setdefault(self.pool[i].book, []).append(self.local(self.pool[i]))
        reached = -relaxed.duals[self.first_book_row :]
        finds: list[tuple[int, Find]] = []
        with self.phases("climbing"):
            for place in range(len(self.books)):
                restriction = node.books.get(place, FREE_BOOK)
                starts = [(), *in_use.get(place, [])]
                found = self.pricer.climb(place, worth, charges, prices, restriction, starts)
                least = reached[place] + CLIMBED * max(1e-6, abs(reached[place]))
                finds += [(place, find) for find in found if find.worth > least]
        return finds

    def _bound(self, node: Node, duals: Array, worths: Array) -> float:
        low, high = self.node_box(node)
        program, seeking = self.program, self.seeking
        multipliers = duals[: self.first_book_row]
        cost = np.zeros_like(program.cost) if seeking else program.cost
        base = box_bound(cost, low, high, program.rows, program.row_low, program.row_high, multipliers)
        if seeking:
            totals = multipliers[self.first_total_row :]
            base += ELASTIC * float(np.minimum(1 - totals, 0).sum() + np.minimum(1 + totals, 0).sum())
        return base - float(worths.sum())

    def every_within(
        self, node: Node, priced: Priced, budget: float, room: int, patience: int
    ) -> list[tuple[int, Find]] | None:
        """Every column whose use raises the bound by at most `budget`; None where they are too many."""
        prices = self.prices(priced.duals)
        worth, charges = self.pricer.worth(prices), self.pricer.charges(prices)
        finds: list[tuple[int, Find]] = []
        for place in range(len(self.books)):
            floor = float(priced.worths[place]) - budget
            floor -= 1e-9 * max(1.0, abs(floor))
            left = room - len(finds)
            restriction = node.books.get(place, FREE_BOOK)
            found = self.pricer.search(
                place, worth, charges, prices, restriction, floor, left + 1, every=True, patience=patience
            )
            finds += [(place, find) for find in found.menus]
            if not found.complete or len(finds) > room:
                return None
        return finds
