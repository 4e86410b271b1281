"""The inner loop: the menu of one price book that is worth most at given prices, by branch and bound.

A menu takes at most one option per tier. Its worth is the sum over product groups of what covering the
group brings, less the charge of each option; what a cohort brings is sum_o P[c,o] W[c,o]. Compiled with
numba; every array is C-contiguous, cohorts x options.
"""

from __future__ import annotations

import numba
import numpy as np

GRID = 48
TIE = 1e-9
EXTREME = 300.0
"""A cohort with a utility above this is bounded loosely and evaluated in logarithms."""

FREE, COVERED, BARRED = 0, 1, 2
"""Whether covering a product group is open, settled, or ruled out."""


@numba.njit(cache=True, nogil=True)
def _suffix_peaks(weights, worth, tier_start, allowed, points):  # type: ignore[no-untyped-def]
    """G[c, i, k] = sum over tiers >= i of max(0, max over options of weight (worth - z_k))."""
    cohorts, tiers = weights.shape[0], len(tier_start) - 1
    peaks = np.zeros((cohorts, tiers + 1, GRID))
    for c in range(cohorts):
        for i in range(tiers - 1, -1, -1):
            for k in range(GRID):
                z, best = points[c, k], 0.0
                for o in range(tier_start[i], tier_start[i + 1]):
                    if allowed[o]:
                        gain = weights[c, o] * (worth[c, o] - z)
                        if gain > best:
                            best = gain
                peaks[c, i, k] = peaks[c, i + 1, k] + best
    return peaks


@numba.njit(cache=True, nogil=True)
def _best_mean(weights, worth, tier_start, allowed, c):  # type: ignore[no-untyped-def]
    """Upper bound, tight, on a cohort's sum_o P W over every menu: the fixed point of z = G(z).

    Newton's steps rise to it from 0; G falls with a slope of -1 or steeper against z - G(z), so the
    last residual closes what is left.
    """
    z = 0.0
    for _ in range(40):
        total, mass, gain = 0.0, 1.0, 0.0
        for i in range(len(tier_start) - 1):
            best, pick = 0.0, -1
            for o in range(tier_start[i], tier_start[i + 1]):
                if allowed[o] and weights[c, o] * (worth[c, o] - z) > best:
                    best, pick = weights[c, o] * (worth[c, o] - z), o
            if pick >= 0:
                total += weights[c, pick] * worth[c, pick]
                mass += weights[c, pick]
                gain += best
        residual = gain - z
        if residual <= 1e-12 * (1.0 + z):
            break
        z = total / mass
    return (z + max(residual, 0.0)) * (1.0 + 1e-12)


@numba.njit(cache=True, nogil=True)
def _grid(weights, worth, tier_start, allowed):  # type: ignore[no-untyped-def]
    """Grid of z for each cohort over every value its mean worth can take: a third below 0, the rest above."""
    cohorts, options = worth.shape
    points = np.zeros((cohorts, GRID))
    below = GRID // 3
    for c in range(cohorts):
        low = 0.0
        for o in range(options):
            if allowed[o] and weights[c, o] > 0.0:
                low = min(low, worth[c, o])
        high = _best_mean(weights, worth, tier_start, allowed, c)
        for k in range(below):
            points[c, k] = low * (1.0 - k / below)
        for k in range(below, GRID):
            points[c, k] = high * (k - below) / (GRID - 1 - below)
    return points


@numba.njit(cache=True, nogil=True)
def _root(total, mass, peaks, points):  # type: ignore[no-untyped-def]
    """Upper bound on (total + sum E W) / (mass + sum E) over the options still open.

    The largest such ratio solves mass z = total + G(z); G is convex, so the chord between grid points
    lies above it and the root of the chord is no lower.
    """
    low, high = 0, GRID - 1
    if total + peaks[high] - mass * points[high] >= 0.0:
        return points[high]
    if total + peaks[low] - mass * points[low] <= 0.0:
        return points[low]
    while high - low > 1:
        middle = (low + high) // 2
        if total + peaks[middle] - mass * points[middle] > 0.0:
            low = middle
        else:
            high = middle
    above = total + peaks[low] - mass * points[low]
    below = total + peaks[high] - mass * points[high]
    if above - below <= 0.0:
        return points[high]
    return points[low] + (points[high] - points[low]) * above / (above - below)


@numba.njit(cache=True, nogil=True)
def _logit_value(utility, worth, c, menu, size):  # type: ignore[no-untyped-def]
    """sum_o P W of a cohort for a menu, by shifted exponentials."""
    peak = 0.0
    for j in range(size):
        peak = max(peak, utility[c, menu[j]])
    mass, total = np.exp(-peak), 0.0
    for j in range(size):
        weight = np.exp(utility[c, menu[j]] - peak)
        mass += weight
        if weight > 0.0:
            total += weight * worth[c, menu[j]]
    return total / mass


