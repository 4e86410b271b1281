"""Upper bounds of the profit of each cohort alone, once some tiers of a menu are decided; compiled with numba."""

# mypy: no-warn-return-any
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes
from models.economics.choice import TIE

from .compiled import compiled
from .pricing_objective import BookInstance

GRID = 48
"""Points at which a cohort's bound is tabulated."""
EXTREME = 300.0
"""A cohort with a utility above this is bounded loosely and evaluated in logarithms."""


class BoundTables(NamedTuple):
    """Tables of one menu search that its bounds look up; weights are exp(utility), 0 where not allowed or extreme.

    First choice leaves what only logit needs at shape (1, 1), and logit `order` at (1, 1, 1).
    """

    extreme: NDArray[np.bool_]
    """Cohorts with a utility too large for exp(), shape (cohorts,)."""
    weights: Array
    """Weight by option and cohort, shape (options, cohorts)."""
    gains: Array
    """Weight x profit by option and cohort, shape (options, cohorts)."""
    cohort_weights: Array
    """Weight by cohort and option, shape (cohorts, options)."""
    cohort_gains: Array
    """Weight x profit by cohort and option, shape (cohorts, options)."""
    points: Array
    """Grid of mean profits, rising, shape (cohorts, GRID)."""
    peaks: Array
    """Logit: G[c, i, k] of `_suffix_peaks`, shape (cohorts, tiers + 1, GRID). First choice: `first_choice_peaks`."""
    top_profit: Array
    """Largest profit of an option of tiers >= i, shape (cohorts, tiers + 1)."""
    order: Array
    """First choice: utilities of the options of tiers >= i, falling, shape (cohorts, tiers + 1, options)."""
    refund: Array
    """Most that negative option costs of tiers >= i can give back, shape (tiers + 1,)."""


@compiled
def _suffix_peaks(weights: Array, profit: Array, tier_start: Codes, allowed: NDArray[np.bool_], points: Array) -> Array:
    """G[c, i, k] = sum over tiers >= i of max(0, max over options of weight (profit - z_k)), z_k = points[c, k]."""
    cohorts, tiers = weights.shape[0], len(tier_start) - 1
    peaks = np.zeros((cohorts, tiers + 1, GRID))
    for c in range(cohorts):
        for i in range(tiers - 1, -1, -1):
            for k in range(GRID):
                z, best = points[c, k], 0.0
                for o in range(tier_start[i], tier_start[i + 1]):
                    if allowed[o]:
                        gain = weights[c, o] * (profit[c, o] - z)
                        if gain > best:
                            best = gain
                peaks[c, i, k] = peaks[c, i + 1, k] + best
    return peaks


@compiled
def _largest_mean(weights: Array, profit: Array, tier_start: Codes, allowed: NDArray[np.bool_], c: int) -> float:
    """Upper bound, tight, on a cohort's sum_o P profit over every menu: the fixed point of z = G(z).

    Newton's steps rise to it from 0; G falls with a slope of -1 or steeper against z - G(z), so the
    last residual closes what is left.
    """
    z = 0.0
    for _ in range(40):
        total, mass, gain = 0.0, 1.0, 0.0
        for i in range(len(tier_start) - 1):
            best, pick = 0.0, -1
            for o in range(tier_start[i], tier_start[i + 1]):
                if allowed[o] and weights[c, o] * (profit[c, o] - z) > best:
                    best, pick = weights[c, o] * (profit[c, o] - z), o
            if pick >= 0:
                total += weights[c, pick] * profit[c, pick]
                mass += weights[c, pick]
                gain += best
        residual = gain - z
        if residual <= 1e-12 * (1.0 + z):
            break
        z = total / mass
    return (z + max(residual, 0.0)) * (1.0 + 1e-12)


@compiled
def _grid(weights: Array, profit: Array, tier_start: Codes, allowed: NDArray[np.bool_]) -> Array:
    """Grid of z over every value that a cohort's mean profit can take, shape (cohorts, GRID): a third below 0."""
    cohorts, options = profit.shape
    points = np.zeros((cohorts, GRID))
    below = GRID // 3
    for c in range(cohorts):
        low = 0.0
        for o in range(options):
            if allowed[o] and weights[c, o] > 0.0:
                low = min(low, profit[c, o])
        high = _largest_mean(weights, profit, tier_start, allowed, c)
        for k in range(below):
            points[c, k] = low * (1.0 - k / below)
        for k in range(below, GRID):
            points[c, k] = high * (k - below) / (GRID - 1 - below)
    return points


@compiled
def root(total: float, mass: float, p: BoundTables, c: int, level: int) -> float:
    """Upper bound on (total + sum weight profit) / (mass + sum weight) of a cohort over the options still open.

    The largest such ratio solves mass z = total + G(z); G is convex, so the chord between grid points
    lies above it and the root of the chord is no lower.
    """
    peaks, points, low, high = p.peaks, p.points, 0, GRID - 1
    if total + peaks[c, level, high] - mass * points[c, high] >= 0.0:
        return points[c, high]
    if total + peaks[c, level, low] - mass * points[c, low] <= 0.0:
        return points[c, low]
    while high - low > 1:
        middle = (low + high) // 2
        if total + peaks[c, level, middle] - mass * points[c, middle] > 0.0:
            low = middle
        else:
            high = middle
    above = total + peaks[c, level, low] - mass * points[c, low]
    below = total + peaks[c, level, high] - mass * points[c, high]
    if above - below <= 0.0:
        return points[c, high]
    return points[c, low] + (points[c, high] - points[c, low]) * above / (above - below)


