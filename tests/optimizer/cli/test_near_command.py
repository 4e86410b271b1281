"""`tierwise solve --near`: what it writes, says and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from optimizer.cli.command_line import main
from tests.folders import TINY


def plan_of(run: Path) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    return values


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("before") / "run"
    assert main(["solve", str(TINY), "--out", str(run), "--quiet"]) == 0
    return run


def test_a_run_without_it_has_none(before: Path) -> None:
    assert plan_of(before)["near"] is None
    assert "near" not in json.loads((before / "manifest.json").read_text(encoding="utf-8"))


def test_near_a_run(before: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Counted again by the audit when the reference is gone."""
    reference, run = tmp_path / "reference", tmp_path / "run"
    reference.mkdir()
    for name in ("menus.csv", "coverage.csv"):
        (reference / name).write_bytes((before / name).read_bytes())
    assert main(["solve", str(TINY), "--near", str(reference), "--out", str(run)]) == 0
    assert "0 price books differ, with 0 differences; no plan has fewer, proved." in capsys.readouterr().out
    expected = {"reference": str(reference), "give": 1e-4, "price_books": 0, "differences": 0, "proved": True}
    assert plan_of(run)["near"] == expected
    for name in ("menus.csv", "coverage.csv"):
        (reference / name).unlink()
    assert main(["audit", str(TINY), str(run), "--quiet"]) == 0
    assert main(["report", str(run), "--case", str(TINY), "--out", str(tmp_path / "page.html"), "--quiet"]) == 0
    assert "0 price books differ" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_near_the_run_that_it_replaces(before: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert main(["solve", str(TINY), "--near", "today", "--give", "0.05", "--out", str(run), "--quiet"]) == 0
    first = plan_of(run)
    assert first["near"]["reference"] == "today"
    assert first["status"] == "optimal"
    assert main(["solve", str(TINY), "--near", str(run), "--give", "0.05", "--out", str(run), "--quiet"]) == 0
    assert plan_of(run)["near"]["price_books"] == 0
    assert plan_of(run)["objective"] == pytest.approx(first["objective"], rel=2e-6)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--give", "0.1"], "--near"),
        (["--near", "nowhere"], "nowhere: there is no such folder."),
        (["--near", "today", "--give", "-1"], "at least 0"),
    ],
)
def test_what_cannot_be_near_ends_with_2(
    more: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["solve", str(TINY), "--out", "run", *more])
    except SystemExit as error:
        code = int(str(error.code))
    assert code == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_without_a_plan_the_menus_to_stay_near_are_judged(before: Path, tmp_path: Path) -> None:
    case, run = tmp_path / "case", tmp_path / "run"
    copytree(TINY, case)
    (case / "scenarios" / "one.toml").write_text("max_tiers = 1\nmin_tiers = 1\nmin_service_margin = 0.9\n")
    assert main(["solve", str(case), "--scenario", "one", "--near", str(before), "--out", str(run), "--quiet"]) == 1
    reason = plan_of(run)["reason"]
    assert f" The menus to stay near ({before}) break: max_tiers, decisions (2 against 1). Expected: " in reason


def test_nothing_named_to_stay_near(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["solve", str(TINY), "--near", "", "--out", str(tmp_path / "run")]) == 2
    assert "Nothing is named to stay near: name the folder of a run, or today." in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
