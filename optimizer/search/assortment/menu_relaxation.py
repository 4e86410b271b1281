"""The linear relaxation of the pricing problem of one book: Mendez-Diaz et al. 2014 for logit, with McCormick rows;
Bertsimas & Misic 2019 for first choice.

A binary variable an option, relaxed; rows for the rules on one menu; and for every cohort what it buys (`logit_rows`,
`first_choice_rows`). Far tighter than the bounds of the compiled search and far slower. The bound follows from the
dual values alone, so that no tolerance of the solver touches it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from models.catalog import Array, Codes

from ...lp.arrays import MixedIntegerProgram
from ...lp.dual_bounds import box_bound
from ...lp.solver import Limits, Solver, SolverBasis
from .first_choice_rows import add_first_choice
from .logit_rows import add_logit
from .lp_builder import Basis, LpBuilder, basis_of
from .menu_domain import MenuDomain, tiers_of
from .pricing_objective import COVERED, BookInstance

OPTION, COVERAGE, GAIN = range(3)
"""Kinds of columns; those of cohorts have higher numbers."""
ONE_OF_TIER, SIZE, CLASH, GROUP = range(4)
"""Kinds of rows; those of cohorts have higher numbers."""


@dataclass(frozen=True)
class RelaxationResult:
    """LP solution of the relaxation of a node."""

    bound: float
    """Upper bound of the pricing objective of any menu of the node; -inf where it holds none."""
    shares: Array
    """LP value of each option, shape (options,)."""
    coverage: Array
    """LP value of covering each product group, shape (groups,)."""
    reduced_cost: Array
    """What having an option lowers the bound by at least (positive), or leaving it out (negative), shape (options,)."""
    basis: Basis | None
    """The optimal basis; None where the solver found none."""


RAY_TOLERANCE = 1e-6
"""Least violation, of a dual ray whose largest entry is 1, that proves infeasibility."""
NO_MENU = RelaxationResult(-np.inf, np.zeros(0), np.zeros(0), np.zeros(0), None)


def bound_menus(
    t: BookInstance, domain: MenuDomain, seconds: float = np.inf, warm_basis: Basis | None = None
) -> RelaxationResult:
    """Solve the relaxation of a propagated domain in so many seconds, from the basis of a similar one."""
    lp, option_columns, coverage_columns = _build_lp(t, domain)
    program, keys = lp.program(), (lp.column_keys, lp.row_keys)
    scale = float(np.abs(program.cost).max(initial=0.0)) or 1.0
    program = replace(program, cost=program.cost / scale)
    solved = _solve(program, keys, seconds, warm_basis)
    if solved is None:
        return NO_MENU
    values, duals, basis = solved
    parts = program.low, program.high, program.rows, program.row_low, program.row_high
    bound = -scale * box_bound(program.cost, *parts, duals) - lp.offset
    shares, coverage = np.zeros(len(domain.allowed)), (domain.mode == COVERED).astype(float)
    chosen = domain.fixed(t)
    shares[chosen[chosen >= 0]] = 1.0
    at = option_columns >= 0
    shares[at] = values[option_columns[at]]
    coverage[coverage_columns >= 0] = values[coverage_columns[coverage_columns >= 0]]
    reduced = program.cost - program.rows.T @ duals
    reduced_cost = np.zeros(len(domain.allowed))
    reduced_cost[at] = scale * reduced[option_columns[at]]
    return RelaxationResult(bound, shares, coverage, reduced_cost, basis)


def _build_lp(t: BookInstance, domain: MenuDomain) -> tuple[LpBuilder, Codes, Codes]:
    """The LP of a domain, with the column of each option and of each group's coverage (-1 for none)."""
    lp, chosen = LpBuilder(), domain.fixed(t)
    tier_of = tiers_of(t)
    free = np.flatnonzero(domain.allowed & (chosen[tier_of] == -1))
    option_columns = np.full(len(domain.allowed), -1, dtype=np.int64)
    option_columns[free] = lp.columns(OPTION, free, 0.0, 1.0)
    lp.cost(option_columns[free], t.option_cost[free])
    lp.offset = float(t.option_cost[chosen[chosen >= 0]].sum())
    _add_menu_rules(t, domain, lp, option_columns, tier_of, chosen)
    add = add_logit if t.logit else add_first_choice
    columns, cohorts, values = add(t, domain, lp, option_columns)
    coverage = _add_groups(t, domain, lp, columns, cohorts, values)
    return lp, option_columns, coverage


