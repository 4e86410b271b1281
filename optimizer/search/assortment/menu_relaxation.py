"""The linear relaxation of one book's menus: a bound that sees how options take customers from each other.

A yes-or-no share for every option, rows for the menu's own rules, and for every cohort what it buys
(`logit_rows`, `first_choice_rows`). Far tighter than the bounds of the compiled search and far slower.
The bound is worked out from the multipliers alone, so no tolerance of the solver touches it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np

from models.catalog import Array, Codes

from ...lp.scaled_program import ScaledProgram, box_bound
from ...lp.solver import load, quiet_highs
from .first_choice_rows import add_first_choice
from .logit_rows import add_logit
from .lp_builder import Basis, LpBuilder, basis_of
from .menu_domain import MenuDomain, Terms, tiers_of
from .pricing_objective import COVERED

OPTION, COVERAGE, GAIN = range(3)
"""Kinds of columns; those of cohorts follow."""
ONE_OF_TIER, SIZE, CLASH, GROUP = range(4)
"""Kinds of rows; those of cohorts follow."""


@dataclass(frozen=True)
class Bounded:
    """What the relaxation of a part says."""

    bound: float
    """Upper bound on the worth of any menu of the part; -inf where there is none."""
    shares: Array
    """Share of each option in the solution."""
    coverage: Array
    """Share of each product group that is covered."""
    forgone: Array
    """Fall of the bound, at least, where an option is on every menu of the part (positive), or on none (negative)."""
    basis: Basis | None


STATUSES = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
DEVEX = 1
"""Edge weights that cost less to set up than they save in the few steps from one part to the next."""
FEASIBLE = 1e-6
"""Violation, for a ray whose largest part is 1, that is one."""
NO_MENU = Bounded(-np.inf, np.zeros(0), np.zeros(0), np.zeros(0), None)


def bound_menus(t: Terms, part: MenuDomain, seconds: float = np.inf, near: Basis | None = None) -> Bounded:
    """Bound the menus of a part (narrowed) in so many seconds; `near` is a basis of one much like it."""
    draft, option_columns, coverage_columns = _drafted(t, part)
    program, keys = draft.program(), (draft.column_keys, draft.row_keys)
    scale = float(np.abs(program.cost).max(initial=0.0)) or 1.0
    program = replace(program, cost=program.cost / scale)
    solved = _solve(program, keys, seconds, near)
    if solved is None:
        return NO_MENU
    values, duals, basis = solved
    parts = program.low, program.high, program.rows, program.row_low, program.row_high
    bound = -scale * box_bound(program.cost, *parts, duals) - draft.offset
    shares, coverage = np.zeros(len(part.allowed)), (part.mode == COVERED).astype(float)
    chosen = part.settled(t)
    shares[chosen[chosen >= 0]] = 1.0
    at = option_columns >= 0
    shares[at] = values[option_columns[at]]
    coverage[coverage_columns >= 0] = values[coverage_columns[coverage_columns >= 0]]
    reduced = program.cost - program.rows.T @ duals
    forgone = np.zeros(len(part.allowed))
    forgone[at] = scale * reduced[option_columns[at]]
    return Bounded(bound, shares, coverage, forgone, basis)


def _drafted(t: Terms, part: MenuDomain) -> tuple[LpBuilder, Codes, Codes]:
    """The program of a part, with the column of each option and of each group's coverage (-1 for none)."""
    draft, chosen = LpBuilder(), part.settled(t)
    tier_of = tiers_of(t)
    free = np.flatnonzero(part.allowed & (chosen[tier_of] == -1))
    option_columns = np.full(len(part.allowed), -1, dtype=np.int64)
    option_columns[free] = draft.columns(OPTION, free, 0.0, 1.0)
    draft.cost(option_columns[free], t.option_charge[free])
    draft.offset = float(t.option_charge[chosen[chosen >= 0]].sum())
    _add_menu_rules(t, part, draft, option_columns, tier_of, chosen)
    add = add_logit if t.logit else add_first_choice
    columns, cohorts, values = add(t, part, draft, option_columns)
    coverage = _add_groups(t, part, draft, columns, cohorts, values)
    return draft, option_columns, coverage


