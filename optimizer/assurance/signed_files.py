"""The checksums of a sign-off: whether sign_off.json, the run and the case are still as they were signed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from models import Case
from models.plan_tables import RunError

from ..results.digests import differing, digest_of, file_digests
from ..results.run_folder import ALL_RUN_FILES, SIGN_OFF

CHECKSUM = "seal"
"""Key of sign_off.json that holds its checksum: the SHA-256 of all the rest of it."""
_KEYS = {"by", "note", "signed", "version", "digest", "files", "inputs", "checked", CHECKSUM}


def read_sign_off(path: Path) -> dict[str, object]:
    """Contents of a sign_off.json; raises `RunError` where there is none to read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunError([f"{path.parent} has not been signed off."]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise RunError([f"{path.name}: not JSON ({error})."]) from None
    if not isinstance(document, dict) or set(document) != _KEYS:
        raise RunError([f"{path.name}: expected the keys {', '.join(sorted(_KEYS))}."])
    return document


def changes_since_sign_off(case: Case, run: Path) -> tuple[str, ...]:
    """Why the sign-off in a run folder no longer holds by its digests, one sentence each."""
    document = read_sign_off(run / SIGN_OFF)
    rest = {key: value for key, value in document.items() if key != CHECKSUM}
    edited = [] if document[CHECKSUM] == digest_of(rest) else [f"{SIGN_OFF} itself was edited."]
    changed = _changes("the run", document["files"], file_digests(run, ALL_RUN_FILES))
    return (*edited, *changed, *_changes("the case", document["inputs"], case.files))


def _changes(whose: str, signed: object, found: Mapping[str, str]) -> list[str]:
    """One sentence for each file that is not as it was signed."""
    before = signed if isinstance(signed, dict) else {}
    words = {(True, True): "was changed", (True, False): "is gone", (False, True): "was added"}
    return [f"{name} of {whose} {words[name in before, name in found]}." for name in differing(before, found)]
