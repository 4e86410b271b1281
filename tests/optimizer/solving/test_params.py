"""Parameters given to a solve: recorded, passed on by everything that solves, and without a say in what is proved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import optimizer
from models import Case, build_case
from optimizer import SearchParameters
from tests.hand_case import hand_case

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
    sweep: dict[str, Any] = {"scenarios": ["base"], "workers": 1, "store": tmp_path / "store"}
    for _ in range(2):  # solved, then from the store
        assert recorded(optimizer.sweep(hand, params=FEW, **sweep).results["base"]) == FEW.to_dict()
    assert recorded(optimizer.sweep(hand, **sweep).results["base"]) == SearchParameters().to_dict()
