"""How a command speaks: to a person, to a program (`--json`), or only of what is wrong (`--quiet`).

Loads neither pandas nor rich before there is something to say.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from .streams import err, out

if TYPE_CHECKING:
    from rich.console import Console

    from .watching import Search

Found = TypeVar("Found")


class Step(NamedTuple):
    """Something to do next: a command as it is typed, and what it is good for."""

    command: str
    purpose: str


@dataclass(frozen=True)
class Outcome:
    """What a command leaves behind."""

    code: int
    """Exit code (`optimizer.exit_codes`)."""
    show: Callable[[Console], None]
    """Shows it to a person."""
    document: Mapping[str, object]
    """The same for a program: what `--json` prints as `result`."""
    files: Path | None = None
    """The file or folder that was written."""
    next_steps: tuple[Step, ...] = ()


class Voice:
    """Says what one command has to say. With `--json` standard output holds one JSON document and nothing else.

    Its keys are the same for every command: `command` and `result` (null where there is none), `exit_code`, `files`
    (what was written), `warnings`, `problems` (what is wrong with the input) and `next` (what to do now).
    Progress, warnings and errors go to standard error; `quiet` leaves warnings and errors only.
    """

    def __init__(self, command: str | None, *, as_json: bool = False, quiet: bool = False) -> None:
        self._command = command
        self._as_json = as_json
        self._quiet = quiet
        self._warnings: list[str] = []

    def warn(self, sentences: Iterable[str]) -> None:
        """Say what is legal but likely wrong, at once and only once."""
        from .terminal import console_on, show_warning

        for sentence in sentences:
            if sentence not in self._warnings:
                self._warnings.append(sentence)
                show_warning(console_on(err()), sentence)

    def watch(self, search: Search[Found], currency: str) -> Found:
        """Run a search, show how far it is, and let Ctrl-C end it (`optimizer.watching.watch`)."""
        from .watching import watch

        return watch(search, currency, io.StringIO() if self._quiet else err())

    def present(self, outcome: Outcome) -> int:
        """Say how the command ended and what to do next; return its exit code."""
        if self._as_json:
            self._print_json(outcome.code, outcome.document, outcome.files, outcome.next_steps)
        elif not self._quiet:
            from .terminal import console_on, show_steps

            console = console_on(out())
            outcome.show(console)
            show_steps(console, outcome.next_steps)
        return outcome.code

    def fail(self, code: int, text: str, problems: Sequence[Mapping[str, object]]) -> int:
        """Say what went wrong; return the exit code."""
        print(text, file=err())
        if self._as_json:
            self._print_json(code, None, problems=problems)
        return code

    def _print_json(
        self,
        code: int,
        document: Mapping[str, object] | None,
        files: Path | None = None,
        steps: Sequence[Step] = (),
        problems: Sequence[Mapping[str, object]] = (),
    ) -> None:
        from .whole_folder import strict_json

        values = {
            "command": self._command,
            "exit_code": code,
            "result": document,
            "files": files,
            "warnings": self._warnings,
            "problems": problems,
            "next": [step._asdict() for step in steps],
        }
        stream = out()
        print(_json_text(strict_json(values), getattr(stream, "encoding", None) or "utf-8"), file=stream, flush=True)


def _json_text(values: object, encoding: str) -> str:
    """JSON, with escapes for all but ASCII where the encoding lacks a character."""
    text = json.dumps(values, ensure_ascii=False, allow_nan=False, indent=1)
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return json.dumps(values, allow_nan=False, indent=1)
    return text


def as_typed(*words: object) -> str:
    """A command line of `tierwise` with its words quoted as the shell here needs them."""
    texts = ["tierwise", *map(str, words)]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)
