"""The runs in a folder: what is told of each, whatever else lies there."""

from __future__ import annotations

import json
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import load_case
from models.plan_tables import RunError
from optimizer.assurance.runs import listed_runs
from tests.folders import TINY

WHEN = datetime(2026, 3, 31, tzinfo=UTC)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A case, and a folder `runs` with two runs of it, one signed off, and answers about that."""
    shutil.copytree(TINY, tmp_path / "case")
    case = load_case(tmp_path / "case")
    for scenario, keep in (("base", False), ("one_tier", True)):
        optimizer.solve(case, scenario).save(tmp_path / "runs" / f"名 {scenario}", keep_inputs=keep)
    base = tmp_path / "runs" / "名 base"
    optimizer.sign_off(None, base, "Ann Müller", now=WHEN)
    optimizer.compare(base).save(tmp_path / "runs" / "名 base-compare")
    optimizer.levels(base).save(tmp_path / "runs" / "other name")
    return tmp_path


def rows(place: Path) -> dict[str, dict[str, object]]:
    return {str(row["folder"]): row for row in optimizer.runs(place / "runs").to_dict("records")}  # type: ignore[misc]


def test_each_run_is_told_with_its_sign_off_and_answers(place: Path) -> None:
    (place / "runs" / "notes.txt").write_text("no folder")
    (place / "runs" / ".hidden").mkdir()
    found = rows(place)

    assert list(found) == ["名 base", "名 one_tier"]
    base, other = found.values()
    plan = json.loads((place / "runs" / "名 base" / "plan.json").read_text())
    assert {key: base[key] for key in ("what", "case", "scenario", "status", "objective", "currency", "gap")} == {
        "what": "run", **{key: plan[key] for key in ("case", "scenario", "status", "objective", "currency", "gap")},
    }  # fmt: skip
    assert (base["signed"], base["signed_by"], base["signed_on"]) == (
        "holds",
        "Ann Müller",
        "2026-03-31T00:00:00+00:00",
    )
    assert base["answers"] == ("other name", "名 base-compare")
    assert base["digest"] == optimizer.run_digest(place / "runs" / "名 base")
    assert (base["keeps_inputs"], other["keeps_inputs"], other["signed"], other["answers"]) == (True, True, None, ())
    assert (base["stale"], other["stale"], other["scenario"]) == (False, False, "one_tier")


def test_a_run_is_stale_when_its_own_case_has_changed(place: Path) -> None:
    scenario = place / "case" / "scenarios" / "one_tier.toml"
    scenario.write_text(scenario.read_text() + "\n")
    assert [row["stale"] for row in rows(place).values()] == [False, True]
    (place / "case" / "actuals.csv").write_text("line,amount\n")
    assert [row["stale"] for row in rows(place).values()] == [True, True]
    shutil.rmtree(place / "case")
    assert [row["stale"] for row in rows(place).values()] == [None, None]
    assert [row["signed"] for row in rows(place).values()] == ["holds", None]


def test_a_sign_off_that_no_longer_holds_and_a_changed_run_are_told(place: Path) -> None:
    (place / "runs" / "名 base" / "inputs" / "rates.parquet").write_bytes(b"")
    (place / "runs" / "名 one_tier" / "menus.csv").write_text("")
    base, other = rows(place).values()
    assert (base["what"], base["signed"]) == ("run", "broken")
    assert base["note"] == "inputs/rates.parquet of the run was changed."
    assert (other["what"], other["note"]) == ("broken", "Not as it was written: menus.csv.")


def test_what_cannot_be_read_is_listed_as_such(place: Path) -> None:
    broken = Path(shutil.copytree(place / "runs" / "名 base", place / "runs" / "broken"))
    for spoil in ("{", "[]", '{"format": 1}', '{"format": 99}', "\x00", None):
        if spoil is None:
            (broken / "plan.json").unlink()
        else:
            (broken / "plan.json").write_text(spoil)
        found = rows(place)
        assert (found["broken"]["what"], found["broken"]["status"]) == ("broken", None)
        assert found["broken"]["note"]
        assert [row["what"] for row in found.values()].count("run") == 2


def test_strangers_are_listed_as_such(place: Path) -> None:
    (place / "runs" / "store" / ("0" * 64)).mkdir(parents=True)
    (place / "runs" / "with json").mkdir()
    (place / "runs" / "with json" / "a.json").write_text("[1]")
    shutil.rmtree(place / "runs" / "名 base")
    found = rows(place)
    assert [(name, row["what"]) for name, row in found.items()] == [
        ("other name", "answer"),
        ("store", "foreign"),
        ("with json", "foreign"),
        ("名 base-compare", "answer"),
        ("名 one_tier", "run"),
    ]


def test_a_run_without_a_plan_and_a_search_cut_off_are_told(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    (tmp_path / "case" / "scenarios" / "greedy.toml").write_text("min_service_margin = 1.0\nmin_menu = 1\n")
    optimizer.solve(load_case(tmp_path / "case"), "greedy").save(tmp_path / "runs" / "a")
    (tmp_path / "runs" / "b").mkdir()
    (tmp_path / "runs" / "b" / "search.jsonl").write_text("")
    found = rows(tmp_path)
    assert (found["a"]["what"], found["a"]["status"], pd.isna(found["a"]["objective"])) == ("run", "infeasible", True)
    assert found["b"]["what"] == "broken"
    assert "--resume" in str(found["b"]["note"])


def test_no_folder_and_a_run_itself_are_refused(place: Path) -> None:
    with pytest.raises(RunError, match="no such folder"):
        optimizer.runs(place / "nowhere")
    with pytest.raises(RunError, match="is a run itself"):
        optimizer.runs(place / "runs" / "名 base")


def test_hundreds_of_runs_are_listed_at_once(place: Path) -> None:
    for number in range(200):
        shutil.copytree(place / "runs" / "名 one_tier", place / "runs" / f"copy {number:03}")
    began = time.process_time()
    assert len(listed_runs(place / "runs")) == 202
    assert time.process_time() - began < 4  # half a second when it has the processor to itself
