"""From a run back to the case it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models import Case, load_case
from models.plan_tables import RunError

from .digests import differing
from .identity import files_asked_of
from .record import ResultRecord


def is_case(path: Path) -> bool:
    """Whether a path is that of a case, by what lies there: a folder with a case.toml, or a workbook."""
    return (path / "case.toml").is_file() or (path.suffix.lower() == ".xlsx" and path.is_file())


def case_of_run(result: ResultRecord, given: str | Path | None = None, *, changed: bool = False) -> Case:
    """The case of a run: the one `given`, or where its manifest says that it lies or its command found it.

    Raises `RunError` where the manifest does not lead to a case, or, unless it may have `changed`, its files are not
    those that the run was made from; `CaseError` for a bad case.
    """
    case = load_case(given if given is not None else path_of_case(result.manifest))
    faults = [] if changed else faults_of_case(case, result.manifest, result.scenario_name)
    if faults:
        raise RunError(faults)
    return case


def path_of_case(manifest: Mapping[str, object]) -> Path:
    """Where the case of a run lies, by its manifest; raises `RunError` where that leads to none from here."""
    command, noted = manifest.get("command"), manifest.get("case_path")
    words = command[2:] if isinstance(command, list) else []
    for word in [*([noted] if isinstance(noted, str) else []), *map(str, words)]:
        if is_case(path := Path(word)):
            return path
    raise RunError(["The run's manifest does not lead to its case from here; name it with --case CASE."])


def faults_of_case(case: Case, manifest: Mapping[str, object], scenario: str) -> list[str]:
    """One sentence where the case's data or the scenario are not those of a run's manifest; none where it has none."""
    noted = manifest.get("inputs")
    if not isinstance(noted, dict) or not noted or not case.files:
        return []
    changed = differing(files_asked_of(noted, scenario), files_asked_of(case.files, scenario))
    if not changed:
        return []
    shown = ", ".join(changed[:5]) + (" and more" if len(changed) > 5 else "")
    return [f"The case has changed since the run was made ({shown}); solve it again."]
