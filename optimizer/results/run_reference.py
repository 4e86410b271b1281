"""Which run something is about: the digest of the run's files, and the folder that they lay in."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from models.plan import PLAN_TABLES
from models.plan_tables import RunError
from models.text.characters import path_in_utf8

from .digests import digest_of_files, file_digests

_NAMES = ("plan.json", "manifest.json", *(f"{table}.csv" for table in PLAN_TABLES), "unserved.csv", "draws.csv")
_PARTS = ("", "nominal/", "closest/")
"""Where in a run they may lie."""


class RunReference(NamedTuple):
    """A run by what it holds."""

    digest: str
    """SHA-256 that `run_digest` gives."""
    folder: str | None = None
    """Where it lay, whole and without links; None for a result that was not saved."""

    @classmethod
    def of(cls, run: Path) -> RunReference:
        """The run in a folder."""
        return cls(run_digest(run), path_in_utf8(str(run.resolve())))

    @property
    def shown(self) -> str:
        """The run in words."""
        return self.folder or f"the plan with digest {self.digest[:12]}"


def run_digest(run: str | Path) -> str:
    """SHA-256 of what a run folder says: a line `SHA256  PATH` for each of its documents and tables, by path.

    Audit, sign-off, inputs and answers do not count: they are about the run. The lines are as sha256sum prints them,
    in byte order of the paths. Raises `RunError` where there is no run.
    """
    if not Path(run, "plan.json").is_file():
        raise RunError([f"{run} holds no plan.json, so it is no run."])
    return digest_of_files(file_digests(Path(run), [part + name for part in _PARTS for name in _NAMES]))
