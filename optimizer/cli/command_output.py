"""The output of a command: for a person, for a program (`--json`), or only what is wrong (`--quiet`).

Loads neither pandas nor rich before there is something to say.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ..results.typed_command import Step
from .streams import err, out

if TYPE_CHECKING:
    from rich.console import Console

    from .watching import WatchedSearch

Found = TypeVar("Found")
Saved = TypeVar("Saved")


@dataclass(frozen=True)
class CommandOutcome:
    """What a command leaves behind."""

    code: int
    """Exit code (`optimizer.cli.exit_codes`)."""
    show: Callable[[Console], None]
    """Shows it to a person."""
    document: Mapping[str, object]
    """The same for a program: what `--json` prints as `result`."""
    files: Path | None = None
    """The file or folder that was written."""
    next_steps: tuple[Step, ...] = ()
    problems: tuple[str, ...] = ()
    """What went wrong all the same, one sentence each: said as errors are."""
    then: Callable[[], None] | None = None
    """What the command goes on doing once this is said, until it is stopped."""


class CommandOutput:
    """The output of one command. With `--json` standard output holds one JSON document and nothing else.

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

    def note(self, sentence: str) -> None:
        """Say on standard error what is going on, unless only warnings and errors are to be said."""
        if not self._quiet:
            print(_safe(sentence), file=err(), flush=True)

    def watch(self, search: WatchedSearch[Found], keep: Callable[[Found], Saved], currency: str) -> tuple[Found, Saved]:
        """Run a search, show how far it is, let Ctrl-C end it, and keep what it finds (`watching.watch`)."""
        from .watching import watch

        log, heard = logging.getLogger("optimizer"), _Heard(self.warn)
        log.addHandler(heard)
        try:
            return watch(search, keep, currency, io.StringIO() if self._quiet else err())
        finally:
            log.removeHandler(heard)

    def present(self, outcome: CommandOutcome) -> int:
        """Say how the command ended and what to do next; return its exit code."""
        for problem in outcome.problems:
            print(problem, file=err())
        if self._as_json:
            problems = [{"text": problem} for problem in outcome.problems]
            self._print_json(outcome.code, outcome.document, outcome.files, outcome.next_steps, problems)
        elif not self._quiet:
            from .terminal import console_on, show_steps

            console = console_on(out())
            outcome.show(console)
            show_steps(console, outcome.next_steps)
        return outcome.code

    def fail(self, code: int, text: str, problems: Sequence[Mapping[str, object]]) -> int:
        """Say what went wrong; return the exit code."""
        print(text if text.replace("\n", "").isprintable() else _safe(text), file=err())
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
        from models.files import json_text
        from models.text.characters import in_json

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
        encoding = getattr(stream, "encoding", None) or "utf-8"
        print(in_json(json_text(values, encoding)), file=stream, flush=True)


def _safe(text: str) -> str:
    from models.text.characters import shown  # and the tables with it, which a slip in typing need not wait for

    return shown(text, keep="\n")


class _Heard(logging.Handler):
    """Passes on what a search has to warn of."""

    def __init__(self, warn: Callable[[Iterable[str]], None]) -> None:
        super().__init__(logging.WARNING)
        self._warn = warn

    def emit(self, record: logging.LogRecord) -> None:
        self._warn([record.getMessage()])
