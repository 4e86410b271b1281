"""Tables on a terminal: no word or number is broken, no line is longer than the terminal, nothing is lost."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Sequence
from functools import cache

import pytest
from rich.cells import cell_len

import optimizer
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.cli.terminal import SHOWN_ROWS, console_on, show_answer
from optimizer.cli.text_table import table_lines, wrapped
from optimizer.results.summary import cells_in_words
from tests.folders import IMAGING, TINY
from tests.optimizer.charts.made import compared, explained, frontiered, levelled, partnered, priced, swept

WIDTHS = (60, 80, 100, 140)
Text = tuple[list[str], list[list[str]]]


@pytest.fixture(scope="module")
def answers() -> list[Answer]:
    """Made ones of every shape, and those of a run that are quick to ask."""
    case = optimizer.load_case(TINY)
    real = [optimizer.compare(case), optimizer.explain(case), optimizer.levels(case)]
    made = [compared(8), swept(4), frontiered(5), explained(6), levelled(6), partnered(4), priced(5)]
    return [*real, *made]


def texts(answers: Iterable[Answer]) -> list[Text]:
    return [cells_in_words(table.head(SHOWN_ROWS)) for answer in answers for table in answer.tables.values()]


@cache
def imaging_names() -> list[str]:
    case = optimizer.load_case(IMAGING)
    tables = ("tiers", "products", "providers", "segments", "services", "pricing_models")
    return [str(name) for table in tables for name in case.tables[table].iloc[:, 0]]


def imaging_rows(columns: Sequence[str], seed: int) -> Text:
    """Rows of the names and the sizes of numbers that the larger example has."""
    draw, names = random.Random(seed), imaging_names()
    numbers = ["278,075", "1.956", "-0.0003864", "13,842,110", "8.5 %", "4.21 M EUR", "", "0"]
    pools = [draw.choice((names, numbers)) for _ in columns]
    cells = [[", ".join(draw.sample(pool, draw.choice((1, 1, 1, 3)))) for pool in pools] for _ in range(6)]
    return list(columns), cells


def check(found: Text, width: int) -> None:
    header, rows = found
    lines = list(table_lines(header, rows, width, right=[len(header) - 1]))
    assert max(map(cell_len, lines), default=0) <= width
    shown = set(" ".join(lines).split())
    words = {word for text in [*header, *(cell for row in rows for cell in row)] for word in text.split()}
    missing = words - shown - {"0"}
    assert all(cell_len(word) > width or f"{word}," in shown or f"{word}." in shown for word in missing), missing


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_of_any_answer_is_broken(answers: list[Answer], width: int) -> None:
    for found in texts(answers):
        check(found, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_word_of_the_larger_example_is_broken(answers: list[Answer], width: int) -> None:
    for seed, (header, _) in enumerate(texts(answers)):
        check(imaging_rows(header, seed), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_table_of_an_answer_is_wider_than_the_terminal(
    answers: list[Answer], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for answer in answers:
        stream = io.StringIO()
        show_answer(console_on(stream), answer, None)
        own = {line for sentence in answer.sentences for line in sentence.splitlines()}
        told = [line for line in stream.getvalue().splitlines() if line not in own]
        assert max(map(len, told)) <= width


def test_a_table_that_fits_is_one_block_with_every_column() -> None:
    found = list(table_lines(["name", "hours"], [["north", "12"], ["south", ""]], 40, right=[1]))
    assert found == ["name    hours", "─────────────", "north      12", "south"]


def test_columns_that_do_not_fit_stand_beneath_under_the_same_names() -> None:
    rows = [["north", "1,111", "22,222", "0"], ["south", "3", "4", "0"]]
    found = list(table_lines(["region", "hours", "cases", "cost"], rows, 20, right=[1, 2, 3]))
    assert found == [
        "region   hours", "──────────────", "north    1,111", "south        3", "",
        "region    cases", "───────────────", "north    22,222", "south         4",
        "Blank or 0 in every", "row: cost.",
    ]  # fmt: skip


def test_where_not_even_two_columns_fit_each_row_is_a_list() -> None:
    found = list(table_lines(["partner", "answer"], [["Meridian-Imaging", "unacceptable"]], 24))
    assert found == ["────────────────────────", "partner   Meridian-Imagi", "          ng", "answer    unacceptable"]


def test_a_number_keeps_its_unit_and_only_what_is_longer_than_the_line_is_broken() -> None:
    assert wrapped("gains 8.5 % and 1.20 M EUR", 12) == ["gains 8.5 %", "and", "1.20 M EUR"]
    assert wrapped("abcdefgh ij", 4) == ["abcd", "efgh", "ij"]


def test_wide_characters_count_twice() -> None:
    lines = list(table_lines(["名前"], [["東京 大阪 名古屋"]], 8))
    assert max(map(cell_len, lines)) <= 8
    assert lines[2:] == ["東京", "大阪", "名古屋"]
