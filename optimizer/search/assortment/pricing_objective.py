"""What a menu of one price book is worth at given prices; compiled with numba.

A menu takes at most one option per tier. Its worth is the sum over product groups of what covering the
group brings, less the charge of each option; what a cohort brings is sum_o P[c,o] W[c,o]. Arrays are
C-contiguous, cohorts x options. Compiled code is cached by file: after an edit of one of the `menu_*`
modules, `make clean` drops what the others have compiled in.
"""

from __future__ import annotations

from collections import namedtuple

import numpy as np

from .compiled import compiled

TIE = 1e-9
"""Utilities this close tie (absolute); payments this close tie (relative)."""

FREE, COVERED, BARRED = 0, 1, 2
"""Whether covering a product group is open, settled, or ruled out."""

Terms = namedtuple(
    "Terms",
    "utility worth payment logit tier_start allowed must fits fewest most option_charge group charge mode",
)
"""What a search is given: utility, worth and payment by cohort and option; whether choice is logit; first
option of each tier (one entry more than tiers); options allowed; tiers a menu must have; which pairs of
options may share a menu; fewest and most tiers; charge of each option; product group of each cohort, and
charge and mode of each group."""


@compiled
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


@compiled
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


@compiled
def sum_groups(values, group, charge, mode, sums):  # type: ignore[no-untyped-def]
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


@compiled
def _values(utility, worth, payment, logit, menu, size, group, mode):  # type: ignore[no-untyped-def]
    """What each cohort brings under a menu that covers every product not barred."""
    values = np.zeros(utility.shape[0])
    for c in range(utility.shape[0]):
        if mode[group[c]] == BARRED:
            continue
        if logit:
            values[c] = _logit_value(utility, worth, c, menu, size)
        else:
            values[c] = _first_choice_value(utility, worth, payment, c, menu, size)
    return values


@compiled
def menu_value(utility, worth, payment, logit, menu, size, option_charge, group, charge, mode):  # type: ignore[no-untyped-def]
    """Worth of a whole menu."""
    values = _values(utility, worth, payment, logit, menu, size, group, mode)
    total = sum_groups(values, group, charge, mode, np.zeros(len(charge)))
    for j in range(size):
        total -= option_charge[menu[j]]
    return total


@compiled
def group_gains(t, menu, size):  # type: ignore[no-untyped-def]
    """What covering each product group brings under a menu."""
    gains = np.zeros(len(t.charge))
    values = _values(t.utility, t.worth, t.payment, t.logit, menu, size, t.group, t.mode)
    sum_groups(values, t.group, t.charge, t.mode, gains)
    return gains


@compiled
def value_by_tier(t, picks):  # type: ignore[no-untyped-def]
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


@compiled
def climb(t, picks):  # type: ignore[no-untyped-def]
    """A good menu near `picks` (option by tier, negative for none): change one tier while that helps.

    Returns the options by tier and the worth; -inf where no allowed menu was met.
    """
    picks = picks.copy()
    best = value_by_tier(t, picks)
    improved = True
    while improved:
        improved = False
        for i in range(len(picks)):
            kept = picks[i]
            for o in range(t.tier_start[i] - 1, t.tier_start[i + 1]):
                picks[i] = -1 if o < t.tier_start[i] else o
                value = value_by_tier(t, picks)
                if value > best + 1e-12 * abs(best):
                    best, kept, improved = value, picks[i], True
            picks[i] = kept
    return picks, best
