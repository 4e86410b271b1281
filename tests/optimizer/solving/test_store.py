"""The store: found by content alone, and only where it serves."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from models import Case, build_case
from models.plan_tables import RunError
from optimizer.analysis.sweep import STORED_PROOF, sweep
from optimizer.assurance.result import Result
from optimizer.assurance.run_audit import audit_run
from optimizer.results.identity import case_digest
from optimizer.results.record import Status
from optimizer.results.summary import status_sentence
from optimizer.search.state.parameters import BranchingParameters, SearchParameters
from optimizer.solving.solve import solve
from optimizer.solving.store import Store, open_store
from tests.optimizer.assurance.mutations import write_digests
from tests.worlds.hand_case import hand_case

OPTIONS = {"options": {"gap": 1e-4, "time_limit": 5.0}}


@pytest.fixture(scope="module")
def case() -> Case:
    return build_case(*hand_case())


@pytest.fixture(scope="module")
def solved(case: Case) -> Result:
    return replace(solve(case), warm_start_left=None)


@pytest.fixture
def store(case: Case, tmp_path: Path) -> Store:
    return open_store(tmp_path / "store", case)


def keep(store: Store, solved: Result, gap: float = 0.0, status: Status = Status.OPTIMAL) -> Path:
    """Keep the result as if its search had proved this gap; the entry."""
    assert solved.objective is not None
    bound = solved.objective + gap * max(1.0, abs(solved.objective))
    manifest = {**solved.manifest, **OPTIONS}
    base = store.case.scenarios["base"]
    store.keep(base, replace(solved, status=status, bound=bound, gap=gap, manifest=manifest))
    return store.folder / store.key(base)


def without_plan(solved: Result, status: Status) -> Result:
    nothing = {"plan": None, "audit": None, "objective": None, "bound": None, "gap": None}
    return replace(solved, status=status, no_contract_objective=None, **nothing)  # type: ignore[arg-type]


def find(store: Store, gap: float = 1e-4, time_limit: float | None = 5.0) -> Result | None:
    return store.find(store.case.scenarios["base"], gap, time_limit)


def test_a_result_is_found_under_any_name_of_its_scenario(store: Store, solved: Result) -> None:
    base = store.case.scenarios["base"]
    keep(store, solved)
    found = store.find(base.model_copy(update={"name": "again", "description": "the same"}), 1e-4, 5.0)
    assert found is not None
    assert (found.scenario_name, found.objective) == ("again", solved.objective)
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
    ("status", "proved", "gap", "time_limit", "serves"),
    [
        (Status.OPTIMAL, 5e-5, 1e-4, None, True),
        (Status.OPTIMAL, 5e-5, 1e-5, None, False),
        (Status.FEASIBLE, 0.01, 1e-4, 5.0, True),
        (Status.FEASIBLE, 0.01, 1e-4, 60.0, False),
        (Status.FEASIBLE, 0.01, 0.1, 5.0, False),
    ],
)
def test_a_result_serves_what_it_proves(
    status: Status, proved: float, gap: float, time_limit: float | None, serves: bool, store: Store, solved: Result
) -> None:
    keep(store, solved, proved, status)
    assert (find(store, gap, time_limit) is not None) == serves


def test_what_a_limit_left_without_a_plan_is_not_kept(store: Store, solved: Result) -> None:
    base = store.case.scenarios["base"]
    store.keep(base, without_plan(solved, Status.NO_PLAN))
    assert not (store.folder / store.key(base)).exists()
    store.keep(base, without_plan(solved, Status.INFEASIBLE))
    assert find(store, 0.0, None) is not None


def test_that_there_is_no_plan_is_proved_again(store: Store, solved: Result) -> None:
    """An entry that says so of a scenario with a plan is not believed, though its digests agree."""
    base = store.case.scenarios["base"]
    none = base.model_copy(update={"name": "none", "min_service_margin": 0.999})
    for scenario in (base, none):
        store.keep(scenario, without_plan(solved, Status.INFEASIBLE))
    with ThreadPoolExecutor(1) as threads:
        answer = sweep(store.case, [base, none], executor=threads, store=store.folder)
    assert answer.tables["scenarios"]["status"].tolist() == ["optimal", "infeasible"]
    assert answer.tables["scenarios"]["reused"].tolist() == [False, True]


def test_what_a_bound_from_the_store_rests_on_is_said(store: Store, solved: Result, tmp_path: Path) -> None:
    keep(store, solved)
    found = find(store)
    assert found is not None
    assert "The bound rests on the entry of a store" in status_sentence(found)
    assert audit_run(store.case, found.save(tmp_path / "run")).ok
    with ThreadPoolExecutor(1) as threads:
        answer = sweep(store.case, ["base"], executor=threads, store=store.folder)
    assert STORED_PROOF in answer.sentences[0]


def edited(entry: Path, **values: object) -> None:
    """Edit plan.json, and write its digests anew, as anyone can."""
    plan = json.loads((entry / "plan.json").read_text(encoding="utf-8"))
    (entry / "plan.json").write_text(json.dumps({**plan, **values}), encoding="utf-8")
    write_digests(entry, "plan.json")


def ten_times(entry: Path) -> None:
    plan = json.loads((entry / "plan.json").read_text(encoding="utf-8"))
    kpis = {name: None if value is None else 10 * value for name, value in plan["kpis"].items()}
    edited(entry, kpis=kpis, objective=10 * plan["objective"], bound=10 * plan["bound"])


def loop(entry: Path) -> None:
    shutil.rmtree(entry)
    entry.symlink_to(entry.name)


def a_file(entry: Path) -> None:
    shutil.rmtree(entry)
    entry.write_text("{}", encoding="utf-8")


def folders_for_files(entry: Path) -> None:
    for file in list(entry.iterdir()):
        file.unlink()
        file.mkdir()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "ten times as much": ten_times,
    "another scenario": lambda entry: edited(entry, scenario="other", case="other"),
    "a digest": lambda entry: (entry / "menus.csv").write_text((entry / "menus.csv").read_text() + "\n"),
    "torn": lambda entry: (entry / "menus.csv").write_text("torn"),
    "no JSON": lambda entry: (entry / "plan.json").write_text("{"),
    "a list": lambda entry: (entry / "manifest.json").write_text("[]"),
    "deep": lambda entry: (entry / "plan.json").write_text("[" * 100_000),
    "bytes": lambda entry: (entry / "plan.json").write_bytes(b"\xff\x00"),
    "no digests": lambda entry: (entry / "manifest.json").write_text("{}"),
    "a file": a_file,
    "folders": folders_for_files,
    "empty": lambda entry: [file.unlink() for file in entry.iterdir()],
    "strangers": lambda entry: [(entry / "plan.json").unlink(), (entry / "notes.txt").write_text("mine")],
    "gone": shutil.rmtree,
    "a loop": loop,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_off_is_not_there_and_kept_anew(damage: str, store: Store, solved: Result) -> None:
    entry = keep(store, solved)
    if damage == "a loop" and os.name == "nt":
        pytest.skip("links need rights there")
    DAMAGE[damage](entry)
    assert find(store) is None
    keep(store, solved)
    assert find(store) is not None


def test_an_entry_of_another_question_is_not_there(store: Store, solved: Result) -> None:
    entry = keep(store, solved)
    wider = store.case.scenarios["base"].model_copy(update={"max_tiers": 99})
    assert store.key(wider) != entry.name
    shutil.copytree(entry, store.folder / store.key(wider))
    assert store.find(wider, 1e-4, 5.0) is None


def test_an_entry_of_other_parameters_is_not_there(store: Store, solved: Result) -> None:
    keep(store, solved)
    other = SearchParameters(branching=BranchingParameters(reliable_trials=4))
    assert find(open_store(store.folder, store.case, other)) is None
    assert find(open_store(store.folder, store.case, SearchParameters())) is not None


def test_an_entry_of_other_source_is_not_there(store: Store, solved: Result, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(store, solved)
    monkeypatch.setattr("optimizer.solving.store.source_digest", lambda: "0" * 64)
    assert find(store) is None


def test_another_folder_is_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(RunError, match="no store of results"):
        open_store(tmp_path, case)
    with pytest.raises(RunError, match="no store of results"):
        open_store(tmp_path / "notes.txt", case)
