"""The records of a CSV text and the lines they stand on, found without a second copy of the text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ..problems import CaseError, Problem
from .encoding import UTF8_MARK
from .size_limits import MAX_CELL

Lines = NDArray[np.int64]

FEED, RETURN = 10, 13
"""The bytes that break lines."""


def breaks_matter(data: bytes) -> bool:
    """Whether carriage returns stand alone, as in old files, or may stand in cells; Arrow wants neither."""
    returns = data.count(b"\r")
    return returns > 0 and (b'"' in data or returns > data.count(b"\r\n"))


def _unread(place: str, file: str, error: csv.Error) -> Problem:
    """The problem of a record that Python's reader refuses: a cell beyond its own limit, which is above ours."""
    long = f"the row holds a cell of more than {MAX_CELL:,} characters"
    message = long if "limit" in str(error) else f"the row cannot be read: {error}"
    return Problem(file, message, place, expected="shorter cells; a quotation mark that is never closed makes one")


_SEPARATOR_LINE = re.compile(rb'"?sep=,+"?,*[ \t]*\r?(?=\n|\Z)', re.IGNORECASE)
"""The line by which Excel tells itself that commas separate."""
_CELLS = rb'(?:[ \t,]|"[ \t]*+"(?!"))*+\r?(?=\n|\Z)'
"""The rest of a line without content: commas, blanks and quotation marks around nothing."""
_FIRST_BLANK, _BLANK = re.compile(_CELLS), re.compile(rb"\n" + _CELLS)
_MAYBE_BLANK = re.compile(rb'\n[ \t,"]')
"""What comes before each blank row that is no empty line; quick to look for."""


def without_blank_rows(data: bytes) -> bytes:
    """The text with rows of empty cells made empty lines, which keeps the number of every line.

    A line inside a quoted cell stays as it is: an odd number of quotation marks stands before it.
    """
    if first := _FIRST_BLANK.match(data):
        data = data[first.end() :]
    if not _MAYBE_BLANK.search(data):
        return data
    pieces, end, counted, marks = [], 0, 0, 0
    for row in _BLANK.finditer(data):
        marks += data.count(b'"', counted, row.start())
        counted = row.start()
        if marks % 2 == 0 and len(row[0]) > 1:
            pieces += [data[end : row.start()], b"\n"]
            end = row.end()
    return b"".join([*pieces, data[end:]]) if pieces else data


@dataclass(frozen=True, eq=False)
class CsvText:
    """A file's text in UTF-8, lines broken by line feeds, and its records: the header and a row each."""

    file: str
    data: bytes

    @classmethod
    def of(cls, file: str, data: bytes) -> CsvText:
        """The text of a file without blank rows, its breaks made line feeds where `breaks_matter`."""
        text = data.removeprefix(UTF8_MARK)
        if breaks_matter(text):
            text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        separator = _SEPARATOR_LINE.match(text)
        return cls(file, without_blank_rows(text[separator.end() :] if separator else text))

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(first line, cells) of each record; blank lines are passed over. Raises `CaseError` for an endless cell."""
        reader, last = csv.reader(io.TextIOWrapper(io.BytesIO(self.data), "utf-8", newline="")), 0
        try:
            for record in reader:
                if record:
                    yield last + 1, record
                last = reader.line_num
        except csv.Error as error:
            raise CaseError([_unread(f"{self.file} line {last + 1}", self.file, error)]) from None

    @cached_property
    def header(self) -> tuple[list[str], int, int]:
        """(stripped column names, line of the header, lines up to its end)."""
        line, header = next(self.records())
        return [name.strip() for name in header], line, line + sum(cell.count("\n") for cell in header)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing but white space."""
        return not re.search(rb"\S", self.data)

    @property
    def has_rows(self) -> bool:
        """Whether anything follows the header."""
        at = -1
        for _ in range(self.header[2]):
            at = self.data.find(b"\n", at + 1)
            if at < 0:
                return False
        return bool(re.compile(rb"\S").search(self.data, at + 1))

    @cached_property
    def _begins(self) -> Lines:
        """First byte of each line, and the text's length."""
        feeds = np.flatnonzero(np.frombuffer(self.data, dtype=np.uint8) == FEED)
        return np.concatenate([[0], feeds + 1, [len(self.data)]]).astype(np.int64)

    @cached_property
    def _lines(self) -> Lines:
        """Line, from 1, on which each record begins; the header's is the first."""
        if b'"' in self.data:
            return np.fromiter((line for line, _ in self.records()), dtype=np.int64)
        first, after = self._begins[:-1], self._begins[1:]
        text = np.frombuffer(self.data + b"\n", dtype=np.uint8)
        filled = (after > first) & (text[first] != FEED)
        filled &= ~((text[first] == RETURN) & (text[np.minimum(first + 1, len(text) - 1)] == FEED))
        return np.flatnonzero(filled) + 1

    def place(self, row: int) -> str:
        """`rates.csv line 7`; row -1 is the header."""
        return f"{self.file} line {self._lines[row + 1]}"

    def cell(self, row: int, at: int) -> str:
        """A cell of a row as it is written."""
        starts = self._begins[self._lines[row + 1 : row + 3] - 1]
        begin, end = next(pairwise([*starts, len(self.data)]))
        try:
            return next(csv.reader(io.StringIO(self.data[begin:end].decode("utf-8"), newline="")))[at]
        except csv.Error as error:
            raise CaseError([_unread(self.place(row), self.file, error)]) from None
