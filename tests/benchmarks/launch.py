"""Runs a command and reports how it went: python -I -S launch.py REPORT.json LOG LIMIT COMMAND...

A small process stands between, because a process starts with the memory of the one that starts it, and that would
count in its peak. So this imports nothing but the standard library.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time

KIBIBYTE = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit of ru_maxrss."""


def launch(command: list[str], limit: float, log: str) -> dict[str, object]:
    """End the command and its children after `limit` seconds."""
    start = time.monotonic()
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
        )
    killed = threading.Event()

    def kill() -> None:
        killed.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(limit, kill)
    timer.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)  # of this child and those it waited for
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    finally:
        timer.cancel()
    return {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": time.monotonic() - start,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mib": usage.ru_maxrss * KIBIBYTE / 2**20,
        "killed": killed.is_set(),
    }


if __name__ == "__main__":
    answer = launch(sys.argv[4:], float(sys.argv[3]), sys.argv[2])
    with open(sys.argv[1], "w", encoding="utf-8") as report:
        json.dump(answer, report)
