"""Results kept by the content of their input, so that what was solved once is not solved again."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from models import Case, Scenario
from models.files import is_temporary, locked, place_of, write_file
from models.plan_tables import RunError

from ..assurance.result import Result, as_result
from ..assurance.run_audit import audit_as_asked, changed_files
from ..results.identity import case_digest, content_of, source_digest
from ..results.record import Status
from ..results.run_folder import check_run_target, read_run, result_of, save_run
from ..search.state.parameters import SearchParameters
from ..version import __version__

ENTRY = "store_entry"
"""Key of an entry's manifest that holds the name it was kept under."""
_TAKEN = "taken_from_store"
"""Key of the manifest of a result that came from a store: the name of its entry."""
STORED = "the entry of a store of results, whose plan alone was recomputed"
"""What the bound of a result from a store rests on: a file that anyone can rewrite."""
MARKER = "tierwise-store.json"
"""File that says what the folder is, so that nothing else is mixed up with it."""


_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Store:
    """A folder with a run folder for each case and scenario that was solved."""

    folder: Path
    case: Case
    params: SearchParameters = field(default_factory=SearchParameters)

    @cached_property
    def _case(self) -> str:
        return case_digest(self.case)

    def key(self, scenario: Scenario) -> str:
        """SHA-256 of all that a result depends on but its limits: case, scenario (not its name), program, `params`."""
        program = f"{__version__}\n{source_digest()}\n{json.dumps(self.params.to_dict(), sort_keys=True)}"
        return sha256(f"{program}\n{self._case}\n{content_of(scenario)}".encode()).hexdigest()

    def find(self, scenario: Scenario, gap: float, time_limit: float | None) -> Result | None:
        """A result that serves the question: proved as far as asked, or as far as these very limits went.

        It is held against its digests and audited on the case first. What does not agree, or cannot be read, is not
        there: the scenario is solved again. An infeasible one leaves nothing to audit: whoever asks proves it again.
        """
        try:
            result = self._checked(scenario)
        except Exception:  # whatever an entry holds, it must not end a sweep
            return None
        if result is None:
            return None
        asked = result.manifest.get("asked", result.manifest.get("options"))
        same_limits = asked == {"gap": gap, "time_limit": time_limit}
        proved = result.status is Status.OPTIMAL and result.gap is not None and result.gap <= gap
        serves = proved or same_limits or result.status is Status.INFEASIBLE
        _log.debug("entry of scenario %s: %s", scenario.name, "taken" if serves else "not proved as far as asked")
        return result if serves else None

    def _checked(self, scenario: Scenario) -> Result | None:
        """The result kept for a scenario, under its name; None where a digest or its audit does not agree."""
        place = self.folder / self.key(scenario)
        files = read_run(place)
        if files.manifest.get(ENTRY) != place.name or changed_files(place, files.manifest):
            return None
        document = files.document.model_copy(update={"scenario": scenario.name})
        # The case is known by its content: the files it came from may be others.
        manifest = {key: value for key, value in files.manifest.items() if key not in (ENTRY, "inputs")}
        verdict = audit_as_asked(self.case, scenario, replace(files, document=document, manifest=manifest))
        if not verdict.ok or document.status is Status.NO_PLAN:
            return None
        found = as_result(result_of(replace(files, document=document)))
        kept = {_TAKEN if key == ENTRY else key: value for key, value in found.manifest.items()}
        return replace(found, manifest=kept, audit=None if found.plan is None else verdict, bound_rests_on=STORED)

    def keep(self, scenario: Scenario, result: Result) -> None:
        """Write the result, unless a limit left it without a plan; whatever is kept for the same question is replaced.

        Raises OSError or `RunError` where it cannot be written.
        """
        if result.status is Status.NO_PLAN:
            return
        place = self.folder / self.key(scenario)
        kept = replace(result, manifest={**result.manifest, ENTRY: place.name})
        with locked(place_of(self.folder) / place.name):  # else what another sweep replaces could seem unknown
            _clear_unknown(place)
            # The case may lie elsewhere now; and an entry that a power failure damages is solved again.
            save_run(kept, place, force=True, durable=False)


def _clear_unknown(place: Path) -> None:
    """Take away what stands where an entry goes and is none, whatever it is."""
    try:
        check_run_target(place, force=True)
        unknown = place.is_symlink()  # which may lead back to itself
    except RunError:
        unknown = True
    if unknown and place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    elif unknown:
        place.unlink(missing_ok=True)


def check_store(folder: Path) -> None:
    """Raise `RunError` unless the folder is a store."""
    if not (folder / MARKER).exists():
        raise RunError([f"{folder} is no store of results; name another folder for the store."])


def open_store(path: str | Path, case: Case, params: SearchParameters | None = None) -> Store:
    """The store in a folder, which is made if need be; raises `RunError` for a folder that is something else."""
    folder = Path(path)
    filled = folder.is_dir() and not all(is_temporary(entry.name) for entry in folder.iterdir())
    if folder.is_file() or filled:
        check_store(folder)
    if not (folder / MARKER).exists():
        contents: Mapping[str, str] = {"holds": "results of tierwise by the content of their input"}
        with write_file(folder / MARKER) as temporary:
            temporary.write_text(json.dumps(contents) + "\n", encoding="utf-8")
    return Store(folder, case, SearchParameters.of(params))
