"""The log of a solve: JSON lines that end with where the time went."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.cli.command_line import main
from tests.worlds.small_case import write_small_case


def test_the_last_line_accounts_for_the_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, log = write_small_case(tmp_path / "case"), tmp_path / "solve.jsonl"
    assert main(["solve", str(case), "--out", str(tmp_path / "run"), "--log", str(log)]) == 0
    *states, end = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert {line["event"] for line in states} == {"progress"}
    assert [line["seconds"] for line in states] == sorted(line["seconds"] for line in states)
    assert end["event"] == "end"
    plan = json.loads((tmp_path / "run" / "plan.json").read_text(encoding="utf-8"))
    assert {key: end[key] for key in ("status", "objective", "bound", "gap")} == {
        key: plan[key] for key in ("status", "objective", "bound", "gap")
    }
    assert {"read", "check", "cohorts", "pricing", "lp", "audit", "save"} <= set(end["phases"])
    inside = {name: seconds for name, seconds in end["phases"].items() if name not in {"read", "check", "save"}}
    assert 0 < sum(inside.values()) <= end["seconds"] + end["phases"]["audit"] + 0.05
    assert end["nodes"] >= 1
    assert end["columns"] >= 1


def test_a_case_that_cannot_be_read_leaves_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", str(tmp_path / "nowhere"), "--log", str(tmp_path / "solve.jsonl")]) == 2
    assert not list(tmp_path.iterdir())
