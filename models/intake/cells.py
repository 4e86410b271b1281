"""One raw column to one clean column: text, numbers, flags and choices, each cell checked, none row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..column_tables import CategoricalColumn, Cells, Flags, joined
from ..problems import suggestion
from ..schema.fields import SMALLEST, Column, ColumnKind
from ..text.characters import BARRED, barred
from ..text.lookalikes import LONGEST
from .raw import EXACT_INTEGER, Chunk, RawCells, RawColumn, as_names, is_text

PLAIN_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
TOO_LARGE = "too large for the arithmetic"
NAME = "text, or a whole number up to 2**53 in size; a cell of a workbook must be formatted as text"
"""What is a name in a column that could hold other things."""


@dataclass(frozen=True)
class Fault:
    """Faulty cells of one column, and the words for them."""

    rows: Flags
    message: str
    expected: str
    advice: Callable[[str], str] = lambda found: ""
    """Further words on what is expected, made from what was found."""
    hint: Callable[[str], str] = lambda found: ""
    """Further words on what is wrong, such as "did you mean"."""


@dataclass(frozen=True)
class Parsed:
    """A column's clean values ("", NaN or False where faulty) and its faults."""

    values: Cells
    faults: list[Fault]


def parse(raw: RawCells, column: Column) -> Parsed:
    """Read a column by its kind. Blanks take the default; bounds of `only_for` columns are left to the table.

    A chunk at a time, so that only clean cells are ever held for the whole of a large table.
    """
    readers = {
        ColumnKind.TEXT: _parse_text,
        ColumnKind.NUMBER: _parse_number,
        ColumnKind.INTEGER: _parse_number,
        ColumnKind.FLAG: _parse_flag,
    }
    reader = readers.get(column.kind, _parse_choice)
    return _joined([reader(chunk, column) for chunk in raw.chunks()])


def _joined(parts: Sequence[Parsed]) -> Parsed:
    """Chunks of a column as one; faults that no cell has are left out."""
    faults = [
        replace(same[0], rows=np.concatenate([fault.rows for fault in same]))
        for same in zip(*(part.faults for part in parts), strict=True)
        if any(fault.rows.any() for fault in same)
    ]
    return Parsed(joined([part.values for part in parts]), faults)


def blank_column(column: Column, length: int) -> Parsed:
    """A column that is not there: its defaults, without faults."""
    raw = RawColumn(pa.chunked_array([pa.nulls(length, pa.large_string())]))
    return Parsed(parse(raw, column).values, [])


def _flags(mask: pa.Array) -> Flags:
    return np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool)


def _is_text(kind: pa.DataType) -> bool:
    return is_text(kind) or bool(pa.types.is_null(kind))


def _trimmed(chunk: Chunk) -> CategoricalColumn:
    """The cells as text without surrounding blanks; a blank is ""."""
    words = CategoricalColumn.of(chunk.text)
    return words.respelled(pc.utf8_trim_whitespace(words.known))


def _wrong_type(values: pa.Array, column: Column) -> Parsed:
    """A typed column that cannot be of the kind asked for."""
    clean = blank_column(column, len(values)).values
    message = f"the column holds values of type {values.type}"
    return Parsed(clean, [Fault(_flags(pc.is_valid(values)), message, column.expected)])


def _blank_fault(blank: Flags, column: Column) -> list[Fault]:
    return [Fault(blank, "blank cell", column.expected)] if column.required else []


def _parse_text(chunk: Chunk, column: Column) -> Parsed:
    kind, chunk = chunk.values.type, as_names(chunk)
    if not (_is_text(chunk.values.type) or pa.types.is_integer(kind)):
        return _wrong_type(chunk.values, column)
    text = _trimmed(chunk)
    faults = _blank_fault(text.among([""]), column)
    faults += _name_faults(text)
    if column.reserved:
        faults.append(Fault(text.among(column.reserved), "this name is reserved", "another name"))
    if chunk.odd is not None:
        message = (
            "not a name" if _is_text(kind) else f"no exact whole number, so not a name, in a column of type {kind}"
        )
        faults.append(Fault(chunk.odd, message, NAME))
        text = CategoricalColumn.of(pc.if_else(pa.array(chunk.odd), "", text.text))
    return Parsed(text, faults)


def _name_faults(text: CategoricalColumn) -> list[Fault]:
    """Names that would harm whoever shows them, or that nobody could read."""
    strange = text.where(pc.match_substring_regex(text.known, BARRED))
    long = text.where(pc.greater(pc.utf8_length(text.known), LONGEST))
    plain = "a name without control and direction characters"
    return [
        Fault(strange, "no name may hold ", plain, hint=lambda found: barred(found.strip())),
        Fault(long, "too long a name", f"a name of at most {LONGEST} characters"),
    ]


