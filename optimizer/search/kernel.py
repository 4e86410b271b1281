"""The inner loop: the menu of one price book that is worth most at given prices, by branch and bound.

A menu takes at most one option per tier. Its worth is the sum over product groups of what covering the
group brings, less the charge of each option; what a cohort brings is sum_o P[c,o] W[c,o]. Compiled with
numba; every array is C-contiguous, cohorts x options.
"""

from __future__ import annotations

from collections import namedtuple

import numba
import numpy as np

GRID = 48
ROUNDS = 4
"""Most rounds of closing options at a node."""
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
def _sum_groups(values, group, charge, mode, sums):  # type: ignore[no-untyped-def]
    """Sum over product groups of what covering brings; an open group is covered when that pays.

    `sums` is room for one number a group.
    """
    for g in range(len(sums)):
        sums[g] = -charge[g]
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
    total = _sum_groups(values, group, charge, mode, np.zeros(len(charge)))
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


Terms = namedtuple(
    "Terms",
    "utility worth payment logit tier_start allowed must fits fewest most option_charge group charge mode",
)
"""What a search is given; see `search_menus`."""

Prepared = namedtuple("Prepared", "extreme weights gains points peaks top_worth order refund")
"""What is computed once a search: by option and cohort exp(u) and exp(u) x worth, by tier suffix what is
still to be had."""

State = namedtuple("State", "total mass held held_worth charged size menu child child_bound children at open")
"""The path down the tree: rows are levels, level i holds what follows from deciding the first i tiers."""


@numba.njit(cache=True, nogil=True)
def _weigh(t):  # type: ignore[no-untyped-def]
    """Cohorts too extreme for exp(u), and exp(u) by cohort and option (0 where not open or extreme)."""
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


@numba.njit(cache=True, nogil=True)
def _top_worth(t):  # type: ignore[no-untyped-def]
    """Largest worth (at least 0) of an option of tiers >= i that a cohort may buy."""
    tiers = len(t.tier_start) - 1
    top = np.zeros((t.utility.shape[0], tiers + 1))
    for c in range(len(top)):
        for i in range(tiers - 1, -1, -1):
            top[c, i] = top[c, i + 1]
            for o in range(t.tier_start[i], t.tier_start[i + 1]):
                if t.allowed[o] and t.utility[c, o] > -np.inf:
                    top[c, i] = max(top[c, i], t.worth[c, o])
    return top


@numba.njit(cache=True, nogil=True)
def _prepare_logit(t):  # type: ignore[no-untyped-def]
    extreme, weights = _weigh(t)
    points = _grid(weights, t.worth, t.tier_start, t.allowed)
    peaks = _suffix_peaks(weights, t.worth, t.tier_start, t.allowed, points)
    gains = np.where(weights > 0.0, weights * t.worth, 0.0)
    by_option, gains = np.ascontiguousarray(weights.T), np.ascontiguousarray(gains.T)
    order = np.zeros((1, 1, 1))
    return Prepared(extreme, by_option, gains, points, peaks, _top_worth(t), order, _refunds(t))


@numba.njit(cache=True, nogil=True)
def _prepare_first_choice(t):  # type: ignore[no-untyped-def]
    nothing = np.zeros((1, 1))
    order, peaks = _first_choice_peaks(t.utility, t.worth, t.tier_start, t.allowed)
    extreme = np.zeros(t.utility.shape[0], dtype=np.bool_)
    return Prepared(extreme, nothing, nothing, nothing, peaks, nothing, order, _refunds(t))


@numba.njit(cache=True, nogil=True)
def _refunds(t):  # type: ignore[no-untyped-def]
    """Most that the charges of the options of tiers >= i can give back."""
    tiers = len(t.tier_start) - 1
    refund = np.zeros(tiers + 1)
    for i in range(tiers - 1, -1, -1):
        best = 0.0
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if t.allowed[o]:
                best = max(best, -t.option_charge[o])
        refund[i] = refund[i + 1] + best
    return refund