def _add_menu_rules(
    t: BookInstance, domain: MenuDomain, lp: LpBuilder, option_columns: Codes, tier_of: Codes, chosen: Codes
) -> None:
    """At most one option a tier (one where the menu must have it), menu size, and what may not stand together."""
    free = np.flatnonzero(option_columns >= 0)
    tiers = np.unique(tier_of[free])
    rows = lp.rows(ONE_OF_TIER, tiers, domain.must[tiers].astype(float), 1.0)
    lp.entries(rows[np.searchsorted(tiers, tier_of[free])], option_columns[free], 1.0)
    fixed = int((chosen >= 0).sum())
    if t.fewest > fixed or t.most < fixed + len(tiers):
        row = lp.rows(SIZE, np.zeros(1, dtype=np.int64), float(t.fewest - fixed), float(t.most - fixed))
        lp.entries(np.repeat(row, len(free)), option_columns[free], 1.0)
    if t.fits.all():
        return
    for option in free.tolist():
        for tier in tiers[tiers > tier_of[option]].tolist():
            others = domain.options(t, tier)
            others = others[~t.fits[option, others]]
            if len(others):
                row = lp.rows(CLASH, np.array([option * len(chosen) + tier]), -np.inf, 1.0)
                places = np.append(option_columns[others], option_columns[option])
                lp.entries(np.repeat(row, len(places)), places, 1.0)


def _add_groups(
    t: BookInstance, domain: MenuDomain, lp: LpBuilder, columns: Codes, cohorts: Codes, values: Array
) -> Codes:
    """Profits of cohorts, as the cost of their columns, or as the gain of covering a FREE group.

    A FREE group gains G <= its profit + L (1 - covered) and G <= H covered, with -L and H the least and the most
    that its profit, less the cost of coverage, can be.
    """
    group, coverage = t.group[cohorts], np.full(len(domain.mode), -1, dtype=np.int64)
    plain = domain.mode[group] == COVERED
    lp.cost(columns[plain], -values[plain])
    lp.offset += float(t.coverage_cost[domain.mode == COVERED].sum())
    for g in domain.open_groups().tolist():
        own = t.group == g
        profit = np.where(domain.allowed & (t.utility[own] > -np.inf), t.profit[own], 0.0)
        most = float(profit.max(axis=1, initial=0.0).sum()) - t.coverage_cost[g]
        least = float(profit.min(axis=1, initial=0.0).sum()) - t.coverage_cost[g]
        if most <= 0.0:
            continue
        covered = lp.columns(COVERAGE, np.array([g]), 0.0, 1.0)
        gain = lp.columns(GAIN, np.array([g]), 0.0, most)
        coverage[g] = covered[0]
        lp.cost(gain, -1.0)
        room = max(0.0, -least)
        rows = lp.rows(GROUP, np.array([2 * g, 2 * g + 1]), -np.inf, np.array([room - t.coverage_cost[g], 0.0]))
        lp.entries(rows, np.repeat(gain, 2), 1.0)
        lp.entries(rows, np.repeat(covered, 2), np.array([room, -most]))
        mine = group == g
        lp.entries(np.repeat(rows[:1], int(mine.sum())), columns[mine], -values[mine])
    return coverage


def _solve(
    program: MixedIntegerProgram, keys: tuple[Codes, Codes], seconds: float, warm_basis: Basis | None
) -> tuple[Array, Array, Basis | None] | None:
    """Primal values, dual values and basis; None where the LP is proved infeasible.

    Where the solver gives up the dual values are zeros: a poor bound, and a valid one.
    """
    solver = Solver(program, Limits(seconds=seconds if np.isfinite(seconds) else None), few_steps=True)
    if warm_basis is not None:
        solver.basis = SolverBasis.of(warm_basis.for_columns(keys[0]), warm_basis.for_rows(keys[1]))
    outcome = solver.solve(recheck_infeasible=False)
    if outcome.infeasible and _is_proved_infeasible(solver.infeasibility_ray, program):
        return None
    if not outcome.solved or outcome.values is None:
        middle = np.clip(0.5, program.low, program.high)
        return middle, np.zeros(len(program.row_low)), None
    basis = solver.basis
    return outcome.values, solver.duals, basis_of(keys[0], basis.columns, keys[1], basis.rows)


def _is_proved_infeasible(ray: Array | None, program: MixedIntegerProgram) -> bool:
    """Whether the solver's dual ray proves that the LP is infeasible."""
    if ray is None:
        return False
    parts = program.low, program.high, program.rows, program.row_low, program.row_high
    nothing = np.zeros_like(program.cost)
    return max(box_bound(nothing, *parts, sign * ray) for sign in (1.0, -1.0)) > RAY_TOLERANCE
