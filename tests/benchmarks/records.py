"""What one program did on one row, and the table of all of them on disk."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

OURS = "tierwise"
PHASES = ("read", "check", "cohorts", "pricing", "lp", "mip", "branching", "audit", "save")
"""Phases of a solve, in seconds."""
COUNTS = ("columns", "nodes", "lp_solves")


@dataclass(frozen=True)
class Record:
    """One program on one row; None where there is no value."""

    row: str
    program: str
    seed: int
    date: str
    limit: float | None
    """Seconds given."""
    status: str
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    solve_part: float | None = None
    """Seconds of the solve alone: model building and search."""
    process: float | None = None
    """Seconds of the whole process."""
    peak_mib: float | None = None
    measured: float | None = None
    """What is held against the target."""
    reached: bool | None = None
    read: float | None = None
    check: float | None = None
    cohorts: float | None = None
    pricing: float | None = None
    lp: float | None = None
    mip: float | None = None
    branching: float | None = None
    audit: float | None = None
    save: float | None = None
    columns: float | None = None
    nodes: float | None = None
    lp_solves: float | None = None
    note: str = ""

    @property
    def key(self) -> tuple[str, str, int]:
        """Row, program and seed: what a later run replaces."""
        return (self.row, self.program, self.seed)


Records = Mapping[tuple[str, str, int], Record]
NAMES = tuple(field.name for field in fields(Record))


def relative_gap(objective: float | None, bound: float | None) -> float | None:
    """(bound - objective) / max(1, |objective|)."""
    if objective is None or bound is None:
        return None
    return (bound - objective) / max(1.0, abs(objective))


def read_records(file: Path) -> dict[tuple[str, str, int], Record]:
    """The records of a CSV file; none where there is no file."""
    if not file.exists():
        return {}
    with file.open(newline="", encoding="utf-8") as stream:
        records = [_record(line) for line in csv.DictReader(stream)]
    return {record.key: record for record in records}


def write_records(records: Iterable[Record], file: Path) -> None:
    """Replace the CSV file, as a whole or not at all."""
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    with partial.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(NAMES)
        writer.writerows([_cell(getattr(record, name)) for name in NAMES] for record in records)
    partial.replace(file)


def _cell(value: object) -> str:
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def _record(line: Mapping[str, str]) -> Record:
    kinds = get_type_hints(Record)
    return Record(**{name: _value(line.get(name, ""), kinds[name]) for name in NAMES})


def _value(cell: str, kind: object) -> Any:
    if kind is str:
        return cell
    if kind is int:
        return int(cell)
    if cell == "":
        return None
    return cell == "True" if kind == bool | None else float(cell)
