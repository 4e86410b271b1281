"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .disk import keep_modes, sync_file, sync_names
from .lock import locked
from .places import told_of, try_file
from .temporary_files import clear, partial_file, remove


@contextmanager
def write_file(path: str | Path, *, durable: bool = True) -> Iterator[Path]:
    """A temporary path to write to; it takes the place of `path` in one step when the block ends well.

    A link is written through. The permissions of a file that is replaced are kept. Unless it is to be `durable`,
    which takes some milliseconds, a power failure right after may leave the file empty. Raises OSError where the
    place cannot be written.
    """
    place = try_file(path)
    with told_of(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        with locked(place) as alone:
            if alone:
                clear(place)
            temporary = partial_file(place)
            try:
                yield temporary
                _put_in_place(temporary, place, durable)
            finally:
                remove(temporary)


def _put_in_place(temporary: Path, place: Path, durable: bool) -> None:
    if durable:
        sync_file(temporary)
    if place.exists():
        keep_modes(temporary, place)
    os.replace(temporary, place)
    if durable:
        sync_names(place.parent)
