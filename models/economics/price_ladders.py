"""Price ladders: evenly spaced prices, written as the first of them, the step, and where they end."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..catalog import Array, Codes

MOST_LADDER_POINTS = 1000
"""Points of one ladder at most."""
_STEP_ROUNDING = 1e-9
"""Share of a step that is taken for rounding: at the end of a ladder, and about 0."""


def ladder_sizes(price: Array, to: Array, step: Array) -> Array:
    """Points of each ladder, floor((to - price) / step + 1e-9) + 1; NaN where an end or a step is NaN."""
    with np.errstate(over="ignore"):
        return np.asarray(np.floor((to - price) / step + _STEP_ROUNDING) + 1, dtype=float)


def ladder_points(price: Array, to: Array, step: Array) -> tuple[Codes, Array]:
    """Ladder of each point, and the point: price + i x step to 12 significant digits, one next to 0 being 0.

    Where `to` and `step` are NaN the price stands for itself, as it is.
    """
    sizes = ladder_sizes(price, to, step)
    alone = np.isnan(sizes)
    count = np.where(alone, 1, sizes).astype(np.int64)
    row = np.repeat(np.arange(len(price)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    single = alone[row]
    climbed = price[row] + np.where(single, 0.0, place * step[row])
    climbed = np.where(np.abs(climbed) <= _STEP_ROUNDING * step[row], 0.0, climbed)
    return row, np.where(single, price[row], rounded_prices(climbed))


def rounded_prices(prices: Iterable[float]) -> Array:
    """The prices to 12 significant digits, as people write them: 0.3 and not 0.30000000000000004."""
    return np.array([float(f"{price:.12g}") for price in prices], dtype=float)


def beyond(price: Array, step: Array) -> Array:
    """The point one step (down where negative) from each price, rounded as those of a ladder; NaN without a step."""
    moved = price + step
    return rounded_prices(np.where(np.abs(moved) <= _STEP_ROUNDING * np.abs(step), 0.0, moved))
