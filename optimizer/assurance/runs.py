"""The runs in a folder, as far as their files tell: nothing is solved, and no table of a case is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path

import pandas as pd

from models.files import is_temporary, read_folder
from models.loading import case_files
from models.plan_tables import RunError

from ..results.case_since import case_since
from ..results.checkpoint import SEARCH
from ..results.run_case import noted_inputs
from ..results.run_folder import SIGN_OFF, read_documents
from ..results.run_owner import Owner
from ..results.run_reference import run_digest
from .run_audit import changed_files
from .signed_files import changes_since_sign_off, read_sign_off

RUNS = Path("runs")
"""Where `solve` writes unless it is told otherwise."""


@dataclass(frozen=True)
class ListedRun:
    """A folder among runs; what it does not tell is None."""

    folder: str
    """Its name."""
    what: str
    """`run`; `broken`: a run that cannot be read or is not as it was written; `answer`: one about no run that lies
    here; `foreign`: anything else."""
    case: str | None = None
    scenario: str | None = None
    made: str | None = None
    """When its solve ended, as its manifest has it."""
    status: str | None = None
    objective_name: str | None = None
    objective: float | None = None
    currency: str | None = None
    gap: float | None = None
    keeps_inputs: bool | None = None
    signed: str | None = None
    """`holds` or `broken`, by the digests; None where nobody has signed it off."""
    signed_by: str | None = None
    signed_on: str | None = None
    stale: bool | None = None
    """Whether the case has changed since; None where it is not found, or nothing says what the run was made from."""
    answers: tuple[str, ...] = ()
    """Names of the folders of the answers that lie beside it and are about it."""
    digest: str | None = None
    note: str = ""
    """What is wrong with it, in a sentence."""


def runs(folder: str | Path = RUNS) -> pd.DataFrame:
    """The runs in a folder and what else lies there, a row each by name, with the fields of `ListedRun` as columns.

    Money is a year, in the run's currency. Raises `RunError` where there is no such folder or it is a run itself.
    """
    rows = [asdict(one) for one in listed_runs(folder)]
    table = pd.DataFrame(rows, columns=list(ListedRun.__dataclass_fields__), dtype=object)
    return table.astype({"objective": float, "gap": float})


def listed_runs(folder: str | Path = RUNS) -> tuple[ListedRun, ...]:
    """The same one by one."""
    place = Path(folder)
    if not place.is_dir():
        raise RunError([f"{folder}: there is no such folder."])
    if _is_run(place):
        raise RunError([f"{folder} is a run itself; name the folder that it lies in."])
    found = sorted(entry for entry in place.iterdir() if entry.is_dir() and not _passed_over(entry.name))
    files_at = cache(case_files)  # many runs are of one case
    listed = [_listed(entry, files_at) for entry in found if _is_run(entry)]
    answers = {entry.name: about for entry in found if (about := _answer_in(entry)) is not None}
    beside = [replace(one, answers=_about(one, answers)) for one in listed]
    known = {one.folder for one in listed} | {name for one in beside for name in one.answers}
    others = [_other(entry.name, entry.name in answers) for entry in found if entry.name not in known]
    return tuple(sorted([*beside, *others], key=lambda one: one.folder))


def _passed_over(name: str) -> bool:
    return name.startswith(".") or is_temporary(name)


def _is_run(place: Path) -> bool:
    return any((place / name).exists() for name in ("plan.json", "manifest.json", SEARCH))


def _about(run: ListedRun, answers: Mapping[str, str]) -> tuple[str, ...]:
    """Folders of the answers that are about a run as it is."""
    return tuple(name for name, digest in answers.items() if run.digest is not None and digest == run.digest)


def _other(name: str, answers: bool) -> ListedRun:
    if answers:
        return ListedRun(name, "answer", note="An answer about no run that lies here as it is.")
    return ListedRun(name, "foreign", note="No run, and no answer about one.")


def _answer_in(place: Path) -> str | None:
    """The digest of the run that the answer in a folder is about, blank where it is about none; None for no answer."""
    if _is_run(place):
        return None
    try:
        files = list(place.glob("*.json"))
        document = json.loads(files[0].read_text(encoding="utf-8")) if len(files) == 1 else None
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or "columns" not in document or document.get("name") != files[0].stem:
        return None
    about = document.get("run")
    return str(about.get("digest", "")) if isinstance(about, dict) else ""


def _listed(place: Path, files_at: Callable[[Path], Mapping[str, str]]) -> ListedRun:
    """What the files of a run tell; what is wrong with them is its note."""
    try:
        return read_folder(place, partial(_read, files_at=files_at))
    except (RunError, OSError) as error:
        owner = Owner.of_run(place)
        told = " ".join(error.problems) if isinstance(error, RunError) else f"{error.strerror or error}."
        return ListedRun(place.name, "broken", owner.case_name, owner.question, note=told)


def _read(run: Path, files_at: Callable[[Path], Mapping[str, str]]) -> ListedRun:
    plan, manifest = read_documents(run)
    odd = changed_files(run, manifest)
    end = manifest.get("end")
    told = ListedRun(
        folder=run.name,
        what="broken" if odd else "run",
        case=plan.case,
        scenario=plan.scenario,
        made=end if isinstance(end, str) else None,
        status=str(plan.status),
        objective_name=plan.objective_name,
        objective=plan.objective,
        currency=plan.currency,
        gap=plan.gap,
        keeps_inputs=bool(noted_inputs(run, manifest)),
        stale=case_since(manifest, plan.scenario, read=files_at).stale,
        digest=run_digest(run),
        note=f"Not as it was written: {', '.join(odd)}." if odd else "",
    )
    return _with_sign_off(run, told)


def _with_sign_off(run: Path, told: ListedRun) -> ListedRun:
    """With who stands for the run, and whether that holds by the digests."""
    if not (run / SIGN_OFF).exists():
        return told
    try:
        document, faults = read_sign_off(run / SIGN_OFF), changes_since_sign_off(run)
    except RunError as error:
        return replace(told, signed="broken", note=" ".join([told.note, *error.problems]).strip())
    note = " ".join([told.note, *faults]).strip()
    signed, by, on = "broken" if faults else "holds", str(document["by"]), str(document["signed"])
    return replace(told, signed=signed, signed_by=by, signed_on=on, note=note)
