"""The cells of one worksheet: only those that hold something, in the order of the file, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from .areas import Area, area_of, column_of, coordinate, whole
from .bad_cell import BadCell
from .format_limits import COLUMNS, FILLED_COLUMNS, ROWS
from .markup import MAIN, Attributes, is_true
from .strings import RichText, SharedStrings
from .styles import CellStyles
from .unreadable import Unreadable
from .values import Values

_PASSING = re.compile(r"(?<![\w\[\]])\[\d+\](?=[^\[\](),]*!)|\b(?:NOW|TODAY|RAND|RANDBETWEEN|RANDARRAY)\(")
"""In a formula: another workbook, or a function whose value changes by itself."""
_NO_HEIGHT = frozenset({"0", "0.0"})
_CALCULATE = (
    "a value: open and save the workbook in Excel with automatic calculation (in LibreOffice press Ctrl+Shift+F9 "
    "before you save it), or put values in place of formulas"
)


@dataclass
class Filled:
    """The cells of one column that hold something."""

    at: list[int] = field(default_factory=list)
    """Where in `Page.rows` each stands."""
    values: list[object] = field(default_factory=list)


@dataclass
class SheetContent:
    """What a worksheet holds."""

    rows: list[int] = field(default_factory=list)
    """Numbers of the rows with content."""
    columns: dict[int, Filled] = field(default_factory=dict)
    """Columns with content, by number from 1."""
    merged: list[Area] = field(default_factory=list)
    hidden_rows: list[int] = field(default_factory=list)
    """Rows with content that Excel does not show."""
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    """(first, last) of columns that Excel does not show, with content or not."""
    unshown: list[str] = field(default_factory=list)
    """Cells that hold a value and look blank."""
    passing: list[str] = field(default_factory=list)
    """Cells with formulas whose value may be another once the workbook is opened."""

    def cells(self, column: int) -> list[object]:
        """A column's cell in each row, None where blank."""
        cells: list[object] = [None] * len(self.rows)
        if column in self.columns:
            for at, value in zip(self.columns[column].at, self.columns[column].values, strict=True):
                cells[at] = value
        return cells

    def first_row(self) -> Iterator[tuple[int, object]]:
        """(column, value) of each cell of the first row with content."""
        return ((number, filled.values[0]) for number, filled in self.columns.items() if filled.at[0] == 0)