@numba.njit(cache=True, nogil=True)
def _first_choice_value(utility, worth, payment, c, menu, size):  # type: ignore[no-untyped-def]
    """Worth of the option a cohort takes; menus list options by rising rank."""
    best = -np.inf
    for j in range(size):
        best = max(best, utility[c, menu[j]])
    if best <= TIE:
        return 0.0
    top = -np.inf
    for j in range(size):
        if utility[c, menu[j]] >= best - TIE:
            top = max(top, payment[c, menu[j]])
    taken = 0.0
    for j in range(size):
        o = menu[j]
        if utility[c, o] >= best - TIE and payment[c, o] >= top - TIE * abs(top):
            taken = worth[c, o]
    return taken


@numba.njit(cache=True, nogil=True)
def _sum_groups(values, group, charge, mode):  # type: ignore[no-untyped-def]
    """Sum over product groups of what covering brings; an open group is covered when that pays."""
    sums = -charge
    for c in range(len(values)):
        sums[group[c]] += values[c]
    total = 0.0
    for g in range(len(sums)):
        if mode[g] == COVERED or (mode[g] == FREE and sums[g] > 0.0):
            total += sums[g]
    return total


@numba.njit(cache=True, nogil=True)
def menu_value(utility, worth, payment, logit, menu, size, option_charge, group, charge, mode):  # type: ignore[no-untyped-def]
    """Worth of a whole menu."""
    values = np.zeros(utility.shape[0])
    for c in range(utility.shape[0]):
        if mode[group[c]] == BARRED:
            continue
        if logit:
            values[c] = _logit_value(utility, worth, c, menu, size)
        else:
            values[c] = _first_choice_value(utility, worth, payment, c, menu, size)
    total = _sum_groups(values, group, charge, mode)
    for j in range(size):
        total -= option_charge[menu[j]]
    return total


@numba.njit(cache=True, nogil=True)
def _first_choice_peaks(utility, worth, tier_start, allowed):  # type: ignore[no-untyped-def]
    """Per cohort and suffix of tiers: utilities in falling order, and the largest worth down to each."""
    cohorts, options = utility.shape
    tiers = len(tier_start) - 1
    order = np.full((cohorts, tiers + 1, options), -np.inf)
    peaks = np.zeros((cohorts, tiers + 1, options))
    for c in range(cohorts):
        for i in range(tiers):
            first = tier_start[i]
            ranked = np.argsort(-utility[c, first:]) + first
            n, best = 0, -np.inf
            for o in ranked:
                if allowed[o] and utility[c, o] > TIE:
                    best = max(best, worth[c, o])
                    order[c, i, n] = utility[c, o]
                    peaks[c, i, n] = best
                    n += 1
    return order, peaks


@numba.njit(cache=True, nogil=True)
def _first_choice_bound(held, held_worth, order, peaks):  # type: ignore[no-untyped-def]
    """Largest worth a cohort may still bring: of what it holds, or of an open option it may prefer."""
    bound = held_worth
    low, high = 0, len(order)
    floor = held - 2 * TIE
    while low < high:
        middle = (low + high) // 2
        if order[middle] > -np.inf and order[middle] >= floor:
            low = middle + 1
        else:
            high = middle
    if low > 0:
        bound = max(bound, peaks[low - 1])
    return bound


