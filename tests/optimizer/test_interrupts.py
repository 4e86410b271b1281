"""Ctrl-C in a Python call: with a plan it leaves that plan, without one and the second time it raises."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

import optimizer
from models import Case, build_case, load_case
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.assurance.result import Result
from optimizer.auditing import audit
from optimizer.interrupts import (
    current,
    deferring_interrupts,
    handling_interrupts,
    note_plan,
    stopping_on_interrupt,
    uninterrupted,
)
from optimizer.results.plan_document import claims
from optimizer.results.progress import Progress, ProgressCallback
from optimizer.results.record import Status
from tests.folders import ROOT
from tests.oracle.random_cases import random_case

TINY = ROOT / "data" / "tiny"
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="os.kill ends the process there")


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def once_planned(times: int = 1) -> ProgressCallback:
    """Interrupts at the first report of a plan, so many times."""
    left = list(range(times))

    def hear(news: Progress) -> None:
        while news.objective is not None and left:
            left.pop()
            interrupt()

    return hear


@pytest.fixture(scope="module")
def case() -> Case:
    """A case whose search reports plans before its proof."""
    return build_case(*random_case(2))


def assert_whole(result: Result, case: Case, folder: Path) -> None:
    assert result.interrupted
    assert result.manifest["interrupted"] is True
    assert result.status is Status.FEASIBLE
    assert result.bound is not None
    assert result.objective is not None
    assert result.bound >= result.objective
    assert audit(case, case.scenarios["base"], result.decided, claims(result)).ok
    assert Result.load(result.save(folder)).interrupted


def test_an_interrupt_leaves_the_best_plan(case: Case, tmp_path: Path) -> None:
    best = optimizer.solve(case, gap=1e-7)
    assert not best.interrupted
    cut = optimizer.solve(case, gap=1e-7, progress=once_planned())
    assert_whole(cut, case, tmp_path / "run")
    assert cut.bound is not None
    assert best.objective is not None
    assert cut.bound >= best.objective - 1e-6
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_second_interrupt_is_raised(case: Case) -> None:
    with pytest.raises(KeyboardInterrupt):
        optimizer.solve(case, gap=1e-7, progress=once_planned(times=2))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert optimizer.solve(case, gap=1e-2).plan is not None


def test_an_interrupt_before_any_plan_is_raised(case: Case) -> None:
    with pytest.raises(KeyboardInterrupt):
        optimizer.solve(case, progress=lambda news: interrupt())
    assert current() is None


def test_a_hosts_own_handler_is_respected(case: Case) -> None:
    told: list[int] = []

    def of_the_host(number: int, frame: FrameType | None) -> None:
        told.append(number)

    before = signal.signal(signal.SIGINT, of_the_host)
    try:
        result = optimizer.solve(case, progress=once_planned())
        assert signal.getsignal(signal.SIGINT) is of_the_host
    finally:
        signal.signal(signal.SIGINT, before)
    assert told == [signal.SIGINT]
    assert result.status is Status.OPTIMAL
    assert not result.interrupted


def test_other_threads_hear_nothing(case: Case) -> None:
    found: list[object] = []

    def ask() -> None:
        with handling_interrupts():
            found.append(current())
            found.append(optimizer.solve(case, gap=1e-2).status)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert found == [None, Status.OPTIMAL]


def test_calls_within_share_what_the_outermost_hears() -> None:
    with handling_interrupts():
        outer = current()
        with handling_interrupts():
            assert current() is outer
            note_plan()
            interrupt()
        stop = stopping_on_interrupt(None)
        assert stop is not None
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            interrupt()
    assert current() is None


def test_nothing_is_raised_into_compiled_code_that_calls_back() -> None:
    reached = []

    def called_back() -> None:
        with uninterrupted():
            interrupt()
            stop = stopping_on_interrupt(lambda: False)
            assert stop is not None
            reached.append(stop())

    with handling_interrupts(), pytest.raises(KeyboardInterrupt):
        called_back()
    assert reached == [True]


ANALYSES: dict[str, Callable[..., Answer]] = {
    "compare": optimizer.compare,
    "frontier": optimizer.frontier,
    "explain": optimizer.explain,
    "diagnose": optimizer.diagnose,
    "alternatives": optimizer.alternatives,
    "levels": optimizer.levels,
    "partners": optimizer.partners,
    "portfolio": optimizer.portfolio,
    "roadmap": optimizer.roadmap,
    "whynot": lambda case, **more: optimizer.whynot(case, "base", "drop gold", "drop silver", **more),
    "price": lambda case, **more: optimizer.price(case, "base", "clinics", "gold", **more),
    "sweep": lambda case, **more: optimizer.sweep(case, {"max_tiers": [2, 1]}, workers=1, **more),
}


def once_solved() -> ProgressCallback:
    """Interrupts when a second search begins, or there is a plan: a plan is there by then."""
    phases: list[str] = []

    def hear(news: Progress) -> None:
        later = news.phase.startswith(("2 of", "solve 2", "1 of 2 scenarios solved")) or news.objective is not None
        if later and not phases:
            phases.append(news.phase)
            interrupt()

    return hear


@pytest.mark.parametrize("name", ANALYSES)
def test_an_interrupt_leaves_what_an_analysis_knows(name: str, tmp_path: Path) -> None:
    answer = ANALYSES[name](load_case(TINY), progress=once_solved())
    assert answer.interrupted
    assert answer.status in (Status.FEASIBLE, Status.OPTIMAL)
    assert answer.save(tmp_path / "answer").is_dir()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("name", ANALYSES)
def test_an_interrupt_before_any_plan_ends_an_analysis(name: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        ANALYSES[name](load_case(TINY), progress=lambda news: interrupt())
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


PROGRAM = """
import sys, optimizer
from tests.benchmarks.generator import Size, generate
from models import Scenario, build_case
settings, tables, scenarios = generate(Size(books=60))
scenarios = {name: Scenario.model_validate(rules) for name, rules in scenarios.items()}
case = build_case(settings, tables, scenarios)
def hear(news):
    if news.objective is not None:
        print("planned", flush=True)
