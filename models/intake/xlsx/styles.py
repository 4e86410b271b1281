"""Which cell styles show a number as a date or time."""

from __future__ import annotations

from functools import partial

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from .archive import Archive
from .markup import MAIN, Attributes, Listener, read

_EAST_ASIAN_DATES = frozenset(map(str, (*range(27, 37), *range(50, 59))))
"""Numbers of built-in formats that are dates in Chinese, Japanese, Korean and Thai versions of Excel."""
_LONGEST = 255
"""Characters of a number format; Excel's limit."""


def date_styles(archive: Archive, part: str) -> frozenset[str]:
    """Numbers of the cell styles whose number format is one of dates or times. Raises `Unreadable`."""
    styles = _Styles()
    read(archive, part, styles)
    dates = {number for number, code in styles.formats.items() if is_date_format(code)} | _EAST_ASIAN_DATES
    return frozenset(str(at) for at, number in enumerate(styles.cells) if number in dates)


class _Styles(Listener):
    root = f"{MAIN}styleSheet"

    def __init__(self) -> None:
        self.formats = {str(number): code for number, code in BUILTIN_FORMATS.items()}
        self.cells: list[str] = []
        self._section = ""
        sections = [f"{MAIN}{name}" for name in ("numFmts", "cellXfs")]
        self.begins = {f"{MAIN}numFmt": self._format, f"{MAIN}xf": self._style}
        self.begins |= {name: partial(self._enter, name) for name in sections}
        self.ends = dict.fromkeys(sections, self._leave)

    def _enter(self, section: str, attributes: Attributes) -> None:
        self._section = section

    def _leave(self) -> None:
        self._section = ""

    def _format(self, attributes: Attributes) -> None:
        if self._section.endswith("numFmts"):  # others are of conditional formats
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")[:_LONGEST]

    def _style(self, attributes: Attributes) -> None:
        if self._section.endswith("cellXfs"):  # others are what named styles are made of
            self.cells.append(attributes.get("numFmtId", "0"))
