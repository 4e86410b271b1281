"""Results kept by the content of their input, so that what was solved once is not solved again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from models import Case, Scenario
from models.plan_tables import RunError

from .. import __version__
from ..identity import case_digest, content_of
from ..result import Result, Status

MARKER = "tierwise-store.json"
"""File that says what the folder is, so that nothing else is mixed up with it."""


@dataclass(frozen=True)
class Store:
    """A folder with a run folder for each case and scenario that was solved."""

    folder: Path
    case: Case

    @cached_property
    def _case(self) -> str:
        return case_digest(self.case)

    def key(self, scenario: Scenario) -> str:
        """SHA-256 of everything a result depends on but its limits: case, scenario (not its name), version."""
        return sha256(f"{__version__}\n{self._case}\n{content_of(scenario)}".encode()).hexdigest()

    def find(self, scenario: Scenario, gap: float, time_limit: float | None) -> Result | None:
        """A result that serves the question: proved as far as asked, or as far as these very limits went."""
        try:
            result = Result.load(self.folder / self.key(scenario))
        except RunError:
            return None  # not there, or cut off by something: solved again
        asked = result.manifest.get("asked", result.manifest.get("options"))
        same_limits = asked == {"gap": gap, "time_limit": time_limit}
        proved = result.status is Status.OPTIMAL and result.gap is not None and result.gap <= gap
        if not (proved or same_limits or result.status is Status.INFEASIBLE):
            return None
        return replace(result, scenario_name=scenario.name)

    def keep(self, scenario: Scenario, result: Result) -> None:
        """Write the result; one that was kept for the same question is replaced."""
        result.save(self.folder / self.key(scenario))


def open_store(path: str | Path, case: Case) -> Store:
    """The store in a folder, which is made if need be; raises `RunError` for a folder that is something else."""
    folder = Path(path)
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir()) and not (folder / MARKER).exists()):
        raise RunError([f"{folder} is no store of results; name another folder for the store."])
    folder.mkdir(parents=True, exist_ok=True)
    contents: Mapping[str, str] = {"holds": "results of tierwise by the content of their input"}
    (folder / MARKER).write_text(json.dumps(contents) + "\n", encoding="utf-8")
    return Store(folder, case)
