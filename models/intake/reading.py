"""What a reader hands over: documents and raw tables, not yet checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

from .access import Stamp
from .raw import RawTable


@dataclass
class Reading:
    """Everything found in a case folder, a workbook or memory."""

    settings: Mapping[str, Any] | None = None
    """Contents of `case.toml`, None when missing or unreadable."""
    settings_file: str = "case.toml"
    form: str = "{0}.csv or {0}.parquet"
    """How a table is given here, for the message that one is missing."""
    tables: dict[str, RawTable] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    """Tables that are there but cannot be read; the problem is noted."""
    scenarios: dict[str, dict[str, Any]] = field(default_factory=dict)
    scenario_files: dict[str, str] = field(default_factory=dict)
    """File of each scenario; none for one built in memory."""
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    """Cell of each key, by document; empty for files, whose keys are found by name."""
    digests: dict[str, str] = field(default_factory=dict)
    """SHA-256 by file."""
    lying: list[str] = field(default_factory=list)
    """Names of all that lies in the case folder."""
    notes: list[str] = field(default_factory=list)
    """Warnings about files that were not read."""

    def note_place(self, document: str, key: str, place: str) -> None:
        """Note where a key of a document stands in a workbook."""
        self.places.setdefault(document, {})[key] = place

    def scenario_file(self, name: str) -> str:
        """Where a scenario stands, for messages."""
        return self.scenario_files.get(name, f"scenario {name}")

    def digest(self, name: str, file: Path) -> Stamp:
        """Note a file's SHA-256; the stamp tells whether the file is still the same. Raises OSError."""
        stamp = Stamp.of(file)
        with file.open("rb") as stream:
            self.digests[name] = file_digest(stream, "sha256").hexdigest()
        return stamp

    def put(self, name: str, table: RawTable | None) -> None:
        """Keep a table, or note that it is unreadable."""
        if table is None:
            self.unreadable.add(name)
        else:
            self.unreadable.discard(name)
            self.tables[name] = table
