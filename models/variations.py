"""Many scenarios from one: a grid over rules and changes, or a table with a scenario in each row.

What varies is named by a key: a rule of the scenario (`min_service_margin`, `objective`), or a change written as
`TABLE[CONDITIONS].COLUMN OPERATION`, such as `rates[provider=Orbis; region=north|south].cost_per_case multiply`, with
`hold_uptake` after it where the change holds the uptake of today's menus.
`off` takes a rule away, a blank leaves it as it is in the scenario that is varied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pandas as pd

from .case import Case
from .changes import named_scenario
from .intake.delimited import read_alone
from .intake.document_sheets import OPERATIONS, TEXT_KEYS, read_where, typed, typed_value
from .intake.documents import check_scenario, read_toml_file
from .intake.in_memory import from_memory
from .intake.raw import RawTable, cell_text, repeated
from .intake.size_limits import MAX_SCENARIOS
from .problems import CaseError, Problem, ProblemList
from .scenario import Scenario

OFF = "off"
SCENARIOS = "scenarios"
"""What a table of scenarios is called in messages."""
NAME, BASE = "scenario", "base"
"""Columns of a table of scenarios that are no keys: its name, and the scenario of the case that it varies."""
HELD = "hold_uptake"
"""Ends a key whose change holds the uptake of today's menus."""
_CHANGE = re.compile(
    r"(?P<table>\w+)\s*(?:\[(?P<where>[^\]]*)\])?\s*\.\s*(?P<column>\w+)\s+"
    rf"(?P<operation>{'|'.join(OPERATIONS)})(?:\s+(?P<held>{HELD}))?"
)
_KEY = "a rule such as max_tiers, or a change such as rates[provider=Orbis].cost_per_case multiply"


@dataclass(frozen=True)
class Variations:
    """Scenarios, each with a name of its own, and how they differ."""

    scenarios: tuple[Scenario, ...]
    settings: pd.DataFrame
    """A row per scenario: `scenario`, and a column of text for each key that varies (blank: not varied)."""


def vary(
    case: Case, given: Mapping[str, Sequence[object]] | pd.DataFrame | str | Path | Sequence[str | Scenario], base: str
) -> Variations:
    """Scenarios from a mapping (a grid of each key's values), a table, a .toml or .csv file, or a list.

    `base` is the scenario of the case that is varied. Raises `CaseError` that lists every fault.
    """
    if isinstance(given, pd.DataFrame):
        problems = ProblemList()
        return scenario_table(case, from_memory(SCENARIOS, given, problems), base, problems)
    if isinstance(given, Mapping):
        return grid(named_scenario(case, base), given)
    if isinstance(given, str | Path):
        return read_variations(case, given, base)
    if not isinstance(given, list | tuple):
        message = f"these are no scenarios but of type {type(given).__name__}"
        expected = "a mapping of lists, a DataFrame, the path of a .toml or .csv file, or a list of scenarios"
        raise CaseError([Problem(SCENARIOS, message, expected=expected)])
    scenarios = [named_scenario(case, one) for one in given]
    return _together(scenarios, [{} for _ in scenarios], "scenarios", ProblemList())


def read_variations(case: Case, path: str | Path, base: str) -> Variations:
    """Scenarios from a file: .csv with one in each row, or .toml with a grid.

    The .toml has the key `scenario`, the one that is varied, and a block `[vary]` with a list of values for each key.
    """
    file, problems = Path(path), ProblemList()
    if not file.is_file() or file.suffix.lower() not in (".toml", ".csv"):
        fault = "there is no such file" if not file.exists() else "not a file of scenarios"
        raise CaseError([Problem(str(file), fault, expected="a .csv table of scenarios or a .toml grid")])
    if file.suffix.lower() == ".csv":
        return scenario_table(case, read_alone(SCENARIOS, file, problems), base, problems)
    document = read_toml_file(file, problems) or {}
    problems.check()
    _check_grid_file(document, file.name, problems)
    problems.check()
    return grid(named_scenario(case, document.get(NAME, base)), document["vary"], file.name)


def _check_grid_file(document: Mapping[str, Any], file: str, problems: ProblemList) -> None:
    expected = "a block [vary] with lists, such as max_tiers = [2, 3]"
    for key in sorted(set(document) - {NAME, "vary"}):
        problems.add(Problem(file, "unknown key", column=key, expected="only scenario and vary", part="key"))
    if not isinstance(document.get(NAME, ""), str):
        problems.add(Problem(file, "wrong value", column=NAME, expected="a scenario's name", part="key"))
    vary = document.get("vary")
    if not isinstance(vary, dict) or not all(isinstance(values, list) for values in vary.values()):
        problems.add(Problem(file, "no lists of values to vary", column="vary", expected=expected, part="key"))


