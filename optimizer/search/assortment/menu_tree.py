"""Exact pricing of one book by branch and bound on linear relaxations, for books too hard for the compiled search.

Best bound first; reduced-cost fixing at every node; reliability branching on tiers (Achterberg, Koch & Martin 2005):
pseudo-costs where a tier has some, strong-branching trials where it has none.
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
from .menu_domain import MenuDomain
from .menu_relaxation import NO_MENU, RelaxationResult, bound_menus
from .pricing_objective import BookInstance, local_search, objective_of

OPTIMALITY = 1e-8
"""Optimality tolerance, as a share of the largest profit that cohorts can bring."""


@dataclass(frozen=True)
class MenuTreeResult:
    """Menus found by one search of a price book, and the upper bound that it proved."""

    menus: list[tuple[Codes, float]]
    """Options by tier (negative for none), shape (tiers,), and pricing objective, by rising objective."""
    bound: float
    """Upper bound of the pricing objective of any menu; the cutoff where none beats it."""
    complete: bool
    """Whether the search came to its end."""


@dataclass(frozen=True)
class _MenuNode:
    """A node: a domain of menus with its linear relaxation."""

    domain: MenuDomain
    relaxation: RelaxationResult


@dataclass
class _PseudoCosts:
    """By how much branching on a tier lowered the bound."""

    total: Array
    """Sum of the gains, shape (2, tiers), by child and tier."""
    count: Codes
    """Number of the gains, shape (2, tiers)."""
    params: MenuTreeParameters

    def add(self, tier: int, side: int, gain: float) -> None:
        self.total[side, tier] += gain
        self.count[side, tier] += 1

    def trusted(self, tier: int) -> bool:
        """Whether the pseudo-costs of a tier are reliable."""
        return bool(self.count[:, tier].min() >= self.params.reliable_trials)

    def score(self, tier: int) -> float:
        """Product of the gains expected of both children."""
        overall = self.total.sum(axis=1) / np.maximum(1, self.count.sum(axis=1))
        own = self.total[:, tier] / np.maximum(1, self.count[:, tier])
        return float(np.prod(np.maximum(np.where(self.count[:, tier] > 0, own, overall), self.params.least_gain)))


class MenuTree:
    """One search over the menus of a `BookInstance` whose objective is over a cutoff, until `watch` ends it."""

    def __init__(
        self, book: BookInstance, cutoff: float, watch: Watch, params: MenuTreeParameters | None = None
    ) -> None:
        self.params = params or MenuTreeParameters()
        self.book, self.cutoff, self.watch = book, cutoff, watch
        value = np.where(book.utility > -np.inf, np.abs(book.profit), 0.0)
        self.stake = float(value.max(axis=1, initial=0.0).sum() + np.abs(book.option_cost).max(initial=0.0))
        self.enumerating, self.capacity = False, 0
        self.found: dict[tuple[int, ...], float] = {}
        self.open: list[tuple[float, int, _MenuNode]] = []
        shape = 2, len(book.must)
        self.pseudo_costs = _PseudoCosts(np.zeros(shape), np.zeros(shape, dtype=np.int64), self.params)
        self._ticket = itertools.count()

    def best_menus(self, capacity: int) -> MenuTreeResult:
        """The best menu, after those met on the way, `capacity` at most."""
        proven = self._search()
        return replace(proven, menus=proven.menus[-capacity:])

    def enumerate_menus(self, capacity: int) -> MenuTreeResult:
        """All menus over the cutoff; incomplete where there are more than `capacity`."""
        self.enumerating, self.capacity = True, capacity
        return self._search()

    def _search(self) -> MenuTreeResult:
        with ThreadPoolExecutor(max_workers=self.params.threads) as self.pool:
            complete = self._run()
        bound = max([self.cutoff, *self.found.values(), *(-node[0] for node in self.open)])
        menus = sorted(((np.array(menu), value) for menu, value in self.found.items()), key=lambda m: m[1])
        return MenuTreeResult(menus, bound, complete)

    def _run(self) -> bool:
        book = self.book
        whole = MenuDomain(book.allowed.copy(), book.must.copy(), book.mode.copy()).propagate(book)
        if whole is None:
            return True
        self._push(self._bound_and_fix(whole, replace(NO_MENU, bound=np.inf)))
        while self.open:
            if self.watch.ended() or (self.enumerating and len(self.found) > self.capacity):
                return False
            node = heapq.heappop(self.open)[2]
            if node.relaxation.bound <= self.cutoff + (0.0 if self.enumerating else OPTIMALITY * self.stake):
                heapq.heappush(self.open, (-node.relaxation.bound, next(self._ticket), node))
                break
            for child in self._branch(node):
                self._push(child)
        return True

    def _push(self, node: _MenuNode) -> None:
        if node.relaxation.bound > self.cutoff:
            self._round_and_improve(node)
            heapq.heappush(self.open, (-node.relaxation.bound, next(self._ticket), node))

    # -- menus -----------------------------------------------------------------------------------

    def _round_and_improve(self, node: _MenuNode) -> None:
        """Primal heuristic: round the LP solution of a node, and improve it by local search."""
        picks = self._rounded(node.relaxation.shares)
        value = objective_of(self.book, picks)
        if not self.enumerating:
            picks, value = local_search(self.book, picks)
        self._record(picks, value)

    def _record(self, picks: Codes, value: float) -> None:
        if value > self.cutoff:
            self.found[tuple(picks.tolist())] = float(value)
            if not self.enumerating:
                self.cutoff = float(value)

    def _rounded(self, shares: Array) -> Codes:
        """The option by tier with the largest LP share, -1 where leaving the tier out has a larger one."""
        picks = np.full(len(self.book.must), -1, dtype=np.int64)
        for tier, (first, last) in enumerate(itertools.pairwise(self.book.tier_start.tolist())):
            if last > first:
                best = first + int(np.argmax(shares[first:last]))
                if shares[best] > 1.0 - shares[first:last].sum() or self.book.must[tier]:
                    picks[tier] = best
        return picks

    # -- branching -------------------------------------------------------------------------------

    def _branch(self, node: _MenuNode) -> list[_MenuNode]:
        """Children of a node, which hold all its menus between them."""
        domain, relaxation = node.domain, node.relaxation
        options = [domain.options(self.book, tier) for tier in range(len(domain.must))]
        unfixed = [i for i, own in enumerate(options) if len(own) > int(domain.must[i])]
        fractional = [i for i in unfixed if _is_fractional(relaxation.shares[options[i]], bool(domain.must[i]))]
        if fractional:
            return self._branch_on_best_tier(node, fractional)
        groups = [g for g in domain.open_groups().tolist() if INTEGRALITY < relaxation.coverage[g] < 1.0 - INTEGRALITY]
        if groups:
            return self._bound_all(node, domain.branch_on_group(groups[0]))
        if unfixed:
            return self._bound_all(node, domain.branch_on_tier(self.book, unfixed[0], relaxation.shares))
        return []

    def _branch_on_best_tier(self, node: _MenuNode, fractional: list[int]) -> list[_MenuNode]:
        fractional.sort(key=lambda tier: (-self.pseudo_costs.score(tier), tier))
        trials = [tier for tier in fractional if not self.pseudo_costs.trusted(tier)][: self.params.trials]
        trusted = [tier for tier in fractional if self.pseudo_costs.trusted(tier)][:1]
        tried = self._children_by_tier(node, trials)
        scores = {tier: self.pseudo_costs.score(tier) for tier in trusted}
        scores |= {tier: float(np.prod(self._learn(node, tier, children))) for tier, children in tried.items()}
        best = min(scores, key=lambda tier: (-scores[tier], tier))
        if best in tried:
            return tried[best]
        children = self._children_by_tier(node, [best])[best]
        self._learn(node, best, children)
        return children

    def _learn(self, node: _MenuNode, tier: int, children: list[_MenuNode]) -> Array:
        """Update the pseudo-costs of a tier; how much each child lowers the bound, down to the cutoff, shape (2,)."""
        bounds = np.array([max(child.relaxation.bound, self.cutoff) for child in children])
        gains = np.maximum(node.relaxation.bound - bounds, self.params.least_gain)
        for side, gain in enumerate(gains):
            self.pseudo_costs.add(tier, side, float(gain))
        return np.asarray(gains)

    def _children_by_tier(self, node: _MenuNode, tiers: list[int]) -> dict[int, list[_MenuNode]]:
        """The two children of a node at each of some tiers."""
        children = [
            child for tier in tiers for child in node.domain.branch_on_tier(self.book, tier, node.relaxation.shares)
        ]
        bounded = self._bound_all(node, children)
        return {tier: bounded[2 * i : 2 * i + 2] for i, tier in enumerate(tiers)}

    def _bound_all(self, node: _MenuNode, children: Sequence[MenuDomain]) -> list[_MenuNode]:
        """Children of a node with their relaxations, no bound above that of the node."""
        return list(self.pool.map(lambda child: self._bound_child(node, child), children))

    def _bound_child(self, node: _MenuNode, child: MenuDomain) -> _MenuNode:
        domain = child.propagate(self.book)
        if domain is None:
            return _MenuNode(child, NO_MENU)
        if self.watch.ended():
            return _MenuNode(domain, replace(node.relaxation, basis=None))
        return self._bound_and_fix(domain, node.relaxation)

    def _bound_and_fix(self, domain: MenuDomain, parent: RelaxationResult) -> _MenuNode:
        """A node after reduced-cost fixing, no bound above that of its parent."""
        warm_basis, bound = parent.basis, parent.bound
        for _ in range(self.params.rounds):
            relaxation = bound_menus(self.book, domain, self.watch.seconds_left(), warm_basis)
            bound, warm_basis = min(bound, relaxation.bound), relaxation.basis
            relaxation = replace(relaxation, bound=bound)
            if bound <= self.cutoff:
                break
            tighter = domain.reduced_cost_fixing(self.book, relaxation.reduced_cost, bound - self.cutoff)
            if tighter is None:
                return _MenuNode(domain, NO_MENU)
            if tighter is domain:
                break
            domain = tighter
        return _MenuNode(domain, relaxation)


def _is_fractional(shares: Array, must: bool) -> bool:
    """Whether an LP solution divides a tier between options, or between an option and none."""
    parts = shares if must else np.append(shares, 1.0 - shares.sum())
    return bool(((parts > INTEGRALITY) & (parts < 1.0 - INTEGRALITY)).any())
