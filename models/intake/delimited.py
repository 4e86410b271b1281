"""CSV files: bytes to raw tables. Arrow reads the cells; the line of a cell is only worked out for a fault."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import pyarrow as pa
import pyarrow.csv as pacsv

from ..problems import Problem, ProblemList
from .encoding import decode
from .raw import RawColumn, RawTable, repeated

SHOWN = 20
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True)
class Lines:
    """Origin of a CSV file's rows: their lines, counted from 1."""

    name: str
    content: str

    @cached_property
    def _starts(self) -> list[int]:
        return [line for line, _ in _records(self.content)]

    def place(self, row: int, column: str = "") -> str:
        """`rates.csv line 7`; row -1 is the header."""
        return f"{self.name} line {self._starts[row + 1]}"


def read_csv(name: str, file: str, data: bytes, problems: ProblemList) -> RawTable | None:
    """One table from a UTF-8 file with commas and a header; None when its structure is at fault."""
    content = decode(data, file, name, problems)
    if content is None:
        return None
    if not content.strip():
        problems.add(Problem(name, "the file is empty", file, expected="a header line with the column names"))
        return None
    headers, skipped = _header(content)
    if not _check_structure(name, file, content, headers, problems):
        return None
    try:
        table = _read_cells(_with_unix_breaks(content), len(headers), skipped)
    except pa.ArrowInvalid as error:
        _explain(name, file, content, len(headers), str(error), problems)
        return None
    columns = {header: RawColumn(table.column(at)) for at, header in enumerate(headers)}
    return RawTable(name, columns, table.num_rows, Lines(file, content))


def _records(content: str) -> Iterator[tuple[int, list[str]]]:
    """(first line, cells) of each record; blank lines are passed over."""
    reader, last = csv.reader(io.StringIO(content, newline="")), 0
    for record in reader:
        if record:
            yield last + 1, record
        last = reader.line_num


def _header(content: str) -> tuple[list[str], int]:
    """(stripped column names, lines up to the end of the header)."""
    line, header = next(_records(content))
    breaks = sum(cell.count("\n") for cell in header)
    return [name.strip() for name in header], line + breaks


def _check_structure(name: str, file: str, content: str, headers: list[str], problems: ProblemList) -> bool:
    before = len(problems)
    for mark, word in OTHER_SEPARATORS.items():
        if len(headers) == 1 and mark in headers[0]:
            message = f"the columns are separated by {word}"
            problems.add(Problem(name, message, f"{file} line 1", expected="commas between columns"))
    for header in repeated(headers):
        message = "the column occurs twice" if header else "several columns without a header"
        problems.add(Problem(name, message, f"{file} line 1", column=header, expected="each column once"))
    if content.count('"') % 2:
        line = next(at for at, text in enumerate(content.split("\n"), 1) if text.count('"') % 2)
        message = "a quotation mark is opened and never closed"
        problems.add(Problem(name, message, f"{file} line {line}", expected="quotation marks in pairs"))
    return len(problems) == before


def _with_unix_breaks(content: str) -> bytes:
    """The text with line feeds only: Arrow does not take the lone carriage returns of old files for breaks."""
    return (content.replace("\r\n", "\n").replace("\r", "\n") if "\r" in content else content).encode()


def _read_cells(data: bytes, width: int, skipped: int) -> pa.Table:
    """Every cell as text. Raises pyarrow.ArrowInvalid when a row has too many or too few cells."""
    names = [str(at) for at in range(width)]
    schema = pa.schema([(name, pa.large_string()) for name in names])
    if data.count(b"\n") < skipped or not data.split(b"\n", skipped)[-1].strip():
        return schema.empty_table()
    return pacsv.read_csv(
        pa.BufferReader(data),
        read_options=pacsv.ReadOptions(column_names=names, skip_rows=skipped, block_size=1 << 24),
        parse_options=pacsv.ParseOptions(newlines_in_values=b'"' in data),
        convert_options=pacsv.ConvertOptions(column_types=schema, strings_can_be_null=False),
    )


def _explain(name: str, file: str, content: str, width: int, error: str, problems: ProblemList) -> None:
    """Say why the cells cannot be read: rows with more or fewer cells than the header."""
    wrong = ((line, record) for line, record in _records(content) if len(record) != width)
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
