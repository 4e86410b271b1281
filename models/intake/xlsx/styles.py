"""Which cell styles show a number as a date or time, or show nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

from .archive import Archive
from .markup import MAIN, Attributes, Listener, read

_EAST_ASIAN_DATES = frozenset(map(str, (*range(27, 37), *range(50, 59))))
"""Numbers of built-in formats that are dates in Chinese, Japanese, Korean and Thai versions of Excel."""
_LONGEST = 255
"""Characters of a number format; Excel's limit."""


@dataclass(frozen=True)
class CellStyles:
    """What matters of the cell styles, by their numbers as texts."""

    dates: frozenset[str] = frozenset()
    """Styles that show a number as a date or time."""
    blank: Mapping[str, tuple[bool, ...]] = field(default_factory=dict)
    """Styles that show nothing in place of (positive numbers, negative ones, zero, texts)."""

    def shows(self, style: str, value: object) -> bool:
        """Whether a cell of that style shows its value."""
        blank = self.blank.get(style)
        if blank is None or isinstance(value, bool):
            return True
        if isinstance(value, int | float):
            return not blank[0 if value > 0 else 1 if value < 0 else 2]
        return not (isinstance(value, str) and blank[3])


def read_styles(archive: Archive, part: str) -> CellStyles:
    """The cell styles of a workbook. Raises `Unreadable`."""
    listener = _Styles()
    read(archive, part, listener)
    dates = {number for number, code in listener.formats.items() if is_date_format(code)} | _EAST_ASIAN_DATES
    blank = {number: _blank(code) for number, code in listener.formats.items() if any(_blank(code))}
    styles = [(str(at), number) for at, number in enumerate(listener.cells)]
    return CellStyles(
        frozenset(style for style, number in styles if number in dates),
        {style: blank[number] for style, number in styles if number in blank},
    )


def _blank(code: str) -> tuple[bool, ...]:
    """Which of (positive numbers, negative ones, zero, texts) a number format leaves blank."""
    empty = [not section.strip() for section in code.split(";")]
    if len(empty) == 1:
        return False, False, False, False
    return empty[0], empty[1], empty[2] if len(empty) > 2 else empty[0], len(empty) > 3 and empty[3]


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
