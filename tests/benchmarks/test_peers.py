"""Peers are worth measuring only if they solve the same problem: on small cases every optimum is the same."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import optimizer
from models import Case

from .generator import Size, generate
from .one_book import Menus, one_book
from .peers import greedy
from .peers.exchange import solve_by_exchange
from .peers.greedy import solve_greedily
from .peers.market import market
from .peers.with_choice_learn import stated, value_of
from .peers.with_pulp import solve_with_pulp

GAP, LIMIT = 1e-7, 60.0
NETWORKS = [
    Size(books=2, classes=1, products=2, tiers=2, models=2, prices=2, seed=1),
    Size(books=1, classes=2, products=2, tiers=2, models=6, prices=1),
]
ASSORTMENT = Menus(6, classes=3)
LIMITED = Menus(5, 2, segments=3, max_menu=2)
FIRST = Menus(4, 2, classes=6, choice_model="first_choice")


def network(size: Size) -> Case:
    """A case whose margin floor leaves room for contracts however few price books there are."""
    settings, tables, scenarios = generate(size)
    return optimizer.build_case(settings, tables, {"base": {**scenarios["base"], "min_service_margin": 0.4}})


def best_by_enumeration(case: Case, most: int) -> float:
    """Best revenue a year of any menu of a case of one book, by the formulas of choice written out."""
    m = market(case, "base")
    utility, yearly = m.offers.block(m.offers.utility, 0), m.offers.block(m.offers.terms.yearly, 0)
    tiers, units = m.offers.options.tier, m.offers.demand.cohorts.units
    best = 0.0
    for size in range(1, most + 1):
        for menu in map(list, itertools.combinations(range(len(tiers)), size)):
            if len(set(tiers[menu])) < size:
                continue
            if m.logit:
                weight = np.exp(utility[:, menu])
                paid = (weight * yearly[:, menu]).sum(axis=1) / (1 + weight.sum(axis=1))
            else:
                liked = utility[:, menu].argmax(axis=1)
                rows = np.arange(len(units))
                paid = np.where(utility[:, menu].max(axis=1) > 1e-9, yearly[:, menu][rows, liked], 0.0)
            best = max(best, float(units @ paid))
    return best


@pytest.mark.parametrize("size", NETWORKS)
def test_the_compact_program_has_our_optimum(size: Size) -> None:
    case = network(size)
    ours, peer = optimizer.solve(case, gap=GAP), solve_with_pulp(case, "base", GAP, LIMIT)
    assert ours.objective is not None
    assert peer.status == "optimal"
    assert peer.objective == pytest.approx(ours.objective, rel=2e-6)
    assert ours.plan is not None
    assert ours.plan.decisions.tiers  # or all that was compared is the empty plan


@pytest.mark.parametrize(("shape", "most"), [(ASSORTMENT, 6), (LIMITED, 2), (FIRST, 4)])
def test_the_compact_program_finds_the_best_menu(shape: Menus, most: int) -> None:
    case = optimizer.build_case(*one_book(shape))
    peer = solve_with_pulp(case, "base", GAP, LIMIT)
    assert peer.objective == pytest.approx(best_by_enumeration(case, most), rel=1e-6)
    assert peer.bound == pytest.approx(peer.objective, rel=1e-6)


@pytest.mark.parametrize("parts", [generate(NETWORKS[1]), one_book(FIRST)])
def test_both_libraries_state_the_same_program(parts: tuple) -> None:
    linopy = pytest.importorskip("tests.benchmarks.peers.with_linopy", exc_type=ImportError)
    case = optimizer.build_case(*parts)
    with_pulp = solve_with_pulp(case, "base", GAP, LIMIT)
    with_linopy = linopy.solve_with_linopy(case, "base", GAP, LIMIT)
    assert with_linopy.objective == pytest.approx(with_pulp.objective, rel=1e-6)


def test_a_limit_is_no_optimum() -> None:
    outcome = solve_with_pulp(network(Size(books=6, seed=1)), "base", GAP, 0.05)
    assert outcome.status in ("no plan", "time limit reached")


def test_the_compact_program_refuses_what_it_does_not_state() -> None:
    settings, tables, scenarios = generate(NETWORKS[0])
    case = optimizer.build_case(settings, tables, {"base": {**scenarios["base"], "min_tier_gap": 0.1}})
    with pytest.raises(ValueError, match="does not state min_tier_gap"):
        solve_with_pulp(case, "base", GAP, LIMIT)


@pytest.mark.parametrize("size", [None, 2])
def test_exchange_finds_the_best_of_a_small_assortment(size: int | None) -> None:
    case = optimizer.build_case(*one_book(Menus(7, classes=4, max_menu=size)))
    found = solve_by_exchange(case, "base", GAP, LIMIT)
    assert found.objective == pytest.approx(best_by_enumeration(case, size or 7))


@pytest.mark.parametrize("shape", [ASSORTMENT, LIMITED, FIRST])
def test_the_greedy_menu_is_no_better_than_the_best(shape: Menus) -> None:
    case = optimizer.build_case(*one_book(shape))
    best = best_by_enumeration(case, shape.max_menu or shape.tiers)
    found = solve_greedily(case, "base", GAP, LIMIT)
    assert found.objective is not None
    assert 0.8 * best <= found.objective <= best * (1 + 1e-9)


def test_the_greedy_plan_obeys_the_rules_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greedy, "WEIGHTS", (2.0,))
    case = network(NETWORKS[0])
    best, found = optimizer.solve(case, gap=1e-3), solve_greedily(case, "base", GAP, LIMIT)
    assert best.objective is not None
    assert found.objective is not None
    assert 0.9 * best.objective <= found.objective <= best.objective * (1 + 1e-3)


def test_choice_learn_is_told_the_problem() -> None:
    m = market(optimizer.build_case(*one_book(ASSORTMENT)), "base")
    problem = stated(m)
    attraction, value = np.array(problem["attraction"])[:, :, 0], np.array(problem["value"])[:, 0]
    sold = attraction[:, [1, 4]]
    paid = (sold * value[[1, 4]]).sum(axis=1) / (1 + sold.sum(axis=1))
    assert value_of(m, [(1, 0), (4, 0)]) == pytest.approx(float(np.array(problem["weights"]) @ paid))
    assert problem["size"] == 6


@pytest.mark.parametrize("parts", [generate(NETWORKS[0]), one_book(FIRST)])
def test_choice_learn_is_told_nothing_else(parts: tuple) -> None:
    with pytest.raises(ValueError, match="choice-learn states"):
        stated(market(optimizer.build_case(*parts), "base"))
