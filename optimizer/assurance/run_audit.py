"""Audit of a run, in memory or on disk, against the case it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from models import Case, Scenario, apply_scenario
from models.files import read_folder
from models.plan_tables import RunError

from ..auditing import audit, audit_closest, audit_without_plan
from ..auditing.ledger import Ledger, differences
from ..results.digests import checksum_holds, differing, file_digests
from ..results.findings import Audit
from ..results.kept_inputs import among_inputs, kept_files
from ..results.plan_document import claims, claims_of
from ..results.record import ResultRecord
from ..results.run_case import case_of_folder, case_of_run
from ..results.run_folder import ALL_RUN_FILES, FILES, RunFiles, read_run, result_of


def audit_run(case: Case | ResultRecord | str | Path, run: ResultRecord | str | Path | None = None) -> Audit:
    """Audit a run, a result or the folder it was saved to, against `case` (or the path of one) as it is now.

    Given a run alone, the case is the inputs that it keeps, or lies where its manifest says.
    Recomputes the plan and every claim of plan.json, checks that the case's files are those in the manifest and, of a
    folder, that its files are as they were written and audit.json says what this audit says. Raises
    `RunError` for a run that cannot be read, holds no plan, or names a scenario the case does not have, and `CaseError`
    for a bad case.
    """
    given, judged = (None, case) if run is None else (case, run)
    if isinstance(judged, Case) or isinstance(given, ResultRecord):
        raise TypeError("expected a case and a run of it, or a run alone")
    if isinstance(judged, ResultRecord):
        world = given if isinstance(given, Case) else case_of_run(judged, given, changed=True)
        return _judged(world, judged, claims(judged))
    return read_folder(judged, lambda folder: audit_there(folder, read_run(folder), given))


def audit_there(run: Path, files: RunFiles, case: Case | str | Path | None = None) -> Audit:
    """Audit a run folder, of which the files were read, against the case given, else that of the run itself."""
    return audit_folder(case_of_folder(run, files.manifest, case), run, files)


def audit_folder(case: Case, run: Path, files: RunFiles) -> Audit:
    """Audit a run folder, of which the files were read, as `audit_run` does."""
    if files.tables is None and files.closest is None:
        raise RunError([NOTHING_TO_AUDIT.format(files.document.status)])
    return _with_file_checks(with_file_check(audit_files(case, files), files.audit), run, files)


def audit_files(case: Case, files: RunFiles) -> Audit:
    """Audit what was read of a run folder; of one without a plan, what it says of where it comes from and of today."""
    changed, scenario = _as_asked(case, result_of(files))
    return _audit_read(changed, scenario, files)


def audit_as_asked(case: Case, scenario: Scenario, files: RunFiles) -> Audit:
    """Audit what was read of a run of a scenario that need not be one of the case's own; audit.json is left out."""
    return _audit_read(*apply_scenario(case, scenario), files)


def _audit_read(changed: Case, scenario: Scenario, files: RunFiles) -> Audit:
    result, said = result_of(files), claims_of(files.document, files.manifest)
    if result.plan is None and result.closest is None:
        return audit_without_plan(changed, scenario, said)
    return _audit_of(changed, scenario, result, said)


def _audit_of(changed: Case, scenario: Scenario, result: ResultRecord, said: Mapping[str, object]) -> Audit:
    """Audit of what a result holds: its plan, or what comes closest to the rules; raises `RunError` for neither."""
    if result.plan is not None:
        return audit(changed, scenario, result.plan, said, menus_given=result.menus_given)
    if result.closest is not None:
        return audit_closest(changed, scenario, result.closest, said)
    raise RunError([NOTHING_TO_AUDIT.format(result.status)])


def changed_files(run: Path, manifest: Mapping[str, object]) -> list[str]:
    """Names of the run's files that are not as its manifest has them, and of the manifest where it was edited."""
    noted, names = manifest.get(FILES), [name for name in ALL_RUN_FILES if name != "manifest.json"]
    before = {str(name): str(digest) for name, digest in noted.items()} if isinstance(noted, Mapping) else {}
    names += kept_files(run) if among_inputs(before) else []  # of those kept at sign-off only that can tell
    edited = [] if checksum_holds(manifest) else ["manifest.json"]
    return [*differing(before, file_digests(run, names)), *edited]


NOTHING_TO_AUDIT = "The run holds no plan (its status is {}), so there is nothing to audit."


def _judged(world: Case, result: ResultRecord, said: Mapping[str, object]) -> Audit:
    if result.with_closest.plan is None:
        raise RunError([NOTHING_TO_AUDIT.format(result.status)])
    return _audit_of(*_as_asked(world, result), result, said)


def _as_asked(world: Case, result: ResultRecord) -> tuple[Case, Scenario]:
    """The case with the changes of the run's scenario made, and that scenario."""
    name = result.scenario_name
    if name not in world.scenarios:
        known = ", ".join(world.scenarios)
        raise RunError([f"plan.json: scenario is {name!r}, which the case does not have; it has {known}."])
    changed, scenario = apply_scenario(world, name)
    return replace(changed, files=world.files), scenario


def with_file_check(verdict: Audit, stored: Audit | None) -> Audit:
    """The verdict, and whether the audit.json found in the run says the same; a run without a plan has none."""
    if stored is None:
        return verdict
    ledger, differing = Ledger(), differences(stored, verdict)
    said = [f"audit.json: {len(differing)} rows differ, the first on {differing[0]}"] if differing else []
    ledger.none("audit_file", "audit.json", said)
    return _with_rows(verdict, ledger)


def _with_file_checks(verdict: Audit, run: Path, files: RunFiles) -> Audit:
    """The verdict, and whether the run's files are as they were written."""
    ledger = Ledger()
    ledger.none("files", "manifest.json", [f"file={name}" for name in changed_files(run, files.manifest)])
    return _with_rows(verdict, ledger)


def _with_rows(verdict: Audit, ledger: Ledger) -> Audit:
    return replace(verdict, rules=pd.concat([verdict.rules, ledger.rules()], ignore_index=True))
