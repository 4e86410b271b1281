"""Runs on disk: shown only when their digests and their audit agree, whatever command opens them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import optimizer
from models import CaseError, load_case
from models.plan_tables import FaultyRunError
from optimizer.analysis.machinery.answers.answer_folder import load_answer
from optimizer.assurance.result import Result
from optimizer.assurance.run_checks import NOT_AUDITED, UNCHECKED
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE, FAILED
from optimizer.results.digests import with_checksum
from optimizer.results.run_reference import run_digest
from optimizer.results.summary import ladder_ends
from tests.folders import TINY
from tests.optimizer.assurance.mutations import write_digests


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case that has books, its run, an answer, and a run that is proved infeasible."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copytree(TINY, folder / "case")
    (folder / "case" / "actuals.csv").write_text("line,amount\naccount_margin,12500\n")
    (folder / "case" / "scenarios" / "strict.toml").write_text("min_service_margin = 0.999\n")
    assert main(["solve", str(folder / "case"), "--out", str(folder / "run"), "--quiet"]) == DONE
    strict = ["solve", str(folder / "case"), "-s", "strict", "--out", str(folder / "none"), "--quiet"]
    assert main(strict) == FAILED
    compare = ["compare", str(folder / "case"), str(folder / "run"), "--out", str(folder / "answer"), "--quiet"]
    assert main(compare) == DONE
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy to spoil; the run's manifest leads to the case of the copy."""
    for name in ("case", "run", "none", "answer"):
        shutil.copytree(made / name, tmp_path / name)
    for name in ("run", "none"):
        edit(tmp_path / name / "manifest.json", lambda manifest: led_to(manifest, tmp_path / "case"))
    about = {"run": {"digest": run_digest(tmp_path / "run"), "folder": str(tmp_path / "run")}}
    edit(tmp_path / "answer" / "compare.json", lambda answer: with_checksum({**answer, **about}))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def led_to(manifest: dict[str, Any], case: Path) -> dict[str, Any]:
    return {**manifest, "case_path": str(case), "command": ["tierwise", "solve", str(case), *manifest["command"][3:]]}


