"""The benchmark's own machinery: processes, logs, records, tables."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import optimizer
from models import load_case
from tests.folders import TINY

from . import reading, resolving
from .best_known import with_best_known
from .case_folders import case_folder
from .generator import Size
from .measuring import Bench, last_event, phases, with_verdict
from .one_book import Menus
from .processes import run_process
from .records import OURS, Record, read_records, relative_gap, write_records
from .rows import ROWS, Measure, Row, Task
from .tables import page

RECORD = Record("s20", OURS, 0, "2026-01-01T00:00+00:00", 300.0, "optimal", 1e6, 1.0005e6, 5e-4, 0.5, 2.0, 300.0, 0.5)


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def test_a_process_is_measured_by_itself(tmp_path: Path) -> None:
    held = b"x" * 300_000_000  # what this process holds must not count
    small = run_process(python("pass"), 20, tmp_path / "small")
    large = run_process(python("held = b'x' * 150_000_000"), 20, tmp_path / "large")
    assert len(held) > 0
    assert small.peak_mib < 60
    assert 143 < large.peak_mib < 220


def test_a_process_ends_with_its_code_and_output(tmp_path: Path) -> None:
    ran = run_process(python("import sys; print('so far'); sys.exit(3)"), 20, tmp_path / "log")
    assert (ran.code, ran.killed, ran.output) == (3, False, "so far")


def test_a_slow_process_is_ended_with_its_children(tmp_path: Path) -> None:
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(60)'])"
    ran = run_process(python(child), 0.5, tmp_path / "log")
    assert ran.killed
    assert ran.code < 0
    assert ran.seconds < 10


def test_the_last_event_of_a_log_tells_the_phases(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    end = {"event": "end", "phases": {"read": 1.5, "mip": 0.25, "polish": 9.0}, "columns": 12, "nodes": None}
    log.write_text(json.dumps({"event": "bound"}) + "\n" + json.dumps(end) + "\n", encoding="utf-8")
    assert phases(last_event(log)) == {"read": 1.5, "mip": 0.25, "columns": 12}


def test_a_log_without_an_end_tells_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert last_event(log) == {}
    log.write_text('{"event": "bound"}\n', encoding="utf-8")
    assert phases(last_event(log)) == {}


def test_records_come_back_from_disk(tmp_path: Path) -> None:
    file = tmp_path / "full.csv"
    records = [RECORD, replace(RECORD, program="pulp", objective=None, reached=False, note="a, b\nc")]
    write_records(records, file)
    assert list(read_records(file).values()) == records
    assert [path.name for path in tmp_path.iterdir()] == ["full.csv"]


def test_a_gap_needs_both_ends() -> None:
    assert relative_gap(200.0, 201.0) == pytest.approx(0.005)
    assert relative_gap(0.1, 0.3) == pytest.approx(0.2)  # of 1, where the objective is smaller
    assert relative_gap(None, 3.0) is None


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        ({}, True),
        ({"measured": 1.01}, False),
        ({"status": "feasible"}, False),
        ({"peak_mib": 5_000.0}, False),
        ({"gap": 2e-3}, False),
    ],
)
def test_a_row_is_reached_when_proved_in_time_and_memory(change: dict, reached: bool) -> None:
    row = replace(ROWS["s20"], most_mib=4_096.0)
    assert with_verdict(replace(RECORD, **change), row).reached is reached


@pytest.mark.parametrize(("objective", "reached"), [(999_500.0, True), (998_000.0, False)])
def test_a_plan_near_the_best_known_counts_where_the_row_says_so(objective: float, reached: bool) -> None:
    ours = replace(RECORD, row="assortment100-5", status="feasible", objective=objective)
    peer = replace(ours, program="pulp", objective=1_000_000.0)
    other_seed = replace(peer, seed=1, objective=2_000_000.0)
    judged = with_best_known({record.key: record for record in (ours, peer, other_seed)})
    assert judged[ours.key].reached is reached


def test_the_page_works_out_growth_ratios_and_what_peers_leave() -> None:
    records = [
        replace(RECORD, row="s100", solve_part=4.0, process=10.0),
        replace(RECORD, row="s1000", solve_part=80.0, process=100.0),
        replace(RECORD, row="s100", program="pulp", status="time limit reached", objective=9.8e5, solve_part=300.0),
    ]
    text = page({record.key: record for record in records}, "Benchmark")
    growth, of_solve = (line for line in text.splitlines() if line.startswith("| growth"))
    assert "| 1.00 | yes |" in growth  # log10(100 / 10) = 1
    assert "| 1.30 | no |" in of_solve  # log10(80 / 4) = 1.30
    peer = next(line for line in text.splitlines() if line.startswith("| s100 | pulp |"))
    assert "| 0.02 |" in peer
    assert "| > 75 |" in peer
    assert {len(line.split("|")) for line in text.splitlines() if line.startswith("| s100 ")} == {
        20,
        16,
        15,
    }  # cells of each table, and 2


def test_every_row_of_a_case_has_a_figure_to_reach() -> None:
    assert all(row.target > 0 for row in ROWS.values())
    assert all((row.shape is None) == (row.task is Task.COMMAND) for row in ROWS.values())
    assert sum(row.quick for row in ROWS.values()) >= 5


def test_a_row_is_run_as_a_process_and_recorded(tmp_path: Path) -> None:
    row = Row("trial", "a trial", Measure.PROCESS, 1e-9, Menus(4, classes=2), gap=1e-2, peers=("greedy",))
    ours, peer = Bench(tmp_path, quick=True).run(row)
    assert (ours.row, ours.program, ours.status, ours.reached) == ("trial", OURS, "optimal", False)
    assert ours.gap is not None
    assert ours.gap <= 1e-2
    assert ours.process is not None
    assert ours.solve_part is not None
    assert 0 < ours.solve_part < ours.process
    assert (ours.peak_mib or 0) > 50
    assert (peer.program, peer.status) == ("greedy", "plan")
    assert (peer.objective or 0) <= (ours.bound or 0)


def test_reading_a_case_counts_its_cohorts(tmp_path: Path) -> None:
    folder = case_folder(Size(books=2, classes=2, products=3), tmp_path)
    reading.main(str(folder), str(tmp_path / "out.json"))
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert found["cohorts"] == 2 * 2 * 3
    assert set(found["phases"]) == {"read", "cohorts"}


def test_solving_again_takes_the_changed_number() -> None:
    limits = {"gap": 1e-6, "limit": 20.0}
    changes = [("max_tiers", "1"), ("min_service_margin", "0.9")]
    asked = {"case": str(TINY), "scenario": "base", "limits": limits, "changes": changes, "afresh": True}
    found = resolving.answers(asked)
    wanted = load_case(TINY).scenarios["base"].model_copy(update={"max_tiers": 1})
    one_tier = optimizer.solve(load_case(TINY), wanted, gap=1e-6)
    for solve in (found["again"][0], found["afresh"][0]):
        assert (solve["status"], solve["objective"]) == ("optimal", pytest.approx(one_tier.objective, rel=1e-9))
        assert solve["plans"][-1][2] >= solve["objective"] < found["first"]["objective"]
        assert 0 < solve["plans"][0][0] <= solve["seconds"]
    assert [solve["status"] for solve in found["again"]][1:] == ["infeasible"]
