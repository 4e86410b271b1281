"""`tierwise cache` from the command line: where the compiled search is kept, listed and cleared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import BAD_INPUT, DONE
from optimizer.search.assortment.kernel_files import file_name

STALE = f"search_books.{'0' * 16}.{'1' * 16}.kernel"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that kernels are kept in, with nothing in it."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    (tmp_path / "tierwise").mkdir()
    return tmp_path / "tierwise"


@pytest.fixture
def current(folder: Path) -> Path:
    """A file of the present program, beside one of another."""
    file = folder / file_name("search_books", "arguments and processor")
    file.write_bytes(b"1" * 1500)
    (folder / STALE).write_bytes(b"1" * 700)
    return file


def asked(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    assert main(["cache", *options]) == DONE
    return capsys.readouterr().out


def told(capsys: pytest.CaptureFixture[str], *options: str) -> Any:
    return json.loads(asked(capsys, *options, "--json"))["result"]


def in_one_line(text: str) -> str:
    return "".join(text.split())


def test_kernels_are_listed_in_words(current: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = asked(capsys)
    for word in ("search_books", "1.5 kB", "700 B", "stale", "2 kernels, 2.2 kB"):
        assert word in shown
    assert in_one_line(f"In {current.parent}:") in in_one_line(shown)
    assert "The next solve" not in shown


def test_a_program_is_told_the_files(current: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kernel = {"kernel": "search_books"}
    files = [
        {"file": str(current.parent / STALE), **kernel, "size": 700, "current": False},
        {"file": str(current), **kernel, "size": 1500, "current": True},
    ]
    found = told(capsys)
    assert sorted(found.pop("files"), key=lambda file: file["size"]) == files
    assert found == {"folder": str(current.parent), "size": 2200, "cleared": False}


def test_they_are_cleared(current: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (current.parent / "notes.txt").write_text("mine")
    shown = asked(capsys, "--clear")
    assert in_one_line(f"Cleared from {current.parent}: 2 kernels, 2.2 kB.") in in_one_line(shown)
    assert "The next solve compiles the search" in shown
    assert [path.name for path in current.parent.iterdir()] == ["notes.txt"]
    assert told(capsys)["files"] == []


def test_where_nothing_is_compiled_it_says_what_the_next_solve_does(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = f"The next solve compiles the search and keeps it in {folder}."
    assert in_one_line(asked(capsys)) == in_one_line(expected)
    (folder / STALE).touch()
    assert in_one_line(expected) in in_one_line(asked(capsys))


def test_a_file_that_cannot_be_removed_is_named(
    current: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "unlink", refused)
    assert main(["cache", "--clear"]) == BAD_INPUT
    assert capsys.readouterr().err.startswith(f"{current.parent}")