result = optimizer.solve(case, next(iter(scenarios)), gap=0.0, progress=hear)
print("end", result.interrupted, result.status.value, result.audit.ok, flush=True)
"""


def test_a_signal_from_outside_ends_a_search_soon() -> None:
    running = subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with running:
        assert running.stdout is not None
        lines = iter(running.stdout.readline, "")
        assert any(line == "planned\n" for line in lines)
        running.send_signal(signal.SIGINT)
        ends = [line for line in lines if line.startswith("end")]
    assert running.returncode == 0
    assert ends in (["end True feasible True\n"], ["end False optimal True\n"])


# the command


def test_what_is_put_off_is_raised_at_the_end() -> None:
    reached = []

    def load() -> None:
        with deferring_interrupts():
            interrupt()
            reached.append("the end")

    with pytest.raises(KeyboardInterrupt):
        load()
    assert reached == ["the end"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


SAVING = """
import os, signal, sys
from optimizer.cli.command_line import main
from optimizer.assurance.result import Result
save = Result.save
def interrupted(*given, **more):
    os.kill(os.getpid(), signal.SIGINT)
    return save(*given, **more)
Result.save = interrupted
sys.argv[1:] = ["solve", sys.argv[1], "--out", sys.argv[2], "--json", "--quiet"]
sys.exit(main())
"""
LOADING = """
import os, signal, sys
class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == "pandas._libs":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Interrupting())
from optimizer.cli.command_line import main
sys.argv[1:] = ["solve", sys.argv[1], "--out", sys.argv[2], "--json", "--quiet"]
sys.exit(main())
"""


def as_program(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, str(TINY), str(folder)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120, check=False)


def test_an_interrupt_while_a_run_is_saved_costs_nothing(tmp_path: Path) -> None:
    done = as_program(SAVING, tmp_path / "run")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["result"]["status"] == "optimal"
    assert Result.load(tmp_path / "run").plan is not None


def test_an_interrupt_while_libraries_load_is_told(tmp_path: Path) -> None:
    done = as_program(LOADING, tmp_path / "run")
    assert (done.returncode, done.stderr) == (130, "Stopped; nothing was written.\n")
    assert json.loads(done.stdout)["exit_code"] == 130
    assert not (tmp_path / "run").exists()