def _parse_choice(chunk: Chunk, column: Column) -> Parsed:
    if not _is_text(chunk.values.type):
        return _wrong_type(chunk.values, column)
    text = _trimmed(chunk)
    blank = pc.equal(text.known, "")
    known = pc.is_in(text.known, value_set=pa.array(column.choices, pa.large_string()))
    unknown = pc.invert(pc.or_(known, blank))
    filled = pc.if_else(blank, column.default if isinstance(column.default, str) else "", text.known)
    return Parsed(
        text.respelled(pc.if_else(unknown, "", filled)),
        [
            *_blank_fault(text.where(blank), column),
            Fault(
                text.where(unknown),
                "unknown value",
                column.expected,
                hint=lambda found: suggestion(found.strip(), column.choices),
            ),
        ],
    )


def _parse_flag(chunk: Chunk, column: Column) -> Parsed:
    values = chunk.values
    if pa.types.is_boolean(values.type):
        blank = _flags(pc.is_null(values))
        return Parsed(_flags(pc.fill_null(values, False)), _blank_fault(blank, column))
    if not _is_text(values.type):
        return _wrong_type(values, column)
    text = _trimmed(chunk)
    text = text.respelled(pc.utf8_lower(text.known))
    blank, true = text.among([""]), text.among(["true"])
    wrong = ~(blank | true | text.among(["false"]))
    return Parsed(true, [*_blank_fault(blank, column), Fault(wrong, "not true or false", column.expected)])


def _parse_number(chunk: Chunk, column: Column) -> Parsed:
    kind = chunk.values.type
    if _is_text(kind):
        values, blank, wrong = _numbers_of_text(pc.utf8_trim_whitespace(chunk.text))
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        blank = _flags(pc.is_null(chunk.values))
        numbers = chunk.values.cast(pa.float64(), safe=False)
        values = np.array(numbers.to_numpy(zero_copy_only=False), dtype=float)
        wrong = np.zeros(len(values), dtype=bool)
    else:
        return _wrong_type(chunk.values, column)
    infinite = ~np.isfinite(values) & ~blank & ~wrong
    faults = [Fault(wrong, "not a plain number", column.expected, number_advice), *_blank_fault(blank, column)]
    faults.append(Fault(infinite, "not a finite number", f"{column.expected}, at most {column.largest:g} in size"))
    values[infinite] = np.nan
    faults += _limits(values, column)
    return Parsed(_filled(values, blank, column), faults)


def _numbers_of_text(text: pa.Array) -> tuple[NDArray[np.float64], Flags, Flags]:
    """(numbers, blank, wrong) of trimmed text; the decimal point is a point and there are no other marks."""
    blank = _flags(pc.equal(text, ""))
    plain = pc.match_substring_regex(text, PLAIN_NUMBER)
    digits = pc.if_else(plain, pc.utf8_ltrim(text, characters="+"), None)
    try:
        values = np.array(digits.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=float)
    except pa.ArrowInvalid:  # a number too large for Arrow; Python reads it as infinite
        values = np.array([np.nan if item is None else float(item) for item in digits.to_pylist()], dtype=float)
    return values, blank, ~_flags(plain) & ~blank


def _limits(values: NDArray[np.float64], column: Column) -> list[Fault]:
    faults = []
    if column.kind is ColumnKind.INTEGER:
        fraction = (values != np.round(values)) | (np.abs(values) > EXACT_INTEGER)
        fraction &= ~np.isnan(values)
        faults.append(Fault(fraction, "not an integer", column.expected))
    large = (np.abs(values) > column.largest) & ~outside(values, column)
    faults.append(Fault(large, TOO_LARGE, f"a number of at most {column.largest:g} in size"))
    if column.bounds.low == 0 and column.bounds.low_open:
        small = (values > 0) & (values < SMALLEST)
        faults.append(Fault(small, "too small for the arithmetic", f"a number of at least {SMALLEST:g}"))
    if not column.only_for:
        faults.append(Fault(outside(values, column), "out of range", column.expected))
    return faults


def outside(values: NDArray[np.float64], column: Column) -> Flags:
    """Which numbers lie outside the column's bounds; NaN does not."""
    bounds = column.bounds
    below = values <= bounds.low if bounds.low_open else values < bounds.low
    return np.asarray(below | (values > bounds.high), dtype=bool)


def _filled(values: NDArray[np.float64], blank: Flags, column: Column) -> Cells:
    if isinstance(column.default, int | float) and not column.only_for:
        values[blank] = column.default
    if column.kind is ColumnKind.INTEGER:
        return np.where(np.abs(values) <= EXACT_INTEGER, np.round(values), 0.0).astype(np.int64)
    return values


def number_advice(found: str) -> str:
    """What to write instead of a number that is not plain, as a clause that begins with a comma."""
    text = found.strip()
    if text.casefold() in {"nan", "inf", "-inf", "+inf", "infinity", "-infinity"}:
        return ", a finite one; leave the cell blank only where the column is optional"
    if re.search(r"[€$£¥]|^[A-Z]{3}\s|\s[A-Z]{3}$", text):
        return ", without a currency sign"
    if "%" in text:
        return ", as a fraction: 12 % is 0.12"
    if re.fullmatch(r"[+-]?[\d.,'’\s  ]+", text):
        return ", with a point for decimals and no thousands separators"
    return ""
