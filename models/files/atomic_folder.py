"""Folders that appear, and disappear, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from .disk import exchange, keep_modes, sync_folder, sync_names
from .lock import locked
from .places import place_of, told_of, try_folder
from .temporary_files import clear, partial_file, remove, replaced_folder


def write_folder(
    path: str | Path,
    write: Callable[[Path], object],
    check: Callable[[Path], object] | None = None,
    *,
    durable: bool = True,
) -> Path:
    """Let `write` fill an empty folder, then put it at `path` in one step, and return its place.

    What is at `path` is replaced once all is written and on disk, and stays as it was if anything fails before.
    `check` is called with the place while no other writer can touch it, and may refuse. A link is written through.
    Unless it is to be `durable`, which takes some milliseconds a file, a power failure right after may damage it.
    Raises OSError where the place cannot be written, and what the two functions raise.
    """
    place = try_folder(path)
    with told_of(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        with locked(place) as alone:
            if alone:
                clear(place)
            if check is not None:
                check(place)
            _write(place, write, durable)
    return place


def _write(place: Path, write: Callable[[Path], object], durable: bool) -> None:
    temporary = partial_file(place)
    try:
        temporary.mkdir()
        write(temporary)
        if durable:
            sync_folder(temporary)
        if place.exists():
            keep_modes(temporary, place)
        _put_in_place(temporary, place)
        if durable:
            sync_names(place.parent)
    finally:
        remove(temporary)


def _put_in_place(temporary: Path, place: Path) -> None:
    """Give the finished folder its place; what was there is left under the temporary name."""
    if not place.exists():
        temporary.rename(place)
    elif not exchange(temporary, place):
        _step_aside(temporary, place)


def _step_aside(temporary: Path, place: Path) -> None:
    """The same in three steps: killed between them, the earlier folder is put back by the next one to look."""
    aside = replaced_folder(place)
    place.rename(aside)
    try:
        temporary.rename(place)
    except BaseException:
        aside.rename(place)
        raise
    with suppress(OSError):
        aside.rename(temporary)


def remove_folder(path: str | Path) -> None:
    """Take a folder away in one step, so that nobody reads a part of it; nothing where there is none.

    Raises OSError where it cannot be taken away, or somebody goes on writing it.
    """
    place = place_of(path)
    with locked(place) as alone:
        if alone:
            clear(place)
        if place.exists():
            aside = partial_file(place)
            place.rename(aside)
            remove(aside)
