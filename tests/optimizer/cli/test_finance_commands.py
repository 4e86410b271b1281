"""`tierwise workbook`, `reconcile` and `sign-off` from the command line."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE, FAILED
from tests.folders import TINY


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case that has books to compare with, and its run."""
    folder = tmp_path_factory.mktemp("finance")
    shutil.copytree(TINY, folder / "case")
    (folder / "case" / "actuals.csv").write_text("line,amount\naccount_margin,12500\n")
    assert main(["solve", str(folder / "case"), "--out", str(folder / "run"), "--quiet"]) == DONE
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    for name in ("case", "run"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


def tierwise(here: Path, command: str, *more: str) -> int:
    return main([command, str(here / "run"), "--case", str(here / "case"), *more])


def test_a_workbook_is_written_and_an_earlier_one_is_spared(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tierwise(here, "workbook") == DONE
    shown = capsys.readouterr().out
    assert f"Wrote {here / 'run.xlsx'}." in shown
    assert "sign-off" in shown
    first = (here / "run.xlsx").read_bytes()

    assert tierwise(here, "workbook") == BAD_INPUT
    assert "--force" in capsys.readouterr().err
    assert tierwise(here, "workbook", "--force") == DONE
    assert (here / "run.xlsx").read_bytes() == first
    assert tierwise(here, "workbook", "-o", str(here / "new" / "plan.xlsx")) == DONE


def test_the_manifest_leads_to_the_case(made: Path, tmp_path: Path) -> None:
    assert main(["workbook", str(made / "run"), "-o", str(tmp_path / "plan.xlsx")]) == DONE


def test_a_plan_that_fails_its_audit_is_not_written(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = json.loads((here / "run" / "plan.json").read_text())
    plan["kpis"]["service_cost"] += 1.0
    (here / "run" / "plan.json").write_text(json.dumps(plan))
    assert tierwise(here, "workbook") == FAILED
    assert "kpi service_cost" in capsys.readouterr().err
    assert not (here / "run.xlsx").exists()
    assert tierwise(here, "workbook", "--unchecked") == FAILED
    shown = capsys.readouterr().out
    assert "UNCHECKED" in shown
    assert "Audit: FAILED" in shown


def test_there_is_no_workbook_of_a_run_without_a_plan(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "case" / "scenarios" / "greedy.toml").write_text("min_service_margin = 0.99\n")
    case, run = str(here / "case"), str(here / "none")
    assert main(["solve", case, "--scenario", "greedy", "--out", run, "--quiet"]) == FAILED
    capsys.readouterr()
    assert main(["workbook", run, "--case", case]) == BAD_INPUT
    assert "holds no plan (its status is infeasible)" in capsys.readouterr().err
    assert not (here / "none.xlsx").exists()


def test_a_changed_case_is_refused(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "case" / "rates.csv").write_text((here / "case" / "rates.csv").read_text() + "\n")
    assert tierwise(here, "workbook") == BAD_INPUT
    assert "changed since the run was made (rates.csv)" in capsys.readouterr().err


def test_reconcile_says_by_its_exit_code_whether_the_books_agree(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tierwise(here, "reconcile") == DONE  # 12,580 against 12,500 is 0.64 % off
    assert "Reconciled" in capsys.readouterr().out
    assert tierwise(here, "reconcile", "--tolerance", "0.005", "--json") == FAILED
    result = json.loads(capsys.readouterr().out)["result"]
    assert (result["ok"], result["lines"][0]["difference"]) == (False, 80.0)


def test_sign_off_is_written_checked_and_ended(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tierwise(here, "sign-off") == BAD_INPUT
    assert "has not been signed off" in capsys.readouterr().err
    assert tierwise(here, "sign-off", "--by", "Ann", "--note", "year end") == DONE
    assert tierwise(here, "sign-off") == DONE
    assert "It holds." in capsys.readouterr().out

    (here / "case" / "rates.csv").write_text((here / "case" / "rates.csv").read_text() + "\n")
    assert tierwise(here, "sign-off") == DONE
    told = capsys.readouterr().out
    assert "It holds." in told
    assert "The case has changed since the run was made (rates.csv)." in told
    (here / "run" / "inputs" / "rates.parquet").write_bytes(b"")
    capsys.readouterr()
    assert tierwise(here, "sign-off") == FAILED
    assert "inputs/rates.parquet of the run was changed." in capsys.readouterr().out
    assert tierwise(here, "sign-off", "--by", "Ann") == FAILED


def test_what_does_not_reconcile_is_not_signed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert tierwise(here, "sign-off", "--by", "Ann", "--tolerance", "0.001") == BAD_INPUT
    assert "Not reconciled: account_margin" in capsys.readouterr().err
    assert not (here / "run" / "sign_off.json").exists()
