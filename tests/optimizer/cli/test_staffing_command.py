"""`tierwise staffing`: rows printed and written, and what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from models import load_case
from models.staffing import COLUMNS, staffing
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE
from tests.folders import TINY

ASKED = ["staffing", str(TINY), "--provider", "Own", "--people", "3"]


def test_rows_are_printed_and_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rows.csv"
    assert main([*ASKED, "--out", str(file)]) == DONE
    written, said = file.read_text(encoding="utf-8"), capsys.readouterr().out
    assert said.startswith(written)
    assert "Own: 3 people, 2 h a case, response 4 h at a load of 70 %." in said
    expected = staffing(load_case(TINY), "Own", 3).engagements
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(written)), expected)
    assert list(expected.columns) == list(COLUMNS)

    assert main([*ASKED, "--out", str(file)]) == BAD_INPUT
    assert main([*ASKED, "--out", str(file), "--force"]) == DONE


def test_all_that_may_be_asked(capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--handling", "1", "--levels", "0.25, 0.75", "--reference-load", "0.5", "--json"]
    assert main([*ASKED[:-1], "1", *more]) == DONE
    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["provider"], result["people"], result["handling_hours"], result["reference_load"]) == (
        "Own", 1, 1, 0.5,
    )  # fmt: skip
    assert [row["response_factor"] for row in result["engagements"]] == pytest.approx([10 / 12, 1.5])
    assert [row["wait_hours"] for row in result["loads"]] == pytest.approx([1 / 3, 3])


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--levels", "0.6,1"], "falls behind without end"),
        (["--people", "1", "--reference-load", "0.9"], "more than the 4 hours that the case gives allow"),
        (["--provider", "own"], 'did you mean "Own"'),
    ],
)
def test_what_is_refused_says_why(more: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, *more]) == BAD_INPUT
    assert reason in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--people", "2.5"], ["--levels", "0.6;0.7"], ["--handling", "long"]])
def test_what_is_no_number_is_wrong_usage(more: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([*ASKED, *more])
    assert end.value.code == BAD_INPUT
    assert more[0] in capsys.readouterr().err


def test_the_case_is_not_edited(tmp_path: Path) -> None:
    before = {file.name: file.read_bytes() for file in TINY.iterdir() if file.is_file()}
    assert main([*ASKED, "--quiet"]) == DONE
    assert main([*ASKED, "--out", str(TINY / "rates.csv"), "--force"]) == BAD_INPUT
    assert {file.name: file.read_bytes() for file in TINY.iterdir() if file.is_file()} == before
