"""Domains of the relaxation-based menu search: the menus that a node holds, propagation, fixing and branching."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes

from .pricing_objective import BARRED, COVERED, FREE, BookInstance


def tiers_of(t: BookInstance) -> Codes:
    """Tier of each option, shape (options,)."""
    return np.repeat(np.arange(len(t.tier_start) - 1), np.diff(t.tier_start))


@dataclass(frozen=True)
class MenuDomain:
    """The menus that a node holds: of allowed options, with every tier they must have, covered as the modes say."""

    allowed: NDArray[np.bool_]
    """Options that a menu may have, shape (options,)."""
    must: NDArray[np.bool_]
    """Tiers that a menu must have, shape (tiers,)."""
    mode: Codes
    """FREE, COVERED or BARRED of each product group, shape (groups,)."""

    def options(self, t: BookInstance, tier: int) -> Codes:
        """Options of a tier that are allowed."""
        first, last = t.tier_start[tier], t.tier_start[tier + 1]
        return np.flatnonzero(self.allowed[first:last]) + int(first)

    def fixed(self, t: BookInstance) -> Codes:
        """The fixed option of each tier, shape (tiers,): -1 where that is open, -2 where the tier is left out."""
        counts = np.add.reduceat(np.append(self.allowed, False).astype(np.int64), t.tier_start[:-1])
        counts[t.tier_start[:-1] == t.tier_start[1:]] = 0
        chosen = np.full(len(self.must), -1, dtype=np.int64)
        chosen[(counts == 0) & ~self.must] = -2
        for tier in np.flatnonzero((counts == 1) & self.must).tolist():
            chosen[tier] = self.options(t, tier)[0]
        return chosen

    def propagate(self, t: BookInstance) -> MenuDomain | None:
        """Propagation: the domain without options that no menu of it can have; None where it holds no menu."""
        allowed = self.allowed.copy()
        while True:
            here = replace(self, allowed=allowed)
            chosen = here.fixed(t)
            fixed = chosen[chosen >= 0]
            if len(fixed) > t.most or (chosen > -2).sum() < t.fewest:
                return None
            closed = allowed & ~_compatible_with(t, fixed)
            if len(fixed) == t.most:
                tier_of = tiers_of(t)
                closed |= allowed & (chosen[tier_of] == -1)
            if not closed.any():
                break
            allowed = allowed & ~closed
        none_left = [not len(here.options(t, tier)) for tier in np.flatnonzero(self.must).tolist()]
        return None if any(none_left) else here

    def reduced_cost_fixing(self, t: BookInstance, reduced_cost: Array, slack: float) -> MenuDomain | None:
        """Reduced-cost fixing: options are barred, or fixed, whose other value costs more than the slack to the cutoff.

        `reduced_cost`, shape (options,), is what having an option lowers the bound by at least (positive), or
        leaving it out (negative). The same domain where nothing follows; None where no menu is left.
        """
        closed = self.allowed & (reduced_cost > slack)
        sure = np.flatnonzero(self.allowed & (reduced_cost < -slack))
        if not closed.any() and not len(sure):
            return self
        allowed, must = self.allowed & ~closed, self.must.copy()
        for option in sure.tolist():
            tier = int(np.searchsorted(t.tier_start, option, side="right")) - 1
            must[tier] = True
            allowed[t.tier_start[tier] : t.tier_start[tier + 1]] = False
            allowed[option] = not closed[option]
        return replace(self, allowed=allowed, must=must).propagate(t)

    def branch_on_tier(self, t: BookInstance, tier: int, shares: Array) -> tuple[MenuDomain, MenuDomain]:
        """Two domains that divide the menus at a tier: up to an option (or none), and from the next on.

        The cut is where it halves best the LP shares of the options, shape (options,).
        """
        options = self.options(t, tier)
        weight = np.maximum(shares[options], 0.0)
        if not self.must[tier]:
            weight = np.concatenate([[max(0.0, 1.0 - weight.sum())], weight])
        until = np.cumsum(weight)[:-1]
        cut = int(np.argmin(np.abs(until - 0.5 * weight.sum())))
        first = cut + 1 if self.must[tier] else cut
        low, high = self.allowed.copy(), self.allowed.copy()
        low[options[first:]] = False
        high[options[:first]] = False
        must = self.must.copy()
        must[tier] = True
        return replace(self, allowed=low), replace(self, allowed=high, must=must)

    def branch_on_group(self, group: int) -> tuple[MenuDomain, MenuDomain]:
        """Two domains that divide the menus: without and with a product group covered."""
        barred, covered = self.mode.copy(), self.mode.copy()
        barred[group], covered[group] = BARRED, COVERED
        return replace(self, mode=barred), replace(self, mode=covered)

    def open_groups(self) -> Codes:
        """Product groups whose coverage is open."""
        return np.flatnonzero(self.mode == FREE)


def _compatible_with(t: BookInstance, fixed: Codes) -> NDArray[np.bool_]:
    """Whether each option fits all of the fixed ones (it does itself), shape (options,)."""
    keep = np.ones(t.fits.shape[0], dtype=bool)
    if not len(fixed) or t.fits.all():
        return keep
    tier_of = tiers_of(t)
    for option in fixed.tolist():
        lower, higher = tier_of < tier_of[option], tier_of > tier_of[option]
        keep &= ~lower | t.fits[:, option]
        keep &= ~higher | t.fits[option, :]
    return keep
