"""What a part of a book's menus leaves open, and how it is parted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.catalog import Array, Codes

from .pricing_objective import BARRED, COVERED, FREE

Terms = Any
"""`menu_worth.Terms`: a named tuple for compiled code, which carries no types."""


def tiers_of(t: Terms) -> Codes:
    """Tier of each option."""
    return np.repeat(np.arange(len(t.tier_start) - 1), np.diff(t.tier_start))


@dataclass(frozen=True)
class MenuDomain:
    """Options allowed, tiers that a menu must have, and mode of each product group."""

    allowed: NDArray[np.bool_]
    must: NDArray[np.bool_]
    mode: Codes

    def options(self, t: Terms, tier: int) -> Codes:
        """Options of a tier that are allowed."""
        first, last = t.tier_start[tier], t.tier_start[tier + 1]
        return np.flatnonzero(self.allowed[first:last]) + int(first)

    def settled(self, t: Terms) -> Codes:
        """The option of each tier that every menu has, -1 where that is open and -2 where there is none."""
        counts = np.add.reduceat(np.append(self.allowed, False).astype(np.int64), t.tier_start[:-1])
        counts[t.tier_start[:-1] == t.tier_start[1:]] = 0
        chosen = np.full(len(self.must), -1, dtype=np.int64)
        chosen[(counts == 0) & ~self.must] = -2
        for tier in np.flatnonzero((counts == 1) & self.must).tolist():
            chosen[tier] = self.options(t, tier)[0]
        return chosen

    def narrowed(self, t: Terms) -> MenuDomain | None:
        """Without the options that no menu here can have; None where it has no menu at all."""
        allowed = self.allowed.copy()
        while True:
            here = replace(self, allowed=allowed)
            chosen = here.settled(t)
            settled = chosen[chosen >= 0]
            if len(settled) > t.most or (chosen > -2).sum() < t.fewest:
                return None
            closed = allowed & ~_beside(t, settled)
            if len(settled) == t.most:
                tier_of = tiers_of(t)
                closed |= allowed & (chosen[tier_of] == -1)
            if not closed.any():
                break
            allowed = allowed & ~closed
        none_left = [not len(here.options(t, tier)) for tier in np.flatnonzero(self.must).tolist()]
        return None if any(none_left) else here

    def without(self, t: Terms, forgone: Array, room: float) -> MenuDomain | None:
        """Without options that cost more than there is room for, and with those that cost more to leave out.

        `forgone` is what having an option loses at least (positive), or leaving it out (negative). The same
        choices where nothing follows; None where no menu is left.
        """
        closed = self.allowed & (forgone > room)
        sure = np.flatnonzero(self.allowed & (forgone < -room))
        if not closed.any() and not len(sure):
            return self
        allowed, must = self.allowed & ~closed, self.must.copy()
        for option in sure.tolist():
            tier = int(np.searchsorted(t.tier_start, option, side="right")) - 1
            must[tier] = True
            allowed[t.tier_start[tier] : t.tier_start[tier + 1]] = False
            allowed[option] = not closed[option]
        return replace(self, allowed=allowed, must=must).narrowed(t)

    def part(self, t: Terms, tier: int, shares: Array) -> tuple[MenuDomain, MenuDomain]:
        """Two parts that differ in a tier: up to an option (or none), and from the next on.

        The cut is where the shares (of the options in a solution) are halved best.
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

    def part_group(self, group: int) -> tuple[MenuDomain, MenuDomain]:
        """Without and with a product group covered."""
        barred, covered = self.mode.copy(), self.mode.copy()
        barred[group], covered[group] = BARRED, COVERED
        return replace(self, mode=barred), replace(self, mode=covered)

    def open_groups(self) -> Codes:
        """Groups whose coverage is open."""
        return np.flatnonzero(self.mode == FREE)


def _beside(t: Terms, settled: Codes) -> NDArray[np.bool_]:
    """Whether each option may stand beside all of these (it does beside itself)."""
    keep = np.ones(t.fits.shape[0], dtype=bool)
    if not len(settled) or t.fits.all():
        return keep
    tier_of = tiers_of(t)
    for option in settled.tolist():
        lower, higher = tier_of < tier_of[option], tier_of > tier_of[option]
        keep &= ~lower | t.fits[:, option]
        keep &= ~higher | t.fits[option, :]
    return keep
