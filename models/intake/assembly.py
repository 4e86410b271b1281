"""From a reading to a case: every check, all problems raised together."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pyarrow as pa

from ..case import Case
from ..column_tables import Tables
from ..problems import CaseError, Problem, ProblemList, listed, quoted
from ..scenario import Scenario
from ..schema import TABLES
from ..text.characters import shown
from ..text.file_names import ALLOWED, file_name_fault
from .documents import check_scenario, check_settings
from .edits import check_edit, edits
from .integrity import check_rules
from .ladders import with_ladders_filled
from .listing import SCENARIOS, TOML, doubled, resembling
from .plausibility.thousands import grouped_digits
from .rate_places import with_rates_filled
from .reading import Reading
from .references import check_references
from .tables import CleanTable, clean, empty_table


def assemble(reading: Reading, problems: ProblemList) -> Case:
    """The checked case. Raises `CaseError` with everything found, reading included."""
    settings = None
    if reading.settings is not None:
        settings = check_settings(
            reading.settings, reading.settings_file, problems, reading.places.get(reading.settings_file, {})
        )
    tables = check_tables(reading, problems)
    scenarios = _check_scenarios(reading, problems)
    problems.check()
    if settings is None:
        raise AssertionError("settings are missing without a problem")
    filled, told = with_rates_filled(with_ladders_filled(tables))
    return Case(
        settings, in_order(filled), scenarios, dict(reading.digests), tuple(reading.notes), filled_in=tuple(told)
    )


def in_order(tables: Mapping[str, CleanTable]) -> Tables:
    """The clean tables by name, in the order of the schema."""
    return Tables({name: tables[name].content for name in TABLES if name in tables})


def check_tables(reading: Reading, problems: ProblemList) -> dict[str, CleanTable]:
    """Clean every table and check them against each other; missing optional ones come out empty."""
    tables = {}
    for name, schema in TABLES.items():
        if name in reading.tables:
            try:
                raw = reading.tables.pop(name)
                tables[name] = clean(raw, schema, problems)
                reading.notes += grouped_digits(raw, tables[name])
            except CaseError as error:  # cells are read only now, and a file may turn out to be damaged
                problems.extend(error.problems)
        elif name not in reading.unreadable and schema.optional:
            tables[name] = empty_table(schema)
        elif name not in reading.unreadable:
            told = " ".join(map(str, problems))
            found = [one for one in resembling(reading.lying, name) if shown(one) not in told]
            message = f"the table is missing{f'; not read: {listed(found)}' if found else ''}"
            problems.add(Problem(name, message, expected=f"{reading.form.format(name)}: {schema.doc}"))
    check_together(tables, tables, problems)
    pa.default_memory_pool().release_unused()  # what comparing millions of names took, and Arrow would keep
    return tables


def check_together(tables: Mapping[str, CleanTable], changed: Collection[str], problems: ProblemList) -> None:
    """References and rules that concern a changed table."""
    check_references(tables, changed, problems)
    check_rules(tables, changed, problems)


def _check_scenarios(reading: Reading, problems: ProblemList) -> dict[str, Scenario]:
    scenarios = {}
    for twins in doubled(f"{name}{TOML}" for name in reading.scenarios):
        names = ", ".join(quoted(name.removesuffix(TOML)) for name in twins)
        message = f"scenarios whose names differ by letter case or by how accents are put together only: {names}"
        problems.add(Problem(SCENARIOS, message, expected="names that every system can tell apart; rename all but one"))
    for name, document in reading.scenarios.items():
        file = reading.scenario_file(name)
        fault = file_name_fault(name)
        if fault:
            problems.add(Problem(file, f"the scenario's name {fault}", found=name, expected=ALLOWED))
            continue
        places = reading.places.get(file, {})
        scenario = check_scenario(name, document, file, problems, places)
        if scenario is not None:
            scenarios[name] = scenario
            for edit in edits(scenario, file, places):
                check_edit(edit, problems)
    return scenarios
