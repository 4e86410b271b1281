"""One damaged input after another through the command line, in one process, and what is wrong with how that ends."""

from __future__ import annotations

import io
import re
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import FrameType

from optimizer.cli.command_line import main
from tests.fuzzing.mutations import Mutation

SECONDS = 20
"""Time for one input, many times what any needs."""
ENDINGS = frozenset({0, 1, 2, 3})
"""Exit codes that a damaged input may lead to."""
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Characters that a terminal would obey."""


class Hang(BaseException):
    """An input took longer than `SECONDS`."""


@dataclass(frozen=True)
class Target:
    """A file that is damaged, how, and the commands that read it."""

    file: Path
    mutations: tuple[Mutation, ...]
    commands: tuple[Sequence[str | Path], ...]


def faults(targets: Sequence[Target], seeds: range, name: str) -> list[str]:
    """What is wrong with how damaged inputs end, one text each; every file is as it was afterwards."""
    found = []
    for seed in seeds:
        rng = Random(f"{name} {seed}")
        target = rng.choice(targets)
        sound = target.file.read_bytes()
        try:
            target.file.write_bytes(rng.choice(target.mutations)(sound, rng))
            for command in target.commands:
                fault = _fault([str(word) for word in command])
                found += [f"{name} {seed}, {target.file.name}: {fault}"] if fault else []
        finally:
            target.file.write_bytes(sound)
    return found


def _fault(command: list[str]) -> str:
    """What is wrong with how a command ends; empty when nothing is."""
    said = io.StringIO()
    try:
        with _limited(), redirect_stdout(said), redirect_stderr(said):
            code = main(command)
    except Hang:
        return f"{command[0]} took more than {SECONDS} s"
    except BaseException:
        return f"{command[0]} raised\n{traceback.format_exc()[-2000:]}"
    raw = RAW.search(said.getvalue())
    if code not in ENDINGS:
        return f"{command[0]} ended with {code}\n{said.getvalue()[-2000:]}"
    return f"{command[0]} showed {raw[0]!r}" if raw else ""


@contextmanager
def _limited() -> Iterator[None]:
    """Raises `Hang` in the main thread after `SECONDS`, where the system has such timers."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(number: int, frame: FrameType | None) -> None:
        raise Hang

    before: Callable[[int, FrameType | None], object] | int | None = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
