"""Runs in processes with different hash seeds write the same files, byte for byte but for the clock."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.worlds.small_case import write_small_case

CLOCK = {"seconds", "start", "end"}
OF_CLOCK = {"plan.json", "digest"}
"""Digests in the manifest of what holds the time: that of plan.json, and its own."""


def run(case: Path, out: Path, hash_seed: str, *more: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    command = [sys.executable, "-m", "optimizer", "solve", str(case), "--out", str(out), *more]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def without_clock(value: object) -> object:
    """A JSON value without what tells the time, or the folder that the command names."""
    if isinstance(value, dict):
        return {key: without_clock(part) for key, part in value.items() if key not in CLOCK | OF_CLOCK | {"command"}}
    return [without_clock(part) for part in value] if isinstance(value, list) else value


def contents(folder: Path) -> dict[str, object]:
    files: dict[str, object] = {}
    for path in sorted(folder.iterdir()):
        if path.name in ("plan.json", "manifest.json"):
            files[path.name] = json.dumps(without_clock(json.loads(path.read_text(encoding="utf-8"))))
        else:
            files[path.name] = path.read_bytes()
    return files


@pytest.mark.parametrize("more", [(), ("--near", "today", "--give", "0.01")], ids=["best", "near"])
def test_two_processes_write_the_same_plan(more: tuple[str, ...], tmp_path: Path) -> None:
    case = write_small_case(tmp_path / "small")
    for hash_seed in ("1", "4242"):
        run(case, tmp_path / f"run {hash_seed}", hash_seed, *more)
    one, other = contents(tmp_path / "run 1"), contents(tmp_path / "run 4242")
    assert len(one) == 9
    assert one == other
