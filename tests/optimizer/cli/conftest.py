"""Commands write the runs they make into the folder they are typed in: each test types them in one of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.optimizer.cli.invocations import Told


@pytest.fixture(autouse=True)
def typed_in_a_folder_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]) -> Told:
    def both() -> tuple[str, str]:
        captured = capsys.readouterr()
        return captured.out, captured.err

    return both
