"""What a command loads before it does anything, each in a process of its own: waiting for more is wasted on people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import DONE
from tests.folders import ROOT, TINY

SOLVING = ("numba", "llvmlite", "highspy", "pulp", "scipy")
WRITING = ("openpyxl", "xlsxwriter", "altair", "jinja2", "pyarrow.parquet")
SOLVER = "import optimizer.solving.solve"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny case's base scenario, solved once."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    assert main(["solve", str(TINY), "--out", str(folder), "--quiet"]) == DONE
    return folder


def loaded_by(script: str, *libraries: str) -> list[str]:
    """Those of the libraries that a script loads, which may print nothing."""
    script = f"import sys\n{script}\nprint(*[name for name in {libraries} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.split()


def command(*arguments: object) -> str:
    return f"from optimizer.cli.command_line import main\nassert main({[*map(str, arguments), '--quiet']}) == 0"


def test_help_waits_for_no_library() -> None:
    script = "from contextlib import suppress, redirect_stdout\nfrom optimizer.cli.command_line import main\n"
    script += "with suppress(SystemExit), redirect_stdout(None): main(['--help'])"
    assert loaded_by(script, "pandas", "numpy", "rich", "pydantic", *SOLVING, *WRITING) == []


@pytest.mark.parametrize("package", ["models", "optimizer"])
def test_a_package_alone_waits_for_no_solver(package: str) -> None:
    assert loaded_by(f"import {package}", *SOLVING, *WRITING) == []


def test_checking_a_case_waits_for_no_solver() -> None:
    assert loaded_by(command("validate", TINY), *SOLVING, *WRITING) == []


def test_comparing_cases_waits_for_no_solver() -> None:
    assert loaded_by(command("diff", TINY, TINY), *SOLVING, *WRITING) == []


def test_auditing_a_run_waits_for_no_solver(run: Path) -> None:
    assert loaded_by(command("audit", TINY, run), *SOLVING, *WRITING) == []


def test_listing_the_compiled_search_waits_for_no_compiler() -> None:
    assert loaded_by(command("cache"), *SOLVING, *WRITING) == []


def test_solving_waits_for_no_writer(tmp_path: Path) -> None:
    assert loaded_by(command("solve", TINY, "--out", tmp_path / "run"), *WRITING) == []


def test_the_solver_is_what_these_tests_take_it_for() -> None:
    assert loaded_by(SOLVER, *SOLVING) == list(SOLVING)
