"""A process that is killed again and again while it saves, at each step that the system is asked to take.

`python killing.py FOLDER exchange|renames` prints JSON: for each kill the step, what lay at the place after it and
beside it, and what there was once somebody had read it and once somebody had saved again.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.files import atomic_folder as module
from models.files import read_folder, write_folder

OLD, NEW, LAST = "old", "new", "last"
NAMES = ("a.csv", "b.csv", "deep/c.json")
CALLS = ("open", "mkdir", "rmdir", "rename", "replace", "unlink", "fsync", "chmod")
"""Calls of `os` before and after each of which the process is killed in turn."""


def fill(text: str) -> Callable[[Path], None]:
    """Writes a folder whose every file says the same."""

    def write(folder: Path) -> None:
        (folder / "deep").mkdir()
        for name in NAMES:
            (folder / name).write_text(text)

    return write


def contents(folder: Path) -> list[str] | None:
    """Text of each file; None where there is no folder."""
    return [(folder / name).read_text() for name in NAMES] if folder.exists() else None


class Killer:
    """Counts steps and kills the process at one of them."""

    def __init__(self, at: int) -> None:
        self.left = at
        for name in CALLS:
            setattr(os, name, self._counting(getattr(os, name)))
        module.exchange = self._counting(module.exchange)  # type: ignore[attr-defined]

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def _counting(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*given: Any, **more: Any) -> Any:
            self._step()
            done = call(*given, **more)
            self._step()
            return done

        return counted


def killed_while_saving(place: Path, step: int) -> bool:
    """Save in a process that is killed at a step; False where it had done before."""
    child = os.fork()
    if child == 0:
        killer = Killer(step)
        write_folder(place, fill(NEW))
        os._exit(0 if killer.left >= 0 else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0


def main(folder: Path, way: str) -> None:
    """Kill at every step there is."""
    if way == "renames":
        module.exchange = lambda first, second: False  # type: ignore[attr-defined]
    os.fsync = lambda descriptor: None  # type: ignore[assignment]  # a kill takes nothing from the system's own memory
    found, step, place = [], 0, folder / "run"
    while True:
        write_folder(place, fill(OLD))
        if not killed_while_saving(place, step):
            break
        at_once, beside = contents(place), sorted(os.listdir(folder))
        read = read_folder(place, contents)
        cleared = sorted(os.listdir(folder))
        write_folder(place, fill(LAST))
        found.append([step, at_once, beside, read, cleared, contents(place), sorted(os.listdir(folder))])
        step += 1
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
