"""Ctrl-C, or a notebook's interrupt, in a Python call: the first ends the call with the best plan so far.

A second one, or one before there is any plan, raises KeyboardInterrupt, as everywhere in Python.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from types import FrameType
from typing import ParamSpec, TypeVar

from .results.progress import StopCheck

P = ParamSpec("P")
Answer = TypeVar("Answer")


@dataclass
class InterruptibleCall:
    """The outermost call in the main thread that handles interrupts, and what it is to do."""

    planned: bool = False
    """Whether there is a plan, so that an interrupt leaves something."""
    stopping: bool = False
    """Whether the call is to end with what it has."""
    _raising: bool = False
    _uninterrupted: int = 0
    """How many such blocks are running."""

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Take an interrupt: the handler of SIGINT."""
        if self.planned and not self.stopping:
            self.stopping = True
        elif self._uninterrupted:
            self.stopping = self._raising = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def uninterrupted(self) -> Iterator[None]:
        """What would be raised meanwhile is raised after it, as compiled code that calls back needs it."""
        self._uninterrupted += 1
        try:
            yield
        finally:
            self._uninterrupted -= 1
        if self._raising and not self._uninterrupted:
            raise KeyboardInterrupt


_session: InterruptibleCall | None = None


def current() -> InterruptibleCall | None:
    """This thread's call; None where it handles no interrupts: in other threads, and under a host's handler."""
    return _session if threading.current_thread() is threading.main_thread() else None


@contextmanager
def handling_interrupts() -> Iterator[None]:
    """Handle interrupts meanwhile, in place of Python's own handler; calls within share the outermost one."""
    global _session
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or _session is not None or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    _session = InterruptibleCall()
    signal.signal(signal.SIGINT, _session.handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _session = None


@contextmanager
def deferring_interrupts() -> Iterator[None]:
    """Raise an interrupt that comes meanwhile at the end: a library that is half loaded cannot be loaded again."""
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    came = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: came.set())
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if came.is_set():
        raise KeyboardInterrupt


def interruptible(call: Callable[P, Answer]) -> Callable[P, Answer]:
    """The function, with interrupts handled while it runs."""

    @wraps(call)
    def handled_call(*given: P.args, **named: P.kwargs) -> Answer:
        with handling_interrupts():
            return call(*given, **named)

    return handled_call


def note_plan() -> None:
    """Say that there is a plan: an interrupt from now on is a request to end with it."""
    session = current()
    if session is not None:
        session.planned = True


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let no interrupt raise anything before this has ended."""
    session = current()
    if session is None:
        yield
        return
    with session.uninterrupted():
        yield


def stopping_on_interrupt(should_stop: StopCheck | None) -> StopCheck | None:
    """A request to stop that an interrupt makes too; good in every thread that works for this call."""
    session = current()
    if session is None:
        return should_stop
    return lambda: session.stopping or (should_stop is not None and should_stop())
