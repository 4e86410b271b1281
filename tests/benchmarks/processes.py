"""A program run as a process of its own: how it ended, how long it took, the most memory it held."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.folders import ROOT

LAUNCHER = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Ran:
    """How a process ended."""

    code: int
    """Exit code; negative where a signal ended it."""
    seconds: float
    """From start to end, on the clock."""
    processor_seconds: float
    """Time on a processor, of the process and those of its children that it waited for."""
    peak_mib: float
    """Most memory resident at once, of the process or the largest of its children."""
    killed: bool
    """Whether its time ran out."""
    output: str
    """The end of what it wrote to standard output and standard error."""


def run_process(command: Sequence[str], limit: float, log: Path, environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command in the project's folder, its output in `log`; after `limit` seconds end it and its children.

    `environment` holds variables that it has besides those of this process.
    """
    report = log.with_suffix(".process.json")
    launcher = [sys.executable, "-I", "-S", str(LAUNCHER), str(report), str(log), str(limit)]
    subprocess.run([*launcher, *command], cwd=ROOT, env=os.environ | dict(environment or {}), check=True)
    return Ran(
        **json.loads(report.read_text(encoding="utf-8")), output=log.read_text(errors="replace")[-2_000:].strip()
    )
