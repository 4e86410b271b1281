"""Sweeps: the same results on any executor, failures told, nothing solved twice, a killed one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from models import Case, Scenario, build_case, load_case
from optimizer.analysis.machinery.sessions import worker_pool as pool
from optimizer.analysis.sweep import Sweep, sweep
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import FAULT
from optimizer.results.progress import Progress
from optimizer.results.record import Status
from optimizer.solving.solve import solve
from optimizer.solving.store import MARKER
from tests.folders import ROOT
from tests.worlds.hand_case import hand_case
from tests.worlds.small_case import write_small_case

GRID = {"max_tiers": [2, 1], "min_service_margin": [0.05, 1.0]}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def case(folder: Path) -> Case:
    return load_case(folder)


@pytest.fixture(scope="module")
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def answer(case: Case, threads: Executor) -> Sweep:
    return sweep(case, GRID, executor=threads)


def objectives(answer: Sweep) -> list[float]:
    return answer.tables["scenarios"]["objective"].tolist()


def test_each_scenario_has_the_result_of_solving_it_alone(case: Case, answer: Sweep) -> None:
    rows = answer.tables["scenarios"].set_index(["max_tiers", "min_service_margin"])
    for tiers in (2, 1):
        alone = solve(case, case.scenarios["base"].model_copy(update={"max_tiers": tiers}))
        assert rows.loc[(str(tiers), "0.05"), "objective"] == pytest.approx(alone.objective, rel=2e-4)
        assert rows.loc[(str(tiers), "1.0"), "status"] == "infeasible"
    assert answer.status is Status.OPTIMAL
    assert answer.sentences[0] == "4 scenarios: 2 optimal, 2 infeasible."
    overview = answer.tables["overview"]
    assert overview["change"].tolist() == pytest.approx((overview["objective"] - overview["objective"][0]), nan_ok=True)
    assert set(answer.results) == set(answer.tables["scenarios"]["scenario"])


def test_a_pool_of_processes_finds_the_same(case: Case, answer: Sweep) -> None:
    found = sweep(case, {**GRID, "min_service_margin": [0.05]}, workers=2)
    assert objectives(found) == pytest.approx(objectives(answer)[::2])


@pytest.mark.slow
def test_a_dask_cluster_of_processes_finds_the_same(case: Case, answer: Sweep) -> None:
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        assert len({*client.run(os.getpid).values(), os.getpid()}) == 3
        found = sweep(case, {**GRID, "min_service_margin": [0.05]}, executor=client.get_executor(), workers=2)
    assert objectives(found) == pytest.approx(objectives(answer)[::2])


def test_what_fails_is_told_with_the_others(case: Case, threads: Executor) -> None:
    keys = {"rates[provider=Orbit].cost_per_case multiply": [1.1, ""]}
    answer = sweep(case, keys, executor=threads, gap=1e-2)
    failed, solved = answer.tables["scenarios"].to_dict("records")
    assert (failed["status"], solved["status"]) == ("failed", "optimal")
    assert "none of rates has this provider" in failed["reason"]
    assert any("failed: " in sentence and "Orbit" in sentence for sentence in answer.sentences)
    assert (answer.status, answer.gap) == (Status.FEASIBLE, None)


class Broken(Executor):
    """Takes no work, as a pool that lost a process."""

    def submit(self, *_: object, **__: object) -> Future[object]:  # type: ignore[override]
        raise RuntimeError("a process ended abruptly")


def test_an_executor_that_takes_no_work_fails_each_scenario(case: Case) -> None:
    answer = sweep(case, executor=Broken())
    assert answer.tables["scenarios"]["reason"].tolist() == ["RuntimeError: a process ended abruptly"] * 2
    assert answer.status is Status.NO_PLAN


def test_a_rerun_solves_only_what_is_new(case: Case, threads: Executor, tmp_path: Path) -> None:
    store = tmp_path / "store"
    first = sweep(case, {"max_tiers": [2]}, executor=threads, store=store)
    again = sweep(case, {"max_tiers": [2, 1]}, executor=threads, store=store)
    assert again.tables["scenarios"]["reused"].tolist() == [True, False]
    assert objectives(again)[0] == objectives(first)[0]
    assert again.facts["reused"] == 1
    known = sweep(case, {"max_tiers": [2, 1]}, executor=Broken(), store=store)
    assert objectives(known) == objectives(again)


def test_without_scenarios_all_of_the_case_are_solved(threads: Executor) -> None:
    case = build_case(*hand_case())
    answer = sweep(case, executor=threads)
    assert answer.tables["scenarios"]["scenario"].tolist() == ["base"]
    assert answer.results["base"].status is Status.OPTIMAL


def test_progress_counts_and_a_stop_leaves_the_rest_unsolved(case: Case, threads: Executor) -> None:
    news: list[Progress] = []
    answer = sweep(
        case,
        GRID,
        executor=threads,
        progress=news.append,
        should_stop=lambda: news[-1:] != [] and "1 of 4" in news[-1].phase,
    )
    assert news[0].phase == "0 of 4 scenarios solved, 1 under way"
    assert all(report.many for report in news)
    ends = answer.tables["scenarios"]["status"].tolist()
    assert ends[0] == "optimal"
    assert ends[-1] == "unsolved"
    assert answer.status is Status.FEASIBLE


def test_workers_are_at_least_one(case: Case) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        sweep(case, GRID, workers=0)


class Deadly(Scenario):
    """Ends each process that reads it."""

    def __reduce__(self) -> tuple[object, ...]:  # type: ignore[override]  # pickle calls what stands there
        return os._exit, (9,)


def test_a_scenario_that_ends_its_process_twice_fails_alone(case: Case, answer: Sweep) -> None:
    dear, cheap = (case.scenarios["base"].model_copy(update={"name": f"at most {n}", "max_tiers": n}) for n in (2, 1))
    deadly = Deadly.model_validate({**dear.model_dump(), "name": "deadly"})
    found = sweep(case, [dear, deadly, cheap], workers=2)
    assert found.tables["scenarios"]["status"].tolist() == ["optimal", "failed", "optimal"]
    assert found.failed == ("deadly",)
    assert found.tables["scenarios"]["reason"][1].startswith("Its process ended twice.")
    assert [found.results[name].objective for name in ("at most 2", "at most 1")] == objectives(answer)[::2]


@dataclass
class Losing(Executor):
    """Loses the process of every first try, as a cluster whose workers are killed."""

    executor: Executor
    tried: set[str] = field(default_factory=set)
    loss: BaseException | None = None

    def submit(self, solve: Any, *asked: Any, **more: Any) -> Future[Any]:  # type: ignore[override]
        name = asked[1].name
        if name in self.tried:
            return self.executor.submit(solve, *asked, **more)
        self.tried.add(name)
        lost: Future[Any] = Future()
        lost.set_exception(self.loss or KilledWorker("a worker was killed"))
        return lost


class KilledWorker(Exception):
    """As Dask calls it."""


def test_what_an_executor_loses_is_tried_once_more(case: Case, threads: Executor, answer: Sweep) -> None:
    found = sweep(case, GRID, executor=Losing(threads), workers=2)
    assert objectives(found) == pytest.approx(objectives(answer), nan_ok=True)
    assert found.failed == ()


def test_a_given_executor_that_breaks_costs_nothing(case: Case, answer: Sweep) -> None:
    """As a `ProcessPoolExecutor` does for good once one of its processes is killed."""

    class Broken(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:  # type: ignore[override]
            raise BrokenProcessPool

    found = sweep(case, GRID, executor=Broken(), workers=2)
    assert objectives(found) == pytest.approx(objectives(answer), nan_ok=True)
    assert found.failed == ()


def test_what_is_interrupted_elsewhere_is_tried_once_more(case: Case, threads: Executor, answer: Sweep) -> None:
    found = sweep(case, GRID, executor=Losing(threads, loss=KeyboardInterrupt()), workers=2)
    assert objectives(found) == pytest.approx(objectives(answer), nan_ok=True)


LOUD = """
import os, sys
class Loud:
    def find_spec(self, name, path=None, target=None):
        if name in ("pandas", "highspy"):
            os.write(1, f"{name} in {os.getpid()}\\n".encode())
