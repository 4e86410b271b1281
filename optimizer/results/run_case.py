"""From a run back to the case it was made from: the inputs that it keeps, or the case on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from models import Case, load_case
from models.plan import INPUTS
from models.plan_tables import FaultyRunError, RunError

from .digests import differing, file_digests
from .identity import files_asked_of
from .kept_inputs import among_inputs, kept_files
from .record import ResultRecord
from .run_folder import FILES, SIGN_OFF, read_documents
from .run_reference import run_digest

NAME_THE_CASE = "name it with --case CASE (for audit: tierwise audit CASE RUN)."
"""What to do about a run that does not lead to its case."""


def is_case(path: Path) -> bool:
    """Whether a path is that of a case, by what lies there: a folder with a case.toml, or a workbook."""
    return (path / "case.toml").is_file() or (path.suffix.lower() == ".xlsx" and path.is_file())


def case_of_run(result: ResultRecord, given: str | Path | None = None, *, changed: bool = False) -> Case:
    """The case of a run: the one `given`, or its own inputs, or where its manifest or its command say that it lies.

    Raises `RunError` where these do not lead to a case, or, unless it may have `changed`, its files are not
    those that the run was made from; `FaultyRunError` for inputs that are not as they were kept; `CaseError` for a bad
    case.
    """
    folder = _folder_of(result)
    own = folder is not None and means_its_own(given, folder)
    kept = kept_case(folder, read_documents(folder)[1]) if folder is not None and own else None
    case = kept or load_case(path_of_case(result.manifest) if given is None else given)
    faults = [] if changed else faults_of_case(case, result.manifest, result.scenario_name)
    if faults:
        raise RunError(faults)
    return case


def _folder_of(result: ResultRecord) -> Path | None:
    """Where the run of a result lies, if it is still there."""
    saved = result.saved_as
    if saved is None or saved.folder is None or not Path(saved.folder, "plan.json").is_file():
        return None
    return Path(saved.folder) if run_digest(Path(saved.folder)) == saved.digest else None


def case_of_folder(run: Path, manifest: Mapping[str, object], given: Case | str | Path | None = None) -> Case:
    """The case of a run folder with this manifest.json, as `case_of_run` finds it; it may have changed.

    The run's own inputs named by their path are the case that it keeps, though their files are others than its.
    """
    if isinstance(given, Case):
        return given
    kept = kept_case(run, manifest) if means_its_own(given, run) else None
    return kept or load_case(path_of_case(manifest) if given is None else given)


def means_its_own(given: str | Path | None, run: Path) -> bool:
    """Whether the inputs of a run are meant: no case is named, or these by their path."""
    return given is None or Path(given).resolve() == (run / INPUTS).resolve()


def kept_case(run: Path, manifest: Mapping[str, object]) -> Case | None:
    """The case that a run keeps, with path and digests of the case it was made from; None where it keeps none.

    Raises `FaultyRunError` where its files are not those that manifest.json or sign_off.json note.
    """
    if not keeps_inputs(run, manifest):
        return None
    case = load_case(run / INPUTS)
    files, path = manifest.get("inputs"), manifest.get("case_path")
    made_from = {str(name): str(digest) for name, digest in files.items()} if isinstance(files, dict) else {}
    return replace(case, files=made_from, path=path if isinstance(path, str) else None)


def keeps_inputs(run: Path, manifest: Mapping[str, object]) -> bool:
    """Whether a run keeps its inputs; raises `FaultyRunError` where they are not as they were kept."""
    noted = noted_inputs(run, manifest)
    odd = differing(noted, file_digests(run, kept_files(run))) if noted else []
    if odd:
        told = [f"{name} is not as it was kept: its SHA-256 is not the one noted of it." for name in odd[:10]]
        advice = f"{run} does not hold the inputs it was made from. Solve it again, or name its case."
        raise FaultyRunError([*told, advice])
    return bool(noted)


def noted_inputs(run: Path, manifest: Mapping[str, object]) -> dict[str, str]:
    """SHA-256 of the inputs that a run keeps, by path in the run: of its manifest, else of its sign-off; or none."""
    by_manifest = among_inputs(_digests(manifest.get(FILES)))
    if by_manifest or not (run / SIGN_OFF).is_file():
        return by_manifest
    try:
        signed = json.loads((run / SIGN_OFF).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return among_inputs(_digests(signed.get(FILES))) if isinstance(signed, dict) else {}


def _digests(noted: object) -> dict[str, str]:
    return {str(name): str(digest) for name, digest in noted.items()} if isinstance(noted, Mapping) else {}


def path_of_case(manifest: Mapping[str, object]) -> Path:
    """Where the case of a run lies, by its manifest; raises `RunError` where that leads to none from here."""
    command, noted = manifest.get("command"), manifest.get("case_path")
    words = command[2:] if isinstance(command, list) else []
    for word in [*([noted] if isinstance(noted, str) else []), *map(str, words)]:
        if is_case(path := Path(word)):
            return path
    raise RunError(["The run's manifest does not lead to its case from here; " + NAME_THE_CASE])


def faults_of_case(case: Case, manifest: Mapping[str, object], scenario: str) -> list[str]:
    """One sentence where the case's data or the scenario are not those of a run's manifest; none where it has none."""
    changed = changes_of_inputs(manifest, case.files, scenario)
    if not changed:
        return []
    shown = ", ".join(changed[:5]) + (" and more" if len(changed) > 5 else "")
    return [f"The case has changed since the run was made ({shown}); solve it again."]


def changes_of_inputs(manifest: Mapping[str, object], files: Mapping[str, str], scenario: str) -> list[str]:
    """Names of a case's files that are not those of a run's manifest; none where either has none."""
    noted = manifest.get("inputs")
    if not isinstance(noted, dict) or not noted or not files:
        return []
    return differing(files_asked_of(noted, scenario), files_asked_of(files, scenario))
