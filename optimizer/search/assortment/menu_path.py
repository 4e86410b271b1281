"""The path down the tree of a menu search, and what may follow on it; compiled with numba."""

from __future__ import annotations

from collections import namedtuple

from .compiled import compiled

State = namedtuple("State", "total mass held held_worth charged size menu child child_bound children at open")
"""The path down the tree: rows are levels, level i holds what follows from deciding the first i tiers."""


@compiled
def may_add(t, s, level, o):  # type: ignore[no-untyped-def]
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


@compiled
def insert(s, level, count, o, bound):  # type: ignore[no-untyped-def]
    """Put a child in its place, the most promising first."""
    j = count
    while j > 0 and s.child_bound[level, j - 1] < bound:
        s.child[level, j] = s.child[level, j - 1]
        s.child_bound[level, j] = s.child_bound[level, j - 1]
        j -= 1
    s.child[level, j] = o
    s.child_bound[level, j] = bound
