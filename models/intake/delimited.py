"""CSV files: bytes to raw tables. Arrow reads the cells; the line of a cell is only worked out for a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from ..problems import Problem, ProblemList
from ..schema import TABLES, Kind
from .encoding import checked
from .raw import Chunk, RawColumn, RawTable, repeated
from .records import CsvText

SHOWN = 20
OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}
TEXT = pa.dictionary(pa.int32(), pa.large_string())
"""How text is kept, which names that recur make short."""


@dataclass(frozen=True)
class CsvColumn:
    """A column of a CSV file."""

    values: pa.ChunkedArray
    """Numbers where every cell is one, else text."""
    text: CsvText
    at: int

    def chunks(self) -> Iterator[Chunk]:
        """The column in pieces."""
        return RawColumn(self.values).chunks()

    def show(self, row: int) -> str:
        """The cell as it is written."""
        return self.text.cell(row, self.at)


def read_csv(name: str, file: str, data: bytes, problems: ProblemList) -> RawTable | None:
    """One table from a UTF-8 file with commas and a header; None when its structure is at fault."""
    content = checked(data, file, name, problems)
    if content is None:
        return None
    text = CsvText.of(file, content)
    if text.is_blank:
        problems.add(Problem(name, "the file is empty", file, expected="a header line with the column names"))
        return None
    if not _check_structure(name, text, problems):
        return None
    try:
        table = _read_cells(text, _numbers(name, text.header[0]))
    except pa.ArrowInvalid as error:
        _explain(name, text, str(error), problems)
        return None
    columns = {header: CsvColumn(table.column(at), text, at) for at, header in enumerate(text.header[0])}
    return RawTable(name, columns, table.num_rows, text)


def _numbers(name: str, headers: list[str]) -> frozenset[int]:
    """Places of the columns that should hold numbers."""
    columns = TABLES[name].by_name if name in TABLES else {}
    kinds = {column: columns[column].kind for column in headers if column in columns}
    return frozenset(at for at, header in enumerate(headers) if kinds.get(header) in (Kind.NUMBER, Kind.INTEGER))


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


def _read_cells(text: CsvText, numbers: frozenset[int]) -> pa.Table:
    """Every cell. Raises pyarrow.ArrowInvalid when a row has too many or too few cells.

    Columns of numbers are read as such where every cell is one; else they come as text, so that the
    checks can say what is there instead.
    """
    if numbers:
        try:
            table = _read_typed(text, numbers)
        except pa.ArrowInvalid:
            return _read_typed(text, frozenset())
        if all(_is_finite(table.column(at)) for at in numbers):  # Arrow takes nan and inf for numbers
            return table
    return _read_typed(text, frozenset())


def _is_finite(values: pa.ChunkedArray) -> bool:
    return all(np.isfinite(chunk.drop_null().to_numpy(zero_copy_only=False)).all() for chunk in values.chunks)


def _read_typed(text: CsvText, numbers: frozenset[int]) -> pa.Table:
    headers, skipped = text.header
    names = [str(at) for at in range(len(headers))]
    schema = pa.schema([(name, pa.float64() if at in numbers else TEXT) for at, name in enumerate(names)])
    if not text.has_rows:
        return schema.empty_table()
    return pacsv.read_csv(
        pa.BufferReader(text.data),
        read_options=pacsv.ReadOptions(column_names=names, skip_rows=skipped, block_size=1 << 24),
        parse_options=pacsv.ParseOptions(newlines_in_values=b'"' in text.data),
        convert_options=pacsv.ConvertOptions(column_types=schema, null_values=[""], strings_can_be_null=False),
    )


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
