"""Parting a node: the switch to settle next, or what a solution leaves open about one book's menu."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from operator import itemgetter

import numpy as np

from models.catalog import Array

from ...lp.expressions import combine
from ...lp.solver import kept_columns
from ..assortment.columns import PriceBook
from ..assortment.restriction import FREE_BOOK, Restriction
from ..master.nodes import LpSolution, Node
from ..master.restricted_master import RestrictedMaster

TRIED = 3
"""Switches of a kind that are tried before one is settled."""
RELIABLE = 20
"""Times that a value of a switch is tried before past rises are trusted."""
LEAST_RISE, MOST_RISE = 1e-7, 1.0
"""Range of a rise in (scaled) cost that counts: an infeasible value tells as much as the largest."""
INTEGRAL = 1e-6
"""Distance from a whole number that counts as none."""

SWITCH_ORDER = ("tier_", "model_", "product_", "provider_", "choice_", "policy_", "bracket_")
"""Kinds of switches by the names of their variables, the most important first."""
MENU_KINDS = 3
"""How many kinds of `SWITCH_ORDER` are about menus."""

Parts = tuple[Restriction, Restriction]
"""Two restrictions that hold every menu of a restriction between them, and none twice."""


def are_whole(values: Array) -> bool:
    """Whether all values are whole numbers."""
    return bool((np.abs(values - np.round(values)) <= INTEGRAL).all())


def whole_columns(master: RestrictedMaster, relaxed: LpSolution) -> tuple[int, ...] | None:
    """The chosen column of every book, if statement and menus are whole."""
    if not (are_whole(relaxed.statement[master.program.integer]) and are_whole(relaxed.columns)):
        return None
    return tuple(int(i) for i in np.flatnonzero(relaxed.columns > 0.5))


class ReliabilityBranching:
    """The statement's yes-or-no decisions, ranked by how much settling one decides."""

    def __init__(self, master: RestrictedMaster) -> None:
        self.master = master
        self.integer = np.flatnonzero(master.program.integer)
        self.rises: dict[tuple[int, int], list[float]] = {}
        """What trying a value of a switch added to the cost, per unit of way from the value it had."""
        self.kinds = np.full(len(master.program.cost), len(SWITCH_ORDER))
        for name, column in master.stated.columns.items():
            kind = (i for i, prefix in enumerate(SWITCH_ORDER) if name.startswith(prefix))
            self.kinds[column] = next(kind, len(SWITCH_ORDER))

    def to_settle(self, relaxed: LpSolution) -> int | None:
        """The fractional switch that tells most when it is settled; None where all are whole."""
        candidates = self._candidates(relaxed)
        if len(candidates) < 2:
            return candidates[0] if candidates else None
        return max(candidates, key=lambda column: (self._told(relaxed, column), -column))

    def _candidates(self, relaxed: LpSolution) -> list[int]:
        """A few fractional switches of each kind: those that hide most, then the most fractional."""
        values = relaxed.statement[self.integer]
        distance = np.abs(values - np.round(values))
        mixed = _mixed_parts(self.master, relaxed)
        ranked = sorted(
            (self.kinds[column], -mixed.get(int(column), 0.0), -away, int(column))
            for column, away in zip(self.integer, distance, strict=True)
            if away > INTEGRAL
        )
        by_kind = itertools.groupby(ranked, key=itemgetter(0))
        return [row[-1] for _, rows in by_kind for row in itertools.islice(rows, TRIED)]

    def _told(self, relaxed: LpSolution, column: int) -> float:
        """What both values of a switch add to the cost over the columns at hand, multiplied.

        A product favours switches of which either value tells something.
        """
        rises = [self._rise(relaxed, column, value) for value in (0, 1)]
        return float(np.prod([min(max(rise, LEAST_RISE), MOST_RISE) for rise in rises]))

    def _rise(self, relaxed: LpSolution, column: int, value: int) -> float:
        """What a value of a switch adds to the cost: tried, or as it was the last times in proportion to the way."""
        way = abs(float(relaxed.statement[column]) - value)
        rises = self.rises.setdefault((column, value), [])
        if len(rises) >= RELIABLE:
            return way * sum(rises) / len(rises)
        rise = self.master.probe(column, value) - relaxed.cost
        rises.append(min(max(rise, 0.0), MOST_RISE) / way)
        return rise

    def menus_settled(self, relaxed: LpSolution) -> bool:
        """Whether every tier, model and product is taken whole or not at all."""
        return are_whole(relaxed.statement[self.integer[self.kinds[self.integer] < MENU_KINDS]])

    def on_menus(self, relaxed: LpSolution) -> tuple[int, int] | None:
        """The fractional switch on menus that tells most when it is settled, and the value that costs less."""
        candidates = [column for column in self._candidates(relaxed) if self.kinds[column] < MENU_KINDS]
        if not candidates:
            return None
        column = max(candidates, key=lambda column: (self._told(relaxed, column), -column))
        return column, int(self._rise(relaxed, column, 1) <= self._rise(relaxed, column, 0))


