"""The search with linear relaxations against enumeration, with the compiled search's own instances."""

from __future__ import annotations

import itertools
from dataclasses import replace
from unittest.mock import Mock

import numpy as np
import pytest

from optimizer.search.assortment import menu_tree
from optimizer.search.assortment.menu_domain import MenuDomain
from optimizer.search.assortment.menu_relaxation import bound_menus
from optimizer.search.assortment.menu_tree import OPTIMALITY, MenuTree
from optimizer.search.assortment.pricing_objective import BARRED, COVERED, FREE
from optimizer.search.state.limits import Watch
from tests.slow import one_in

from .menu_instances import Instance, instance
from .test_menu_search import ROUNDING, cutoff_between

SEEDS = range(160)


def whole(posed: Instance) -> MenuDomain:
    t = posed.terms
    return MenuDomain(t.allowed.copy(), t.must.copy(), t.mode.copy())


def stake(posed: Instance) -> float:
    return MenuTree(posed.terms, 0.0, Watch()).stake


def menu_of(picks: np.ndarray) -> tuple[int, ...]:
    return tuple(int(o) for o in picks if o >= 0)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_the_best_menu_is_found_and_the_bound_is_hardly_above_it(seed: int) -> None:
    posed = instance(seed)
    proven = MenuTree(posed.terms, -np.inf, Watch()).best_menus(capacity=3)
    assert proven.complete
    assert len(proven.menus) <= 3
    if not posed.ranked:
        assert proven.menus == []
        assert proven.bound == -np.inf
        return
    best = next(iter(posed.ranked.values()))
    assert proven.menus[-1][1] == pytest.approx(best, abs=ROUNDING * posed.scale)
    assert -ROUNDING * posed.scale <= proven.bound - best <= OPTIMALITY * stake(posed) + ROUNDING * posed.scale
    for picks, value in proven.menus:
        assert value == pytest.approx(posed.ranked[menu_of(picks)], abs=ROUNDING * posed.scale)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_every_menu_above_a_cutoff_is_found_and_no_other(seed: int) -> None:
    posed = instance(seed)
    cutoff = cutoff_between(posed.ranked, 0.1, ROUNDING * posed.scale)
    if cutoff is None:
        return
    expected = {menu for menu, value in posed.ranked.items() if value > cutoff}
    proven = MenuTree(posed.terms, cutoff, Watch()).enumerate_menus(capacity=len(expected))
    assert proven.complete
    assert {menu_of(picks) for picks, _ in proven.menus} == expected
    if len(expected) > 1:
        assert not MenuTree(posed.terms, cutoff, Watch()).enumerate_menus(capacity=len(expected) - 1).complete


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_a_cutoff_that_nothing_beats_is_the_bound(seed: int) -> None:
    posed = instance(seed)
    cutoff = max(posed.ranked.values(), default=0.0) + 0.5
    proven = MenuTree(posed.terms, cutoff, Watch()).best_menus(capacity=3)
    assert proven.complete
    assert proven.menus == []
    assert cutoff <= proven.bound <= cutoff + OPTIMALITY * stake(posed)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_the_bound_of_any_domain_holds(seed: int) -> None:
    posed, rng = instance(seed), np.random.default_rng(seed)
    t = posed.terms
    for _ in range(4):
        domain = replace(
            whole(posed),
            allowed=t.allowed & (rng.random(len(t.allowed)) < 0.7),
            must=t.must | (rng.random(len(t.must)) < 0.3),
        )
        menus = {m: w for m, w in posed.ranked.items() if obeys(posed, domain, m)}
        domain = domain.propagate(t)
        if domain is None:
            assert not menus
            continue
        assert {m for m in menus if obeys(posed, domain, m)} == set(menus)
        bounded = bound_menus(t, domain)
        assert bounded.bound >= max(menus.values(), default=-np.inf) - ROUNDING * posed.scale
        room = 0.2 * posed.scale
        tighter = domain.reduced_cost_fixing(t, bounded.reduced_cost, room) if menus else None
        kept = {m: w for m, w in menus.items() if tighter is not None and obeys(posed, tighter, m)}
        dropped = [w for m, w in menus.items() if m not in kept]
        assert all(w <= bounded.bound - room + ROUNDING * posed.scale for w in dropped)


