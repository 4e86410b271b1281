"""A case folder: `case.toml`, one file or folder per table, and `scenarios/NAME.toml`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..problems import Problem, ProblemList
from ..schema import TABLES
from ..text.characters import is_utf8, shown
from .access import Stamp, entries, guarded, refusal
from .delimited import read_csv
from .documents import read_toml
from .listing import (
    SCENARIOS,
    SETTINGS,
    TABLE_ENDINGS,
    TOML,
    advice,
    doubled,
    ending,
    is_read,
    is_source,
    locked,
    passed_over,
    unknown_files,
)
from .reading import Reading
from .size_limits import MAX_DOCUMENT_BYTES, MAX_TABLE_BYTES

_LEDGERS = ("_delta_log", ".hoodie")
"""Folders in which Delta Lake and Hudi note which rows were deleted; their Parquet files still hold them."""


@dataclass(frozen=True)
class _Folder:
    """A case folder that is being read."""

    path: Path
    found: Sequence[Path]
    """Its entries, but for those of the system and of editors."""
    reading: Reading
    problems: ProblemList

    def name(self, entry: Path) -> str:
        """An entry's path inside the case."""
        return entry.relative_to(self.path).as_posix()

    def sources(self, part: str) -> list[Path]:
        """The entries that are this part of the case, by their names."""
        return [entry for entry in self.found if is_source(entry, part)]

    def opens(self, part: str, entry: Path, most: int = 0, *, folder: bool = False) -> bool:
        """Whether an entry may be opened; a problem of that part of the case where not."""
        name, kind = self.name(entry), "folder" if folder else "file"
        why = refusal(entry, self.path, folder=folder, most=most)
        why = why or ("has a name that is not UTF-8" if not is_utf8(name) else "")
        if why:
            self.problems.add(Problem(part, f"this {why}", name, expected=f"a {kind} inside the case folder"))
        return not why

    def inside(self, folder: Path) -> list[Path]:
        """What lies in a folder of the case, but for files of the system and of editors."""
        return [entry for entry in entries(folder, self.name(folder), self.problems) if not passed_over(entry.name)]

    def check_doubles(self, part: str, files: Sequence[Path]) -> bool:
        """Whether every file's name can be told from the others' everywhere; problems where not."""
        twins = doubled(file.name for file in files)
        for names in twins:
            message = f"names that differ by blanks or letter case only: {', '.join(names)}"
            self.problems.add(Problem(part, message, expected="one of them; remove or rename the others"))
        return not twins


def read_folder(path: Path, problems: ProblemList) -> Reading:
    """Read every file of a case; what cannot be read becomes a problem."""
    lying = entries(path, str(path), problems)
    problems.check()
    reading = Reading(lying=[entry.name for entry in lying])
    folder = _Folder(path, [entry for entry in lying if not passed_over(entry.name)], reading, problems)
    _read_settings(folder)
    for name in TABLES:
        _read_table(folder, name)
    for entry in folder.sources(SCENARIOS):
        _read_scenarios(folder, entry)
    folder.reading.notes += unknown_files(folder.found, problems)
    for name in filter(None, (locked(entry.name) for entry in lying)):
        folder.reading.notes.append(f"{shown(name)} is open in another program; what is not saved was not read.")
    return folder.reading


def folder_digests(path: Path) -> dict[str, str]:
    """SHA-256 of each file of a case folder, by its path in there, as `read_folder` notes it; no table is read."""
    problems = ProblemList()
    folder = _Folder(path, entries(path, str(path), problems), Reading(), problems)
    for entry in folder.sources(SETTINGS):
        _document(folder, entry)
    for entry in folder.sources(SCENARIOS):
        _read_scenarios(folder, entry)
    for name in TABLES:
        for source in folder.sources(name):
            if is_read(source, name):
                _stamps(folder, name, source)
    return folder.reading.digests


def csv_files(path: Path) -> dict[str, Path]:
    """The CSV files of a case that may be opened, by table."""
    folder = _Folder(path, entries(path, str(path), ProblemList()), Reading(), ProblemList())
    found = {name: [entry for entry in folder.sources(name) if ending(entry.name) == ".csv"] for name in TABLES}
    return {name: files[0] for name, files in found.items() if len(files) == 1 and folder.opens(name, files[0])}


