"""`tierwise levels`, `partners`, `portfolio` and `roadmap`: files, summary, exit code; and what Ctrl-C leaves."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import optimizer
from models import Case, load_case
from optimizer.analysis.answer import Answer
from optimizer.command_line import main
from optimizer.result import Result

TINY = Path(__file__).parents[3] / "data" / "tiny"


@pytest.mark.parametrize(
    ("command", "tables", "said"),
    [
        (["levels"], {"zones", "segments", "regions"}, "places (a segment's tier in a region)"),
        (
            ["partners", "--in-house", "0.5"],
            {
                "scorecard",
                "values",
                "measures",
                "criteria",
                "readiness",
                "work",
                "make_or_buy",
                "failures",
                "takeovers",
            },
            "Worth of each provider engaged",
        ),
        (
            ["portfolio"],
            {"products", "tiers", "models", "tier_counts", "model_counts"},
            "The best number of tiers is 2",
        ),
        (["roadmap", "--most-books", "1"], {"waves", "providers", "price_books"}, "2 waves in 3 months"),
    ],
)
def test_a_command_writes_its_tables_and_says_what_they_tell(
    command: list[str], tables: set[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *more = command
    assert main([name, str(TINY), *more, "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert said in shown
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == tables
    document = json.loads((tmp_path / "out" / f"{name}.json").read_text())
    assert document["gap"] <= 1.01e-4
    assert set(document["columns"]) == tables
    assert all(sentence in shown for sentence in document["sentences"])


@pytest.mark.parametrize(("text", "code"), [("0,2", 2), ("half", 2)])
def test_shares_that_make_no_sense_are_bad_usage(text: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["partners", str(TINY), "--in-house", text])
    assert ended.value.code == code
    assert "expected numbers from 0 to 1" in capsys.readouterr().err


@pytest.fixture(scope="module")
def solved() -> tuple[Case, Result]:
    case = load_case(TINY)
    return case, optimizer.solve(case)


@pytest.mark.parametrize("ask", [optimizer.partners, optimizer.portfolio, optimizer.roadmap])
def test_a_stop_leaves_what_is_known_and_says_so(ask: Callable[..., Answer], solved: tuple[Case, Result]) -> None:
    case, result = solved
    answer = ask(case, result=result, should_stop=lambda: True)
    assert answer.status == "feasible"
    assert answer.sentences[-1] == "Stopped before everything was asked; what is missing is left out."
