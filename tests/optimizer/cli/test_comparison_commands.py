"""`tierwise compare` and `sweep` from the command line: folders, summaries, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE, FAILED, NO_PLAN
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_case(tmp_path_factory.mktemp("cases") / "small")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_compare_writes_tables_and_one_json_and_says_what_changed(
    folder: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(folder), "--gap", "1e-3"]) == DONE
    out = here / "runs" / "small-base-compare"
    assert {path.suffix for path in out.iterdir()} == {".csv", ".json"}
    document = json.loads((out / "compare.json").read_text(encoding="utf-8"))
    assert (document["status"], document["facts"]["first"]) == ("optimal", "today")
    shown = capsys.readouterr().out
    assert "base against today: +146.70 k EUR of account revenue a year: pricing model +121.46 k EUR" in shown
    assert "Files: runs/small-base-compare" in shown


def test_compare_names_what_is_neither_a_scenario_nor_a_run(
    folder: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["compare", str(folder), "bas"]) == BAD_INPUT
    assert "bas is neither today, nor a scenario of the case (base, dear), nor a run folder." in capsys.readouterr().err
    assert not (here / "runs").exists()


def test_compare_of_what_has_no_plan_says_so_by_its_exit_code(folder: Path, here: Path) -> None:
    case = here / "hopeless"
    write_small_case(case)
    (case / "scenarios" / "base.toml").write_text("min_service_margin = 1.0\n", encoding="utf-8")
    assert main(["compare", str(case), "base", "base"]) == FAILED
    assert main(["compare", str(folder), "base", "base", "--time-limit", "1e-6", "--out", "other"]) == NO_PLAN


def test_an_answer_does_not_replace_another_folder(
    folder: Path, here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (here / "mine").mkdir()
    (here / "mine" / "notes.txt").write_text("mine", encoding="utf-8")
    assert main(["compare", str(folder), "--out", "mine"]) == BAD_INPUT
    assert "mine holds notes.txt, which is no part of an earlier compare" in capsys.readouterr().err


def test_sweep_takes_what_it_knows_from_the_store(folder: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    grid = ["sweep", str(folder), "--vary", "max_tiers=2", "--vary", "rates[provider=Orbis].cost_per_case add=5"]
    assert main([*grid, "--workers", "1", "--gap", "1e-3"]) == DONE
    assert "\n1 scenario: 1 optimal.\n" in capsys.readouterr().out
    assert main([*grid, "--gap", "1e-3"]) == DONE
    assert "1 was known from the store." in capsys.readouterr().out
    (out,) = (here / "runs").glob("small-base-sweep-*")
    rows = (out / "scenarios.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("scenario,max_tiers,rates[provider=Orbis].cost_per_case add,status,objective_name")
    assert rows[1].startswith("max_tiers=2; cost_per_case Orbis add=5,2,5,optimal,account_revenue")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vary", "max_tiers"], "expected a key and its values, such as max_tiers=2,3,off"),
        (["--vary", "max_tiers=2,"], "expected a key and its values"),
        (["--workers", "0"], "expected a whole number of at least 1"),
        (["grid.csv", "--vary", "max_tiers=2"], "not allowed with argument"),
    ],
)
def test_sweep_refuses_wrong_usage(
    arguments: list[str], said: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sweep", str(folder), *arguments])
    assert ended.value.code == BAD_INPUT
    assert said in capsys.readouterr().err


def test_sweep_tells_what_is_wrong_with_a_table(folder: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("grid.csv").write_text("scenario,max_teirs\na,1\n", encoding="utf-8")
    assert main(["sweep", str(folder), "grid.csv"]) == BAD_INPUT
    assert "grid.csv line 2, key max_teirs: neither a rule nor a change" in capsys.readouterr().err
