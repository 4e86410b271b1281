"""A log of one solve as JSON lines: how the search went, and at its end where the time went."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from ..assurance.result import Result
from ..results.progress import Progress, listening
from ..search.state.timers import Phases
from .streams import standard_stream
from .targets import new_file


class SolveLog:
    """Writes a line for each state of the search that is news, and a last one with the time by phase.

    Nothing is written without a path, nor before the search begins. An earlier log is replaced, any other file only by
    `force`, and what the command reads (`inputs`) never: else, and where it cannot be opened, OSError is raised. A log
    that cannot be written later ends, and the search goes on.
    """

    def __init__(self, path: Path | None, *, force: bool = False, inputs: Sequence[Path] = ()) -> None:
        if path is not None and standard_stream(path) is None and not _may_be_replaced(path):
            new_file(path, force=force, inputs=inputs)
        self._path = path
        self._file: TextIO | None = None
        self.warnings: tuple[str, ...] = ()
        """Why the log is not whole."""
        self._last: tuple[object, ...] = ()
        self.phases = Phases()
        """Time of what is done outside of the search."""

    def listening(self, search: Callable[..., Result]) -> Callable[..., Result]:
        """The search, with what it logs of its progress written down."""

        def logged(**options: object) -> Result:
            with listening(_ProgressRecords(self._write_news)):
                return search(**options)

        if self._path is None:
            return search
        self._file = standard_stream(self._path) or _opened(self._path)
        return logged

    def _write_news(self, state: Progress) -> None:
        news = (state.phase, state.objective, state.bound)
        if news != self._last:
            self._last = news
            self._write({"event": "progress", **asdict(state)})

    def end(self, result: Result) -> None:
        """Write the last line: how it ended, seconds by phase, and counts of columns, nodes and programs."""
        effort = dict(result.effort)
        phases = {**self.phases.seconds, **effort.pop("phases", {})}  # type: ignore[dict-item]
        self._write(
            {
                "event": "end",
                "status": str(result.status),
                "objective": result.objective,
                "bound": result.bound,
                "gap": result.gap,
                "seconds": result.seconds,
                "phases": {name: round(seconds, 6) for name, seconds in phases.items()},
                **effort,
            }
        )

    def _write(self, line: dict[str, object]) -> None:
        if self._file is None:
            return
        try:
            print(json.dumps(line), file=self._file, flush=True)
        except OSError as error:
            self.warnings = (f"{self._path}: {error.strerror}. The log ends there; the search went on.",)
            self._file = None


class _ProgressRecords(logging.Handler):
    """Passes on the states of a search that are logged."""

    def __init__(self, tell: Callable[[Progress], None]) -> None:
        super().__init__()
        self._tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        state = getattr(record, "progress", None)
        if isinstance(state, Progress):
            self._tell(state)


def _opened(path: Path) -> TextIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8", buffering=1)


def _may_be_replaced(path: Path) -> bool:
    """Whether what is there is an earlier log, or no file that could be lost, such as /dev/stderr."""
    if not path.exists() or path.is_dir():
        return False
    if not path.is_file():
        return True
    with path.open("rb") as file:
        return file.read(10) in (b"", b'{"event": ') and os.access(path, os.W_OK)
