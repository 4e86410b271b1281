"""Runs that stand on their own: the inputs they keep, what vouches for those, and what happens to them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import CaseError, build_case, load_case, write_case
from models.plan_tables import FaultyRunError, RunError
from optimizer.assurance.opening import open_run
from optimizer.assurance.result import Result
from optimizer.assurance.run_audit import audit_run
from optimizer.assurance.sign_off import check_sign_off, sign_off
from optimizer.results.kept_inputs import add_inputs
from optimizer.results.run_folder import SIGN_OFF, save_run
from tests.folders import ROOT, TINY


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a case and a run of it that keeps its inputs."""
    folder = tmp_path_factory.mktemp("übermäßig 名")
    shutil.copytree(TINY, folder / "case")
    optimizer.solve(load_case(folder / "case")).save(folder / "run", keep_inputs=True)
    return folder


@pytest.fixture
def alone(made: Path, tmp_path: Path) -> Path:
    """A copy of the run elsewhere, whose case is gone: what its manifest says is not there."""
    run = Path(shutil.copytree(made / "run", tmp_path / "run"))
    manifest = json.loads((run / "manifest.json").read_text())
    assert manifest["case_path"] == str(made / "case")
    return run


def tables_of(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("*.csv")}


def test_the_inputs_are_a_case_folder_that_gives_the_same_plan(made: Path, tmp_path: Path) -> None:
    names = {file.relative_to(made / "run" / "inputs").as_posix() for file in (made / "run" / "inputs").rglob("*.*")}
    given = {file.stem for file in (made / "case").glob("*.csv")}
    assert names == {"case.toml", "scenarios/base.toml", "scenarios/one_tier.toml"} | {
        f"{name}.parquet" for name in given
    }

    again = optimizer.solve(load_case(made / "run" / "inputs")).save(tmp_path / "again")
    assert tables_of(again) == tables_of(made / "run")
    before, after = (json.loads((run / "plan.json").read_text()) for run in (made / "run", again))
    assert {**before, "seconds": 0} == {**after, "seconds": 0}


