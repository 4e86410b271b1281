"""A report of a run that is large in any dimension: written, and small."""

from __future__ import annotations

import pandas as pd
import pytest

from optimizer.report.page import report_page
from optimizer.report.parts import table_of
from optimizer.report.recommendation import listed
from tests.optimizer.charts.made import compared, explained, frontiered, partnered, priced, result, swept
from tests.optimizer.charts.test_size import huge, levelled


@pytest.fixture(scope="module")
def page() -> str:
    answers = [
        compared(6000),
        explained(6000),
        frontiered(6000),
        partnered(6000),
        priced(6000),
        swept(6000),
        levelled(),
    ]
    return report_page(huge(), {}, answers=answers)


def test_the_page_is_written_and_little_larger_than_a_small_one(page: str) -> None:
    small = report_page(result(2), {})
    assert len(page) - len(small) < 3_000_000
    for told in (
        "of 6,000 rules",
        "2,983 more price books there",
        "1,993 other regions",
        "the first 24 of 300 tiers",
    ):
        assert told in page


def test_names_that_are_many_are_counted() -> None:
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed([f"t{n}" for n in range(300)]).endswith("t39 and 260 more")


def test_columns_that_are_many_are_counted() -> None:
    made = table_of("Plans", pd.DataFrame([range(300)], columns=[f"plan {n}" for n in range(300)]), "plans.csv")
    assert made.caption == "Plans: the first 24 of 300 columns"
    assert len(made.header) == len(made.rows[0]) == 24
