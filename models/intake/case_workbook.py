"""A case in one `.xlsx` workbook: a sheet per table, and sheets for settings, scenarios and changes."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..problems import Problem, ProblemList, listed, suggestion
from ..schema import TABLES
from .document_sheets import COVER, SHEETS, read_changes, read_scenarios, read_settings
from .raw import RawTable
from .reading import Reading
from .worksheet import raw_table, unseen
from .xlsx.book import Book, Entry, open_book
from .xlsx.unreadable import ANOTHER_SAVE, Unreadable

COLUMNS: Mapping[str, Sequence[str]] = SHEETS | {name: tuple(table.by_name) for name, table in TABLES.items()}
"""Columns of every sheet that is read."""


def read_workbook(file: Path, problems: ProblemList) -> Reading:
    """Read every sheet of a case; what cannot be read becomes a problem. A problem of the whole file is raised."""
    reading = Reading(settings_file="case", form="a sheet {}")
    try:
        reading.digest(file.name, file)
        with open_book(file) as book:
            _read_sheets(book, file.name, reading, problems)
    except Unreadable as error:
        problems.add(_of_file(file.name, "", error))
        problems.check()
    except Exception as error:  # whatever a library lets through, a file that cannot be read is a fault of the input
        message = f"the file cannot be read as a workbook: {error or type(error).__name__}"
        problems.add(Problem(file.name, message, expected=ANOTHER_SAVE))
        problems.check()
    return reading


def _of_file(file: str, sheet: str, error: Unreadable) -> Problem:
    """A problem of the file, at most of one sheet: none of its cells can be relied on."""
    message = f"the file cannot be read as a workbook: {error.message}" if not sheet else error.message
    place = f"{sheet}!{error.place}" if error.place else sheet and f"sheet {sheet}"
    return Problem(file, message, place, expected=error.expected)


def _read_sheets(book: Book, file: str, reading: Reading, problems: ProblemList) -> None:
    sheets: dict[str, RawTable | None] = {}
    for name, entries in _by_name(book.entries).items():
        title = entries[0].title.strip()
        if name not in COLUMNS and title != COVER:
            _note_unknown_sheet(title, reading, problems)
        elif name in COLUMNS and len(entries) > 1:
            titles = listed([json.dumps(entry.title) for entry in entries])  # escaped: some blanks do not show
            message = f"sheets have the same name but for blanks and letter case: {titles}"
            problems.add(Problem(name, message, expected="one sheet of this name; remove or rename the others"))
            sheets[name] = None
        elif name in COLUMNS:
            sheets[name] = _read_sheet(book, name, entries[0], file, reading, problems)
    for name in TABLES:
        if name in sheets:
            reading.put(name, sheets[name])
    read_settings(sheets.get("case"), "case" in sheets, reading, problems)
    read_scenarios(sheets.get("scenarios"), reading, problems)
    if "scenarios" not in sheets or sheets["scenarios"] is not None:  # else every change would lack its scenario
        read_changes(sheets.get("changes"), reading, problems)


def _by_name(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Sheets by the table they are of; those whose name is only like a table's are unknown, if they stand alone."""
    alike: dict[str, list[Entry]] = {}
    for entry in entries:
        alike.setdefault(_plain(entry.title), []).append(entry)
    found: dict[str, list[Entry]] = {}
    for name, group in alike.items():
        known = name in COLUMNS and (len(group) > 1 or group[0].title.strip() == name)
        for entry in group:
            found.setdefault(name if known else f"unknown {entry.title}", []).append(entry)
    return found


def _plain(title: str) -> str:
    """A name without blanks, characters that do not show, and letter case."""
    shown = (mark for mark in unicodedata.normalize("NFKC", title) if mark.isprintable() and not mark.isspace())
    return "".join(shown).casefold()


def _read_sheet(
    book: Book, name: str, entry: Entry, file: str, reading: Reading, problems: ProblemList
) -> RawTable | None:
    if entry.other_kind:
        problems.add(Problem(name, f"the sheet is {entry.other_kind}", f"sheet {name}", expected="a worksheet"))
        return None
    try:
        page = book.page(entry)
    except Unreadable as error:
        problems.add(_of_file(file, name, error))
        return None
    if entry.state != "visible":
        reading.notes.append(f"Sheet {name} is hidden in the workbook and is read all the same.")
    reading.notes.extend(unseen(name, page))
    return raw_table(name, page, COLUMNS[name], problems)


def _note_unknown_sheet(name: str, reading: Reading, problems: ProblemList) -> None:
    hint = suggestion(name, COLUMNS)
    if hint:
        problems.add(Problem(name, f"no table has this name{hint}", f"sheet {name}", expected="the name of a table"))
    else:
        reading.notes.append(f"Sheet {name} is no table of a case and was not read.")
