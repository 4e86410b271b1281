"""Branching: on a binary of the formulation (reliability branching), then on the menu of one price book.

Reliability branching: Achterberg, Koch & Martin 2005.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter

import numpy as np

from models.catalog import Array

from ...lp.expressions import combine
from ...lp.tolerances import INTEGRALITY
from ..assortment.columns import PriceBook
from ..assortment.restriction import FREE_BOOK, Restriction
from ..master.nodes import LpSolution, Node
from ..master.restricted_master import MENU_KINDS, RestrictedMaster

_log = logging.getLogger(__name__)
BINARY_KINDS = (*MENU_KINDS, "provider", "choice", "policy", "bracket")
"""Kinds of binaries, in the order in which they are branched on."""

Branches = tuple[Restriction, Restriction]
"""A branching decision on a book: two restrictions that split the menus of the restriction before it."""


def are_integral(values: Array) -> bool:
    """Whether all values are integers, within tolerance."""
    return bool((np.abs(values - np.round(values)) <= INTEGRALITY).all())


def integral_columns(master: RestrictedMaster, solution: LpSolution) -> tuple[int, ...] | None:
    """The chosen column of every book (numbers in the pool) of an integral LP solution; None for a fractional one."""
    if not (are_integral(solution.values[master.program.integer]) and are_integral(solution.weights)):
        return None
    return tuple(int(i) for i in np.flatnonzero(solution.weights > 0.5))


class ReliabilityBranching:
    """Chooses the binary to branch on by pseudo-costs, with strong-branching trials until these are reliable."""

    def __init__(self, master: RestrictedMaster) -> None:
        self.master, self.params = master, master.parameters.branching
        self.integer = np.flatnonzero(master.program.integer)
        self.pseudo_costs: dict[tuple[int, int], list[float]] = {}
        """Gain in scaled cost of each trial by (column, value), per unit of distance from its value in the LP."""
        self.kinds = np.full(len(master.program.cost), len(BINARY_KINDS))
        for key, column in master.column_of.items():
            if key.kind in BINARY_KINDS:
                self.kinds[column] = BINARY_KINDS.index(key.kind)

    def branching_variable(self, solution: LpSolution) -> int | None:
        """The fractional binary of best score; None where all are integral."""
        candidates = self._candidates(solution)
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        scores = {column: self._score(solution, column) for column in candidates}
        _log.debug("%d candidates for branching, best score %.4g", len(scores), max(scores.values()))
        return max(candidates, key=lambda column: (scores[column], -column))

    def first_open(self, node: Node) -> int | None:
        """The first binary by kind that the node does not fix; None where it fixes all."""
        open_ones = (int(i) for i in self.integer if i not in node.fixed)
        return min(open_ones, key=lambda column: (self.kinds[column], column), default=None)

    def _candidates(self, solution: LpSolution) -> list[int]:
        """A few fractional binaries of each kind: first those that leave most parts cases undecided."""
        values = solution.values[self.integer]
        distance = np.abs(values - np.round(values))
        undecided = _undecided_cases(self.master, solution)
        ranked = sorted(
            (self.kinds[column], -undecided.get(int(column), 0.0), -away, int(column))
            for column, away in zip(self.integer, distance, strict=True)
            if away > INTEGRALITY
        )
        by_kind = itertools.groupby(ranked, key=itemgetter(0))
        return [row[-1] for _, rows in by_kind for row in itertools.islice(rows, self.params.candidates_per_kind)]

    def _score(self, solution: LpSolution, column: int) -> float:
        """Product of the gains of both values of a binary, which favours those where either value raises the cost."""
        gains = [self._gain(solution, column, value) for value in (0, 1)]
        return float(np.prod([min(max(gain, self.params.least_gain), self.params.most_gain) for gain in gains]))

    def _gain(self, solution: LpSolution, column: int, value: int) -> float:
        """Gain in scaled cost with a binary at a value: by a strong-branching trial, or by its pseudo-cost."""
        distance = abs(float(solution.values[column]) - value)
        trials = self.pseudo_costs.setdefault((column, value), [])
        if len(trials) >= self.params.reliable_trials:
            return distance * sum(trials) / len(trials)
        gain = self.master.strong_branching_trial(column, value) - solution.cost
        trials.append(min(max(gain, 0.0), self.params.most_gain) / distance)
        return gain

    def are_menus_integral(self, solution: LpSolution) -> bool:
        """Whether every tier, model and product is integral."""
        return are_integral(solution.values[self.integer[self.kinds[self.integer] < len(MENU_KINDS)]])

    def menu_variable(self, solution: LpSolution) -> tuple[int, int] | None:
        """The fractional tier, model or product of best score, and its value of less cost; None without any."""
        candidates = [column for column in self._candidates(solution) if self.kinds[column] < len(MENU_KINDS)]
        if not candidates:
            return None
        column = max(candidates, key=lambda column: (self._score(solution, column), -column))
        return column, int(self._gain(solution, column, 1) <= self._gain(solution, column, 0))


def _undecided_cases(master: RestrictedMaster, solution: LpSolution) -> dict[int, float]:
    """Parts cases a year between each policy and the others of its product and tier, by column of its choice.

    Where one policy meets all parts cases of a product and tier, its fractional choice leaves nothing undecided.
    """
    scale = master.stated.scaling.columns
    undecided: dict[int, float] = {}
    for choice in master.formulation.policy_choices:
        if len(choice.policies) < 2:
            continue
        met = [master.stated.value(cases, solution.values * scale) for cases in choice.cases]
        at = master.stated.columns_of([combine([(binary, 1.0)]) for binary in choice.chosen])
        undecided |= {int(c): min(cases, sum(met) - cases) for c, cases in zip(at, met, strict=True) if c >= 0}
    return undecided


def branch_on_books(master: RestrictedMaster, node: Node, solution: LpSolution) -> tuple[int, Branches] | None:
    """A book and a branching decision on its menu; None where every book has one menu left.

    A tier, option or product that is fractional comes first. Where every book has one column at weight 1 the solver's
    tolerance may hide that it is infeasible, so a book is branched into what its column takes and the rest.
    """
    by_book: dict[int, list[tuple[int, float]]] = {}
    for i in np.flatnonzero(solution.weights > INTEGRALITY).tolist():
        by_book.setdefault(int(master.pool.owner[i]), []).append((i, float(solution.weights[i])))
    places = sorted(by_book, key=lambda place: max(weight for _, weight in by_book[place]))
    for decisions in (_fractional_decisions, _integral_decisions):
        for place in places:
            for branches in decisions(master, place, by_book[place], node.books.get(place, FREE_BOOK)):
                return place, branches
    return None


def any_columns(master: RestrictedMaster, node: Node) -> LpSolution:
    """A column that the node admits of each book, at weight 1, in place of an LP solution."""
    admitted = np.flatnonzero(master.admitted(node))
    weights = np.zeros(len(master.pool))
    weights[admitted[np.unique(master.pool.owner[admitted], return_index=True)[1]]] = 1.0
    return LpSolution(False, node.bound, weights=weights)


def _span(book: PriceBook, tier: int) -> frozenset[int]:
    """Options of a tier, by place in the book."""
    return frozenset(range(int(book.tier_start[tier]), int(book.tier_start[tier + 1])))


def _tier_of(book: PriceBook, option: int) -> int:
    return int(np.searchsorted(book.tier_start, option, side="right")) - 1


def _by_coverage(restriction: Restriction, product: int) -> Branches:
    covered, uncovered = restriction.covered | {product}, restriction.uncovered | {product}
    return replace(restriction, covered=covered), replace(restriction, uncovered=uncovered)


def _by_tier(book: PriceBook, restriction: Restriction, tier: int) -> Branches:
    must, barred = restriction.must | {tier}, restriction.barred | _span(book, tier)
    return replace(restriction, must=must), replace(restriction, barred=barred)


def _by_option(book: PriceBook, restriction: Restriction, option: int) -> Branches:
    tier = _tier_of(book, option)
    others = _span(book, tier) - {option}
    chosen = replace(restriction, must=restriction.must | {tier}, barred=restriction.barred | others)
    return chosen, replace(restriction, barred=restriction.barred | {option})


def _fractional_decisions(
    master: RestrictedMaster, place: int, columns: list[tuple[int, float]], restriction: Restriction
) -> Iterator[Branches]:
    """Decisions on each fractional tier, option and product of the columns in use, the most fractional first."""
    book = master.books[place]
    tiers: dict[int, float] = {}
    options: dict[int, float] = {}
    products: dict[int, float] = {}
    for i, weight in columns:
        for option in book.places(master.pool[i]):
            tier = _tier_of(book, option)
            tiers[tier] = tiers.get(tier, 0.0) + weight
            options[option] = options.get(option, 0.0) + weight
        for product in master.pool[i].covered - book.required:
            products[product] = products.get(product, 0.0) + weight
    yield from (_by_tier(book, restriction, tier) for tier in _fractional(tiers))
    yield from (_by_option(book, restriction, option) for option in _fractional(options))
    yield from (_by_coverage(restriction, product) for product in _fractional(products))


def _integral_decisions(
    master: RestrictedMaster, place: int, columns: list[tuple[int, float]], restriction: Restriction
) -> Iterator[Branches]:
    """Decisions on each tier, option and product that only the book's one column, not its restriction, determines."""
    book, column = master.books[place], master.pool[columns[0][0]]
    menu = book.places(column)
    open_options = frozenset(np.flatnonzero(book.allowed).tolist()) - restriction.barred
    for option in menu:
        tier = _tier_of(book, option)
        if tier not in restriction.must or _span(book, tier) & open_options != {option}:
            yield _by_option(book, restriction, option)
    for tier in {_tier_of(book, option) for option in open_options} - {_tier_of(book, option) for option in menu}:
        yield _by_tier(book, restriction, tier)
    for product in book.optional:
        if product not in restriction.covered | restriction.uncovered:
            yield _by_coverage(restriction, product)


def _fractional(weights: dict[int, float]) -> list[int]:
    """Keys of fractional weight, the most fractional first."""
    open_keys = [key for key, weight in weights.items() if abs(weight - round(weight)) > INTEGRALITY]
    return sorted(open_keys, key=lambda key: (-abs(weights[key] - round(weights[key])), key))
