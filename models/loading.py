"""The two ways to a case: from disk and from memory."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from os.path import exists, isdir, isfile
from pathlib import Path
from sys import maxsize
from typing import Any

from .case import Case, CaseSettings
from .case_warnings import LazyWarnings
from .changes import changed_case
from .intake.assembly import assemble
from .intake.case_folder import folder_digests, read_folder
from .intake.documents import plain_values
from .intake.in_memory import from_memory
from .intake.reading import Reading
from .plan import INPUTS
from .problems import CaseError, Problem, ProblemList, suggestion
from .scenario import Scenario
from .schema import TABLES

PhaseTimer = Callable[[str], AbstractContextManager[object]]
"""Given a phase's name, a context that lasts as long as the phase."""
OTHER_FORMATS = {
    ".xlsm": "a workbook with macros",
    ".xltx": "a template of workbooks",
    ".xltm": "a template of workbooks with macros",
    ".xlsb": "a binary workbook",
    ".xls": "an Excel 97-2003 workbook",
    ".ods": "an OpenDocument workbook",
    ".numbers": "a Numbers workbook",
}
"""Workbooks that are not read, by the ending of their files."""


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


def case_files(path: str | Path) -> Mapping[str, str]:
    """SHA-256 of each file of a case on disk, as `load_case` notes it (`Case.files`), without reading a table.

    What cannot be read is left out. Raises OSError where there is no such file or folder.
    """
    place = Path(path)
    if isdir(place):
        return folder_digests(place)
    reading = Reading()
    reading.digest(place.name, place)
    return reading.digests


def find_problems(path: str | Path) -> tuple[Problem, ...]:
    """Every fault of a case on disk, each faulty row listed by itself; empty for a sound case."""
    place, problems = Path(path), ProblemList(shown=maxsize)
    try:
        _finished(_read(place, problems), problems)
    except CaseError as error:
        return error.problems
    return ()


def _read(place: Path, problems: ProblemList) -> Reading:
    if isdir(place):
        _refuse_run(place)
        return read_folder(place, problems)
    if isfile(place) and place.suffix.lower() == ".xlsx":
        from .intake.case_workbook import read_workbook  # loads a library for workbooks, which no folder needs

        return read_workbook(place, problems)
    other = OTHER_FORMATS.get(place.suffix.lower())
    message = f"this is {other}, which is not read" if other else "a case is a folder or an .xlsx workbook"
    message = message if exists(place) else "there is no such file or folder"
    expected = f"the path of a case folder or of an .xlsx workbook{'; save it as Excel Workbook' if other else ''}"
    raise CaseError([Problem(str(place), message, expected=expected)])


def _refuse_run(folder: Path) -> None:
    """Raise `CaseError` for a run in place of a case; it says where the case is that the run keeps."""
    if not isfile(folder / "plan.json") or exists(folder / "case.toml"):
        return
    kept, expected = folder / INPUTS, "the path of a case folder or of an .xlsx workbook"
    if isfile(kept / "case.toml"):
        expected = f"a case: this run keeps the one it was made from in {kept}"
    raise CaseError([Problem(str(folder), "this is a run, not a case", expected=expected)])


def build_case(
    settings: CaseSettings | Mapping[str, Any],
    tables: Mapping[str, object],
    scenarios: Mapping[str, Scenario | Mapping[str, Any]] | None = None,
) -> Case:
    """The case made of objects in memory, with the same checks as files get.

    `tables` holds the schema's tables by name, each a DataFrame (pandas, polars), an Arrow table, a list of rows as
    dicts, or a dict of columns; NaN and None are blanks. Raises `CaseError`.
    """
    reading, problems = Reading(settings_file="settings", form="a DataFrame {}"), ProblemList()
    reading.settings = settings.model_dump() if isinstance(settings, CaseSettings) else settings
    if isinstance(reading.settings, Mapping):
        reading.settings = plain_values(reading.settings)
    for what, given in (("settings", reading.settings), ("tables", tables), ("scenarios", scenarios or {})):
        if not isinstance(given, Mapping):
            problems.add(Problem(what, f"this is of type {type(given).__name__}", expected="a mapping by name"))
    problems.check()
    for name, table in tables.items():
        _take_table(name, table, reading, problems)
    for name, scenario in (scenarios or {}).items():
        _take_scenario(name, scenario, reading, problems)
    return _finished(reading, problems)


def _take_table(name: object, table: object, reading: Reading, problems: ProblemList) -> None:
    if isinstance(name, str) and name in TABLES:
        reading.put(name, from_memory(name, table, problems))
    else:
        hint = suggestion(str(name), TABLES)
        problems.add(Problem(str(name), f"no table has this name{hint}", expected="the name of a table"))


def _take_scenario(name: object, scenario: object, reading: Reading, problems: ProblemList) -> None:
    """Keep a scenario as a document, under a name that blanks do not tell from another."""
    document = scenario.model_dump() if isinstance(scenario, Scenario) else scenario
    if not isinstance(name, str):
        problems.add(Problem("scenarios", "the scenario's name is no text", found=str(name), expected="a name"))
    elif name.strip() in reading.scenarios:
        problems.add(Problem("scenarios", "two scenarios have this name", found=name, expected="each name once"))
    elif not isinstance(document, Mapping):
        message = f"this is no scenario but of type {type(scenario).__name__}"
        problems.add(Problem(f"scenario {name}", message, expected="a Scenario, or a mapping of its keys"))
    else:
        reading.scenarios[name.strip()] = plain_values({key: value for key, value in document.items() if key != "name"})


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
    return replace(case, warnings=LazyWarnings(case, tuple(case.warnings)))
