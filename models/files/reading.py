"""Folders read whole, also while somebody replaces them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from .lock import WAIT, locked
from .places import place_of
from .temporary import clear, left_behind, lock_file

T = TypeVar("T")

_TRIES = 3


def read_folder(path: str | Path, read: Callable[[Path], T]) -> T:
    """What `read` makes of the folder at `path`: of one state of it, never of a mixture of two.

    It is read again where the folder was replaced meanwhile, in the end under the lock of its place. What writers
    that are dead have left behind is cleared first, and an earlier folder that one of them left without its place is
    put back. Raises what `read` raises.
    """
    place = place_of(path)
    _recover(place)
    for _ in range(_TRIES):
        with _held(place) as same:
            try:
                found = read(Path(path))
            except Exception:
                if same():
                    raise
                continue
            if same():
                return found
    with locked(place):
        return read(Path(path))


def _recover(place: Path) -> None:
    """Clear up behind dead writers of the folder and of its files."""
    there = place.exists()
    if lock_file(place).exists() or (not there and left_behind(place)):
        _clear(place, 0.0 if there else WAIT)
    with suppress(OSError):
        for lock in place.glob(".*.lock"):
            _clear(place / lock.name[1 : -len(".lock")], 0.0)


def _clear(place: Path, wait: float) -> None:
    # Who may not write here reads what there is; and one who still writes will clear up behind himself.
    with suppress(OSError), locked(place, wait) as alone:
        if alone:
            clear(place)


@contextmanager
def _held(place: Path) -> Iterator[Callable[[], bool]]:
    """Says whether the place is still the folder that it is now, which is kept open: its number cannot be reused."""
    try:
        descriptor = None if os.name == "nt" else os.open(place, os.O_RDONLY)
    except OSError:
        descriptor = None
    before = _identity(place)
    try:
        yield lambda: _identity(place) == before
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _identity(place: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(place)
    except OSError:
        return None
    return found.st_dev, found.st_ino
