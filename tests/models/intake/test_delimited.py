"""Blank rows and columns of CSV, the line that names the separator, and what is too long or too wide to be read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from models import CaseError, load_case
from models.intake.access import Stamp
from models.intake.delimited import read_csv
from models.intake.raw import RawTable
from models.intake.records import without_blank_rows
from models.problems import ProblemList
from tests.models.test_loading import assert_same
from tests.worlds.small_case import write_small_case

HEADER = "criterion,weight,minimum\n"
ROWS = (["quality", "2", "5"], ["reach", "1", ""])


def read(path: Path, text: str | bytes) -> tuple[RawTable | None, list[str]]:
    """(the table, what is wrong)."""
    file, problems, table = path / "criteria.csv", ProblemList(), None
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        table = read_csv("criteria", file.name, Stamp.of(file), problems)
        for column in [] if table is None else table.columns.values():
            list(column.chunks())
    except CaseError as error:
        problems.extend(error.problems)
    return table, list(map(str, problems))


def rows(table: RawTable | None) -> list[list[str]]:
    assert table is not None
    cells = [
        [cell for chunk in column.chunks() for cell in chunk.text.to_pylist()] for column in table.columns.values()
    ]
    return list(map(list, zip(*cells, strict=True)))


@pytest.mark.parametrize(
    "text",
    [
        HEADER + "quality,2,5\nreach,1,\n" + ",,\n" * 60,
        HEADER + "quality,2,5\n" + "\n" * 60 + "reach,1,",
        ",,,\n\n  \n" + HEADER + ',,\n"","",""\nquality,2,5\n , ,\t\n,\n,,,,,,,\n"  "\nreach,1,\n,,',
        HEADER.replace("\n", "\r\n") + ",,\r\nquality,2,5\r\n\r\n,,\r\nreach,1,\r\n,,\r\n",
        HEADER.replace("\n", "\r") + ",,\rquality,2,5\r\rreach,1,\r",
        "\ufeff,,\n" + HEADER + '"quality",2,5\n,,\n"reach",1,\n',
        "sep=,\n" + HEADER + "quality,2,5\nreach,1,\n",
        '\ufeff"sep=,"\r\n' + HEADER + "quality,2,5\nreach,1,\n",
        "criterion,weight,minimum,,\nquality,2,5,,\n,,,,\nreach,1,, ,\n",
    ],
)
def test_rows_and_columns_of_empty_cells_are_passed_over(tmp_path: Path, text: str) -> None:
    table, problems = read(tmp_path, text)

    assert problems == []
    assert rows(table) == list(ROWS)


def test_lines_keep_their_numbers_over_blank_rows(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "sep=,\n,,\n" + HEADER + ',,\n"qua\n,,\nlity",2,5\n,,\n\nreach,1,\n')

    assert table is not None
    assert rows(table) == [["qua\n,,\nlity", "2", "5"], ["reach", "1", ""]]
    assert [table.origin.place(row) for row in (-1, 0, 1)] == [f"criteria.csv line {line}" for line in (3, 5, 10)]
    assert table.columns["criterion"].show(1) == "reach"


def test_a_row_with_one_filled_cell_is_no_blank_row(tmp_path: Path) -> None:
    table, _ = read(tmp_path, HEADER + ',,7\n"""",,\n')

    assert rows(table) == [["", "", "7"], ['"', "", ""]]


def test_a_filled_column_without_a_header_is_handed_on(tmp_path: Path) -> None:
    table, problems = read(tmp_path, "criterion,weight,,\nquality,2,,x\n")

    assert problems == []
    assert rows(table) == [["quality", "2", "x"]]  # and refused with the unknown columns


def test_a_text_without_blank_rows_is_not_copied() -> None:
    text = b'a,b\n1,2\n\n3,"x\n,,\ny"\n'

    assert without_blank_rows(text) is text


def test_a_case_with_blank_rows_is_the_same_case(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path / "case")
    before = load_case(folder)
    for file in folder.glob("*.csv"):
        width = file.read_text().splitlines()[0].count(",")
        file.write_text(file.read_text().replace("\n", "\n" + "," * width + "\n"))

    assert_same(before, load_case(folder))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sep=;\ncriterion;weight\n", "line 1: the columns are separated by semicolons"),
        ("\n\ncriterion;weight\n", "line 3: the columns are separated by semicolons"),
        ("sep=,\ncriterion\tweight\n", "line 2: the columns are separated by tabs"),
        (",,\n,,\n", "the file is empty"),
        ("criterion,,\nquality,2,3\n", "line 1: several columns without a header"),
        (",,\n" + HEADER.replace("minimum", "weight"), "line 2, column weight: the column occurs twice"),
        (HEADER + ",,\nquality,2\n", "line 3: the row has 2 cells and the header 3"),
        (
            HEADER + "quality,2,5\n" + "x" * 32_768 + ",1,\n",
            "line 3, column criterion: the cell holds more",
        ),
        (HEADER + "x" * 140_000 + ",1\n", "line 2: the row holds a cell of more than 32,767"),
        (HEADER + 'a,1,\n"' + "x" * 140_000 + '",1,\n', "line 3"),
        (HEADER + "x" * (20 << 20) + ",1,\n", "line 2"),
        ("x" * 140_000 + ",b\n", "line 1: the row holds a cell of more than 32,767"),
        ("c," * 300_000 + "\n", "line 1: the table has 300,001 columns; expected at most 1,000"),
        (",".join(map(str, range(300_000))) + "\n", "line 1: the table has 300,000 columns"),
        (HEADER + "quality,2,5" + "," * 300_000 + "\n", "line 2: the row has 300003 cells"),
        (HEADER + '"",' * 100_001 + "x\n", "line 2: the row has 100002 cells"),
    ],
    ids=range(16),
)
def test_what_cannot_be_read_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    start = time.process_time()
    _, problems = read(tmp_path, text)

    assert any(told in sentence for sentence in problems), problems
    assert max(map(len, problems)) < 1000
    assert time.process_time() - start < 10  # hours, where time grows with the square of the size


def test_a_longest_cell_is_read(tmp_path: Path) -> None:
    table, problems = read(tmp_path, HEADER + "é" * 32_767 + ",1,\n")

    assert problems == []
    assert len(rows(table)[0][0]) == 32_767


def test_too_many_rows_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.intake.delimited.MAX_ROWS", 1)

    assert "the table has 2 rows; expected at most 1" in read(tmp_path, HEADER + "a,1,\nb,1,\n")[1][0]


def test_too_large_a_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_small_case(tmp_path / "case")
    monkeypatch.setattr("models.intake.case_folder.MAX_TABLE_BYTES", 400)

    with pytest.raises(CaseError, match=r"rates.csv: this has [\d,]+ bytes, more than the 400 that are read"):
        load_case(folder)


@pytest.mark.parametrize("line", ["sep=,", '"sep=,"', "SEP=,,,", '"sep=,",,'])
def test_the_line_that_names_the_comma_is_passed_over(tmp_path: Path, line: str) -> None:
    table, problems = read(tmp_path, f"{line}\r\n{HEADER}a,1,\n")

    assert problems == []
    assert rows(table)[0][0] == "a"
