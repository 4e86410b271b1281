"""Places to write to: found through links, and refused or tried before hours are spent on what goes there."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_ROOM = 64
"""Bytes of a path that names inside of the place, and temporary names, may take."""


def place_of(path: str | Path) -> Path:
    """Where a path leads to in the end: what is written to a link is written to what it points to."""
    try:
        place = Path(os.path.realpath(path))
        circle = place.is_symlink()
    except ValueError:
        raise OSError(errno.EINVAL, "a name cannot hold a zero byte", repr(os.fspath(path))) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    if circle:
        raise OSError(errno.ELOOP, "the link leads back to itself", str(path))
    return place


def try_folder(path: str | Path) -> Path:
    """The place of a folder to be written, refused with an OSError where that cannot be done.

    Not refused is a full disk, which may have room again by then.
    """
    place = place_of(path)
    if os.path.ismount(place):
        raise OSError(errno.EBUSY, "it is where a disk begins and cannot be replaced; name a folder in it", str(path))
    here = _current_folder()
    if here is not None and place in (here, *here.parents):
        raise OSError(errno.EBUSY, "it is the folder you are in, or holds it; name another one", str(path))
    _try(place, path)
    return place


def try_file(path: str | Path) -> Path:
    """The place of a file to be written, refused with an OSError where that cannot be done."""
    place = place_of(path)
    if place.is_dir():
        raise IsADirectoryError(errno.EISDIR, "it is a folder; name a file", str(path))
    if place.exists() and not place.is_file():
        raise OSError(errno.EINVAL, "it is a device or a pipe; name a file", str(path))
    _try(place, path)
    return place


@contextmanager
def told_of(place: Path) -> Iterator[None]:
    """Errors of the system name the place, not the temporary name that they came up under."""
    try:
        yield
    except OSError as error:
        own = error.filename is None or str(error.filename).startswith(os.path.join(place.parent, "."))
        if not own:
            raise
        text = error.strerror or str(error)
        raise OSError(error.errno or errno.EIO, f"it was not written: {text}", str(place)) from error


def _try(place: Path, path: str | Path) -> None:
    """Ask whether the place, and what is above it, may be written to; nothing is made that a kill could leave."""
    above, names = place.parent, [place.name]
    while not os.path.lexists(above):
        names.append(above.name)
        above = above.parent
    for tried in (place, *(above / name for name in names)):
        _try_name(tried, path)
    if not above.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, f"it cannot be written: {above} is a file, not a folder", str(path))
    for at in (above, place):
        if at.exists() and not os.access(at, os.W_OK):
            text = "it cannot be written: permissions forbid it, or the disk can only be read"
            raise PermissionError(errno.EACCES, text if at == place else f"{text} ({at})", str(path))


def _try_name(place: Path, path: str | Path) -> None:
    """Raise OSError where a name, or the path of what will be in the place, is too long."""
    try:
        os.lstat(place / ("x" * _ROOM))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise OSError(error.errno, f"it cannot be written: {error.strerror}", str(path)) from None


def _current_folder() -> Path | None:
    """The folder this process is in; None where that has been removed."""
    with suppress(OSError):
        return Path(os.path.realpath(os.getcwd()))
    return None
