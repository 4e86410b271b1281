"""The master program: the statement over demand totals, fed by menu columns, re-solved warm.

Menus reach the statement through one row per demand total: total - sum of column totals = standing.
A bound from any multipliers is the box bound of the statement plus the best menu of every book at the
prices they imply, so it holds whatever columns are missing and whatever stopped the solver.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.catalog import Array, Codes
from models.economics.offers import Offers

from ...lp.expressions import combine
from ...lp.scaled_program import ScaledProgram, box_bound
from ...lp.solver import Stated, kept_columns, scaled, state
from ...program.delivery import labelled_rows
from ...program.formulation import Fixings, Formulation
from ...program.instance import Instance
from ...program.totals import reach, standing_totals
from ..assortment.columns import MenuColumn, PriceBook, column_totals
from ..assortment.packed_instance import Open
from ..assortment.pricing import PricedColumn, Pricer
from ..assortment.restriction import conforms
from ..state.limits import Watch
from ..state.objective_scale import ObjectiveScale
from ..state.timers import Phases
from .column_pool import ColumnPool
from .nodes import LpSolution, Node, PricingResult, Unsolved
from .restricted_master_lp import ELASTIC, RestrictedMasterLp

KEPT = 4
"""Most menus kept of one search for the best."""
TINY = 1e-300
"""Least divisor, so that shares of nothing are nothing."""
SUBJECTS = ("tier", "model", "product")
"""What a menu uses that a switch may rule out, by the names of the switches."""
USED = 1e-6
"""Weight of a column that is in use."""
CLIMBED = 1e-4
"""Relative gain over a book's multiplier that makes a climbed menu worth a column."""
WORTH_IT = 1e-9
"""Reduced cost (scaled) at which a column set aside is worth having again."""


def raised(floors: Array, slack: float) -> Array:
    """Floors higher by `slack` in all, each in proportion to its size."""
    return np.asarray(floors + slack * np.abs(floors) / max(float(np.abs(floors).sum()), TINY))


