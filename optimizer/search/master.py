"""The master program: the statement over demand totals, fed by menu columns, re-solved warm.

Menus reach the statement through one row per demand total: total - sum of column totals = standing.
A bound from any multipliers is the box bound of the statement plus the best menu of every book at the
prices they imply, so it holds whatever columns are missing and whatever stopped the solver.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

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
from ..program.totals import reach, standing_totals
from .columns import Book, Column, column_totals
from .nodes import Node, Priced, Relaxed, Unsolved
from .pricing import Find, Pricer
from .restriction import conforms

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
        self.owner: Codes = np.zeros(0, dtype=np.int64)
        """Place of each column's book."""
        self.entries: list[sparse.csr_matrix] = [sparse.csr_matrix((0, len(self.live)))]
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

    def add(self, finds: Sequence[tuple[int, Find]]) -> int:
        """Add the columns of finds that are new; how many there were."""
        fresh: list[tuple[int, Find]] = []
        for place, find in finds:
            key = (place, find.menu, find.optional)
            if key not in self._known:
                self._known[key] = len(self.pool) + len(fresh)
                fresh.append((place, find))
        if fresh:
            self._append([Column(place, self._options(place, find), find.optional) for place, find in fresh])
        return len(fresh)

    def _options(self, place: int, find: Find) -> tuple[int, ...]:
        first = int(self.offers.options.start[self.books[place].code])
        return tuple(first + option for option in find.menu)

    def _append(self, columns: Sequence[Column]) -> None:
        """Put columns into the pool and into the live program."""
        totals = column_totals(self.offers, self.setting, self.books, columns, self.pricer.change)
        entries = sparse.csr_matrix(totals[:, self.live] @ sparse.diags(1 / self.total_scale))
        self.entries.append(entries)
        owner = np.array([column.book for column in columns], dtype=np.int64)
        self.owner = np.concatenate([self.owner, owner])
        self.pool += columns
        pick = sparse.csr_matrix(
            (np.ones(len(columns)), (np.arange(len(columns)), owner)), shape=(len(columns), len(self.books))
        )
        before = sparse.csr_matrix((len(columns), self.first_total_row))
        rows = sparse.hstack([before, -entries, pick]).tocsr()
        self.highs.addCols(
            len(columns), np.zeros(len(columns)), np.zeros(len(columns)), np.full(len(columns), highspy.kHighsInf),
            rows.nnz, rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32), rows.data,
        )  # fmt: skip

    def entries_of(self, columns: Sequence[int]) -> sparse.csr_matrix:
        """What columns add to the live totals (scaled), a row a column."""
        if len(self.entries) > 1:
            self.entries = [sparse.vstack(self.entries).tocsr()]
        return self.entries[0][np.asarray(columns, dtype=np.int64)]

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
        stocked = np.zeros(len(self.books), dtype=bool)
        stocked[self.owner[self.admitted(node)]] = True
        opened = self.pricer.open(node.books)
        for place in np.flatnonzero(~stocked).tolist():
            found = self.pricer.any(opened, place)
            if found is None:
                return False
            self.add([(place, found)])
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
        for i in np.flatnonzero(np.isin(self.owner, list(node.books))).tolist():
            column = self.pool[i]
            keep[i] = conforms(self.books[column.book], node.books[column.book], self.local(column), column.optional)
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
        solution = self.highs.getSolution()
        duals, reduced = np.array(solution.row_dual), np.array(solution.col_dual)[self.first_column :]
        count = len(self.program.cost)
        weights = outcome.values[self.first_column :]
        self.useful.update(np.flatnonzero(weights > USED).tolist())
        return Relaxed(False, outcome.objective, outcome.values[:count], weights, reduced, duals)

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
        with self.phases("pricing"):
            prices, opened = self.pricer.prices(self.prices(duals)), self.pricer.open(node.books)
            found = self.pricer.best(prices, opened, floors, KEPT, patience, check)
        return Priced(self._bound(node, duals, found.ceilings), found.ceilings, duals, found.menus, found.complete)

    def climb(self, node: Node, relaxed: Relaxed) -> list[tuple[int, Find]]:
        """Menus that beat their book's multiplier, found by climbing from the columns in use: quick, no bound."""
        with self.phases("climbing"):
            prices, opened = self.pricer.prices(self.prices(relaxed.duals)), self.pricer.open(node.books)
            in_use = [self.pool[i] for i in np.flatnonzero(relaxed.columns > USED)]
            starts: list[tuple[int, tuple[int, ...]]] = [(place, ()) for place in range(len(self.books))]
            starts += [(column.book, self.local(column)) for column in in_use]
            reached = -relaxed.duals[self.first_book_row :]
            least = reached + CLIMBED * np.maximum(1e-6, np.abs(reached))
            return self.pricer.climb(prices, opened, starts, least)

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
        with self.phases("pricing"):
            prices, opened = self.pricer.prices(self.prices(priced.duals)), self.pricer.open(node.books)
            floors = priced.worths - budget
            floors -= 1e-9 * np.maximum(1.0, np.abs(floors))
            finds: list[tuple[int, Find]] = []
            for place in range(len(self.books)):
                found = self.pricer.every(prices, opened, place, float(floors[place]), room - len(finds) + 1, patience)
                if found is None or len(finds) + len(found) > room:
                    return None
                finds += [(place, find) for find in found]
        return finds
