"""CSV files to raw tables. Arrow reads the cells when they are needed; the line of a cell is only found for a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from ..problems import CaseError, Problem, ProblemList
from .access import Stamp, guarded, refusal, unreadable
from .encoding import checked
from .raw import Chunk, RawTable, long_cell, repeated
from .records import CsvText
from .size_limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS, MAX_TABLE_BYTES

SHOWN = 20
SHOWN_CHARACTERS = 200
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
BLOCK = 1 << 24
"""Bytes that are read together."""


@dataclass(frozen=True, eq=False)
class CsvFile:
    """A CSV file of sound structure, left on disk; the origin of its rows."""

    table: str
    name: str
    stamp: Stamp
    headers: tuple[str, ...]
    skipped: int
    """Lines up to the end of the header."""
    has_rows: bool
    quoted: bool
    """Whether cells may be in quotation marks, and hold line breaks."""
    as_it_is: bool
    """Whether Arrow can read the file itself, and not only the text made of it."""

    @classmethod
    def of(cls, table: str, text: CsvText, stamp: Stamp, as_it_is: bool) -> CsvFile:
        """The file that the text was read from."""
        headers, _, skipped = text.header
        return cls(table, text.file, stamp, tuple(headers), skipped, text.has_rows, b'"' in text.data, as_it_is)

    @cached_property
    def text(self) -> CsvText:
        """The whole text, for whoever has to show a part of it. Raises `CaseError` where the file has changed."""
        data = self.stamp.path.read_bytes()
        self.stamp.check(self.table, self.name)
        return CsvText.of(self.name, data)

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
            self.stamp.open() if self.as_it_is else pa.BufferReader(self.text.data),
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
        """The column block by block. Raises `CaseError` where a cell is too long or the file has changed."""
        yield Chunk(pa.array([], pa.large_string()))
        start, file = 0, self.file
        try:
            for values in file.batches(self.at):
                long = long_cell(values)
                if long is not None:
                    raise CaseError([_too_long(file.table, file.place(start + long), file.headers[self.at])])
                start += len(values)
                yield Chunk(values)
        except CaseError:
            raise
        except Exception as error:  # only Arrow's reader works above
            raise CaseError([unreadable(file.table, file.name, error)]) from None
        file.stamp.check(file.table, file.name)

    def show(self, row: int) -> str:
        """The cell as it is written."""
        return self.file.text.cell(row, self.at)


def read_csv(name: str, file: str, stamp: Stamp, problems: ProblemList) -> RawTable | None:
    """One table from a UTF-8 file with commas and a header; None when its structure is at fault.

    Raises what the system does where the file cannot be read; `guarded` makes it a problem.
    """
    content = checked(stamp.path.read_bytes(), file, name, problems)
    if content is None:
        return None
    text = CsvText.of(file, content)
    if text.is_blank:
        problems.add(Problem(name, "the file is empty", file, expected="a header line with the column names"))
        return None
    if not _check_structure(name, text, problems):
        return None
    source = CsvFile.of(name, text, stamp, as_it_is=text.data is content)
    try:
        length = sum(map(len, source.batches(0)))
    except pa.ArrowInvalid as error:
        _explain(name, text, str(error), problems)
        return None
    if length > MAX_ROWS:
        problems.add(Problem(name, f"the table has {length:,} rows", file, expected=f"at most {MAX_ROWS:,} rows"))
    columns = {header: CsvColumn(source, at) for at, header in _filled(source, name, problems)}
    return RawTable(name, columns, length, source)


def read_alone(name: str, path: Path, problems: ProblemList) -> RawTable | None:
    """One table from a file that belongs to no case; None, with problems, when it cannot be read."""
    why = refusal(path, most=MAX_TABLE_BYTES)
    if why:
        problems.add(Problem(name, f"this {why}", str(path), expected="a CSV file"))
        return None
    with guarded(name, path.name, problems):
        return read_csv(name, path.name, Stamp.of(path), problems)
    return None


def _filled(source: CsvFile, name: str, problems: ProblemList) -> Iterator[tuple[int, str]]:
    """(place, header) of the columns, those without a header only where they hold something.

    Spreadsheets write such columns where cells were once used or formatted. Of several that hold something the first
    is handed on, to be refused as a column without a header.
    """
    nameless = 0
    for at, header in enumerate(source.headers):
        if header:
            yield at, header
        elif any(pc.any(pc.not_equal(pc.utf8_trim_whitespace(cells), "")).as_py() for cells in source.batches(at)):
            nameless += 1
            if nameless == 1:
                yield at, header
    if nameless > 1:
        message, advice = "several columns without a header", "each column once"
        problems.add(Problem(name, message, source.place(-1), expected=advice))


def _check_structure(name: str, text: CsvText, problems: ProblemList) -> bool:
    before, (headers, line, _) = len(problems), text.header
    place = f"{text.file} line {line}"
    for mark, word in OTHER_SEPARATORS.items():
        if len(headers) == 1 and mark in headers[0]:
            problems.add(
                Problem(name, f"the columns are separated by {word}", place, expected="commas between columns")
            )
    if len(headers) > MAX_COLUMNS:
        expected = f"at most {MAX_COLUMNS:,} columns"
        problems.add(Problem(name, f"the table has {len(headers):,} columns", place, expected=expected))
        return False
    for header in filter(None, repeated(headers)):
        problems.add(Problem(name, "the column occurs twice", place, column=header, expected="each column once"))
    if text.data.count(b'"') % 2:
        line = next(at for at, part in enumerate(text.data.split(b"\n"), 1) if part.count(b'"') % 2)
        message, opened = "a quotation mark is opened and never closed", f"{text.file} line {line}"
        problems.add(Problem(name, message, opened, expected="quotation marks in pairs"))
    return len(problems) == before


def _too_long(table: str, place: str, column: str) -> Problem:
    message = f"the cell holds more than {MAX_CELL:,} characters"
    return Problem(table, message, place, column=column, expected="a shorter cell")


def _explain(name: str, text: CsvText, error: str, problems: ProblemList) -> None:
    """Say why the cells cannot be read: rows with more or fewer cells than the header."""
    width, file = len(text.header[0]), text.file
    wrong = ((line, record) for line, record in text.records() if len(record) != width)
    before = len(problems)
    for line, record in islice(wrong, SHOWN):
        message = f"the row has {len(record)} cells and the header {width}"
        advice = "one cell per column; a comma inside a cell needs quotation marks"
        problems.add(
            Problem(name, message, f"{file} line {line}", found=",".join(record)[:SHOWN_CHARACTERS], expected=advice)
        )
    rest = sum(1 for _ in wrong)
    if rest:
        problems.add(Problem(name, f"and {rest} more rows with too many or too few cells", file))
    if len(problems) == before:
        problems.add(
            Problem(name, f"the file cannot be read as CSV: {error}", file, expected="a comma-separated table")
        )
