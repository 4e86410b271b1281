"""Logit cohorts in the linear relaxation of the pricing problem (Mendez-Diaz et al. 2014).

Z = 1 / (1 + sum of weights on offer) and Y_o = x_o Z, with weights exp(u) relative to the fixed options. Z + sum of
weight Y = 1, and the profit Z A + sum of weight W Y is linear. Y = x Z lies between the four lines that touch it over
the range of Z (McCormick 1976); that range is what the domain leaves, for x_o at 0 and at 1 apart. The options of a
tier share two of the lines, as one of them at most is on the menu. Where every x is whole the rows are exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes

from .lp_builder import LpBuilder
from .menu_domain import MenuDomain, tiers_of
from .pricing_objective import BARRED, BookInstance

CohortColumns = tuple[Codes, Codes, Array]
"""Columns, the cohort of each, and the profit of one unit of the column; arrays of equal shape."""

FREE_SHARE, TAKEN, CEILING = 10, 11, 12
"""Kinds of columns: Z; Y (times the weight where that is over 1); profit of an extreme cohort."""
SHARES, AT_MOST, AT_LEAST, ABOVE, BELOW = 10, 11, 12, 13, 14
"""Kinds of rows: shares sum to 1; the four lines."""
TINY_WEIGHT = 1e-9
"""Weights below this are bounded as if sold to everyone, which keeps tiny coefficients out of the matrix."""
EXTREME_UTILITY = 40.0
"""Relative utility above which a cohort is extreme: its weights would hide the rest; its best options bound it."""


@dataclass(frozen=True)
class _Weights:
    """Weights of the open options of some cohorts relative to the fixed options, and the range of Z."""

    weight: Array
    """Shape (cohorts, options); 0 where not open, or tiny."""
    tiny: Array
    """Sum of tiny weights, by cohort."""
    tiers: Codes
    """Tier of each option."""
    open: NDArray[np.bool_]
    """Whether each option is open."""
    must: NDArray[np.bool_]
    """Tiers that must still join, shape (tiers,)."""
    slots: int
    """Tiers that may still join."""

    @cached_property
    def heaviest(self) -> Array:
        """Largest weight, by cohort and tier."""
        top = np.zeros((len(self.weight), len(self.must)))
        np.maximum.at(top.T, self.tiers, self.weight.T)
        return top

    @cached_property
    def lightest(self) -> Array:
        """Least weight that a tier is sure to bring, by cohort and tier."""
        low = np.full((len(self.weight), len(self.must)), np.inf)
        np.minimum.at(low.T, self.tiers[self.open], self.weight.T[self.open])
        return np.where(np.isfinite(low) & self.must, low, 0.0)

    def most_mass(self) -> Array:
        """Largest 1 / Z, by cohort."""
        return np.asarray(1.0 + self.tiny + self._sums[:, self.slots])

    @cached_property
    def _rank(self) -> Codes:
        """Place of each tier when they stand by falling weight, by cohort and tier."""
        return np.asarray(np.argsort(np.argsort(-self.heaviest, axis=1, kind="stable"), axis=1, kind="stable"))

    @cached_property
    def _sums(self) -> Array:
        """Sum of the heaviest k tiers, by cohort and k."""
        falling = -np.sort(-self.heaviest, axis=1)
        return np.concatenate([np.zeros((len(falling), 1)), np.cumsum(falling, axis=1)], axis=1)

    def beside(self, slots: int) -> Array:
        """Largest mass that `slots` other tiers can add beside each tier: by cohort and tier."""
        # A tier among the heaviest leaves its place to the next one.
        more = np.minimum(slots + 1, self.heaviest.shape[1])
        among = self._sums[:, [more]] - self.heaviest
        return np.where(self._rank < slots, among, self._sums[:, [slots]]) + self.tiny[:, None]


def _fixed_part(t: BookInstance, chosen: Codes) -> tuple[Array, Array]:
    """Logarithm of 1 + the weights of the fixed options, and their profit at Z = 1, both of shape (cohorts,)."""
    nothing = np.zeros((len(t.utility), 1))
    utility = np.concatenate([nothing, t.utility[:, chosen]], axis=1)
    profit = np.concatenate([nothing, t.profit[:, chosen]], axis=1)
    peak = utility.max(axis=1)
    weight = np.exp(utility - peak[:, None])
    mass = weight.sum(axis=1)
    return peak + np.log(mass), np.where(weight > 0, weight * profit, 0.0).sum(axis=1) / mass


def add_logit(t: BookInstance, domain: MenuDomain, lp: LpBuilder, option_columns: Codes) -> CohortColumns:
    """Add the columns and rows of all cohorts that may be covered."""
    chosen = domain.fixed(t)
    base, fixed_profit = _fixed_part(t, chosen[chosen >= 0])
    relative = np.where(option_columns >= 0, t.utility - base[:, None], -np.inf)
    extreme = relative.max(axis=1, initial=-np.inf) > EXTREME_UTILITY
    seen = domain.mode[t.group] != BARRED
    plain = np.flatnonzero(seen & ~extreme)
    weight = np.exp(relative[plain])
    tiny = weight < TINY_WEIGHT
    tiers = tiers_of(t)
    weights = _Weights(
        np.where(tiny, 0.0, weight),
        np.where(tiny, weight, 0.0).sum(axis=1),
        tiers,
        option_columns >= 0,
        domain.must & (chosen == -1),
        min(int(t.most - (chosen >= 0).sum()), int((chosen == -1).sum())),
    )
    free = lp.columns(FREE_SHARE, plain, 1.0 / weights.most_mass(), 1.0 / (1.0 + weights.lightest.sum(axis=1)))
    parts = [
        (free, plain, fixed_profit[plain]),
        _sold_to_everyone(plain, weight * tiny, t.profit, option_columns),
        _add_mccormick(t, plain, weights, lp, option_columns, free),
        *_add_extreme(t, np.flatnonzero(seen & extreme), chosen, lp, option_columns),
    ]
    columns, cohorts, values = (np.concatenate(kind) for kind in zip(*parts, strict=True))
    return columns, cohorts, values


def _sold_to_everyone(plain: Codes, weight: Array, profit: Array, option_columns: Codes) -> CohortColumns:
    row, option = np.nonzero(weight)
    value = weight[row, option] * np.maximum(profit[plain[row], option], 0.0)
    return option_columns[option], plain[row], value


def _add_mccormick(
    t: BookInstance, plain: Codes, weights: _Weights, lp: LpBuilder, option_columns: Codes, free: Codes
) -> CohortColumns:
    """Columns Y, and the four McCormick rows between Y, x and Z."""
    row, option = np.nonzero(weights.weight)
    tier, weight = weights.tiers[option], weights.weight[row, option]
    scale = np.maximum(1.0, weight)
    sure = weights.lightest.sum(axis=1)
    high = scale / (1.0 + weight + sure[row] - weights.lightest[row, tier])
    low = scale / (1.0 + weight + weights.beside(max(0, weights.slots - 1))[row, tier])
    cells, x = plain[row] * t.utility.shape[1] + option, option_columns[option]
    taken = lp.columns(TAKEN, cells, 0.0, high)
    at_most = lp.rows(AT_MOST, cells, -np.inf, 0.0)
    lp.entries(at_most, taken, 1.0)
    lp.entries(at_most, x, -high)
    at_least = lp.rows(AT_LEAST, cells, 0.0, np.inf)
    lp.entries(at_least, taken, 1.0)
    lp.entries(at_least, x, -low)
    shares = lp.rows(SHARES, plain, 1.0 - weights.tiny, 1.0)
    lp.entries(shares, free, 1.0)
    lp.entries(shares[row], taken, weight / scale)
    pairs, pair = np.unique(row * len(weights.must) + tier, return_inverse=True)
    of_row, of_tier = np.divmod(pairs, len(weights.must))
    without = 1.0 / (1.0 + weights.beside(weights.slots)[of_row, of_tier])
    keys = plain[of_row] * len(weights.must) + of_tier
    for kind, side, sides in (
        (ABOVE, without, (without, np.inf)),
        (BELOW, 1.0 / (1.0 + sure[of_row]), (-np.inf, 1.0 / (1.0 + sure[of_row]))),
    ):
        rows = lp.rows(kind, keys, *sides)
        lp.entries(rows, free[of_row], 1.0)
        lp.entries(rows[pair], taken, -1.0 / scale)
        lp.entries(rows[pair], x, side[pair])
    return taken, plain[row], weight / scale * t.profit[plain[row], option]


def _add_extreme(
    t: BookInstance, cohorts: Codes, chosen: Codes, lp: LpBuilder, option_columns: Codes
) -> list[CohortColumns]:
    """A mean is at most its largest term: profit <= h + sum of (W - h)+ x, with h the largest of the fixed options."""
    if not len(cohorts):
        return []
    nothing = np.zeros((len(cohorts), 1))
    fixed = np.concatenate([nothing, t.profit[np.ix_(cohorts, chosen[chosen >= 0])]], axis=1).max(axis=1)
    one = lp.columns(CEILING, cohorts, 1.0, 1.0)
    above = np.maximum(t.profit[cohorts] - fixed[:, None], 0.0)
    row, option = np.nonzero(np.where((option_columns >= 0) & (t.utility[cohorts] > -np.inf), above, 0.0))
    return [(one, cohorts, fixed), (option_columns[option], cohorts[row], above[row, option])]
