"""Adding, dropping and swapping tiers of one menu until nothing gains, from many random starts.

For cases of one price book, one price a tier, logit and no rules but the size of the menu: it gives the large
assortments, which nothing may prove, a value to compare with.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from models import Case

from .market import market
from .outcome import Outcome
from .program import Array
from .with_choice_learn import stated

STARTS = 200
SHARE_AT_START = 0.3
"""Share of the tiers in a menu that a climb starts from."""
NOTHING = 1e-9
"""Relative gain that is rounding."""


def solve_by_exchange(case: Case, scenario_name: str, gap: float, time_limit: float) -> Outcome:
    """The best menu of all climbs; there is no bound."""
    start = time.monotonic()
    problem = stated(market(case, scenario_name))
    prices = np.array(problem["value"])
    if prices.shape[1] != 1:
        raise ValueError("exchange knows one price a tier")
    units = np.array(problem["weights"])
    attraction = np.array(problem["attraction"])[:, :, 0]
    climber = Climber(units, attraction, prices[:, 0], int(str(problem["size"])))
    rng, best, climbs = np.random.default_rng(0), 0.0, 0
    while climbs < STARTS and time.monotonic() - start < time_limit:
        best = max(best, climber.climb(rng.random(len(prices)) < SHARE_AT_START))
        climbs += 1
    return Outcome("plan", best, None, None, time.monotonic() - start, f"{climbs} climbs")


@dataclass(frozen=True)
class Climber:
    """Units of the classes, attraction of each tier to each (classes, tiers), money of each tier, most tiers."""

    units: Array
    attraction: Array
    money: Array
    most: int

    def climb(self, menu: np.ndarray) -> float:
        """Money of the menu that the best single changes lead to."""
        menu = menu & (np.cumsum(menu) <= self.most)
        value = self._worth(menu[None, :])[0]
        while True:
            neighbours = self._neighbours(menu)
            worth = self._worth(neighbours)
            best = int(np.argmax(worth))
            if worth[best] <= value * (1 + NOTHING):
                return float(value)
            menu, value = neighbours[best], worth[best]

    def _worth(self, menus: np.ndarray) -> Array:
        """Money of each menu, one a row."""
        offered = menus.astype(float)
        paid = (offered * self.money) @ self.attraction.T / (1 + offered @ self.attraction.T)
        return np.asarray(paid @ self.units)

    def _neighbours(self, menu: np.ndarray) -> np.ndarray:
        """Menus with one tier more, one less, or one in another's place."""
        one = np.eye(len(menu), dtype=bool)
        toggled = menu ^ one
        swaps = menu ^ (one[menu][:, None, :] | one[~menu][None, :, :]).reshape(-1, len(menu))
        both = np.concatenate([toggled, swaps])
        return np.asarray(both[both.sum(axis=1) <= self.most])
