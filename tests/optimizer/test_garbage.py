"""The collector of cyclic garbage: left out of libraries in processes of our own, untouched in any other program."""

from __future__ import annotations

import gc
import subprocess
import sys

from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import DONE
from tests.folders import ROOT, TINY

COMMAND = "from optimizer.cli import streams; streams.as_program(lambda: seen.append(gc.get_threshold()[0]) or 0)"
WORKER = (
    "from optimizer.analysis.machinery.sessions.worker_process import begin_silently; "
    "begin_silently(Event(), Event()); seen.append(gc.get_threshold()[0])"
)


def numbers_of(process: str) -> tuple[int, int, int]:
    """Objects made from one pass to the next, by Python's own number and in the process; objects left alone at last."""
    script = (
        f"import gc, os; from threading import Event; out = os.dup(1); seen = [gc.get_threshold()[0]]; {process}; "
        "os.write(out, ' '.join(map(str, [*seen, gc.get_freeze_count()])).encode())"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    pythons, ours, left_alone = map(int, done.stdout.split())
    return pythons, ours, left_alone


def test_the_command_hardly_looks_through_libraries() -> None:
    pythons, ours, left_alone = numbers_of(COMMAND)
    assert ours >= 10 * pythons
    assert left_alone > 1_000


def test_a_process_of_a_sweep_leaves_the_solver_alone() -> None:
    pythons, ours, left_alone = numbers_of(WORKER)
    assert ours >= 10 * pythons
    assert left_alone > 50_000


def test_another_program_keeps_its_collector_as_it_is() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    assert main(["validate", str(TINY), "--quiet"]) == DONE
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
