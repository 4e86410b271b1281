"""The numbers that steer a search: their defaults, their limits, and each with what it means."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable
from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from optimizer.search.state import parameters
from optimizer.search.state.parameters import (
    BranchingParameters,
    CheckpointParameters,
    CleanUpParameters,
    ColumnGenerationParameters,
    DualSmoothingParameters,
    LimitParameters,
    PricingParameters,
    SearchParameters,
)

DEFAULTS = {
    "column_generation": {
        "first_node_limit": 4000,
        "node_limit_growth": 8,
        "near_feasible_node_limit": 100,
        "convergence_share": 0.05,
        "open_slack": 0.2,
        "closed_slack": 0.95,
        "columns_per_book": 4,
        "heuristic_gain": 0.0001,
        "heuristic_size": 0.000001,
    },
    "smoothing": {
        "trials": 3,
        "steps": [0, 0.015625, 0.03125, 0.0625, 0.125, 0.25, 0.5, 1],
        "short_node_limit": 100,
        "long_node_limit": 4000,
        "open_share": 0.5,
        "stop_factor": 4,
        "slack_share": 0.97,
    },
    "branching": {
        "candidates_per_kind": 3,
        "reliable_trials": 20,
        "trial_iterations": 100,
        "least_gain": 0.0000001,
        "most_gain": 1,
        "remembered": 50,
        "handed_on": 12,
    },
    "heuristics": {
        "sub_mip_every": 5,
        "dive_every": 25,
        "poor_gap": 10,
        "near_columns": 150,
        "near_columns_per_book": 2,
        "fixed_columns": 40,
        "gap_share": 0.1,
        "node_limit": 200,
        "dive_rounds": 12,
    },
    "enumeration": {
        "open_columns": 300,
        "fixed_columns": 60000,
        "open_node_limit": 4000,
        "gap_share": 0.2,
        "exclusions": 20,
    },
    "clean_up": {
        "pool_columns": 20000,
        "pool_columns_per_book": 40,
        "lp_columns_per_row": 3,
        "evaluated_plans": 10000,
        "closed_nodes": 1000,
        "known_bounds": 100,
    },
    "pricing": {
        "node_limit": 300000,
        "light_cells": 8000,
        "light_node_limit": 30000,
        "batch_books": 16,
        "batch_node_limit": 4000,
        "threads": None,
    },
    "menu_tree": {"reliable_trials": 2, "trials": 8, "least_gain": 0.000000000001, "rounds": 3, "threads": 2},
    "limits": {
        "proved_share": 0.98,
        "delivery_share": 0.01,
        "overrun_seconds": 0.5,
        "grace_seconds": 3,
        "second_stage_grace_seconds": 2,
        "stopped_grace_seconds": 1,
    },
    "near": {"node_limit": 20_000},
    "checkpoint": {"every_seconds": 60, "writing_share": 0.01},
}
"""Every number, by hand: as the search had them when they were constants of its modules."""


def test_defaults_are_the_numbers_that_the_search_always_had() -> None:
    assert SearchParameters().to_dict() == DEFAULTS


def test_numbers_come_back_from_json() -> None:
    changed = SearchParameters(
        branching=BranchingParameters(reliable_trials=4),
        smoothing=DualSmoothingParameters(steps=(0.1, 1 / 3)),
        pricing=PricingParameters(threads=2),
    )
    assert SearchParameters.from_dict(json.loads(json.dumps(changed.to_dict()))) == changed
    assert SearchParameters.from_dict({"branching": {"reliable_trials": 4}}).branching == changed.branching
    assert SearchParameters.from_dict({}) == SearchParameters()


def test_numbers_are_as_plain_python_has_them() -> None:
    group = LimitParameters(overrun_seconds=5)
    assert type(group.overrun_seconds) is float
    with pytest.raises(FrozenInstanceError):
        group.overrun_seconds = 6.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: BranchingParameters(reliable_trials=0),
            "BranchingParameters.reliable_trials is 0; expected a whole number from 1 to 2147483647",
        ),
        (
            lambda: BranchingParameters(reliable_trials=2.5),
            "BranchingParameters.reliable_trials is 2.5; expected a whole number from 1 to 2147483647",
        ),
        (
            lambda: BranchingParameters(reliable_trials=True),
            "BranchingParameters.reliable_trials is True; expected a whole number from 1 to 2147483647",
        ),
        (
            lambda: BranchingParameters(trial_iterations=2**31),
            "BranchingParameters.trial_iterations is 2147483648; expected a whole number from 1 to 2147483647",
        ),
        (
            lambda: ColumnGenerationParameters(columns_per_book=10_001),
            "ColumnGenerationParameters.columns_per_book is 10001; expected a whole number from 1 to 10000",
        ),
        (
            lambda: ColumnGenerationParameters(open_slack=10**400),
            f"ColumnGenerationParameters.open_slack is {10**400}; expected a number from 0 to 1",
        ),
        (
            lambda: SearchParameters.of({}),  # type: ignore[arg-type]
            "params is {}; expected SearchParameters or None",
        ),
        (
            lambda: ColumnGenerationParameters(open_slack=1.5),
            "ColumnGenerationParameters.open_slack is 1.5; expected a number from 0 to 1",
        ),
        (
            lambda: CheckpointParameters(every_seconds=float("nan")),
            "CheckpointParameters.every_seconds is nan; expected a number >= 0",
        ),
        (
            lambda: CleanUpParameters(pool_columns=float("inf")),
            "CleanUpParameters.pool_columns is inf; expected a whole number from 1 to 2147483647",
        ),
        (
            lambda: PricingParameters(threads=0),
            "PricingParameters.threads is 0; expected a whole number from 1 to 2147483647 or None",
        ),
        (
            lambda: DualSmoothingParameters(steps=()),
            "DualSmoothingParameters.steps is (); expected one or more numbers",
        ),
        (
            lambda: DualSmoothingParameters(steps=(0.5, -1)),
            "DualSmoothingParameters.steps is -1; expected a number from 0 to 1",
        ),
        (
            lambda: BranchingParameters(least_gain=0.5, most_gain=0.25),
            "BranchingParameters.least_gain is 0.5, above its most_gain",
        ),
        (
            lambda: LimitParameters(proved_share=0.98, delivery_share=0.03),
            "LimitParameters: proved_share and delivery_share are more than 1 together",
        ),
        (
            lambda: SearchParameters(branching=LimitParameters()),
            "branching is LimitParameters(proved_share=0.98, delivery_share=0.01, overrun_seconds=0.5, "
            "grace_seconds=3.0, second_stage_grace_seconds=2.0, stopped_grace_seconds=1.0); "
            "expected BranchingParameters",
        ),
        (
            lambda: SearchParameters.from_dict({"checkpoint": {"every": 3}}),
            "CheckpointParameters has no every; it has every_seconds, writing_share",
        ),
        (
            lambda: SearchParameters.from_dict({"checkpoint": 3}),
            "CheckpointParameters is 3; expected values by name",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(make: Callable[[], Any], text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        make()
    assert str(caught.value) == text


def test_a_group_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="SearchParameters has no brunching; it has column_generation, smoothing"):
        SearchParameters.from_dict({"brunching": {}})


def test_differences_say_what_was_and_what_is() -> None:
    other = SearchParameters(branching=BranchingParameters(reliable_trials=4))
    assert SearchParameters().differences(other) == ["branching.reliable_trials was 20, now 4"]
    assert SearchParameters().differences(SearchParameters()) == []


def test_every_number_says_what_it_means() -> None:
    told: set[tuple[str, str]] = set()
    for kind in ast.parse(inspect.getsource(parameters)).body:
        if isinstance(kind, ast.ClassDef):
            for one, after in zip(kind.body, kind.body[1:], strict=False):
                named = isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
                if named and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                    told.add((kind.name, one.target.id))  # type: ignore[attr-defined]
    groups = [getattr(SearchParameters(), group.name) for group in fields(SearchParameters)]
    assert told == {(type(group).__name__, one.name) for group in groups for one in fields(group)}
