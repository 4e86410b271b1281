"""Two writers and a reader of one folder: the last one wins, whole, and no reader ever sees a mixture."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EACCES, ENOSPC
from pathlib import Path
from threading import Event, Thread

import pytest

from models.files import locked, read_folder, remove_folder, write_folder
from models.files.temporary_files import lock_file, partial_file
from tests.models.files.killing import NAMES, NEW, OLD, contents, fill

SAVES = 40


def save_often(place: Path, text: str) -> None:
    os.fsync = lambda descriptor: None  # type: ignore[assignment]
    for _ in range(SAVES):
        write_folder(place, fill(text))


@pytest.mark.parametrize("exchanged", [True, False])
def test_two_writers_and_a_reader(exchanged: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("patches processes that are forked")
    if not exchanged:
        monkeypatch.setattr("models.files.atomic_folder.exchange", lambda first, second: False)
    place = write_folder(tmp_path / "run", fill(OLD))
    processes = multiprocessing.get_context("fork")
    writers = [processes.Process(target=save_often, args=(place, text)) for text in (OLD, NEW)]
    for writer in writers:
        writer.start()
    seen = []
    while any(writer.is_alive() for writer in writers):
        seen.append(read_folder(place, contents))
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert all(found in ([OLD] * len(NAMES), [NEW] * len(NAMES)) for found in seen)
    assert os.listdir(tmp_path) == ["run"]


def test_a_reader_whose_folder_is_replaced_reads_again(tmp_path: Path) -> None:
    place = write_folder(tmp_path / "run", fill(OLD))
    replaced = 0

    def read(folder: Path) -> list[str]:
        nonlocal replaced
        first = (folder / NAMES[0]).read_text()
        if replaced < 2:
            replaced += 1
            write_folder(place, fill(f"{NEW} {replaced}"))
        return [first, *((folder / name).read_text() for name in NAMES[1:])]

    assert read_folder(place, read) == [f"{NEW} 2"] * len(NAMES)


def test_what_a_reader_finds_wrong_is_said_at_once(tmp_path: Path) -> None:
    place = write_folder(tmp_path / "run", fill(OLD))
    calls = []

    def read(folder: Path) -> None:
        calls.append(folder)
        raise ValueError("torn")

    with pytest.raises(ValueError, match="torn"):
        read_folder(place, read)
    assert calls == [place]


@contextmanager
def held_by_another(place: Path) -> Iterator[None]:
    """The lock of a place, kept by another thread, as by another process."""
    done, began = Event(), Event()

    def hold() -> None:
        with locked(place) as alone:
            assert alone
            began.set()
            done.wait()

    holder = Thread(target=hold)
    holder.start()
    began.wait()
    yield
    done.set()
    holder.join()


def test_reading_inside_of_reading_waits_for_nobody_where_there_is_nothing(tmp_path: Path) -> None:
    began = time.monotonic()
    place = tmp_path / "nowhere"
    assert read_folder(place, lambda folder: read_folder(folder, contents)) is None
    assert time.monotonic() - began < 10
    assert os.listdir(tmp_path) == []


def test_a_full_disk_has_no_lock_and_is_read_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC), "lock")

    monkeypatch.setattr("models.files.lock._acquire", full)
    assert read_folder(tmp_path / "nowhere", contents) is None


def test_reading_while_writing_clears_nothing_that_is_being_written(tmp_path: Path) -> None:
    place = tmp_path / "run"

    def write(folder: Path) -> None:
        assert read_folder(place, contents) is None
        fill(NEW)(folder)

    assert contents(write_folder(place, write)) == [NEW] * len(NAMES)


def test_a_lock_that_is_held_ends_the_wait_in_words_and_keeps_what_its_holder_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = write_folder(tmp_path / "run", fill(OLD))
    (half := tmp_path / ".run.0123456789abcdef.partial").mkdir()
    with held_by_another(place):
        monkeypatch.setattr(time, "monotonic", iter(range(0, 1000, 20)).__next__)
        with pytest.raises(TimeoutError, match="another process is writing it"):
            write_folder(place, fill(NEW))
        assert read_folder(place, contents) == [OLD] * len(NAMES)
        assert half.exists()
    assert not lock_file(place).exists()


def test_without_locks_the_last_one_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.files.lock._lock", lambda descriptor: False)
    (half := tmp_path / ".run.0123456789abcdef.partial").mkdir()  # whose it is cannot be told
    place = write_folder(tmp_path / "run", fill(OLD))
    assert contents(write_folder(place, fill(NEW))) == [NEW] * len(NAMES)
    assert half.exists()


def test_a_folder_is_taken_away_in_one_step(tmp_path: Path) -> None:
    place = write_folder(tmp_path / "run", fill(OLD))
    partial_file(place).mkdir()  # what a dead writer left behind
    with locked(place):
        shown = read_folder(place, contents)
        remove_folder(place)
    assert (shown, place.exists()) == ([OLD] * len(NAMES), False)
    remove_folder(write_folder(place, fill(NEW)))
    remove_folder(place)
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_taken_away_stays_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = write_folder(tmp_path / "run", fill(OLD))

    def refused(folder: Path, target: Path) -> Path:
        raise PermissionError(EACCES, "not allowed", str(folder))

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError):
        remove_folder(place)
    assert read_folder(place, contents) == [OLD] * len(NAMES)