class PageReader(RichText):
    """Listens to a sheet's XML. Rows and cells must be in order and occur once, as Excel asks."""

    root = f"{MAIN}worksheet"

    def __init__(
        self, strings: SharedStrings, styles: CellStyles, epoch: datetime, doubt: str, doubt_of_tables: str
    ) -> None:
        super().__init__()
        self._page, self._values = SheetContent(), Values(strings, styles, epoch)
        self._styles, self._shows_zeros = styles, True
        self._doubts = {"": doubt, "dataTable": doubt_of_tables}
        self._letters: dict[str, int] = {}
        self._row, self._row_text, self._hidden = 0, "0", False
        self._column = COLUMNS  # before its first row a sheet has no place for a cell
        self._kind, self._style = "n", "0"
        self._value: list[str] | None = None
        self._formula: str | None = None
        self._formula_kind = self._shared = ""
        self._passing_shared: set[str] = set()
        self.begins = {
            **self.text_begins,
            f"{MAIN}sheetView": self._note_view,
            f"{MAIN}row": self._begin_row,
            f"{MAIN}c": self._begin_cell,
            f"{MAIN}v": self._begin_value,
            f"{MAIN}f": self._begin_formula,
            f"{MAIN}is": self._begin_value,
            f"{MAIN}mergeCell": self._merge,
            f"{MAIN}col": self._note_columns,
        }
        self.ends = {
            **self.text_ends,
            f"{MAIN}c": self._end_cell,
            f"{MAIN}v": self._end_value,
            f"{MAIN}f": self._end_formula,
            f"{MAIN}is": self._end_value,
        }

    def finished(self) -> SheetContent:
        """What was read."""
        return self._page

    def _begin_row(self, attributes: Attributes) -> None:
        number = whole(attributes.get("r") or str(self._row + 1), ROWS, "a row")
        if number <= self._row:
            said = "occurs twice" if number == self._row else f"comes after row {self._row}"
            raise Unreadable(f"row {number} {said}", str(number))
        self._row, self._row_text, self._column = number, str(number), 0
        self._hidden = is_true(attributes, "hidden") or attributes.get("ht") in _NO_HEIGHT

    def _begin_cell(self, attributes: Attributes) -> None:
        reference = attributes.get("r")
        column = self._column + 1 if reference is None else self._column_of(reference)
        if column <= self._column:
            here = coordinate(self._row, column)
            said = "occurs twice" if column == self._column else f"comes after {coordinate(self._row, self._column)}"
            raise Unreadable(f"the cell {here} {said}", here)
        if column > COLUMNS:
            raise Unreadable(f"row {self._row} has more than {COLUMNS:,} cells", self._row_text)
        self._column = column
        self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "0")
        self._value = self._formula = None

    def _column_of(self, reference: str) -> int:
        letters = reference.removesuffix(self._row_text)
        known = self._letters.get(letters)
        if letters == reference:
            raise Unreadable(f"row {self._row} has the cell {reference[:20]} of another row", self._row_text)
        if known is None:
            known = self._letters[letters] = column_of(letters)
        return known

    def _begin_value(self, attributes: Attributes) -> None:
        if self._value is not None:
            here = coordinate(self._row, self._column)
            raise Unreadable(f"the cell {here} has two values", here)
        self.take()
        self.taking = self._kind != "inlineStr"

    def _end_value(self) -> None:
        self._value, self.taking = self.pieces, False

    def _begin_formula(self, attributes: Attributes) -> None:
        self._formula_kind = attributes.get("t", "")
        self._shared = attributes.get("si", "") if self._formula_kind == "shared" else ""
        self.take()

    def _end_formula(self) -> None:
        self._formula, self.taking = "".join(self.pieces), False

    def _end_cell(self) -> None:
        if self._formula is not None:
            value = self._calculated(self._formula)
        elif self._value is None:
            return
        else:
            value = self._values.of(self._kind, self._style, self._value)
        if value is not None:
            self._keep(value)

    def _calculated(self, formula: str) -> object:
        """The stored value of a formula, unless it cannot be relied on."""
        doubt = self._doubts.get(self._formula_kind, self._doubts[""])
        if self._value is None or (self._kind != "str" and not "".join(self._value).strip()):
            doubt = "a formula without a stored value"
        if doubt:
            return BadCell(doubt, f"={formula}" if formula else "a shared formula", _CALCULATE)
        if _PASSING.search(formula) or (self._shared in self._passing_shared and not formula):
            if self._shared:  # the formula stands in the first of its cells alone
                self._passing_shared.add(self._shared)
            self._page.passing.append(coordinate(self._row, self._column))
        return self._values.of(self._kind, self._style, self._value or [])

    def _keep(self, value: object) -> None:
        page = self._page
        if not page.rows or page.rows[-1] != self._row:
            page.rows.append(self._row)
            if self._hidden:
                page.hidden_rows.append(self._row)
        filled = page.columns.get(self._column)
        if filled is None:
            filled = page.columns[self._column] = Filled()
            if len(page.columns) > FILLED_COLUMNS:
                expected = "the columns of the table, and nothing beside them"
                raise Unreadable(f"more than {FILLED_COLUMNS} columns hold something", "", expected)
        filled.at.append(len(page.rows) - 1)
        filled.values.append(value)
        format = self._styles.of(self._style)
        if (format and not format.shows(value)) or (value == 0 and not self._shows_zeros):
            page.unshown.append(coordinate(self._row, self._column))

    def _note_view(self, attributes: Attributes) -> None:
        self._shows_zeros = is_true(attributes, "showZeros", "1")

    def _merge(self, attributes: Attributes) -> None:
        self._page.merged.append(area_of(attributes.get("ref", "")))

    def _note_columns(self, attributes: Attributes) -> None:
        if is_true(attributes, "hidden") or attributes.get("width") in _NO_HEIGHT:
            first, last = (whole(attributes.get(end, ""), COLUMNS, "a column") for end in ("min", "max"))
            known = self._page.hidden_columns
            if not known or first > known[-1][1]:  # Excel has them in order, and so they stay few
                known.append((first, last))
