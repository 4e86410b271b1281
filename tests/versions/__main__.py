"""`make test-versions`: the smoke set with the lowest, the newest and the tested versions, and other interpreters.

Names such as `newest` and `python3.13` choose among the environments. `--freeze` writes what the newest one holds to
constraints.txt, once the smoke set passes there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from .ranges import CONSTRAINTS, ROOT, lowest, requirements

AT_A_TIME = 2
INSTALL_SECONDS, SMOKE_SECONDS = 600, 600
INTERPRETERS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True)
class Environment:
    """One set of versions to try."""

    name: str
    """Also what `smoke.py` is told that it runs in."""
    python: str
    constraints: str = ""
    """`name==version` lines; blank for the newest of everything."""

    @property
    def folder(self) -> Path:
        """Where it lives; made anew each time."""
        return ROOT / f".venv-{self.name}"

    def __call__(self, *command: str, seconds: float) -> str:
        """What Python prints there; raises SubprocessError."""
        python = self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        ours = {"NUMBA_CACHE_DIR": str(self.folder / "compiled"), "TIERWISE_VERSIONS": self.name}
        ours["PYTHONPATH"] = str(ROOT)
        return subprocess.run(
            [python, *command], cwd=ROOT, env=os.environ | ours, check=True, timeout=seconds,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        ).stdout  # fmt: skip


def environments() -> Iterator[Environment]:
    """The lowest and the newest versions here, and the tested ones with every other interpreter that is there."""
    yield Environment("oldest", sys.executable, lowest())
    yield Environment("newest", sys.executable)
    here = "{}.{}".format(*sys.version_info)
    for version in INTERPRETERS:
        python = None if version == here else _interpreter(version)
        if python is not None:
            yield Environment(f"python{version}", python, CONSTRAINTS.read_text(encoding="utf-8"))
        elif version != here:
            print(f"Python {version} is not here; skipped.", flush=True)


def _interpreter(version: str) -> str | None:
    """One on the path that starts, or one of pyenv's."""
    ours = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    candidates = [shutil.which(f"python{version}"), *sorted(ours.glob(f"{version}.*/bin/python{version}"))]
    for found in map(str, filter(None, candidates)):
        if subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return None


def install(environment: Environment) -> None:
    """Make the environment and install what the project needs there; the project itself is found by its path."""
    folder = environment.folder
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([environment.python, "-m", "venv", folder], check=True, capture_output=True)
    for name, text in (("needs.txt", "\n".join(requirements())), ("constraints.txt", environment.constraints)):
        (folder / name).write_text(text, encoding="utf-8")
    files = ("-r", str(folder / "needs.txt"), "-c", str(folder / "constraints.txt"))
    environment("-m", "pip", "install", "--quiet", *files, seconds=INSTALL_SECONDS)


def tried(environment: Environment) -> bool:
    """Whether the smoke set passes there; says so."""
    began = monotonic()
    try:
        install(environment)
        environment("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/versions/smoke.py", seconds=SMOKE_SECONDS)
    except subprocess.SubprocessError as error:
        said = getattr(error, "output", None) or ""
        print(f"{environment.name}: FAILED. {error}\n{said if isinstance(said, str) else said.decode()}", flush=True)
        return False
    print(f"{environment.name}: passed in {monotonic() - began:.0f} s.", flush=True)
    return True


def freeze(environment: Environment) -> None:
    """Write down every version of an environment."""
    text = environment("-m", "pip", "freeze", seconds=60)
    head = "# What Tierwise was tested with, on Python 3.11 to 3.13. Written by `make constraints`.\n"
    CONSTRAINTS.write_text(head + text, encoding="utf-8")


def main() -> int:
    """Try every environment, two at a time; 0 if all pass."""
    if sys.argv[1:] == ["--freeze"]:
        newest = Environment("newest", sys.executable)
        if passed := tried(newest):
            freeze(newest)
        return 0 if passed else 1
    chosen = [environment for environment in environments() if environment.name in sys.argv[1:] or not sys.argv[1:]]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        results = list(pool.map(tried, chosen))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if results and all(results) else 1


sys.exit(main())
