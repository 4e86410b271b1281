"""Shadow prices: what a looser rule would bring with the plan's structure as it is.

Menus, coverage, providers engaged, parts policies and discount brackets stay; only the flows of work move.
By the envelope theorem, what a small change of limits brings is the change of that linear program's Lagrangian
at its solution x and multipliers y: y (dA x - db), and each reduced cost times the change of the bound it is at.
It says nothing of what larger changes bring, or of other menus.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models import Case, Scenario
from models.book_menu import BookMenu
from models.catalog import Array
from models.conditions import Condition
from models.plan import Plan

from ....lp.expressions import combine
from ....lp.integer_programs import solve_integer
from ....lp.pulp_reader import FormulationArrays, read_formulation
from ....lp.solver import Limits, Solver
from ....program.constraints import RULES, labelled_rows
from ....program.formulation import Formulation
from ....program.instance import build_instance
from ....program.totals import Box
from ....solving.engine import fixings_of, offers_of
from ....solving.imposed_conditions import constraints_of
from ....solving.plan_assembly import plan_totals

BASIC = 1e-9
"""Reduced cost, relative to the largest, up to which a column counts as basic."""
GAIN_ROUNDING = 1e-12
"""Share of the objective up to which a gain is rounding of the two objectives that it is a difference of."""
SECONDS = 20.0
"""Most seconds for the delivery whose structure is kept: the plan's own, so that it is found at once."""


@dataclass(frozen=True)
class ShadowPrices:
    """Multipliers of a plan's delivery with its structure fixed."""

    conditions: tuple[Condition, ...]
    plan: Plan
    objective: float
    """Best objective with the structure fixed, money a year."""
    _stated: FormulationArrays
    _integers: Array
    """Value of each integer column of the delivery program."""
    _solution: Array
    """Value of each column."""
    _duals: Array
    """Money a year per natural unit of each row's side."""

    def gain(self, case: Case, scenario: Scenario) -> float | None:
        """First-order change of the objective under a scenario with other limits, money a year.

        `case` is the case with that scenario's changes made. None where its program has other rows or columns.
        """
        stated = _delivery_program(case, scenario, self.plan, self.conditions)
        if stated.labels != self._stated.labels or stated.columns != self._stated.columns:
            return None
        gained = -self._lagrangian(stated) - self.objective
        return 0.0 if abs(gained) <= GAIN_ROUNDING * max(1.0, abs(self.objective)) else gained

    def _lagrangian(self, stated: FormulationArrays) -> float:
        """Cost at the plan with the rows' violation at its multipliers, and what moved bounds bring."""
        program, y = stated.program, self._duals
        sides = np.where(y > 0, program.row_low, np.where(y < 0, program.row_high, 0.0))
        reduced = self._stated.program.cost - self._stated.program.rows.T @ y
        low, high = _fixed(stated, self._integers)
        ends = np.where(reduced > 0, low, np.where(reduced < 0, high, self._solution))
        # A basic column stays where it is; one at a bound moves with it.
        moved = np.where(np.abs(reduced) > BASIC * np.abs(reduced).max(initial=0.0), ends, self._solution)
        return float(program.offset + program.cost @ moved + y @ (sides - program.rows @ moved))


def shadow_prices(
    case: Case, scenario: Scenario, plan: Plan, conditions: Sequence[Condition] = (), seconds: float | None = None
) -> ShadowPrices | None:
    """Shadow prices at a plan; `case` is the case with the scenario's changes made. None where there are none.

    There are none where no delivery with the plan's menus was found again (in `seconds`), or nothing is left to decide.
    """
    limit = SECONDS if seconds is None else min(SECONDS, seconds)
    stated = _delivery_program(case, scenario, plan, tuple(conditions))
    if stated.contradictions or not stated.columns:
        return None
    program, scaling = stated.scaled, stated.scaling
    outcome = solve_integer(program, Limits(seconds=limit, gap=1e-6))
    if outcome.values is None:
        return None
    integers = np.where(program.integer, np.round(outcome.values), np.nan)
    low, high = _fixed(stated, integers)
    solver = Solver(replace(program, low=low / scaling.columns, high=high / scaling.columns))
    solved = solver.solve()
    if not solved.solved or solved.values is None:
        return None
    duals = solver.duals * scaling.rows / scaling.cost
    objective = -solved.objective / scaling.cost
    return ShadowPrices(tuple(conditions), plan, objective, stated, integers, solved.values * scaling.columns, duals)


def _fixed(stated: FormulationArrays, integers: Array) -> tuple[Array, Array]:
    """Bounds of the columns in natural units, with the integer columns fixed."""
    known = ~np.isnan(integers)
    return np.where(known, integers, stated.program.low), np.where(known, integers, stated.program.high)


def _delivery_program(
    case: Case, scenario: Scenario, plan: Plan, conditions: tuple[Condition, ...]
) -> FormulationArrays:
    """The delivery program of a plan's menus."""
    instance = build_instance(case, scenario)
    offers = offers_of(instance, plan.menus)
    catalog = instance.catalog
    covered = plan.coverage[plan.coverage["covered"].astype(bool)]
    names = catalog.products
    menus = [
        BookMenu(
            book,
            tuple(offers.options.of(book)),
            frozenset(map(names.index, covered.loc[covered["price_book"] == catalog.books[book], "product"])),
        )
        for book in offers.books_with_units
    ]
    fixings = fixings_of(instance, offers, menus)
    formulation = Formulation(instance, Box.at(plan_totals(offers, instance.index, menus)), fixings)
    cost = combine([(formulation.amounts[scenario.objective], -1.0)])
    return read_formulation(labelled_rows(formulation, (*RULES, *constraints_of(conditions))), cost)
