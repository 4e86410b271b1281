"""Cells and areas of a sheet by their references, such as `C2` and `C2:C5`."""

from __future__ import annotations

import re
from typing import NamedTuple

from openpyxl.utils import column_index_from_string, get_column_letter

from .format_limits import COLUMNS
from .unreadable import Unreadable

_AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")
_LETTERS = re.compile("[A-Z]{1,3}")


class Area(NamedTuple):
    """A rectangle of cells, numbers from 1, both ends included."""

    left: int
    top: int
    right: int
    bottom: int

    def __str__(self) -> str:
        return f"{coordinate(self.top, self.left)}:{coordinate(self.bottom, self.right)}"


def coordinate(row: int, column: int) -> str:
    """`F12`."""
    return f"{get_column_letter(column)}{row}"


def area_of(reference: str) -> Area:
    """The area that a reference names. Raises `Unreadable`."""
    found = _AREA.fullmatch(reference)
    if found is None:
        raise Unreadable(f"the sheet merges cells that do not exist: {reference[:30]}")
    left, top = column_index_from_string(found[1]), int(found[2])
    right, bottom = (column_index_from_string(found[3]), int(found[4])) if found[3] else (left, top)
    return Area(min(left, right), min(top, bottom), max(left, right), max(top, bottom))


def column_of(letters: str) -> int:
    """Number of a column. Raises `Unreadable` for one that no sheet has."""
    name = letters.upper()
    if _LETTERS.fullmatch(name) is None:
        raise Unreadable(f"the sheet has a column {letters[:20]}, which no sheet has")
    number: int = column_index_from_string(name)
    if number > COLUMNS:
        raise Unreadable(f"the sheet has a column {name}; a sheet has at most {COLUMNS:,}")
    return number


def whole(text: str, most: int, what: str) -> int:
    """A whole number from 1 to a limit. Raises `Unreadable`, naming what it counts."""
    if not (text.isascii() and text.isdecimal()):
        raise Unreadable(f"the sheet has {what} {text[:20]!r}, which is no number")
    number = int(text) if len(text) <= 12 else most + 1
    if not 1 <= number <= most:
        raise Unreadable(f"the sheet has {what} {text[:20]}; they go from 1 to {most:,}")
    return number
