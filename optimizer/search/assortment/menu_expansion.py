"""Branching of the menu search: options of the next tier that may still lead to a better menu, with upper bounds;
compiled with numba.
"""

# mypy: no-warn-return-any
from __future__ import annotations

import numpy as np

from models.catalog import Array
from models.economics.choice import TIE

from .compiled import compiled
from .menu_bounds import BoundTables, first_choice_bound, root
from .menu_pairs import expand_last_but_one, in_range
from .menu_path import SearchPath, insert, may_add
from .pricing_objective import BARRED, FREE, BookInstance, sum_groups

ROUNDS = 4
"""Most rounds of closing options at a node."""


@compiled
def _largest_mass(t: BookInstance, p: BoundTables, s: SearchPath, level: int) -> Array:
    """Largest mass that a menu can still have: mass + weights of the heaviest open options, shape (cohorts,)."""
    cohorts = t.utility.shape[0]
    mass, heaviest = np.zeros(cohorts), np.zeros(cohorts)
    for c in range(cohorts):
        mass[c] = s.mass[level, c]
    for i in range(level, len(t.tier_start) - 1):
        for c in range(cohorts):
            heaviest[c] = 0.0
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if s.open[level, o]:
                for c in range(cohorts):
                    heaviest[c] = max(heaviest[c], p.weights[o, c])
        for c in range(cohorts):
            mass[c] += heaviest[c]
    return mass


@compiled
def _group_slopes(
    t: BookInstance, p: BoundTables, s: SearchPath, level: int, roots: Array, mass: Array
) -> tuple[float, Array]:
    """Upper bound by the cohorts alone, summed over product groups, and by how much each group follows a loss.

    A COVERED group loses what its cohorts lose. A FREE one is worth max(0, Z - loss): over losses up to the largest
    possible one, L, that lies under the chord Z - min(1, Z / L) loss.
    """
    groups = len(t.coverage_cost)
    value, worst, slope = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    for g in range(groups):
        value[g], slope[g] = -t.coverage_cost[g], 1.0
    for c in range(len(roots)):
        g = t.group[c]
        value[g] += roots[c]
        if t.mode[g] != FREE or p.extreme[c]:
            continue
        loss = roots[c] * s.mass[level, c] - s.total[level, c]
        for i in range(level, len(t.tier_start) - 1):
            deepest = 0.0
            for o in range(t.tier_start[i], t.tier_start[i + 1]):
                if s.open[level, o]:
                    deepest = min(deepest, p.gains[o, c] - roots[c] * p.weights[o, c])
            loss -= deepest
        worst[g] += loss / mass[c]
    base = 0.0
    for g in range(groups):
        if t.mode[g] == BARRED or (t.mode[g] == FREE and value[g] <= 0.0):
            slope[g] = 0.0
            continue
        base += value[g]
        if t.mode[g] == FREE and worst[g] > value[g]:
            slope[g] = value[g] / worst[g]
    return base, slope


@compiled(fastmath={"reassoc", "contract"})
def _joint(gains: Array, weights: Array, o: int, gain_factor: Array, weight_factor: Array) -> float:
    total = 0.0
    for c in range(len(gain_factor)):
        total += gain_factor[c] * gains[o, c] - weight_factor[c] * weights[o, c]
    return total


@compiled
def _roots(t: BookInstance, p: BoundTables, s: SearchPath, level: int) -> Array:
    """Upper bound of the profit of each cohort, taken alone, shape (cohorts,)."""
    roots = np.zeros(t.utility.shape[0])
    for c in range(len(roots)):
        if p.extreme[c]:
            roots[c] = max(s.held_profit[level, c], p.top_profit[c, level])
        else:
            roots[c] = root(s.total[level, c], s.mass[level, c], p, c, level)
    return roots


