"""`evaluate` of menus that cannot keep every rule: what is written, said and audited of what comes closest."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models import load_case
from models.plan import PLAN_TABLES
from models.plan_tables import FaultyRunError, RunError
from optimizer.assurance.opening import open_run
from optimizer.assurance.result import Result
from optimizer.assurance.sign_off import sign_off
from optimizer.cli.command_line import main
from optimizer.report import write_report
from optimizer.results.run_folder import CLOSEST_FILES, save_run
from tests.folders import TINY

LEAN = """\
objective = "account_margin"
min_service_margin = 0.6

[[change]]
table = "providers"
column = "capacity_hours"
set = 50
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny case with a scenario that today's menus cannot keep, and its run."""
    folder = tmp_path_factory.mktemp("closest")
    shutil.copytree(TINY, folder / "case")
    (folder / "case" / "scenarios" / "lean.toml").write_text(LEAN, encoding="utf-8")
    (folder / "case" / "scenarios" / "never.toml").write_text("min_service_margin = 1.0\nmin_menu = 1\n")
    assert main(asked(folder, "--out", str(folder / "run"), "--quiet")) == 1
    return folder


def asked(folder: Path, *more: str) -> list[str]:
    return ["evaluate", str(folder / "case"), "-s", "lean", "--menus", str(TINY / "current_menus.csv"), *more]


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made / "run", tmp_path / "run"))


def test_the_run_holds_its_numbers_and_tables(run: Path) -> None:
    names = {path.relative_to(run).as_posix() for path in run.rglob("*") if path.is_file()}
    assert names == {"plan.json", "manifest.json", "audit.json", *CLOSEST_FILES}
    assert set(CLOSEST_FILES) == {f"closest/{name}.csv" for name in (*PLAN_TABLES, "unserved")}
    document = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    assert document["status"] == "infeasible"
    nothing = ("objective", "bound", "gap", "decisions", "kpis", "no_contract_objective", "gain_gap", "closest_reason")
    assert [document[key] for key in nothing] == [None] * len(nothing)
    assert list(document["closest"]) == ["decisions", "kpis", "unserved_hours", "shortfall", "missed"]
    columns = ["rule", "scope", "value", "limit", "shortfall"]
    assert [list(row) for row in document["closest"]["missed"]] == [columns] * 4
    audited = json.loads((run / "audit.json").read_text(encoding="utf-8"))
    assert audited["ok"] is True
    assert (run / "closest" / "unserved.csv").read_text(encoding="utf-8").splitlines()[0] == (
        "region,family,service,tier,model,cases,hours"
    )


def test_its_digests_are_those_of_its_tables_too(run: Path) -> None:
    noted = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert set(noted) == {"plan.json", "audit.json", *CLOSEST_FILES}
    table = run / "closest" / "uptake.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("silver", "gold"), encoding="utf-8")
    with pytest.raises(FaultyRunError, match=r"closest/uptake.csv is not as it was written"):
        open_run(run)


def test_it_says_what_the_menus_come_to_and_miss(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    out = str(tmp_path / "run")
    assert main(asked(made, "--out", out)) == 1
    told = capsys.readouterr().out
    for line in (
        "Providers engaged: Own, Partner",
        "these menus",
        "12 of 112 hours a year are left undone",
        "62.5 against 70 CSAT points",
        "41.67 % against 60.00 %, 2,420.00 EUR a year short",
        "No coverage and delivery of these menus obey every rule that is kept.",
        "leaves 12 hours of work a year undone and misses served, csat_floor, min_attainment, min_service_margin.",
        "Audit: passed",
        "rests on the search",
        f"tierwise report {out} -o report.html",
        f"tierwise solve {made / 'case'} --scenario lean",
    ):
        assert line in told
    assert "diagnose" not in told
    assert "all work is done.  " in told
    assert told.count("all work is done.") == 1  # missed, and not among the rules that bind


def test_json_holds_it(made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(asked(made, "--out", str(tmp_path / "run"), "--json")) == 1
    result = json.loads(capsys.readouterr().out)["result"]
    assert result["closest"]["unserved_hours"] == pytest.approx(12, abs=2e-6)
    assert result["audit"]["ok"] is True


def test_its_audit_passes(made: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(made / "case"), str(run)]) == 0
    assert "Audit: passed" in capsys.readouterr().out


def test_its_audit_finds_an_edit(made: Path, run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    document["closest"]["missed"] = document["closest"]["missed"][1:]
    (run / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    assert main(["audit", str(made / "case"), str(run)]) == 1
    assert "missing: served; plan" in capsys.readouterr().out


def test_a_run_with_neither_a_plan_nor_closest_is_bad_input(made: Path, tmp_path: Path) -> None:
    none = str(tmp_path / "none")
    assert main(["solve", str(made / "case"), "-s", "never", "--out", none, "--quiet"]) == 1
    assert main(["audit", str(made / "case"), none]) == 2


def test_python_reads_it_back(made: Path, run: Path) -> None:
    case = load_case(made / "case")
    result = Result.load(run, case)
    assert result.plan is None
    assert result.closest is not None
    assert set(result.closest.missed["rule"]) == {"served", "csat_floor", "min_attainment", "min_service_margin"}
    assert result.closest.kpis["service_margin"] == pytest.approx(5500, abs=1e-3)
    assert result.closest.decisions.providers == ("Own", "Partner")
    again = save_run(result, run.parent / "again")
    assert (again / "plan.json").read_text(encoding="utf-8") == (run / "plan.json").read_text(encoding="utf-8")
    for name in CLOSEST_FILES:
        assert (again / name).read_bytes() == (run / name).read_bytes()
    assert "12 of 112 hours a year are left undone" in result._repr_html_()


def test_it_is_replaced_as_runs_are_and_nothing_else_of_the_folder(made: Path, run: Path) -> None:
    assert main(asked(made, "--out", str(run), "--quiet")) == 1
    (run / "closest" / "note.txt").write_text("mine", encoding="utf-8")
    assert main(asked(made, "--out", str(run), "--quiet")) == 2
    assert (run / "closest" / "note.txt").exists()


@pytest.mark.parametrize(("lost", "said"), [("closest/unserved.csv", "closest/unserved.csv: the file is missing"),
                                            ("audit.json", "audit.json: the file is missing")])  # fmt: skip
def test_a_file_that_is_lost_is_named(run: Path, lost: str, said: str) -> None:
    (run / lost).unlink()
    with pytest.raises(RunError, match=said):
        Result.load(run)


def test_it_cannot_be_signed_off(made: Path, run: Path) -> None:
    with pytest.raises(RunError, match="holds no plan"):
        sign_off(load_case(made / "case"), run, "Ann")


def test_a_report_shows_it(made: Path, run: Path, tmp_path: Path) -> None:
    page = write_report(run, tmp_path / "report.html", case=load_case(made / "case")).read_text(encoding="utf-8")
    for text in (
        "What these menus miss",
        "All work is done: 12 of 112",
        "Work that nobody does",
        "closest/unserved.csv",
        "closest/menus.csv",
        "plan.json (closest, baseline)",
        "these menus",
    ):
        assert text in page.replace("\u00a0", " ")
    assert "What it rests on" not in page
