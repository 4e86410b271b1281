"""What must work with every set of versions that is allowed; run by `python -m tests.versions` in each of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from packaging.version import Version

import optimizer
from models import load_case, write_case
from optimizer import charts
from tests.versions.ranges import CONSTRAINTS, ROOT, bounds, lowest, pins, requirements

TINY = ROOT / "data" / "tiny"
MEANT = os.environ["TIERWISE_VERSIONS"]
PNG = b"\x89PNG"


def tierwise(*arguments: object) -> dict[str, object]:
    """What a command tells a program; nothing else may be said."""
    command = [sys.executable, "-m", "optimizer", *map(str, arguments), "--json", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    told: dict[str, object] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("smoke") / "run"
    tierwise("solve", TINY, "--out", folder)
    return folder


def test_the_versions_are_those_that_are_meant() -> None:
    found = {name: Version(version(name)) for name, *_ in map(bounds, requirements())}
    if MEANT == "newest":
        tested = pins(CONSTRAINTS.read_text(encoding="utf-8"))
        assert [name for name in found if found[name] < Version(tested[name])] == []
        return
    text = lowest() if MEANT == "oldest" else CONSTRAINTS.read_text(encoding="utf-8")
    meant = {name: Version(pin) for name, pin in pins(text).items()}
    assert found == {name: meant[name] for name in found}
    assert MEANT == "oldest" or f"python{sys.version_info.major}.{sys.version_info.minor}" == MEANT


def test_a_plan_is_found_and_passes_its_audit(run: Path) -> None:
    plan = json.loads((run / "plan.json").read_text(encoding="utf-8"))
    assert (plan["status"], plan["objective"]) == ("optimal", pytest.approx(19560))
    assert tierwise("audit", TINY, run)["result"]["ok"]  # type: ignore[index]


def test_a_report_and_a_workbook_are_written(run: Path) -> None:
    tierwise("report", run, "--out", run.with_suffix(".html"))
    tierwise("workbook", run, "--out", run.with_suffix(".xlsx"))
    assert "<svg" in run.with_suffix(".html").read_text(encoding="utf-8")


def test_a_sweep_runs_in_processes(tmp_path: Path) -> None:
    told = tierwise("sweep", TINY, "--workers", "2", "--store", tmp_path / "store", "--out", tmp_path / "sweep")
    assert told["result"]["facts"]["counts"] == {"optimal": 2}  # type: ignore[index]


@pytest.mark.parametrize("form", ["csv", "parquet", "xlsx"])
def test_a_case_is_written_and_read(form: str, tmp_path: Path) -> None:
    case = load_case(TINY)
    place = write_case(case, tmp_path / ("case.xlsx" if form == "xlsx" else "case"), form)
    assert load_case(place).sizes == case.sizes
    assert tierwise("diff", TINY, place)["result"] == {"differences": []}


def test_charts_become_pictures(tmp_path: Path) -> None:
    result = optimizer.solve(load_case(TINY), "base")
    for number, chart in enumerate((charts.menu_heat_map(result), charts.profit_waterfall(result))):
        chart.save(tmp_path / f"{number}.png")
        assert (tmp_path / f"{number}.png").read_bytes().startswith(PNG)


def test_a_notebook_runs(tmp_path: Path) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "03_finance_validation.ipynb", as_version=4)
    (tmp_path / "notebooks").mkdir()
    where = {"metadata": {"path": str(tmp_path / "notebooks")}}
    client = NotebookClient(notebook, timeout=300, resources=where, kernel_name="python3")
    client.execute(env=os.environ | {"TIERWISE_CASE": str(TINY)})
