"""Exact pricing: the best menus of one price book, by depth-first branch and bound over tiers; compiled with numba."""

from __future__ import annotations

import numpy as np

from models.catalog import Array, Codes

from .compiled import compiled
from .menu_bounds import BoundTables, prepare_first_choice, prepare_logit
from .menu_expansion import expand_first_choice, expand_logit, held_after
from .menu_path import SearchPath
from .pricing_objective import BookInstance, menu_value


@compiled
def _descend(t: BookInstance, p: BoundTables, s: SearchPath, level: int, o: int) -> None:
    """Fill the next level of the path with what follows from taking option `o` (none if negative)."""
    for c in range(t.utility.shape[0]):
        s.total[level + 1, c] = s.total[level, c]
        s.mass[level + 1, c] = s.mass[level, c]
        s.held[level + 1, c], s.held_profit[level + 1, c] = s.held[level, c], s.held_profit[level, c]
        if not t.logit:
            s.held[level + 1, c], s.held_profit[level + 1, c] = held_after(t, s, level, c, o)
        elif o >= 0:
            if p.extreme[c]:
                if t.utility[c, o] > -np.inf:
                    s.held_profit[level + 1, c] = max(s.held_profit[level, c], t.profit[c, o])
            else:
                s.total[level + 1, c] += p.gains[o, c]
                s.mass[level + 1, c] += p.weights[o, c]
    for i in range(s.open.shape[1]):
        s.open[level + 1, i] = s.open[level, i]
    s.cost[level + 1] = s.cost[level]
    s.size[level + 1] = s.size[level]
    if o >= 0:
        s.cost[level + 1] += t.option_cost[o]
        s.menu[s.size[level]] = o
        s.size[level + 1] += 1


@compiled
def _path_at_root(t: BookInstance) -> SearchPath:
    cohorts, tiers = t.utility.shape[0], len(t.tier_start) - 1
    width = 1
    for i in range(tiers):
        width = max(width, t.tier_start[i + 1] - t.tier_start[i] + 1)
    levels = tiers + 1
    mass, held = np.zeros((levels, cohorts)), np.zeros((levels, cohorts))
    for c in range(cohorts):
        mass[0, c], held[0, c] = 1.0, -np.inf
    allowed = np.zeros((levels, t.utility.shape[1]), dtype=np.bool_)
    for o in range(t.utility.shape[1]):
        allowed[0, o] = t.allowed[o]
    return SearchPath(
        np.zeros((levels, cohorts)),
        mass,
        held,
        np.zeros((levels, cohorts)),
        np.zeros(levels),
        np.zeros(levels, dtype=np.int64),
        np.zeros(levels, dtype=np.int64),
        np.zeros((levels, width), dtype=np.int64),
        np.zeros((levels, width)),
        np.zeros(levels, dtype=np.int64),
        np.zeros(levels, dtype=np.int64),
        allowed,
    )


@compiled
def _record(menus: Codes, values: Array, found: int, menu: Codes, size: int, value: float) -> int:
    """Write a menu down, dropping the oldest at capacity; how many are kept."""
    capacity, tiers = menus.shape
    if found == capacity:
        for j in range(capacity - 1):
            values[j] = values[j + 1]
            for i in range(tiers):
                menus[j, i] = menus[j + 1, i]
        found = capacity - 1
    for i in range(tiers):
        menus[found, i] = menu[i] if i < size else -1
    values[found] = value
    return found + 1


@compiled
def _open_bound(s: SearchPath, level: int, cutoff: float) -> float:
    """Upper bound of every menu not visited yet, when the search stops before a node of `level`.

    On the level above, the child that leads to that node counts too.
    """
    bound = np.inf if level == 0 else cutoff
    for i in range(level):
        at = s.at[i] - 1 if i == level - 1 else s.at[i]
        if at < s.children[i]:
            bound = max(bound, s.child_bound[i, at])
    return bound


@compiled
def _menu_at_bottom(t: BookInstance, s: SearchPath, tiers: int) -> float:
    """Pricing objective of the menu at the end of the path; -inf if it is too short."""
    size = s.size[tiers]
    if size < t.fewest:
        return -np.inf
    return menu_value(t, s.menu, size)


@compiled
def _level_zero() -> int:
    """The level of the root. Of a plain 0, numba would compile what takes a level twice: for 0, and for any number."""
    return np.int64(0)  # type: ignore[return-value]


@compiled
def search_menus(
    t: BookInstance, cutoff: float, enumerate_all: bool, menus: Codes, values: Array, node_limit: int
) -> tuple[int, bool, float]:
    """Menus of a `BookInstance` t whose pricing objective is over `cutoff`.

    With `enumerate_all` they are all of them, otherwise the best one after those met on the way to it, as many as
    there is room for. Fills the menus, shape (capacity, tiers), options padded with -1, and their objectives, shape
    (capacity,). The search ends early after `node_limit` nodes, or where more than the capacity are enumerated.
    Returns how many menus there are; whether the search came to its end; and an upper bound of the objective of any
    menu (`cutoff` if none beats it).
    """
    tiers = len(t.tier_start) - 1
    found, nodes, top, entering = 0, 0, cutoff, True
    level = _level_zero()
    p = prepare_logit(t) if t.logit else prepare_first_choice(t)
    s = _path_at_root(t)
    while level >= 0:
        if level == tiers:
            value = _menu_at_bottom(t, s, tiers)
            if value > cutoff:
                if enumerate_all and found == len(values):
                    return found, False, np.inf
                found = _record(menus, values, found, s.menu, s.size[level], value)
                top, cutoff = max(top, value), cutoff if enumerate_all else value
            level, entering = level - 1, False
            continue
        if entering:
            nodes += 1
            if nodes > node_limit:
                return found, False, max(top, _open_bound(s, level, cutoff))
            expand = expand_logit(t, p, s, level, cutoff) if t.logit else expand_first_choice(t, p, s, level, cutoff)
            s.children[level], s.at[level] = expand, 0
        if s.at[level] >= s.children[level] or s.child_bound[level, s.at[level]] <= cutoff:
            level, entering = level - 1, False
            continue
        _descend(t, p, s, level, s.child[level, s.at[level]])
        s.at[level] += 1
        level, entering = level + 1, True
    return found, True, top
