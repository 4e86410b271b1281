"""Folders read whole, also while somebody replaces them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from .lock import locked
from .places import place_of
from .temporary_files import clear, lock_file

T = TypeVar("T")

_TRIES = 3


def read_folder(path: str | Path, read: Callable[[Path], T]) -> T:
    """What `read` makes of the folder at `path`: of one state of it, never of a mixture of two.

    It is read again where the folder was replaced meanwhile; under the lock of its place where that goes on, or where
    there is none, which may be so for a moment only. What writers that are dead have left behind is cleared, and an
    earlier folder that one of them left without its place is put back. Raises what `read` raises.
    """
    place = place_of(path)
    if not place.name:  # the root, which nobody replaces
        return read(Path(path))
    _recover(place)
    for _ in range(_TRIES if place.exists() else 0):
        with _held(place) as same:
            try:
                found = read(Path(path))
            except Exception:
                if same():
                    raise
                continue
            if same():
                return found
    if not place.parent.is_dir():
        return read(Path(path))
    with ExitStack() as held:
        if _got_lock(place, held):
            clear(place)
        return read(Path(path))


def _got_lock(place: Path, held: ExitStack) -> bool:
    """Whether the lock is ours now; where a full disk has no room for one, what there is is read without."""
    try:
        return held.enter_context(locked(place))
    except TimeoutError:
        raise
    except OSError:
        return False


def _recover(place: Path) -> None:
    """Clear up behind dead writers of a folder that is there, and of its files."""
    if not place.is_dir():
        return
    with suppress(OSError):
        left = [place / lock.name[1 : -len(".lock")] for lock in place.glob(".*.lock")]
        for written in [*([place] if lock_file(place).exists() else []), *left]:
            _clear(written)


def _clear(place: Path) -> None:
    # Who may not write here reads what there is; and one who still writes will clear up behind himself.
    with suppress(OSError), locked(place, 0.0) as alone:
        if alone:
            clear(place)


@contextmanager
def _held(place: Path) -> Iterator[Callable[[], bool]]:
    """Says whether the place was and still is one folder, which is kept open, so that its number cannot be reused."""
    try:
        descriptor = None if os.name == "nt" else os.open(place, os.O_RDONLY)
    except OSError:
        descriptor = None
    before = _identity(place)
    try:
        yield lambda: before is not None and _identity(place) == before
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _identity(place: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(place)
    except OSError:
        return None
    return found.st_dev, found.st_ino
