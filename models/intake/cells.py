"""One raw column to one clean column: text, numbers, flags and choices, each cell checked, none row by row."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from ..problems import suggestion
from ..schema.fields import Column, Kind
from .raw import Flags, RawColumn

PLAIN_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
EXACT_INTEGER = 2.0**53
"""Beyond this a float64 no longer tells neighbouring integers apart."""


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

    values: pd.Series[Any]
    faults: list[Fault]


def parse(raw: RawColumn, column: Column) -> Parsed:
    """Read a column by its kind. Blanks take the default; bounds of `only_for` columns are left to the table."""
    readers = {Kind.TEXT: _parse_text, Kind.NUMBER: _parse_number, Kind.INTEGER: _parse_number, Kind.FLAG: _parse_flag}
    return readers.get(column.kind, _parse_choice)(raw, column)


def blank_column(column: Column, length: int) -> Parsed:
    """A column that is not there: its defaults, without faults."""
    raw = RawColumn(pa.chunked_array([pa.nulls(length, pa.large_string())]))
    return Parsed(parse(raw, column).values, [])


def _flags(mask: pa.ChunkedArray) -> Flags:
    return np.asarray(mask.to_numpy(), dtype=bool)


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    return any(test(value) for test in tests)


def _trimmed(raw: RawColumn) -> pa.ChunkedArray:
    """The cells as text without surrounding blanks; a blank is ""."""
    values = raw.values
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return pc.utf8_trim_whitespace(pc.fill_null(values.cast(pa.large_string()), ""))


def _series(text: pa.ChunkedArray) -> pd.Series[Any]:
    return pd.Series(text.to_pandas(), dtype="str" if pd.__version__ >= "3" else object)


def _wrong_type(raw: RawColumn, column: Column) -> Parsed:
    """A typed column that cannot be of the kind asked for."""
    rows = _flags(pc.is_valid(raw.values))
    clean = blank_column(column, len(rows)).values
    return Parsed(clean, [Fault(rows, f"the column holds values of type {raw.values.type}", column.expected)])


def _blank_fault(blank: Flags, column: Column) -> list[Fault]:
    return [Fault(blank, "blank cell", column.expected)] if column.required else []


def _parse_text(raw: RawColumn, column: Column) -> Parsed:
    if not (_is_text(raw.values.type) or pa.types.is_integer(raw.values.type)):
        return _wrong_type(raw, column)
    text = _trimmed(raw)
    faults = _blank_fault(_flags(pc.equal(text, "")), column)
    if column.reserved:
        reserved = _flags(pc.is_in(text, pa.array(column.reserved, pa.large_string())))
        faults.append(Fault(reserved, "this name is reserved", "another name"))
    if raw.odd is not None:
        faults.append(Fault(raw.odd, "not a name", "text; a cell of a workbook must be formatted as text"))
        text = pc.if_else(pa.chunked_array([pa.array(raw.odd)]), "", text)
    return Parsed(_series(text), faults)


def _parse_choice(raw: RawColumn, column: Column) -> Parsed:
    if not _is_text(raw.values.type):
        return _wrong_type(raw, column)
    text = _trimmed(raw)
    blank = pc.equal(text, "")
    known = pc.is_in(text, pa.array(column.choices, pa.large_string()))
    faults = _blank_fault(_flags(blank), column)
    unknown = _flags(pc.invert(pc.or_(known, blank)))
    faults.append(
        Fault(unknown, "unknown value", column.expected, hint=lambda found: suggestion(found.strip(), column.choices))
    )
    filled = pc.if_else(blank, column.default if isinstance(column.default, str) else "", text)
    return Parsed(_series(pc.if_else(pa.chunked_array([pa.array(unknown)]), "", filled)), faults)


def _parse_flag(raw: RawColumn, column: Column) -> Parsed:
    if pa.types.is_boolean(raw.values.type):
        blank = _flags(pc.is_null(raw.values))
        return Parsed(pd.Series(_flags(pc.fill_null(raw.values, False))), _blank_fault(blank, column))
    if not _is_text(raw.values.type):
        return _wrong_type(raw, column)
    text = pc.utf8_lower(_trimmed(raw))
    blank, true = _flags(pc.equal(text, "")), _flags(pc.equal(text, "true"))
    wrong = ~(blank | true | _flags(pc.equal(text, "false")))
    return Parsed(pd.Series(true), [*_blank_fault(blank, column), Fault(wrong, "not true or false", column.expected)])


def _parse_number(raw: RawColumn, column: Column) -> Parsed:
    kind = raw.values.type
    if _is_text(kind):
        values, blank, wrong = _numbers_of_text(_trimmed(raw))
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        blank = _flags(pc.is_null(raw.values))
        values = np.array(raw.values.cast(pa.float64(), safe=False).to_numpy(), dtype=float)
        wrong = np.zeros(len(values), dtype=bool)
    else:
        return _wrong_type(raw, column)
    infinite = ~np.isfinite(values) & ~blank & ~wrong
    faults = [Fault(wrong, "not a plain number", column.expected, number_advice), *_blank_fault(blank, column)]
    faults.append(Fault(infinite, "not a finite number", column.expected))
    values[infinite] = np.nan
    faults += _limits(values, column)
    return Parsed(_filled(values, blank, column), faults)


def _numbers_of_text(text: pa.ChunkedArray) -> tuple[NDArray[np.float64], Flags, Flags]:
    """(numbers, blank, wrong) of trimmed text; the decimal point is a point and there are no other marks."""
    blank = _flags(pc.equal(text, ""))
    plain = pc.match_substring_regex(text, PLAIN_NUMBER)
    digits = pc.if_else(plain, pc.utf8_ltrim(text, characters="+"), None)
    try:
        numbers = digits.cast(pa.float64())
        values = np.array(numbers.to_numpy(), dtype=float)
    except pa.ArrowInvalid:  # a number too large for Arrow; Python reads it as infinite
        values = np.array([np.nan if item is None else float(item) for item in digits.to_pylist()], dtype=float)
    return values, blank, ~_flags(plain) & ~blank


def _limits(values: NDArray[np.float64], column: Column) -> list[Fault]:
    faults = []
    if column.kind is Kind.INTEGER:
        fraction = (values != np.round(values)) | (np.abs(values) > EXACT_INTEGER)
        fraction &= ~np.isnan(values)
        faults.append(Fault(fraction, "not an integer", column.expected))
    if not column.only_for:
        faults.append(Fault(outside(values, column), "out of range", column.expected))
    return faults


def outside(values: NDArray[np.float64], column: Column) -> Flags:
    """Which numbers lie outside the column's bounds; NaN does not."""
    bounds = column.bounds
    below = values <= bounds.low if bounds.low_open else values < bounds.low
    return np.asarray(below | (values > bounds.high), dtype=bool)


def _filled(values: NDArray[np.float64], blank: Flags, column: Column) -> pd.Series[Any]:
    if isinstance(column.default, int | float) and not column.only_for:
        values[blank] = column.default
    if column.kind is Kind.INTEGER:
        return pd.Series(np.where(np.abs(values) <= EXACT_INTEGER, np.round(values), 0.0).astype(np.int64))
    return pd.Series(values)


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
