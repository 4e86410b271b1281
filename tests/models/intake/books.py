"""Workbooks as other programs, people and attackers leave them: the small case's, with parts of the file rewritten."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from models import CaseError, load_case
from models.intake.document_sheets import SHEETS
from models.problems import Problem
from models.schema import TABLES

Change = Callable[[str], str]
WORKBOOK, STYLES, TEXTS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
SHEET_NAMES = (*SHEETS, *TABLES)


def part(sheet: str) -> str:
    """The part of the file that holds a sheet."""
    return f"xl/worksheets/sheet{SHEET_NAMES.index(sheet) + 1}.xml"


def rewritten(book: Path, target: Path, changes: Mapping[str, Change], more: Mapping[str, str] | None = None) -> Path:
    """The workbook with parts changed, each really so, and parts added."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for name in old.namelist():
            text = old.read(name)
            if name in changes:
                changed = changes[name](text.decode()).encode()
                assert changed != text, name
                text = changed
            new.writestr(name, text)
        for name, text in (more or {}).items():
            new.writestr(name, text)
    return target


def replaced(before: str, after: str) -> Change:
    """A text that occurs, replaced once."""

    def change(text: str) -> str:
        assert before in text, before
        return text.replace(before, after, 1)

    return change


def cell(reference: str, xml: str) -> Change:
    """A cell's element replaced by another."""
    return lambda text: re.sub(rf'<c r="{reference}"[^>]*?(?:/>|>.*?</c>)', lambda _: xml, text, count=1)


def after_rows(xml: str) -> Change:
    """XML put behind a sheet's rows."""
    return replaced("</sheetData>", f"</sheetData>{xml}")


def merged(*areas: str) -> Change:
    """Areas merged in a sheet."""
    inside = "".join(f"<mergeCell ref='{area}'/>" for area in areas)
    return after_rows(f"<mergeCells>{inside}</mergeCells>")


def chain(*changes: Change) -> Change:
    """One change after the other."""

    def change(text: str) -> str:
        for one in changes:
            text = one(text)
        return text

    return change


CALCULATED = replaced('fullCalcOnLoad="1"', "")
"""Of the part `WORKBOOK`: as a program writes it that has calculated the formulas."""


def problems(file: Path) -> tuple[Problem, ...]:
    """What a case is refused for."""
    with pytest.raises(CaseError) as refusal:
        load_case(file)
    return refusal.value.problems
