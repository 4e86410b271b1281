"""The audit's joins and sums against those of pandas: the same rows in the same order, the same numbers to the bit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from optimizer.accounting.rows import Matched, Rows, group_sums, stacked

KEYS = ["tier", "price"]


def random_table(seed: int, rows: int) -> pd.DataFrame:
    """Few names, a price that may be blank, and amounts of very different size."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "tier": rng.choice(["gold", "silver", "", "Bronze", "ä"], rows),
            "price": rng.choice([0.1, 0.2, np.nan], rows),
            "units": rng.uniform(0, 1, rows) * 10.0 ** rng.integers(-8, 9, rows),
        }
    )


def same(found: Rows, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found.frame, expected, check_exact=True)


def priced(seed: int, rows: int) -> pd.DataFrame:
    """One row for each key, with an amount of its own name."""
    return random_table(seed, rows).drop_duplicates(KEYS).rename(columns={"units": "worth"})


@pytest.mark.parametrize("seed", range(5))
def test_sums_are_those_of_pandas(seed: int) -> None:
    table = random_table(seed, 300).dropna()
    same(Rows.of(table).sums(KEYS, ["units"]), table.groupby(KEYS, as_index=False)[["units"]].sum())


def test_sums_leave_blanks_out_and_are_0_where_there_is_nothing() -> None:
    found = group_sums(np.array([1.0, np.nan, 2.0]), np.array([2, 2, 0]), 4)
    assert found.tolist() == [2.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0, 1, 40])
def test_joins_keep_the_order_of_pandas(seed: int, size: int) -> None:
    left, right = random_table(seed, 30), random_table(seed + 99, size).rename(columns={"units": "worth"})
    same(Rows.of(left).joined(Rows.of(right), KEYS), left.merge(right, on=KEYS))
    once = right.drop_duplicates(KEYS)
    same(Rows.of(left).looked_up(Rows.of(once), KEYS), left.merge(once, on=KEYS, how="left"))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("size", [0, 1, 40])
def test_tables_side_by_side_are_an_outer_join(seed: int, size: int) -> None:
    left, right = random_table(seed, 12), priced(seed + 7, size)
    both = Matched.of(Rows.of(left), Rows.of(right), KEYS)
    expected = left.merge(right, on=KEYS, how="outer", indicator="side")
    same(both.keys.assign(units=both.of_left("units"), worth=both.of_right("worth")), expected.drop(columns="side"))
    assert both.only_left.tolist() == (expected["side"] == "left_only").tolist()
    assert both.only_right.tolist() == (expected["side"] == "right_only").tolist()
    assert both.in_both.tolist() == (expected["side"] == "both").tolist()


def test_repeated_rows_are_those_after_the_first() -> None:
    table = random_table(3, 50)
    assert Rows.of(table).repeated(KEYS).tolist() == table.duplicated(KEYS).tolist()
    same(Rows.of(table).distinct(KEYS), table.drop_duplicates(KEYS).reset_index(drop=True))


def test_many_columns_of_many_names_are_still_told_apart() -> None:
    """2,000 kinds in each of 7 columns: more combinations than an integer holds."""
    rng = np.random.default_rng(0)
    columns = [f"c{i}" for i in range(7)]
    table = pd.DataFrame({name: rng.permutation(2000) for name in columns})
    twice = pd.concat([table, table.iloc[:5]], ignore_index=True)
    assert np.flatnonzero(Rows.of(twice).repeated(columns)).tolist() == [2000, 2001, 2002, 2003, 2004]


def test_stacked_tables_are_blank_where_one_lacks_a_column() -> None:
    whole = stacked([Rows.of(random_table(0, 2)), Rows.of(priced(1, 1))], ["tier", "units"])
    assert np.isnan(whole["units"]).tolist() == [False, False, True]


def test_an_empty_table_still_has_text() -> None:
    empty = random_table(0, 3).iloc[:0]
    same(Rows.of(empty), empty.reset_index(drop=True))
