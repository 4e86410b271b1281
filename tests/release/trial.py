"""A wheel made of the checkout and tried where nothing else of it is: in an environment and a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

from optimizer import __version__
from tests.folders import ROOT, TINY

MAKE_SECONDS, INSTALL_SECONDS, COMMAND_SECONDS = 600, 900, 300
ALONE = {"PYTHONPATH": "", "PYTHONNOUSERSITE": "1"}
"""Nothing but the environment is to be found."""


class TrialError(RuntimeError):
    """A step of the trial went wrong."""


@dataclass(frozen=True)
class Environment:
    """A fresh environment and the folder that its commands run in."""

    folder: Path
    here: Path

    @property
    def binaries(self) -> Path:
        """Where its programs are."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def run(self, program: str, *arguments: object, seconds: float = COMMAND_SECONDS) -> str:
        """What a program of the environment says; raises `TrialError` where it fails."""
        return run([self.binaries / program, *arguments], self.here, seconds)


def run(command: list[object], folder: Path, seconds: float) -> str:
    """What a command says; raises `TrialError` where it fails."""
    words, environment = list(map(str, command)), os.environ | ALONE
    done = subprocess.run(
        words, cwd=folder, env=environment, timeout=seconds, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode:
        raise TrialError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}")
    return done.stdout


def make(folder: Path) -> Path:
    """Make the source archive, and the wheel from it, in a folder; the wheel."""
    shutil.rmtree(folder, ignore_errors=True)
    run([sys.executable, "-m", "build", "--outdir", folder, ROOT], ROOT, MAKE_SECONDS)
    (wheel,) = folder.glob("*.whl")
    return wheel


def install(wheel: Path, folder: Path) -> Environment:
    """A fresh environment below a folder that holds the wheel and what it asks for."""
    environment = Environment(folder / "environment", folder / "here")
    environment.here.mkdir()
    venv.create(environment.folder, with_pip=True)
    environment.run("python", "-m", "pip", "install", "--quiet", wheel, seconds=INSTALL_SECONDS)
    return environment


def attempt(environment: Environment) -> None:
    """Do with the wheel what its first user does; raises `TrialError` where anything is not as it should be."""
    shutil.copytree(TINY, environment.here / "tiny")
    said = environment.run("tierwise", "--version")
    if said.split()[-1:] != [__version__]:
        raise TrialError(f"tierwise --version says {said.strip()}; expected {__version__}")
    home = environment.run("python", "-c", "import optimizer; print(optimizer.__file__)")
    if environment.folder not in Path(home.strip()).parents:
        raise TrialError(f"the package is not that of the wheel but {home.strip()}")
    for arguments in (
        ("solve", "tiny", "--out", "run"),
        ("audit", "tiny", "run"),
        ("report", "run", "--out", "report.html"),
        ("workbook", "run", "--out", "plan.xlsx"),
        ("template", "template.xlsx"),
    ):
        environment.run("tierwise", *arguments)
    missing = [name for name in ("report.html", "plan.xlsx", "template.xlsx") if not (environment.here / name).exists()]
    if missing:
        raise TrialError(f"not written: {', '.join(missing)}")
