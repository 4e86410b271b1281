"""Bounds of the master program on cases small enough to enumerate, at any multipliers and with any columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import optimizer
from models import CaseSettings, Scenario, apply_scenario, build_case
from models.catalog import Array
from models.offers import sellable_options
from optimizer.engine import Limit, Question, Search, offers_of
from optimizer.program.setting import build_setting
from optimizer.result import Status
from optimizer.search.branching import part_books
from optimizer.search.master import Master
from optimizer.search.nodes import Node, Relaxed
from optimizer.search.pricing import PATIENCE
from optimizer.search.restriction import Restriction
from optimizer.search.watch import Watch
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.random_cases import random_case

SEEDS = (0, 2, 4, 7, 9, 11)
ROUNDING = 1e-9


@dataclass(frozen=True)
class Posed:
    """A random case ready to be bounded, with its optimum by enumeration."""

    search: Search
    best: float

    @property
    def master(self) -> Master:
        return self.search.master

    def holds(self, cost: float) -> bool:
        """Whether a bound (scaled cost) allows for the optimum."""
        return self.master.money(cost) >= self.best - ROUNDING * max(1.0, abs(self.best))


@cache
def optimum(seed: int) -> float:
    settings, tables, scenarios = random_case(seed)
    best = enumerate_scenario(settings, tables, scenarios["base"]).objective
    assert best is not None
    return best


def pose(seed: int) -> Posed:
    """With one column a book, as a search begins."""
    case, scenario = apply_scenario(build_case(*random_case(seed)), "base")
    setting = build_setting(case, scenario)
    question = Question(setting, offers_of(setting, sellable_options(setting.catalog)))
    posed = Posed(Search(question, Limit(1e-7, None, None), None), optimum(seed))
    assert posed.master.enter(Node())
    return posed


def columns_added(master: Master, node: Node) -> Relaxed:
    """The linear program once no menu is missing from it."""
    assert master.enter(node)
    while True:
        relaxed = master.relax()
        assert not relaxed.infeasible
        if not master.add(master.price(node, relaxed.duals, PATIENCE, Watch()).finds):
            return relaxed


def feasible(master: Master) -> Relaxed:
    """A solution of the linear program over the columns at hand, adding what feasibility needs."""
    relaxed = master.relax()
    if not relaxed.infeasible:
        return relaxed
    master.linear.seek(True)
    while (relaxed := master.relax()).cost > 1e-9:
        priced = master.price(Node(), relaxed.duals, PATIENCE, Watch())
        assert priced.bound <= 1e-9, "the case is feasible: no bound on the violation may say otherwise"
        assert master.add(priced.finds)
    master.linear.seek(False)
    return master.relax()


def perturbed(duals: Array, rng: np.random.Generator) -> list[Array]:
    size = max(1e-3, float(np.abs(duals).max()))
    noise = [rng.normal(0, size * share, len(duals)) for share in (0.01, 0.3, 3.0)]
    return [0 * duals, -duals, *(duals + each for each in noise), *noise]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_holds_at_any_multipliers_with_few_columns(seed: int) -> None:
    posed, rng = pose(seed), np.random.default_rng(seed)
    count = posed.master.first_book_row + len(posed.master.books)
    assert len(posed.master.pool) == len(posed.master.books)
    for duals in perturbed(rng.normal(0, 0.1, count), rng):
        for patience in (1, 3, PATIENCE):
            assert posed.holds(posed.master.price(Node(), duals, patience, Watch()).bound)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_meets_the_linear_program_once_no_menu_is_missing(seed: int) -> None:
    posed, rng = pose(seed), np.random.default_rng(seed)
    feasible(posed.master)
    relaxed = columns_added(posed.master, Node())
    priced = posed.master.price(Node(), relaxed.duals, PATIENCE, Watch())
    assert priced.complete
    assert priced.bound == pytest.approx(relaxed.cost, abs=1e-6)
    assert posed.holds(relaxed.cost)
    for duals in perturbed(relaxed.duals, rng):
        bound = posed.master.price(Node(), duals, PATIENCE, Watch()).bound
        assert bound <= relaxed.cost + 1e-7
        assert posed.holds(bound)


def parted(master: Master, node: Node, depth: int) -> list[Node]:
    """Parts of parts of a node, which hold all that it holds."""
    if depth == 0 or not master.enter(node) or master.relax().infeasible:
        return [node]
    split = part_books(master, node, columns_added(master, node))
    if split is None:
        return [node]
    place, parts = split
    children = [replace(node, books={**node.books, place: part}) for part in parts]
    return [leaf for child in children for leaf in parted(master, child, depth - 1)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_optimum_lies_in_one_of_the_parts_of_a_node(seed: int) -> None:
    posed = pose(seed)
    duals = feasible(posed.master).duals
    leaves = parted(posed.master, Node(), 3)
    assert len(leaves) > 1
    assert posed.holds(min(posed.master.price(leaf, duals, PATIENCE, Watch()).bound for leaf in leaves))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_search_ends_at_the_optimum_with_a_bound_above_it(seed: int) -> None:
    posed = pose(seed)
    proof = posed.search.run()
    size = max(1.0, abs(posed.best))
    assert posed.holds(proof.bound)
    assert posed.master.money(proof.best) == pytest.approx(posed.best, abs=2e-7 * size)
    assert posed.master.money(proof.bound) <= posed.best + 2e-7 * size


def uneven_case() -> tuple[CaseSettings, dict[str, pd.DataFrame], dict[str, Scenario]]:
    """A random case in which one book's customers are worth 1.2 billion and another's parts 50."""
    settings, tables, scenarios = random_case(0)
    accounts = tables["accounts"].copy()
    accounts["product_revenue"] = [1.2e9 if i == 0 else 50.0 for i in range(len(accounts))]
    fulfilment = tables["fulfilment"].copy()
    fulfilment["parts_cost"] = 50.0
    return settings, {**tables, "accounts": accounts, "fulfilment": fulfilment}, scenarios


@pytest.mark.parametrize("objective", ["account_revenue", "account_margin", "service_margin"])
def test_small_parts_beside_a_large_portfolio(objective: str) -> None:
    settings, tables, scenarios = uneven_case()
    scenario = scenarios["base"].model_copy(update={"objective": objective})
    expected = enumerate_scenario(settings, tables, scenario).objective
    assert expected is not None
    result = optimizer.solve(build_case(settings, tables, {"base": scenario}), gap=1e-9)
    assert result.status is Status.OPTIMAL
    assert result.objective == pytest.approx(expected, rel=2e-6)
    assert result.bound is not None
    assert result.bound >= expected - ROUNDING * abs(expected)
    assert result.audit is not None
    assert result.audit.ok


@pytest.mark.parametrize("seed", SEEDS)
def test_columns_set_aside_come_back_where_a_node_needs_them(seed: int) -> None:
    master = pose(seed).master
    feasible(master)
    relaxed = columns_added(master, Node())
    master.linear.most_columns = 0
    master.linear.set_aside(master.reduced(relaxed.duals))
    absent = sorted(set(range(len(master.pool))) - set(master.linear.present.tolist()))
    barred_by_place: dict[int, set[int]] = {}
    for i in master.linear.present.tolist():
        barred_by_place.setdefault(master.pool[i].book, set()).update(master.local(master.pool[i]))
    for i in absent:
        column = master.pool[i]
        restriction = Restriction(barred=frozenset(barred_by_place[column.book]) - set(master.local(column)))
        node = Node(books={column.book: restriction})
        assert master.enter(node)
        owners = master.pool.owner[master.linear.present[master.admitted(node)[master.linear.present]]]
        assert set(owners.tolist()) == set(range(len(master.books)))
        master.linear.seek(True)
        assert not master.relax().infeasible
        master.linear.seek(False)
