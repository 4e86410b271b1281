"""How a process of the pool begins: silent before it loads any library. So this module loads none."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ....garbage import collect_seldom, leave_alone
from ....silence import silence_libraries

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event


def begin_silently(stop: Event, begun: Event) -> None:
    """Prepare a process of the pool, which is ours: it prints nothing, and ends with the process that started it.

    Its solves end once `stop` is set; `begun` is set once it is ready to solve.
    """
    silence_libraries()
    collect_seldom()
    from .worker_solve import obey  # loads the solver

    leave_alone()
    obey(stop)
    _leave_interrupts_to_parent()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    begun.set()


def _leave_interrupts_to_parent() -> None:
    """Leave Ctrl-C to the process that started this one, also one that came while this one was being started."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold back Ctrl-C in this thread, and in a process that it starts meanwhile, which takes that over."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class WorkerProcess(SpawnProcess):
    """A process that does not run the script it is started from, so that one without a guard can be unharmed."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        script, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
        try:
            with _interrupts_held_back():
                return SpawnProcess._Popen(process_obj)
        finally:
            sys.modules["__main__"] = script


class WorkerContext(SpawnContext):
    """Starts such processes."""

    Process = WorkerProcess
