"""`tierwise init`, `validate --mark` and `diff` from the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from models import load_case
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE
from tests.worlds.small_case import write_small_case


def answered(monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))


def test_init_writes_what_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answered(
        monkeypatch, "", "CHF", "pump = 9000, valve", "pump = 9000", "mills", "east, west", "basic, plus", "0", "2"
    )
    target = tmp_path / "pumps.xlsx"
    assert main(["init", str(target)]) == DONE

    case = load_case(target)
    assert (case.settings.name, case.settings.currency) == ("pumps", "CHF")
    assert case.tables["products"]["product"].tolist() == ["pump"]
    assert case.tables["tiers"]["tier"].tolist() == ["basic", "plus"]
    assert case.sizes["accounts"] == 1 * 2 * 2
    said = capsys.readouterr()
    assert "expected name = value" in said.err
    assert "expected a whole number from 1 to 1000" in said.err
    assert f"tierwise solve {target}" in said.out


def test_init_takes_what_is_offered_on_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(monkeypatch, *[""] * 7)
    assert main(["init", str(tmp_path / "asked")]) == DONE
    assert main(["init", str(tmp_path / "yes" / "asked"), "--yes"]) == DONE
    both = [load_case(tmp_path / name) for name in ("asked", "yes/asked")]
    assert both[0].files == both[1].files


def test_init_replaces_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    assert main(["init", str(tmp_path / "mine"), "--yes"]) == BAD_INPUT
    assert "exists already" in capsys.readouterr().err


def test_validate_marks_faulty_cells_on_request(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, marked = write_small_case(tmp_path / "case"), tmp_path / "marked.xlsx"
    assert main(["validate", str(case), "--mark", str(marked)]) == DONE
    assert not marked.exists()

    (case / "segments.csv").write_text((case / "segments.csv").read_text().replace("0.05", "5 %"))
    assert main(["validate", str(case), "--mark", str(marked)]) == BAD_INPUT
    assert f"marked and commented in {marked}" in capsys.readouterr().err
    assert openpyxl.load_workbook(marked)["segments"]["C2"].comment is not None


def test_validate_does_not_mark_the_case_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["template", str(tmp_path / "case.xlsx")]) == DONE
    assert main(["validate", str(tmp_path / "case.xlsx"), "--mark", str(tmp_path / "case.xlsx")]) == BAD_INPUT
    assert "this is the case itself" in capsys.readouterr().err


def test_diff_shows_cells_and_writes_them_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two = (write_small_case(tmp_path / name) for name in ("one", "two"))
    assert main(["diff", str(one), str(two)]) == DONE
    assert "No differences." in capsys.readouterr().out

    (two / "providers.csv").write_text((two / "providers.csv").read_text().replace("in_house,600", "in_house,650"))
    assert main(["diff", str(one), str(two), "--out", str(tmp_path / "d.csv")]) == DONE
    assert "capacity_hours   600      650" in capsys.readouterr().out
    assert pd.read_csv(tmp_path / "d.csv")["after"].tolist() == [650]
    assert main(["diff", str(one), str(two), "--json"]) == DONE
    found = json.loads(capsys.readouterr().out)["result"]["differences"]
    assert [(row["table"], row["key"], row["before"]) for row in found] == [("providers", "provider=own", "600")]
