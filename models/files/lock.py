"""The lock of a place: held by the one who writes there, and let go by the system when its holder dies.

It is a lock on a file beside the place, by `flock` (on Windows by `msvcrt`). The file is removed with the lock, which
libraries for lock files leave to their users; so whoever gets a lock looks whether its file is still the one there.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .temporary_files import lock_file

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

WAIT = 30.0
"""Seconds to wait for another writer."""
_PAUSE = 0.01
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_own = threading.local()
"""`places`: those whose lock this thread has."""
_OPEN = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def locked(place: Path, wait: float = WAIT) -> Iterator[bool]:
    """Hold the lock of a place whose parent folder exists; True where it was got, False where there are no locks.

    That is so on file systems without them, where the last writer wins, whole, and in a folder that cannot be written
    to, where nobody can replace anything; and where this thread has the lock already, so that what it is about to write
    is not cleared. Raises TimeoutError where another one keeps the lock for `wait` seconds.
    """
    own: set[Path] = _own.__dict__.setdefault("places", set())
    if place in own:
        yield False
        return
    file = lock_file(place)
    descriptor, alone = _acquire(file, place, time.monotonic() + wait)
    own.add(place)
    try:
        yield alone
    finally:
        own.discard(place)
        if descriptor is not None:
            _release(descriptor, file)


def _acquire(file: Path, place: Path, deadline: float) -> tuple[int | None, bool]:
    """The open file, None where none can be made, and whether its lock is ours."""
    while True:
        try:
            descriptor = os.open(file, _OPEN, 0o666)
        except OSError as error:
            if error.errno in _CLOSED:
                return None, False
            raise
        alone = _lock(descriptor)
        if alone is not None and _is_at(descriptor, file):
            return descriptor, alone
        os.close(descriptor)
        if time.monotonic() >= deadline:
            text = "another process is writing it; try again once that has ended, or name another place"
            raise TimeoutError(errno.ETIMEDOUT, text, str(place))
        time.sleep(_PAUSE)


def _lock(descriptor: int) -> bool | None:
    """Whether the lock is ours now: None where another one has it, False where there are no locks."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return None if error.errno in _HELD else False
    return True


def _is_at(descriptor: int, file: Path) -> bool:
    """Whether the file locked is still the one of that name: its last holder may have removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), os.stat(file))
    except OSError:
        return False


def _release(descriptor: int, file: Path) -> None:
    """Remove the file and let go of its lock, also where a process forked meanwhile still has the descriptor."""
    if sys.platform == "win32":
        os.close(descriptor)
        with suppress(OSError):
            file.unlink()
        return
    with suppress(OSError):
        file.unlink()
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)
