"""Beginning with the branching decisions of an earlier search: no plan is lost, and the answer stays."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import optimizer
from models import Case, apply_scenario, build_case
from models.economics.offers import sellable_options
from optimizer.program.instance import build_instance
from optimizer.results.warm_start import BranchingDecision
from optimizer.search.master.nodes import Node
from optimizer.search.tree.branching_history import (
    BranchedNode,
    agrees,
    branching_decisions,
    initial_nodes,
)
from optimizer.solving.engine import DeliveryQuestion, Limit, Search, offers_of
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.random_cases import random_case
from tests.slow import one_in

SEEDS = (0, 2, 4, 7, 9, 11)
CHANGES = ({"max_tiers": 1}, {"max_models": 1}, {"min_service_margin": -0.2}, {"max_menu": 1})


def pose(seed: int) -> Search:
    case, scenario = apply_scenario(build_case(*random_case(seed)), "base")
    instance = build_instance(case, scenario)
    question = DeliveryQuestion(instance, offers_of(instance, sellable_options(instance.catalog)))
    return Search(question, Limit(1e-7, None, None), None)


posed = cache(pose)


def open_binaries(search: Search) -> list[str]:
    """Names of the binaries that the program leaves open."""
    program = search.master.program
    is_open = program.integer & (program.low < program.high)
    return sorted(name for name, column in search.master.stated.columns.items() if is_open[column])


def random_decisions(search: Search, rng: np.random.Generator, count: int) -> list[BranchingDecision]:
    """In nodes made by the ones before, and in nodes that nothing made; on binaries known and unknown."""
    names = [*open_binaries(search), "tier_99", "total_0"]
    decisions = [BranchingDecision((), names[0])]
    for _ in range(count):
        fixed: tuple[tuple[str, int], ...] = ()
        if rng.random() < 0.9:
            before = decisions[rng.integers(len(decisions))]
            fixed = (*before.fixed, (before.decision, int(rng.integers(2))))
        decisions.append(BranchingDecision(fixed, names[rng.integers(len(names))]))
    return decisions


@pytest.mark.parametrize("seed", SEEDS)
def test_every_plan_is_in_one_node_and_no_more(seed: int) -> None:
    search, rng = posed(seed), np.random.default_rng(seed)
    columns = [search.master.stated.columns[name] for name in open_binaries(search)]
    nodes, branched = initial_nodes(search.master, Node(), random_decisions(search, rng, 20), {})
    assert len(nodes) == 1 + len(branched) > 1
    for _ in range(200):
        plan = {column: int(rng.integers(2)) for column in columns}
        assert sum(agrees(node, plan) for node in nodes) == 1


def test_the_node_of_the_plan_comes_first() -> None:
    search = posed(2)
    first, second = open_binaries(search)[:2]
    columns = [search.master.stated.columns[name] for name in (first, second)]
    decisions = [BranchingDecision((), first), BranchingDecision(((first, 1),), second)]
    for values in itertools.product((0, 1), repeat=2):
        plan = dict(zip(columns, values, strict=True))
        nodes, _ = initial_nodes(search.master, Node(), decisions, plan)
        assert agrees(nodes[0], plan)


def test_a_binary_fixed_by_now_is_not_branched_on() -> None:
    search = posed(2)
    first, second = open_binaries(search)[:2]
    column, other = (search.master.stated.columns[name] for name in (first, second))
    decisions = [BranchingDecision((), first), BranchingDecision((), second)]
    nodes, branched = initial_nodes(search.master, Node(fixed={column: 1}), decisions, {})
    assert [dict(node.fixed) for node in nodes] == [{column: 1, other: 0}, {column: 1, other: 1}]
    assert [one.column for one in branched] == [other]


def test_only_decisions_in_nodes_that_could_beat_the_plan_are_handed_on() -> None:
    search = posed(2)
    names = open_binaries(search)
    column, other = (search.master.stated.columns[name] for name in names[:2])
    branched = [BranchedNode({}, column, 1.0), BranchedNode({column: 0}, other, 3.0), BranchedNode({column: 1}, other)]
    kept = branching_decisions(search.master, branched, cutoff=2.0)
    assert kept == (BranchingDecision((), names[0]), BranchingDecision(((names[0], 1),), names[1]))
    many = [BranchedNode({}, column, 1.0)] * 17
    assert len(branching_decisions(search.master, many, cutoff=2.0)) == 12


@cache
def solved(seed: int) -> tuple[Case, optimizer.Result]:
    """With what a search leaves that began with decisions at random: searches of cases this small end without any."""
    case, search = build_case(*random_case(seed)), pose(seed)
    decisions = random_decisions(search, np.random.default_rng(seed), 8)
    nodes, search.tree.branched = initial_nodes(search.master, Node(), decisions, {})
    search.tree.search(*nodes)
    return case, replace(optimizer.solve(case, gap=1e-7), warm_start_left=search.warm_start())


@pytest.mark.parametrize("change", CHANGES, ids=str)
@pytest.mark.parametrize("seed", one_in(3, SEEDS))
def test_from_an_earlier_search_the_optimum_of_the_new_question_is_found(seed: int, change: dict[str, float]) -> None:
    settings, tables, scenarios = random_case(seed)
    changed = scenarios["base"].model_copy(update=change)
    expected = enumerate_scenario(settings, tables, changed).objective
    case, first = solved(seed)
    assert first.warm_start.branching
    again = optimizer.solve(case, changed, gap=1e-7, start=first)
    assert again.status is (optimizer.Status.INFEASIBLE if expected is None else optimizer.Status.OPTIMAL)
    if expected is not None:
        assert again.objective == pytest.approx(expected, rel=2e-6, abs=1e-6)
        assert again.bound is not None
        assert again.bound >= expected - 1e-9 * max(1.0, abs(expected))


def test_an_earlier_search_leaves_bounds() -> None:
    """Else the test above would not try them."""
    assert sum(len(solved(seed)[1].warm_start.bounds) for seed in SEEDS) > len(SEEDS)