sys.meta_path.insert(0, Loud())
"""
HOST = """
import multiprocessing, os, signal, sys
from models import load_case
from optimizer.analysis.sweep import sweep
def hear(news):
    if news.phase.startswith("0 of") and "1 under way" in news.phase:
        os.killpg(os.getpid(), signal.SIGINT)
try:
    sweep(load_case(sys.argv[1]), {"max_tiers": [2, 1]}, workers=2, gap=1e-2, progress=hear)
except KeyboardInterrupt:
    print("interrupted", os.getpid(), multiprocessing.get_start_method(allow_none=True), flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="there are no process groups")
def test_processes_of_the_pool_say_nothing_in_another_program(folder: Path, tmp_path: Path) -> None:
    """Neither what libraries print as they load, nor what Ctrl-C at the terminal interrupts as they start."""
    (tmp_path / "sitecustomize.py").write_text(LOUD, encoding="utf-8")
    path = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    command = [sys.executable, "-c", HOST, str(folder)]
    ran = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **path}, check=True, start_new_session=True
    )
    *loaded, last = ran.stdout.splitlines()
    word, number, start_method = last.split()
    assert (word, start_method, ran.stderr) == ("interrupted", "None", "")
    assert {line.split()[-1] for line in loaded} == {number}


def test_where_processes_never_begin_this_one_solves(
    case: Case, answer: Sweep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "begin_silently", abs)  # which takes no two arguments, so that each process ends
    found = sweep(case, {**GRID, "min_service_margin": [0.05]}, workers=2)
    assert objectives(found) == pytest.approx(objectives(answer)[::2])


