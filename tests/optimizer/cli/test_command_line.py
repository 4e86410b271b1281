"""The command `tierwise` on the tiny case: files, exit codes, what is said and where."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models import load_case, write_case
from optimizer.assurance.result import Result
from optimizer.cli.command_line import main
from optimizer.results.record import Status
from tests.faults import FAULTS, Fault
from tests.folders import ROOT
from tests.optimizer.cli.showing import small_result, without_plan
from tests.slow import one_in
from tests.worlds.small_case import write_small_case

TINY = ROOT / "data" / "tiny"
IMAGING = ROOT / "data" / "imaging"
RUN_FILES = {
    "plan.json",
    "menus.csv",
    "coverage.csv",
    "uptake.csv",
    "allocation.csv",
    "fulfilment.csv",
    "experience.csv",
    "audit.json",
    "manifest.json",
}


def tierwise(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "optimizer", *map(str, arguments)]
    variables = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120, check=False)


def solved(case: Path, run: Path, *more: str) -> dict[str, Any]:
    assert main(["solve", str(case), "--out", str(run), *more]) == 0
    return read_json(run / "plan.json")


def read_json(path: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return values


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny case's base scenario, solved once; tests copy what they change."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    solved(TINY, folder)
    return folder


# what a newcomer sees first


def test_help_names_every_command_and_every_exit_code() -> None:
    done = tierwise("--help")
    assert done.returncode == 0
    for word in ("validate", "solve", "evaluate", "audit", "template", "examples:", "exit codes:"):
        assert word in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["validate", "solve", "evaluate", "audit", "template"])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: tierwise {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([], "COMMAND"),
        (["improve", "case"], "improve"),
        (["solve"], "CASE"),
        (["solve", "case", "--gap", "nan"], "--gap: found 'nan', expected a number of at least 0"),
        (["solve", "case", "--gap", "-1"], "--gap"),
        (["solve", "case", "--time-limit", "0"], "--time-limit: found '0', expected a number above 0"),
        (["solve", "case", "--time-limit", "soon"], "'soon'"),
        (["evaluate", "case"], "--menus"),
        (["audit"], "RUN"),
        (["template", "case.csv"], "'case.csv', expected a file name that ends in .xlsx"),
    ],
)
def test_wrong_usage_is_explained(arguments: list[str], named: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err


# bad input


@pytest.mark.parametrize("fault", one_in(6, FAULTS), ids=lambda fault: fault.name)
def test_every_fault_ends_with_2_and_leaves_nothing(
    fault: Fault, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = fault.write(tmp_path / "case")
    assert main(["solve", str(case), "--out", str(tmp_path / "runs" / "faulty")]) == 2
    told = capsys.readouterr()
    assert [word for word in fault.must_name if word not in told.err] == []
    assert "Traceback" not in told.err
    assert told.out == ""
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("command", ["validate", "solve"])
def test_a_missing_case_is_said(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are letters")
@pytest.mark.parametrize("encoding", one_in(2, ["utf-8", "ascii"]))
def test_paths_of_bytes_that_are_no_letters(tmp_path: Path, encoding: str) -> None:
    case = Path(os.fsdecode(os.fsencode(tmp_path) + b"/ca\xffse"))
    shutil.copytree(TINY, case)
    done = tierwise("validate", "--json", case, PYTHONIOENCODING=encoding)
    assert (done.returncode, json.loads(done.stdout)["problems"]) == (0, [])

    (case / "rates.csv").rename(case / "räte\udcffs.csv")
    for flag in ("--json", "--quiet"):
        done = tierwise("validate", flag, case, PYTHONIOENCODING=encoding)
        assert done.returncode == 2
        assert "te\\udcffs.csv: no part of a case" in done.stderr
        assert "Traceback" not in done.stderr
        assert not done.stdout or len(json.loads(done.stdout)["problems"]) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere names of files are letters")
def test_a_run_of_such_a_path_is_saved_and_reported(tmp_path: Path) -> None:
    case, run = Path(os.fsdecode(os.fsencode(tmp_path) + b"/ca\xffse")), tmp_path / "run"
    shutil.copytree(TINY, case)

    assert main(["solve", "--quiet", str(case), "--out", str(run)]) == 0
    assert main(["report", "--quiet", str(run), "--out", str(tmp_path / "run.html")]) == 0
    assert main(["workbook", "--quiet", str(run), "--out", str(tmp_path / "w.xlsx")]) == 0
    assert "ca\\udcffse" in (tmp_path / "run.html").read_text()


def test_bad_input_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = tierwise("solve", tmp_path / "nowhere", "--out", tmp_path / "run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("command", ["validate", "solve"])
def test_an_unknown_scenario_is_said(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = [] if command == "validate" else ["--out", str(tmp_path / "run")]
    assert main([command, str(TINY), "--scenario", "bse", *out]) == 2
    assert 'did you mean "base"' in capsys.readouterr().err
    assert names_in(tmp_path) == set()


def test_a_folder_of_something_else_is_refused_before_the_search(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "letter.txt").write_text("keep me", encoding="utf-8")
    monkeypatch.setattr("optimizer.cli.commands.solve", lambda *_, **__: pytest.fail("the search was started"))
    assert main(["solve", str(TINY), "--out", str(tmp_path)]) == 2
    assert "letter.txt" in capsys.readouterr().err
    assert names_in(tmp_path) == {"letter.txt"}


# validate


def test_validate_counts_what_it_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(TINY)]) == 0
    told = capsys.readouterr().out
    assert "tiny: " in told
    assert "No faults. Scenarios: base, one_tier. Warnings: " in told


def test_validate_warns_of_the_scenario_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_small_case(tmp_path / "case")
    (case / "scenarios" / "free.toml").write_text('objective = "service_revenue"\n', encoding="utf-8")
    assert main(["validate", str(case), "--scenario", "base"]) == 0
    assert "Scenario free maximizes service_revenue" not in capsys.readouterr().err
    assert main(["validate", str(case)]) == 0
    assert "Warning: Scenario free maximizes service_revenue" in capsys.readouterr().err


def test_validate_finds_the_faults_of_every_scenario(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_small_case(tmp_path / "case")
    change = '[[change]]\ntable = "tiers"\nwhere = {{ tier = "gold" }}\ncolumn = "response_hours"\nset = {}\n'
    for name, hours in (("never", "-1"), ("at_once", "0")):
        (case / "scenarios" / f"{name}.toml").write_text(change.format(hours), encoding="utf-8")
    assert main(["validate", str(case)]) == 2
    told = capsys.readouterr().err
    assert "scenarios/never.toml" in told
    assert "scenarios/at_once.toml" in told


# solve


def test_solve_writes_the_run_and_shows_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = solved(TINY, tmp_path / "run")
    assert names_in(tmp_path / "run") == RUN_FILES
    assert plan["status"] == "optimal"
    told = capsys.readouterr().out
    for words in ("tiny, scenario base", "Menus", "Account revenue", "Optimal, proved", "Audit: passed", "Files:"):
        assert words in told


def test_the_default_folder_is_named_after_case_and_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["solve", str(TINY)]) == 0
    assert names_in(tmp_path / "runs") == {"tiny-base"}


def test_the_manifest_holds_the_command(run: Path) -> None:
    assert read_json(run / "manifest.json")["command"] == ["tierwise", "solve", str(TINY), "--out", str(run)]


def test_solve_in_a_process_of_its_own(tmp_path: Path) -> None:
    done = tierwise("solve", TINY, "--out", tmp_path / "run")
    assert done.returncode == 0
    assert "Optimal, proved" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr
    assert names_in(tmp_path) == {"run"}


def test_a_reader_that_leaves_early_is_no_fault(tmp_path: Path) -> None:
    command = f"{sys.executable} -m optimizer solve {TINY} --out {tmp_path / 'run'} | true"
    done = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    progress = re.compile(r"\d+ s  ")  # told every few seconds, so on a busy machine
    assert [line for line in done.stderr.splitlines() if not progress.match(line)] == []


def test_a_case_in_three_forms_has_one_plan(tmp_path: Path) -> None:
    case = load_case(write_small_case(tmp_path / "small"))
    plans = []
    for form in ("csv", "parquet", "xlsx"):
        place = write_case(case, tmp_path / f"{form}.xlsx" if form == "xlsx" else tmp_path / form, form)
        plan = solved(place, tmp_path / f"run-{form}", "--scenario", "dear")
        plan.pop("seconds")
        tables = {name: (tmp_path / f"run-{form}" / name).read_bytes() for name in RUN_FILES if name.endswith(".csv")}
        plans.append((plan, tables))
    assert plans[0] == plans[1] == plans[2]


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (without_plan(Status.INFEASIBLE), 1),
        (without_plan(Status.NO_PLAN), 3),
        (small_result(status=Status.FEASIBLE), 0),
        (small_result(), 0),
    ],
    ids=lambda value: value.status if isinstance(value, Result) else str(value),
)
def test_the_exit_code_follows_the_status(
    result: Result, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.cli.commands.solve", lambda *_, **__: result)
    assert main(["solve", str(TINY), "--out", str(tmp_path / "run")]) == code
    assert read_json(tmp_path / "run" / "plan.json")["status"] == result.status
    assert (tmp_path / "run" / "menus.csv").exists() == (result.plan is not None)


def test_an_infeasible_scenario_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_small_case(tmp_path / "case")
    (case / "scenarios" / "greedy.toml").write_text("min_service_margin = 1.0\nmin_menu = 1\n", encoding="utf-8")
    assert main(["solve", str(case), "--scenario", "greedy", "--out", str(tmp_path / "run")]) == 1
    assert names_in(tmp_path / "run") == {"plan.json", "manifest.json"}
    assert read_json(tmp_path / "run" / "plan.json")["objective"] is None
    assert "Infeasible, proved" in capsys.readouterr().out


def test_a_limit_before_any_plan_is_told_truly(tmp_path: Path) -> None:
    code = main(["solve", str(TINY), "--time-limit", "1e-9", "--out", str(tmp_path / "run")])
    status = read_json(tmp_path / "run" / "plan.json")["status"]
    assert (code, status) in {(3, "no_plan"), (0, "feasible")}


def test_a_fault_of_tierwise_is_said_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> Result:
        raise RuntimeError("the tableau fell over")

    monkeypatch.setattr("optimizer.cli.commands.solve", broken)
    assert main(["solve", str(TINY), "--out", str(tmp_path / "run")]) == 70
    told = capsys.readouterr().err
    assert "a fault of Tierwise, not of your input: RuntimeError: the tableau fell over" in told
    assert "Traceback" not in told
    monkeypatch.setenv("TIERWISE_DEBUG", "1")
    assert main(["solve", str(TINY), "--out", str(tmp_path / "run")]) == 70
    assert "Traceback" in capsys.readouterr().err
    assert names_in(tmp_path) == set()


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main(["solve", str(TINY), "--out", str(tmp_path / "file" / "run")]) == 2
    told = capsys.readouterr().err
    assert str(tmp_path / "file") in told
    assert "a fault of Tierwise" not in told


# Ctrl-C, with a search that obeys it or not

INTERRUPTED = """
import sys, time
from optimizer.cli import commands
from optimizer.cli.command_line import main
from tests.optimizer.cli.showing import without_plan
from optimizer.results.record import Status

