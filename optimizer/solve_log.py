"""A log of one solve as JSON lines: how the search went, and at its end where the time went."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from .phases import Phases
from .progress import Progress, ProgressCallback
from .result import Result
from .streams import named


class SolveLog:
    """Writes a line for each state of the search that is news, and a last one with the time by phase.

    Nothing is written without a path, nor before the search begins. A file that cannot be opened then raises OSError;
    one that cannot be written later ends the log, not the search.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None
        self.warnings: tuple[str, ...] = ()
        """Why the log is not whole."""
        self._last: tuple[object, ...] = ()
        self.phases = Phases()
        """Time of what is done outside of the search."""

    def listening(self, search: Callable[..., Result]) -> Callable[..., Result]:
        """The search, with its progress written down as well as passed on."""

        def logged(*, progress: ProgressCallback | None = None, **options: object) -> Result:
            def told(state: Progress) -> None:
                self._tell(state)
                if progress is not None:
                    progress(state)

            return search(progress=told, **options)

        if self._path is None:
            return search
        self._file = named(self._path) or self._path.open("w", encoding="utf-8", buffering=1)
        return logged

    def _tell(self, state: Progress) -> None:
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
