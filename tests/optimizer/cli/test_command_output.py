"""How every command speaks: to a person, to a program, or only of what is wrong; and completion in the shell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli.command_line import command_parser, main
from optimizer.cli.command_table import GROUPS
from optimizer.cli.commands import COMMANDS
from optimizer.results.record import Status
from tests.folders import ROOT
from tests.optimizer.cli.showing import small_result, without_plan
from tests.worlds.small_case import write_small_case

TINY = ROOT / "data" / "tiny"
NAMES = [command.name for group in GROUPS.values() for command in group]
KEYS = ["command", "exit_code", "result", "files", "warnings", "problems", "next"]


def document_of(printed: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(printed)
    assert list(values) == KEYS
    return values


@pytest.fixture
def solved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments of a solve that finds a plan at once."""
    monkeypatch.setattr("optimizer.cli.commands.solve", lambda *_, **__: small_result())
    return ["solve", str(TINY), "--out", str(tmp_path / "run")]


def test_every_command_that_is_listed_runs_and_every_one_that_runs_is_listed() -> None:
    assert sorted(NAMES) == sorted(COMMANDS)
    assert all(f"\n  {name} " in command_parser().format_help() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_command_speaks_alike(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert [flag for flag in ("--json", "-q, --quiet") if flag not in told] == []
    assert ("--scenario" in told) == ("-s NAME" in told)
    assert ("--out" in told) == ("-o " in told)


# for programs


def test_solve_for_programs_prints_plan_json_and_what_is_next(
    solved: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*solved, "--json"]) == 0
    told = document_of(capsys.readouterr().out)
    run = Path(told["files"])
    plan = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    assert {key: value for key, value in told["result"].items() if key != "audit"} == plan
    assert (told["command"], told["exit_code"], told["problems"]) == ("solve", 0, [])
    assert told["next"][0]["command"] == f"tierwise compare {run}"


def test_validate_for_programs_counts_rows_and_lists_warnings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = write_small_case(tmp_path / "case")
    (case / "scenarios" / "free.toml").write_text('objective = "service_revenue"\n', encoding="utf-8")
    assert main(["validate", str(case), "--json"]) == 0
    told = document_of(capsys.readouterr().out)
    assert told["result"]["sizes"]["accounts"] == 5
    assert told["result"]["scenarios"] == ["base", "dear", "free"]
    assert any(sentence.startswith("Scenario free maximizes service_revenue") for sentence in told["warnings"])


def test_faults_for_programs_name_table_row_and_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_small_case(tmp_path / "case")
    text = (case / "accounts.csv").read_text(encoding="utf-8")
    (case / "accounts.csv").write_text(text.replace("250000", "-1"), encoding="utf-8")
    assert main(["validate", str(case), "--json"]) == 2
    printed = capsys.readouterr()
    told = document_of(printed.out)
    assert told["result"] is None
    assert [(p["table"], p["column"], p["key"], p["found"]) for p in told["problems"]] == [
        ("accounts", "product_revenue", "account_id=A2", "-1")
    ]
    assert told["problems"][0]["text"] in printed.err


def test_a_file_in_the_way_and_a_fault_of_tierwise_are_problems_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.xlsx").write_text("my work", encoding="utf-8")
    assert main(["template", str(tmp_path / "mine.xlsx"), "--json"]) == 2
    assert "the file exists already" in document_of(capsys.readouterr().out)["problems"][0]["text"]

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the tableau fell over")

    monkeypatch.setattr("optimizer.cli.commands.solve", broken)
    assert main(["solve", str(TINY), "--out", str(tmp_path / "run"), "--json"]) == 70
    told = document_of(capsys.readouterr().out)
    assert (told["exit_code"], "the tableau fell over" in told["problems"][0]["text"]) == (70, True)


def test_an_analysis_for_programs_is_its_json_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["compare", str(TINY), "--out", str(tmp_path / "answer"), "--json", "--quiet"]
    assert main(arguments) == 0
    printed = capsys.readouterr()
    saved = json.loads((tmp_path / "answer" / "compare.json").read_text(encoding="utf-8"))
    assert document_of(printed.out)["result"] == saved
    assert printed.err == ""


# quiet


def test_quiet_says_nothing_when_all_is_well(solved: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*solved, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_quiet_still_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = write_small_case(tmp_path / "case")
    (case / "scenarios" / "free.toml").write_text('objective = "service_revenue"\n', encoding="utf-8")
    assert main(["validate", str(case), "-q"]) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Warning: Scenario free maximizes service_revenue" in printed.err
    assert main(["validate", str(tmp_path / "nowhere"), "-q"]) == 2
    assert "nowhere" in capsys.readouterr().err


# what to do next


@pytest.mark.parametrize(
    ("status", "next_command"),
    [(Status.INFEASIBLE, "diagnose"), (Status.NO_PLAN, "solve")],
)
def test_without_a_plan_the_next_step_is_to_find_out_why(
    status: Status,
    next_command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("optimizer.cli.commands.solve", lambda *_, **__: without_plan(status))
    assert main(["solve", str(TINY), "--out", str(tmp_path / "my run")]) in (1, 3)
    about = TINY if next_command == "solve" else f"'{tmp_path / 'my run'}'"
    assert f"\nNext\n  tierwise {next_command} {about}" in capsys.readouterr().out


def test_names_with_blanks_are_quoted_as_the_shell_needs_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["template", "my case.xlsx"]) == 0
    assert "  tierwise validate 'my case.xlsx'   once" in capsys.readouterr().out


# colours


def shown_on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a command writes to standard output when that is a terminal."""
    import pty  # not there on Windows

    ours, theirs = pty.openpty()
    variables = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | {"TERM": "xterm-256color"}
    command = [sys.executable, "-m", "optimizer", *arguments]
    subprocess.run(command, cwd=ROOT, env=variables | environment, stdout=theirs, check=True, timeout=60)
    os.close(theirs)
    return os.read(ours, 65536).decode()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminal to test with")
def test_colours_only_on_a_terminal_that_wants_them(capsys: pytest.CaptureFixture[str]) -> None:
    cyan = "\x1b[36mtierwise solve"
    assert cyan in shown_on_a_terminal("validate", "data/tiny")
    assert cyan not in shown_on_a_terminal("validate", "data/tiny", NO_COLOR="1")
    assert main(["validate", str(TINY)]) == 0
    assert "\x1b" not in capsys.readouterr().out


# completion


def completed(typed: str, answer: Path) -> set[str]:
    """What the shell is told when Tab is pressed behind `typed`."""
    asked = {"_ARGCOMPLETE": "1", "COMP_LINE": typed, "COMP_POINT": str(len(typed)), "COMP_TYPE": "9"}
    asked |= {"_ARGCOMPLETE_STDOUT_FILENAME": str(answer), "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SHELL": "bash"}
    subprocess.run([sys.executable, "-m", "optimizer"], cwd=ROOT, env=os.environ | asked, check=True, timeout=60)
    return {word.strip() for word in answer.read_text(encoding="utf-8").split("\n")}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tierwise val", {"validate"}),
        ("tierwise solve data/tiny --sc", {"--scenario"}),
        ("tierwise solve data/tiny --scenario ", {"base", "one_tier"}),
        ("tierwise completion z", {"zsh"}),
    ],
)
def test_the_shell_is_offered_commands_options_and_scenarios(typed: str, offered: set[str], tmp_path: Path) -> None:
    assert completed(typed, tmp_path / "answer") == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_one_the_shell_can_read(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "tierwise" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True, timeout=30)
