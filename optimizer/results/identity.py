"""What a question is by its content: digests that say whether two solves ask the same."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

import pandas as pd

from models import Case, Scenario
from models.schema import TABLES

LARGE = 200_000
"""Rows above which a table that was read from files is known by their digests instead of by its cells."""


_PACKAGES = ("models", "optimizer")
_SCENARIOS = "scenarios/"


@cache
def source_digest() -> str:
    """SHA-256 of the program's own Python sources, from wherever it was imported: two versions may bear one number."""
    digest = sha256()
    for package in _PACKAGES:
        for name, text in sorted(_sources(files(package), package)):
            digest.update(f"{name} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def _sources(folder: Traversable, path: str) -> Iterator[tuple[str, bytes]]:
    """Path and text of each source below a folder, with the line ends of one system."""
    for entry in folder.iterdir():
        name = f"{path}/{entry.name}"
        if entry.name.endswith(".py"):
            yield name, entry.read_bytes().replace(b"\r\n", b"\n")
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from _sources(entry, name)


def content_of(scenario: Scenario) -> str:
    """What a scenario asks, without its name and description, as one line of JSON."""
    return scenario.model_dump_json(exclude={"name", "description"}, exclude_none=True)


def case_digest(case: Case) -> str:
    """SHA-256 of a case's settings and tables, whatever files they came from; scenarios do not count."""
    digest = sha256(_settings(case))
    for name, table in sorted(case.tables.items()):
        digest.update(_cells(name, table))
    return digest.hexdigest()


def input_digest(case: Case) -> str:
    """SHA-256 like `case_digest`, without the time it takes to go through the cells of large tables."""
    sizes = case.sizes
    large = {name for name in sizes if case.files and sizes[name] > LARGE}
    digest = sha256(_settings(case))
    for name in sorted(sizes):
        digest.update(json.dumps([name, sizes[name]]).encode() if name in large else _cells(name, case.tables[name]))
    if large:
        digest.update(json.dumps(sorted(input_files(case).items())).encode())
    return digest.hexdigest()


def files_asked_of(files: Mapping[str, str], scenario: str) -> dict[str, str]:
    """Those of a case's files by name that a run of the scenario is made from: all but other scenarios'."""
    own = f"{_SCENARIOS}{scenario}.toml"
    return {name: digest for name, digest in files.items() if name == own or not name.startswith(_SCENARIOS)}


def input_files(case: Case) -> dict[str, str]:
    """SHA-256 of the case's files but those that hold one scenario each."""
    return {name: digest for name, digest in case.files.items() if not name.startswith(_SCENARIOS)}


def _settings(case: Case) -> bytes:
    return case.settings.model_dump_json(exclude={"description"}).encode()


def _cells(name: str, table: pd.DataFrame) -> bytes:
    """A table as what it decides by: names that only people read do not count."""
    columns = [column for column in map(str, table.columns) if not TABLES[name].column(column).for_people]
    header = json.dumps([name, *columns]).encode()
    return header + pd.util.hash_pandas_object(table[columns], index=False).to_numpy().tobytes()
