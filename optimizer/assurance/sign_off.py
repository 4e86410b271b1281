"""Sign-off: who stands for a run, when, what was checked, and the digests that it holds for.

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
from ..results.digests import digest_of, file_digests
from ..results.findings import Audit
from ..results.record import ResultRecord
from ..results.run_folder import ALL_RUN_FILES, SIGN_OFF, read_run, result_of
from ..version import __version__
from .reconcile import BOOKS_TOLERANCE, reconcile
from .run_audit import NOTHING_TO_AUDIT, audit_folder, audit_run
from .signed_files import CHECKSUM, changes_since_sign_off, read_sign_off


@dataclass(frozen=True)
class SignOff:
    """A sign-off as it stands in the run folder, and what has become of it."""

    document: Mapping[str, object]
    """Contents of sign_off.json: by, note, signed (UTC), version, digest, files, inputs, checked, checksum (seal)."""
    faults: tuple[str, ...] = ()
    """Why it no longer holds, one sentence each."""

    @property
    def valid(self) -> bool:
        """Whether everything is still as it was signed."""
        return not self.faults

    @property
    def sentence(self) -> str:
        """The sign-off and its verdict in words."""
        who = f"Signed off by {self.document['by']} on {self.document['signed']}, digest {self.document['digest']}."
        if not self.valid:
            return f"{who} It no longer holds: sign off anew after checking."
        return f"{who} It holds. {RESTS_ON_SEARCH}"


def sign_off(
    case: Case,
    run: str | Path,
    by: str,
    note: str = "",
    tolerance: float = BOOKS_TOLERANCE,
    now: datetime | None = None,
) -> SignOff:
    """Check a run and write sign_off.json into its folder.

    Checked: the audit against the case as it is now, and, where the case has actuals, their reconciliation within
    `tolerance`. Raises `RunError` where one of them fails, nobody is named, or the case has no files.
    """
    problems = [] if by.strip() else ["Say who signs off."]
    if not case.files:
        problems.append("A case in memory cannot be signed off; save it and load it from there.")
    if not Path(run).is_dir():
        raise RunError([f"{run}: there is no such folder."])
    with locked(place_of(run)):  # so that what is signed is what was checked
        files = read_run(run)
        if files.tables is None:
            raise RunError([*problems, NOTHING_TO_AUDIT.format(files.document.status)])
        audit = audit_folder(case, Path(run), files)
        if not audit.ok:
            raise FaultyRunError([*problems, f"The audit fails: {audit.faults[0]}"])
        checked, faults = _checks(case, result_of(files), audit, tolerance)
        if problems or faults:
            raise RunError([*problems, *faults])
        who = {"by": by.strip(), "note": note, "signed": (now or datetime.now(UTC)).isoformat(timespec="seconds")}
        document = _document(who, file_digests(Path(run), ALL_RUN_FILES), dict(sorted(case.files.items())), checked)
        with write_file(Path(run) / SIGN_OFF) as temporary:
            write_json(temporary, document)
    return SignOff(document)


def _document(
    who: Mapping[str, str], files: Mapping[str, str], inputs: Mapping[str, str], checked: Mapping[str, object]
) -> dict[str, object]:
    values = {
        **who,
        "version": __version__,
        "digest": digest_of([files, inputs]),
        "files": files,
        "inputs": inputs,
        "checked": checked,
    }
    document = {name: strict_json(value) for name, value in values.items()}
    return {**document, CHECKSUM: digest_of(document)}


def check_sign_off(case: Case, run: str | Path) -> SignOff:
    """The sign-off in a run folder and whether it still holds; raises `RunError` where there is none to read.

    It no longer holds once any file of the run or of the case is changed, added or gone, or itself is edited.
    """
    return read_folder(run, partial(_check_signed, case))


def _check_signed(case: Case, run: Path) -> SignOff:
    if not run.is_dir():
        raise RunError([f"{run}: there is no such folder."])
    document = read_sign_off(run / SIGN_OFF)
    faults = changes_since_sign_off(case, run)
    if not faults:
        faults = tuple(f"The audit fails: {fault}" for fault in audit_run(case, run).faults[:1])
    return SignOff(document, faults)


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