@numba.njit(cache=True, nogil=True)
def _may_add(t, s, level, o):  # type: ignore[no-untyped-def]
    """Whether the option (or leaving the tier out, o < 0) keeps to the rules on one menu."""
    left = len(t.tier_start) - 2 - level
    if o < 0:
        return not t.must[level] and s.size[level] + left >= t.fewest
    if not s.open[level, o] or s.size[level] + 1 > t.most:
        return False
    for j in range(s.size[level]):  # noqa: SIM110 - numba compiles no generator expressions
        if not t.fits[s.menu[j], o]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _insert(s, level, count, o, bound):  # type: ignore[no-untyped-def]
    """Put a child in its place, the most promising first."""
    j = count
    while j > 0 and s.child_bound[level, j - 1] < bound:
        s.child[level, j] = s.child[level, j - 1]
        s.child_bound[level, j] = s.child_bound[level, j - 1]
        j -= 1
    s.child[level, j] = o
    s.child_bound[level, j] = bound


@numba.njit(cache=True, nogil=True)
def _largest_mass(t, p, s, level):  # type: ignore[no-untyped-def]
    """mass + sum E of the heaviest options still open, by cohort."""
    mass = s.mass[level].copy()
    heaviest = np.zeros(len(mass))
    for i in range(level, len(t.tier_start) - 1):
        heaviest[:] = 0.0
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if s.open[level, o]:
                for c in range(len(mass)):
                    heaviest[c] = max(heaviest[c], p.weights[o, c])
        mass += heaviest
    return mass


@numba.njit(cache=True, nogil=True)
def _group_slopes(t, p, s, level, roots, mass):  # type: ignore[no-untyped-def]
    """Bound of the product groups before anything joint is known, and how much of a loss each feels.

    A settled group feels every loss. An open one is worth max(0, Z - loss): over losses up to the largest
    possible one, L, that lies under the chord Z - min(1, Z / L) loss.
    """
    groups = len(t.charge)
    worth, worst, slope = -t.charge, np.zeros(groups), np.ones(groups)
    for c in range(len(roots)):
        g = t.group[c]
        worth[g] += roots[c]
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
        if t.mode[g] == BARRED or (t.mode[g] == FREE and worth[g] <= 0.0):
            slope[g] = 0.0
            continue
        base += worth[g]
        if t.mode[g] == FREE and worst[g] > worth[g]:
            slope[g] = worth[g] / worst[g]
    return base, slope


@numba.njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _joint(gains, weights, gain_factor, weight_factor):  # type: ignore[no-untyped-def]
    total = 0.0
    for c in range(len(gains)):
        total += gain_factor[c] * gains[c] - weight_factor[c] * weights[c]
    return total


@numba.njit(cache=True, nogil=True)
def _roots(t, p, s, level):  # type: ignore[no-untyped-def]
    """Upper bound on the mean worth each cohort can still bring, taken alone."""
    roots = np.zeros(t.utility.shape[0])
    for c in range(len(roots)):
        if p.extreme[c]:
            roots[c] = max(s.held_worth[level, c], p.top_worth[c, level])
        else:
            roots[c] = _root(s.total[level, c], s.mass[level, c], p.peaks[c, level], p.points[c])
    return roots


@numba.njit(cache=True, nogil=True)
def _excess(t, p, s, level, points, excess, slope):  # type: ignore[no-untyped-def]
    """F(z) = total - mass z + sum over tiers of max(0, max E (W - z)) over open options, and -F'(z)."""
    cohorts = len(points)
    gain, weight = np.zeros(cohorts), np.zeros(cohorts)
    for c in range(cohorts):
        excess[c] = s.total[level, c] - s.mass[level, c] * points[c]
        slope[c] = s.mass[level, c]
    for i in range(level, len(t.tier_start) - 1):
        gain[:] = 0.0
        weight[:] = 0.0
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


@numba.njit(cache=True, nogil=True)
def _refine(t, p, s, level, roots):  # type: ignore[no-untyped-def]
    """Lower the roots to what open options can still bring.

    F is convex and falling and its root is sought from above: Newton's step lands on the other side, and
    the chord between the two lies above F, so its root is no lower than the one sought.
    """
    cohorts = len(roots)
    above, below, slope = np.zeros(cohorts), np.zeros(cohorts), np.zeros(cohorts)
    _excess(t, p, s, level, roots, above, slope)
    lower = roots + np.minimum(above, 0.0) / slope
    _excess(t, p, s, level, lower, below, slope)
    for c in range(cohorts):
        if not p.extreme[c] and above[c] < 0.0:
            rise = max(below[c], 0.0)
            chord = lower[c] + (roots[c] - lower[c]) * rise / (rise - above[c])
            steep = lower[c] + rise / s.mass[level, c]
            roots[c] = min(roots[c], min(chord, steep) + 1e-12 * abs(roots[c]))


