"""The best menus of many price books, one after the other without Python between; compiled with numba."""

from __future__ import annotations

import numpy as np

from .compiled import compiled
from .menu_search import search_menus
from .pricing_objective import BARRED, COVERED, FREE, Terms, climb, group_gains, value_by_tier


@compiled
def terms_of(shelf, open_, prices, b):  # type: ignore[no-untyped-def]
    """`Terms` of the book at place b."""
    cohorts, options = shelf.cohort_start[b + 1] - shelf.cohort_start[b], shelf.options[b]
    cell, option, group = shelf.cell_start[b], shelf.option_start[b], shelf.group_start[b]
    cells, groups = cohorts * options, shelf.group_start[b + 1] - group
    return Terms(
        shelf.utility[cell : cell + cells].reshape(cohorts, options),
        prices.worth[cell : cell + cells].reshape(cohorts, options),
        shelf.payment[cell : cell + cells].reshape(cohorts, options),
        shelf.logit,
        shelf.tier_start[b],
        open_.allowed[option : option + options],
        open_.must[b],
        shelf.fits[shelf.fits_start[b] : shelf.fits_start[b + 1]].reshape(options, options),
        shelf.fewest,
        shelf.most,
        prices.option_charge[option : option + options],
        shelf.group[shelf.cohort_start[b] : shelf.cohort_start[b + 1]],
        prices.charge[group : group + groups],
        open_.mode[group : group + groups],
    )


@compiled
def cover(t, picks, covered):  # type: ignore[no-untyped-def]
    """Fill in which product groups a menu (option by tier, negative for none) is best to cover."""
    menu, size = np.zeros(len(picks) + 1, dtype=np.int64), 0
    for i in range(len(picks)):
        if picks[i] >= 0:
            menu[size] = picks[i]
            size += 1
    gains = group_gains(t, menu, size)
    for g in range(len(gains)):
        covered[g] = t.mode[g] == COVERED or (t.mode[g] == FREE and gains[g] > 0.0)


@compiled
def search_books(shelf, open_, prices, floors, books, room, patience):  # type: ignore[no-untyped-def]
    """The best menu of each of some books (by place) worth more than its floor, after some met on the way.

    Returns by book and find options (padded with -1), worth and groups covered; how many there are, whether
    nothing was left unlooked at, and an upper bound on the worth of any menu.
    """
    count, tiers = len(books), shelf.tier_start.shape[1] - 1
    most_groups = 1
    for b in books:
        most_groups = max(most_groups, shelf.group_start[b + 1] - shelf.group_start[b])
    menus, worths = np.full((count, room, max(tiers, 1)), -1, dtype=np.int64), np.zeros((count, room))
    covered = np.zeros((count, room, most_groups), dtype=np.bool_)
    found, complete = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    ceiling = np.zeros(count)
    for i in range(count):
        t = terms_of(shelf, open_, prices, books[i])
        some, values, complete[i], ceiling[i] = search_menus(t, floors[books[i]], np.bool_(False), room, patience)
        found[i] = len(values)
        for k in range(len(values)):
            menus[i, k], worths[i, k] = some[k], values[k]
            cover(t, some[k], covered[i, k])
    return menus, worths, covered, found, complete, ceiling


@compiled
def _bring(shelf, t, b, total, mass, o):  # type: ignore[no-untyped-def]
    """Worth of a logit menu when option o (none if negative) joins what the other tiers make of each cohort."""
    cell, options = shelf.cell_start[b], shelf.options[b]
    sums = -t.charge
    for c in range(len(total)):
        if t.mode[t.group[c]] == BARRED:
            continue
        if o < 0:
            sums[t.group[c]] += total[c] / mass[c]
        else:
            weight = shelf.weight[cell + c * options + o]
            gain = 0.0 if weight == 0.0 else weight * t.worth[c, o]
            sums[t.group[c]] += (total[c] + gain) / (mass[c] + weight)
    value = 0.0 if o < 0 else -t.option_charge[o]
    for g in range(len(sums)):
        if t.mode[g] == COVERED or (t.mode[g] == FREE and sums[g] > 0.0):
            value += sums[g]
    return value


@compiled
def _others(shelf, t, b, picks, i, total, mass):  # type: ignore[no-untyped-def]
    """What the tiers other than i make of each cohort, the charge of their options, and how many there are."""
    cell, options = shelf.cell_start[b], shelf.options[b]
    total[:] = 0.0
    mass[:] = 1.0
    charge, size = 0.0, 0
    for j in range(len(picks)):
        o = picks[j]
        if j == i or o < 0:
            continue
        size += 1
        charge += t.option_charge[o]
        for c in range(len(total)):
            weight = shelf.weight[cell + c * options + o]
            if weight > 0.0:
                mass[c] += weight
                total[c] += weight * t.worth[c, o]
    return charge, size


@compiled
def _may_take(t, picks, i, o, size):  # type: ignore[no-untyped-def]
    """Whether option o (none if negative) may stand at tier i beside `size` others."""
    if o < 0:
        return picks[i] < 0 or (not t.must[i] and size >= t.fewest)
    if not t.allowed[o] or size + 1 > t.most:
        return False
    for j in range(len(picks)):
        if j < i and picks[j] >= 0 and not t.fits[picks[j], o]:
            return False
        if j > i and picks[j] >= 0 and not t.fits[o, picks[j]]:
            return False
    return True


@compiled
def _drop_unfit(t, picks):  # type: ignore[no-untyped-def]
    """Leave out what may not be on the menu, the lower tiers having the say."""
    size = 0
    for i in range(len(picks)):
        o = picks[i]
        picks[i] = -1
        if o >= 0 and _may_take(t, picks, i, o, size):
            picks[i] = o
            size += 1


@compiled
def _climb_logit(shelf, t, b, picks):  # type: ignore[no-untyped-def]
    """Change one tier of `picks` at a time while that helps; worth of the end (-inf if it is not allowed)."""
    total, mass = np.zeros(t.utility.shape[0]), np.ones(t.utility.shape[0])
    _drop_unfit(t, picks)
    best, since, i = -np.inf, 0, 0
    while since < len(picks):
        charge, size = _others(shelf, t, b, picks, i, total, mass)
        kept, better = picks[i], False
        for o in range(t.tier_start[i] - 1, t.tier_start[i + 1]):
            pick = -1 if o < t.tier_start[i] else o
            if _may_take(t, picks, i, pick, size):
                value = _bring(shelf, t, b, total, mass, pick) - charge
                if value > best + 1e-12 * abs(best) or best == -np.inf:
                    best, kept, better = value, pick, True
        picks[i] = kept
        since = 1 if better else since + 1
        i = (i + 1) % len(picks)
    return value_by_tier(t, picks)


@compiled
def climb_books(shelf, open_, prices, book, picks, worths, covered):  # type: ignore[no-untyped-def]
    """Climb from each start (its book, and option by tier, which is changed in place); fills worth and coverage.

    The worth is -inf where no allowed menu was met.
    """
    for k in range(len(book)):
        t = terms_of(shelf, open_, prices, book[k])
        if shelf.logit:
            worths[k] = _climb_logit(shelf, t, book[k], picks[k])
        else:
            picks[k], worths[k] = climb(t, picks[k])
        if worths[k] > -np.inf:
            cover(t, picks[k], covered[k])
