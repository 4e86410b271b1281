"""What a cell's XML stands for: a text, a number, true or false, or something that no table can hold."""

from __future__ import annotations

from datetime import datetime
from math import isfinite, nan

from openpyxl.utils.datetime import from_excel

from .bad_cell import BadCell
from .markup import TRUE
from .strings import SharedStrings, shown_text
from .styles import CellStyles

EXACT = 2.0**53
"""Below this every whole number is one of its own."""
_NOT_A_DATE = "a plain number, or a text; give the cell the format General or Text"


class Values:
    """Values of cells by the kind that their XML states."""

    def __init__(self, strings: SharedStrings, styles: CellStyles, epoch: datetime) -> None:
        self._strings, self._styles, self._epoch = strings, styles, epoch

    def of(self, kind: str, style: str, pieces: list[str]) -> object:
        """The value of a cell; None where it shows nothing."""
        if kind == "n":
            return self._number("".join(pieces), style)
        if kind == "s":
            return self._shared("".join(pieces))
        if kind in ("str", "inlineStr"):
            return shown_text(pieces)
        text = "".join(pieces).strip()
        if kind == "b" and text in ("0", "1", "true", "false"):
            return text in TRUE
        if kind == "e":
            return BadCell("an error value", text, "a value")
        if kind == "d":
            return BadCell("a date", text, _NOT_A_DATE)
        return BadCell(f"a cell of the unknown kind {kind[:20]}", text, "a number or a text")

    def _number(self, text: str, style: str) -> object:
        if not text.strip():
            return None
        try:
            number = float(text)
        except ValueError:
            number = nan
        if not isfinite(number) or "_" in text or not text.isascii():
            return BadCell("a cell that is marked as a number and holds none", text, "a finite number")
        plain = int(number) if number.is_integer() and abs(number) < EXACT else number
        format = self._styles.of(style)
        if format is None:
            return BadCell("a number in a style that the file lacks", text, "a workbook that is whole")
        if format.is_date(plain):
            return self._date(plain)
        if format.digits and isinstance(plain, int) and plain >= 0:
            return str(plain).zfill(format.digits)  # such as 00123, which is another name than 123
        return plain

    def _date(self, number: float) -> BadCell:
        try:
            shown = str(from_excel(number, self._epoch)).removesuffix(" 00:00:00")
        except (ValueError, OverflowError):
            shown = str(number)
        return BadCell(f"the number {number!r} is formatted as a date or time", shown, _NOT_A_DATE)

    def _shared(self, text: str) -> object:
        if not text.strip():
            return None
        known = self._strings.get()
        if text.isascii() and text.isdecimal() and len(text) <= 12 and int(text) < len(known):
            return known[int(text)]
        return BadCell("a text that the file lacks", f"number {text}", "a workbook that is whole")