@compiled
def _rank_tier(
    utility: Array, tier_start: Codes, allowed: NDArray[np.bool_], c: int, i: int, ranked: Codes, count: int
) -> int:
    """Sort the options of tier i that a cohort may buy into those of later tiers, falling; how many there are then."""
    for o in range(tier_start[i], tier_start[i + 1]):
        if allowed[o] and utility[c, o] > TIE:
            n = count
            while n > 0 and utility[c, ranked[n - 1]] < utility[c, o]:
                ranked[n] = ranked[n - 1]
                n -= 1
            ranked[n] = o
            count += 1
    return count


@compiled
def first_choice_peaks(
    utility: Array, profit: Array, tier_start: Codes, allowed: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """Utilities in falling order, and the largest profit down to each, both of shape (cohorts, tiers + 1, options)."""
    cohorts, options = utility.shape
    tiers = len(tier_start) - 1
    order, peaks = np.zeros((cohorts, tiers + 1, options)), np.zeros((cohorts, tiers + 1, options))
    ranked = np.zeros(options, dtype=np.int64)
    for c in range(cohorts):
        count = 0
        for i in range(tiers, -1, -1):
            if i < tiers:
                count = _rank_tier(utility, tier_start, allowed, c, i, ranked, count)
            best = -np.inf
            for n in range(options):
                order[c, i, n] = -np.inf
                if n < count:
                    best = max(best, profit[c, ranked[n]])
                    order[c, i, n], peaks[c, i, n] = utility[c, ranked[n]], best
    return order, peaks


@compiled
def first_choice_bound(held: float, held_profit: float, p: BoundTables, c: int, level: int) -> float:
    """Upper bound on a cohort's profit by first choice: of its best fixed option, or of an open one it may prefer."""
    order, bound = p.order, held_profit
    low, high = 0, order.shape[2]
    cutoff = held - 2 * TIE
    while low < high:
        middle = (low + high) // 2
        if order[c, level, middle] > -np.inf and order[c, level, middle] >= cutoff:
            low = middle + 1
        else:
            high = middle
    if low > 0:
        bound = max(bound, p.peaks[c, level, low - 1])
    return bound


@compiled
def _weigh(t: BookInstance) -> tuple[NDArray[np.bool_], Array]:
    """Cohorts too extreme for exp(u), and the weights exp(u), shape (cohorts, options)."""
    cohorts, options = t.utility.shape
    extreme = np.zeros(cohorts, dtype=np.bool_)
    weights = np.zeros((cohorts, options))
    for c in range(cohorts):
        for o in range(options):
            if t.allowed[o] and t.utility[c, o] > EXTREME:
                extreme[c] = True
        if not extreme[c]:
            for o in range(options):
                if t.allowed[o]:
                    weights[c, o] = np.exp(t.utility[c, o])
    return extreme, weights


@compiled
def _top_profit(t: BookInstance) -> Array:
    """Largest profit (at least 0) of an option of tiers >= i that a cohort may buy, shape (cohorts, tiers + 1)."""
    tiers = len(t.tier_start) - 1
    top = np.zeros((t.utility.shape[0], tiers + 1))
    for c in range(len(top)):
        for i in range(tiers - 1, -1, -1):
            top[c, i] = top[c, i + 1]
            for o in range(t.tier_start[i], t.tier_start[i + 1]):
                if t.allowed[o] and t.utility[c, o] > -np.inf:
                    top[c, i] = max(top[c, i], t.profit[c, o])
    return top


@compiled
def _refunds(t: BookInstance) -> Array:
    """Most that negative costs of options of tiers >= i can give back, shape (tiers + 1,)."""
    tiers = len(t.tier_start) - 1
    refund = np.zeros(tiers + 1)
    for i in range(tiers - 1, -1, -1):
        best = 0.0
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if t.allowed[o]:
                best = max(best, -t.option_cost[o])
        refund[i] = refund[i + 1] + best
    return refund


@compiled
def prepare_logit(t: BookInstance) -> BoundTables:
    """The bound tables of a search where choice is logit."""
    extreme, weights = _weigh(t)
    points = _grid(weights, t.profit, t.tier_start, t.allowed)
    peaks = _suffix_peaks(weights, t.profit, t.tier_start, t.allowed, points)
    cohorts, options = weights.shape
    gains, order = np.zeros((cohorts, options)), np.zeros((1, 1, 1))
    by_option, gains_by_option = np.zeros((options, cohorts)), np.zeros((options, cohorts))
    for c in range(cohorts):
        for o in range(options):
            if weights[c, o] > 0.0:
                gains[c, o] = weights[c, o] * t.profit[c, o]
                by_option[o, c], gains_by_option[o, c] = weights[c, o], gains[c, o]
    top = _top_profit(t)
    return BoundTables(extreme, by_option, gains_by_option, weights, gains, points, peaks, top, order, _refunds(t))


@compiled
def prepare_first_choice(t: BookInstance) -> BoundTables:
    """The bound tables of a search where choice is first choice."""
    nothing = np.zeros((1, 1))
    order, peaks = first_choice_peaks(t.utility, t.profit, t.tier_start, t.allowed)
    extreme = np.zeros(t.utility.shape[0], dtype=np.bool_)
    return BoundTables(extreme, nothing, nothing, nothing, nothing, nothing, peaks, nothing, order, _refunds(t))
