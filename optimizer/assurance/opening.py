"""Opening a run on disk: nothing it says is shown before its digests and its audit agree with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from models import Case
from models.files import read_folder
from models.plan_tables import RunError

from ..results.findings import Audit
from ..results.run_case import case_of_folder, faults_of_case
from ..results.run_folder import read_documents
from .result import Result, as_result
from .run_checks import check_run


@dataclass(frozen=True)
class OpenedRun:
    """A run that may be shown; `case` is None only where it was opened unchecked and its case was not found."""

    result: Result
    case: Case | None
    digests: Mapping[str, str]
    """SHA-256 of the run's files, as they were when it was opened."""
    audit: Audit | None = None
    """The run recomputed from its case; None where it was opened unchecked."""


def open_run(run: str | Path, case: Case | str | Path | None = None, *, unchecked: bool = False) -> OpenedRun:
    """Read a run folder and check it against its case: the one given, its own inputs, or where its manifest leads.

    Checked are the digests of the case's files and of the run's own, its sign-off where it has one, and everything the
    audit can recompute. Raises `FaultyRunError` that says what differs, and `RunError` where a file cannot be read, the
    case cannot be found or it has changed since. `unchecked` skips all that and marks the result (`Result.unchecked`).
    """
    found = read_folder(run, partial(check_run, case=case, unchecked=unchecked))
    return OpenedRun(as_result(found.record), found.case, found.digests, found.audit)


def open_reference(run: str | Path, case: Case | str | Path | None = None) -> OpenedRun:
    """Read the run that a question is about and check it as `open_run` does.

    Raises `RunError` besides where the case's data, or the run's scenario, are others now: the question would be about
    another plan than its numbers.
    """
    document, manifest = read_documents(run)
    world = case_of_folder(Path(run), manifest, case)
    if document.case != world.settings.name:
        raise RunError([f"{run} is a run of the case {document.case}; expected one of {world.settings.name}."])
    changed = faults_of_case(world, manifest, document.scenario)
    if changed:
        raise RunError([f"{run}: {sentence}" for sentence in changed])
    return open_run(run, world)
