"""What has become of the case of a run since it was made; a run that keeps its inputs does not need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from models.loading import case_files
from models.plan_tables import RunError

from .run_case import changes_of_inputs, path_of_case

_SHOWN = 5


class CaseSince(NamedTuple):
    """The case on disk against what a run was made from."""

    changed: tuple[str, ...] | None
    """Names of its files that are others now; None where the case, or what the run was made from, is not known."""

    @property
    def stale(self) -> bool | None:
        """Whether the case is another one now; None where that is not known."""
        return None if self.changed is None else bool(self.changed)

    @property
    def sentence(self) -> str | None:
        """The same in words; None where nothing has changed."""
        if self.changed is None:
            return "The case that the run was made from is not found."
        shown = ", ".join(self.changed[:_SHOWN]) + (" and more" if len(self.changed) > _SHOWN else "")
        return f"The case has changed since the run was made ({shown})." if self.changed else None


def case_since(
    manifest: Mapping[str, object],
    scenario: str,
    path: str | Path | None = None,
    read: Callable[[Path], Mapping[str, str]] = case_files,
) -> CaseSince:
    """What has become of the case at `path`, by default where the manifest leads to; no table of it is read.

    Other scenarios than the run's do not count. `read` gives the SHA-256 of a case's files.
    """
    try:
        files = read(Path(path) if path is not None else path_of_case(manifest))
    except (RunError, OSError):
        return CaseSince(None)
    return CaseSince(None if not manifest.get("inputs") else tuple(changes_of_inputs(manifest, files, scenario)))
