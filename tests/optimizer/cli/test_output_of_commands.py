"""What every command writes, whatever its libraries print: one JSON document, or nothing, or its own words."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli.command_line import main
from optimizer.cli.command_table import GROUPS
from tests.optimizer.cli.invocations import FAILING, INVOCATIONS, SERVING, prepare, typed
from tests.slow import one_in

NAMES = [command.name for group in GROUPS.values() for command in group if command.name != SERVING]
LOUD = ["init", "validate", "solve", "sweep", "report", "workbook", "completion"]
"""Commands that together load every library, in this process and in others, or none."""
KEYS = ["command", "exit_code", "result", "files", "warnings", "problems", "next"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    prepare(folder)
    return folder


@pytest.fixture
def here(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "here")


def document_of(printed: bytes) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(printed)
    assert list(values) == KEYS
    return values


def test_every_command_is_tried() -> None:
    assert sorted(INVOCATIONS) == sorted(NAMES)


def assert_done(name: str, code: int, out: bytes, error: bytes) -> None:
    told = document_of(out)
    assert (code, told["command"], told["exit_code"], told["problems"]) == (0, name, 0, [])
    assert told["result"] is not None
    assert error.decode() == "".join(f"Warning: {sentence}\n" for sentence in told["warnings"])


@pytest.mark.parametrize("name", one_in(2, LOUD))
def test_for_programs_there_is_one_document_and_nothing_else(name: str, here: Path) -> None:
    done = typed(here, name, *INVOCATIONS[name], "--json", "--quiet", loud=True)
    assert_done(name, done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LOUD])
def test_every_command_tells_programs_one_document(
    name: str, here: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here)
    assert_done(name, main([name, *INVOCATIONS[name], "--json", "--quiet"]), *capfdbinary.readouterr())


@pytest.mark.parametrize("name", one_in(4, NAMES))
def test_quiet_leaves_nothing_to_see(
    name: str, here: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, where nothing but what is written may keep a library silent."""
    monkeypatch.chdir(here)
    assert main([name, *INVOCATIONS[name], "--quiet"]) == 0
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("case", FAILING)
def test_what_fails_says_so_in_one_document_too(case: str, here: Path) -> None:
    code, arguments = FAILING[case]
    done = typed(here, *arguments, "--json", "--quiet", loud=True)
    told = document_of(done.stdout)
    assert (done.returncode, told["exit_code"]) == (code, code)
    assert bool(told["problems"]) == (code == 2)
    assert all(problem["text"] in done.stderr.decode() for problem in told["problems"])


def test_without_quiet_there_are_our_own_words_only(here: Path) -> None:
    done = typed(here, "solve", "case", "--out", "new", loud=True)
    assert done.returncode == 0
    assert done.stdout.decode().startswith("\ntiny, scenario base\n")
    assert b"welcome" not in done.stdout + done.stderr
    assert b"will change" not in done.stdout + done.stderr


def test_whoever_looks_for_a_fault_sees_what_libraries_print(here: Path) -> None:
    done = typed(here, "solve", "case", "--out", "new", "--json", loud=True, TIERWISE_DEBUG="1")
    assert document_of(done.stdout)["exit_code"] == 0
    assert b"welcome, says C" in done.stderr


@pytest.mark.parametrize("policy", one_in(2, ["error", "always"]))
def test_what_the_environment_asks_of_warnings_changes_nothing(policy: str, here: Path) -> None:
    done = typed(here, "solve", "case", "--out", "new", "--quiet", loud=True, PYTHONWARNINGS=policy)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