def search(case, scenario, *, progress, should_stop, **limits):
    print("searching", flush=True)
    until = time.monotonic() + 8
    while time.monotonic() < until and not ({obeys} and should_stop()):
        time.sleep(0.01)
    if not {obeys}:
        raise RuntimeError
    return without_plan(Status.NO_PLAN)

commands.solve = search
sys.exit(main(["solve", sys.argv[1], "--out", sys.argv[2]]))
"""


def interrupted(run: Path, *, obeys: bool, times: int) -> tuple[int, str]:
    """Exit code and standard error of a search that gets Ctrl-C a number of times."""
    script = INTERRUPTED.format(obeys=obeys)
    command = [sys.executable, "-c", script, str(TINY), str(run)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "searching\n"
        for _ in range(times):
            process.send_signal(signal.SIGINT)
            said = process.stderr.readline()
        return process.wait(60), said + process.stderr.read()


def test_ctrl_c_ends_with_what_was_found(tmp_path: Path) -> None:
    code, told = interrupted(tmp_path / "run", obeys=True, times=1)
    assert code == 3
    assert told.startswith("Stopping with the best plan so far.")
    assert read_json(tmp_path / "run" / "plan.json")["status"] == "no_plan"


def test_ctrl_c_twice_ends_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    code, told = interrupted(tmp_path / "run", obeys=False, times=2)
    assert code == 130
    assert "Stopped; nothing was written." in told  # in a process of our own it says so at once: test_streams
    assert names_in(tmp_path) == set()


def test_ctrl_c_is_heard_while_the_solver_works(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "optimizer", "solve", str(IMAGING), "--gap", "0", "--out", str(tmp_path / "run")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = next(line for line in process.stderr if " s  " in line)
        assert first.startswith("5 s")
        process.send_signal(signal.SIGINT)
        shown, told = process.communicate(timeout=60)
    status = read_json(tmp_path / "run" / "plan.json")["status"]
    assert (process.returncode, status) in {(0, "feasible"), (0, "optimal"), (3, "no_plan")}
    assert "Traceback" not in told
    assert "Files: " in shown


@pytest.mark.parametrize("seconds", one_in(2, [3, 9]))
def test_a_time_limit_holds(seconds: int, tmp_path: Path) -> None:
    began = time.monotonic()
    done = tierwise("solve", IMAGING, "--gap", "0", "--time-limit", seconds, "--out", tmp_path / "run")
    assert time.monotonic() - began < seconds + 20  # with start-up, today's price book and the audit, on a busy machine
    plan = read_json(tmp_path / "run" / "plan.json")
    assert (done.returncode, plan["status"]) in {(0, "feasible"), (0, "optimal"), (3, "no_plan")}
    if plan["objective"] is not None:
        assert plan["bound"] >= plan["objective"]


# evaluate


def test_evaluate_of_the_solved_menus_finds_the_same_objective(run: Path, tmp_path: Path) -> None:
    arguments = ["evaluate", str(TINY), "--menus", str(run / "menus.csv"), "--out", str(tmp_path / "again")]
    assert main(arguments) == 0
    again, first = read_json(tmp_path / "again" / "plan.json"), read_json(run / "plan.json")
    assert again["objective"] == pytest.approx(first["objective"], rel=1e-4)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "again" / "menus.csv"), pd.read_csv(run / "menus.csv"))


def test_evaluate_takes_any_price(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    menus = pd.read_csv(run / "menus.csv").assign(price=lambda table: table["price"] * 1.0123)
    menus.to_csv(tmp_path / "dearer.csv", index=False)
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", str(TINY), "--menus", "dearer.csv"]) == 0
    assert names_in(tmp_path / "runs") == {"tiny-base-dearer"}


def test_faulty_menus_end_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "menus.csv").write_text("price_book,tier,model,price\nnowhere,gold,flat,1\n", encoding="utf-8")
    assert main(["evaluate", str(TINY), "--menus", str(tmp_path / "menus.csv"), "--out", str(tmp_path / "run")]) == 2
    told = capsys.readouterr().err
    assert "menus.csv line 2" in told
    assert "nowhere" in told
    assert names_in(tmp_path) == {"menus.csv"}


# audit


def test_audit_passes_what_solve_wrote(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(TINY), str(run)]) == 0
    assert "Audit: passed" in capsys.readouterr().out


def test_audit_of_an_edited_plan_ends_with_1(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edited = tmp_path / "edited"
    edited.mkdir()
    for file in run.iterdir():
        (edited / file.name).write_bytes(file.read_bytes())
    uptake = pd.read_csv(edited / "uptake.csv", keep_default_na=False)
    uptake["units"] *= 1.001
    uptake.to_csv(edited / "uptake.csv", index=False)
    assert main(["audit", str(TINY), str(edited)]) == 1
    told = capsys.readouterr().out
    assert "Audit: FAILED" in told
    assert "uptake" in told


def test_audit_of_a_run_without_a_plan_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("optimizer.cli.commands.solve", lambda *_, **__: without_plan(Status.NO_PLAN))
    assert main(["solve", str(TINY), "--out", str(tmp_path / "run")]) == 3
    capsys.readouterr()
    assert main(["audit", str(TINY), str(tmp_path / "run")]) == 2
    assert "holds no plan" in capsys.readouterr().err


def test_audit_of_a_case_alone_asks_for_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(TINY)]) == 2
    assert f"{TINY} is a case; name the RUN to audit as well." in capsys.readouterr().err


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_run_with_its_inputs_needs_no_case(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case, run = tmp_path / ("case.xlsx" if form == "xlsx" else "case"), tmp_path / "run"
    write_case(load_case(TINY), case, form)  # type: ignore[arg-type]
    assert main(["solve", str(case), "--keep-inputs", "--out", str(run)]) == 0
    assert main(["audit", str(case), "--json", str(run)]) == 0
    case.rename(tmp_path / "gone")
    assert main(["audit", str(run)]) == 0
    capsys.readouterr()
    for asked in (["report", "--out", str(tmp_path / "a.html")], ["workbook", "--out", str(tmp_path / "a.xlsx")],
                  ["compare", "--quiet"], ["sign-off", "--by", "Ann"], ["sign-off"]):  # fmt: skip
        assert main([asked[0], str(run), *asked[1:]]) == 0
    assert "The case that the run was made from is not found." in capsys.readouterr().out
    (run / "inputs" / "tiers.parquet").write_bytes(b"")
    for asked in (["audit"], ["report", "--force"], ["compare"], ["sign-off"]):
        assert main([asked[0], str(run), *asked[1:]]) == 1


def test_audit_of_no_run_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(TINY), str(tmp_path / "nowhere")]) == 2
    assert "nowhere" in capsys.readouterr().err


# template


def test_the_template_can_be_validated_once_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.xlsx"
    assert main(["template", str(file)]) == 0
    assert f"tierwise validate {file}" in capsys.readouterr().out
    assert main(["validate", str(file)]) == 0


def test_the_template_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.xlsx"
    file.write_text("my work", encoding="utf-8")
    assert main(["template", str(file)]) == 2
    assert "mine.xlsx" in capsys.readouterr().err
    assert file.read_text(encoding="utf-8") == "my work"
