"""The best menus of one book, proved with linear relaxations: for books too hard for the compiled search.

Best bound first. A part is parted at the tier whose two halves promise the largest falls of the bound,
by past falls where a tier has some and by trial where it has none.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from models.catalog import Array, Codes

from ...lp.tolerances import INTEGRALITY
from ..state.limits import Watch
from ..state.parameters import MenuTreeParameters
from .menu_domain import MenuDomain, Terms
from .menu_relaxation import NO_MENU, Bounded, bound_menus
from .pricing_objective import climb, value_by_tier

EXACT = 1e-8
"""Share of the worth at stake by which a bound counts as none the better."""


@dataclass(frozen=True)
class Proven:
    """What a search found."""

    menus: list[tuple[Codes, float]]
    """Option by tier (negative for none) and worth, by rising worth."""
    ceiling: float
    """Upper bound on the worth of any menu; the floor where none beats it."""
    complete: bool
    """Whether the search came to its end."""


@dataclass(frozen=True)
class _Part:
    """A part of the menus with its bound."""

    choices: MenuDomain
    bounded: Bounded


@dataclass
class _PseudoCosts:
    """Mean fall of the bound when a tier is parted, by tier and side."""

    total: Array
    count: Codes
    reliable_trials: int

    def add(self, tier: int, side: int, fall: float) -> None:
        self.total[side, tier] += fall
        self.count[side, tier] += 1

    def trusted(self, tier: int) -> bool:
        """Whether a tier's falls need no trial."""
        return bool(self.count[:, tier].min() >= self.reliable_trials)

    def score(self, tier: int) -> float:
        """Product of the falls expected on both sides."""
        known = self.total.sum(axis=1) / np.maximum(1, self.count.sum(axis=1))
        own = self.total[:, tier] / np.maximum(1, self.count[:, tier])
        return float(np.prod(np.maximum(np.where(self.count[:, tier] > 0, own, known), 1e-12)))


