"""Parameters given to a solve: recorded, passed on by everything that solves, and without a say in what is proved."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import optimizer
from models import Case, build_case
from optimizer import SearchParameters
from tests.oracle.enumeration import Optimum, enumerate_scenario
from tests.oracle.random_cases import random_case
from tests.worlds.hand_case import hand_case

FEW = SearchParameters.from_dict({"branching": {"reliable_trials": 4}, "pricing": {"threads": 1}})


@pytest.fixture(scope="module")
def hand() -> Case:
    return build_case(*hand_case())


def recorded(result: optimizer.Result) -> object:
    return result.manifest["params"]


def test_a_run_records_its_parameters(hand: Case, tmp_path: Path) -> None:
    run = optimizer.solve(hand, params=FEW).save(tmp_path / "run")
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    assert SearchParameters.from_dict(manifest["params"]) == FEW
    assert manifest["params"]["branching"]["reliable_trials"] == 4
    assert recorded(optimizer.solve(hand)) == SearchParameters().to_dict()
    assert optimizer.audit(hand, run).ok


def test_everything_that_solves_passes_them_on(hand: Case, tmp_path: Path) -> None:
    menus = hand.tables["current_menus"]
    assert recorded(optimizer.evaluate(hand, menus=menus, params=FEW)) == FEW.to_dict()
    session = optimizer.SolverSession(hand, params=FEW)
    assert recorded(session.solve("base")) == FEW.to_dict()
    assert recorded(session.evaluate("base", menus=menus)) == FEW.to_dict()
    with ThreadPoolExecutor(1) as executor:
        sweep: dict[str, Any] = {"scenarios": ["base"], "executor": executor, "store": tmp_path / "store"}
        for _ in range(2):  # solved, then from the store
            assert recorded(optimizer.sweep(hand, params=FEW, **sweep).results["base"]) == FEW.to_dict()
        assert recorded(optimizer.sweep(hand, **sweep).results["base"]) == SearchParameters().to_dict()


@pytest.mark.parametrize("params", [{}, 0, {"branching": {"reliable_trials": 4}}, FEW.branching])
def test_what_are_no_parameters_is_refused(hand: Case, tmp_path: Path, params: Any) -> None:
    """Also what Python takes for False, which must not pass for the defaults."""
    menus, said = hand.tables["current_menus"], "params is .*; expected SearchParameters or None"
    for ask in (
        lambda: optimizer.solve(hand, params=params),
        lambda: optimizer.evaluate(hand, menus=menus, params=params),
        lambda: optimizer.SolverSession(hand, params=params),
        lambda: optimizer.sweep(hand, params=params, store=tmp_path / "store"),
    ):
        with pytest.raises(ValueError, match=said):
            ask()


GAP = 1e-7
GIVEN_UP = 1e-6
"""What the second stage may give up of the objective for margin, relative."""
NO_ENUMERATION = {"open_columns": 0, "fixed_columns": 0}
OTHER_WAYS: dict[str, dict[str, dict[str, Any]]] = {
    "no enumeration": {"enumeration": NO_ENUMERATION},
    "no smoothing, one candidate": {
        "enumeration": NO_ENUMERATION,
        "smoothing": {"trials": 0},
        "branching": {"candidates_per_kind": 1, "reliable_trials": 1, "trial_iterations": 1},
    },
    "tiny menu searches": {
        "column_generation": {"first_node_limit": 1, "node_limit_growth": 2, "columns_per_book": 1},
        "pricing": {"node_limit": 2, "batch_books": 1, "threads": 1},
        "enumeration": {"open_node_limit": 1},
        "menu_tree": {"reliable_trials": 1, "trials": 1, "rounds": 1, "threads": 1},
    },
    "always diving": {
        "enumeration": NO_ENUMERATION,
        "heuristics": {"sub_mip_every": 1, "dive_every": 1, "near_columns": 0, "fixed_columns": 0, "dive_rounds": 0},
    },
    "exact bounds, small memory": {
        "enumeration": NO_ENUMERATION,
        "column_generation": {"convergence_share": 0.0, "open_slack": 0.0, "closed_slack": 0.0},
        "clean_up": {
            "pool_columns": 1,
            "pool_columns_per_book": 0,
            "lp_columns_per_row": 2,
            "evaluated_plans": 0,
            "closed_nodes": 0,
            "known_bounds": 0,
        },
    },
    "loose bounds": {
        "enumeration": {**NO_ENUMERATION, "exclusions": 1},
        "column_generation": {"convergence_share": 1.0, "open_slack": 1.0, "closed_slack": 1.0, "heuristic_gain": 0.5},
        "smoothing": {"steps": [0.5], "short_node_limit": 1, "long_node_limit": 1, "slack_share": 1.0},
        "limits": {"proved_share": 0.5, "delivery_share": 0.5},
    },
}
SEEDS = (20, 36)


@cache
def posed(seed: int) -> tuple[Case, Optimum]:
    settings, tables, scenarios = random_case(seed)
    return build_case(settings, tables, scenarios), enumerate_scenario(settings, tables, scenarios["base"])


@cache
def path(seed: int, way: str) -> tuple[optimizer.Result, tuple[object, ...]]:
    """Result of a case, and how much its search did of what."""
    params = SearchParameters.from_dict(OTHER_WAYS.get(way, {}))
    result = optimizer.solve(posed(seed)[0], gap=GAP, params=params)
    return result, tuple(result.effort[name] for name in ("nodes", "columns", "lp_solves", "integer_programs"))


@pytest.mark.parametrize("way", OTHER_WAYS)
@pytest.mark.parametrize("seed", SEEDS)
def test_another_way_leads_to_the_same_optimum(seed: int, way: str) -> None:
    """The optimum is that of enumeration, which knows no search."""
    result, _ = path(seed, way)
    best = posed(seed)[1].objective
    assert best is not None
    assert result.objective is not None
    assert result.bound is not None
    size = max(1.0, abs(best))
    assert result.status is optimizer.Status.OPTIMAL
    assert abs(result.objective - best) <= (GAP + GIVEN_UP) * size
    assert result.bound >= best - 1e-9 * size
    assert result.audit is not None
    assert result.audit.ok


@pytest.mark.parametrize("way", OTHER_WAYS)
def test_another_way_is_another(way: str) -> None:
    assert any(path(seed, way)[1] != path(seed, "")[1] for seed in SEEDS)
