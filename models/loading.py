"""The two ways to a case: from disk and from memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from sys import maxsize
from typing import Any

import pandas as pd

from .case import Case, CaseSettings
from .cautions import case_warnings
from .changes import changed_case
from .intake.assemble import assemble
from .intake.folder import read_folder
from .intake.raw import Rows, from_frame, repeated
from .intake.reading import Reading
from .intake.workbook import read_workbook
from .problems import CaseError, Problem, ProblemList, suggestion
from .scenario import Scenario
from .schema import TABLES

PhaseTimer = Callable[[str], AbstractContextManager[object]]
"""Given a phase's name, a context that lasts as long as the phase."""


def load_case(path: str | Path, phase: PhaseTimer = nullcontext) -> Case:
    """Read and check a case folder (CSV, Parquet, or both) or one `.xlsx` workbook.

    `phase` is told of two phases: `read` (digests, documents, how each file is built, whole workbooks) and
    `check` (cells, which come from CSV and Parquet files as they are checked). Raises `CaseError` with every
    problem of every file.
    """
    place, problems = Path(path), ProblemList()
    with phase("read"):
        reading = _read(place, problems)
    with phase("check"):
        return replace(_finished(reading, problems), path=os.path.realpath(place))


def find_problems(path: str | Path) -> tuple[Problem, ...]:
    """Every fault of a case on disk, each faulty row listed by itself; empty for a sound case."""
    place, problems = Path(path), ProblemList(shown=maxsize)
    try:
        _finished(_read(place, problems), problems)
    except CaseError as error:
        return error.problems
    return ()


def _read(place: Path, problems: ProblemList) -> Reading:
    if place.is_dir():
        return read_folder(place, problems)
    if place.is_file() and place.suffix.lower() == ".xlsx":
        return read_workbook(place, problems)
    message = "a case is a folder or an .xlsx workbook" if place.exists() else "there is no such file or folder"
    raise CaseError([Problem(str(place), message, expected="the path of a case folder or of an .xlsx workbook")])


def build_case(
    settings: CaseSettings | Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    scenarios: Mapping[str, Scenario | Mapping[str, Any]] | None = None,
) -> Case:
    """The case made of objects in memory, with the same checks as files get.

    `tables` holds the schema's tables by name; NaN and None are blanks. Raises `CaseError`.
    """
    reading, problems = Reading(settings_file="settings", form="a DataFrame {}"), ProblemList()
    reading.settings = settings.model_dump() if isinstance(settings, CaseSettings) else settings
    for name, frame in tables.items():
        for label in repeated([str(label).strip() for label in frame.columns]):
            problems.add(Problem(name, "the column occurs twice", column=label, expected="each column once"))
        if name in TABLES:
            reading.tables[name] = from_frame(name, frame, Rows(name))
        else:
            problems.add(
                Problem(name, f"no table has this name{suggestion(name, TABLES)}", expected="the name of a table")
            )
    for name, scenario in (scenarios or {}).items():
        reading.scenarios[name] = _document(scenario)
    return _finished(reading, problems)


def _finished(reading: Reading, problems: ProblemList) -> Case:
    """The checked case with its warnings, every scenario's changes tried on it."""
    case = assemble(reading, problems)
    for name, scenario in case.scenarios.items():
        if scenario.change:
            try:
                file = reading.scenario_file(name)
                changed_case(case, scenario, file, reading.places.get(file, {}))
            except CaseError as error:
                problems.extend(error.problems)
    problems.check()
    return replace(case, warnings=(*case.warnings, *case_warnings(case)))


def _document(scenario: Scenario | Mapping[str, Any]) -> dict[str, Any]:
    document = scenario.model_dump() if isinstance(scenario, Scenario) else dict(scenario)
    document.pop("name", None)
    return document