def test_ladders_and_defaults_are_filled_in_and_changes_are_not_made(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    points = pd.read_csv(tmp_path / "case" / "price_points.csv")
    points.assign(to=points["price"] * 2, step=points["price"] / 4).to_csv(
        tmp_path / "case" / "price_points.csv", index=False
    )
    case = load_case(tmp_path / "case")
    kept = load_case(optimizer.solve(case).save(tmp_path / "run", keep_inputs=case) / "inputs")

    assert len(kept.tables["price_points"]) == 5 * len(points)
    assert kept.settings == case.settings
    assert kept.scenarios == case.scenarios
    for name, table in case.tables.items():
        pd.testing.assert_frame_equal(kept.tables[name], table)


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_run_of_any_form_of_case_stands_alone(form: str, tmp_path: Path) -> None:
    place = tmp_path / ("case.xlsx" if form == "xlsx" else "case")
    write_case(load_case(TINY), place, form)  # type: ignore[arg-type]
    run = optimizer.solve(load_case(place)).save(tmp_path / "run", keep_inputs=True)
    place.rename(tmp_path / "away")
    moved = run.rename(tmp_path / "moved")

    assert optimizer.audit(moved).ok
    assert optimizer.audit(Result.load(moved)).ok
    assert open_run(moved).case is not None


def test_tables_of_several_parquet_files_become_one(tmp_path: Path) -> None:
    write_case(load_case(TINY), tmp_path / "case", "parquet")
    base = pd.read_parquet(tmp_path / "case" / "installed_base.parquet")
    (tmp_path / "case" / "installed_base.parquet").unlink()
    (tmp_path / "case" / "installed_base").mkdir()
    base.iloc[:1].to_parquet(tmp_path / "case" / "installed_base" / "1.parquet")
    base.iloc[1:].to_parquet(tmp_path / "case" / "installed_base" / "2.parquet")
    run = optimizer.solve(load_case(tmp_path / "case")).save(tmp_path / "run", keep_inputs=True)

    assert optimizer.audit(run).ok
    pd.testing.assert_frame_equal(pd.read_parquet(run / "inputs" / "installed_base.parquet"), base)


def test_a_question_is_asked_of_the_inputs_and_its_answers_are_of_the_case(alone: Path, made: Path) -> None:
    case = open_run(alone).case
    assert case is not None
    assert (case.path, case.files) == (str(made / "case"), load_case(made / "case").files)
    assert optimizer.compare(alone).tables["bridge"].shape[0] > 0


def test_the_inputs_named_by_their_path_are_those_of_the_run(alone: Path) -> None:
    """Their files are others than the case's, and yet the run was made from them."""
    assert audit_run(alone / "inputs", alone).ok
    assert open_run(alone, alone / "inputs").result.objective is not None
    signed = sign_off(alone / "inputs", alone, "A. Controller")
    assert signed.valid
    assert (
        signed.case_since
        == check_sign_off(None, alone).case_since
        == check_sign_off(alone / "inputs", alone).case_since
    )


def test_a_run_in_place_of_a_case_says_where_its_case_is(alone: Path) -> None:
    with pytest.raises(CaseError) as refused:
        load_case(alone)
    assert len(refused.value.problems) == 1
    assert "this is a run, not a case" in str(refused.value)
    assert str(alone / "inputs") in str(refused.value)
    shutil.rmtree(alone / "inputs")
    with pytest.raises(CaseError, match=r"this is a run, not a case; expected the path of a case folder"):
        load_case(alone)


def test_inputs_that_are_not_as_they_were_kept_are_refused(alone: Path) -> None:
    (alone / "inputs" / "rates.parquet").write_bytes(b"PAR1")
    for ask in (optimizer.audit, open_run, Result.load):
        with pytest.raises(FaultyRunError, match=r"inputs/rates\.parquet is not as it was"):
            ask(alone)


@pytest.mark.parametrize("gone", ["case.toml", "rates.parquet"])
def test_a_file_that_is_gone_or_added_is_found(alone: Path, gone: str) -> None:
    (alone / "inputs" / "actuals.parquet").write_bytes(b"")
    with pytest.raises(FaultyRunError, match=r"inputs/actuals\.parquet"):
        optimizer.audit(alone)
    (alone / "inputs" / "actuals.parquet").unlink()
    (alone / "inputs" / gone).unlink()
    with pytest.raises(FaultyRunError, match=f"inputs/{gone}"):
        optimizer.audit(alone)


def test_inputs_altered_together_with_their_digests_fail_the_audit(alone: Path) -> None:
    """The manifest has a checksum against accidents; against intent there are the numbers."""
    rates = pd.read_parquet(alone / "inputs" / "rates.parquet")
    rates.assign(cost_per_case=rates["cost_per_case"] * 2).to_parquet(alone / "inputs" / "rates.parquet", index=False)
    found = optimizer.audit(load_case(alone / "inputs"), alone)
    assert not found.ok
    assert any("delivery_cost" in fault for fault in found.faults)


def test_inputs_that_nothing_notes_are_as_though_not_there(made: Path, tmp_path: Path) -> None:
    """A kill between the two writes of a sign-off leaves such: whole, but with nothing to hold them against."""
    run = save_run(optimizer.solve(load_case(made / "case")), tmp_path / "run")
    add_inputs(load_case(made / "run" / "inputs"), run)
    (run / "inputs" / "rates.parquet").write_bytes(b"")
    assert optimizer.audit(run).ok  # against the case on disk
    optimizer.sign_off(None, run, "Ann")
    assert (run / "inputs" / "rates.parquet").stat().st_size > 0
    assert optimizer.check_sign_off(None, run).valid


def test_what_is_no_part_of_inputs_is_neither_replaced_nor_removed(made: Path, tmp_path: Path) -> None:
    result = optimizer.solve(load_case(made / "case"))
    run = result.save(tmp_path / "run")
    (run / "inputs").mkdir()
    (run / "inputs" / "letter.txt").write_text("mine")
    with pytest.raises(RunError, match=r"inputs/letter\.txt, which is no part of a run"):
        result.save(run)
    with pytest.raises(RunError, match=r"letter\.txt is no part of a run's inputs"):
        optimizer.sign_off(None, run, "Ann")
    assert (run / "inputs" / "letter.txt").read_text() == "mine"


def test_a_run_is_written_anew_with_and_without_inputs(made: Path, tmp_path: Path) -> None:
    result = Result.load(made / "run")
    run = result.save(tmp_path / "run", keep_inputs=True)
    assert optimizer.audit(run).ok
    assert not (result.save(run) / "inputs").exists()


def test_a_case_in_memory_is_kept_when_it_is_given(tmp_path: Path) -> None:
    tiny = load_case(TINY)
    case = build_case(tiny.settings, tiny.tables, tiny.scenarios)
    result = optimizer.solve(case)
    with pytest.raises(RunError, match="does not lead to its case"):
        result.save(tmp_path / "run", keep_inputs=True)
    assert optimizer.audit(result.save(tmp_path / "run", keep_inputs=case)).ok


def test_a_changed_case_is_not_kept_for_the_one_solved(tmp_path: Path) -> None:
    shutil.copytree(TINY, tmp_path / "case")
    result = optimizer.solve(load_case(tmp_path / "case"))
    (tmp_path / "case" / "case.toml").write_text((tmp_path / "case" / "case.toml").read_text() + "\n")
    with pytest.raises(RunError, match=r"has changed since the run was made \(case\.toml\)"):
        result.save(tmp_path / "run", keep_inputs=True)
    assert not (tmp_path / "run").exists()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions bind nobody here")
def test_a_run_that_may_only_be_read_is_audited(alone: Path) -> None:
    for place in [*alone.rglob("*"), alone]:
        place.chmod(0o555 if place.is_dir() else 0o444)
    try:
        assert optimizer.audit(alone).ok
        with pytest.raises(OSError, match="permissions forbid it"):
            optimizer.sign_off(None, alone, "Ann")
    finally:
        for place in [alone, *alone.rglob("*")]:
            place.chmod(0o755 if place.is_dir() else 0o644)
    assert not (alone / SIGN_OFF).exists()


_KILLED = """
import os, sys
from pathlib import Path
import models.authoring.parquet_tables as tables
import optimizer

before, told = tables.write_parquet, []

def write(table, file):
    told.append(file)
    if len(told) == int(sys.argv[2]):
        file.write_bytes(b"half")
        os._exit(9)
    before(table, file)

import models.authoring.case_writer as writer
writer.write_parquet = write
optimizer.sign_off(None, sys.argv[1], "Ann")
"""


@pytest.mark.parametrize("at", [1, 7])
def test_a_kill_while_inputs_are_written_leaves_none(made: Path, tmp_path: Path, at: int) -> None:
    run = save_run(optimizer.solve(load_case(made / "case")), tmp_path / "run")
    command = [sys.executable, "-c", _KILLED, str(run), str(at)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 9

    assert not (run / "inputs").exists()
    assert optimizer.audit(run).ok
    assert [entry.name for entry in run.iterdir() if entry.name.startswith(".")] == []  # cleared by the next to look
    optimizer.sign_off(None, run, "Ann")
    assert optimizer.check_sign_off(None, run).valid


def test_a_result_of_a_run_that_was_replaced_is_not_of_its_inputs(made: Path, tmp_path: Path) -> None:
    result = Result.load(Path(shutil.copytree(made / "run", tmp_path / "run")))
    other = replace(result, scenario_name="one_tier", saved_as=None)
    shutil.rmtree(tmp_path / "run")
    save_run(other, tmp_path / "run")
    assert optimizer.audit(result).ok  # against the case on disk
