"""Text such as "280.000", which is read as 280 where its writer meant 280,000."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...column_tables import Flags
from ...schema.fields import Column, ColumnKind, Table
from ...schema.vocabulary import HOURS
from ..raw import RawTable, is_text
from ..tables import CleanTable
from .case_view import Array
from .oddity import Oddity, sentences

GROUPED = r"^[1-9][0-9]{0,2}\.[0-9]{3}$"
"""Digits as a thousands separator groups them, where it is a point."""
THREE_DECIMALS = r"\.[0-9]{3}$"
MOST_ROWS = 200_000
"""Rows of a table whose text is looked at again; larger ones are written by programs, which group no digits."""
NEARER = 1.5
"""Powers of ten that a value is off the others as it is read, and at most is off them times a thousand."""
LEAST_OTHERS = 2


@dataclass(frozen=True)
class _Written:
    """How the numbers of a column are written."""

    grouped: Flags
    """Cells whose digits are grouped as if by a thousands separator."""
    padded: Flags
    """Of those, the ones whose last decimal is a 0, which nobody writes after a decimal point."""
    formatted: bool
    """Whether other cells have three decimals too, as numbers have that a program wrote with three."""
    plain: bool
    """Whether some cell has no three decimals."""


def grouped_digits(raw: RawTable, table: CleanTable) -> Iterator[str]:
    """Cells that a thousands separator made a thousand times smaller, as sentences.

    Told are amounts of money, hours a year and units that fit the rest of their column a thousand times larger, and
    those of a column in which some end in a 0 after three decimals, while no other number of the table has three -
    but for those that lie with the rest of their column as they are read, and not a thousand times larger.
    """
    if raw.length > MOST_ROWS:
        return
    numbers = [one for one in table.schema.columns if one.kind is ColumnKind.NUMBER and one.name in raw.columns]
    written = {column.name: _written(raw, column) for column in filter(_large, numbers)}
    if not any(one.grouped.any() for one in written.values()):
        return
    written |= {column.name: _written(raw, column) for column in numbers if column.name not in written}
    formatted = any(one.formatted for one in written.values()) or not any(one.plain for one in written.values())
    for column in filter(_large, numbers):
        how = written[column.name]
        odd = _fits_better(table, column.name, how.grouped)
        if how.padded.any() and not formatted:
            odd |= how.grouped & ~_fits_as_read(table, column.name, how.grouped)
        if odd.any() and not how.formatted:
            yield from sentences([_oddity(table.schema, raw, column.name, odd)], {table.name: table})


def _large(column: Column) -> bool:
    """Whether a column holds amounts that are mostly over a thousand."""
    return "currency" in column.unit or column.unit == "units" or (column.unit != HOURS and HOURS in column.unit)


def _written(raw: RawTable, column: Column) -> _Written:
    chunks = [chunk for chunk in raw.columns[column.name].chunks() if is_text(chunk.values.type)]
    text = pc.utf8_trim_whitespace(pa.chunked_array([chunk.text for chunk in chunks], pa.large_string()))
    grouped, three = (_flags(pc.match_substring_regex(text, form)) for form in (GROUPED, THREE_DECIMALS))
    padded = grouped & _flags(pc.ends_with(text, "0"))
    if len(text) < raw.length:  # numbers that were never text
        grouped = padded = np.zeros(raw.length, dtype=bool)
    plain = bool((~three & ~_flags(pc.equal(text, ""))).any())
    return _Written(grouped, padded, bool((three & ~grouped).any()) if len(text) == raw.length else False, plain)


def _flags(mask: pa.ChunkedArray) -> Flags:
    return np.asarray(mask.to_numpy(), dtype=bool)


def _fits_better(table: CleanTable, column: str, grouped: Flags) -> Flags:
    """Grouped cells that lie with the others of their column once they are taken times a thousand, and not as read."""
    off = _off_the_others(table, column, grouped)
    return np.asarray(grouped & (np.abs(off) >= NEARER) & (np.abs(off + 3) <= NEARER), dtype=bool)


def _off_the_others(table: CleanTable, column: str, grouped: Flags) -> Array:
    """Powers of ten from the middle of the other cells to each grouped one; NaN where there are too few others."""
    values = table.content.numbers(column)
    others = values[~grouped & (values > 0)]
    if len(others) < LEAST_OTHERS:
        return np.full(len(values), np.nan)
    return np.asarray(np.log10(np.where(grouped, values, 1.0)) - np.median(np.log10(others)), dtype=float)


def _fits_as_read(table: CleanTable, column: str, grouped: Flags) -> Flags:
    """Grouped cells that lie with the others of their column as they are read, and not times a thousand."""
    off = _off_the_others(table, column, grouped)
    return np.asarray(grouped & (np.abs(off) <= NEARER) & (np.abs(off + 3) > NEARER), dtype=bool)


def _oddity(schema: Table, raw: RawTable, column: str, odd: Flags) -> Oddity:
    def why(row: int) -> str:
        text = raw.columns[column].show(row).strip()
        return (
            f'the text "{text}" is read as a number under a thousand; with its point as a thousands separator it is'
            f" {text.replace('.', '')}"
        )

    return Oddity(schema.name, column, np.flatnonzero(odd), why, "no thousands separators: 280000, and 280 for 280.000")
