"""From a run back to the case it was made from."""

from __future__ import annotations

from pathlib import Path

from models import Case, load_case
from models.plan_tables import RunError

from .digests import differing
from .record import ResultRecord


def case_of_run(result: ResultRecord, given: str | Path | None = None, *, changed: bool = False) -> Case:
    """The case of a run: the one `given`, or where its manifest says that it lies or its command found it.

    Raises `RunError` where the manifest does not lead to a case, or, unless it may have `changed`, its files are not
    those that the run was made from; `CaseError` for a bad case.
    """
    case = load_case(given if given is not None else _path_of(result))
    faults = [] if changed else faults_of_case(case, result)
    if faults:
        raise RunError(faults)
    return case


def _path_of(result: ResultRecord) -> Path:
    command, noted = result.manifest.get("command"), result.manifest.get("case_path")
    words = command[2:] if isinstance(command, list) else []
    for word in [*([noted] if isinstance(noted, str) else []), *map(str, words)]:
        path = Path(word)
        if (path / "case.toml").is_file() or (path.suffix.lower() == ".xlsx" and path.is_file()):
            return path
    raise RunError(["The run's manifest does not lead to its case from here; name it with --case CASE."])


def faults_of_case(case: Case, result: ResultRecord) -> list[str]:
    """One sentence where input files are not as the manifest has them; none where it has none, or they agree."""
    noted = result.manifest.get("inputs")
    changed = differing(noted, case.files) if isinstance(noted, dict) and noted and case.files else []
    if not changed:
        return []
    shown = ", ".join(changed[:5]) + (" and more" if len(changed) > 5 else "")
    return [f"The case has changed since the run was made ({shown}); solve it again."]
