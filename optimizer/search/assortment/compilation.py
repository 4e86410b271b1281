"""Makes the compiled pricing ready before a search: once after an installation.

It is compiled by processes of their own, which keep it on disk (`.kernel_files`) and can be ended at once by a limit or
by Ctrl-C; from there it is read in a fraction of a second. Where there can be no such process, it is compiled here.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np

from models.files import locked

from ..state.limits import Watch
from .compiled import NotKept, reading_only
from .kernel_files import folder_to_write
from .menu_batch import book_instance, local_search_books, search_books
from .packed_instance import PackedDomain, PackedInstance, PricingObjective
from .pricing_objective import COVERED, evaluate_picks

COMPILE_SECONDS = 10
"""Seconds that compiling took on two processors where it was last measured: the estimate that is told."""
PROCESSES = 2
"""How many compile side by side: one kernel takes as long as all the others."""
POLL_SECONDS = 0.02
"""Time between looks at the processes that compile."""
LONGEST_WAIT = 600.0
"""Seconds that one process waits for another to compile a kernel, before it does so itself."""
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
        folder = folder_to_write()
        kept = "" if folder is None else f", kept in {folder}"
        tell(f"preparing the search, once after an installation: about {COMPILE_SECONDS} s{kept}")
        if folder is None:
            _warn_of_no_place()
        if folder is None or not _compiled_elsewhere(watch) or not _read():
            _call_all(watch)
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
        _call_all(Watch())
        _ready.set()
        return True
    return False


def _call_all(watch: Watch) -> None:
    for call in _calls().values():
        watch.check()
        call()


@cache
def _warn_of_no_place() -> None:
    _log.warning(
        "There is no folder to keep the compiled search in, so that each run prepares it anew, which takes "
        "some ten seconds: set NUMBA_CACHE_DIR to a folder that can be written."
    )


# -- processes that compile ----------------------------------------------------------------------


def _compiled_elsewhere(watch: Watch) -> bool:
    """Whether processes of their own have compiled the search; a limit ends them and raises `Stopped`."""
    if not _is_python(sys.executable):
        return False
    with ExitStack() as ends:
        try:
            children = [_start(ends) for _ in range(PROCESSES)]
        except OSError as error:
            _log.info("The search is compiled in this process: %s", error)
            return False
        while any(child.poll() is None for child in children):
            watch.check()
            time.sleep(POLL_SECONDS)
    return all(child.returncode == 0 for child in children)


def _start(ends: ExitStack) -> subprocess.Popen[bytes]:
    """A process that compiles, and is killed when `ends` closes."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.PIPE}
    apart = {"creationflags": 0x08000000} if os.name == "nt" else {"start_new_session": True}  # no window, no Ctrl-C
    child: subprocess.Popen[bytes] = subprocess.Popen([sys.executable, "-c", _program()], **quiet, **apart)  # type: ignore[call-overload]
    ends.enter_context(child)
    ends.callback(child.kill)
    return child


def _program() -> str:
    """What the process runs: `main`, imported from where this one would."""
    imported = f"import sys; sys.path[:] = {sys.path!r}; from optimizer.search.assortment.compilation import main"
    return f"import gc; gc.disable(); {imported}; main()"  # garbage is a sixth of its time, and ends with it


def _is_python(program: str | None) -> bool:
    """Whether a program is an interpreter that can be started anew, and not one that Python is built into."""
    return bool(program) and Path(str(program)).name.lower().startswith("python") and not hasattr(sys, "frozen")


def main() -> None:
    """Entry point of a process that compiles the menu search and keeps it on disk."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    folder = folder_to_write()
    if folder is not None:
        _compile_beside_others(folder, _calls())


def _compile_beside_others(folder: Path, calls: Mapping[str, Callable[[], object]]) -> None:
    """Compile the kernels that no other process has compiled or is about to; then wait for those of the others."""
    left = list(calls)
    for wait in (0.0, LONGEST_WAIT):
        for name in tuple(left):
            with suppress(TimeoutError), locked(folder / name, wait):
                calls[name]()
                left.remove(name)
    for name in left:
        calls[name]()


def _end_with_parent() -> None:
    sys.stdin.buffer.read()  # ends when the process that started this one does
    os._exit(1)


# -- every function that Python calls ------------------------------------------------------------


def _calls() -> Mapping[str, Callable[[], object]]:
    """A call of each kernel, on one book with one option and one cohort, by name; what takes longest to compile first.

    The compiled functions that they call come with them. Kinds of case differ in numbers, not in types.
    """
    one, place = np.ones(1), np.zeros(1, dtype=np.int64)
    packed = _one_book()
    yes = np.ones(1, dtype=bool)
    domain = PackedDomain(yes, np.zeros((1, 1), dtype=bool), np.array([COVERED], dtype=np.int64))
    objective = PricingObjective(one, np.zeros(1), np.zeros(1))
    picks, covered = np.full((1, 1), -1, dtype=np.int64), np.zeros((1, 1), dtype=bool)
    book = book_instance(packed, domain, objective, 0)
    return {
        "search_books": lambda: search_books(packed, domain, objective, np.zeros(1), place, False, 1, 1),
        "local_search_books": lambda: local_search_books(packed, domain, objective, place, picks, np.zeros(1), covered),
        "evaluate_picks": lambda: evaluate_picks(book, picks[0], False, np.zeros(1)),
    }


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
