"""What version 0.1.0 left: each command says what to do with it, and the page on upgrading holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import optimizer
from models import load_case
from models.plan import KPIS
from models.plan_tables import OtherFormatError, RunError
from optimizer.analysis.machinery.answers.answer_folder import load_answer
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE
from tests.folders import LEFT_BY_0_1_0, ROOT, TINY
from tests.notebooks.pages import tables_of

SIGNED = ROOT / "tests" / "worlds" / "signed_by_0_1_0.json"
UPGRADE = ROOT / "notebooks" / "guide" / "upgrade.md"
NO_FORMAT = "plan.json has no format, so that a version before 0.2.0 wrote it; Tierwise 0.2.0 reads format 2."
COMMANDS = {
    "audit": ["data/tiny", "old"],
    "report": ["old", "-o", "new.html"],
    "workbook": ["old", "-o", "new.xlsx"],
    "compare": ["old"],
    "levels": ["old"],
    "reconcile": ["old"],
    "app": ["old", "--no-browser"],
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(LEFT_BY_0_1_0, tmp_path, dirs_exist_ok=True)
    manifest = tmp_path / "old" / "manifest.json"
    manifest.write_text(
        manifest.read_text().replace('"case_path": "data/tiny"', f'"case_path": {json.dumps(str(TINY))}')
    )
    (tmp_path / "data").symlink_to(ROOT / "data", target_is_directory=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_on_the_run_says_to_solve_again(
    command: str, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, *COMMANDS[command]]) == BAD_INPUT
    assert f"{NO_FORMAT} Solve the case again." in capsys.readouterr().err


def test_so_does_python_also_unchecked(here: Path) -> None:
    for unchecked in (False, True):
        with pytest.raises(OtherFormatError, match=r"Solve the case again\.$"):
            optimizer.Result.load("old", unchecked=unchecked)


def test_an_answer_is_to_be_asked_for_again(here: Path) -> None:
    with pytest.raises(RunError, match=r"has no format, .* Ask for the answer again\.$"):
        load_answer("old-compare")


def test_a_sign_off_is_to_be_made_again(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(SIGNED, here / "old" / "sign_off.json")
    assert main(["sign-off", "old"]) == BAD_INPUT
    assert "Version 0.1.0 of Tierwise wrote it: solve the case again, and sign off the new run." in (
        capsys.readouterr().err
    )


def test_the_case_is_solved_again_in_its_place_to_what_it_earned(here: Path) -> None:
    old = json.loads((here / "old" / "plan.json").read_text())
    assert main(["solve", str(TINY), "--out", "old", "--quiet"]) == DONE
    new = optimizer.Result.load("old", load_case(TINY))
    assert new.objective == pytest.approx(old["objective"])
    assert new.decided.kpis["contract_coverage"] == pytest.approx(old["kpis"]["attach_rate"])
    same = [name for name in old["kpis"] if name in KPIS]
    assert {name: new.decided.kpis[name] for name in same} == pytest.approx({name: old["kpis"][name] for name in same})


def test_the_page_on_upgrading_names_every_amount_that_changed() -> None:
    old = set(json.loads((LEFT_BY_0_1_0 / "old" / "plan.json").read_text())["kpis"])
    rows = [row for row in tables_of(UPGRADE) if "what it is" in row]
    gone = {name.strip("` ") for row in rows for name in row["0.1.0"].split(",")} - {""}
    come = {name.strip("` ") for row in rows for name in row["0.2.0"].split(",")}
    assert gone == old - set(KPIS)
    assert come == set(KPIS) - old
