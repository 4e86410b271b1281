"""`tierwise frontier`, `explain`, `whynot`, `diagnose` and `alternatives`: files, summary, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer
from optimizer.cli.command_line import main
from tests.optimizer.cli.run_on_tiny import TINY, run_on_tiny


@pytest.mark.parametrize(
    ("command", "tables", "said"),
    [
        (["frontier", "account_margin", "service_margin", "--points", "2"], {"points", "kpis"}, "that no plan beats"),
        (
            ["explain", "csat_floor"],
            {"costs", "stopped", "ladders"},
            "csat_floor (silver) at 70 CSAT points costs 160.00 EUR",
        ),
        (["whynot", "exactly 1 tier"], {"requests", "binding", "kpis"}, '"exactly 1 tier": costs 480.00 EUR'),
        (["diagnose", "csat_floor"], {"conflict", "ways", "targets"}, "Nothing stands in the way"),
        (["alternatives", "--count", "2"], {"alternatives", "decisions", "likeness"}, "Alternative 2 loses 60.00 EUR"),
    ],
)
def test_a_command_writes_its_tables_and_says_what_they_tell(
    command: list[str], tables: set[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, document = run_on_tiny(command, tables, said, tmp_path, capsys)
    assert document["status"] in ("optimal", "feasible")  # a solve may end at two digits of its difference


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["whynot", "offer bronze"], "this is not understood"),
        (["whynot", "clinics gold per_call 250"], "no such price point is open to clinics"),
        (["explain", "min_margin"], "no rule of that name is on"),
        (["diagnose", "min_service_margin"], "no rule of that name is on"),
        (["frontier", "account_revenue", "happiness"], "there is no such goal"),
        (["frontier", "contract_coverage", "account_revenue"], "the first cannot be an objective"),
        (["alternatives", "--within", "-1"], "the numbers do not fit"),
    ],
)
def test_what_cannot_be_meant_is_bad_input(
    command: list[str], told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *more = command
    assert main([name, str(TINY), *more, "--out", str(tmp_path / "out")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_stop_leaves_what_is_known_and_says_so() -> None:
    case = optimizer.load_case(TINY)
    result = optimizer.solve(case)
    for answer in (
        optimizer.explain(case, result=result, should_stop=lambda: True),
        optimizer.whynot(case, "base", "drop silver", result=result, should_stop=lambda: True),
    ):
        assert answer.status == "feasible"
        assert answer.sentences[-1] == "Stopped before everything was asked and proved; what is missing is left out."
