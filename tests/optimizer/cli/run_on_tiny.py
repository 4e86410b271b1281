"""What a command of an analysis leaves: tables and a document in its folder, a summary on the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli.command_line import main
from tests.folders import TINY


def run_on_tiny(
    command: list[str], tables: set[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[str, dict[str, Any]]:
    """What a command printed on the tiny case and its document, once both hold what is expected."""
    name, *more = command
    assert main([name, str(TINY), *more, "--out", str(tmp_path / "out")]) == 0
    shown = capsys.readouterr().out
    assert said in shown
    assert {path.stem for path in (tmp_path / "out").glob("*.csv")} == tables
    document: dict[str, Any] = json.loads((tmp_path / "out" / f"{name}.json").read_text())
    assert document["gap"] is not None
    assert set(document["columns"]) == tables
    return shown, document