def _mixed_parts(master: RestrictedMaster, relaxed: LpSolution) -> dict[int, float]:
    """Parts cases that the choice of each policy leaves to others, by column of the choice, in cases.

    Where one policy meets all parts cases of a product and tier, a fractional choice hides nothing.
    """
    scale = master.stated.matrix.column_scale
    mixed: dict[int, float] = {}
    for choice in master.statement.policy_choices:
        if len(choice.policies) < 2:
            continue
        met = [master.stated.value(cases, relaxed.statement * scale) for cases in choice.cases]
        at = kept_columns(master.stated, [combine([(switch, 1.0)]) for switch in choice.chosen])
        mixed |= {int(c): min(cases, sum(met) - cases) for c, cases in zip(at, met, strict=True) if c >= 0}
    return mixed


def part_books(master: RestrictedMaster, node: Node, relaxed: LpSolution) -> tuple[int, Parts] | None:
    """A book and two parts of its menus; None where every book has one menu left.

    A tier, option or product that is taken in part comes first. Where every book has one whole menu the
    program's rounding may hide that it does not hold, so its book is parted into what it takes and the rest.
    """
    by_book: dict[int, list[tuple[int, float]]] = {}
    for i in np.flatnonzero(relaxed.columns > INTEGRAL).tolist():
        by_book.setdefault(master.pool[i].book, []).append((i, float(relaxed.columns[i])))
    places = sorted(by_book, key=lambda place: max(weight for _, weight in by_book[place]))
    for splits in (_fractional_splits, _whole_splits):
        for place in places:
            for parts in splits(master, place, by_book[place], node.books.get(place, FREE_BOOK)):
                return place, parts
    return None


def _span(book: PriceBook, tier: int) -> frozenset[int]:
    """Options of a tier, by place in the book."""
    return frozenset(range(int(book.tier_start[tier]), int(book.tier_start[tier + 1])))


def _tier_of(book: PriceBook, option: int) -> int:
    return int(np.searchsorted(book.tier_start, option, side="right")) - 1


def _by_coverage(known: Restriction, product: int) -> Parts:
    covered, uncovered = known.covered | {product}, known.uncovered | {product}
    return replace(known, covered=covered), replace(known, uncovered=uncovered)


def _by_tier(book: PriceBook, known: Restriction, tier: int) -> Parts:
    return replace(known, must=known.must | {tier}), replace(known, barred=known.barred | _span(book, tier))


def _by_option(book: PriceBook, known: Restriction, option: int) -> Parts:
    tier = _tier_of(book, option)
    others = _span(book, tier) - {option}
    chosen = replace(known, must=known.must | {tier}, barred=known.barred | others)
    return chosen, replace(known, barred=known.barred | {option})


def _fractional_splits(
    master: RestrictedMaster, place: int, columns: list[tuple[int, float]], known: Restriction
) -> Iterator[Parts]:
    """Parts by each tier, option and product that the columns take in part, the most fractional first."""
    book = master.books[place]
    tiers: dict[int, float] = {}
    options: dict[int, float] = {}
    products: dict[int, float] = {}
    for i, weight in columns:
        for option in master.local(master.pool[i]):
            tier = _tier_of(book, option)
            tiers[tier] = tiers.get(tier, 0.0) + weight
            options[option] = options.get(option, 0.0) + weight
        for product in master.pool[i].optional:
            products[product] = products.get(product, 0.0) + weight
    yield from (_by_tier(book, known, tier) for tier in _fractional(tiers))
    yield from (_by_option(book, known, option) for option in _fractional(options))
    yield from (_by_coverage(known, product) for product in _fractional(products))


def _whole_splits(
    master: RestrictedMaster, place: int, columns: list[tuple[int, float]], known: Restriction
) -> Iterator[Parts]:
    """Parts by each tier, option and product that is settled by the book's one column only."""
    book, column = master.books[place], master.pool[columns[0][0]]
    menu = master.local(column)
    open_options = frozenset(np.flatnonzero(book.allowed).tolist()) - known.barred
    for option in menu:
        tier = _tier_of(book, option)
        if tier not in known.must or _span(book, tier) & open_options != {option}:
            yield _by_option(book, known, option)
    for tier in {_tier_of(book, option) for option in open_options} - {_tier_of(book, option) for option in menu}:
        yield _by_tier(book, known, tier)
    for product in book.optional:
        if product not in known.covered | known.uncovered:
            yield _by_coverage(known, product)


def _fractional(weights: dict[int, float]) -> list[int]:
    """Keys whose weight is not whole, the most fractional first."""
    open_keys = [key for key, weight in weights.items() if abs(weight - round(weight)) > INTEGRAL]
    return sorted(open_keys, key=lambda key: (-abs(weights[key] - round(weights[key])), key))