def _add_menu_rules(
    t: Terms, part: MenuDomain, draft: LpBuilder, option_columns: Codes, tier_of: Codes, chosen: Codes
) -> None:
    """At most one option a tier (one where the menu must have it), menu size, and what may not stand together."""
    free = np.flatnonzero(option_columns >= 0)
    tiers = np.unique(tier_of[free])
    rows = draft.rows(ONE_OF_TIER, tiers, part.must[tiers].astype(float), 1.0)
    draft.entries(rows[np.searchsorted(tiers, tier_of[free])], option_columns[free], 1.0)
    settled = int((chosen >= 0).sum())
    if t.fewest > settled or t.most < settled + len(tiers):
        row = draft.rows(SIZE, np.zeros(1, dtype=np.int64), float(t.fewest - settled), float(t.most - settled))
        draft.entries(np.repeat(row, len(free)), option_columns[free], 1.0)
    if t.fits.all():
        return
    for option in free.tolist():
        for tier in tiers[tiers > tier_of[option]].tolist():
            others = part.options(t, tier)
            others = others[~t.fits[option, others]]
            if len(others):
                row = draft.rows(CLASH, np.array([option * len(chosen) + tier]), -np.inf, 1.0)
                places = np.append(option_columns[others], option_columns[option])
                draft.entries(np.repeat(row, len(places)), places, 1.0)


def _add_groups(t: Terms, part: MenuDomain, draft: LpBuilder, columns: Codes, cohorts: Codes, values: Array) -> Codes:
    """What cohorts bring, as the cost of their columns, or as what covering an open group would gain.

    An open group gains G <= its worth + L (1 - covered) and G <= H covered, with -L and H the least and
    the most it can be worth.
    """
    group, coverage = t.group[cohorts], np.full(len(part.mode), -1, dtype=np.int64)
    plain = part.mode[group] == COVERED
    draft.cost(columns[plain], -values[plain])
    draft.offset += float(t.charge[part.mode == COVERED].sum())
    for g in part.open_groups().tolist():
        own = t.group == g
        worth = np.where(part.allowed & (t.utility[own] > -np.inf), t.worth[own], 0.0)
        most = float(worth.max(axis=1, initial=0.0).sum()) - t.charge[g]
        least = float(worth.min(axis=1, initial=0.0).sum()) - t.charge[g]
        if most <= 0.0:
            continue
        covered = draft.columns(COVERAGE, np.array([g]), 0.0, 1.0)
        gain = draft.columns(GAIN, np.array([g]), 0.0, most)
        coverage[g] = covered[0]
        draft.cost(gain, -1.0)
        room = max(0.0, -least)
        rows = draft.rows(GROUP, np.array([2 * g, 2 * g + 1]), -np.inf, np.array([room - t.charge[g], 0.0]))
        draft.entries(rows, np.repeat(gain, 2), 1.0)
        draft.entries(rows, np.repeat(covered, 2), np.array([room, -most]))
        mine = group == g
        draft.entries(np.repeat(rows[:1], int(mine.sum())), columns[mine], -values[mine])
    return coverage


def _solve(
    program: ScaledProgram, keys: tuple[Codes, Codes], seconds: float, near: Basis | None
) -> tuple[Array, Array, Basis | None] | None:
    """Values, multipliers and basis; None where there is proved to be no solution.

    Where the solver gives up the multipliers are zeros: a poor bound, and a valid one.
    """
    highs = quiet_highs()
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
    if np.isfinite(seconds):
        highs.setOptionValue("time_limit", seconds)
    load(highs, program, with_integers=False)
    if near is not None:
        highs.setBasis(_stated(near, keys))
    highs.run()
    status, solution = highs.getModelStatus(), highs.getSolution()
    if status == highspy.HighsModelStatus.kInfeasible and _contradicts(highs, program):
        return None
    if status != highspy.HighsModelStatus.kOptimal:
        middle = np.clip(0.5, program.low, program.high)
        return middle, np.zeros(len(program.row_low)), None
    basis = highs.getBasis()
    statuses = [np.array([int(s) for s in part]) for part in (basis.col_status, basis.row_status)]
    there = basis_of(keys[0], statuses[0], keys[1], statuses[1])
    return np.array(solution.col_value), np.array(solution.row_dual), there


def _contradicts(highs: highspy.Highs, program: ScaledProgram) -> bool:
    """Whether the solver's ray proves that there is no solution."""
    _, there, ray = highs.getDualRay()  # type: ignore[attr-defined]  # untyped in highspy
    parts = program.low, program.high, program.rows, program.row_low, program.row_high
    nothing = np.zeros_like(program.cost)
    return bool(there) and max(box_bound(nothing, *parts, sign * np.array(ray)) for sign in (1.0, -1.0)) > FEASIBLE


def _stated(near: Basis, keys: tuple[Codes, Codes]) -> highspy.HighsBasis:
    """A basis as the solver takes it, which mends what is missing."""
    basis = highspy.HighsBasis()
    basis.col_status = [STATUSES[i] for i in near.for_columns(keys[0]).tolist()]
    basis.row_status = [STATUSES[i] for i in near.for_rows(keys[1]).tolist()]
    basis.valid, basis.alien = True, True
    return basis