@compiled
def _excess(
    t: BookInstance, p: BoundTables, s: SearchPath, level: int, points: Array, excess: Array, slope: Array
) -> None:
    """F(z) = total - mass z + sum over tiers of max(0, max weight (profit - z)) over open options, and -F'(z)."""
    cohorts = len(points)
    gain, weight = np.zeros(cohorts), np.zeros(cohorts)
    for c in range(cohorts):
        excess[c] = s.total[level, c] - s.mass[level, c] * points[c]
        slope[c] = s.mass[level, c]
    for i in range(level, len(t.tier_start) - 1):
        for c in range(cohorts):
            gain[c], weight[c] = 0.0, 0.0
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if s.open[level, o]:
                for c in range(cohorts):
                    value = p.gains[o, c] - points[c] * p.weights[o, c]
                    if value > gain[c]:
                        gain[c] = value
                        weight[c] = p.weights[o, c]
        for c in range(cohorts):
            excess[c] += gain[c]
            slope[c] += weight[c]


@compiled
def _refine(t: BookInstance, p: BoundTables, s: SearchPath, level: int, roots: Array) -> None:
    """Lower the roots of F to what open options can still bring.

    F is convex and falling and its root is sought from above: Newton's step lands on the other side, and
    the chord between the two lies above F, so its root is no lower than the one sought.
    """
    cohorts = len(roots)
    above, below, slope, lower = np.zeros(cohorts), np.zeros(cohorts), np.zeros(cohorts), np.zeros(cohorts)
    _excess(t, p, s, level, roots, above, slope)
    for c in range(cohorts):
        lower[c] = roots[c] + min(above[c], 0.0) / slope[c]
    _excess(t, p, s, level, lower, below, slope)
    for c in range(cohorts):
        if not p.extreme[c] and above[c] < 0.0:
            surplus = max(below[c], 0.0)
            chord = lower[c] + (roots[c] - lower[c]) * surplus / (surplus - above[c])
            steep = lower[c] + surplus / s.mass[level, c]
            roots[c] = min(roots[c], min(chord, steep) + 1e-12 * abs(roots[c]))


@compiled
def _joint_bound(
    t: BookInstance, p: BoundTables, s: SearchPath, level: int, roots: Array, joint: Array, best: Array
) -> float:
    """Upper bound of the node; fills what each open option (`joint`) and, at best, each tier (`best`) adds to it.

    With z_c no lower than any profit f_c still possible, weights E and profits W, f_c(M) - z_c = (total + sum E W -
    z_c (mass + sum E)) / (mass + sum E) is at most 0, so it only rises when the divisor is replaced by the largest
    one. What is left is a sum over tiers in which all cohorts take the same option: far tighter than letting each
    cohort pick its own.
    """
    mass = _largest_mass(t, p, s, level)
    base, slope = _group_slopes(t, p, s, level, roots, mass)
    base -= s.cost[level]
    gain_factor, weight_factor = np.zeros(len(roots)), np.zeros(len(roots))
    for c in range(len(roots)):
        if not p.extreme[c]:
            gain_factor[c] = slope[t.group[c]] / mass[c]
            weight_factor[c] = gain_factor[c] * roots[c]
            base += gain_factor[c] * s.total[level, c] - weight_factor[c] * s.mass[level, c]
    for i in range(level, len(t.tier_start) - 1):
        best[i] = -np.inf if t.must[i] else 0.0
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if s.open[level, o]:
                joint[o] = _joint(p.gains, p.weights, o, gain_factor, weight_factor) - t.option_cost[o]
                best[i] = max(best[i], joint[o])
        base += best[i]
    size = abs(s.cost[level])
    for c in range(len(roots)):
        size += abs(roots[c])
    return base + 1e-12 * size


@compiled
def _close_options(
    t: BookInstance, s: SearchPath, level: int, bound: float, joint: Array, best: Array, cutoff: float
) -> int:
    """Close the options that no menu over `cutoff` can have; how many there were."""
    closed = 0
    for i in range(level, len(t.tier_start) - 1):
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if s.open[level, o] and bound - best[i] + joint[o] <= cutoff:
                s.open[level, o] = False
                closed += 1
    return closed


