"""The checksums of a sign-off: whether sign_off.json, the run and the inputs that it keeps are still as signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from models.plan import INPUTS
from models.plan_tables import RunError

from ..results.digests import differing, digest_of, digest_of_files, file_digests
from ..results.kept_inputs import kept_files
from ..results.run_folder import ALL_RUN_FILES, FILES, SIGN_OFF
from ..results.run_reference import run_digest
from ..version import __version__

CHECKSUM = "seal"
"""Key of sign_off.json that holds its checksum: the SHA-256 of all the rest of it."""
_KEYS = {"by", "note", "signed", "version", "digest", "inputs_digest", FILES, "kpis", "checked", CHECKSUM}


def signed_digests(run: Path) -> dict[str, str]:
    """What a run is signed by: its own digest, and that of its inputs.

    The second is made as the first, of every file in `inputs/` by its path in there.
    """
    inputs = file_digests(run / INPUTS, [name.removeprefix(f"{INPUTS}/") for name in kept_files(run)])
    return {"digest": run_digest(run), "inputs_digest": digest_of_files(inputs)}


def signed_files(run: Path) -> dict[str, str]:
    """SHA-256 of each file of a run and of its inputs, so that a change can be told by its name."""
    return file_digests(run, (*ALL_RUN_FILES, *kept_files(run)))


def read_sign_off(path: Path) -> dict[str, object]:
    """Contents of a sign_off.json; raises `RunError` where there is none to read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError([f"{path.parent} has not been signed off."]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError([f"{path.name}: not JSON ({error})."]) from None
    if not isinstance(document, dict) or set(document) != _KEYS:
        raise RunError([f"{path.name}: expected the keys {', '.join(sorted(_KEYS))}.{_by_another_version(document)}"])
    return document


def _by_another_version(document: object) -> str:
    """What to do where the keys are others because another version of Tierwise wrote them."""
    version = document.get("version") if isinstance(document, dict) else None
    if not isinstance(version, str) or version == __version__:
        return ""
    return f" Version {version} of Tierwise wrote it: solve the case again, and sign off the new run."


def changes_since_sign_off(run: Path) -> tuple[str, ...]:
    """Why the sign-off in a run folder no longer holds by its digests, one sentence each."""
    document = read_sign_off(run / SIGN_OFF)
    rest = {key: value for key, value in document.items() if key != CHECKSUM}
    edited = [] if document[CHECKSUM] == digest_of(rest) else [f"{SIGN_OFF} itself was edited."]
    changed = _changes(document[FILES], signed_files(run))
    if not changed and any(document[name] != digest for name, digest in signed_digests(run).items()):
        changed = ["The digest of the run or of its inputs is not the one that was signed."]
    return (*edited, *changed)


def _changes(signed: object, found: Mapping[str, str]) -> list[str]:
    """One sentence for each file that is not as it was signed."""
    before = signed if isinstance(signed, dict) else {}
    words = {(True, True): "was changed", (True, False): "is gone", (False, True): "was added"}
    return [f"{name} of the run {words[name in before, name in found]}." for name in differing(before, found)]
