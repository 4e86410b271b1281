"""`tierwise solve --resume`: what a limit, Ctrl-C or a kill cut short goes on from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from models import load_case
from optimizer.assurance.result import Result
from optimizer.cli.command_line import main
from optimizer.results.checkpoint import SEARCH, read_state
from optimizer.solving.solve import solve
from tests.folders import ROOT
from tests.optimizer.search.tree.test_checkpointing import stop_after
from tests.worlds.small_case import write_small_case

SIGNALLED = """
import os, signal, sys, time
from functools import partial
from optimizer.cli import commands
from optimizer.cli.command_line import main
from optimizer.search.state.parameters import CheckpointParameters, SearchParameters
from optimizer.solving.engine import Search

often = SearchParameters(checkpoint=CheckpointParameters(every_seconds=0.0, writing_share=1.0))
commands.solve = partial(commands.solve, params=often)
report, told = Search._report, []

def reported(search, state):
    report(search, state)
    told.append(state)
    if len(told) == 3:
        os.kill(os.getpid(), int(sys.argv[1]))
        time.sleep(1.0)  # until whoever watches the search has heard of it

Search._report = reported
sys.exit(main(["solve", *sys.argv[2:], "--gap", "1e-6"]))
"""


def signalled(number: signal.Signals, *arguments: object) -> int:
    """Exit code of a solve that gets a signal at its third report."""
    command = [sys.executable, "-c", SIGNALLED, str(int(number)), *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False).returncode


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_case(tmp_path_factory.mktemp("resume") / "case")


@pytest.fixture(scope="module")
def whole(case: Path) -> Result:
    return solve(load_case(case), "dear", gap=1e-6)


def read_json(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return values


def assert_goes_on_to(whole: Result, case: Path, run: Path) -> None:
    """Without being told, the scenario is that of the run, and so is the folder."""
    assert main(["solve", str(case), "--resume", str(run), "--gap", "1e-6", "--quiet"]) == 0
    plan, manifest = read_json(run / "plan.json"), read_json(run / "manifest.json")
    assert (plan["status"], plan["scenario"]) == ("optimal", "dear")
    assert plan["objective"] == pytest.approx(whole.objective, rel=3e-6)
    assert plan["seconds"] == pytest.approx(manifest["resumed"]["seconds"], abs=5.0)
    assert plan["seconds"] > manifest["resumed"]["seconds_before"] > 0
    assert manifest["resumed"]["sitting"] == 2
    assert not (run / SEARCH).exists()
    assert main(["audit", str(case), str(run), "--quiet"]) == 0


def test_a_killed_solve_goes_on_from_its_last_state(whole: Result, case: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert signalled(signal.SIGKILL, case, "--scenario", "dear", "--out", run) == -signal.SIGKILL
    assert [path.name for path in run.iterdir()] == [SEARCH]
    assert_goes_on_to(whole, case, run)


def test_ctrl_c_saves_the_state(whole: Result, case: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert signalled(signal.SIGINT, case, "--scenario", "dear", "--out", run) in (0, 3)
    assert read_json(run / "plan.json")["status"] in ("feasible", "no_plan")
    assert read_state(run).asked.scenario == "dear"
    assert_goes_on_to(whole, case, run)


def cut_short(case: Path, run: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> int:
    """Exit code of a solve that a limit ends at its third report."""
    with monkeypatch.context() as patch:
        patch.setattr("optimizer.cli.commands.solve", partial(stopped, stop_after(3)))
        return main(["solve", str(case), "--out", str(run), "--gap", "1e-6", *more])


def stopped(limits: dict[str, Any], *given: Any, **options: Any) -> Result:
    return solve(*given, **{**options, **limits})


def test_the_next_step_is_to_go_on(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    code = cut_short(case, run, monkeypatch, "--json")
    steps = [step["command"] for step in json.loads(capsys.readouterr().out)["next"]]
    assert code in (0, 3)
    assert steps[0] == f"tierwise solve {case} --resume {run}"
    assert main(["solve", str(case), "--resume", str(run), "--json"]) == 0
    steps = [step["command"] for step in json.loads(capsys.readouterr().out)["next"]]
    assert not any("--resume" in step for step in steps)


def test_out_leaves_the_run_as_it_is(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    cut_short(case, run, monkeypatch)
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    assert main(["solve", str(case), "--resume", str(run), "--out", str(tmp_path / "other"), "--quiet"]) == 0
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
    assert read_json(tmp_path / "other" / "plan.json")["status"] == "optimal"


def test_a_solve_that_begins_anew_says_what_it_replaces(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    cut_short(case, run, monkeypatch)
    assert "cut short" not in capsys.readouterr().err
    assert main(["solve", str(case), "--out", str(run), "--quiet"]) == 0
    assert f"--resume {run} goes on" in capsys.readouterr().err


@pytest.mark.parametrize("more", [[], ["--scenario", "base"]])
def test_what_cannot_be_resumed_ends_with_2(
    more: list[str], case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    if more:
        cut_short(case, run, monkeypatch, "--scenario", "dear")
    before = sorted(os.listdir(tmp_path))
    capsys.readouterr()
    assert main(["solve", str(case), "--resume", str(run), *more]) == 2
    told = capsys.readouterr().err
    assert ("it is of scenario dear, not base" if more else "there is no such folder") in told
    assert sorted(os.listdir(tmp_path)) == before
