"""Which run something is about: the digest of the run's files, and the folder that they lay in."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from models.plan import PLAN_TABLES
from models.text.characters import path_in_utf8

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


def run_digest(run: Path) -> str:
    """SHA-256 of what a run folder says: a line `SHA256  PATH` for each of its documents and tables, by path.

    Audit, sign-off, inputs and answers do not count: they are about the run.
    """
    paths = sorted((part + name for part in _PARTS for name in _NAMES), key=str.encode)
    digests = {path: sha256((run / path).read_bytes()).hexdigest() for path in paths if (run / path).is_file()}
    lines = "".join(f"{digest}  {path}\n" for path, digest in digests.items())
    return sha256(lines.encode("utf-8")).hexdigest()
