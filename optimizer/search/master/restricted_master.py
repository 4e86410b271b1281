"""The restricted master: the formulation over demand totals, fed by menu columns (Barnhart et al. 1998).

Menus reach the formulation through a row for each demand total: total - sum of column totals = standing total, and a
convexity row for each price book: its columns' weights add up to 1. The Lagrangian bound at any duals is the box bound
of the formulation less the best pricing objective of every book, so it holds whatever columns are missing and whatever
stopped the solver.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.book_menu import BookMenu
from models.catalog import Array, Codes
from models.economics.offers import Offers

from ...lp.dual_bounds import box_bound
from ...lp.expressions import combine
from ...lp.pulp_reader import read_formulation
from ...lp.tolerances import FEASIBILITY, INTEGRALITY, ROUNDING
from ...program.constraints import RULES, Constraint, labelled_rows
from ...program.formulation import Fixings, Formulation
from ...program.instance import Instance
from ...program.steadiness import Steadiness
from ...program.totals_bounds import totals_bounds
from ...program.totals_map import standing_totals
from ...program.variables import VariableKey
from ..assortment.columns import PriceBook
from ..assortment.packed_instance import PackedDomain
from ..assortment.pricing import Pricer
from ..assortment.reference_pricing import ReferencePricer
from ..assortment.restriction import conforms
from ..state.limits import Watch
from ..state.objective_scale import ObjectiveScale
from ..state.parameters import SearchParameters
from ..state.timers import Phases
from .column_pool import ColumnPool
from .nodes import LpSolution, Node, PricingResult, Unsolved
from .restricted_master_lp import ELASTIC_SLACK, RestrictedMasterLp

MENU_KINDS = ("tier", "model", "product")
"""What a menu uses that a binary of the formulation may rule out, by the kinds of the binaries."""


class RestrictedMaster:
    """The restricted master of one search: formulation, column pool, linear program and pricing problem."""

    def __init__(
        self, instance: Instance, offers: Offers, books: Sequence[PriceBook], fewest: int, most: int, fixings: Fixings,
        constraints: Sequence[Constraint] = RULES, phases: Phases | None = None,
        parameters: SearchParameters | None = None, steady: Steadiness | None = None,
    ) -> None:  # fmt: skip
        self.phases, self.parameters = phases or Phases(), parameters or SearchParameters()
        self.instance, self.offers, self.books = instance, offers, list(books)
        self.steady = steady
        posed = instance, offers, books, fewest, most, self.parameters
        self.pricer = Pricer(*posed) if steady is None else ReferencePricer(*posed, steady.changes)
        bounds = totals_bounds(offers, instance.index, self.pricer.demand_map, instance.sellable)
        self.formulation = Formulation(instance, self.pricer.after(bounds), fixings)
        self._state_goal(constraints if steady is None else (*constraints, steady))
        self._build_program()
        room = self.parameters.clean_up.pool_size(len(books))
        self.pool = ColumnPool(room, len(self.live), sum(map(len, self.pricer.usage_totals)))
        self.column_of = self.formulation.columns(self.stated)
        """Column of each variable of the formulation by its key."""
        uses = zip(MENU_KINDS, self.pricer.usage_totals, strict=True)
        keys = [VariableKey(kind, (code,)) for kind, codes in uses for code in range(len(codes))]
        self._use_of_binary = {self.column_of[key]: i for i, key in enumerate(keys) if key in self.column_of}
        self.lp = RestrictedMasterLp(self.program, self.first_total_row, len(books), self.parameters)
        self._entered = Node()

    def _state_goal(self, constraints: Sequence[Constraint]) -> None:
        """State the formulation with its goal: the scenario's objective, or menus near a reference."""
        steady, goal = self.steady, self.instance.scenario.objective
        amount = self.formulation.amounts[goal] if steady is None else steady.amount(self.formulation)
        self.stated = read_formulation(labelled_rows(self.formulation, constraints), combine([(amount, -1.0)]))
        step = 0.0 if steady is None else steady.step
        self.scale = ObjectiveScale(float(amount.constant), self.stated.scaling.cost, step)

    def _build_program(self) -> None:
        """The scaled formulation with the rows of the totals appended."""
        program = self.stated.scaled
        at = self.stated.columns_of(self.formulation.totals)
        self.live = np.flatnonzero(at >= 0)
        """Totals that the formulation uses."""
        self.live_columns: Codes = at[self.live]
        self.total_scale = self.stated.scaling.columns[self.live_columns]
        places = np.arange(len(self.live))
        link = sparse.csc_matrix(
            (np.ones(len(self.live)), (places, self.live_columns)), shape=(len(self.live), len(program.cost))
        )
        standing = np.zeros(len(self.formulation.totals))
        standing[: self.instance.index.size] = standing_totals(self.offers, self.instance.index)
        standing = standing[self.live] / self.total_scale
        self.program = replace(
            program,
            offset=0.0,
            rows=sparse.vstack([program.rows, link]).tocsc(),
            row_low=np.concatenate([program.row_low, standing]),
            row_high=np.concatenate([program.row_high, standing]),
        )
        self.first_total_row = len(program.row_low)
        self.first_book_row = len(self.program.row_low)

    @property
    def reference_menus(self) -> tuple[BookMenu, ...]:
        """The menus without any change against the reference, of the price books that may have theirs."""
        return tuple(self.pricer.references.values()) if isinstance(self.pricer, ReferencePricer) else ()

    # -- columns ---------------------------------------------------------------------------------

    def add(self, columns: Sequence[BookMenu]) -> int:
        """Put columns into the linear program; how many were not in it."""
        wanted = list(dict.fromkeys(columns))
        fresh = [column for column in wanted if self.pool.number(column) < 0]
        if fresh:
            self._add_to_pool(fresh)
        return self._insert(np.sort(np.array([self.pool.number(column) for column in wanted], dtype=np.int64)))

    def _add_to_pool(self, columns: Sequence[BookMenu]) -> None:
        """Put columns into the pool."""
        totals = self.pricer.totals(columns)
        owner = np.array([self.pricer.place[column.book] for column in columns], dtype=np.int64)
        uses = [totals[:, places].toarray() > 0 for places in self.pricer.usage_totals]
        entries = sparse.csr_matrix(totals[:, self.live] @ sparse.diags(1 / self.total_scale))
        self.pool.add(columns, owner, entries, np.concatenate(uses, axis=1))

    def clean_up(self) -> bool:
        """Drop the columns of the pool used longest ago where there are too many; whether that changed numbers."""
        if len(self.pool) <= self.pool.most:
            return False
        self.lp.present = self.pool.drop_unused(self.lp.present)[self.lp.present]
        return True

    def _insert(self, columns: Codes) -> int:
        """Put columns of the pool into the linear program; how many were not in it."""
        columns = np.setdiff1d(columns, self.lp.present)
        if len(columns):
            pick = sparse.csr_matrix(
                (np.ones(len(columns)), (np.arange(len(columns)), self.pool.owner[columns])),
                shape=(len(columns), len(self.books)),
            )
            before = sparse.csr_matrix((len(columns), self.first_total_row))
            self.lp.insert(columns, sparse.hstack([before, -self.entries_of(columns), pick]).tocsr())
        return len(columns)

    def entries_of(self, columns: Sequence[int] | Codes) -> sparse.csr_matrix:
        """What columns add to the live totals (scaled), shape (columns, live totals)."""
        return self.pool.entries[np.asarray(columns, dtype=np.int64)]

    def reduced_costs(self, duals: Array) -> Array:
        """Reduced cost (scaled) of every column of the pool at given duals, shape (columns,)."""
        totals = duals[self.first_total_row : self.first_book_row]
        return np.asarray(self.pool.entries @ totals - duals[self.first_book_row :][self.pool.owner])

    def has_new(self, columns: Sequence[BookMenu]) -> bool:
        """Whether any of the columns is not in the linear program yet."""
        return not np.isin(self.numbers(columns), self.lp.present).all()

    def numbers(self, columns: Sequence[BookMenu]) -> tuple[int, ...]:
        """Number in the pool of each column; -1 where it is not in the pool."""
        return tuple(map(self.pool.number, columns))

    def enter(self, node: Node) -> bool:
        """Make the node's restrictions those of the linear program; False if a book has no menu left."""
        if not self._ensure_columns(node):
            return False
        low, high = self.node_bounds(node)
        self.lp.set_bounds(low, high, self.admitted(node))
        self._entered = node
        return True

    def is_in(self, node: Node) -> bool:
        """Whether the node's restrictions are those of the linear program."""
        return self._entered.fixed == node.fixed and self._entered.books == node.books

    def _ensure_columns(self, node: Node) -> bool:
        """See to it that the linear program has a column of every book that obeys the node; False where none exists.

        Without one a book's row cannot hold, and the program would look infeasible where only columns are missing.
        """
        admitted = self.admitted(node)
        here = np.zeros(len(self.pool), dtype=bool)
        here[self.lp.present] = True
        owner, books = self.pool.owner, np.arange(len(self.books))
        stocked, known = (np.isin(books, owner[columns]) for columns in (admitted & here, admitted))
        self._insert(np.flatnonzero(admitted & ~stocked[owner]))
        if not known.all():
            found = self.pricer.any_menus(self._domain(node), np.flatnonzero(~known).tolist())
            if found is None:
                return False
            self.add(found)
        return True

    def node_bounds(self, node: Node) -> tuple[Array, Array]:
        """Lower and upper bounds of the formulation's variables in a node, shape (variables,) each."""
        low, high = self.program.low.copy(), self.program.high.copy()
        for column, value in node.fixed.items():
            low[column] = high[column] = float(value)
        return low, high

    def admitted(self, node: Node) -> NDArray[np.bool_]:
        """Whether each column of the pool obeys the node's restrictions, shape (columns,)."""
        keep: NDArray[np.bool_] = np.logical_not(self.pool.uses[:, self._ruled_out(node)].any(axis=1))
        restrictions = dict(node.books.items())
        for i in np.flatnonzero(np.isin(self.pool.owner, list(restrictions))).tolist():
            place = int(self.pool.owner[i])
            keep[i] = conforms(self.books[place], restrictions[place], self.pool[i])
        return keep

    def _ruled_out(self, node: Node) -> list[int]:
        """Tiers, models and products that the node rules out, by place among the pool's `uses`."""
        return sorted(
            self._use_of_binary[c] for c, value in node.fixed.items() if value == 0 and c in self._use_of_binary
        )

    def _domain(self, node: Node) -> PackedDomain:
        """Domain of the pricing problem in a node: what the node rules out is on no menu."""
        return self.pricer.domain(node.books, self._ruled_out(node))

    def solve_lp(self) -> LpSolution:
        """Solve the restricted master LP; raises `Unsolved` where the solver fails."""
        with self.phases("lp"):
            outcome, present, duals = self.lp.solve()
        if outcome.infeasible:
            return LpSolution(infeasible=True)
        if outcome.values is None:
            raise Unsolved
        weights = np.zeros(len(self.pool))
        weights[self.lp.present] = present
        self.pool.use(np.flatnonzero(weights > INTEGRALITY))
        return LpSolution(False, outcome.objective, outcome.values[: len(self.program.cost)], weights, duals)

    def pool_objectives(self, node: Node, duals: Array) -> Array:
        """Best pricing objective among each book's columns in the pool that the node admits, -inf without one.

        `duals` has shape (points, rows), the result (points, books).
        """
        admitted = np.flatnonzero(self.admitted(node))
        admitted = admitted[np.argsort(self.pool.owner[admitted], kind="stable")]
        books, first = np.unique(self.pool.owner[admitted], return_index=True)
        objectives = np.full((len(duals), len(self.books)), -np.inf)
        each = -(self.entries_of(admitted) @ duals[:, self.first_total_row : self.first_book_row].T)
        objectives[:, books] = np.maximum.reduceat(each, first, axis=0).T
        return objectives

    def add_improving_columns(self, node: Node, solution: LpSolution) -> int:
        """Put columns of negative reduced cost into the linear program, without exact pricing; how many.

        They come from the pool or, where it has none, from a local search.
        """
        reduced = self.reduced_costs(solution.duals)
        self.lp.clean_up(reduced)
        absent = np.ones(len(self.pool), dtype=bool)
        absent[self.lp.present] = False
        better = np.flatnonzero(absent & (reduced < -FEASIBILITY) & self.admitted(node))
        if len(better):
            order = better[np.lexsort((reduced[better], self.pool.owner[better]))]
            rank = np.arange(len(order)) - np.searchsorted(self.pool.owner[order], self.pool.owner[order])
            return self._insert(order[rank < self.parameters.column_generation.columns_per_book])
        return self.add(self.local_search(node, solution))

    def strong_branching_trial(self, column: int, value: int) -> float:
        """Cost of the linear program with a binary fixed at a value, or a bound on it; inf if infeasible."""
        with self.phases("branching"):
            return self.lp.strong_branching_trial(column, value)

    # -- pricing ---------------------------------------------------------------------------------

    def prices(self, duals: Array) -> Array:
        """Scaled cost saved per natural unit of each total at given duals, shape (totals,)."""
        prices = np.zeros(len(self.formulation.totals))
        prices[self.live] = -duals[self.first_total_row : self.first_book_row] / self.total_scale
        return prices

    def convexity_duals(self, duals: Array) -> Array:
        """Pricing objective that a menu of each book must exceed to have negative reduced cost, shape (books,)."""
        return -duals[self.first_book_row :]

    def price(
        self, node: Node, duals: Array, thresholds: Array, node_limit: int, limits: Watch,
        before: PricingResult | None = None,
    ) -> PricingResult:  # fmt: skip
        """Best menu of every book at given duals, and the Lagrangian bound that follows.

        A book without a menu whose pricing objective exceeds its threshold, shape (books,), counts with that: higher
        thresholds make the search shorter and the bound lower. `node_limit` is the most nodes of one compiled menu
        search; `limits` may end it. With what was priced `before`, at the same duals and thresholds, only books that
        it left open are searched.
        """
        if before is None:
            bounds, done = thresholds.copy(), np.zeros(len(thresholds), dtype=bool)
        else:
            bounds, done = before.objective_bounds.copy(), before.done.copy()
        places = np.flatnonzero(~done)
        with self.phases("pricing"):
            prices, domain = self.prices(duals), self._domain(node)
            most = self.parameters.column_generation.columns_per_book
            found = self.pricer.best_menus(prices, domain, places, thresholds, most, node_limit, limits)
        bounds[places] = found.bounds if before is None else np.minimum(bounds[places], found.bounds)
        done[places] = found.complete
        columns = found.columns if before is None else before.columns + found.columns
        return PricingResult(self.lagrangian_bound(node, duals, bounds), bounds, duals, columns, done)

    def local_search(self, node: Node, solution: LpSolution) -> list[BookMenu]:
        """Menus of negative reduced cost found by local search from the columns in use: quick, but no bound."""
        with self.phases("local search"):
            prices, domain = self.prices(solution.duals), self._domain(node)
            in_use = [self.pool[i] for i in np.flatnonzero(solution.weights > INTEGRALITY).tolist()]
            starts = [*(book.menu((), ()) for book in self.books), *in_use]
            reached = self.convexity_duals(solution.duals)
            params = self.parameters.column_generation
            least = reached + params.heuristic_gain * np.maximum(params.heuristic_size, np.abs(reached))
            return [found.menu for found in self.pricer.local_search(prices, domain, starts, least)]

    def lagrangian_bound(self, node: Node, duals: Array, objective_bounds: Array) -> float:
        """Lagrangian bound at given duals where no menu of a book has a pricing objective above its bound."""
        low, high = self.node_bounds(node)
        program, phase_one = self.program, self.lp.in_phase_one
        multipliers = duals[: self.first_book_row]
        cost = np.zeros_like(program.cost) if phase_one else program.cost
        base = box_bound(cost, low, high, program.rows, program.row_low, program.row_high, multipliers)
        if phase_one:
            totals = multipliers[self.first_total_row :]
            base += ELASTIC_SLACK * float(np.minimum(1 - totals, 0).sum() + np.minimum(1 + totals, 0).sum())
        return base - float(objective_bounds.sum())

    def enumerate_columns(
        self, node: Node, priced: PricingResult, budget: float, most: int, node_limit: int, limits: Watch
    ) -> list[BookMenu] | None:
        """Every column of reduced cost at most `budget`; None where there are more than `most` (Baldacci et al. 2008).

        A plan that uses any other column costs more than the bound of `priced` and `budget` together.
        """
        with self.phases("pricing"):
            prices, domain = self.prices(priced.duals), self._domain(node)
            thresholds = priced.objective_bounds - budget
            thresholds -= ROUNDING * np.maximum(1.0, np.abs(thresholds))
            return self.pricer.enumerate_menus(prices, domain, thresholds, most, node_limit, limits)
