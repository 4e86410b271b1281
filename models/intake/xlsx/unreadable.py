"""Why a workbook, or one sheet of it, cannot be read."""

from __future__ import annotations

ANOTHER_SAVE = "a workbook saved as Excel Workbook (.xlsx) by Excel or LibreOffice, without a password"


class Unreadable(Exception):
    """A file or sheet that no cell is taken from: what is wrong, where, and what to do."""

    def __init__(self, message: str, place: str = "", expected: str = ANOTHER_SAVE) -> None:
        self.message, self.place, self.expected = message, place, expected
        super().__init__(message)
