"""How the cell styles of a workbook show numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from openpyxl.styles.numbers import BUILTIN_FORMATS

from .archive import Archive
from .format_limits import FORMAT_CODE, STYLES
from .formats import NumberFormat, number_format
from .markup import MAIN, Attributes, Listener, read
from .unreadable import Unreadable

_FOREIGN_DATES = frozenset(map(str, (*range(27, 37), *range(50, 59), *range(71, 82))))
"""Numbers of built-in formats that are dates in Chinese, Japanese, Korean and Thai versions of Excel."""
_GENERAL = number_format("General")


class CellStyles:
    """The number format of each cell style, by the style's number as it is written."""

    def __init__(self, formats: Iterable[NumberFormat] = ()) -> None:
        self._formats = {str(style): format for style, format in enumerate(formats)}
        self._known: dict[str, NumberFormat | None] = dict(self._formats)

    def of(self, style: str) -> NumberFormat | None:
        """The number format of a style; None for one that the file lacks."""
        try:
            return self._known[style]
        except KeyError:
            number = style.strip()  # as XML Schema has it: blanks around, zeros before
            number = number.lstrip("0") or "0" if number.isascii() and number.isdecimal() else number
            found = self._formats.get(number) if self._formats else _GENERAL
            if len(self._known) < 2 * STYLES:
                self._known[style] = found
            return found


def read_styles(archive: Archive, part: str) -> CellStyles:
    """The cell styles of a workbook. Raises `Unreadable`."""
    listener = _Styles()
    read(archive, part, listener)
    return CellStyles(_format(number, listener.formats) for number in listener.cells)


def _format(number: str, formats: Mapping[str, str]) -> NumberFormat:
    code = formats.get(number)
    if code is None:
        code = "yyyy-mm-dd" if number in _FOREIGN_DATES else "General"
    return number_format(code)


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
            self.formats[_number(attributes)] = attributes.get("formatCode", "")[:FORMAT_CODE]

    def _style(self, attributes: Attributes) -> None:
        if self._section.endswith("cellXfs"):  # others are what named styles are made of
            self.cells.append(_number(attributes))
            if len(self.cells) > STYLES:
                raise Unreadable(f"the file has more than {STYLES:,} cell styles")


def _number(attributes: Attributes) -> str:
    number = attributes.get("numFmtId", "0").strip()
    return number.lstrip("0") or "0"
