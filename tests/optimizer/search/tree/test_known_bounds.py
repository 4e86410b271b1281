"""Bounds taken over from an earlier search: they hold for the new question, if its pricing problem is the same."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import numpy as np
import pytest

from models import Change, apply_scenario, build_case
from models.economics.offers import sellable_options
from optimizer.program.instance import build_instance
from optimizer.results.warm_start import WarmStart
from optimizer.search.assortment.restriction import FREE_BOOK
from optimizer.search.master.nodes import Node
from optimizer.search.state.limits import Watch
from optimizer.search.state.parameters import PricingParameters
from optimizer.search.tree.known_bounds import KnownBounds
from optimizer.solving.engine import DeliveryQuestion, Limit, Search, offers_of
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.random_cases import random_case
from tests.slow import one_in

NODE_LIMIT = PricingParameters().node_limit
SEEDS = (0, 2, 4, 7, 9, 11)
LIMITS: tuple[Mapping[str, object], ...] = (
    {"max_tiers": 1},
    {"max_models": 1},
    {"min_service_margin": -0.2},
    {"max_providers": 2},
    {"objective": "service_revenue"},
)


def search(seed: int, change: Mapping[str, object] | None = None) -> Search:
    settings, tables, scenarios = random_case(seed)
    scenario = scenarios["base"].model_copy(update=dict(change or {}))
    case, changed = apply_scenario(build_case(settings, tables, {"base": scenario}), "base")
    instance = build_instance(case, changed)
    question = DeliveryQuestion(instance, offers_of(instance, sellable_options(instance.catalog)))
    return Search(question, Limit(1e-7, None, None), None)


@cache
def optimum(seed: int, change: tuple[tuple[str, object], ...]) -> float | None:
    settings, tables, scenarios = random_case(seed)
    return enumerate_scenario(settings, tables, scenarios["base"].model_copy(update=dict(change))).objective


def children(of: Search) -> list[tuple[Node, Node]]:
    """The two children of the root by each binary that the program leaves open."""
    program = of.master.program
    binaries = np.flatnonzero(program.integer & (program.low < program.high)).tolist()
    return [(Node(fixed={column: 0}), Node(fixed={column: 1})) for column in binaries]


def known_at_random(of: Search, seed: int) -> KnownBounds:
    """What is known of all children of the root, at duals by chance."""
    master, rng = of.master, np.random.default_rng(seed)
    known = KnownBounds(master)
    for pair in children(of):
        for node in pair:
            if master.enter(node):
                duals = rng.normal(0, 0.1, master.first_book_row + len(master.books))
                known.store(node, master.price(node, duals, master.convexity_duals(duals) - 1e3, NODE_LIMIT, Watch()))
    return known


def taken_over(seed: int, change: Mapping[str, object]) -> list[tuple[float, float]]:
    """Bounds in money of the two children by each binary; infinite where nothing is known."""
    first, then = search(seed), search(seed, change)
    nodes = [node for pair in children(first) for node in pair]
    known = KnownBounds(then.master)
    known.take_over(
        WarmStart(bounds=known_at_random(first, seed).to_warm_start(nodes), offers=first.master.pricer.digest)
    )
    found = [(known.bound(left), known.bound(right)) for left, right in children(then)]
    money = [[np.inf if priced is None else then.master.scale.money(priced.bound) for priced in pair] for pair in found]
    return [(left, right) for left, right in money]


@pytest.mark.parametrize("change", LIMITS, ids=str)
@pytest.mark.parametrize("seed", one_in(3, SEEDS))
def test_a_bound_taken_over_holds_for_other_limits(seed: int, change: Mapping[str, object]) -> None:
    best = optimum(seed, tuple(change.items()))
    for pair in taken_over(seed, change):
        assert best is None or max(pair) >= best - 1e-9 * max(1.0, abs(best))


@pytest.mark.parametrize("change", LIMITS[:4], ids=str)
def test_bounds_are_taken_over(change: Mapping[str, object]) -> None:
    """Else the test above would try nothing."""
    assert sum(np.isfinite(pair).all() for seed in SEEDS for pair in taken_over(seed, change)) > len(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_formulation_makes_the_best_of_duals_of_the_totals(seed: int) -> None:
    """The bound of a node is no worse than at the duals that it was proved with."""
    of = search(seed)
    master, rng = of.master, np.random.default_rng(seed)
    known = KnownBounds(master)
    for node, _ in children(of):
        if not master.enter(node) or master.solve_lp().infeasible:
            continue
        duals = master.solve_lp().duals + rng.normal(0, 1e-3, master.first_book_row + len(master.books))
        priced = master.price(node, duals, master.convexity_duals(duals), NODE_LIMIT, Watch())
        known.store(node, priced)
        again = known.bound(node)
        assert again is not None
        assert again.bound >= priced.bound - 1e-9
        assert (again.objective_bounds == priced.objective_bounds).all()


def test_only_the_same_pricing_problem_takes_bounds_over() -> None:
    first = search(2)
    start = WarmStart(
        bounds=known_at_random(first, 2).to_warm_start(node for pair in children(first) for node in pair),
        offers=first.master.pricer.digest,
    )
    dearer = (Change(table="price_points", column="price", multiply=1.001),)
    bigger = (Change(table="products", column="unit_value", multiply=1.001),)
    for change, same in (
        ({"max_tiers": 1}, True),
        ({"change": dearer}, False),
        ({"change": bigger}, False),
        ({"max_menu": 1}, False),
    ):
        then = search(2, change)
        assert (then.master.pricer.digest == start.offers) is same
        known = KnownBounds(then.master)
        known.take_over(start)
        assert any(known.bound(node) for pair in children(then) for node in pair) is same


def test_nodes_with_books_restricted_have_no_known_bound() -> None:
    of = search(2)
    known = known_at_random(of, 2)
    node = next(node for pair in children(of) for node in pair if known.bound(node))
    restricted = Node(fixed=node.fixed, books={0: FREE_BOOK})
    assert known.bound(restricted) is None
