"""Single columns: which cells are read, as what, and which are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from models.intake.cells import number_advice, parse
from models.intake.raw import RawColumn, column_of, from_objects
from models.schema import Column, ColumnKind
from models.schema.fields import ANY, POSITIVE_SHARE, SHARE, Bounds, number, text

AMOUNT = number("amount", ANY, "an amount")


def raw(*cells: object, kind: pa.DataType | None = None) -> RawColumn:
    return RawColumn(pa.chunked_array([pa.array(cells, kind)]))


def faulty(column: Column, source: RawColumn) -> list[int]:
    rows = [fault.rows for fault in parse(source, column).faults]
    return np.flatnonzero(np.logical_or.reduce(rows)).tolist()


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("+7", 7.0),
        ("-7.", -7.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("2.5E-1", 0.25),
        ("0.1", 0.1),
        ("0.30000000000000004", 0.30000000000000004),
        ("123456789012345680", 123456789012345680.0),
    ],
)
def test_plain_numbers_are_read_exactly(cell: str, value: float) -> None:
    parsed = parse(raw(cell), AMOUNT)

    assert parsed.values.tolist() == [value]
    assert not any(fault.rows.any() for fault in parsed.faults)


@pytest.mark.parametrize(
    "cell", ["1,5", "1 000", "1_000", "12%", "$5", "x", "-", ".", "1e", "0x1", "١٢", "--1", "1e999"]
)
def test_everything_else_is_refused(cell: str) -> None:
    assert faulty(AMOUNT, raw("1", cell, "2")) == [1]


def test_a_number_too_large_does_not_spoil_its_neighbours() -> None:
    assert parse(raw("1.5", "1e999", "-3"), AMOUNT).values.tolist()[::2] == [1.5, -3.0]


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint64(), pa.float32(), pa.decimal128(24, 2)])
def test_numbers_of_every_width_are_read(kind: pa.DataType) -> None:
    parsed = parse(RawColumn(pa.chunked_array([pa.array([1, 2, None]).cast(kind)])), number("a", ANY, "a", default=9.0))

    assert parsed.values.tolist() == [1, 2, 9]


@pytest.mark.parametrize("kind", [pa.bool_(), pa.timestamp("s"), pa.list_(pa.int64())])
def test_other_types_are_no_numbers_and_no_names(kind: pa.DataType) -> None:
    source = RawColumn(pa.chunked_array([pa.array([None, None], kind)]))
    filled = {pa.bool_(): [True, None], pa.timestamp("s"): [0, None]}.get(kind, [[1], None])
    source = RawColumn(pa.chunked_array([pa.array(filled, kind)]))

    assert faulty(AMOUNT, source) == [0]
    assert faulty(text("name", "a name"), source) == [0]
    assert faulty(Column("c", ColumnKind.CHOICE, "", choices=("a",)), source) == [0]


@pytest.mark.parametrize(
    ("bounds", "outside"),
    [(SHARE, [0, 4]), (POSITIVE_SHARE, [0, 1, 4]), (Bounds(-1, low_open=True), [0]), (ANY, [])],
)
def test_bounds_hold_their_ends_unless_open(bounds: Bounds, outside: list[int]) -> None:
    assert faulty(number("share", bounds, ""), raw(-1.0, 0.0, 0.5, 1.0, 1.5)) == outside


def test_integers_are_whole() -> None:
    rank = Column("rank", ColumnKind.INTEGER, "a rank")

    assert faulty(rank, raw("1", "2.0", "2.5", "1e3", "1e300", "")) == [2, 4, 5]
    assert parse(raw("1", "2.0", "-3"), rank).values.dtype == np.int64


def test_flags_take_either_letter_case() -> None:
    flag = Column("flag", ColumnKind.FLAG, "a flag")

    assert parse(raw("TRUE", "false", " True "), flag).values.tolist() == [True, False, True]
    assert faulty(flag, raw("true", "yes", "1", "")) == [1, 2, 3]
    assert faulty(flag, raw(True, None, False)) == [1]


def test_names_are_stripped_and_whole_numbers_are_names() -> None:
    name = text("name", "a name")

    assert parse(raw(" a b\u00a0", "NA"), name).values.tolist() == ["a b", "NA"]
    assert parse(raw(7, 8), name).values.tolist() == ["7", "8"]
    assert faulty(name, from_objects(["x", 5, 5.5, True, None, pd.Timestamp("2024-01-01")])) == [2, 3, 4, 5]


def test_nan_is_a_blank_in_memory_and_a_fault_in_parquet() -> None:
    optional = number("amount", ANY, "", default=None)

    assert faulty(optional, column_of(pd.Series([1.0, np.nan]))) == []
    assert faulty(optional, RawColumn(pa.chunked_array([pa.array([1.0, float("nan")])]))) == [1]


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ("1.234,5", "a point for decimals"),
        ("1 234", "no thousands separators"),
        ("12 %", "12 % is 0.12"),
        ("€900", "currency sign"),
        ("900 EUR", "currency sign"),
        ("inf", "finite"),
    ],
)
def test_advice_says_what_to_write_instead(found: str, words: str) -> None:
    assert words in number_advice(found)


def test_no_advice_for_what_is_no_number_at_all() -> None:
    assert number_advice("five") == ""
