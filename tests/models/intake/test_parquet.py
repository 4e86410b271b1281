"""Whole numbers are names in any type that holds them; damaged, odd and endless Parquet is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from models import CaseError, load_case
from tests.worlds.small_case import write_small_case

NUMBERS = {"A1": 1001, "A2": 1002, "A3": 1003, "A4": 1004, "A5": 1005}
TYPES = [pa.int64(), pa.uint16(), pa.float64(), pa.float32(), pa.decimal128(10, 2), pa.decimal256(50, 3), pa.string()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_small_case(tmp_path / "case")


def numbered(folder: Path, table: str, kind: pa.DataType) -> None:
    """Give a table with account_id as Parquet, its ids the numbers of `NUMBERS` in that type."""
    lines = [line.split(",") for line in (folder / f"{table}.csv").read_text().splitlines()]
    columns: dict[str, Any] = dict(zip(lines[0], map(list, zip(*lines[1:], strict=True)), strict=True))
    ids = [NUMBERS[name] for name in columns["account_id"]]
    columns["account_id"] = pa.array([Decimal(one) for one in ids] if pa.types.is_decimal(kind) else ids).cast(kind)
    pq.write_table(pa.table(columns), folder / f"{table}.parquet")
    (folder / f"{table}.csv").unlink()


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_whole_numbers_are_names_and_join_with_others(folder: Path, kind: pa.DataType) -> None:
    numbered(folder, "accounts", kind)
    numbered(folder, "installed_base", pa.int32())
    numbered(folder, "contracts", pa.float64())

    assert load_case(folder).tables["accounts"]["account_id"].tolist() == ["1001", "1002", "1003", "1004", "1005"]


def criteria(folder: Path, **columns: Any) -> None:
    table = {"criterion": ["quality", "reach"], "weight": [2.0, 1.0], "minimum": [5.0, None], **columns}
    (folder / "criteria.csv").unlink()
    pq.write_table(pa.table(table), folder / "criteria.parquet")


def sentences(folder: Path) -> list[str]:
    with pytest.raises(CaseError) as refused:
        load_case(folder)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("names", "row", "found"),
    [
        (pa.array([1.0, 1001.5]), 2, "1001.5"),
        (pa.array([1.0, 2.0**53 + 2]), 2, "9007199254740994.0"),
        (pa.array([16_777_218.0, 1.0], pa.float32()), 1, "16777218.0"),
        (pa.array([Decimal("1.00"), Decimal("2.50")]), 2, "2.50"),
        (pa.array([1.0, float("inf")]), 2, "inf"),
    ],
)
def test_other_numbers_are_no_names(folder: Path, names: pa.Array, row: int, found: str) -> None:
    criteria(folder, criterion=names)

    told = [one for one in sentences(folder) if one.startswith("criteria.parquet")]
    assert len(told) == 1
    assert f"row {row}, column criterion: no exact whole number" in told[0]
    assert f'found "{found}"' in told[0]


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([{"a": 1}, {"a": 2}]),
        pa.array([[1], [2]]),
        pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
        pa.array([1, 2], pa.timestamp("us")),
        pa.array([1, 2], pa.duration("s")),
        pa.array([2**62, 1], pa.timestamp("us")),
        pa.array([2**31 - 1, 1], pa.date32()),
        pa.array([b"a", b"b"]),
    ],
    ids=range(8),
)
@pytest.mark.parametrize("column", ["criterion", "weight"])
def test_columns_of_odd_types_are_refused(folder: Path, column: str, cells: pa.Array) -> None:
    criteria(folder, **{column: cells})

    assert f"column {column}: the column holds values of type {str(cells.type)[:3]}" in " ".join(sentences(folder))


@pytest.mark.parametrize(
    "names", [pa.array(["quality", "reach"], pa.string_view()), pa.array(["quality", "reach"]).dictionary_encode()]
)
def test_text_may_be_stored_in_any_way(folder: Path, names: pa.Array) -> None:
    criteria(folder, criterion=names)

    assert load_case(folder).tables["criteria"]["criterion"].tolist() == ["quality", "reach"]


def broken_text() -> pa.Array:
    offsets = b"".join(at.to_bytes(4, "little") for at in (0, 2, 4))
    return pa.Array.from_buffers(pa.string(), 2, [None, pa.py_buffer(offsets), pa.py_buffer(b"ab\xff\xfe")])


def test_text_that_is_no_utf8_is_refused(folder: Path) -> None:
    criteria(folder, criterion=broken_text())

    assert "criteria.parquet: the file cannot be read as Parquet: Invalid UTF8" in " ".join(sentences(folder))


def test_too_long_a_cell_is_told_with_its_row(folder: Path) -> None:
    criteria(folder, criterion=["quality", "x" * 40_000])

    assert "criteria.parquet row 2, column criterion: the cell holds more than 32,767" in " ".join(sentences(folder))


def test_few_words_for_endless_text_are_refused_before_they_are_spelled_out(folder: Path) -> None:
    rows = 1_000_000
    words = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, np.int8)), pa.array(["x" * 30_000]))
    criteria(folder, criterion=words, weight=[1.0] * rows, minimum=pa.nulls(rows, pa.float64()))
    assert (folder / "criteria.parquet").stat().st_size < 100_000  # and 30 GB of text

    assert "column criterion: the column holds words of 30,000 bytes in 1,000,000 rows" in " ".join(sentences(folder))


def test_too_many_columns_and_rows_are_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.intake.parquet.MAX_ROWS", 1)
    criteria(folder, **{f"c{at}": [1, 2] for at in range(1000)})

    told = " ".join(sentences(folder))
    assert "the table has 1,003 columns; expected at most 1,000" in told
    assert "the table has 2 rows; expected at most 1" in told


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-20],
        lambda data: data[:4] + data[-200:],
        lambda data: b"PARE" + data[4:-4] + b"PARE",
        lambda data: b"PAR1" + b"\xff" * 100 + b"PAR1",
        lambda data: b"PAR1\x15\x04\x19\xfc\xff\xff\xff\xff\x0f\x09\0\0\0PAR1",  # a list of 2**32 columns
        lambda data: data[:4] + b"\xff" * 60 + data[64:],
        lambda data: b"no table at all",
    ],
    ids=range(8),
)
def test_a_damaged_file_is_named(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    criteria(folder)
    file = folder / "criteria.parquet"
    file.write_bytes(damage(file.read_bytes()))

    assert "criteria.parquet: the file cannot be read as Parquet" in " ".join(sentences(folder))
