"""Convexity duals: what a menu of each price book must exceed, in pricing objective, to have negative reduced cost."""

from __future__ import annotations

import numpy as np

from models.catalog import Array

TINY = 1e-300
"""Least divisor, so that shares of nothing are nothing."""


def raise_convexity_duals(duals: Array, slack: float) -> Array:
    """Convexity duals, shape (books,), higher by `slack` (scaled cost) in all, each in proportion to its size.

    Pricing for menus better than these is shorter, and the bound is at most `slack` lower.
    """
    return np.asarray(duals + slack * np.abs(duals) / max(float(np.abs(duals).sum()), TINY))
