"""The path from the root to a node of a menu search, and what may follow on it; compiled with numba."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes

from .compiled import compiled
from .pricing_objective import BookInstance


class SearchPath(NamedTuple):
    """A depth-first path: row i holds what follows from deciding the first i tiers (levels = tiers + 1 rows)."""

    total: Array
    """Sum of weight x profit of the options taken, by logit cohort, shape (levels, cohorts)."""
    mass: Array
    """1 + sum of weights of the options taken, by logit cohort, shape (levels, cohorts)."""
    held: Array
    """First choice: best utility among the options taken, shape (levels, cohorts); -inf for none."""
    held_profit: Array
    """Largest profit of the options that a cohort may then take, shape (levels, cohorts)."""
    cost: Array
    """Cost of the options taken, shape (levels,)."""
    size: Codes
    """Number of options taken, shape (levels,)."""
    menu: Codes
    """The options taken, shape (levels,)."""
    child: Codes
    """Options of the next tier (-1 for none) to go on with, the most promising first, shape (levels, most options)."""
    child_bound: Array
    """Upper bound of each child, shape (levels, most options)."""
    children: Codes
    """Number of children, shape (levels,)."""
    at: Codes
    """Child to enter next, shape (levels,)."""
    open: NDArray[np.bool_]
    """Options that a better menu may still have, shape (levels, options)."""


@compiled
def may_add(t: BookInstance, s: SearchPath, level: int, o: int) -> bool:
    """Whether option o of the next tier (or none, o < 0) keeps to the rules on one menu."""
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
def insert(s: SearchPath, level: int, count: int, o: int, bound: float) -> None:
    """Put a child in its place, the most promising first."""
    j = count
    while j > 0 and s.child_bound[level, j - 1] < bound:
        s.child[level, j] = s.child[level, j - 1]
        s.child_bound[level, j] = s.child_bound[level, j - 1]
        j -= 1
    s.child[level, j] = o
    s.child_bound[level, j] = bound
