"""Shadow prices: what a looser rule would bring with the plan's structure as it is.

Menus, coverage, providers engaged, parts policies and discount brackets stay; only the flows of work move.
The multipliers of that linear program bound what any change of limits brings: for a program with the same
rows and columns, the Lagrangian bound at these multipliers (`program.solver.box_bound`) is one no delivery
can exceed. It is linear in the limits near the plan, and true however far they move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from models import Case, Scenario
from models.catalog import Array
from models.conditions import Condition
from models.plan import Plan

from .assemble import Choice, choice_totals
from .conditions import rules_of
from .engine import given_by, offers_of
from .program.delivery import labelled_rows
from .program.expressions import combine
from .program.setting import build_setting
from .program.solver import (
    Limits,
    Stated,
    box_bound,
    load,
    quiet_highs,
    run,
    scaled,
    solve_integer,
    state,
)
from .program.statement import Statement
from .program.totals import Box

SECONDS = 20.0
"""Most seconds for the delivery whose structure is kept: the plan's own, so that it is found at once."""


@dataclass(frozen=True)
class ShadowPrices:
    """Multipliers of a plan's delivery with its structure fixed."""

    conditions: tuple[Condition, ...]
    plan: Plan
    objective: float
    """Best objective with the structure fixed, money a year."""
    _stated: Stated
    _settled: Array
    """Value of each integer column of the delivery program."""
    _duals: Array
    """Money a year per natural unit of each row's side."""

    def gain(self, case: Case, scenario: Scenario) -> float | None:
        """Most that a scenario with other limits brings with the structure as it is, in money a year.

        `case` is the case with that scenario's changes made. None where its program has other rows or columns.
        """
        stated, constant = _state(case, scenario, self.plan, self.conditions)
        if stated.labels != self._stated.labels or stated.columns != self._stated.columns:
            return None
        low, high = _fixed(stated, self._settled)
        matrix = stated.matrix
        bound = box_bound(matrix.cost, low, high, matrix.rows, matrix.row_low, matrix.row_high, self._duals)
        return max(0.0, constant - bound - self.objective)


def shadow_prices(
    case: Case, scenario: Scenario, plan: Plan, conditions: Sequence[Condition] = ()
) -> ShadowPrices | None:
    """Shadow prices at a plan; `case` is the case with the scenario's changes made. None where there are none.

    There are none where no delivery with the plan's menus was found again, or nothing is left to decide.
    """
    stated, constant = _state(case, scenario, plan, tuple(conditions))
    if stated.contradictions or not stated.columns:
        return None
    program = scaled(stated.matrix)
    outcome = solve_integer(program, Limits(seconds=SECONDS, gap=1e-6))
    if outcome.values is None:
        return None
    settled = np.where(program.integer, np.round(outcome.values), np.nan)
    low, high = _fixed(stated, settled)
    scale = stated.matrix.column_scale
    highs = quiet_highs()
    load(highs, replace(program, low=low / scale, high=high / scale), with_integers=False)
    solved = run(highs)
    if not solved.solved:
        return None
    duals = np.array(highs.getSolution().row_dual) * stated.matrix.row_scale / stated.matrix.cost_scale
    objective = constant - solved.objective / stated.matrix.cost_scale
    return ShadowPrices(tuple(conditions), plan, objective, stated, settled, duals)


def _fixed(stated: Stated, settled: Array) -> tuple[Array, Array]:
    """Boxes of the columns in natural units, with the integers settled."""
    known = ~np.isnan(settled)
    return np.where(known, settled, stated.matrix.low), np.where(known, settled, stated.matrix.high)


def _state(case: Case, scenario: Scenario, plan: Plan, conditions: tuple[Condition, ...]) -> tuple[Stated, float]:
    """The delivery program of a plan's menus, and the constant of its objective."""
    setting = build_setting(case, scenario)
    offers = offers_of(setting, plan.menus)
    catalog = setting.catalog
    covered = plan.coverage[plan.coverage["covered"].astype(bool)]
    choice = Choice(
        {book: tuple(offers.options.of(book)) for book in offers.books_with_units},
        {
            book: frozenset(
                catalog.products.index(name)
                for name in covered.loc[covered["price_book"] == catalog.books[book], "product"]
            )
            for book in offers.books_with_units
        },
    )
    given = replace(given_by(setting, offers, choice), conditions=rules_of(conditions))
    statement = Statement(setting, Box.at(choice_totals(offers, setting.index, choice)), given)
    amount = statement.amounts[scenario.objective]
    return state(labelled_rows(statement), combine([(amount, -1.0)])), float(amount.constant)