@numba.njit(cache=True, nogil=True)
def _joint_bound(t, p, s, level, roots, joint, best):  # type: ignore[no-untyped-def]
    """Bound of the node; fills what each open option and, at best, each tier adds to it.

    With z_c no lower than any mean worth f_c still possible, f_c(M) - z_c = (total + sum E W - z_c (mass +
    sum E)) / (mass + sum E) is at most 0, so it only rises when the divisor is replaced by the largest one.
    What is left is a sum over tiers in which all cohorts take the same option: far tighter than letting
    each cohort pick its own.
    """
    mass = _largest_mass(t, p, s, level)
    base, slope = _group_slopes(t, p, s, level, roots, mass)
    base -= s.charged[level]
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
                joint[o] = _joint(p.gains[o], p.weights[o], gain_factor, weight_factor) - t.option_charge[o]
                best[i] = max(best[i], joint[o])
        base += best[i]
    size = abs(s.charged[level])
    for c in range(len(roots)):
        size += abs(roots[c])
    return base + 1e-12 * size


@numba.njit(cache=True, nogil=True)
def _close_options(t, s, level, bound, joint, best, floor):  # type: ignore[no-untyped-def]
    """Close the options that no menu worth more than `floor` can have; how many there were."""
    closed = 0
    for i in range(level, len(t.tier_start) - 1):
        for o in range(t.tier_start[i], t.tier_start[i + 1]):
            if s.open[level, o] and bound - best[i] + joint[o] <= floor:
                s.open[level, o] = False
                closed += 1
    return closed


@numba.njit(cache=True, nogil=True)
def _expand_last(t, p, s, level, floor):  # type: ignore[no-untyped-def]
    """Options of the last tier (or none) that make a menu worth more than `floor`; how many there are."""
    count, values, sums = 0, np.zeros(t.utility.shape[0]), np.zeros(len(t.charge))
    for o in range(t.tier_start[level] - 1, t.tier_start[level + 1]):
        pick = -1 if o < t.tier_start[level] else o
        if not _may_add(t, s, level, pick):
            continue
        size = abs(s.charged[level])
        for c in range(len(values)):
            if p.extreme[c]:
                values[c] = max(s.held_worth[level, c], p.top_worth[c, level])
            elif pick < 0:
                values[c] = s.total[level, c] / s.mass[level, c]
            else:
                values[c] = (s.total[level, c] + p.gains[o, c]) / (s.mass[level, c] + p.weights[o, c])
            size += abs(values[c])
        charge = 0.0 if pick < 0 else t.option_charge[o]
        worth = _sum_groups(values, t.group, t.charge, t.mode, sums) - s.charged[level] - charge + 1e-12 * size
        if worth > floor:
            _insert(s, level, count, pick, worth)
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _expand_logit(t, p, s, level, floor):  # type: ignore[no-untyped-def]
    """Children of a node that may beat `floor`, with bounds; how many there are.

    Options that cannot be part of a better menu are closed for the whole subtree, which lightens the
    largest mass and so tightens the bound; this repeats while it pays.
    """
    if level == len(t.tier_start) - 2:
        return _expand_last(t, p, s, level, floor)
    roots = _roots(t, p, s, level)
    joint, best = np.zeros(t.utility.shape[1]), np.zeros(len(t.tier_start))
    for _ in range(ROUNDS):
        _refine(t, p, s, level, roots)
        bound = _joint_bound(t, p, s, level, roots, joint, best)
        if bound <= floor:
            return 0
        if _close_options(t, s, level, bound, joint, best, floor) == 0:
            break
    rest, count = bound - best[level], 0
    for o in range(t.tier_start[level] - 1, t.tier_start[level + 1]):
        pick = -1 if o < t.tier_start[level] else o
        if not _may_add(t, s, level, pick):
            continue
        promise = rest if pick < 0 else rest + joint[pick]
        if promise > floor:
            _insert(s, level, count, pick, promise)
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _held_after(t, s, level, c, o):  # type: ignore[no-untyped-def]
    """Best utility a cohort holds and the largest worth among options it may then take."""
    held, worth = s.held[level, c], s.held_worth[level, c]
    if o >= 0 and t.utility[c, o] > TIE:
        if t.utility[c, o] > held + 2 * TIE:
            return t.utility[c, o], t.worth[c, o]
        if t.utility[c, o] >= held - 2 * TIE:
            return max(held, t.utility[c, o]), max(worth, t.worth[c, o])
    return held, worth


