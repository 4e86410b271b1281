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

from .encoding import UTF8_MARK

Lines = NDArray[np.int64]

FEED, RETURN = 10, 13
"""The bytes that break lines."""


def breaks_matter(data: bytes) -> bool:
    """Whether carriage returns stand alone, as in old files, or may stand in cells; Arrow wants neither."""
    returns = data.count(b"\r")
    return returns > 0 and (b'"' in data or returns > data.count(b"\r\n"))


@dataclass(frozen=True, eq=False)
class CsvText:
    """A file's text in UTF-8, lines broken by line feeds, and its records: the header and a row each."""

    file: str
    data: bytes

    @classmethod
    def of(cls, file: str, data: bytes) -> CsvText:
        """The text of a file, its breaks made line feeds where `breaks_matter`."""
        text = data.removeprefix(UTF8_MARK)
        return cls(file, text.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if breaks_matter(text) else text)

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """(first line, cells) of each record; blank lines are passed over."""
        reader, last = csv.reader(io.TextIOWrapper(io.BytesIO(self.data), "utf-8", newline="")), 0
        for record in reader:
            if record:
                yield last + 1, record
            last = reader.line_num

    @cached_property
    def header(self) -> tuple[list[str], int]:
        """(stripped column names, lines up to the end of the header)."""
        line, header = next(self.records())
        return [name.strip() for name in header], line + sum(cell.count("\n") for cell in header)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing but white space."""
        return not re.search(rb"\S", self.data)

    @property
    def has_rows(self) -> bool:
        """Whether anything follows the header."""
        at = -1
        for _ in range(self.header[1]):
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
        return next(csv.reader(io.StringIO(self.data[begin:end].decode("utf-8"), newline="")))[at]
