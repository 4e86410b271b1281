"""`tierwise levels`, `partners`, `portfolio` and `roadmap`: files, summary, exit code; and what Ctrl-C leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import optimizer
from models import Case, load_case
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.assurance.result import Result
from optimizer.cli.command_line import main
from tests.optimizer.cli.run_on_tiny import TINY, run_on_tiny


@pytest.mark.parametrize(
    ("command", "tables", "said"),
    [
        (
            ["levels"],
            {"zones", "segments", "regions", "ownership", "ownership_parts"},
            "places (a segment's tier in a region)",
        ),
        (
            ["partners", "--in-house", "0.5"],
            {
                "scorecard",
                "values",
                "measures",
                "criteria",
                "barred",
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
    shown, document = run_on_tiny(command, tables, said, tmp_path, capsys)
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
    assert answer.sentences[-1] == "Stopped before everything was asked and proved; what is missing is left out."
