"""Exact and heuristic pricing of many price books, without Python between them; compiled with numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes

from .compiled import compiled, kernel
from .menu_search import search_menus
from .packed_instance import PackedDomain, PackedInstance, PricingObjective
from .pricing_objective import BARRED, COVERED, FREE, BookInstance, fill_gains, improve_picks, value_by_tier

BooksSearched = tuple[Codes, Array, NDArray[np.bool_], Codes, NDArray[np.bool_], Array]
"""What `search_books` returns."""


def book_instance(packed: PackedInstance, domain: PackedDomain, objective: PricingObjective, b: int) -> BookInstance:
    """The `BookInstance` of the book at place b of a packed instance."""
    cohorts, options = packed.cohort_start[b + 1] - packed.cohort_start[b], packed.options[b]
    cell, option, group = packed.cell_start[b], packed.option_start[b], packed.group_start[b]
    cells, groups = cohorts * options, packed.group_start[b + 1] - group
    return BookInstance(
        packed.utility[cell : cell + cells].reshape(cohorts, options),
        objective.profit[cell : cell + cells].reshape(cohorts, options),
        packed.payment[cell : cell + cells].reshape(cohorts, options),
        packed.logit,
        packed.tier_start[b],
        domain.allowed[option : option + options],
        domain.must[b],
        packed.fits[packed.fits_start[b] : packed.fits_start[b + 1]].reshape(options, options),
        packed.fewest,
        packed.most,
        objective.option_cost[option : option + options],
        packed.group[packed.cohort_start[b] : packed.cohort_start[b + 1]],
        objective.coverage_cost[group : group + groups],
        domain.mode[group : group + groups],
    )


_book_instance = compiled(book_instance)


@compiled
def _fill_covered(t: BookInstance, picks: Codes, covered: NDArray[np.bool_]) -> None:
    """Fill `covered`, shape (groups,), with the groups that a menu (options, negative for none) best covers."""
    gains = np.zeros(len(t.mode))
    fill_gains(t, picks, gains)
    for g in range(len(gains)):
        covered[g] = t.mode[g] == COVERED or (t.mode[g] == FREE and gains[g] > 0.0)


@kernel
def search_books(
    packed: PackedInstance,
    domain: PackedDomain,
    objective: PricingObjective,
    cutoffs: Array,
    books: Codes,
    enumerate_all: bool,
    capacity: int,
    node_limit: int,
) -> BooksSearched:
    """Exact pricing: of each book (by place) the best menu over its cutoff, after some met on the way, or all of them.

    `enumerate_all` and what ends a search early are told at `search_menus`. Returns, of each book: options of its
    menus, shape (books, capacity, tiers), padded with -1; their objectives, shape (books, capacity); groups covered,
    shape (books, capacity, most groups); how many menus there are; whether the search came to its end; and an upper
    bound of the objective of any menu.
    """
    count, tiers = len(books), packed.tier_start.shape[1] - 1
    most_groups = 1
    for b in books:
        most_groups = max(most_groups, packed.group_start[b + 1] - packed.group_start[b])
    menus, values = np.zeros((count, capacity, max(tiers, 1)), dtype=np.int64), np.zeros((count, capacity))
    covered = np.zeros((count, capacity, most_groups), dtype=np.bool_)
    found, complete = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.bool_)
    bounds = np.zeros(count)
    for i in range(count):
        b = books[i]
        t = _book_instance(packed, domain, objective, b)
        found[i], complete[i], bounds[i] = search_menus(t, cutoffs[b], enumerate_all, menus[i], values[i], node_limit)
        for k in range(found[i]):
            _fill_covered(t, menus[i, k], covered[i, k])
    return menus, values, covered, found, complete, bounds


@compiled
def _value_with_option(packed: PackedInstance, t: BookInstance, b: int, total: Array, mass: Array, o: int) -> float:
    """Objective of a logit menu when option o (none if negative) joins the options of the other tiers."""
    cell, options = packed.cell_start[b], packed.options[b]
    sums = np.zeros(len(t.coverage_cost))
    for g in range(len(sums)):
        sums[g] = -t.coverage_cost[g]
    for c in range(len(total)):
        if t.mode[t.group[c]] == BARRED:
            continue
        if o < 0:
            sums[t.group[c]] += total[c] / mass[c]
        else:
            weight = packed.weight[cell + c * options + o]
            gain = 0.0 if weight == 0.0 else weight * t.profit[c, o]
            sums[t.group[c]] += (total[c] + gain) / (mass[c] + weight)
    value = 0.0 if o < 0 else -t.option_cost[o]
    for g in range(len(sums)):
        if t.mode[g] == COVERED or (t.mode[g] == FREE and sums[g] > 0.0):
            value += sums[g]
    return value


@compiled
def _other_tiers(
    packed: PackedInstance, t: BookInstance, b: int, picks: Codes, i: int, total: Array, mass: Array
) -> tuple[float, int]:
    """Fill weighted profit and mass by cohort of the tiers other than i; the cost of their options, and how many."""
    cell, options = packed.cell_start[b], packed.options[b]
    for c in range(len(total)):
        total[c], mass[c] = 0.0, 1.0
    cost, size = 0.0, 0
    for j in range(len(picks)):
        o = picks[j]
        if j == i or o < 0:
            continue
        size += 1
        cost += t.option_cost[o]
        for c in range(len(total)):
            weight = packed.weight[cell + c * options + o]
            if weight > 0.0:
                mass[c] += weight
                total[c] += weight * t.profit[c, o]
    return cost, size


@compiled
def _may_take(t: BookInstance, picks: Codes, i: int, o: int, size: int) -> bool:
    """Whether option o (none if negative) may be that of tier i beside `size` others."""
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
def _drop_incompatible(t: BookInstance, picks: Codes) -> None:
    """Drop what may not be on the menu; of two options that do not fit, the one of the higher tier."""
    size = 0
    for i in range(len(picks)):
        o = picks[i]
        picks[i] = -1
        if o >= 0 and _may_take(t, picks, i, o, size):
            picks[i] = o
            size += 1


@compiled
def _local_search_logit(packed: PackedInstance, t: BookInstance, b: int, picks: Codes) -> float:
    """Change one tier of `picks` at a time while that helps; objective at the end (-inf if it is not allowed)."""
    total, mass = np.zeros(t.utility.shape[0]), np.zeros(t.utility.shape[0])
    _drop_incompatible(t, picks)
    best, since, i = -np.inf, 0, 0
    while since < len(picks):
        cost, size = _other_tiers(packed, t, b, picks, i, total, mass)
        kept, better = picks[i], False
        for o in range(t.tier_start[i] - 1, t.tier_start[i + 1]):
            pick = -1 if o < t.tier_start[i] else o
            if _may_take(t, picks, i, pick, size):
                value = _value_with_option(packed, t, b, total, mass, pick) - cost
                if value > best + 1e-12 * abs(best) or best == -np.inf:
                    best, kept, better = value, pick, True
        picks[i] = kept
        since = 1 if better else since + 1
        i = (i + 1) % len(picks)
    return value_by_tier(t, picks)


@kernel
def local_search_books(
    packed: PackedInstance,
    domain: PackedDomain,
    objective: PricingObjective,
    book: Codes,
    picks: Codes,
    values: Array,
    covered: NDArray[np.bool_],
) -> None:
    """Heuristic pricing: local search from each start, menu k of price book `book[k]`.

    Changes `picks`, shape (starts, tiers), the option by tier, in place; fills the objectives `values`, shape
    (starts,), -inf where no allowed menu was met, and the groups covered, shape (starts, most groups).
    """
    for k in range(len(book)):
        t = _book_instance(packed, domain, objective, book[k])
        if packed.logit:
            values[k] = _local_search_logit(packed, t, book[k], picks[k])
        else:
            values[k] = improve_picks(t, picks[k])
        if values[k] > -np.inf:
            _fill_covered(t, picks[k], covered[k])
