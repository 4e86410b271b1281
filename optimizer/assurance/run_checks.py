"""Whether a run on disk agrees with itself and its case: by its digests, its sign-off and its audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from models import Case, CaseError
from models.plan_tables import FaultyRunError, RunError

from ..results.digests import file_digests
from ..results.findings import Audit
from ..results.record import ResultRecord
from ..results.run_case import case_of_folder, faults_of_case
from ..results.run_folder import ALL_RUN_FILES, SIGN_OFF, RunFiles, read_run, result_of
from ..results.run_reference import RunReference
from .run_audit import audit_files, changed_files, with_file_check
from .signed_files import changes_since_sign_off

UNCHECKED = "UNCHECKED: these numbers were held against no digest and no audit. Do not rely on them."
"""What every page says of a run, or an answer, that was opened unchecked."""
NOT_AUDITED = "NOT AUDITED: the case of this run was not found, so its numbers were not recomputed."
"""What a result says that was loaded without its case."""
_SHOWN = 10


class CheckedRun(NamedTuple):
    """What was read of a run folder and may be shown."""

    record: ResultRecord
    case: Case | None
    """None only where the run was opened unchecked, or without a case, and its case was not found."""
    digests: Mapping[str, str]
    """SHA-256 of the run's files, as they were when they were read."""
    audit: Audit | None = None
    """The run recomputed from its case; None where it was not checked against one."""


def check_run(run: Path, *, case: Case | str | Path | None, unchecked: bool) -> CheckedRun:
    """A run folder, once it agrees with itself and its case: the one given, its inputs, or where its manifest leads.

    Checked are the digests of the case's files and of the run's own, its sign-off where it has one, and everything the
    audit can recompute. Raises `FaultyRunError` that says what differs, and `RunError` where a file cannot be read, the
    case cannot be found or it has changed since. `unchecked` skips all that and marks the record
    (`ResultRecord.unchecked`).
    """
    files, digests = read_run(run), file_digests(run, ALL_RUN_FILES)
    record = _record(run, files)
    if unchecked:
        return CheckedRun(replace(record, unchecked=UNCHECKED), _case_if_found(run, files, case), digests)
    return _agreed(run, _case(run, files, case), record, files, digests)


def check_run_alone(run: Path) -> CheckedRun:
    """A run folder as `check_run` gives it where its case is found; else marked, once it agrees with itself."""
    files, digests = read_run(run), file_digests(run, ALL_RUN_FILES)
    record = _record(run, files)
    found = _case_if_found(run, files, None)
    if found is None:
        _refuse(run, [*_faults_of_files(run, files), *_faults_of_own_audit(files)])
        return CheckedRun(replace(record, unchecked=NOT_AUDITED), None, digests)
    return _agreed(run, found, record, files, digests)


def _agreed(run: Path, case: Case, record: ResultRecord, files: RunFiles, digests: Mapping[str, str]) -> CheckedRun:
    """The run, if nothing about it is at fault; raises `RunError` where nothing is wrong but that its case changed."""
    faults = list(_faults(case, run, files))
    changed = faults_of_case(case, files.manifest, files.document.scenario)
    if changed and faults == changed:
        told = f"{run}: {changed[0]}"
        raise RunError([f"{told} Or add --unchecked (in Python: unchecked=True) to show the run as it is, marked."])
    audit = audit_files(case, files)
    _refuse(run, [*faults, *with_file_check(audit, files.audit).faults])
    if record.audit is not None:
        record = replace(record, audit=replace(record.audit, price_steps=audit.price_steps, loads=audit.loads))
    return CheckedRun(record, case, digests, audit)


def _record(run: Path, files: RunFiles) -> ResultRecord:
    return replace(result_of(files), saved_as=RunReference.of(run))


def _case(run: Path, files: RunFiles, given: Case | str | Path | None) -> Case:
    try:
        return case_of_folder(run, files.manifest, given)
    except FaultyRunError:
        raise
    except RunError as error:
        raise RunError([f"{error} Or add --unchecked (in Python: unchecked=True) to show the run as it is."]) from None


def _case_if_found(run: Path, files: RunFiles, given: Case | str | Path | None) -> Case | None:
    """The case, if it can be had: one that was named must be there."""
    try:
        return case_of_folder(run, files.manifest, given)
    except (RunError, CaseError):
        if given is not None:
            raise
        return None


def _refuse(run: str | Path, faults: list[str]) -> None:
    if not faults:
        return
    more = [f"and {len(faults) - _SHOWN:,} more faults."] if len(faults) > _SHOWN else []
    advice = f"{run} does not agree with itself or its case, so nothing was made of it. Solve it again"
    raise FaultyRunError([*faults[:_SHOWN], *more, f"{advice}, or add --unchecked to show it, marked."])


def _faults(case: Case, run: Path, files: RunFiles) -> Iterator[str]:
    """Everything that does not agree before the run is audited, one sentence each."""
    if files.document.case != case.settings.name:
        yield f"This is a run of the case {files.document.case}; expected one of {case.settings.name}."
    yield from faults_of_case(case, files.manifest, files.document.scenario)
    if case.files and not files.manifest.get("inputs"):
        yield "manifest.json holds no digests of the case's files, so nothing says what the run was made from."
    yield from _faults_of_files(run, files)


def _faults_of_files(run: Path, files: RunFiles) -> Iterator[str]:
    if (run / SIGN_OFF).exists():
        yield from changes_since_sign_off(run)
    for name in changed_files(run, files.manifest):
        yield f"{name} is not as it was written: its SHA-256 is not the one that manifest.json has."


def _faults_of_own_audit(files: RunFiles) -> Iterator[str]:
    """Where plan.json and audit.json do not agree, or the audit that is there failed."""
    if files.audit is None:
        return
    yield from files.audit.faults
    claimed = files.audit.kpis.set_index("kpi")["claimed"].to_dict()
    said: Mapping[str, float | None] = files.document.kpis or {}
    for name, value in said.items():
        if not _same(value, claimed.get(name)):
            yield f"plan.json says {name} {value}, and audit.json that it claims {claimed.get(name)}."


def _same(one: float | None, other: float | None) -> bool:
    blank = [value is None or value != value for value in (one, other)]
    return all(blank) if any(blank) else one == other
