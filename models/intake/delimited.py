"""CSV files to raw tables. Arrow reads the cells when they are needed; the line of a cell is only found for a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pacsv

from ..problems import Problem, ProblemList
from .encoding import checked
from .raw import Chunk, RawTable, repeated
from .records import CsvText, breaks_matter

SHOWN = 20
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
BLOCK = 1 << 24
"""Bytes that are read together."""


@dataclass(frozen=True, eq=False)
class CsvFile:
    """A CSV file of sound structure, left on disk; the origin of its rows."""

    name: str
    path: Path
    headers: tuple[str, ...]
    skipped: int
    """Lines up to the end of the header."""
    has_rows: bool
    quoted: bool
    """Whether cells may be in quotation marks, and hold line breaks."""
    as_it_is: bool
    """Whether Arrow can read the file itself, and not only the text made of it."""

    @classmethod
    def of(cls, text: CsvText, path: Path, as_it_is: bool) -> CsvFile:
        """The file that the text was read from."""
        headers, skipped = text.header
        return cls(text.file, path, tuple(headers), skipped, text.has_rows, b'"' in text.data, as_it_is)

    @cached_property
    def text(self) -> CsvText:
        """The whole text, for whoever has to show a part of it."""
        return CsvText.of(self.name, self.path.read_bytes())

    def place(self, row: int, column: str = "") -> str:
        """`rates.csv line 7`; row -1 is the header."""
        return self.text.place(row)

    def batches(self, at: int) -> Iterator[pa.Array]:
        """The cells of one column, as text. Raises pyarrow.ArrowInvalid when a row has too many or too few cells."""
        if not self.has_rows:
            return
        names = [str(place) for place in range(len(self.headers))]
        options = pacsv.ConvertOptions(
            column_types={names[at]: pa.large_string()}, include_columns=[names[at]], strings_can_be_null=False
        )
        reader = pacsv.open_csv(
            self.path if self.as_it_is else pa.BufferReader(self.text.data),
            read_options=pacsv.ReadOptions(column_names=names, skip_rows=self.skipped, block_size=BLOCK),
            parse_options=pacsv.ParseOptions(newlines_in_values=self.quoted),
            convert_options=options,
        )
        yield from (batch.column(0) for batch in reader)


@dataclass(frozen=True)
class CsvColumn:
    """A column that stays on disk: only the block that is looked at is in memory."""

    file: CsvFile
    at: int

    def chunks(self) -> Iterator[Chunk]:
        """The column block by block."""
        yield Chunk(pa.array([], pa.large_string()))
        yield from map(Chunk, self.file.batches(self.at))

    def show(self, row: int) -> str:
        """The cell as it is written."""
        return self.file.text.cell(row, self.at)


def read_csv(name: str, file: str, path: Path, problems: ProblemList) -> RawTable | None:
    """One table from a UTF-8 file with commas and a header; None when its structure is at fault."""
    content = checked(path.read_bytes(), file, name, problems)
    if content is None:
        return None
    text = CsvText.of(file, content)
    if text.is_blank:
        problems.add(Problem(name, "the file is empty", file, expected="a header line with the column names"))
        return None
    if not _check_structure(name, text, problems):
        return None
    source = CsvFile.of(text, path, as_it_is=not breaks_matter(content))
    try:
        length = sum(map(len, source.batches(0)))
    except pa.ArrowInvalid as error:
        _explain(name, text, str(error), problems)
        return None
    return RawTable(name, {header: CsvColumn(source, at) for at, header in enumerate(source.headers)}, length, source)


def _check_structure(name: str, text: CsvText, problems: ProblemList) -> bool:
    before, file, headers = len(problems), text.file, text.header[0]
    for mark, word in OTHER_SEPARATORS.items():
        if len(headers) == 1 and mark in headers[0]:
            message = f"the columns are separated by {word}"
            problems.add(Problem(name, message, f"{file} line 1", expected="commas between columns"))
    for header in repeated(headers):
        message = "the column occurs twice" if header else "several columns without a header"
        problems.add(Problem(name, message, f"{file} line 1", column=header, expected="each column once"))
    if text.data.count(b'"') % 2:
        line = next(at for at, part in enumerate(text.data.split(b"\n"), 1) if part.count(b'"') % 2)
        message = "a quotation mark is opened and never closed"
        problems.add(Problem(name, message, f"{file} line {line}", expected="quotation marks in pairs"))
    return len(problems) == before


def _explain(name: str, text: CsvText, error: str, problems: ProblemList) -> None:
    """Say why the cells cannot be read: rows with more or fewer cells than the header."""
    width, file = len(text.header[0]), text.file
    wrong = ((line, record) for line, record in text.records() if len(record) != width)
    before = len(problems)
    for line, record in islice(wrong, SHOWN):
        message = f"the row has {len(record)} cells and the header {width}"
        advice = "one cell per column; a comma inside a cell needs quotation marks"
        problems.add(Problem(name, message, f"{file} line {line}", found=",".join(record), expected=advice))
    rest = sum(1 for _ in wrong)
    if rest:
        problems.add(Problem(name, f"and {rest} more rows with too many or too few cells", file))
    if len(problems) == before:
        problems.add(
            Problem(name, f"the file cannot be read as CSV: {error}", file, expected="a comma-separated table")
        )
