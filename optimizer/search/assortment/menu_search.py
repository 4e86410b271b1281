"""The inner loop: the best menus of one price book by branch and bound over tiers; compiled with numba."""

from __future__ import annotations

import numpy as np

from .compiled import compiled
from .menu_bounds import prepare_first_choice, prepare_logit
from .menu_expansion import expand_first_choice, expand_logit, held_after
from .menu_path import State
from .pricing_objective import menu_value


@compiled
def _descend(t, p, s, level, o):  # type: ignore[no-untyped-def]
    """Fill the next level with what follows from option `o` (none if negative)."""
    for c in range(t.utility.shape[0]):
        s.total[level + 1, c] = s.total[level, c]
        s.mass[level + 1, c] = s.mass[level, c]
        s.held[level + 1, c], s.held_worth[level + 1, c] = s.held[level, c], s.held_worth[level, c]
        if not t.logit:
            s.held[level + 1, c], s.held_worth[level + 1, c] = held_after(t, s, level, c, o)
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


@compiled
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


@compiled
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


@compiled
def _left_open(s, level, floor):  # type: ignore[no-untyped-def]
    """Bound on every menu not looked at yet, when the search stops before looking at a node of `level`.

    On the level above, the child that leads to that node counts too.
    """
    ceiling = np.inf if level == 0 else floor
    for i in range(level):
        at = s.at[i] - 1 if i == level - 1 else s.at[i]
        if at < s.children[i]:
            ceiling = max(ceiling, s.child_bound[i, at])
    return ceiling


@compiled
def _menu_at_bottom(t, s, tiers):  # type: ignore[no-untyped-def]
    """Worth of the menu that the path down the tree has made; -inf if it is too short."""
    size = s.size[tiers]
    if size < t.fewest:
        return -np.inf
    return menu_value(t.utility, t.worth, t.payment, t.logit, s.menu, size, t.option_charge, t.group, t.charge, t.mode)


@compiled
def search_menus(t, floor, every, room, patience):  # type: ignore[no-untyped-def]
    """Menus worth more than `floor` for `Terms` t, by depth-first branch and bound over tiers.

    With `every` all of them are looked for, otherwise the best, after those met on the way to it. Ends early
    when `every` meets more than `room`, or after `patience` nodes. Returns menus (rows padded with -1), worths,
    whether nothing was left unlooked at, and an upper bound on the worth of any menu (`floor` if none beats it).
    """
    tiers = len(t.tier_start) - 1
    menus, worths = np.full((room, max(tiers, 1)), -1, dtype=np.int64), np.zeros(room)
    found, nodes, top, entering = 0, 0, floor, True
    level = np.int64(0)  # of a plain 0, numba would compile all that takes a level twice: for 0, and for any number
    p = prepare_logit(t) if t.logit else prepare_first_choice(t)
    s = _new_state(t)
    s.open[0] = t.allowed
    while level >= 0:
        if level == tiers:
            value = _menu_at_bottom(t, s, tiers)
            if value > floor:
                if every and found == room:
                    return menus, worths, False, np.inf
                found = _keep(menus, worths, found, s.menu, s.size[level], value)
                top, floor = max(top, value), floor if every else value
            level, entering = level - 1, False
            continue
        if entering:
            nodes += 1
            if nodes > patience:
                return menus[:found], worths[:found], False, max(top, _left_open(s, level, floor))
            expand = expand_logit(t, p, s, level, floor) if t.logit else expand_first_choice(t, p, s, level, floor)
            s.children[level], s.at[level] = expand, 0
        if s.at[level] >= s.children[level] or s.child_bound[level, s.at[level]] <= floor:
            level, entering = level - 1, False
            continue
        _descend(t, p, s, level, s.child[level, s.at[level]])
        s.at[level] += 1
        level, entering = level + 1, True
    return menus[:found], worths[:found], True, top
