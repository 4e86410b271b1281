"""Which of the plans to compare are two runs of two versions of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from models.plan_tables import RunError

from ....assurance.case_versions import are_versions
from ....assurance.opening import open_run
from ....assurance.result import Result
from ....results.run_case import noted_inputs
from ....results.run_folder import read_documents
from ..sessions.solver_session import SolverSession
from .version_bridge import Version


def version_folders(asked: object, plans: object) -> tuple[Path, Path] | None:
    """The folders of two runs of two versions of a case: the one asked of, and the only plan; None for anything else.

    Raises `FaultyRunError` where one of the two keeps no inputs.
    """
    given = (
        list(plans.values() if isinstance(plans, Mapping) else plans) if isinstance(plans, Mapping | Sequence) else []
    )
    old, new = _folder(asked), _folder(given[0]) if len(given) == 1 else None
    if old is None or new is None:
        return None
    if isinstance(asked, SolverSession) and not noted_inputs(old, read_documents(old)[1]):
        return None  # its case was named, or has not changed: both are held against that
    if not are_versions(old, new):
        return None
    return old, new


def _folder(run: object) -> Path | None:
    """Where a run lies; None for what is no run, or was not read from a folder."""
    if isinstance(run, SolverSession):
        run = run.run
    if isinstance(run, Result):
        run = None if run.saved_as is None else run.saved_as.folder
    if not isinstance(run, str | Path) or not (Path(run) / "plan.json").is_file():
        return None
    return Path(run)


def opened_versions(session: SolverSession, folders: tuple[Path, Path], *, unchecked: bool) -> tuple[Version, Version]:
    """Both runs, each checked against its own inputs; raises `RunError` where their money is not the same."""
    names = _names(*folders)
    opened = open_run(folders[1], unchecked=unchecked)
    if session.run is None or opened.case is None:
        raise RunError([f"{folders[1]} does not lead to the inputs that it keeps."])
    old, new = Version(names[0], session.run, session.case), Version(names[1], opened.result, opened.case)
    currencies = [version.result.currency for version in (old, new)]
    if currencies[0] != currencies[1]:
        raise RunError([f"{old.name} is in {currencies[0]} and {new.name} in {currencies[1]}; expected one currency."])
    return old, new


def _names(old: Path, new: Path) -> tuple[str, str]:
    """What the two go by: their folders' names, with those above them where these are alike."""
    first, second = old.resolve(), new.resolve()
    if first.name != second.name:
        return first.name, second.name
    return f"{first.parent.name}/{first.name}", f"{second.parent.name}/{second.name}"
