"""A kill at any step of saving leaves the old folder or the new one, and nothing that the next one to look keeps."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from models.files import read_folder, write_file, write_folder
from tests.folders import ROOT
from tests.models.files.killing import LAST, NAMES, NEW, OLD, contents, fill

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills processes that were forked")


@pytest.mark.parametrize("way", ["exchange", "renames"])
def test_whole_at_every_step(way: str, tmp_path: Path) -> None:
    (tmp_path / "saves").mkdir()
    command = [sys.executable, "-m", "tests.models.files.killing", str(tmp_path / "saves"), way]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    kills = json.loads(done.stdout)
    old, new, last = ([text] * len(NAMES) for text in (OLD, NEW, LAST))
    assert len(kills) > 50
    assert {tuple(at_once) for _, at_once, *_ in kills if at_once is not None} == {tuple(old), tuple(new)}
    assert sum(len(beside) > 1 for _, _, beside, *_ in kills) > 40  # there was something to clear
    for step, at_once, _, read, cleared, saved, left in kills:
        assert (at_once, read) in ((old, old), (new, new), (None, old)), step
        assert way == "renames" or at_once is not None, step
        assert (cleared, saved, left) == (["run"], last, ["run"]), step


def test_litter_of_version_0_1_is_no_obstacle_and_its_stranded_run_is_put_back(tmp_path: Path) -> None:
    place = write_folder(tmp_path / "run", fill(OLD))
    place.rename(tmp_path / f".run.{os.getpid()}.earlier")
    assert read_folder(place, contents) == [OLD] * len(NAMES)
    for ending in ("earlier", "partial"):
        (tmp_path / f".run.{os.getpid()}.{ending}" / "full").mkdir(parents=True)
    write_folder(place, fill(NEW))
    assert contents(place) == [NEW] * len(NAMES)
    assert os.listdir(tmp_path) == ["run"]


def test_nothing_of_another_place_is_cleared(tmp_path: Path) -> None:
    kept = [".run.2025.0123456789abcdef.partial", ".run.notes", ".runs.0123456789abcdef.earlier", ".run.x.partial"]
    for name in kept:
        (tmp_path / name).mkdir()
    write_folder(tmp_path / "run", fill(NEW))
    assert sorted(os.listdir(tmp_path)) == sorted([*kept, "run"])


@pytest.mark.parametrize("number", ["0123456789abcdef", "42"])
def test_a_name_with_a_dot_clears_nothing_of_the_name_before_the_dot(number: str, tmp_path: Path) -> None:
    kept = [f".acme.{number}.partial", f".acme.{number}.earlier"]
    for name in kept:
        (tmp_path / name).mkdir()
    write_folder(tmp_path / "acme.2025", fill(NEW))
    assert contents(tmp_path / "acme.2025") == [NEW] * len(NAMES)
    with write_file(tmp_path / "acme.html") as temporary:
        temporary.write_text("whole")
    assert sorted(os.listdir(tmp_path)) == sorted([*kept, "acme.2025", "acme.html"])


def test_a_file_left_half_written_is_cleared_with_the_next(tmp_path: Path) -> None:
    for name in (".a.csv.0123456789abcdef.partial.csv", ".a.csv.lock", ".a.42.partial.csv"):
        (tmp_path / name).touch()
    with write_file(tmp_path / "a.csv") as temporary:
        temporary.write_text("whole")
    assert os.listdir(tmp_path) == ["a.csv"]


def test_reading_a_folder_clears_what_a_dead_writer_left_in_it(tmp_path: Path) -> None:
    place = write_folder(tmp_path / "run", fill(OLD))
    for name in (".a.csv.lock", ".a.csv.0123456789abcdef.partial.csv"):
        (place / name).touch()
    read_folder(place, contents)
    assert sorted(os.listdir(place)) == ["a.csv", "b.csv", "deep"]
