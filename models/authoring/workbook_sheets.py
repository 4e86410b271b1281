"""Workbooks as they are written: a sheet per table with headers, notes and drop-down lists, and rows below."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ..case import CaseSettings
from ..files import write_file
from ..intake.document_sheets import OPERATIONS, SHEETS
from ..problems import CaseError, Problem
from ..scenario import Scenario
from ..schema import TABLES, Column, ColumnKind, Table
from ..text.characters import characters_in_words

Cell = str | float | bool | None
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""The beginning of what Excel reads as the number of a character."""
FLAG_WORDS = ("TRUE", "FALSE")
LIST_LIMIT = 255
"""Excel refuses a drop-down list written out in more characters."""
LAST_ROW = 1_048_576
NEEDED, OPTIONAL = "305496", "8EA9DB"
"""Header colours of columns that must and may be filled."""
NOTES = {
    "case": {"key": "name, currency, choice_model, discount_rate (0.08 is 8 % a year) or description", "value": ""},
    "scenarios": {
        "scenario": "name of the scenario; base is solved unless another is asked for",
        "key": "a rule of the scenario, objective or description",
        "value": "shares as fractions, counts as whole numbers; blank is off",
    },
    "changes": {
        "scenario": "a scenario of the sheet scenarios",
        "table": "table to edit, or case",
        "where": "rows to edit, such as provider=Orbis; region=north|south; blank is every row",
        "column": "column to edit",
        "operation": "set, add or multiply; changes are made in order",
        "value": "the new value, the amount to add, or the factor",
        "hold_uptake": "TRUE: appeal moves so that today's menus are taken up as before; for price_sensitivity and "
        "risk_aversion, in a case with current_menus; blank is FALSE",
    },
}


def new_workbook(columns: Mapping[str, Collection[str]] | None = None) -> Workbook:
    """A workbook with every sheet of a case, headers only: of `columns` by table, or every one."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, headers in SHEETS.items():
        _fill_header(workbook.create_sheet(name), headers, NOTES[name])
    _add_list(workbook["case"], 1, tuple(CaseSettings.model_fields))
    _add_list(workbook["scenarios"], 2, tuple(key for key in Scenario.model_fields if key not in {"name", "change"}))
    _add_list(workbook["changes"], 2, (*TABLES, "case"))
    _add_list(workbook["changes"], 5, OPERATIONS)
    _add_list(workbook["changes"], 7, FLAG_WORDS)
    for table in TABLES.values():
        given = table if columns is None else table.with_columns(columns[table.name])
        _add_table(workbook.create_sheet(table.name), given)
    return workbook


def append_rows(sheet: Worksheet, rows: Iterable[Mapping[str, Cell]]) -> None:
    """Write rows under the sheet's header."""
    headers = [str(cell.value) for cell in sheet[1]]
    for number, row in enumerate(rows, sheet.max_row + 1):
        for at, header in enumerate(headers, 1):
            value = row.get(header)
            if value is not None and value != "":
                _write(sheet.cell(number, at), value)


def _write(cell: Any, value: Cell) -> None:
    """Put a value into a cell so that it reads back the same."""
    if isinstance(value, str):
        _check_text(cell, value)
        cell.value, cell.data_type = escaped(value), "s"  # else a name that begins with = would become a formula
    elif isinstance(value, float):
        cell.value = repr(value)
        cell.data_type = "n"  # openpyxl would write 16 digits, which is one too few
    else:
        cell.value = value


def _check_text(cell: Any, text: str) -> None:
    strange = characters_in_words(dict.fromkeys(ILLEGAL_CHARACTERS_RE.findall(text)))
    if strange:
        place, expected = f"{cell.parent.title}!{cell.coordinate}", "text without it, or a folder of CSV files"
        raise CaseError(
            [Problem(cell.parent.title, f"a workbook cannot hold {strange}", place, "", "", text, expected)]
        )


def escaped(text: str) -> str:
    """The text as it must stand in the file to be shown as it is: Excel shows a written `_x0041_` as A."""
    return _ESCAPE.sub("_x005F_", text)


def save(workbook: Workbook, path: Path) -> None:
    """Save the workbook whole or not at all."""
    content = BytesIO()  # openpyxl, stopped by a full disk, goes on writing to the file when it is collected
    workbook.save(content)
    with write_file(path) as temporary:
        temporary.write_bytes(content.getbuffer())


def _add_table(sheet: Worksheet, table: Table) -> None:
    notes = {column.name: _note(column) for column in table.columns}
    first = table.columns[0].name
    whole = f"Sheet {table.name}{' (optional)' if table.optional else ''}: {table.doc}.\n"
    notes[first] = whole + notes[first]
    required = [column.name for column in table.columns if column.required]
    _fill_header(sheet, [column.name for column in table.columns], notes, required)
    for at, column in enumerate(table.columns, 1):
        if column.kind in (ColumnKind.CHOICE, ColumnKind.FLAG):
            _add_list(sheet, at, column.choices or FLAG_WORDS)


def _note(column: Column) -> str:
    unit = f" [{column.unit}]" if column.unit else ""
    lines = [f"{column.doc}{unit}", f"Holds {column.expected}.", _blank_note(column)]
    if column.refers:
        also = f", or {' or '.join(column.also)}" if column.also else ""
        lines.append(f"As in {column.refers.replace('.', ', column ')}{also}.")
    return "\n".join(filter(None, lines))


def _blank_note(column: Column) -> str:
    if column.only_for:
        needed = "" if isinstance(column.default, int | float) else "; needed there"
        return f"For kind {column.only_for} only{needed}, blank elsewhere."
    if column.required:
        return "Must be filled."
    shown = f": a blank is {column.default}" if column.default is not None else ""
    return f"May be blank{shown}."


def _fill_header(
    sheet: Worksheet, headers: Sequence[str], notes: Mapping[str, str], required: Sequence[str] | None = None
) -> None:
    for at, header in enumerate(headers, 1):
        cell = sheet.cell(1, at, header)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", fgColor=NEEDED if required is None or header in required else OPTIONAL)
        if notes[header]:
            cell.comment = Comment(notes[header], "Tierwise", width=320, height=120)
        sheet.column_dimensions[get_column_letter(at)].width = max(12, len(header) + 3)
    sheet.freeze_panes = "A2"


def _add_list(sheet: Worksheet, at: int, words: tuple[str, ...]) -> None:
    """Offer the words as a drop-down list in one column; a list too long for Excel is left out."""
    listed = ",".join(words)
    if len(listed) > LIST_LIMIT:
        return
    validation = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True)
    validation.error = f"One of: {', '.join(words)}"[:LIST_LIMIT]
    letter = get_column_letter(at)
    validation.add(f"{letter}2:{letter}{LAST_ROW}")
    sheet.add_data_validation(validation)
