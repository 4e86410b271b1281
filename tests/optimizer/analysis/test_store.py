"""The store: found by content alone, and only where it serves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models import Case, build_case
from models.plan_tables import RunError
from optimizer.analysis.store import Store, open_store
from optimizer.identity import case_digest
from optimizer.result import Result, Status
from tests.hand_case import hand_case
from tests.optimizer.hand_plan import hand_result

LIMITS = {"options": {"gap": 1e-4, "time_limit": 5.0}}


@pytest.fixture
def case() -> Case:
    return build_case(*hand_case())


@pytest.fixture
def store(case: Case, tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", case)


def keep(store: Store, **changes: Any) -> Result:
    result = replace(hand_result(), manifest=LIMITS, **changes)
    store.keep(store.case.scenarios["base"], result)
    return result


def without_plan(status: Status) -> Result:
    return replace(hand_result(), status=status, plan=None, audit=None, objective=None, gap=None, baseline=None)


def test_a_result_is_found_under_any_name_of_its_scenario(store: Store) -> None:
    base = store.case.scenarios["base"]
    kept = keep(store)
    found = store.find(base.model_copy(update={"name": "again", "description": "the same"}), 1e-4, 5.0)
    assert found is not None
    assert (found.scenario_name, found.objective) == ("again", kept.objective)
    assert store.find(base.model_copy(update={"max_tiers": 2}), 1e-4, 5.0) is None


def test_the_numbers_of_the_case_count_and_where_they_came_from_does_not(case: Case) -> None:
    prices = case.tables["price_points"].assign(price=0.25)
    dearer = replace(case, tables={**case.tables, "price_points": prices})
    assert case_digest(dearer) != case_digest(case)
    assert case_digest(replace(case, files={"a.csv": "0"}, warnings=("odd",))) == case_digest(build_case(*hand_case()))
    assert case_digest(replace(case, settings=case.settings.model_copy(update={"discount_rate": 0.01}))) != case_digest(
        case
    )


@pytest.mark.parametrize(
    ("changes", "gap", "time_limit", "serves"),
    [
        ({"gap": 5e-5}, 1e-4, None, True),
        ({"gap": 5e-5}, 1e-5, None, False),
        ({"status": Status.FEASIBLE, "gap": 0.01}, 1e-4, 5.0, True),
        ({"status": Status.FEASIBLE, "gap": 0.01}, 1e-4, 60.0, False),
        ({"status": Status.FEASIBLE, "gap": 0.01}, 0.1, 5.0, False),
    ],
)
def test_a_result_serves_what_it_proves(
    changes: dict[str, Any], gap: float, time_limit: float | None, serves: bool, store: Store
) -> None:
    keep(store, **changes)
    assert (store.find(store.case.scenarios["base"], gap, time_limit) is not None) == serves


def test_a_proof_that_there_is_no_plan_serves_always(store: Store) -> None:
    base = store.case.scenarios["base"]
    store.keep(base, without_plan(Status.INFEASIBLE))
    assert store.find(base, 0.0, None) is not None
    store.keep(base, without_plan(Status.NO_PLAN))
    assert store.find(base, 0.0, None) is None


def test_what_cannot_be_read_is_not_there(store: Store) -> None:
    keep(store)
    (store.folder / store.key(store.case.scenarios["base"]) / "menus.csv").write_text("torn")
    assert store.find(store.case.scenarios["base"], 1e-4, 5.0) is None
    keep(store)
    assert store.find(store.case.scenarios["base"], 1e-4, 5.0) is not None


def test_another_folder_is_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="no store of results"):
        open_store(tmp_path, case)
    with pytest.raises(RunError, match="no store of results"):
        open_store(tmp_path / "notes.txt", case)
