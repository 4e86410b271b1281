"""`tierwise init`, `validate --mark` and `diff` from the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from models import load_case
from optimizer.cli import data_commands
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


def test_init_checks_what_is_typed_and_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = ["a\tb", "mine", "5 EUR", "EUR", "pump = 80,000", "pump = 1e400", "pump = 0", "pump = 9, pump = 3"]
    answers += [
        "pump = 9000",
        "mills, Mills",
        "x" * 501,
        ",".join(f"s{at}" for at in range(51)),
        "mills",
        "east, ",
        "east",
    ]
    answers += ["none", ",".join("abcdefghi"), "basic", "0", "2000", "2.5", "2"]
    answered(monkeypatch, *answers)
    assert main(["init", str(tmp_path / "own")]) == DONE

    said = capsys.readouterr().err
    for refused in (
        "no name may hold a tab", "expected a currency such as EUR, without an amount", "without thousands separators",
        "1e400 is out of range; expected a value from 0.01 to 1,000,000,000", "  0 is out of range",
        "expected different products", "expected different names", "expected a name of 1 to 500 characters",
        "expected at most 50 names", "none stands for having no contract", "expected at most 8 tiers",
        "expected a whole number from 1 to 1000",
    ):  # fmt: skip
        assert refused in said, refused
    case = load_case(tmp_path / "own")
    assert case.settings.name == "mine"
    assert case.sizes["accounts"] == 2
    assert case.warnings == ()


def test_init_asks_for_no_more_accounts_than_a_workbook_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many = ",".join(f"n{at}" for at in range(40))
    answered(monkeypatch, "", "", "pump = 9000", many, many, "basic", "126", "")
    monkeypatch.setattr(data_commands, "_SOON", 0.0)
    assert main(["init", str(tmp_path / "own")]) == DONE
    assert "expected a whole number from 1 to 125" in capsys.readouterr().err  # 200,000 rows in 40 x 40 places


def test_init_tells_the_margins_and_its_case_validates_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", str(tmp_path / "own"), "--yes"]) == DONE
    assert "Service margin: 29% of service revenue today, 39% under the best plan." in capsys.readouterr().out
    assert main(["validate", str(tmp_path / "own")]) == DONE
    validated = capsys.readouterr()
    assert validated.err == ""
    assert "No faults. Scenarios: base. Warnings: 0." in validated.out


def test_init_refuses_a_name_that_no_case_can_have(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(tmp_path / "a\x1bb"), "--yes"]) == BAD_INPUT
    assert "no name may hold an escape character" in " ".join(capsys.readouterr().err.split())


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
