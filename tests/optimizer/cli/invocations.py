"""Every command of `tierwise` as it is typed, and libraries that print whenever they can."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from optimizer.cli.command_line import main
from optimizer.solving.store import MARKER
from tests.folders import ROOT

TINY = ROOT / "data" / "tiny"

Told = Callable[[], tuple[str, str]]
"""What was said since it was last asked: on standard output and on standard error."""

_ANSWER = {
    "sweep": ["--workers", "2", "--store", "store"],
    "frontier": ["--points", "3"],
    "whynot": ["offer gold"],
    "alternatives": ["--count", "2"],
    "price": ["clinics", "gold"],
    **{name: [] for name in ("compare", "explain", "diagnose", "levels", "partners", "portfolio", "roadmap")},
}
SERVING = "app"
"""The command that goes on until it is stopped; the tests of its server start it (`tests.optimizer.app.serving`)."""
INVOCATIONS: Mapping[str, list[str]] = {
    "init": ["new/begun", "--yes"],
    "template": ["new.xlsx"],
    "validate": ["case"],
    "diff": ["case", str(TINY)],
    "staffing": ["case", "--provider", "Own", "--people", "3", "--out", "new.csv"],
    "solve": ["case", "--out", "new"],
    "evaluate": ["case", "--menus", "run/menus.csv", "--out", "new"],
    "audit": ["case", "run"],
    "report": ["run", "--out", "new.html"],
    "workbook": ["run", "--out", "new.xlsx"],
    "reconcile": ["run"],
    "sign-off": ["run", "--by", "Ann"],
    "runs": ["."],
    "store": ["kept"],
    "cache": [],
    "completion": ["bash"],
    **{name: ["case", *more, "--out", "new"] for name, more in _ANSWER.items()},
}
"""Arguments of each command that do what is asked, in a folder made by `prepare`."""

FAILING: Mapping[str, tuple[int, list[str]]] = {
    "infeasible": (1, ["solve", "case", "--scenario", "greedy", "--out", "new"]),
    "a fault in a plan": (1, ["audit", "case", "edited"]),
    "no case": (2, ["solve", "nowhere", "--out", "new"]),
    "no command": (2, []),
    "no such command": (2, ["improve", "case"]),
    "wrong usage": (2, ["solve", "case", "--gap", "much"]),
    "no place": (2, ["template", "run/plan.json/new.xlsx"]),
}
"""Arguments that fail, and with which exit code."""

_NOISE = """
import atexit, os, sys, warnings
LOUD = {"highspy", "pulp", "numba", "numpy", "pandas", "pyarrow", "scipy", "rich", "altair", "openpyxl", "xlsxwriter"}

def shout(name):
    print(f"{name}: welcome")
    print(f"{name}: welcome", file=sys.stderr)
    os.write(1, f"{name}: welcome, says C\\n".encode())
    os.write(2, f"{name}: welcome, says C\\n".encode())
    warnings.warn(f"{name} will change", FutureWarning, stacklevel=1)

class Loud:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LOUD and name.count(".") < 2:
            shout(name)

sys.meta_path.insert(0, Loud())
atexit.register(shout, "goodbye")
"""


def prepare(folder: Path) -> None:
    """Make a case with books to compare with and a scenario without a plan, a run, one with a fault, and a store."""
    shutil.copytree(TINY, folder / "case")
    (folder / "case" / "actuals.csv").write_text("line,amount\naccount_margin,12500\n")
    (folder / "case" / "scenarios" / "greedy.toml").write_text("min_service_margin = 0.9\nmin_menu = 1\n")
    assert main(["solve", str(folder / "case"), "--out", str(folder / "run"), "--quiet"]) == 0
    shutil.copytree(folder / "run", folder / "edited")
    coverage = folder / "edited" / "uptake.csv"
    coverage.write_text(coverage.read_text().replace("gold", "silver"))
    (folder / "kept").mkdir()
    (folder / "kept" / MARKER).write_text("{}")
    (folder / "loud").mkdir()
    (folder / "loud" / "sitecustomize.py").write_text(_NOISE)


def typed(folder: Path, *arguments: str, loud: bool = False, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What the command, in a process of its own in `folder`, says on real descriptors."""
    paths = [str(ROOT), *([str(folder / "loud")] if loud else [])]
    variables = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment}
    command = [sys.executable, "-m", "optimizer", *arguments]
    return subprocess.run(
        command, cwd=folder, env=variables, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False
    )
