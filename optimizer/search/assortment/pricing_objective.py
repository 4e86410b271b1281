"""The pricing problem of one price book, and its objective at a menu; compiled with numba.

Latent-class assortment optimization (Talluri & van Ryzin 2004; Mendez-Diaz et al. 2014 for logit; Bertsimas & Misic
2019 for first choice): take at most one option a tier, so that the profit that cohorts bring, at the dual prices of
the demand totals, less what options and covered products cost, is largest:

    max over menus M:  sum over product groups g of cover_g (sum over cohorts c in g of sum over o in M of
                       P[c, o](M) profit[c, o] - coverage_cost[g]) - sum over o in M of option_cost[o].

Profits and costs are in scaled cost of the master program. Arrays are C-contiguous.
"""

# mypy: no-warn-return-any
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes
from models.economics.choice import TIE

from .compiled import compiled, kernel

FREE, COVERED, BARRED = 0, 1, 2
"""Mode of a product group: covering it is open, fixed to yes, or fixed to no."""


class BookInstance(NamedTuple):
    """The pricing problem of one price book; options stand in the order of their tiers."""

    utility: Array
    """Utility of each option to each cohort against buying nothing, shape (cohorts, options); -inf: never bought."""
    profit: Array
    """What each cohort brings if all of it takes an option, shape (cohorts, options)."""
    payment: Array
    """What a unit pays a year, shape (cohorts, options); breaks ties of first choice."""
    logit: bool
    """Whether cohorts choose by logit; by first choice otherwise."""
    tier_start: Codes
    """First option of each tier, shape (tiers + 1,)."""
    allowed: NDArray[np.bool_]
    """Options that a menu may have, shape (options,)."""
    must: NDArray[np.bool_]
    """Tiers that a menu must have, shape (tiers,)."""
    fits: NDArray[np.bool_]
    """Whether the first option (of a lower tier) may share a menu with the second, shape (options, options)."""
    fewest: int
    """Fewest tiers of a menu."""
    most: int
    """Most tiers of a menu."""
    option_cost: Array
    """Cost of having each option on the menu, shape (options,)."""
    group: Codes
    """Product group of each cohort, shape (cohorts,)."""
    coverage_cost: Array
    """Cost of covering each product group, shape (groups,)."""
    mode: Codes
    """FREE, COVERED or BARRED of each product group, shape (groups,)."""


@compiled
def _logit_value(utility: Array, profit: Array, c: int, menu: Codes, size: int) -> float:
    """Profit of a logit cohort from a menu, sum_o P profit, by shifted exponentials."""
    peak = 0.0
    for j in range(size):
        peak = max(peak, utility[c, menu[j]])
    mass, total = np.exp(-peak), 0.0
    for j in range(size):
        weight = np.exp(utility[c, menu[j]] - peak)
        mass += weight
        if weight > 0.0:
            total += weight * profit[c, menu[j]]
    return total / mass


@compiled
def _first_choice_value(utility: Array, profit: Array, payment: Array, c: int, menu: Codes, size: int) -> float:
    """Profit of the option that a cohort takes by first choice; menus list options by rising rank."""
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
            taken = profit[c, o]
    return taken


@compiled
def sum_groups(values: Array, group: Codes, coverage_cost: Array, mode: Codes, sums: Array) -> float:
    """Profit of all cohorts less the cost of coverage; a FREE group is covered when that pays.

    `values` is the profit of each cohort; `sums`, shape (groups,), is filled with what covering each group gains.
    """
    for g in range(len(sums)):
        sums[g] = -coverage_cost[g]
    for c in range(len(values)):
        sums[group[c]] += values[c]
    total = 0.0
    for g in range(len(sums)):
        if mode[g] == COVERED or (mode[g] == FREE and sums[g] > 0.0):
            total += sums[g]
    return total


@compiled
def _values(t: BookInstance, menu: Codes, size: int) -> Array:
    """Profit of each cohort, shape (cohorts,), from a menu that covers every group not BARRED."""
    values = np.zeros(t.utility.shape[0])
    for c in range(len(values)):
        if t.mode[t.group[c]] == BARRED:
            continue
        if t.logit:
            values[c] = _logit_value(t.utility, t.profit, c, menu, size)
        else:
            values[c] = _first_choice_value(t.utility, t.profit, t.payment, c, menu, size)
    return values


@compiled
def menu_value(t: BookInstance, menu: Codes, size: int) -> float:
    """Pricing objective of a menu: its first `size` options, with the best coverage."""
    values = _values(t, menu, size)
    total = sum_groups(values, t.group, t.coverage_cost, t.mode, np.zeros(len(t.coverage_cost)))
    for j in range(size):
        total -= t.option_cost[menu[j]]
    return total


@compiled
def fill_gains(t: BookInstance, picks: Codes, gains: Array) -> None:
    """Fill `gains`, shape (groups,), with what covering each group gains; `picks` are options, negative for none."""
    menu, size = np.zeros(len(picks) + 1, dtype=np.int64), 0
    for i in range(len(picks)):
        if picks[i] >= 0:
            menu[size] = picks[i]
            size += 1
    sum_groups(_values(t, menu, size), t.group, t.coverage_cost, t.mode, gains)


@compiled
def value_by_tier(t: BookInstance, picks: Codes) -> float:
    """Pricing objective of the menu with option picks[i] at tier i (none if negative); -inf where a rule forbids it."""
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
    return menu_value(t, menu, size)


@compiled
def improve_picks(t: BookInstance, picks: Codes) -> float:
    """Change one tier of `picks` at a time while that helps; the objective at the end (-inf: no allowed menu met)."""
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
    return best


@kernel
def evaluate_picks(t: BookInstance, picks: Codes, improve: bool, gains: Array) -> float:
    """Pricing objective of the menu with option picks[i] at tier i (none if negative); -inf where a rule forbids it.

    With `improve`, `picks`, shape (tiers,), is changed first by local search: to a menu that no change of one tier
    improves. Fills `gains`, shape (groups,), with what covering each product group gains.
    """
    value = improve_picks(t, picks) if improve else value_by_tier(t, picks)
    fill_gains(t, picks, gains)
    return value


def local_search(t: BookInstance, picks: Codes) -> tuple[Codes, float]:
    """Heuristic pricing by local search: options by tier, and their objective, that no change of one tier improves.

    It begins at `picks`, the option of each tier, negative for none, shape (tiers,). The objective is -inf where no
    allowed menu was met.
    """
    picks = picks.copy()
    return picks, evaluate_picks(t, picks, True, np.zeros(len(t.mode)))


def group_gains(t: BookInstance, picks: Codes) -> Array:
    """What covering each product group gains under a menu of options (negative for none), shape (groups,)."""
    gains = np.zeros(len(t.mode))
    evaluate_picks(t, picks, False, gains)
    return gains


def objective_of(t: BookInstance, picks: Codes) -> float:
    """Pricing objective of the menu with option picks[i] at tier i (none if negative); -inf where a rule forbids it."""
    return evaluate_picks(t, picks, False, np.zeros(len(t.mode)))
