"""What of a case may be opened: files and folders inside it, and nothing that a link, a pipe or a device stands for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from ..problems import CaseError, Problem, ProblemList
from .size_limits import MAX_ENTRIES

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFREG: "a file",
}
"""What the system calls an entry of a folder, in words."""
MOST = 200
"""Characters of a reader's own words that are passed on."""


@dataclass(frozen=True)
class Stamp:
    """A file as it was when it was first looked at, so that a change while it is read shows."""

    path: Path
    state: tuple[int, ...]

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The file's stamp now. Raises OSError where it cannot be looked at."""
        return cls(path, _identity(path))

    def open(self) -> pa.OSFile:
        """The file for Arrow, by the bytes of its name: Arrow's own paths must be UTF-8. Raises OSError."""
        return pa.OSFile(os.fsencode(self.path))

    def check(self, table: str, file: str) -> None:
        """Raise `CaseError` where the file is no longer as it was."""
        try:
            same = _identity(self.path) == self.state
        except OSError:
            same = False
        if not same:
            message = "the file changed while it was read"
            raise CaseError([Problem(table, message, file, expected="the same file from first to last; try again")])


def _identity(path: Path) -> tuple[int, ...]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns, found.st_ino, found.st_dev


def refusal(path: Path, within: Path | None = None, *, folder: bool = False, most: int = 0) -> str:
    """Why a path may not be opened, as the end of a sentence that begins with its name; "" where it may.

    It must be a regular file of at most `most` bytes (0: any size), or a folder where that is asked for, and links must
    not lead out of the folder `within`. Nothing is opened, since opening a pipe waits for ever.
    """
    try:
        if within is not None and not path.resolve(strict=True).is_relative_to(within.resolve()):
            return "is a link that leads out of the case folder"
        found = path.stat()
    except (OSError, RuntimeError) as error:  # before Python 3.13, links in a circle are a RuntimeError
        leads_nowhere = path.is_symlink() and not isinstance(error, PermissionError)
        return "is a link that leads nowhere" if leads_nowhere else f"cannot be read: {reason(error)}"
    kind, wanted = stat.S_IFMT(found.st_mode), stat.S_IFDIR if folder else stat.S_IFREG
    if kind != wanted:
        return f"is {KINDS.get(kind, 'something else')} and not {KINDS[wanted]}"
    if most and not folder and found.st_size > most:
        return f"has {found.st_size:,} bytes, more than the {most:,} that are read"
    return ""


def entries(folder: Path, name: str, problems: ProblemList) -> list[Path]:
    """What lies in a folder, in order of name; nothing, with a problem, where that cannot be read."""
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        problems.add(Problem(name, f"the folder cannot be read: {reason(error)}"))
        return []
    if len(names) > MAX_ENTRIES:
        problems.add(Problem(name, f"the folder holds {len(names):,} files", expected=f"at most {MAX_ENTRIES:,}"))
        return []
    return [folder / name for name in names]


@contextmanager
def guarded(table: str, file: str, problems: ProblemList, what: str = "the file") -> Iterator[None]:
    """Read one file, or `what` else there is to read: whatever the readers raise inside is a problem of that file.

    The libraries that read let through what they please (Arrow, zip, XML and TOML readers, the system), so every
    exception counts. Only reading belongs inside, not what is done with what was read.
    """
    try:
        yield
    except CaseError as error:
        problems.extend(error.problems)
    except Exception as error:
        problems.add(unreadable(table, file, error, what))


def unreadable(table: str, file: str, error: Exception, what: str = "the file") -> Problem:
    """The problem of a file that a reader gave up on."""
    return Problem(table, f"{what} cannot be read: {reason(error)}", file)


def reason(error: Exception) -> str:
    """Why reading failed, in one line."""
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    if isinstance(error, MemoryError):
        return "it does not fit into the memory"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).splitlines()
    return lines[0][:MOST] if lines else type(error).__name__