def test_a_daemon_solves_by_itself(case: Case, answer: Sweep, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool, "may_have_children", lambda: False)
    monkeypatch.setattr(pool, "process_pool", None)
    found = sweep(case, {**GRID, "min_service_margin": [0.05]})
    assert objectives(found) == pytest.approx(objectives(answer)[::2])


UNGUARDED = """
import sys
from models import load_case
from optimizer.analysis.sweep import sweep
print("once", flush=True)
print(sweep(load_case(sys.argv[1]), {"max_tiers": [2, 1]}, workers=2, gap=1e-2).sentences[0], flush=True)
"""


def test_a_script_without_a_guard_is_run_once(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    path = {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script), str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **path}, check=True)
    assert ran.stdout.count("once") == 1
    assert "2 scenarios: 2 optimal." in ran.stdout
    assert "Traceback" not in ran.stderr


def test_a_sweep_with_failed_scenarios_is_a_fault(folder: Path, tmp_path: Path) -> None:
    places = ["--store", str(tmp_path / "store"), "--workers", "1", "--gap", "0.01", "--out"]
    wrong = ["--vary", "rates[provider=Orbit].cost_per_case multiply=1.1"]
    assert main(["sweep", str(folder), "--vary", "min_service_margin=0.05,1.0", *places, str(tmp_path / "out")]) == 0
    assert main(["sweep", str(folder), *wrong, *places, str(tmp_path / "wrong")]) == FAULT


def test_a_time_limit_is_for_the_whole_sweep(case: Case, threads: Executor, tmp_path: Path) -> None:
    given: list[float | None] = []

    class Noting(ThreadPoolExecutor):
        def submit(self, solve: Any, *asked: Any, **more: Any) -> Future[Any]:  # type: ignore[override]
            given.append(asked[3])
            return super().submit(solve, *asked, **more)

    with Noting(1) as executor:
        found = sweep(case, GRID, executor=executor, workers=1, time_limit=100.0, store=tmp_path / "store")
    assert given[0] == pytest.approx(25.0, rel=0.05)  # one of four, one after the other
    assert all(seconds is not None and 0.0 < seconds <= 100.0 for seconds in given)
    assert found.status is Status.OPTIMAL
    again = sweep(case, GRID, executor=Broken(), time_limit=100.0, store=tmp_path / "store")
    assert again.facts["reused"] == 4


def test_no_time_leaves_all_unsolved(case: Case, threads: Executor) -> None:
    found = sweep(case, GRID, executor=threads, time_limit=0.0)
    assert set(found.tables["scenarios"]["status"]) <= {"unsolved", "no_plan"}
    assert found.status is Status.NO_PLAN
    assert found.failed == ()


SCRIPT = """
import sys
from models import load_case
from optimizer.analysis.sweep import sweep
if __name__ == "__main__":
    grid = {"max_tiers": [2, 1], "min_service_margin": [0.05, 1.0, 0.99]}
    sweep(load_case(sys.argv[1]), grid, workers=1, store=sys.argv[2])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_sweep_continues(folder: Path, case: Case, threads: Executor, tmp_path: Path) -> None:
    store, script = tmp_path / "store", tmp_path / "script.py"
    script.write_text(SCRIPT, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script), str(folder), str(store)], cwd=ROOT) as running:
        while running.poll() is None and len(kept(store)) < 2:
            time.sleep(0.05)
        running.send_signal(signal.SIGKILL)
    before = kept(store)
    assert 2 <= len(before) < 6
    answer = sweep(case, {"max_tiers": [2, 1], "min_service_margin": [0.05, 1.0, 0.99]}, executor=threads, store=store)
    assert answer.facts["reused"] == len(before)
    assert answer.tables["scenarios"]["status"].tolist() == ["optimal", "infeasible", "infeasible"] * 2


def kept(store: Path) -> list[Path]:
    if not store.exists():
        return []
    return [path for path in store.iterdir() if path.name != MARKER and not path.name.startswith(".")]