def grid(base: Scenario, values: Mapping[str, Sequence[object]], source: str = "grid") -> Variations:
    """Every combination of the keys' values, the last key varying fastest, named by them."""
    problems = ProblemList()
    for key, ways in values.items():
        if not isinstance(key, str):
            problems.add(Problem(source, "the key is no text", column=str(key), expected=_KEY, part="key"))
        elif isinstance(ways, str | bytes | Mapping) or not hasattr(ways, "__len__"):
            expected = "a list of values, such as [2, 3]"
            problems.add(Problem(source, "no list of values", column=key, expected=expected, part="key"))
        elif not len(ways):
            problems.add(Problem(source, "no values", column=key, expected="at least one value", part="key"))
    problems.check()
    if prod(len(ways) for ways in values.values()) > MAX_SCENARIOS:
        problems.add(
            Problem(source, "too many scenarios", expected=f"at most {MAX_SCENARIOS:,} combinations of values")
        )
        problems.check()
    cells = [[cell_text(value) for value in ways] for ways in values.values()]
    settings = [dict(zip(values, combination, strict=True)) for combination in product(*cells)]
    labels = _labels(list(values))
    names = ["; ".join(f"{labels[key]}={value}" for key, value in row.items()) or base.name for row in settings]
    made = [_varied(base, name, row, source, "", problems) for name, row in zip(names, settings, strict=True)]
    return _together(made, settings, source, problems)


def _labels(keys: Sequence[str]) -> dict[str, str]:
    """The keys as names of scenarios show them: `cost_per_case Orbis multiply` for a change where that is clear."""
    short = {}
    for key in keys:
        parts = _CHANGE.fullmatch(key.strip())
        where = [] if parts is None else re.findall(r"=\s*([^;]*?)\s*(?:;|$)", parts["where"] or "")
        short[key] = (
            key
            if parts is None
            else " ".join(filter(None, [parts["column"], *where, parts["operation"], parts["held"]]))
        )
    return short if len(set(short.values())) == len(keys) else dict(zip(keys, keys, strict=True))


def scenario_table(case: Case, table: RawTable | None, base: str, problems: ProblemList) -> Variations:
    """A scenario in each row: its name in `scenario`, what it varies in `base`, and a column for each key."""
    problems.check()
    assert table is not None  # or it is a problem
    if table.length > MAX_SCENARIOS:
        raise CaseError([Problem(table.name, "too many scenarios", expected=f"at most {MAX_SCENARIOS:,} rows")])
    if NAME not in table.columns:
        raise CaseError([Problem(table.name, "missing column", column=NAME, expected="each scenario's name")])
    keys = [name for name in table.columns if name not in (NAME, BASE)]
    made, settings = [], []
    for row in range(table.length):
        cells = {name: column.show(row).strip() for name, column in table.columns.items()}
        place = table.origin.place(row, NAME)
        if not cells[NAME]:
            problems.add(Problem(table.name, "blank cell", place, column=NAME, expected="the scenario's name"))
        start = named_scenario(case, cells.get(BASE) or base)
        settings.append({key: cells[key] for key in keys})
        made.append(_varied(start, cells[NAME], settings[-1], table.name, place, problems))
    return _together(made, settings, table.name, problems)


def _varied(
    base: Scenario, name: str, settings: Mapping[str, str], source: str, place: str, problems: ProblemList
) -> Scenario | None:
    """The scenario with its rules set and its changes appended; None, with problems."""
    document = base.model_dump(exclude={"name"}, exclude_none=True)
    changes, before = list(document.pop("change")), len(problems)
    for key, text in settings.items():
        if not text:
            continue
        if key in Scenario.model_fields and key != "change":
            _set_rule(document, key, text)
        elif (change := _change(key, text, source, place, problems)) is not None:
            changes.append(change)
    if len(problems) > before:
        return None
    return check_scenario(name, {**document, "change": changes}, place or f"{source}, scenario {name}", problems)


def _set_rule(document: dict[str, Any], key: str, text: str) -> None:
    if text == OFF:
        document.pop(key, None)
    else:
        document[key] = text if key in TEXT_KEYS else typed(text)


def _change(key: str, text: str, source: str, place: str, problems: ProblemList) -> dict[str, Any] | None:
    """The change that a key and a value make."""
    parts = _CHANGE.fullmatch(key.strip())
    if parts is None:
        problems.add(Problem(source, "neither a rule nor a change", place, column=key, expected=_KEY, part="key"))
        return None
    where = read_where(source, place, parts["where"] or "", problems)
    if where is None:
        return None
    value = typed_value(parts["table"], parts["column"], text)
    change = {"table": parts["table"], "where": where, "column": parts["column"], parts["operation"]: value}
    return change | {HELD: True} if parts["held"] else change


def _together(
    made: Sequence[Scenario | None], settings: Sequence[Mapping[str, str]], source: str, problems: ProblemList
) -> Variations:
    """The scenarios with a table of their settings; every name must be there once."""
    scenarios = [scenario for scenario in made if scenario is not None]
    names = [scenario.name for scenario in scenarios]
    for name in repeated(names):
        problems.add(Problem(source, "two scenarios have this name", found=name, expected="each name once"))
    if not made:
        problems.add(Problem(source, "no scenarios", expected="at least one scenario"))
    problems.check()
    return Variations(
        tuple(scenarios), pd.DataFrame([{NAME: name, **row} for name, row in zip(names, settings, strict=True)])
    )
