"""Files of compiled kernels: in which folders they are kept, for whom, and which of them are up to date.

A kernel is kept beside its module, for every user of the installation; where this user cannot write there, in the
user's own cache folder, or in a private folder among the temporary files. numba is not loaded here.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from models.economics import choice

CHOSEN = "NUMBA_CACHE_DIR"
"""Environment variable that names a folder to keep compiled code in, before all others."""
MODULES = Path(__file__).parent
"""Folder of the modules that the kernels of the search are compiled from."""
_COMPILERS = ("numba", "llvmlite", "numpy")
_KEPT = 4
"""Versions of one kernel that a folder keeps, as of several environments that share a checkout."""
_NAME = re.compile(r"(?P<kernel>\w+)\.(?P<program>[0-9a-f]{16})\.(?P<target>[0-9a-f]{16})\.kernel")
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True)
class KernelFile:
    """One compiled kernel on disk."""

    path: Path
    kernel: str
    """Name of its function."""
    size: int
    """Bytes."""
    current: bool
    """Whether it was made of the present sources, by the present compiler, for the present version of Python."""


@dataclass(frozen=True)
class KernelFolder:
    """A folder that compiled kernels may be kept in."""

    path: Path
    owners: frozenset[int] | None
    """Users whose machine code is run from it; None for anybody's."""
    mode: int = 0o700
    """Permissions with which it is made."""

    def is_trusted(self) -> bool:
        """Whether it is there, no link, and none but its owners can write to it."""
        try:
            found = self.path.lstat()
        except OSError:
            return False
        if self.owners is None:
            return self.path.is_dir()
        safe = os.name == "nt" or (found.st_uid in self.owners and not found.st_mode & _OTHERS_WRITE)
        return safe and stat.S_ISDIR(found.st_mode)

    def is_ready(self) -> bool:
        """Make it if need be; whether this user can write to it, and it is trusted."""
        try:
            self.path.mkdir(self.mode, parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=self.path).close()
        except OSError:
            return False
        return self.is_trusted()


# -- where they are kept -------------------------------------------------------------------------


def folders_to_read(modules: Path = MODULES) -> list[Path]:
    """Folders to look for kernels in that are compiled from the modules of a folder."""
    return [folder.path for folder in _folders(modules) if folder.is_trusted()]


def folder_to_write(modules: Path = MODULES) -> Path | None:
    """The folder that this user keeps them in; None where there is none."""
    return next((folder.path for folder in _folders(modules) if folder.is_ready()), None)


def _folders(modules: Path) -> Iterator[KernelFolder]:
    chosen = os.environ.get(CHOSEN)
    if chosen:
        folder = KernelFolder(Path(chosen, "tierwise"), None)
        yield folder
        if folder.is_ready():
            return
    user = os.getuid() if hasattr(os, "getuid") else 0
    yield _beside(modules, user)
    own = _user_cache(user)
    if own is not None:
        yield KernelFolder(own / "tierwise" / "kernels", frozenset({user}))
    name = f"tierwise-compiled-{user}" if hasattr(os, "getuid") else "tierwise-compiled"
    with suppress(OSError):  # no folder for temporary files
        yield KernelFolder(Path(tempfile.gettempdir(), name), frozenset({user}))


def _beside(modules: Path, user: int) -> KernelFolder:
    """The folder of the installation, which other users read.

    They run the owner's Python code anyway, so that the machine code of the owner, and of root, is no further risk.
    That of a group which may write there is: a folder of its own, so that the modes of `__pycache__`, which a umask
    of 002 opens to the group, do not matter, and one that others can write is not used.
    """
    owners = {user, 0}
    with suppress(OSError):
        owners.add(modules.stat().st_uid)
    return KernelFolder(modules / "__pycache__" / "kernels", frozenset(owners), mode=0o755)


def _user_cache(user: int) -> Path | None:
    """The user's folder for what can be made again; None in a home of somebody else, which `sudo` may keep."""
    try:
        folder = _platform_cache()
        there = next(place for place in (folder, *folder.parents) if place.exists())
        return folder if os.name == "nt" or there.stat().st_uid == user else None
    except (OSError, RuntimeError, StopIteration):  # there is no home
        return None


def _platform_cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    named = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".cache"


# -- the files -----------------------------------------------------------------------------------


def file_name(kernel: str, target: str, modules: Path = MODULES) -> str:
    """Name of the file of a kernel that is compiled for a target: argument types and processor, as text."""
    return f"{kernel}.{program_digest(modules)}.{_short(target.encode())}.kernel"


@cache
def program_digest(modules: Path = MODULES) -> str:
    """Digest of all that a kernel is made of and by: the bytes of every module of the folder, and the compiler.

    Not of their times: what another user installed, or unpacked at another time, is the same.
    """
    sources = [*sorted(modules.glob("*.py")), Path(choice.__file__)]  # whose TIE is compiled in
    made = sha256(" ".join([sys.version, *map(_version, _COMPILERS)]).encode())
    for source in sources:
        with suppress(OSError):  # packed into one file with Python
            text = source.read_bytes().replace(b"\r\n", b"\n")
            made.update(f"\n{source.name} {len(text)}\n".encode() + text)
    return made.hexdigest()[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _short(text: bytes) -> str:
    return sha256(text).hexdigest()[:16]


def kernel_files(modules: Path = MODULES) -> list[KernelFile]:
    """The kernels in all folders that are read, in that order."""
    return [file for folder in folders_to_read(modules) for file in _files_in(folder, modules)]


def _files_in(folder: Path, modules: Path) -> Iterator[KernelFile]:
    for path in sorted(folder.glob("*.kernel")):
        named = _NAME.fullmatch(path.name)
        with suppress(FileNotFoundError):  # removed meanwhile
            if named is not None:
                current = named["program"] == program_digest(modules)
                yield KernelFile(path, named["kernel"], path.stat().st_size, current)


def clear_kernels(modules: Path = MODULES) -> list[KernelFile]:
    """Remove the kernels from all folders, the user's own first; raises OSError where one cannot be removed."""
    files = kernel_files(modules)
    for file in reversed(files):
        file.path.unlink(missing_ok=True)
    return files


def drop_oldest(file: Path) -> None:
    """Remove what was kept of the kernel of a file longest ago."""
    kernel = file.name.partition(".")[0]
    with suppress(OSError):
        kept = sorted(file.parent.glob(f"{kernel}.*.kernel"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in kept[_KEPT:]:
            path.unlink(missing_ok=True)