def obeys(posed: Instance, domain: MenuDomain, menu: tuple[int, ...]) -> bool:
    tiers = {int(np.searchsorted(posed.terms.tier_start, o, side="right")) - 1 for o in menu}
    return all(domain.allowed[o] for o in menu) and set(np.flatnonzero(domain.must).tolist()) <= tiers


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_the_children_of_a_node_divide_its_menus(seed: int) -> None:
    posed, rng = instance(seed), np.random.default_rng(seed)
    domain = whole(posed)
    for tier in range(len(domain.must)):
        if len(domain.options(posed.terms, tier)) <= int(domain.must[tier]):
            continue
        children = domain.branch_on_tier(posed.terms, tier, rng.random(len(domain.allowed)))
        sides = [{m for m in posed.ranked if obeys(posed, child, m)} for child in children]
        assert sides[0] | sides[1] == set(posed.ranked)
        assert not sides[0] & sides[1]
        assert all(not np.array_equal(h.allowed, domain.allowed) or h.must[tier] != domain.must[tier] for h in children)


@pytest.mark.parametrize("seed", range(0, 160, 5))
def test_the_bound_of_a_search_cut_short_holds(seed: int) -> None:
    posed = instance(seed)
    best = max(posed.ranked.values(), default=-np.inf)
    for checks in (1, 2, 4, 9, 20):
        ended = Mock(side_effect=itertools.chain(itertools.repeat(False, checks), itertools.repeat(True)))
        proven = MenuTree(posed.terms, -np.inf, Watch(stop=ended)).best_menus(capacity=3)
        assert proven.bound >= best - ROUNDING * posed.scale
        assert {menu_of(picks) for picks, _ in proven.menus} <= set(posed.ranked)


def test_a_solver_out_of_time_gives_a_bound_that_holds() -> None:
    posed = instance(16)
    bounded = bound_menus(posed.terms, whole(posed), seconds=0.0)
    assert bounded.bound >= next(iter(posed.ranked.values()))


def test_a_group_is_branched_on() -> None:
    domain = MenuDomain(np.ones(1, dtype=bool), np.zeros(1, dtype=bool), np.array([COVERED, FREE, BARRED]))
    assert [child.mode[1] for child in domain.branch_on_group(1)] == [BARRED, COVERED]
    assert domain.open_groups().tolist() == [1]


def test_whole_shares_are_not_fractional() -> None:
    assert not menu_tree._is_fractional(np.array([0.0, 1.0]), must=False)
    assert not menu_tree._is_fractional(np.array([0.0, 0.0]), must=False)
    assert menu_tree._is_fractional(np.array([0.0, 0.4]), must=False)
    assert menu_tree._is_fractional(np.array([0.6, 0.4]), must=True)


MILD = [seed for seed in SEEDS if instance(seed).terms.utility.max(initial=0.0) < 30]
"""Without cohorts too extreme for exact rows."""


@pytest.mark.parametrize("seed", one_in(4, MILD))
def test_a_menu_alone_is_bounded_by_its_objective(seed: int) -> None:
    posed = instance(seed)
    for menu in list(posed.ranked)[::5]:
        allowed = np.zeros(len(posed.terms.allowed), dtype=bool)
        allowed[list(menu)] = True
        must = np.array([allowed[a:b].any() for a, b in itertools.pairwise(posed.terms.tier_start)])
        covered = np.where(posed.terms.mode == FREE, COVERED, posed.terms.mode)
        alone = replace(posed, terms=posed.terms._replace(mode=covered))
        domain = MenuDomain(allowed, must, covered).propagate(posed.terms)
        assert domain is not None
        bound = bound_menus(alone.terms, domain).bound
        expected = Instance(alone.terms, posed.scale).value(menu)
        assert bound == pytest.approx(expected, abs=1e-7 * posed.scale)