def edit(file: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Change a JSON file, and write its digests anew where the manifest has them, as anyone can."""
    file.write_text(json.dumps(change(json.loads(file.read_text(encoding="utf-8")))), encoding="utf-8")
    if file.name in ("plan.json", "audit.json", "manifest.json"):
        write_digests(file.parent, file.name)


def ten_times(plan: dict[str, Any]) -> dict[str, Any]:
    kpis = {name: None if value is None else 10 * value for name, value in plan["kpis"].items()}
    return {**plan, "kpis": kpis, "objective": 10 * plan["objective"], "bound": 10 * plan["bound"]}


COMMANDS = {
    "report": ["report", "run", "-o", "out.html"],
    "workbook": ["workbook", "run", "-o", "out.xlsx"],
    "reconcile": ["reconcile", "run"],
    "compare": ["compare", "case", "run", "-o", "out"],
    "sign-off": ["sign-off", "run", "--by", "Ann"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_ten_times_as_much_is_shown_by_no_command(command: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(here / "run" / "plan.json", ten_times)
    before = sorted(here.rglob("*"))
    assert main([*COMMANDS[command], "--json"]) == FAILED
    told = capsys.readouterr()
    assert json.loads(told.out)["result"] is None
    assert "195,600" not in told.err
    assert ("objective" in told.err) or ("kpi" in told.err)
    assert sorted(here.rglob("*")) == before


def test_the_fault_is_named(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(here / "run" / "plan.json", ten_times)
    assert main(COMMANDS["report"]) == FAILED
    assert "kpi service_revenue" in capsys.readouterr().err
    menus = here / "run" / "menus.csv"
    menus.write_text("\ufeff" + menus.read_text(), encoding="utf-8")  # as Excel writes it: the same table
    assert main(COMMANDS["report"]) == FAILED
    assert "menus.csv is not as it was written" in capsys.readouterr().err


@pytest.mark.parametrize("command", list(COMMANDS)[:4])
def test_unchecked_shows_it_marked(command: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(here / "run" / "plan.json", ten_times)
    assert main([*COMMANDS[command], "--unchecked"]) in (DONE, FAILED)  # the books differ from ten times as much
    assert "UNCHECKED" in capsys.readouterr().out
    if command == "report":
        page = (here / "out.html").read_text(encoding="utf-8")
        assert f'<body class="marked">\n<p class="mark" role="alert"><span>{UNCHECKED}</span></p>' in page
        assert "Nothing was recomputed for this page" in page
        assert "An independent recomputation" not in page
    if command == "workbook":
        sheets = openpyxl.load_workbook(here / "out.xlsx").worksheets
        assert len(sheets) > 10
        assert all(sheet["A3"].value == UNCHECKED for sheet in sheets)
        assert all(UNCHECKED in str(sheet.oddHeader.center.text) for sheet in sheets)
    if command == "compare":
        assert json.loads((here / "out" / "compare.json").read_text())["unchecked"] == UNCHECKED
        assert main(["report", "run", "--unchecked", "--with", "out", "-o", "with.html"]) == DONE


def test_a_table_on_the_terminal_is_marked_in_its_heading(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*COMMANDS["compare"], "--unchecked"]) == DONE
    shown = capsys.readouterr().out
    assert all(
        any(line.startswith(f"{name}. UNCHECKED") for line in shown.splitlines()) for name in ("Overview", "Bridge")
    )


def test_a_case_that_is_gone_or_changed(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rates = here / "case" / "rates.csv"
    rates.write_text(rates.read_text() + "\n")
    for command in COMMANDS:
        refused = FAILED if command == "sign-off" else BAD_INPUT  # other data is no fault of the run, but of its audit
        assert main(COMMANDS[command]) == refused
        assert "rates.csv" in capsys.readouterr().err
    assert main([*COMMANDS["report"], "--unchecked"]) == DONE
    (here / "out.html").unlink()
    (here / "case").rename(here / "away")
    assert main(COMMANDS["report"]) == BAD_INPUT
    told = capsys.readouterr().err
    assert "--case CASE" in told
    assert "--unchecked" in told
    assert not (here / "out.html").exists()


def test_another_run_whose_scenario_changed_is_refused_as_bad_input(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the run asked about nothing has changed, so that it is the other one that is told of."""
    file = here / "case" / "scenarios" / "one.toml"
    file.write_text("max_tiers = 1\n")
    assert main(["solve", "case", "--scenario", "one", "-o", "other", "-q"]) == DONE
    file.write_text("max_tiers = 1\nmin_menu = 0\n")
    assert main(["compare", "case", "run", "other", "-o", "out"]) == BAD_INPUT
    told = capsys.readouterr().err
    assert "other: The case has changed since the run was made (scenarios/one.toml); solve it again." in told
    assert main(["explain", "run", "-o", "explained"]) == DONE


def test_a_sign_off_that_no_longer_holds(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(COMMANDS["sign-off"]) == DONE
    assert main(COMMANDS["report"]) == DONE
    edit(here / "run" / "plan.json", lambda plan: {**plan, "seconds": 2 * plan["seconds"]})  # which no audit knows
    assert main([*COMMANDS["report"], "--force"]) == FAILED
    assert "plan.json of the run was changed." in capsys.readouterr().err
    assert main(COMMANDS["sign-off"]) == DONE
    assert main([*COMMANDS["report"], "--force"]) == DONE


def test_what_no_plan_says_is_held_against_the_case_too(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = ["report", "none", "-o", "none.html", "--force"]
    assert main(report) == DONE
    for change, code in [
        ({"status": "optimal"}, BAD_INPUT),
        ({"gap": 0.0}, BAD_INPUT),
        ({"bound": 5.0}, BAD_INPUT),
        ({"currency": "USD"}, FAILED),
        ({"seconds": -1.0}, FAILED),
    ]:
        plan = (here / "none" / "plan.json").read_text()
        edit(here / "none" / "plan.json", lambda old, change=change: {**old, **change})  # type: ignore[misc]
        assert main(report) == code, change
        edit(here / "none" / "plan.json", lambda _, plan=plan: json.loads(plan))  # type: ignore[misc]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: edit(folder / "compare.json", lambda old: {**old, "sentences": ["All is well."]}),
        lambda folder: (folder / "kpis.csv").write_text((folder / "kpis.csv").read_text().replace("1", "2")),
        lambda folder: (folder / "more.csv").write_text("a\n1\n"),
    ],
)
def test_an_answer_that_was_edited(
    spoil: Callable[[Path], object], here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["report", "run", "-o", "out.html", "--with", "answer"]
    spoil(here / "answer")
    assert main(command) == FAILED
    assert "is not as it was written" in capsys.readouterr().err
    assert not (here / "out.html").exists()
    assert main([*command, "--unchecked"]) == DONE
    with pytest.raises(FaultyRunError, match="not as it was written"):
        load_answer(here / "answer")
    assert load_answer(here / "answer", unchecked=True).unchecked == UNCHECKED


def test_in_python(here: Path) -> None:
    case = load_case(here / "case")
    assert Result.load(here / "run").unchecked is None
    assert Result.load(here / "run", case).unchecked is None
    edit(here / "run" / "plan.json", ten_times)
    with pytest.raises(FaultyRunError, match="kpi service_revenue"):
        Result.load(here / "run")
    with pytest.raises(FaultyRunError, match="kpi service_revenue"):
        optimizer.write_workbook(case, here / "run", here / "out.xlsx")
    with pytest.raises(FaultyRunError, match="kpi service_revenue"):
        optimizer.compare(case, [here / "run"])
    loaded = Result.load(here / "run", unchecked=True)
    assert loaded.unchecked == UNCHECKED
    assert UNCHECKED in loaded._repr_html_()
    assert not list(here.glob("out*"))


def test_where_prices_stand_on_their_ladders_is_worked_out_anew_from_the_case(here: Path) -> None:
    ends = ["3 of 3 prices are the highest of their ladders: gold fixed 10 %, silver fixed 8 %."]
    assert ladder_ends(Result.load(here / "run")) == ladder_ends(optimizer.solve(load_case(here / "case"))) == ends
    assert set(json.loads((here / "run" / "audit.json").read_text())) == {"ok", "rules", "kpis"}
    assert ladder_ends(Result.load(here / "run", unchecked=True)) == []


def test_without_its_case_a_result_is_held_against_its_own_files(here: Path) -> None:
    (here / "case").rename(here / "away")
    loaded = Result.load(here / "run")
    assert loaded.unchecked == NOT_AUDITED
    assert NOT_AUDITED in loaded._repr_html_()
    edit(here / "run" / "plan.json", ten_times)
    with pytest.raises(FaultyRunError, match=r"plan\.json says service_revenue"):
        Result.load(here / "run")
    with pytest.raises(CaseError, match="no such file"):
        Result.load(here / "run", here / "case")
