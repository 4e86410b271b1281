"""The menu search against enumeration: logit and first choice, coverage, rules on one menu, extreme utilities."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from models.catalog import Array, Codes
from optimizer.search.assortment.linked_parts import WholeCompiler
from optimizer.search.assortment.menu_search import search_menus as compiled_search_menus
from optimizer.search.assortment.pricing_objective import BARRED, FREE, BookInstance, local_search
from optimizer.search.assortment.pricing_objective import menu_value as compiled_menu_value
from tests.slow import one_in

from .menu_instances import Instance, Menu, instance

SEEDS = range(300)
ROUNDING = 1e-10
"""Of the amounts at play."""
ENOUGH = 1_000_000
"""More nodes than any of these searches has."""


@numba.njit(pipeline_class=WholeCompiler)
def menu_value(t: BookInstance, menu: Codes, size: int) -> float:
    return compiled_menu_value(t, menu, size)


@numba.njit(pipeline_class=WholeCompiler)
def search_menus(
    t: BookInstance, cutoff: float, every: bool, menus: Codes, values: Array, node_limit: int
) -> tuple[int, bool, float]:
    return compiled_search_menus(t, cutoff, every, menus, values, node_limit)


def found_menus(instance_: Instance, cutoff: float, every: bool, room: int, node_limit: int = ENOUGH) -> tuple[
    list[Menu], list[float], bool, float
]:  # fmt: skip
    menus, values = np.zeros((room, len(instance_.terms.must)), dtype=np.int64), np.zeros(room)
    count, complete, bound = search_menus(instance_.terms, cutoff, every, menus, values, node_limit)
    kept = [tuple(int(o) for o in menu if o >= 0) for menu in menus[:count]]
    return kept, values[:count].tolist(), bool(complete), float(bound)


def cutoff_between(ranked: dict[Menu, float], share: float, room: float) -> float | None:
    """A cutoff that lies clear of every objective, with about this share of the menus above it."""
    values = list(ranked.values())
    for i in range(int(share * len(values)), len(values) - 1):
        if values[i] - values[i + 1] > 4 * room:
            return 0.5 * (values[i] + values[i + 1])
    return None


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_objective_of_each_menu(seed: int) -> None:
    posed = instance(seed)
    t = posed.terms
    for menu, expected in list(posed.ranked.items())[::7]:
        picks = np.array([*menu, 0], dtype=np.int64)
        value = menu_value(t, picks, len(menu))
        assert value == pytest.approx(expected, abs=ROUNDING * posed.scale)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_the_best_menu_is_found_and_is_the_bound(seed: int) -> None:
    posed = instance(seed)
    ranked = posed.ranked
    menus, values, complete, bound = found_menus(posed, -np.inf, every=False, room=4)
    assert complete
    if not ranked:
        assert menus == []
        assert bound == -np.inf
        return
    best = next(iter(ranked.values()))
    assert values[-1] == pytest.approx(best, abs=ROUNDING * posed.scale)
    assert bound == values[-1]
    assert values == sorted(values)
    assert values == pytest.approx([ranked[menu] for menu in menus], abs=ROUNDING * posed.scale)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_every_menu_above_a_cutoff_is_found_and_no_other(seed: int) -> None:
    posed = instance(seed)
    ranked = posed.ranked
    for share in (0.05, 0.6):
        cutoff = cutoff_between(ranked, share, ROUNDING * posed.scale)
        if cutoff is None:
            continue
        expected = {menu for menu, value in ranked.items() if value > cutoff}
        menus, values, complete, bound = found_menus(posed, cutoff, every=True, room=len(expected))
        assert complete
        assert len(menus) == len(expected)
        assert set(menus) == expected
        assert bound == max(values)
        if len(expected) > 1:
            assert found_menus(posed, cutoff, every=True, room=len(expected) - 1)[2:] == (False, np.inf)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_a_cutoff_that_nothing_beats_is_the_bound(seed: int) -> None:
    posed = instance(seed)
    best = max(posed.ranked.values(), default=0.0)
    cutoff = best + 0.5
    assert found_menus(posed, cutoff, every=False, room=4) == ([], [], True, cutoff)
    assert found_menus(posed, cutoff, every=True, room=4) == ([], [], True, cutoff)


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_the_bound_of_a_search_cut_short_holds(seed: int) -> None:
    posed = instance(seed)
    ranked = posed.ranked
    best = max(ranked.values(), default=-np.inf)
    for every in (False, True):
        for node_limit in (1, 2, 3, 5, 8, 13, 21):
            menus, values, complete, bound = found_menus(posed, -np.inf, every, room=2_000, node_limit=node_limit)
            assert bound >= best - ROUNDING * posed.scale
            assert set(menus) <= set(ranked)
            assert values == pytest.approx([ranked[menu] for menu in menus], abs=ROUNDING * posed.scale)
            if complete and ranked:
                assert max(values) == pytest.approx(best, abs=ROUNDING * posed.scale)


def random_picks(posed: Instance, rng: np.random.Generator) -> Codes:
    start = posed.terms.tier_start
    spans = [range(start[i] - 1, start[i + 1]) for i in range(len(start) - 1)]
    picks = [int(rng.choice(span)) for span in spans]
    return np.array([-1 if pick < span.start + 1 else pick for pick, span in zip(picks, spans, strict=True)])


@pytest.mark.parametrize("seed", one_in(4, SEEDS))
def test_a_climb_ends_at_an_allowed_menu_that_no_single_change_betters(seed: int) -> None:
    posed, rng = instance(seed), np.random.default_rng(seed)
    ranked = posed.ranked
    for _ in range(3):
        start = random_picks(posed, rng)
        before = start.copy()
        picks, value = local_search(posed.terms, start)
        assert np.array_equal(start, before)
        if value == -np.inf:
            continue
        menu = tuple(int(o) for o in picks if o >= 0)
        assert menu in ranked
        assert value == pytest.approx(ranked[menu], abs=ROUNDING * posed.scale)
        near = [value for other, value in ranked.items() if one_tier_apart(posed, menu, other)]
        assert value >= max([ranked.get(tuple(int(o) for o in before if o >= 0), -np.inf), *near]) - 1e-9 * posed.scale


def one_tier_apart(posed: Instance, menu: Menu, other: Menu) -> bool:
    """Whether two menus have the same option, or none, in all tiers but one."""
    changed = {int(np.searchsorted(posed.terms.tier_start, o, side="right")) for o in set(menu) ^ set(other)}
    return len(changed) == 1


def test_a_climb_from_where_no_menu_is_allowed_says_so() -> None:
    posed = instance(0)
    barred = posed.terms._replace(allowed=np.zeros_like(posed.terms.allowed), fewest=1)
    picks = np.full(len(barred.must), -1, dtype=np.int64)
    assert local_search(barred, picks)[1] == -np.inf


def test_the_instances_use_everything() -> None:
    posed = [instance(seed).terms for seed in SEEDS]
    assert {t.logit for t in posed} == {True, False}
    assert any((t.utility > 1500).any() for t in posed)
    assert any((t.utility < -1500).any() and np.isneginf(t.utility).any() for t in posed)
    assert all(any((t.mode[1:-1] == mode).any() for t in posed) for mode in (FREE, BARRED))
    assert any(t.must.any() and t.fewest for t in posed)
    assert any(not t.fits.all() and t.most < len(t.must) for t in posed)
    assert any((t.option_cost < 0).any() and (t.option_cost > 0).any() for t in posed)
    assert any((t.coverage_cost < 0).any() for t in posed)
    assert sum(not instance(seed).ranked for seed in SEEDS) > 3
    assert sum(len(instance(seed).ranked) > 50 for seed in SEEDS) > 50
