"""First-choice cohorts in the linear relaxation of the pricing problem (after Bertsimas & Misic 2019).

The options a cohort may take stand in falling order of utility; S_k is the chance that its choice is the
k-th or later (or none), so S_k - S_{k+1} is the chance of the k-th. It is at most x_k, and nothing later
is taken than what is on offer: S after k <= 1 - the sum of x of the options of one tier down to k, as one
of them at most is on the menu. Utilities within a tie of each other leave the choice open, in the
relaxation's favour.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.catalog import Codes
from models.economics.choice import TIE

from .logit_rows import CohortColumns
from .lp_builder import LpBuilder
from .menu_domain import MenuDomain, tiers_of
from .pricing_objective import BARRED, BookInstance

LATER = 20
"""Kinds of columns: S, by cohort and option; S of buying nothing."""
LEFT = 21
STEP, OFFERED, PREFERRED = 20, 21, 22
"""Kinds of rows: S does not rise; a choice is on offer; nothing less liked is taken than what is on offer."""


def _held(t: BookInstance, chosen: Codes) -> NDArray[np.float64]:
    """Best utility of the fixed options, by cohort (-inf where none would be taken)."""
    utility = np.where(t.utility[:, chosen] > TIE, t.utility[:, chosen], -np.inf)
    return np.asarray(utility.max(axis=1, initial=-np.inf))


def _ranked(t: BookInstance, domain: MenuDomain, open_: NDArray[np.bool_]) -> tuple[Codes, Codes]:
    """Cells (cohort, option) that may be a choice, by cohort and falling utility."""
    chosen = domain.fixed(t)
    fixed = chosen[chosen >= 0]
    here = open_.copy()
    here[fixed] = True
    held = _held(t, fixed)
    live = here & (t.utility > TIE) & (t.utility >= held[:, None] - 2 * TIE)
    live &= (domain.mode[t.group] != BARRED)[:, None]
    cohort, option = np.nonzero(live)
    order = np.lexsort((-t.utility[cohort, option], cohort))
    return cohort[order], option[order]


def _after(utility: NDArray[np.float64], last: Codes) -> Codes:
    """Of each cell the next one of its cohort (or the cohort's end) that is clearly less liked."""
    after = np.arange(1, len(utility) + 1)
    while True:
        tied = (after < last) & (np.append(utility, 0.0)[after] >= utility - 2 * TIE)
        if not tied.any():
            return after
        after = after + tied


def add_first_choice(t: BookInstance, domain: MenuDomain, lp: LpBuilder, option_columns: Codes) -> CohortColumns:
    """Add the columns and rows of all cohorts that may be covered."""
    cohort, option = _ranked(t, domain, option_columns >= 0)
    cells = cohort * t.utility.shape[1] + option
    cohorts, first, count = np.unique(cohort, return_index=True, return_counts=True)
    place = np.searchsorted(cohorts, cohort)
    last = (first + count)[place]
    chosen = domain.fixed(t)
    nothing_held = ~np.isfinite(_held(t, chosen[chosen >= 0])[cohorts])
    later = lp.columns(LATER, cells, 0.0, 1.0)
    left = lp.columns(LEFT, cohorts, 0.0, nothing_held.astype(float))
    # S of the cell after each, which is that of no option at the cohort's end.
    at = np.arange(len(cells))
    following = np.append(later, 0)
    following = np.where(at + 1 < last, following[np.minimum(at + 1, len(cells))], left[place])
    start = lp.rows(STEP, -1 - cohorts, 1.0, 1.0)
    lp.entries(start, later[first], 1.0)
    free = option_columns[option] >= 0
    step = lp.rows(STEP, cells, 0.0, 1.0)
    lp.entries(step, later, 1.0)
    lp.entries(step, following, -1.0)
    offered = lp.rows(OFFERED, cells[free], -np.inf, 0.0)
    lp.entries(offered, later[free], 1.0)
    lp.entries(offered, following[free], -1.0)
    lp.entries(offered, option_columns[option[free]], -1.0)
    after = _after(t.utility[cohort, option], last)
    ends = np.where(after < last, np.append(later, 0)[np.minimum(after, len(cells))], left[place])
    _add_preferred(t, lp, option_columns, (cells, cohort, option, after, ends))
    profit = t.profit[cohort, option]
    return np.concatenate([later, following]), np.concatenate([cohort, cohort]), np.concatenate([profit, -profit])


def _add_preferred(
    t: BookInstance, lp: LpBuilder, option_columns: Codes, cells: tuple[Codes, Codes, Codes, Codes, Codes]
) -> None:
    """S after k + the sum of x of the options of k's tier that are no later than k <= 1."""
    keys, cohort, option, after, ends = cells
    tiers = tiers_of(t)
    free = np.flatnonzero(option_columns[option] >= 0)
    rows = lp.rows(PREFERRED, keys[free], -np.inf, 1.0)
    lp.entries(rows, ends[free], 1.0)
    group = cohort[free] * len(t.tier_start) + tiers[option[free]]
    order = np.lexsort((after[free], group))
    bounds = np.flatnonzero(np.append(True, np.diff(group[order]) != 0))
    sizes = np.diff(np.append(bounds, len(order)))
    widest = int(sizes.max(initial=0))
    position = np.arange(len(order)) - np.repeat(bounds, sizes)
    for back in range(widest):
        has = position >= back
        here, before = order[has], order[np.flatnonzero(has) - back]
        lp.entries(rows[here], option_columns[option[free[before]]], 1.0)
