"""One scenario solved in another process, and the pool of processes that does so by default."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.synchronize import Event

from models import Case, Scenario

from ..result import Result
from ..solve import solve
from .worker import begin_silently

_stop: Event | None = None
"""In a process of the pool: set when its solves are to end."""


@dataclass(frozen=True)
class Crew:
    """An executor, how many solves it is given at a time, and how its running solves are told to end."""

    executor: Executor
    size: int
    stop: Callable[[], None] | None = None
    """None where a running solve cannot be reached: it is left alone then."""


def solve_one(case: Case, scenario: Scenario, gap: float, time_limit: float | None, start: Result | None) -> Result:
    """The scenario's result. Its search's memory stays behind: what another starts from is the plan."""
    result = solve(case, scenario, gap=gap, time_limit=time_limit, start=start, should_stop=_stopped)
    return replace(result, memory=None)


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def process_pool(size: int) -> Iterator[Crew]:
    """A pool of processes that are started afresh, since a copy of a process with threads may hang."""
    context = multiprocessing.get_context("spawn")
    stop = context.Event()
    with ProcessPoolExecutor(size, context, initializer=begin_silently, initargs=(stop,)) as executor:
        try:
            yield Crew(executor, size, stop.set)
        except BaseException:
            stop.set()
            raise


def begin(stop: Event) -> None:
    """Prepare a process of the pool: Ctrl-C is heard by the process that started it, whose end ends this one."""
    global _stop
    _stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _stopped() -> bool:
    return _stop is not None and _stop.is_set()
