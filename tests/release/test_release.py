"""What a release needs, and that a trial fails where a wheel does not do what it should."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from optimizer import __version__
from tests.folders import ROOT

from .readiness import changelog_faults, tree_faults
from .trial import Environment, TrialError, attempt, run

HEAD = "# Changelog\n\nThe form follows nothing.\n\n## [Unreleased]\n"
OLD = "\n## [1.2.0] - 2026-01-31\n\n### Added\n\n- Something.\n"


@pytest.mark.parametrize(
    ("changelog", "version", "said"),
    [
        (HEAD + OLD, "1.2.0", []),
        (OLD, "1.2.0", []),
        (HEAD + "\n- A change.\n" + OLD, "1.2.0", ["under [Unreleased]"]),
        (HEAD + OLD, "1.3.0", ["the version is 1.3.0 (optimizer/version.py), the newest in CHANGELOG.md 1.2.0"]),
        (HEAD + "\n## [1.3.0] - 2026-02-01\n" + OLD, "1.2.0", ["the newest in CHANGELOG.md 1.3.0"]),
        (HEAD + OLD.replace(" - 2026-01-31", ""), "1.2.0", ["[1.2.0] in CHANGELOG.md has no date"]),
        (HEAD + OLD.replace("2026-01-31", "soon"), "1.2.0", ["has no date"]),
        (HEAD + "\n- A change.\n", "0.1.0", ["under [Unreleased]", "the newest in CHANGELOG.md none"]),
    ],
)
def test_the_changelog_tells_the_version_that_is_released(changelog: str, version: str, said: list[str]) -> None:
    found = list(changelog_faults(changelog, version))
    assert len(found) == len(said)
    assert all(part in fault for part, fault in zip(said, found, strict=True))


def test_what_is_not_committed_is_told(tmp_path: Path) -> None:
    assert "git cannot tell" in next(tree_faults(tmp_path))
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert list(tree_faults(tmp_path)) == []
    (tmp_path / "stray.py").write_text("")
    assert list(tree_faults(tmp_path)) == ["not committed: stray.py"]


def test_a_command_that_fails_ends_the_trial(tmp_path: Path) -> None:
    assert run([sys.executable, "-c", "print('so')"], tmp_path, 60) == "so\n"
    with pytest.raises(TrialError, match=r"ended with 3:\nno plan"):
        run([sys.executable, "-c", "print('no plan'); raise SystemExit(3)"], tmp_path, 60)


def imitation(folder: Path, version: str, home: str) -> Environment:
    """An environment whose programs only say something."""
    environment = Environment(folder / "environment", folder / "here")
    environment.here.mkdir()
    environment.binaries.mkdir(parents=True)
    for program, says in (("tierwise", f"tierwise {version}"), ("python", home)):
        file = environment.binaries / program
        file.write_text(f"#!/bin/sh\necho '{says}'\n")
        file.chmod(0o755)
    return environment


def test_a_wheel_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match=f"says tierwise 9.9; expected {__version__}"):
        attempt(imitation(tmp_path, "9.9", ""))


def test_the_checkout_is_not_taken_for_the_wheel(tmp_path: Path) -> None:
    with pytest.raises(TrialError, match="is not that of the wheel"):
        attempt(imitation(tmp_path, __version__, str(ROOT / "optimizer" / "__init__.py")))


def test_files_that_a_command_does_not_write_are_told(tmp_path: Path) -> None:
    home = tmp_path / "environment" / "lib" / "optimizer" / "__init__.py"
    with pytest.raises(TrialError, match=r"not written: report.html, plan.xlsx, template.xlsx"):
        attempt(imitation(tmp_path, __version__, str(home)))