@numba.njit(cache=True, nogil=True)
def _expand_first_choice(t, p, s, level, floor):  # type: ignore[no-untyped-def]
    """Children of a node that may beat `floor`, with bounds; how many there are."""
    bounds, sums, count = np.zeros(t.utility.shape[0]), np.zeros(len(t.charge)), 0
    for o in range(t.tier_start[level] - 1, t.tier_start[level + 1]):
        pick = -1 if o < t.tier_start[level] else o
        if not _may_add(t, s, level, pick):
            continue
        for c in range(len(bounds)):
            held, worth = _held_after(t, s, level, c, pick)
            bounds[c] = _first_choice_bound(held, worth, p.order[c, level + 1], p.peaks[c, level + 1])
        bound = _sum_groups(bounds, t.group, t.charge, t.mode, sums) - s.charged[level] + p.refund[level + 1]
        bound -= 0.0 if pick < 0 else t.option_charge[pick]
        if bound > floor:
            _insert(s, level, count, pick, bound)
            count += 1
    return count


@numba.njit(cache=True, nogil=True)
def _descend(t, p, s, level, o):  # type: ignore[no-untyped-def]
    """Fill the next level with what follows from option `o` (none if negative)."""
    for c in range(t.utility.shape[0]):
        s.total[level + 1, c] = s.total[level, c]
        s.mass[level + 1, c] = s.mass[level, c]
        s.held[level + 1, c], s.held_worth[level + 1, c] = s.held[level, c], s.held_worth[level, c]
        if not t.logit:
            s.held[level + 1, c], s.held_worth[level + 1, c] = _held_after(t, s, level, c, o)
        elif o >= 0:
            if p.extreme[c]:
                if t.utility[c, o] > -np.inf:
                    s.held_worth[level + 1, c] = max(s.held_worth[level, c], t.worth[c, o])
            else:
                s.total[level + 1, c] += p.gains[o, c]
                s.mass[level + 1, c] += p.weights[o, c]
    s.open[level + 1] = s.open[level]
    s.charged[level + 1] = s.charged[level]
    s.size[level + 1] = s.size[level]
    if o >= 0:
        s.charged[level + 1] += t.option_charge[o]
        s.menu[s.size[level]] = o
        s.size[level + 1] += 1


@numba.njit(cache=True, nogil=True)
def _new_state(t):  # type: ignore[no-untyped-def]
    cohorts, tiers = t.utility.shape[0], len(t.tier_start) - 1
    width = 1
    for i in range(tiers):
        width = max(width, t.tier_start[i + 1] - t.tier_start[i] + 1)
    levels = tiers + 1
    return State(
        np.zeros((levels, cohorts)),
        np.ones((levels, cohorts)),
        np.full((levels, cohorts), -np.inf),
        np.zeros((levels, cohorts)),
        np.zeros(levels),
        np.zeros(levels, dtype=np.int64),
        np.zeros(levels, dtype=np.int64),
        np.zeros((levels, width), dtype=np.int64),
        np.zeros((levels, width)),
        np.zeros(levels, dtype=np.int64),
        np.zeros(levels, dtype=np.int64),
        np.zeros((levels, t.utility.shape[1]), dtype=np.bool_),
    )


@numba.njit(cache=True, nogil=True)
def _keep(menus, worths, found, menu, size, value):  # type: ignore[no-untyped-def]
    """Write a menu down, dropping the oldest when there is no room; how many are kept."""
    room = len(worths)
    if found == room:
        for j in range(room - 1):
            menus[j] = menus[j + 1]
            worths[j] = worths[j + 1]
        found = room - 1
    menus[found] = -1
    for j in range(size):
        menus[found, j] = menu[j]
    worths[found] = value
    return found + 1


