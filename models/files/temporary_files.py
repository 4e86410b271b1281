"""Temporary names beside a place: made so that none recurs, told apart from all others, and cleared away."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

_LONGEST = 90
"""Bytes of a name that a temporary name repeats; file systems take 255 in all, encrypted ones 143."""
_PROCESS = r"\d{1,10}"
"""The process number that version 0.1 put into its temporary names."""
_ENDING = rf"\.(?:[0-9a-f]{{16}}|{_PROCESS})\.(?:partial(?:\.\w+)?|earlier)"


def lock_file(place: Path) -> Path:
    """The file whose lock is that of the place; it is there while somebody writes, and after a kill."""
    return place.parent / f".{_stem(place)}.lock"


def partial_file(place: Path) -> Path:
    """A new name for what is not yet whole, or no longer; it ends as the place does, since writers go by that."""
    ending = place.suffix if re.fullmatch(r"\.\w{1,10}", place.suffix) else ""
    return place.with_name(f".{_stem(place)}.{secrets.token_hex(8)}.partial{ending}")


def replaced_folder(place: Path) -> Path:
    """A new name for the whole folder that has to leave its place before another can take it."""
    return place.with_name(f".{_stem(place)}.{secrets.token_hex(8)}.earlier")


def is_temporary(name: str) -> bool:
    """Whether a file or folder of this name is what a writer uses while it writes, or left behind when killed."""
    return re.fullmatch(rf"\..+(?:{_ENDING}|\.lock)", name) is not None


def left_behind(place: Path) -> list[Path]:
    """What lies beside the place under its temporary names."""
    pattern = re.compile("|".join(_patterns(place)))
    try:
        with os.scandir(place.parent) as entries:
            return sorted(Path(entry.path) for entry in entries if pattern.fullmatch(entry.name))
    except OSError:
        return []


def clear(place: Path) -> None:
    """Put an earlier folder without its place back, and remove all else. Only for the holder of the place's lock."""
    found = left_behind(place)
    stranded = [path for path in found if path.name.endswith(".earlier")]
    if stranded and not os.path.lexists(place):
        os.rename(max(stranded, key=lambda path: path.stat().st_mtime_ns), place)
    for path in found:
        remove(path)


def remove(path: Path) -> None:
    """Remove a file or a folder, as far as that can be done."""
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def _stem(place: Path) -> str:
    """What temporary names of the place begin with: its name, or a digest of a name that leaves no room for more."""
    name = os.fsencode(place.name)
    return place.name if len(name) <= _LONGEST else sha256(name).hexdigest()[:32]


def _patterns(place: Path) -> Iterator[str]:
    yield rf"\.{re.escape(_stem(place))}{_ENDING}"
    if place.suffix:  # as version 0.1 named files; without the ending it would be a folder's, and that one's alone
        yield rf"\.{re.escape(place.stem)}\.{_PROCESS}\.partial{re.escape(place.suffix)}"