class MenuTree:
    """One search over the menus of `Terms` worth more than a floor, until `watch` ends it."""

    def __init__(self, terms: Terms, floor: float, watch: Watch, params: MenuTreeParameters | None = None) -> None:
        self.params = params or MenuTreeParameters()
        self.terms, self.floor, self.watch = terms, floor, watch
        worth = np.where(terms.utility > -np.inf, np.abs(terms.worth), 0.0)
        self.stake = float(worth.max(axis=1, initial=0.0).sum() + np.abs(terms.option_charge).max(initial=0.0))
        self.every_one, self.room = False, 0
        self.found: dict[tuple[int, ...], float] = {}
        self.open: list[tuple[float, int, _Part]] = []
        trials = self.params.reliable_trials
        self.falls = _PseudoCosts(
            np.zeros((2, len(terms.must))), np.zeros((2, len(terms.must)), dtype=np.int64), trials
        )
        self._ticket = itertools.count()

    def best(self, room: int) -> Proven:
        """The best menu, after those met on the way, `room` at most."""
        proven = self._search()
        return replace(proven, menus=proven.menus[-room:])

    def every(self, room: int) -> Proven:
        """All menus; incomplete where there are more than `room`."""
        self.every_one, self.room = True, room
        return self._search()

    def _search(self) -> Proven:
        with ThreadPoolExecutor(max_workers=self.params.threads) as self.pool:
            complete = self._run()
        ceiling = max([self.floor, *self.found.values(), *(-part[0] for part in self.open)])
        menus = sorted(((np.array(menu), worth) for menu, worth in self.found.items()), key=lambda m: m[1])
        return Proven(menus, ceiling, complete)

    def _run(self) -> bool:
        whole = MenuDomain(self.terms.allowed.copy(), self.terms.must.copy(), self.terms.mode.copy()).narrowed(
            self.terms
        )
        if whole is None:
            return True
        self._push(self._tightened(whole, replace(NO_MENU, bound=np.inf)))
        while self.open:
            if self.watch.ended() or (self.every_one and len(self.found) > self.room):
                return False
            part = heapq.heappop(self.open)[2]
            if part.bounded.bound <= self.floor + (0.0 if self.every_one else EXACT * self.stake):
                heapq.heappush(self.open, (-part.bounded.bound, next(self._ticket), part))
                break
            for child in self._parted(part):
                self._push(child)
        return True

    def _push(self, part: _Part) -> None:
        if part.bounded.bound > self.floor:
            self._look(part)
            heapq.heappush(self.open, (-part.bounded.bound, next(self._ticket), part))

    # -- menus -----------------------------------------------------------------------------------

    def _look(self, part: _Part) -> None:
        """Try the menu nearest to a part's solution."""
        picks = self._rounded(part.bounded.shares)
        worth = value_by_tier(self.terms, picks)
        if not self.every_one:
            picks, worth = climb(self.terms, picks)
        self._keep(picks, worth)

    def _keep(self, picks: Codes, worth: float) -> None:
        if worth > self.floor:
            self.found[tuple(picks.tolist())] = float(worth)
            if not self.every_one:
                self.floor = float(worth)

    def _rounded(self, shares: Array) -> Codes:
        """The likelier of none and the likeliest option, by tier."""
        picks = np.full(len(self.terms.must), -1, dtype=np.int64)
        for tier, (first, last) in enumerate(itertools.pairwise(self.terms.tier_start.tolist())):
            if last > first:
                best = first + int(np.argmax(shares[first:last]))
                if shares[best] > 1.0 - shares[first:last].sum() or self.terms.must[tier]:
                    picks[tier] = best
        return picks

    # -- parting ---------------------------------------------------------------------------------

    def _parted(self, part: _Part) -> list[_Part]:
        """The parts of a part that may beat the floor."""
        choices, bounded = part.choices, part.bounded
        options = [choices.options(self.terms, tier) for tier in range(len(choices.must))]
        unsettled = [i for i, own in enumerate(options) if len(own) > int(choices.must[i])]
        torn = [i for i in unsettled if _is_torn(bounded.shares[options[i]], bool(choices.must[i]))]
        if torn:
            return self._at_best_tier(part, torn)
        groups = [g for g in choices.open_groups().tolist() if INTEGRALITY < bounded.coverage[g] < 1.0 - INTEGRALITY]
        if groups:
            return self._bounded(part, choices.part_group(groups[0]))
        if unsettled:
            return self._bounded(part, choices.part(self.terms, unsettled[0], bounded.shares))
        return []

    def _at_best_tier(self, part: _Part, torn: list[int]) -> list[_Part]:
        torn.sort(key=lambda tier: (-self.falls.score(tier), tier))
        trials = [tier for tier in torn if not self.falls.trusted(tier)][: self.params.trials]
        known = [tier for tier in torn if self.falls.trusted(tier)][:1]
        tried = self._split(part, trials)
        scores = {tier: self.falls.score(tier) for tier in known}
        scores |= {tier: float(np.prod(self._record(part, tier, halves))) for tier, halves in tried.items()}
        best = min(scores, key=lambda tier: (-scores[tier], tier))
        if best in tried:
            return tried[best]
        halves = self._split(part, [best])[best]
        self._record(part, best, halves)
        return halves

    def _record(self, part: _Part, tier: int, halves: list[_Part]) -> Array:
        """Note how far the bound falls in the halves of a tier, as far as that matters."""
        bounds = np.array([max(half.bounded.bound, self.floor) for half in halves])
        falls = np.maximum(part.bounded.bound - bounds, 1e-12)
        for side, fall in enumerate(falls):
            self.falls.add(tier, side, float(fall))
        return np.asarray(falls)

    def _split(self, part: _Part, tiers: list[int]) -> dict[int, list[_Part]]:
        """The halves of a part at each tier."""
        halves = [half for tier in tiers for half in part.choices.part(self.terms, tier, part.bounded.shares)]
        bounded = self._bounded(part, halves)
        return {tier: bounded[2 * i : 2 * i + 2] for i, tier in enumerate(tiers)}

    def _bounded(self, part: _Part, halves: Sequence[MenuDomain]) -> list[_Part]:
        """Parts of a part with their bounds, none above that of the whole."""
        return list(self.pool.map(lambda half: self._bound(part, half), halves))

    def _bound(self, part: _Part, half: MenuDomain) -> _Part:
        narrowed = half.narrowed(self.terms)
        if narrowed is None:
            return _Part(half, NO_MENU)
        if self.watch.ended():
            return _Part(narrowed, replace(part.bounded, basis=None))
        return self._tightened(narrowed, part.bounded)

    def _tightened(self, choices: MenuDomain, above: Bounded) -> _Part:
        """A part with its bound (none above the bound given), without options that no menu above the floor has."""
        near, ceiling = above.basis, above.bound
        for _ in range(self.params.rounds):
            bounded = bound_menus(self.terms, choices, self.watch.seconds_left(), near)
            ceiling, near = min(ceiling, bounded.bound), bounded.basis
            bounded = replace(bounded, bound=ceiling)
            if ceiling <= self.floor:
                break
            closer = choices.without(self.terms, bounded.forgone, ceiling - self.floor)
            if closer is None:
                return _Part(choices, NO_MENU)
            if closer is choices:
                break
            choices = closer
        return _Part(choices, bounded)


def _is_torn(shares: Array, must: bool) -> bool:
    """Whether a solution divides a tier between options, or between an option and none."""
    parts = shares if must else np.append(shares, 1.0 - shares.sum())
    return bool(((parts > INTEGRALITY) & (parts < 1.0 - INTEGRALITY)).any())