class RestrictedMaster:
    """Columns of one search, the live linear program, and what turns one into the other."""

    def __init__(
        self, setting: Instance, offers: Offers, books: Sequence[PriceBook], fewest: int, most: int, given: Fixings,
        dropped: frozenset[str], phases: Phases | None = None,
    ) -> None:  # fmt: skip
        self.phases = phases or Phases()
        self.setting, self.offers, self.books = setting, offers, list(books)
        self.pricer = Pricer(setting, offers, books, fewest, most)
        self.box = reach(offers, setting.index, setting.sellable)
        self.statement = Formulation(setting, self.box, given)
        amount = self.statement.amounts[setting.scenario.objective]
        self.stated: Stated = state(labelled_rows(self.statement, dropped), combine([(amount, -1.0)]))
        self.scale = ObjectiveScale(float(amount.constant), self.stated.matrix.cost_scale)
        self._lay_out()
        self.pool = ColumnPool(len(books), len(self.live), sum(map(len, self.pricer.subjects)))
        names = [
            f"{kind}_{code}"
            for kind, codes in zip(SUBJECTS, self.pricer.subjects, strict=True)
            for code in range(len(codes))
        ]
        self._subjects = {self.stated.columns[name]: i for i, name in enumerate(names) if name in self.stated.columns}
        self.linear = RestrictedMasterLp(self.program, self.first_total_row, len(books))
        self._entered = Node()

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

    # -- columns ---------------------------------------------------------------------------------

    def add(self, finds: Sequence[tuple[int, PricedColumn]]) -> int:
        """Put the columns of finds into the linear program; how many were not in it."""
        wanted = list(dict.fromkeys(self.column(place, find) for place, find in finds))
        fresh = [column for column in wanted if self.pool.number(column) < 0]
        if fresh:
            self._make(fresh)
        return self._put(np.sort(np.array([self.pool.number(column) for column in wanted], dtype=np.int64)))

    def column(self, place: int, find: PricedColumn) -> MenuColumn:
        """The column that a find stands for."""
        first = int(self.offers.options.start[self.books[place].code])
        return MenuColumn(place, tuple(first + option for option in find.menu), find.optional)

    def _make(self, columns: Sequence[MenuColumn]) -> None:
        """Put columns into the pool."""
        totals = column_totals(self.offers, self.setting, self.books, columns, self.pricer.change)
        uses = [totals[:, places].toarray() > 0 for places in self.pricer.subjects]
        entries = sparse.csr_matrix(totals[:, self.live] @ sparse.diags(1 / self.total_scale))
        self.pool.add(columns, entries, np.concatenate(uses, axis=1))

    def tidy(self) -> bool:
        """Forget columns of little use where they are too many; whether that changed their numbers."""
        if len(self.pool) <= self.pool.most:
            return False
        self.linear.present = self.pool.forget(self.linear.present)[self.linear.present]
        return True

    def _put(self, columns: Codes) -> int:
        """Put columns of the pool into the linear program; how many were not in it."""
        columns = np.setdiff1d(columns, self.linear.present)
        if len(columns):
            pick = sparse.csr_matrix(
                (np.ones(len(columns)), (np.arange(len(columns)), self.pool.owner[columns])),
                shape=(len(columns), len(self.books)),
            )
            before = sparse.csr_matrix((len(columns), self.first_total_row))
            self.linear.insert(columns, sparse.hstack([before, -self.entries_of(columns), pick]).tocsr())
        return len(columns)

    def entries_of(self, columns: Sequence[int] | Codes) -> sparse.csr_matrix:
        """What columns add to the live totals (scaled), a row a column."""
        return self.pool.entries[np.asarray(columns, dtype=np.int64)]

    def reduced(self, duals: Array) -> Array:
        """Reduced cost of every column of the pool at multipliers."""
        totals = duals[self.first_total_row : self.first_book_row]
        return np.asarray(self.pool.entries @ totals - duals[self.first_book_row :][self.pool.owner])

    def has_new(self, finds: Sequence[tuple[int, PricedColumn]]) -> bool:
        """Whether any find is not in the linear program yet."""
        numbers = [self.pool.number(self.column(place, find)) for place, find in finds]
        return not np.isin(numbers, self.linear.present).all()

    def positions(self, finds: Sequence[tuple[int, PricedColumn]]) -> tuple[int, ...]:
        """Places in the pool of finds that are columns already."""
        return tuple(self.pool.number(self.column(place, find)) for place, find in finds)

    def enter(self, node: Node) -> bool:
        """Make the node's restrictions those of the linear program; False if a book has no menu left."""
        if not self._stock(node):
            return False
        low, high = self.node_box(node)
        self.linear.restrict(low, high, self.admitted(node))
        self._entered = node
        return True

    def is_in(self, node: Node) -> bool:
        """Whether the node's restrictions are those of the linear program."""
        return self._entered.switches == node.switches and self._entered.books == node.books

    def _stock(self, node: Node) -> bool:
        """See to it that the linear program has a column of every book that obeys the node; False where none exists.

        Without one a book's row cannot hold, and the program would look infeasible where only columns are missing.
        """
        admitted = self.admitted(node)
        here = np.zeros(len(self.pool), dtype=bool)
        here[self.linear.present] = True
        owner, books = self.pool.owner, np.arange(len(self.books))
        stocked, known = (np.isin(books, owner[part]) for part in (admitted & here, admitted))
        self._put(np.flatnonzero(admitted & ~stocked[owner]))
        if not known.all():
            found = self.pricer.some(self._open(node), np.flatnonzero(~known).tolist())
            if found is None:
                return False
            self.add(found)
        return True

    def node_box(self, node: Node) -> tuple[Array, Array]:
        """Bounds of the statement's columns in a node."""
        low, high = self.program.low.copy(), self.program.high.copy()
        for column, value in node.switches.items():
            low[column] = high[column] = float(value)
        return low, high

    def admitted(self, node: Node) -> NDArray[np.bool_]:
        """Whether each column of the pool obeys the node's restrictions."""
        keep: NDArray[np.bool_] = np.logical_not(self.pool.uses[:, self._ruled_out(node)].any(axis=1))
        restrictions = dict(node.books.items())
        for i in np.flatnonzero(np.isin(self.pool.owner, list(restrictions))).tolist():
            column = self.pool[i]
            keep[i] = conforms(self.books[column.book], restrictions[column.book], self.local(column), column.optional)
        return keep

    def _ruled_out(self, node: Node) -> list[int]:
        """Tiers, models and products that the node rules out, by place among the pool's `uses`."""
        return sorted(self._subjects[c] for c, value in node.switches.items() if value == 0 and c in self._subjects)

    def _open(self, node: Node) -> Open:
        """What the node leaves open: what it rules out is on no menu."""
        return self.pricer.open(node.books, self._ruled_out(node))

    def local(self, column: MenuColumn) -> tuple[int, ...]:
        """A column's options by place within its book."""
        first = int(self.offers.options.start[self.books[column.book].code])
        return tuple(option - first for option in column.menu)

    def relax(self) -> LpSolution:
        """Solve the linear program over the columns at hand; raises `Unsolved` where the solver fails."""
        with self.phases("lp"):
            outcome, part, duals = self.linear.solve()
        if outcome.infeasible:
            return LpSolution(infeasible=True)
        if outcome.values is None:
            raise Unsolved
        weights = np.zeros(len(self.pool))
        weights[self.linear.present] = part
        self.pool.use(np.flatnonzero(weights > USED))
        return LpSolution(False, outcome.objective, outcome.values[: len(self.program.cost)], weights, duals)

    def known_worths(self, node: Node, duals: Array) -> Array:
        """What the best known menu of each book is worth at some multipliers (a row each), -inf without one."""
        admitted = np.flatnonzero(self.admitted(node))
        admitted = admitted[np.argsort(self.pool.owner[admitted], kind="stable")]
        books, first = np.unique(self.pool.owner[admitted], return_index=True)
        worths = np.full((len(duals), len(self.books)), -np.inf)
        each = -(self.entries_of(admitted) @ duals[:, self.first_total_row : self.first_book_row].T)
        worths[:, books] = np.maximum.reduceat(each, first, axis=0).T
        return worths

    def improve(self, node: Node, relaxed: LpSolution) -> int:
        """Put columns into the linear program that make it better, known ones first; how many."""
        reduced = self.reduced(relaxed.duals)
        self.linear.set_aside(reduced)
        absent = np.ones(len(self.pool), dtype=bool)
        absent[self.linear.present] = False
        better = np.flatnonzero(absent & (reduced < -WORTH_IT) & self.admitted(node))
        if len(better):
            order = better[np.lexsort((reduced[better], self.pool.owner[better]))]
            rank = np.arange(len(order)) - np.searchsorted(self.pool.owner[order], self.pool.owner[order])
            return self._put(order[rank < KEPT])
        return self.add(self.climb(node, relaxed))

    def probe(self, column: int, value: int) -> float:
        """Cost of the linear program if a switch had a value, or a bound on it; inf if infeasible."""
        with self.phases("branching"):
            return self.linear.probe(column, value)

    # -- pricing ---------------------------------------------------------------------------------

    def prices(self, duals: Array) -> Array:
        """Scaled cost saved per natural unit of each total."""
        prices = np.zeros(self.setting.index.size)
        prices[self.live] = -duals[self.first_total_row : self.first_book_row] / self.total_scale
        return prices

    def floors(self, duals: Array) -> Array:
        """What a menu of each book must be worth at multipliers to better the linear program they are from."""
        return -duals[self.first_book_row :]

    def price(
        self, node: Node, duals: Array, floors: Array, patience: int, watch: Watch, before: PricingResult | None = None
    ) -> PricingResult:
        """Best menu of every book at multipliers, and the bound that follows.

        A book without a menu worth more than its floor counts as worth that: higher floors make the search shorter
        and the bound lower. `patience` is the most nodes of one compiled menu search; a limit may end it. With what
        was priced `before`, at the same multipliers and floors, only books that it left open are searched.
        """
        worths, done = (floors.copy(), np.zeros(len(floors), bool)) if before is None else (before.worths, before.done)
        places = np.flatnonzero(~done)
        with self.phases("pricing"):
            prices, opened = self.pricer.prices(self.prices(duals)), self._open(node)
            found = self.pricer.best(prices, opened, places, floors, KEPT, patience, watch)
        worths, done = worths.copy(), done.copy()
        worths[places] = found.ceilings if before is None else np.minimum(worths[places], found.ceilings)
        done[places] = found.complete
        menus = found.menus if before is None else before.finds + found.menus
        return PricingResult(self.bound_at(node, duals, worths), worths, duals, menus, done)

    def climb(self, node: Node, relaxed: LpSolution) -> list[tuple[int, PricedColumn]]:
        """Menus that beat their book's multiplier, found by climbing from the columns in use: quick, no bound."""
        with self.phases("climbing"):
            prices, opened = self.pricer.prices(self.prices(relaxed.duals)), self._open(node)
            in_use = [self.pool[i] for i in np.flatnonzero(relaxed.columns > USED).tolist()]
            starts: list[tuple[int, tuple[int, ...]]] = [(place, ()) for place in range(len(self.books))]
            starts += [(column.book, self.local(column)) for column in in_use]
            reached = -relaxed.duals[self.first_book_row :]
            least = reached + CLIMBED * np.maximum(1e-6, np.abs(reached))
            return self.pricer.climb(prices, opened, starts, least)

    def bound_at(self, node: Node, duals: Array, worths: Array) -> float:
        """Bound at multipliers where no menu of a book is worth more than its `worths`."""
        low, high = self.node_box(node)
        program, seeking = self.program, self.linear.seeking
        multipliers = duals[: self.first_book_row]
        cost = np.zeros_like(program.cost) if seeking else program.cost
        base = box_bound(cost, low, high, program.rows, program.row_low, program.row_high, multipliers)
        if seeking:
            totals = multipliers[self.first_total_row :]
            base += ELASTIC * float(np.minimum(1 - totals, 0).sum() + np.minimum(1 + totals, 0).sum())
        return base - float(worths.sum())

    def every_within(
        self, node: Node, priced: PricingResult, budget: float, room: int, patience: int, watch: Watch
    ) -> list[tuple[int, PricedColumn]] | None:
        """Every column whose use raises the bound by at most `budget`; None where they are too many."""
        with self.phases("pricing"):
            prices, opened = self.pricer.prices(self.prices(priced.duals)), self._open(node)
            floors = priced.worths - budget
            floors -= 1e-9 * np.maximum(1.0, np.abs(floors))
            finds: list[tuple[int, PricedColumn]] = []
            for place in range(len(self.books)):
                left = room - len(finds) + 1
                found = self.pricer.every(prices, opened, place, float(floors[place]), left, patience, watch)
                if found is None or len(finds) + len(found) > room:
                    return None
                finds += [(place, find) for find in found]
        return finds