@numba.njit(cache=True, nogil=True)
def _left_open(s, level, floor):  # type: ignore[no-untyped-def]
    """Bound on every menu not looked at yet, when the search stops at a level."""
    ceiling = floor
    for i in range(level):
        if s.at[i] < s.children[i]:
            ceiling = max(ceiling, s.child_bound[i, s.at[i]])
    return ceiling


@numba.njit(cache=True, nogil=True)
def search_menus(t, floor, every, room, patience):  # type: ignore[no-untyped-def]
    """Menus worth more than `floor`, by depth-first branch and bound over tiers.

    `t` is a `Terms`: utility, worth and payment by cohort and option; whether choice is logit; first option
    of each tier (one entry more than tiers); options allowed; tiers a menu must have; which pairs of
    options may share a menu; fewest and most tiers; charge of each option; product group of each cohort,
    charge and mode of each group. With `every` all menus are looked for, otherwise the best one, after
    those found on the way to it. Ends early when `every` finds more than `room`, or after `patience` nodes.

    Returns menus (rows padded with -1), worths, whether the search is complete, and an upper bound on the
    worth of any menu (`floor` where none beats it).
    """
    tiers = len(t.tier_start) - 1
    menus = np.full((room, max(tiers, 1)), -1, dtype=np.int64)
    worths = np.zeros(room)
    found, nodes, top = 0, 0, floor
    p = _prepare_logit(t) if t.logit else _prepare_first_choice(t)
    s = _new_state(t)
    s.open[0] = t.allowed
    level, entering = 0, True
    while level >= 0:
        if level == tiers:
            if s.size[level] >= t.fewest:
                value = menu_value(
                    t.utility, t.worth, t.payment, t.logit, s.menu, s.size[level], t.option_charge, t.group,
                    t.charge, t.mode,
                )  # fmt: skip
                if value > floor:
                    if every and found == room:
                        return menus, worths, False, np.inf
                    found = _keep(menus, worths, found, s.menu, s.size[level], value)
                    top = max(top, value)
                    floor = floor if every else value
            level, entering = level - 1, False
            continue
        if entering:
            nodes += 1
            if nodes > patience:
                # The node at hand is not looked at: its parent's pointer has moved past it.
                if level > 0:
                    s.at[level - 1] -= 1
                return menus[:found], worths[:found], False, max(top, _left_open(s, level, floor))
            expand = _expand_logit(t, p, s, level, floor) if t.logit else _expand_first_choice(t, p, s, level, floor)
            s.children[level], s.at[level] = expand, 0
        if s.at[level] >= s.children[level] or s.child_bound[level, s.at[level]] <= floor:
            level, entering = level - 1, False
            continue
        o = s.child[level, s.at[level]]
        s.at[level] += 1
        _descend(t, p, s, level, o)
        level, entering = level + 1, True
    return menus[:found], worths[:found], True, top


@numba.njit(cache=True, nogil=True)
def _value_by_tier(t, picks):  # type: ignore[no-untyped-def]
    """Worth of the menu that has option picks[i] at tier i (none if negative); -inf where a rule forbids it."""
    menu, size = np.zeros(len(picks) + 1, dtype=np.int64), 0
    for i in range(len(picks)):
        o = picks[i]
        if o < 0:
            if t.must[i]:
                return -np.inf
            continue
        if not t.allowed[o]:
            return -np.inf
        for j in range(size):
            if not t.fits[menu[j], o]:
                return -np.inf
        menu[size] = o
        size += 1
    if size < t.fewest or size > t.most:
        return -np.inf
    return menu_value(t.utility, t.worth, t.payment, t.logit, menu, size, t.option_charge, t.group, t.charge, t.mode)


@numba.njit(cache=True, nogil=True)
def climb(t, picks):  # type: ignore[no-untyped-def]
    """A good menu near `picks` (option by tier, negative for none): change one tier while that helps.

    Returns the options by tier and the worth; -inf where no allowed menu was met.
    """
    picks = picks.copy()
    best = _value_by_tier(t, picks)
    improved = True
    while improved:
        improved = False
        for i in range(len(picks)):
            kept = picks[i]
            for o in range(t.tier_start[i] - 1, t.tier_start[i + 1]):
                picks[i] = -1 if o < t.tier_start[i] else o
                value = _value_by_tier(t, picks)
                if value > best + 1e-12 * abs(best):
                    best, kept, improved = value, picks[i], True
            picks[i] = kept
    return picks, best
