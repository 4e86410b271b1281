"""Lagrangian bounds on cases small enough to enumerate, at any duals and with any columns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

import optimizer
from models import CaseSettings, Scenario, apply_scenario, build_case
from models.catalog import Array
from models.economics.offers import sellable_options
from optimizer.program.instance import build_instance
from optimizer.results.record import Status
from optimizer.search.assortment.restriction import Restriction
from optimizer.search.master.convexity_duals import raise_convexity_duals
from optimizer.search.master.nodes import LpSolution, Node, PricingResult
from optimizer.search.master.restricted_master import RestrictedMaster
from optimizer.search.state.limits import Watch
from optimizer.search.state.parameters import PricingParameters
from optimizer.search.tree.branching import branch_on_books
from optimizer.search.tree.dual_smoothing import LagrangianPrebound
from optimizer.solving.engine import DeliveryQuestion, Limit, Search, offers_of
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.random_cases import random_case

NODE_LIMIT = PricingParameters().node_limit
SEEDS = (0, 2, 4, 7, 9, 11)
ROUNDING = 1e-9


@dataclass(frozen=True)
class Posed:
    """A random case ready to be bounded, with its optimum by enumeration."""

    search: Search
    best: float

    @property
    def master(self) -> RestrictedMaster:
        return self.search.master

    def holds(self, cost: float) -> bool:
        """Whether a bound (scaled cost) allows for the optimum."""
        return self.master.scale.money(cost) >= self.best - ROUNDING * max(1.0, abs(self.best))


@cache
def optimum(seed: int) -> float:
    settings, tables, scenarios = random_case(seed)
    best = enumerate_scenario(settings, tables, scenarios["base"]).objective
    assert best is not None
    return best


def pose(seed: int) -> Posed:
    """With one column a book, as a search begins."""
    case, scenario = apply_scenario(build_case(*random_case(seed)), "base")
    instance = build_instance(case, scenario)
    question = DeliveryQuestion(instance, offers_of(instance, sellable_options(instance.catalog)))
    posed = Posed(Search(question, Limit(1e-7, None, None), None), optimum(seed))
    assert posed.master.enter(Node())
    return posed


def columns_added(master: RestrictedMaster, node: Node) -> LpSolution:
    """The linear program once no menu is missing from it."""
    assert master.enter(node)
    while True:
        solution = master.solve_lp()
        assert not solution.infeasible
        if not master.add(priced_at(master, node, solution.duals).menus):
            return solution


def feasible(master: RestrictedMaster) -> LpSolution:
    """A solution of the linear program over the columns at hand, adding what feasibility needs."""
    solution = master.solve_lp()
    if not solution.infeasible:
        return solution
    master.lp.set_phase_one(True)
    while (solution := master.solve_lp()).cost > 1e-9:
        priced = priced_at(master, Node(), solution.duals)
        assert priced.bound <= 1e-9, "the case is feasible: no bound on the violation may say otherwise"
        assert master.add(priced.menus)
    master.lp.set_phase_one(False)
    return master.solve_lp()


def priced_at(master: RestrictedMaster, node: Node, duals: Array, node_limit: int = NODE_LIMIT) -> PricingResult:
    return master.price(node, duals, master.convexity_duals(duals), node_limit, Watch())


def perturbed(duals: Array, rng: np.random.Generator) -> list[Array]:
    size = max(1e-3, float(np.abs(duals).max()))
    noise = [rng.normal(0, size * share, len(duals)) for share in (0.01, 0.3, 3.0)]
    return [0 * duals, -duals, *(duals + each for each in noise), *noise]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_holds_at_any_duals_with_few_columns(seed: int) -> None:
    posed, rng = pose(seed), np.random.default_rng(seed)
    count = posed.master.first_book_row + len(posed.master.books)
    assert len(posed.master.pool) == len(posed.master.books)
    for duals in perturbed(rng.normal(0, 0.1, count), rng):
        for node_limit in (1, 3, NODE_LIMIT):
            assert posed.holds(priced_at(posed.master, Node(), duals, node_limit).bound)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bound_meets_the_linear_program_once_no_menu_is_missing(seed: int) -> None:
    posed, rng = pose(seed), np.random.default_rng(seed)
    feasible(posed.master)
    solution = columns_added(posed.master, Node())
    priced = priced_at(posed.master, Node(), solution.duals)
    assert priced.all_done
    assert priced.bound == pytest.approx(solution.cost, abs=1e-6)
    assert posed.holds(solution.cost)
    for duals in perturbed(solution.duals, rng):
        bound = priced_at(posed.master, Node(), duals).bound
        assert bound <= solution.cost + 1e-7
        assert posed.holds(bound)


def leaves(master: RestrictedMaster, node: Node, depth: int) -> list[Node]:
    """Leaves below a node by branching on books, which hold all that it holds."""
    if depth == 0 or not master.enter(node) or master.solve_lp().infeasible:
        return [node]
    decision = branch_on_books(master, node, columns_added(master, node))
    if decision is None:
        return [node]
    place, branches = decision
    children = [replace(node, books={**node.books, place: restriction}) for restriction in branches]
    return [leaf for child in children for leaf in leaves(master, child, depth - 1)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_optimum_lies_in_one_of_the_leaves_of_a_node(seed: int) -> None:
    posed = pose(seed)
    duals = feasible(posed.master).duals
    nodes = leaves(posed.master, Node(), 3)
    assert len(nodes) > 1
    assert posed.holds(min(priced_at(posed.master, node, duals).bound for node in nodes))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_search_gone_on_with_is_as_good_as_one_in_one_go(seed: int) -> None:
    posed, rng = pose(seed), np.random.default_rng(seed)
    master = posed.master
    for duals in perturbed(feasible(master).duals, rng):
        thresholds = raise_convexity_duals(master.convexity_duals(duals), 1e-3)
        short = master.price(Node(), duals, thresholds, 1, Watch())
        longer = master.price(Node(), duals, thresholds, NODE_LIMIT, Watch(), short)
        at_once = master.price(Node(), duals, thresholds, NODE_LIMIT, Watch())
        assert short.bound <= longer.bound == pytest.approx(at_once.bound, abs=1e-12)
        assert posed.holds(longer.bound)
        assert longer.all_done


def children_by_binary(master: RestrictedMaster) -> list[Node]:
    """The two children of the root by each binary in turn that the program leaves open."""
    program = master.program
    binaries = np.flatnonzero(program.integer & (program.low < program.high)).tolist()
    return [Node(fixed={column: value}) for column in binaries for value in (0, 1)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_bound_at_smoothed_duals_claims_no_more_than_holds(seed: int) -> None:
    """Of the two children by a binary one holds the optimum: whatever the cutoff, their bounds must allow for it."""
    posed = pose(seed)
    master = posed.master
    feasible(master)
    prebound, bounded = LagrangianPrebound(master, Watch()), 0
    prebound.stability_centre = columns_added(master, Node()).duals
    nodes = children_by_binary(master)
    for pair in zip(nodes[::2], nodes[1::2], strict=True):
        bounds = []
        for node in pair:
            solution = master.solve_lp() if master.enter(node) else LpSolution(infeasible=True)
            cutoffs = [] if solution.infeasible else [solution.cost - away for away in (1e-6, 0.1)]
            prebound.reset()
            found = [
                prebound.bound(node, solution, cutoff, improving) for cutoff in cutoffs for improving in (False, True)
            ]
            bounds.append(max((priced.bound for priced in found if priced is not None), default=-np.inf))
            bounded += bounds[-1] > -np.inf
            assert bounds[-1] <= (columns_added(master, node).cost if cutoffs else np.inf) + 1e-7
        assert posed.holds(min(bounds))
    assert bounded


@pytest.mark.parametrize("seed", SEEDS)
def test_a_search_ends_at_the_optimum_with_a_bound_above_it(seed: int) -> None:
    posed = pose(seed)
    proof = posed.search.run()
    size = max(1.0, abs(posed.best))
    assert posed.holds(proof.bound)
    assert posed.master.scale.money(proof.cost) == pytest.approx(posed.best, abs=2e-7 * size)
    assert posed.master.scale.money(proof.bound) <= posed.best + 2e-7 * size


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
def test_columns_cleaned_up_come_back_where_a_node_needs_them(seed: int) -> None:
    master = pose(seed).master
    feasible(master)
    solution = columns_added(master, Node())
    master.lp.most_columns = 0
    master.lp.clean_up(master.reduced_costs(solution.duals))
    absent = sorted(set(range(len(master.pool))) - set(master.lp.present.tolist()))
    barred_by_place: dict[int, set[int]] = {}
    for i in master.lp.present.tolist():
        place = int(master.pool.owner[i])
        barred_by_place.setdefault(place, set()).update(master.books[place].places(master.pool[i]))
    for i in absent:
        place = int(master.pool.owner[i])
        own = master.books[place].places(master.pool[i])
        restriction = Restriction(barred=frozenset(barred_by_place[place]) - set(own))
        node = Node(books={place: restriction})
        assert master.enter(node)
        owners = master.pool.owner[master.lp.present[master.admitted(node)[master.lp.present]]]
        assert set(owners.tolist()) == set(range(len(master.books)))
        master.lp.set_phase_one(True)
        assert not master.solve_lp().infeasible
        master.lp.set_phase_one(False)


@pytest.mark.parametrize("seed", [0, 2, 4, 9])
def test_a_node_in_which_enumeration_leaves_a_book_no_column_is_closed(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its bound is loose by more than the cutoff is away, all of it in one book: no plan of the node matters then.

    A program over the other books' columns would choose plans that leave this book out.
    """
    posed = pose(seed)
    search, master = posed.search, posed.master
    feasible(master)
    priced = priced_at(master, Node(), columns_added(master, Node()).duals)
    search.run()
    state = search.state
    state.gap *= (state.incumbent.cost - priced.bound + 0.1) / state.tolerance(state.incumbent.cost)
    assert state.cutoff < priced.bound
    loose = np.zeros(len(master.books))
    loose[0] = 1.0
    slack = replace(priced, bound=priced.bound - 1.0, objective_bounds=priced.objective_bounds + loose)
    monkeypatch.setattr("optimizer.search.tree.branch_and_price.restricted_mip", None)
    assert search.tree._enumerate(Node(), slack) == state.cutoff
