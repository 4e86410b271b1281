"""Who solves the scenarios of a sweep: processes of our own by default, threads, or an executor given."""

from __future__ import annotations

import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from ....results.progress import StopCheck
from .worker_process import WorkerContext, begin_silently
from .worker_solve import obey

_log = logging.getLogger(__name__)
POLL_SECONDS = 0.25
"""How long whoever waits for a pool's solves waits at a time, between looks for a stop."""
_left: list[object] = []
"""Events of pools that were left at once: a process still being started reads them, and would fail aloud without."""


@dataclass
class WorkerPool:
    """An executor, how many solves it is given at a time, and how its running solves are told to end."""

    executor: Executor
    size: int
    stop: Callable[[], None] | None = None
    """None where a running solve cannot be reached: it is left alone then."""
    renew: Callable[[], Executor] | None = None
    """Makes an executor to take the place of one that lost a process; None where none can be lost."""
    has_begun: Callable[[], bool] = lambda: True
    """Whether any of its processes ever began: one that ended before is no fault of what it was to solve."""
    stopped: StopCheck | None = None
    """Tells solves in this process to end; None where they are told otherwise."""
    here: bool = False
    """Whether its solves run on this computer, whose clock they share."""


def processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def pool_for(executor: Executor | None, size: int) -> Iterator[WorkerPool]:
    """The executor given, or else processes of our own; threads where there can be no processes."""
    if isinstance(executor, ThreadPoolExecutor):
        yield _threads(executor, size)
    elif executor is not None:
        with _with_executor(executor, size) as pool:
            yield pool
    elif may_have_children():
        with process_pool(size) as pool:
            yield pool
    else:
        with ThreadPoolExecutor(1) as alone:
            yield _threads(alone, 1)


def may_have_children() -> bool:
    """Whether this process may start others: a daemon may not, nor one that is still being started."""
    this = multiprocessing.current_process()
    return not this.daemon and not getattr(this, "_inheriting", False)


@contextmanager
def _with_executor(executor: Executor, size: int) -> Iterator[WorkerPool]:
    """Another's executor; once that has lost a process and takes no more work, a pool of our own in its place."""
    pool = WorkerPool(executor, size)
    with ExitStack() as spares:

        def renew() -> Executor:
            _log.warning("The executor given has lost a process and takes no more work: the rest is solved without it.")
            own = spares.enter_context(pool_for(None, size))
            vars(pool).update(vars(own))
            return own.executor

        pool.renew = renew
        yield pool


def _threads(executor: ThreadPoolExecutor, size: int) -> WorkerPool:
    stop = threading.Event()
    return WorkerPool(executor, size, stop.set, stopped=stop.is_set, here=True)


@contextmanager
def process_pool(size: int) -> Iterator[WorkerPool]:
    """A pool of processes that are started afresh, since a copy of a process with threads may hang."""
    context = WorkerContext()
    stop, begun = context.Event(), context.Event()
    obey(stop)  # where no process begins, this one solves
    pools: list[Executor] = []
    start_method = multiprocessing.get_start_method(allow_none=True)

    def another() -> Executor:
        if len(pools) > 1 and not begun.is_set():  # none will begin: this process does it, one after the other
            pools.append(ThreadPoolExecutor(1))
        else:
            pools.append(ProcessPoolExecutor(size, context, initializer=begin_silently, initargs=(stop, begun)))
        return pools[-1]

    try:
        yield WorkerPool(another(), size, stop.set, another, begun.is_set, here=True)
    except BaseException:
        stop.set()
        _left.append((stop, begun))
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        obey(None)
        if start_method is None:  # starting a process settles the default for this one, which may be a host's
            multiprocessing.set_start_method(None, force=True)
    for pool in pools:
        pool.shutdown()
