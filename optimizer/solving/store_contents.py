"""What a store holds, entry by entry, and how it is cleared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path

from models.files import read_folder, remove_folder
from models.plan_tables import OtherFormatError, RunError

from ..results.identity import source_digest
from ..results.plan_document import PlanDocument
from ..results.run_folder import SIGN_OFF, check_run_target, read_documents
from ..results.run_owner import Owner
from ..version import __version__
from .store import ENTRY, check_store

_KEY = re.compile("[0-9a-f]{64}")
"""Names of entries."""


@dataclass(frozen=True)
class StoreEntry:
    """One result in a store; what cannot be read of it is None."""

    folder: Path
    size: int
    """Bytes of its files."""
    document: PlanDocument | None = None
    kept: datetime | None = None
    """When its solve ended."""
    current: bool = False
    """Whether this very program made it: results of another version or source are never taken."""
    of_other_format: Owner | None = None
    """Whose result it is, where another version of Tierwise wrote it in a form that is not read; None else."""

    @property
    def named(self) -> tuple[str | None, str | None]:
        """Its case and scenario."""
        if self.document is not None:
            return self.document.case, self.document.scenario
        other = self.of_other_format
        return (None, None) if other is None else (other.case_name, other.question)


@dataclass(frozen=True)
class EntryFilter:
    """Which entries are meant: those that everything fits that is said."""

    case: str | None = None
    """Name of the case; * stands for any characters, ? for one."""
    scenario: str | None = None
    """Name under which the scenario was solved, likewise."""
    older_than: timedelta | None = None
    stale: bool = False
    """Only entries that are never taken again: of another version of the program, or damaged."""

    def fits(self, entry: StoreEntry, now: datetime) -> bool:
        """Whether an entry is meant."""
        old = self.older_than is None or (entry.kept is not None and now - entry.kept > self.older_than)
        case, scenario = entry.named
        return old and _fits(self.case, case) and _fits(self.scenario, scenario) and not (self.stale and entry.current)


def _fits(pattern: str | None, name: str | None) -> bool:
    return pattern is None or (name is not None and fnmatchcase(name, pattern.replace("[", "[[]")))


def store_entries(folder: str | Path, wanted: EntryFilter | None = None) -> tuple[StoreEntry, ...]:
    """The entries of a store that are wanted, oldest first; raises `RunError` for a folder that is no store."""
    store = Path(folder)
    if not store.exists():
        raise RunError([f"{store}: there is no such folder."])
    check_store(store)
    wanted, now = wanted or EntryFilter(), datetime.now(UTC)
    found = (_read(place) for place in sorted(store.iterdir()) if _is_entry(place))
    fitting = [entry for entry in found if entry is not None and wanted.fits(entry, now)]
    return tuple(sorted(fitting, key=lambda entry: (entry.kept is None, entry.kept or now)))


def clear_entries(entries: Iterable[StoreEntry]) -> None:
    """Take entries away, each in one step; raises OSError where one cannot be."""
    for entry in entries:
        remove_folder(entry.folder)


def _is_entry(place: Path) -> bool:
    """Whether a folder is named as an entry is and holds files of a run alone, which nobody has signed off."""
    if _KEY.fullmatch(place.name) is None or place.is_symlink() or not place.is_dir():
        return False
    try:
        check_run_target(place, force=True)
    except RunError:
        return False
    return not (place / SIGN_OFF).exists()


def _read(place: Path) -> StoreEntry | None:
    """What is known of an entry; None where it is gone by now."""
    try:
        size = read_folder(place, _size)
    except FileNotFoundError:
        return None
    try:
        document, manifest = read_documents(place)
        kept = datetime.fromisoformat(str(manifest.get("end"))).astimezone(UTC)
    except OtherFormatError:
        return StoreEntry(place, size, of_other_format=Owner.of_run(place))
    except (RunError, ValueError, OSError):
        return StoreEntry(place, size)
    return StoreEntry(place, size, document, kept, _is_current(place, manifest))


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


def _is_current(place: Path, manifest: Mapping[str, object]) -> bool:
    versions = manifest.get("versions")
    made_by = versions.get("tierwise") if isinstance(versions, dict) else None
    program = (made_by, manifest.get("source"))
    return program == (__version__, source_digest()) and manifest.get(ENTRY) == place.name


def total_size(entries: Sequence[StoreEntry]) -> int:
    """Bytes of all their files."""
    return sum(entry.size for entry in entries)
