"""Makes the compiled pricing ready before a search: once after an installation.

It is compiled by a process of its own, which keeps it on disk (`.compiled`) and can be ended at once by a limit or by
Ctrl-C; from there it is read in a fraction of a second. Where there can be no such process, it is compiled here.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np

from ..state.limits import Watch
from .compiled import NotKept, kept_in, reading_only
from .menu_batch import book_instance, local_search_books, search_books
from .packed_instance import PackedDomain, PackedInstance, PricingObjective
from .pricing_objective import COVERED, evaluate_picks

COMPILE_SECONDS = 12
"""Seconds of a processor that the compiling took where it was last measured: the estimate that is told."""
POLL_SECONDS = 0.02
"""Time between looks at the process that compiles."""
_log = logging.getLogger(__name__)
_ready = threading.Event()
_turn = threading.Lock()
"""Whose turn it is to make the search ready; others in this process wait."""


def compile_search(watch: Watch | None = None, tell: Callable[[str], None] = lambda phase: None) -> None:
    """Make the menu search ready; raises `Stopped` when a limit comes first. `tell` hears where that takes a while."""
    watch = watch or Watch()
    if _ready.is_set():
        return
    with _in_turn(watch):
        if _ready.is_set() or _read():
            return
        tell(f"preparing the search, once after an installation: about {COMPILE_SECONDS} s")
        _warn_of_no_place()
        if kept_in() is None or not _compiled_elsewhere(watch) or not _read():
            for _ in _calls():
                watch.check()
        _ready.set()


@contextmanager
def _in_turn(watch: Watch) -> Iterator[None]:
    while not _turn.acquire(timeout=POLL_SECONDS):
        watch.check()
    try:
        yield
    finally:
        _turn.release()


def _read() -> bool:
    """Load what is on disk; whether that was everything."""
    with suppress(NotKept), reading_only():
        for _ in _calls():
            pass
        _ready.set()
        return True
    return False


@cache
def _warn_of_no_place() -> None:
    if kept_in() is None:
        _log.warning(
            "There is no folder to keep the compiled search in, so that each run prepares it anew, which takes "
            "some ten seconds: set NUMBA_CACHE_DIR to a folder that can be written."
        )


# -- a process that compiles ---------------------------------------------------------------------


def _compiled_elsewhere(watch: Watch) -> bool:
    """Whether a process of its own has compiled the search; a limit ends it and raises `Stopped`."""
    if not _is_python(sys.executable):
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.PIPE}
    apart = {"creationflags": 0x08000000} if os.name == "nt" else {"start_new_session": True}  # no window, no Ctrl-C
    try:
        child = subprocess.Popen([sys.executable, "-c", _program()], **quiet, **apart)  # type: ignore[call-overload]
    except OSError as error:
        _log.info("The search is compiled in this process: %s", error)
        return False
    with child:
        try:
            while child.poll() is None:
                watch.check()
                time.sleep(POLL_SECONDS)
        finally:
            child.kill()
    return bool(child.returncode == 0)


def _program() -> str:
    """What the process runs: `main`, imported from where this one would."""
    return f"import sys; sys.path[:] = {sys.path!r}; from optimizer.search.assortment.compilation import main; main()"


def _is_python(program: str | None) -> bool:
    """Whether a program is an interpreter that can be started anew, and not one that Python is built into."""
    return bool(program) and Path(str(program)).name.lower().startswith("python") and not hasattr(sys, "frozen")


def main() -> None:
    """Entry point of the process that compiles the menu search and keeps it on disk."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with _alone():
        for _ in _calls():
            pass


def _end_with_parent() -> None:
    sys.stdin.buffer.read()  # ends when the process that started this one does
    os._exit(1)


@contextmanager
def _alone() -> Iterator[None]:
    """Wait for other processes that compile: each would do the same, and upset what the other keeps."""
    folder = kept_in()
    if folder is None or os.name == "nt":
        yield
        return
    import fcntl

    with open(folder / "compiling.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# -- every function that Python calls ------------------------------------------------------------


def _calls() -> Iterator[None]:
    """Call every compiled function that Python calls, on one book with one option and one cohort, one after the other.

    The compiled functions that they call come with them. Kinds of case differ in numbers, not in types.
    """
    one, place = np.ones(1), np.zeros(1, dtype=np.int64)
    packed = _one_book()
    yes = np.ones(1, dtype=bool)
    domain = PackedDomain(yes, np.zeros((1, 1), dtype=bool), np.array([COVERED], dtype=np.int64))
    objective = PricingObjective(one, np.zeros(1), np.zeros(1))
    search_books(packed, domain, objective, np.zeros(1), place, False, 1, 1)
    yield
    picks = np.full((1, 1), -1, dtype=np.int64)
    local_search_books(packed, domain, objective, place, picks, np.zeros(1), np.zeros((1, 1), dtype=bool))
    yield
    evaluate_picks(book_instance(packed, domain, objective, 0), picks[0], False, np.zeros(1))
    yield


def _one_book() -> PackedInstance:
    one, place, yes = np.ones(1), np.zeros(1, dtype=np.int64), np.ones(1, dtype=bool)
    start = np.array([0, 1], dtype=np.int64)
    return PackedInstance(
        utility=one,
        payment=one,
        weight=one,
        cell_start=place,
        option_start=place,
        options=np.ones(1, dtype=np.int64),
        tier_start=start.reshape(1, 2),
        fits=yes,
        fits_start=start,
        cohort_start=start,
        group=place,
        group_start=start,
        logit=True,
        fewest=0,
        most=1,
    )
