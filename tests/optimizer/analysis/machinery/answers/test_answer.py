"""Answers: their columns are explained, their folder is whole, and nothing else is overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.plan_tables import OtherFormatError, RunError
from optimizer.analysis.machinery.answers.answer import Answer, worst_gap
from optimizer.analysis.machinery.answers.answer_folder import load_answer
from optimizer.assurance.result import Result
from optimizer.results.record import Status

LEVERS = pd.DataFrame({"rule": ["a<b", "c"], "loss": [1.5, float("nan")], "proved": [True, False]})
MEANINGS = {"rule": "rule dropped", "loss": "objective lost, EUR a year", "proved": "whether proved"}


def answer(**more: Any) -> Answer:
    given = {"tables": {"levers": LEVERS}, "columns": {"levers": MEANINGS}, "sentences": ("All is well.",), **more}
    return Answer("explain", "tiny", "base", "EUR", **given)


def test_it_is_saved_as_a_csv_file_for_each_table_and_one_json(tmp_path: Path) -> None:
    folder = answer(facts={"best": 3.0, "odd": float("inf")}, gap=0.01).save(tmp_path / "deep" / "out")
    assert sorted(path.name for path in folder.iterdir()) == ["explain.json", "levers.csv"]
    assert (folder / "levers.csv").read_text() == "rule,loss,proved\na<b,1.5,true\nc,,false\n"
    document = json.loads((folder / "explain.json").read_text())
    assert document["facts"] == {"best": 3.0, "odd": None}
    assert (document["gap"], document["status"], document["scenario"]) == (0.01, "optimal", "base")
    assert document["columns"] == {"levers": MEANINGS}


@pytest.mark.parametrize("columns", [{}, {"levers": {"rule": ""}}, {"levers": MEANINGS, "more": {"a": "b"}}])
def test_a_column_without_meaning_is_refused_and_the_reverse(columns: dict[str, dict[str, str]]) -> None:
    with pytest.raises(ValueError, match="but explained are"):
        answer(columns=columns)


def test_an_earlier_answer_to_the_same_question_is_replaced(tmp_path: Path) -> None:
    answer().save(tmp_path / "out")
    folder = answer(tables={}, columns={}).save(tmp_path / "out")
    assert [path.name for path in folder.iterdir()] == ["explain.json"]


@pytest.mark.parametrize("stranger", ["notes.txt", "plan.json", "other.csv"])
def test_another_folder_is_refused_and_kept(stranger: str, tmp_path: Path) -> None:
    folder = answer().save(tmp_path / "out")
    (folder / stranger).write_text("mine")
    with pytest.raises(RunError, match=stranger):
        answer().save(folder)
    assert (folder / stranger).read_text() == "mine"


@pytest.mark.parametrize("written", [None, 1, 3])
@pytest.mark.parametrize("unchecked", [False, True])
def test_an_answer_of_another_format_is_refused_with_what_to_do(
    written: int | None, unchecked: bool, tmp_path: Path
) -> None:
    file = answer().save(tmp_path / "out") / "explain.json"
    document = json.loads(file.read_text())
    assert document.pop("format") == 2
    file.write_text(json.dumps(document if written is None else {**document, "format": written}))
    with pytest.raises(OtherFormatError, match=r"reads format 2\..*[Aa]sk for the answer again\."):
        load_answer(tmp_path / "out", unchecked=unchecked)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(RunError, match="not a folder"):
        answer().save(tmp_path / "out")


def test_a_notebook_shows_its_sentences_and_shown_tables_escaped() -> None:
    page = answer(shown=("levers",))._repr_html_()
    assert "All is well." in page
    assert "a&lt;b" in page
    assert "a<b" not in page


def ended(status: Status, gap: float | None) -> Result:
    return Result(status, "tiny", "base", "account_revenue", "EUR", None, None, gap, 0.0, None)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([], 0.0),
        ([(Status.OPTIMAL, 0.001), (Status.FEASIBLE, 0.2), (Status.INFEASIBLE, None)], 0.2),
        ([(Status.OPTIMAL, 0.001), (Status.NO_PLAN, None)], None),
    ],
)
def test_the_worst_gap_is_unknown_where_a_solve_proved_nothing(results: list[Any], expected: float | None) -> None:
    assert worst_gap(ended(*result) for result in results) == expected
