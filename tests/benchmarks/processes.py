"""A program run as a process of its own: how it ended, how long it took, the most memory it held."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
KIBIBYTE = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of ru_maxrss."""


@dataclass(frozen=True)
class Ran:
    """How a process ended."""

    code: int
    """Exit code; negative where a signal ended it."""
    seconds: float
    """From start to end, on the clock."""
    peak_mib: float
    """Most memory resident at once, the process and the largest of its children."""
    killed: bool
    """Whether its time ran out."""
    output: str
    """The end of what it wrote to standard output and standard error."""


def run_process(command: Sequence[str], limit: float, log: Path) -> Ran:
    """Run a command in the project's folder, its output in `log`; after `limit` seconds end it and its children."""
    start = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    killed = threading.Event()

    def kill() -> None:
        killed.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(limit, kill)
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)  # of this child alone, unlike RUSAGE_CHILDREN
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - start
    peak = usage.ru_maxrss * KIBIBYTE / 2**20
    return Ran(process.returncode, seconds, peak, killed.is_set(), log.read_text(errors="replace")[-2_000:].strip())
