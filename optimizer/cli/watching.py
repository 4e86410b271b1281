"""Watching a search from a terminal: one live line of progress, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Protocol, TextIO, TypeVar

from models.text.characters import shown

from ..results.progress import Progress, ProgressCallback, StopCheck
from ..results.progress_words import progress_in_words
from .exit_codes import INTERRUPTED
from .streams import are_ours, columns_of, write_past_buffers

Answer = TypeVar("Answer")
Answer_co = TypeVar("Answer_co", covariant=True)

_REDRAW_SECONDS = 0.25
_LOG_SECONDS = 5.0
_HANG_UP: signal.Signals | None = getattr(signal, "SIGHUP", None)


class WatchedSearch(Protocol[Answer_co]):
    """What can be watched: `solve` or `evaluate` with all but these two arguments given."""

    def __call__(self, *, progress: ProgressCallback, should_stop: StopCheck) -> Answer_co:
        """Search, report to `progress`, and end early once `should_stop` says so."""


def watch(search: WatchedSearch[Answer], currency: str, stream: TextIO) -> Answer:
    """Run `search` and show its progress on `stream`; raises what the search raises.

    The search runs in a thread of its own, so that the line keeps moving and Ctrl-C is heard while the
    solver is busy. The first Ctrl-C asks the search to stop; the second ends the process at once, or, in another
    program, raises KeyboardInterrupt.
    """
    line = ProgressLine(currency, stream)
    with _interrupts() as stop, ThreadPoolExecutor(max_workers=1, thread_name_prefix="search") as pool:
        future = pool.submit(search, progress=line.update, should_stop=stop.is_set)
        _redraw_until_done(future, line, stop)
        line.close()
        return future.result()


def _redraw_until_done(future: Future[Answer], line: ProgressLine, stop: threading.Event) -> None:
    told = False
    while not future.done():
        wait([future], timeout=_REDRAW_SECONDS)
        if stop.is_set() and not told:
            line.print_sentence("Stopping with the best plan so far. Ctrl-C again stops at once, without a plan.")
            told = True
        line.draw()


@contextmanager
def _interrupts() -> Iterator[threading.Event]:
    """Event that the first Ctrl-C, request to terminate, or end of the terminal sets.

    Outside of the main thread, where signals do not arrive, it stays unset.
    """
    stop = threading.Event()

    def heard(signal_number: int, frame: FrameType | None) -> None:
        again = stop.is_set() and signal_number != _HANG_UP  # which comes from the terminal and from the shell
        if again and not are_ours():
            raise KeyboardInterrupt
        if again:
            write_past_buffers("\nStopped at once; no run was written.\n")
            os._exit(INTERRUPTED)  # the search's thread cannot be ended otherwise, and it has written no run
        stop.set()

    previous = {number: signal.signal(number, heard) for number in _signals()}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _signals() -> list[signal.Signals]:
    """What asks a search to stop: in another program only Ctrl-C, where nothing else there hears it."""
    if threading.current_thread() is not threading.main_thread():
        return []
    if are_ours():
        hangs_up = _HANG_UP is not None and signal.getsignal(_HANG_UP) is signal.SIG_DFL  # not so under nohup
        return [signal.SIGINT, signal.SIGTERM, *([_HANG_UP] if _HANG_UP is not None and hangs_up else [])]
    return [signal.SIGINT] if signal.getsignal(signal.SIGINT) is signal.default_int_handler else []


class ProgressLine:
    """Elapsed time, phase, best plan, bound and gap: one live line on a terminal, else a line now and then."""

    def __init__(self, currency: str, stream: TextIO) -> None:
        self._currency = currency
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._started = monotonic()
        self._drawn = self._started
        self._news: Progress | None = None
        self._shown = 0

    def update(self, news: Progress) -> None:
        """Take what the search reports; called from its thread."""
        self._news = news

    def draw(self) -> None:
        """Show the newest report with the time elapsed by now."""
        now = monotonic()
        if not self._live and now - self._drawn < _LOG_SECONDS:
            return
        self._drawn = now
        text = shown(progress_in_words(self._news, now - self._started, self._currency))
        if self._live:
            self._overwrite(text)
        else:
            print(text, file=self._stream, flush=True)

    def print_sentence(self, sentence: str) -> None:
        """Print a sentence that stays, beneath it the live line goes on."""
        self.close()
        print(shown(sentence), file=self._stream, flush=True)

    def close(self) -> None:
        """Take the live line away."""
        if self._shown:
            self._overwrite("")
            print(end="\r", file=self._stream, flush=True)

    def _overwrite(self, text: str) -> None:
        """Blanks, not escape codes, cover what was there, so that any terminal shows it right."""
        fitting = text[: columns_of(self._stream) - 1]
        print("\r" + fitting.ljust(self._shown), end="", file=self._stream, flush=True)
        self._shown = len(fitting)
