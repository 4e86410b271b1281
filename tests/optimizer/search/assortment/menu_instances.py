"""Seeded menu searches small enough to enumerate, and their enumeration in plain numpy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations, product

import numpy as np

from models.catalog import Array, Codes
from optimizer.search.assortment.pricing_objective import BARRED, COVERED, FREE, BookInstance

Menu = tuple[int, ...]
SPREADS = (0.3, 2.0, 20.0, 2000.0)
"""Sizes of utilities: the last ones are past what exp() takes."""


@dataclass(frozen=True)
class Instance:
    """A search as its own enumeration reads it."""

    terms: BookInstance
    scale: float
    """Size of the amounts at play, for tolerances."""

    @property
    def menus(self) -> Iterator[Menu]:
        """Every menu that the rules allow."""
        t = self.terms
        choices = []
        for i, needed in enumerate(t.must):
            span = range(t.tier_start[i], t.tier_start[i + 1])
            choices.append([*([] if needed else [-1]), *(o for o in span if t.allowed[o])])
        for picks in product(*choices):
            menu = tuple(o for o in picks if o >= 0)
            if t.fewest <= len(menu) <= t.most and all(t.fits[a, b] for a, b in combinations(menu, 2)):
                yield menu

    def value(self, menu: Menu) -> float:
        """Pricing objective of a menu with the best coverage."""
        t = self.terms
        brought = np.array([self._of_cohort(c, list(menu)) for c in range(len(t.utility))])
        total = -float(t.option_cost[list(menu)].sum())
        for g, mode in enumerate(t.mode):
            gain = float(brought[t.group == g].sum() - t.coverage_cost[g])
            total += {COVERED: gain, FREE: max(0.0, gain), BARRED: 0.0}[int(mode)]
        return total

    def _of_cohort(self, cohort: int, menu: list[int]) -> float:
        if not menu:
            return 0.0
        utility, profit = self.terms.utility[cohort, menu], self.terms.profit[cohort, menu]
        if not self.terms.logit:
            taken = taken_first(utility, self.terms.payment[cohort, menu])
            return 0.0 if taken is None else float(profit[taken])
        share = np.exp(utility - np.logaddexp.reduce([0.0, *utility]))
        return float((share * profit).sum())

    @cached_property
    def ranked(self) -> dict[Menu, float]:
        """Every allowed menu with its objective, the best first."""
        values = {menu: self.value(menu) for menu in self.menus}
        return dict(sorted(values.items(), key=lambda item: -item[1]))


def taken_first(utility: Array, payment: Array) -> int | None:
    """Highest utility if over 1e-9; of those within 1e-9 the dearest (within 1e-9, relative), then the last tier."""
    if utility.max() <= 1e-9:
        return None
    tied = [i for i in range(len(utility)) if utility[i] >= utility.max() - 1e-9]
    top = max(payment[i] for i in tied)
    return max(i for i in tied if payment[i] >= top - 1e-9 * abs(top))


def _utilities(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    utility = rng.normal(0, 1, shape) * rng.choice(SPREADS, (shape[0], 1))
    utility = np.clip(utility, -2000, 2000)
    if rng.random() < 0.3:
        utility = np.round(utility)  # ties, and utilities of 0
    utility[rng.random(shape) < 0.15] = -np.inf
    return np.asarray(utility, dtype=np.float64)


def _coverage(rng: np.random.Generator, cohorts: int) -> tuple[Codes, Array, Codes]:
    """Group of each cohort, cost and mode of each group: required, some optional ones, excluded."""
    optional = int(rng.integers(0, 3))
    mode = [COVERED, *rng.choice([FREE, FREE, COVERED, BARRED], optional), BARRED]
    coverage_cost = np.concatenate([[0.0], rng.normal(5, 40, optional), [0.0]])
    return rng.integers(0, optional + 2, cohorts), coverage_cost, np.array(mode, dtype=np.int64)


@cache
def instance(seed: int) -> Instance:
    """The search with this seed: logit for even seeds, first choice for odd ones."""
    rng = np.random.default_rng(seed)
    tiers, cohorts = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    start = np.concatenate([[0], np.cumsum(rng.integers(0, 7, tiers))]).astype(np.int64)
    options = int(start[-1])
    strict = rng.random() < 0.4
    fewest = int(rng.integers(0, 2)) if strict else 0
    profit = rng.normal(20, 100, (cohorts, options))
    group, coverage_cost, mode = _coverage(rng, cohorts)
    terms = BookInstance(
        utility=_utilities(rng, (cohorts, options)),
        profit=profit,
        payment=np.round(rng.lognormal(1, 1, (cohorts, options))),
        logit=seed % 2 == 0,
        tier_start=start,
        allowed=rng.random(options) < 0.85,
        must=(rng.random(tiers) < 0.2) & strict,
        fits=(rng.random((options, options)) < 0.8) | (not strict),
        fewest=fewest,
        most=int(rng.integers(max(1, fewest), tiers + 1)) if strict else tiers,
        option_cost=rng.normal(0, 15, options),
        group=group,
        coverage_cost=coverage_cost,
        mode=mode,
    )
    return Instance(terms, 1.0 + float(np.abs(profit).sum()))