@numba.njit(cache=True, nogil=True)
def search_menus(  # type: ignore[no-untyped-def]
    utility,
    worth,
    payment,
    logit,
    tier_start,
    allowed,
    must,
    fits,
    fewest,
    most,
    option_charge,
    group,
    charge,
    mode,
    floor,
    every,
    room,
):
    """Menus worth more than `floor`, by depth-first branch and bound over tiers.

    With `every` all of them (at most `room`; the last result says whether they fit), otherwise the best
    one, after those found on the way to it. Returns menus (rows padded with -1), worths, and fit.
    """
    cohorts, options = utility.shape
    tiers = len(tier_start) - 1
    menus = np.full((room, max(tiers, 1)), -1, dtype=np.int64)
    worths = np.zeros(room)
    found = 0

    extreme = np.zeros(cohorts, dtype=np.bool_)
    weights = np.zeros((cohorts, options))
    top_worth = np.zeros((cohorts, tiers + 1))
    if logit:
        for c in range(cohorts):
            for o in range(options):
                if allowed[o] and utility[c, o] > EXTREME:
                    extreme[c] = True
            for o in range(options):
                if allowed[o] and not extreme[c]:
                    weights[c, o] = np.exp(utility[c, o])
        for c in range(cohorts):
            for i in range(tiers - 1, -1, -1):
                top_worth[c, i] = top_worth[c, i + 1]
                for o in range(tier_start[i], tier_start[i + 1]):
                    if allowed[o] and utility[c, o] > -np.inf:
                        top_worth[c, i] = max(top_worth[c, i], worth[c, o])
        points = _grid(weights, worth, tier_start, allowed)
        peaks = _suffix_peaks(weights, worth, tier_start, allowed, points)
        order = np.zeros((1, 1, 1))
    else:
        points = np.zeros((1, 1))
        order, peaks = _first_choice_peaks(utility, worth, tier_start, allowed)

    refund = np.zeros(tiers + 1)
    for i in range(tiers - 1, -1, -1):
        best = 0.0
        for o in range(tier_start[i], tier_start[i + 1]):
            if allowed[o]:
                best = max(best, -option_charge[o])
        refund[i] = refund[i + 1] + best

    width = 1
    for i in range(tiers):
        width = max(width, tier_start[i + 1] - tier_start[i] + 1)
    # State after deciding the first i tiers.
    total = np.zeros((tiers + 1, cohorts))
    mass = np.ones((tiers + 1, cohorts))
    held = np.full((tiers + 1, cohorts), -np.inf)
    held_worth = np.zeros((tiers + 1, cohorts))
    charged = np.zeros(tiers + 1)
    size = np.zeros(tiers + 1, dtype=np.int64)
    menu = np.zeros(max(tiers, 1), dtype=np.int64)
    child = np.zeros((tiers + 1, width), dtype=np.int64)
    child_bound = np.zeros((tiers + 1, width))
    children = np.zeros(tiers + 1, dtype=np.int64)
    at = np.zeros(tiers + 1, dtype=np.int64)
    bounds = np.zeros(cohorts)

    level, entering = 0, True
    while level >= 0:
        if level == tiers:
            if size[level] >= fewest:
                value = menu_value(
                    utility, worth, payment, logit, menu, size[level], option_charge, group, charge, mode
                )
                if value > floor:
                    if found == room:
                        if every:
                            return menus, worths, False
                        for j in range(room - 1):
                            menus[j] = menus[j + 1]
                            worths[j] = worths[j + 1]
                        found = room - 1
                    menus[found] = -1
                    for j in range(size[level]):
                        menus[found, j] = menu[j]
                    worths[found] = value
                    found += 1
                    if not every:
                        floor = value
            level -= 1
            entering = False
            continue
        if entering:
            n = 0
            for o in range(tier_start[level] - 1, tier_start[level + 1]):
                skip = o < tier_start[level]
                if skip:
                    if must[level] or size[level] + (tiers - level - 1) < fewest:
                        continue
                else:
                    if not allowed[o] or size[level] + 1 > most:
                        continue
                    clash = False
                    for j in range(size[level]):
                        if not fits[menu[j], o]:
                            clash = True
                            break
                    if clash:
                        continue
                for c in range(cohorts):
                    if mode[group[c]] == BARRED:
                        bounds[c] = 0.0
                    elif not logit:
                        h, hw = held[level, c], held_worth[level, c]
                        if not skip and utility[c, o] > TIE:
                            if utility[c, o] > h + 2 * TIE:
                                h, hw = utility[c, o], worth[c, o]
                            elif utility[c, o] >= h - 2 * TIE:
                                h, hw = max(h, utility[c, o]), max(hw, worth[c, o])
                        bounds[c] = _first_choice_bound(h, hw, order[c, level + 1], peaks[c, level + 1])
                    elif extreme[c]:
                        bounds[c] = max(held_worth[level, c], top_worth[c, level + 1])
                        if not skip:
                            bounds[c] = max(bounds[c], worth[c, o])
                    else:
                        num, den = total[level, c], mass[level, c]
                        if not skip and weights[c, o] > 0.0:
                            num += weights[c, o] * worth[c, o]
                            den += weights[c, o]
                        bounds[c] = _root(num, den, peaks[c, level + 1], points[c])
                bound = _sum_groups(bounds, group, charge, mode) - charged[level] + refund[level + 1]
                if not skip:
                    bound -= option_charge[o]
                if bound > floor:
                    j = n
                    while j > 0 and child_bound[level, j - 1] < bound:
                        child[level, j] = child[level, j - 1]
                        child_bound[level, j] = child_bound[level, j - 1]
                        j -= 1
                    child[level, j] = -1 if skip else o
                    child_bound[level, j] = bound
                    n += 1
            children[level] = n
            at[level] = 0
        if at[level] >= children[level] or child_bound[level, at[level]] <= floor:
            level -= 1
            entering = False
            continue
        o = child[level, at[level]]
        at[level] += 1
        for c in range(cohorts):
            total[level + 1, c] = total[level, c]
            mass[level + 1, c] = mass[level, c]
            held[level + 1, c] = held[level, c]
            held_worth[level + 1, c] = held_worth[level, c]
            if o >= 0:
                if not logit:
                    if utility[c, o] > TIE:
                        h, hw = held[level, c], held_worth[level, c]
                        if utility[c, o] > h + 2 * TIE:
                            h, hw = utility[c, o], worth[c, o]
                        elif utility[c, o] >= h - 2 * TIE:
                            h, hw = max(h, utility[c, o]), max(hw, worth[c, o])
                        held[level + 1, c], held_worth[level + 1, c] = h, hw
                elif extreme[c]:
                    if utility[c, o] > -np.inf:
                        held_worth[level + 1, c] = max(held_worth[level, c], worth[c, o])
                elif weights[c, o] > 0.0:
                    total[level + 1, c] += weights[c, o] * worth[c, o]
                    mass[level + 1, c] += weights[c, o]
        charged[level + 1] = charged[level]
        size[level + 1] = size[level]
        if o >= 0:
            charged[level + 1] += option_charge[o]
            menu[size[level]] = o
            size[level + 1] += 1
        level += 1
        entering = True
    return menus[:found], worths[:found], True
