"""The empty workbook that people fill in."""

from __future__ import annotations

from pathlib import Path

from .cover_sheet import add_cover, colour_tabs
from .example_rows import EXAMPLE_ROWS
from .workbook_sheets import append_rows, new_workbook, save


def write_template(path: str | Path) -> Path:
    """Write an `.xlsx` workbook with a sheet per table: headers with notes, drop-down lists, example rows.

    A cover says which sheets to fill in which order.

    The example rows form a valid case of one account. An existing file is replaced, and only once the new one is
    complete. Returns the path; raises ValueError for another ending than `.xlsx`.
    """
    file = Path(path)
    if file.suffix.lower() != ".xlsx":
        raise ValueError(f"a template is an .xlsx file, not {file.name}")
    workbook = new_workbook()
    add_cover(workbook)
    colour_tabs(workbook)
    for name, rows in EXAMPLE_ROWS.items():
        append_rows(workbook[name], rows)
    save(workbook, file)
    return file
