"""Watching a search from a terminal: one live line of progress, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from time import monotonic
from types import FrameType
from typing import Any, Protocol, TextIO, TypeVar

from rich.cells import cell_len, set_cell_size

from models.text.characters import shown

from ..results.progress import FoundRow, Progress, ProgressCallback, StopCheck
from ..results.progress_words import progress_in_words
from .exit_codes import INTERRUPTED
from .streams import are_ours, columns_of, write_past_buffers

Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)
Saved = TypeVar("Saved")

_REDRAW_SECONDS = 0.25
_LOG_SECONDS = 5.0
_ROWS_SECONDS = 2.0
"""Time from which rows of an answer are told before its end."""
_HANG_UP: signal.Signals | None = getattr(signal, "SIGHUP", None)


class WatchedSearch(Protocol[Found_co]):
    """What can be watched: `solve` or `evaluate` with all but these two arguments given."""

    def __call__(self, *, progress: ProgressCallback, should_stop: StopCheck) -> Found_co:
        """Search, report to `progress`, and end early once `should_stop` says so."""


def watch(
    search: WatchedSearch[Found], keep: Callable[[Found], Saved], currency: str, stream: TextIO
) -> tuple[Found, Saved]:
    """Run `search`, show its progress on `stream`, and `keep` what it finds; raises what either raises.

    Both run in a thread of their own, so that the line keeps moving and Ctrl-C is heard while the solver is busy. The
    first Ctrl-C asks the search to stop; the second ends the process at once, or, in another program, raises
    KeyboardInterrupt with nothing kept, unless that had begun: then it costs nothing.
    """
    line, left = ProgressLine(currency, stream), threading.Event()

    def search_and_keep() -> tuple[Found, Saved]:
        found = search(progress=line.update, should_stop=stop.is_set)
        if left.is_set():
            raise KeyboardInterrupt  # nobody waits for it any more
        return found, keep(found)

    with _interrupts() as stop, ThreadPoolExecutor(max_workers=1, thread_name_prefix="search") as pool:
        future = pool.submit(search_and_keep)
        try:
            _redraw_until_done(future, line, stop)
        except KeyboardInterrupt:
            left.set()
            if future.exception() is not None:
                raise
        line.close()
        return future.result()


def _redraw_until_done(future: Future[Any], line: ProgressLine, stop: threading.Event) -> None:
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
    """Elapsed time, phase, best plan, bound and gap: one live line on a terminal, else a line now and then.

    Not a `rich.live.Live`, which hides the cursor, so that the process that a second Ctrl-C ends at once would leave
    the shell without one, and shows nothing of a search where its stream is not a terminal.
    """

    def __init__(self, currency: str, stream: TextIO) -> None:
        self._currency = currency
        self._stream = stream
        self._live = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._started = monotonic()
        self._drawn = self._started
        self._news: Progress | None = None
        self._rows: deque[FoundRow] = deque()
        self._shown = 0

    def update(self, news: Progress) -> None:
        """Take what the search reports; called from its thread."""
        if isinstance(news, FoundRow):
            self._rows.append(news)
        else:
            self._news = news

    def draw(self) -> None:
        """Show the newest report with the time elapsed by now, and rows of an answer that takes a while."""
        now = monotonic()
        while self._rows and now - self._started >= _ROWS_SECONDS:
            self.print_sentence(self._rows.popleft().phase)
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
        """Blanks, not escape codes, cover what was there, so that any terminal shows it right.

        Widths are in cells of the terminal: some characters take two.
        """
        wide = min(cell_len(text), columns_of(self._stream) - 1)
        shown_text = set_cell_size(set_cell_size(text, wide), max(wide, self._shown))
        print(f"\r{shown_text}", end="", file=self._stream, flush=True)
        self._shown = wide
