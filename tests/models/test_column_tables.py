"""Tables by column: words and their codes, rows found by keys, and DataFrames made on demand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from models.column_tables import CategoricalColumn, ColumnTable, Tables, joined
from models.row_keys import repeats, row_codes, row_positions


def table(**columns: list[str] | list[float]) -> ColumnTable:
    return ColumnTable.of(pd.DataFrame(columns))


def test_words_are_known_in_the_order_of_their_first_cells() -> None:
    words = CategoricalColumn.of(["b", "a", "b", "", "a"])

    assert words.known.to_pylist() == ["b", "a", ""]
    assert words.codes.tolist() == [0, 1, 0, 2, 1]
    assert words.tolist() == ["b", "a", "b", "", "a"]
    assert words[3] == ""


def test_parts_join_into_one_column() -> None:
    whole = joined([CategoricalColumn.of(["b", "a"]), CategoricalColumn.of([]), CategoricalColumn.of(["a", "c", "b"])])

    assert isinstance(whole, CategoricalColumn)
    assert whole.tolist() == ["b", "a", "a", "c", "b"]
    assert whole.known.to_pylist() == ["b", "a", "c"]
    assert joined([np.array([1.0]), np.array([2.0, 3.0])]).tolist() == [1, 2, 3]


def test_words_that_become_alike_are_one() -> None:
    spelled = CategoricalColumn.of([" a", "b", "a", "a "]).respelled(pa.array(["a", "b", "a", "a"], pa.large_string()))

    assert spelled.tolist() == ["a", "b", "a", "a"]
    assert spelled.known.to_pylist() == ["a", "b"]


def test_words_are_found_among_others() -> None:
    words, target = CategoricalColumn.of(["b", "x", "a", "b"]), CategoricalColumn.of(["a", "b", "a"])

    assert words.among(["b", "y"]).tolist() == [True, False, False, True]
    assert words.positions(target).tolist() == [1, -1, 0, 1]
    assert words.positions(CategoricalColumn.of(["x"])).tolist() == [-1, 0, -1, -1]  # another target than before
    assert words.coded(("x", "b")).tolist() == [1, 0, -1, 1]


@pytest.mark.parametrize("sparse", [0, 64])
def test_rows_agree_where_their_codes_do(sparse: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With marks for every possible code, and by hashing, as large codes need."""
    monkeypatch.setattr("models.row_keys.SPARSE", sparse)
    rows = table(name=["a", "b", "a", "a", "b"], size=[1.0, 1.0, 2.0, 1.0, 1.0])
    every = np.ones(5, dtype=bool)

    codes, kinds = row_codes(rows, ("name", "size"))

    assert len(set(codes.tolist())) == 3
    assert codes.max() < kinds
    assert repeats(codes, kinds, every).tolist() == [False, False, False, True, True]
    assert repeats(codes, kinds, np.array([False, True, True, True, False])).tolist() == [False] * 5


@pytest.mark.parametrize("sparse", [0, 64])
def test_the_first_row_with_the_same_keys_is_found(sparse: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.row_keys.SPARSE", sparse)
    target = table(account=["A", "B", "A", "A"], product=["x", "x", "y", "x"])
    wanted = table(product=["y", "x", "y", "z", "x"], account=["A", "A", "B", "A", "C"])

    assert row_positions(wanted, target, ("account", "product")).tolist() == [2, 0, -1, -1, -1]
    assert row_positions(wanted, table(account=["Q"], product=["q"]), ("account",)).tolist() == [-1] * 5


def test_codes_of_many_columns_stay_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.row_keys.MOST_CODES", 8)
    rows = table(a=["1", "2", "3", "1"], b=["1", "2", "3", "1"], c=["1", "2", "1", "2"])

    codes, kinds = row_codes(rows, ("a", "b", "c"))

    assert len(set(codes.tolist())) == 4
    assert codes.max() < kinds <= 8


def test_a_dataframe_is_made_when_asked_for_and_kept() -> None:
    columns = table(name=["a", "b"], size=[1.0, np.nan])
    tables = Tables({"things": columns})

    assert tables.columns("things") is columns
    assert tables["things"] is tables["things"]
    assert tables["things"]["name"].tolist() == ["a", "b"]
    assert tables["things"]["size"].dtype == np.float64
