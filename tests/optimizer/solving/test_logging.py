"""What a solve logs: one line a node, and nothing to any output unless asked for."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import optimizer
from models import Case, build_case
from optimizer import SearchParameters
from optimizer.cli.command_line import main
from optimizer.results.progress import Progress, listening
from tests.folders import ROOT
from tests.oracle.random_cases import random_case
from tests.worlds.small_case import write_small_case

TREE = "optimizer.search.tree.branch_and_price"
NUMBER = r"-?[\d.]+(?:e[+-]\d+)?|none"
LINE = re.compile(
    r"node (?P<number>\d+) (?P<outcome>pruned by bound|infeasible|not solved|enumerated|branched|stopped): "
    rf"bound (?P<bound>{NUMBER}), incumbent (?P<incumbent>{NUMBER}), gap (?P<gap>{NUMBER}), "
    r"(?P<columns>\d+) columns, \d+\.\d s"
)


MANY_NODES = SearchParameters.from_dict({"enumeration": {"open_columns": 0, "fixed_columns": 0}})
"""Cases small enough for a test are branched on, as large ones are."""


@pytest.fixture(scope="module")
def case() -> Case:
    return build_case(*random_case(20))


def node_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    lines = [LINE.fullmatch(record.getMessage()) for record in caplog.records if record.levelno == logging.INFO]
    assert all(lines)
    return [line.groupdict() for line in lines if line is not None]


def test_one_line_a_node(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="optimizer"):
        result = optimizer.solve(case, gap=1e-7, params=MANY_NODES)
    lines = node_lines(caplog)
    assert {record.name for record in caplog.records} == {TREE}
    assert [int(line["number"]) for line in lines] == list(range(1, int(str(result.effort["nodes"])) + 1))
    assert len(lines) > 5
    last = lines[-1]
    assert result.bound is not None
    assert result.objective is not None
    assert float(last["bound"]) == pytest.approx(result.bound, rel=1e-8)
    assert float(last["incumbent"]) == pytest.approx(result.objective, rel=1e-8)
    assert float(last["gap"]) <= 1e-7
    assert int(last["columns"]) == result.effort["columns"]
    bounds = [float(line["bound"]) for line in lines]
    assert bounds == sorted(bounds, reverse=True)  # a bound once proved holds


def test_a_stopped_node_has_its_line(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    told: list[Progress] = []
    with caplog.at_level(logging.INFO, logger="optimizer"):
        optimizer.solve(case, gap=1e-7, params=MANY_NODES, progress=told.append, should_stop=lambda: len(told) >= 12)
    lines = node_lines(caplog)
    assert lines[-1]["outcome"] == "stopped"
    assert [int(line["number"]) for line in lines] == list(range(1, len(lines) + 1))


def test_decisions_are_logged_for_whoever_looks_closer(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    told: list[Progress] = []
    with caplog.at_level(logging.DEBUG, logger="optimizer"):
        optimizer.solve(case, gap=1e-7, params=MANY_NODES, progress=told.append)
    logged = {(record.name, record.getMessage().split(":")[0].split(" on ")[0]) for record in caplog.records}
    assert (TREE, "branch") in logged
    assert ("optimizer.search.state.incumbent", "new incumbent") in logged
    assert ("optimizer.search.tree.column_generation", "exact pricing") in logged
    assert [record.progress for record in caplog.records if hasattr(record, "progress")] == told


def test_the_log_file_has_the_figures_of_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    folder, file = write_small_case(tmp_path / "case"), tmp_path / "solve.jsonl"
    with caplog.at_level(logging.DEBUG, logger="optimizer"):
        assert main(["solve", str(folder), "--out", str(tmp_path / "run"), "--log", str(file)]) == 0
    *states, end = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    lines = node_lines(caplog)
    assert len(lines) == end["nodes"]
    assert int(lines[-1]["columns"]) == end["columns"]
    logged = [vars(record.progress) for record in caplog.records if hasattr(record, "progress")]
    keys = ["event", "seconds", "phase", "objective", "bound", "gap", "many"]
    assert all(list(state) == keys and {k: state[k] for k in keys[1:]} in logged for state in states)
    assert logging.getLogger("optimizer.results.progress").handlers == []
    assert logging.getLogger("optimizer.results.progress").level == logging.NOTSET


def test_solves_side_by_side_are_logged_apart(case: Case) -> None:
    """Each listener hears its own thread's search alone, and the level is as it was once the last has gone."""
    both_listen, first_is_done = threading.Barrier(2, timeout=60), threading.Event()
    told: dict[str, list[Progress]] = {"first": [], "last": []}
    heard: dict[str, list[Progress]] = {"first": [], "last": []}

    def solve(name: str) -> None:
        with listening(Hearing(heard[name])):
            both_listen.wait()
            if name == "last":
                assert first_is_done.wait(60)
            optimizer.solve(case, progress=told[name].append)
        first_is_done.set()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(solve, heard))
    assert heard == told
    assert all(heard.values())
    assert logging.getLogger("optimizer.results.progress").level == logging.NOTSET


class Hearing(logging.Handler):
    def __init__(self, heard: list[Progress]) -> None:
        super().__init__()
        self.heard = heard

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.progress)  # type: ignore[attr-defined]


def test_nothing_is_said_unless_asked_for() -> None:
    script = (
        "import optimizer; from models import build_case; from tests.oracle.random_cases import random_case; "
        "assert optimizer.solve(build_case(*random_case(2))).plan is not None"
    )
    ran = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")
