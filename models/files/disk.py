"""What the system does for whole files and folders: exchange two names in one step, and bring content to disk."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

_AT_HERE = -100
_EXCHANGE = 2
"""RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS."""
_NOT_HERE = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}
"""What systems and file systems answer that cannot do something."""


def exchange(first: Path, second: Path) -> bool:
    """Let two existing files or folders take each other's place in one step; False where that cannot be done here."""
    call = _exchange_call()
    if call is None:
        return False
    ctypes.set_errno(0)
    if call(os.fsencode(first), os.fsencode(second)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(second))


@cache
def _exchange_call() -> Callable[[bytes, bytes], int] | None:
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if sys.platform.startswith("linux"):
            rename = library.renameat2
            return lambda one, other: int(rename(_AT_HERE, one, _AT_HERE, other, ctypes.c_uint(_EXCHANGE)))
        swap = library.renamex_np
        return lambda one, other: int(swap(one, other, ctypes.c_uint(_EXCHANGE)))
    except (OSError, AttributeError, TypeError):
        return None


def sync_file(path: Path) -> None:
    """Wait until a file's content is on disk."""
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_HERE:
            raise
    finally:
        os.close(descriptor)


def sync_names(folder: Path) -> None:
    """Wait until the names in a folder are on disk; Windows has no way to ask for that."""
    if os.name != "nt":
        sync_file(folder)


def sync_folder(folder: Path) -> None:
    """Wait until everything in a folder is on disk."""
    for place, _, files in os.walk(folder, topdown=False):
        for name in files:
            sync_file(Path(place, name))
        sync_names(Path(place))


def keep_modes(new: Path, old: Path) -> None:
    """Give a new file or folder, and what is in it, the permissions of what it replaces."""
    for at in [new, *(new.rglob("*") if new.is_dir() else ())]:
        before = old / at.relative_to(new)
        if before.exists():
            os.chmod(at, stat.S_IMODE(before.stat().st_mode))