@compiled
def _expand_last(t: BookInstance, p: BoundTables, s: SearchPath, level: int, cutoff: float) -> int:
    """Fill the children with the options of the last tier (or none) that make a menu over `cutoff`; how many."""
    count, values, sums = 0, np.zeros(t.utility.shape[0]), np.zeros(len(t.coverage_cost))
    for o in range(t.tier_start[level] - 1, t.tier_start[level + 1]):
        pick = -1 if o < t.tier_start[level] else o
        if not may_add(t, s, level, pick):
            continue
        size = abs(s.cost[level])
        for c in range(len(values)):
            if p.extreme[c]:
                values[c] = max(s.held_profit[level, c], p.top_profit[c, level])
            elif pick < 0:
                values[c] = s.total[level, c] / s.mass[level, c]
            else:
                values[c] = (s.total[level, c] + p.gains[o, c]) / (s.mass[level, c] + p.weights[o, c])
            size += abs(values[c])
        cost = 0.0 if pick < 0 else t.option_cost[o]
        value = sum_groups(values, t.group, t.coverage_cost, t.mode, sums) - s.cost[level] - cost + 1e-12 * size
        if value > cutoff:
            insert(s, level, count, pick, value)
            count += 1
    return count


@compiled
def expand_logit(t: BookInstance, p: BoundTables, s: SearchPath, level: int, cutoff: float) -> int:
    """Fill the children of a node that may beat `cutoff`, with upper bounds, where choice is logit; how many.

    Options that cannot be part of a better menu are closed for the whole subtree, which lightens the
    largest mass and so tightens the bound; this repeats while it pays.
    """
    if level == len(t.tier_start) - 2:
        return _expand_last(t, p, s, level, cutoff)
    roots = _roots(t, p, s, level)
    joint, best = np.zeros(t.utility.shape[1]), np.zeros(len(t.tier_start))
    pairs = level == len(t.tier_start) - 3 and in_range(p)
    for _ in range(ROUNDS):
        _refine(t, p, s, level, roots)
        bound = _joint_bound(t, p, s, level, roots, joint, best)
        if bound <= cutoff:
            return 0
        if _close_options(t, s, level, bound, joint, best, cutoff) == 0:
            break
    if pairs:
        return expand_last_but_one(t, p, s, level, cutoff)
    rest, count = bound - best[level], 0
    for o in range(t.tier_start[level] - 1, t.tier_start[level + 1]):
        pick = -1 if o < t.tier_start[level] else o
        if not may_add(t, s, level, pick):
            continue
        promise = rest if pick < 0 else rest + joint[pick]
        if promise > cutoff:
            insert(s, level, count, pick, promise)
            count += 1
    return count


@compiled
def held_after(t: BookInstance, s: SearchPath, level: int, c: int, o: int) -> tuple[float, float]:
    """A cohort's best utility once option o is on the menu, and the largest profit of the options that tie there."""
    held, profit = s.held[level, c], s.held_profit[level, c]
    if o >= 0 and t.utility[c, o] > TIE:
        if t.utility[c, o] > held + 2 * TIE:
            return t.utility[c, o], t.profit[c, o]
        if t.utility[c, o] >= held - 2 * TIE:
            return max(held, t.utility[c, o]), max(profit, t.profit[c, o])
    return held, profit


@compiled
def expand_first_choice(t: BookInstance, p: BoundTables, s: SearchPath, level: int, cutoff: float) -> int:
    """Fill the children of a node that may beat `cutoff`, with upper bounds, by first choice; how many."""
    bounds, sums, count = np.zeros(t.utility.shape[0]), np.zeros(len(t.coverage_cost)), 0
    for o in range(t.tier_start[level] - 1, t.tier_start[level + 1]):
        pick = -1 if o < t.tier_start[level] else o
        if not may_add(t, s, level, pick):
            continue
        for c in range(len(bounds)):
            held, profit = held_after(t, s, level, c, pick)
            bounds[c] = first_choice_bound(held, profit, p, c, level + 1)
        bound = sum_groups(bounds, t.group, t.coverage_cost, t.mode, sums) - s.cost[level] + p.refund[level + 1]
        bound -= 0.0 if pick < 0 else t.option_cost[pick]
        if bound > cutoff:
            insert(s, level, count, pick, bound)
            count += 1
    return count
