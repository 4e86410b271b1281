"""Branching on the last tier but one, by trying every pair of options of the last two tiers; compiled with numba."""

from __future__ import annotations

import numpy as np

from models.catalog import Array

from .compiled import compiled
from .menu_bounds import GRID, BoundTables
from .menu_path import SearchPath, insert, may_add
from .pricing_objective import BARRED, FREE, BookInstance


@compiled
def _add_means(
    total: float, mass: float, gains: Array, weights: Array, c: int, first: int, count: int, sums: Array
) -> None:
    """Add a cohort's profit once each of some options has joined. Written so that it compiles to vectors."""
    for k in range(count):
        sums[k] += (total + gains[c, first + k]) / (mass + weights[c, first + k])


@compiled
def _joined_values(
    t: BookInstance, p: BoundTables, total: Array, mass: Array, first: int, values: Array, sums: Array
) -> None:
    """Fill `values` with the objective, before option costs, once each of the options from `first` on has joined.

    `values` and `sums` hold one number an option; the option past the last stands for none.
    """
    last = len(values) - 1
    for k in range(len(values)):
        values[k] = 0.0
    for g in range(len(t.coverage_cost)):
        if t.mode[g] == BARRED:
            continue
        for k in range(len(values)):
            sums[k] = -t.coverage_cost[g]
        for c in range(len(total)):
            if t.group[c] == g:
                _add_means(total[c], mass[c], p.cohort_gains, p.cohort_weights, c, first, last, sums)
                sums[last] += total[c] / mass[c]
        for k in range(len(values)):
            values[k] += max(sums[k], 0.0) if t.mode[g] == FREE else sums[k]


@compiled
def expand_last_but_one(t: BookInstance, p: BoundTables, s: SearchPath, level: int, cutoff: float) -> int:
    """Fill the children with the options (or none) that some option of the last tier (or none) takes over `cutoff`.

    Trying every pair costs less than bounding them. How many children there are.
    """
    cohorts, count = t.utility.shape[0], 0
    first, end = t.tier_start[level + 1], t.tier_start[level + 2]
    total, mass, slack = np.zeros(cohorts), np.zeros(cohorts), abs(s.cost[level])
    values, sums = np.zeros(end - first + 1), np.zeros(end - first + 1)
    for c in range(cohorts):
        slack += p.points[c, GRID - 1] - p.points[c, 0]
    for o in range(t.tier_start[level] - 1, t.tier_start[level + 1]):
        pick = -1 if o < t.tier_start[level] else o
        if not may_add(t, s, level, pick):
            continue
        for c in range(cohorts):
            total[c] = s.total[level, c] + (0.0 if pick < 0 else p.gains[pick, c])
            mass[c] = s.mass[level, c] + (0.0 if pick < 0 else p.weights[pick, c])
        _joined_values(t, p, total, mass, first, values, sums)
        best = -np.inf if t.must[level + 1] else values[end - first]
        for last in range(first, end):
            if s.open[level, last]:
                best = max(best, values[last - first] - t.option_cost[last])
        best += 1e-12 * slack - s.cost[level] - (0.0 if pick < 0 else t.option_cost[pick])
        if best > cutoff:
            insert(s, level, count, pick, best)
            count += 1
    return count


@compiled
def in_range(p: BoundTables) -> bool:
    """Whether the utilities of every cohort are in the range of exp()."""
    for c in range(len(p.extreme)):  # noqa: SIM110 - numba compiles no generator expressions
        if p.extreme[c]:
            return False
    return True
