"""Sign-off: who stands for a run, when, what was checked, and the numbers that it holds for.

They are checksums against change by accident, not a signature that nobody could forge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from models import Case
from models.files import locked, place_of, read_folder, strict_json, write_file, write_json
from models.plan_tables import FaultyRunError, RunError

from ..results.audit_rules import RESTS_ON_SEARCH
from ..results.case_since import CaseSince, case_since
from ..results.digests import digest_of
from ..results.findings import Audit
from ..results.kept_inputs import add_inputs
from ..results.record import ResultRecord
from ..results.run_case import case_of_folder, changes_of_inputs, keeps_inputs, means_its_own
from ..results.run_folder import FILES, SIGN_OFF, RunFiles, read_run, result_of
from ..version import __version__
from .reconcile import BOOKS_TOLERANCE, reconcile
from .run_audit import NOTHING_TO_AUDIT, audit_folder, audit_there
from .signed_files import CHECKSUM, changes_since_sign_off, read_sign_off, signed_digests, signed_files


@dataclass(frozen=True)
class SignOff:
    """A sign-off as it stands in the run folder, and what has become of it."""

    document: Mapping[str, object]
    """Contents of sign_off.json: by, note, signed (UTC), version, digest (of the run), inputs_digest, files, kpis,
    checked, checksum (seal)."""
    faults: tuple[str, ...] = ()
    """Why it no longer holds, one sentence each."""
    case_since: str | None = None
    """What has become of the case since the run was made, in a sentence; None where it lies there as it was."""

    @property
    def valid(self) -> bool:
        """Whether the run and its inputs are still as they were signed."""
        return not self.faults

    @property
    def sentence(self) -> str:
        """The sign-off and its verdict in words."""
        who = f"Signed off by {self.document['by']} on {self.document['signed']}, digest {self.document['digest']}."
        if not self.valid:
            return f"{who} It no longer holds: sign off anew after checking."
        return f"{who} It holds. {RESTS_ON_SEARCH}"


def sign_off(
    case: Case | str | Path | None,
    run: str | Path,
    by: str,
    note: str = "",
    tolerance: float = BOOKS_TOLERANCE,
    now: datetime | None = None,
) -> SignOff:
    """Check a run, keep its inputs in its folder if it has none, and write sign_off.json there.

    Checked: the audit against the case given, or (None) the run's own inputs or the case that its manifest leads to,
    and, where the case has actuals, their reconciliation within `tolerance`. Raises `RunError` where one of them fails,
    nobody is named, or the case has no files.
    """
    problems = [] if by.strip() else ["Say who signs off."]
    folder = Path(run)
    if not folder.is_dir():
        raise RunError([f"{run}: there is no such folder."])
    with locked(place_of(run)):  # so that what is signed is what was checked
        files = read_run(run)
        if files.tables is None:
            raise RunError([*problems, NOTHING_TO_AUDIT.format(files.document.status)])
        world = case_of_folder(folder, files.manifest, case)
        kept = _keeps_inputs(folder, files, case)
        if not world.files and not kept:
            problems.append("A case in memory cannot be signed off; save it and load it from there.")
        checked = _checked(world, folder, files, tolerance, problems)
        if not kept:
            add_inputs(world, folder)
        who = {"by": by.strip(), "note": note, "signed": (now or datetime.now(UTC)).isoformat(timespec="seconds")}
        document = _document(who, folder, result_of(files), checked)
        with write_file(folder / SIGN_OFF) as temporary:
            write_json(temporary, document)
    return SignOff(document, case_since=_since(case, folder, files))


def _keeps_inputs(folder: Path, files: RunFiles, case: Case | str | Path | None) -> bool:
    """Whether the inputs in the run stay; those that are not as they were kept give way to a case that is named."""
    try:
        return keeps_inputs(folder, files.manifest)
    except FaultyRunError:
        if case is None:
            raise
        return False


def _checked(case: Case, run: Path, files: RunFiles, tolerance: float, problems: list[str]) -> dict[str, object]:
    """What was checked of a run; raises `RunError` where something speaks against signing it."""
    audit = audit_folder(case, run, files)
    if not audit.ok:
        raise FaultyRunError([*problems, f"The audit fails: {audit.faults[0]}"])
    checked, faults = _checks(case, result_of(files), audit, tolerance)
    if problems or faults:
        raise RunError([*problems, *faults])
    return checked


def _document(
    who: Mapping[str, str], run: Path, result: ResultRecord, checked: Mapping[str, object]
) -> dict[str, object]:
    """The numbers that are signed, by their digests and in words; where they lay does not matter."""
    told = {"version": __version__, **signed_digests(run), FILES: signed_files(run), "kpis": result.decided.kpis}
    document = {name: strict_json(value) for name, value in {**who, **told, "checked": checked}.items()}
    return {**document, CHECKSUM: digest_of(document)}


def check_sign_off(case: Case | str | Path | None, run: str | Path) -> SignOff:
    """The sign-off in a run folder and whether it still holds; raises `RunError` where there is none to read.

    It holds while the run and the inputs that it keeps are as they were signed and agree. What has become since of the
    case given, or (None) of the one that the manifest leads to, is told beside it (`SignOff.case_since`).
    """
    return read_folder(run, partial(_check_signed, case))


def _check_signed(case: Case | str | Path | None, run: Path) -> SignOff:
    if not run.is_dir():
        raise RunError([f"{run}: there is no such folder."])
    document = read_sign_off(run / SIGN_OFF)
    faults = changes_since_sign_off(run)
    if faults:
        return SignOff(document, faults)
    files = read_run(run)
    faults = tuple(f"The audit fails: {fault}" for fault in audit_there(run, files).faults[:1])
    return SignOff(document, faults, _since(case, run, files))


def _since(case: Case | str | Path | None, run: Path, files: RunFiles) -> str | None:
    """What has become of the case since a run of it was made."""
    if isinstance(case, Case):
        changed = changes_of_inputs(files.manifest, case.files, files.document.scenario)
        return CaseSince(tuple(changed)).sentence
    named = None if means_its_own(case, run) else case  # of its own inputs there is nothing to tell
    return case_since(files.manifest, files.document.scenario, named).sentence


def _checks(case: Case, result: ResultRecord, audit: Audit, tolerance: float) -> tuple[dict[str, object], list[str]]:
    """What was checked, and why it must not be signed."""
    faults: list[str] = []
    checked: dict[str, object] = {
        "audit": {"ok": audit.ok, "rules": len(audit.rules), "amounts": len(audit.kpis), "note": RESTS_ON_SEARCH},
        "reconciliation": None,
    }
    if not case.tables["actuals"].empty:
        done = reconcile(case, result, tolerance)
        checked["reconciliation"] = done.to_document()
        faults += [] if done.ok else [done.sentence]
    return checked | _stated(result), faults


def _stated(result: ResultRecord) -> dict[str, object]:
    """What the run says of itself."""
    kept = ("account_revenue", "account_margin", "service_revenue", "service_margin")
    return {
        "scenario": result.scenario_name,
        "status": str(result.status),
        "gap": result.gap,
        "amounts": {name: result.decided.kpis[name] for name in kept},
    }