def _read_settings(folder: _Folder) -> None:
    file = f"{SETTINGS}{TOML}"
    for entry in folder.sources(SETTINGS):
        folder.reading.settings = _document(folder, entry)
        return
    expected = "a file case.toml with name, currency, choice_model and discount_rate"
    folder.problems.add(Problem(file, "the file is missing", expected=expected))


def _document(folder: _Folder, entry: Path) -> dict[str, object] | None:
    """The contents of a TOML file, its digest noted; None, with a problem, where it cannot be read."""
    name, document = folder.name(entry), None
    if folder.opens(name, entry, MAX_DOCUMENT_BYTES):
        with guarded(name, name, folder.problems):
            stamp = folder.reading.digest(name, entry)
            document = read_toml(name, entry.read_bytes(), folder.problems)
            stamp.check(name, name)
    return document


def _read_scenarios(folder: _Folder, place: Path) -> None:
    if not folder.opens(SCENARIOS, place, folder=True):
        return
    found = folder.inside(place)
    files = [entry for entry in found if ending(entry.name) == TOML]
    if folder.check_doubles(SCENARIOS, files):
        for file in files:
            document, name = _document(folder, file), file.stem.strip()
            if document is not None:
                folder.reading.scenarios[name] = document
                folder.reading.scenario_files[name] = folder.name(file)
    others = [shown(folder.name(entry)) for entry in found if entry not in files]
    folder.reading.notes += [f"{name} is no part of a case and was not read." for name in others]


def _read_table(folder: _Folder, name: str) -> None:
    sources, problems = folder.sources(name), folder.problems
    if not sources:
        return
    folder.reading.put(name, None)
    shown = [folder.name(entry) + ("/" if os.path.isdir(entry) else "") for entry in sources]
    if len(sources) > 1:
        message = f"the table is given more than once: {', '.join(shown)}"
        problems.add(Problem(name, message, expected="one of them; remove or rename the others"))
    elif not is_read(sources[0], name):
        message = f"{shown[0]} seems to be this table, in a form that is not read"
        problems.add(Problem(name, message, expected=advice(name)))
    elif stamps := _stamps(folder, name, sources[0]):
        with guarded(name, shown[0], problems):
            if ending(sources[0].name) == ".csv":
                folder.reading.put(name, read_csv(name, *next(iter(stamps.items())), problems))
            else:
                from .parquet import read_parquet  # loads a library for Parquet, which CSV files need not wait for

                folder.reading.put(name, read_parquet(name, stamps, problems))


def _stamps(folder: _Folder, name: str, source: Path) -> dict[str, Stamp]:
    """The files of a table as they are now, their digests noted; none, with problems, where one may not be opened."""
    files = [source]
    if os.path.isdir(source) and ending(source.name) != ".csv":
        files = _parts(folder, name, source) if folder.opens(name, source, folder=True) else []
    stamps = {}
    for file in files:
        if folder.opens(name, file, MAX_TABLE_BYTES):
            with guarded(name, folder.name(file), folder.problems):
                stamps[folder.name(file)] = folder.reading.digest(folder.name(file), file)
    return stamps if len(stamps) == len(files) else {}


def _parts(folder: _Folder, name: str, source: Path) -> list[Path]:
    """The Parquet files of a table's folder; none, with a problem, where it holds none or other tables too."""
    found = [entry for entry in folder.inside(source) if not entry.name.startswith("_")]  # Spark's own notes
    parts = [entry for entry in found if ending(entry.name) == ".parquet" and not os.path.isdir(entry)]
    others = [
        entry for entry in found if entry not in parts and (ending(entry.name) in TABLE_ENDINGS or os.path.isdir(entry))
    ]
    place = f"{folder.name(source)}/"
    if ledger := next((name for name in _LEDGERS if os.path.isdir(source / name)), ""):
        message = f"{ledger} says which rows of these files still count, and is not read"
        folder.problems.add(Problem(name, message, place, expected="the present rows alone, written as Parquet files"))
    elif others and (parts or os.path.isdir(others[0])):
        message = f"{folder.name(others[0])} is not read, only Parquet files right inside the folder are"
        folder.problems.add(Problem(name, message, place, expected="Parquet files that hold every column"))
    elif not parts:
        message = "the folder holds no Parquet file"
        folder.problems.add(Problem(name, message, place, expected="files such as 1.parquet"))
    elif folder.check_doubles(name, parts):
        return parts
    return []
