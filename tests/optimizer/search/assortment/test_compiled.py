"""Compiled functions on disk: damaged files, no place for them, and a process that compiles and can be ended."""

from __future__ import annotations

import importlib.util
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import optimizer
from models import load_case
from optimizer.cli.next_steps import after_search
from optimizer.results.record import Status
from optimizer.search.assortment import compilation, compiled
from optimizer.search.assortment.compilation import compile_search
from optimizer.search.state.limits import Stopped, Watch
from tests.folders import ROOT

MODULE = """
from optimizer.search.assortment.compiled import kernel

@kernel
def twice(number):
    return 2 * number
"""

PART = """
from optimizer.search.assortment.compiled import compiled, kernel

@compiled
def added(one, other):
    return one + other

@kernel
def twice(number):
    return added(number, number)
"""


@pytest.fixture(autouse=True)
def no_more_functions() -> Iterator[None]:
    known = list(compiled.FUNCTIONS)
    yield
    compiled.FUNCTIONS[:] = known


def imported(folder: Path) -> ModuleType:
    """The module, as a new process would have it."""
    path = folder / "doubling.py"
    if not path.exists():
        path.write_text(MODULE, encoding="utf-8")
    spec = importlib.util.spec_from_file_location("doubling", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def kept(folder: Path, ending: str) -> Path:
    return next((folder / "__pycache__").glob(f"*.{ending}"))


def read_alone(module: Any) -> int:
    with compiled.reading_only():
        return int(module.twice(21))


def test_what_was_compiled_is_read(tmp_path: Path) -> None:
    with pytest.raises(compiled.NotKept):
        read_alone(imported(tmp_path))
    assert imported(tmp_path).twice(21) == 42
    assert read_alone(imported(tmp_path)) == 42


def test_a_part_is_not_for_python(tmp_path: Path) -> None:
    """Not even once it has been compiled with a kernel: that is an error, and does not end the process."""
    (tmp_path / "doubling.py").write_text(PART, encoding="utf-8")
    module = imported(tmp_path)
    assert module.twice(21) == 42
    with pytest.raises(TypeError):
        module.added(21, 21)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def garble(content: bytes) -> bytes:
    third = len(content) // 3
    return content[:third] + bytes(byte ^ 0x55 for byte in content[third : 2 * third]) + content[2 * third :]


@pytest.mark.parametrize("damage", [lambda content: b"", cut, garble])
@pytest.mark.parametrize("ending", ["nbi", "nbc"])
def test_a_damaged_file_is_compiled_anew(ending: str, damage: Any, tmp_path: Path) -> None:
    imported(tmp_path).twice(21)
    file = kept(tmp_path, ending)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(compiled.NotKept):
        read_alone(imported(tmp_path))
    file.write_bytes(damage(file.read_bytes()))
    assert imported(tmp_path).twice(21) == 42
    assert read_alone(imported(tmp_path)) == 42


def no_place(*_: object, **__: object) -> None:
    raise RuntimeError("cannot cache function: no locator available")


def test_without_a_place_it_is_compiled_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_Kept", no_place)
    module = imported(tmp_path)
    assert module.twice(21) == 42
    assert module.twice._cache.cache_path is None


def test_a_private_folder_takes_the_place_of_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, tried = compiled._Kept, []

    def second_time(function: Any) -> Any:
        tried.append(function)
        return no_place() if len(tried) == 1 else real(function)

    monkeypatch.setattr(compiled, "_Kept", second_time)
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path))
    assert imported(tmp_path).twice(21) == 42
    folder = next(tmp_path.glob("tierwise-compiled*"))
    assert list(folder.rglob("*.nbc"))
    assert os.name == "nt" or folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name == "nt", reason="modes are those of POSIX")
def test_a_folder_that_others_can_write_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled.tempfile, "gettempdir", lambda: str(tmp_path))
    folder = tmp_path / f"tierwise-compiled-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    assert compiled._private_folder() is None


@pytest.fixture
def unprepared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A fresh installation, whose compiler is a process that takes its time; the file it writes when it begins."""
    begun = tmp_path / "begun"
    program = f"""
        import os, time
        open({str(begun)!r}, "w").write(str(os.getpid()))
        time.sleep(60)
    """
    monkeypatch.setattr(compilation, "_ready", threading.Event())
    monkeypatch.setattr(compilation, "_read", lambda: False)
    monkeypatch.setattr(compilation, "_program", lambda: textwrap.dedent(program))
    return begun


def is_alive(begun: Path) -> bool:
    try:
        os.kill(int(begun.read_text()), 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_a_limit_ends_the_compiler_and_leaves_no_plan(unprepared: Path) -> None:
    news = []
    began = time.monotonic()
    result = optimizer.solve(
        load_case(ROOT / "data" / "tiny"), time_limit=3.0, progress=lambda told: news.append(told.phase)
    )
    assert time.monotonic() - began < 30
    assert result.status is Status.NO_PLAN
    assert result.reason is not None
    assert "being prepared" in result.reason
    assert news == [f"preparing the search, once after an installation: about {compilation.COMPILE_SECONDS} s"]
    assert not is_alive(unprepared)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupt_ends_the_compiler(unprepared: Path) -> None:
    def once_begun() -> None:
        while not unprepared.exists():
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=once_begun)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        optimizer.solve(load_case(ROOT / "data" / "tiny"))
    thread.join()
    assert not is_alive(unprepared)


def test_a_request_to_stop_meanwhile_is_not_told_as_a_limit(unprepared: Path) -> None:
    result = optimizer.solve(load_case(ROOT / "data" / "tiny"), should_stop=unprepared.exists)
    assert result.interrupted
    assert result.reason is not None
    assert result.reason.startswith("A request to stop came while the search was being prepared")
    step = after_search(result, ROOT / "data" / "tiny", ROOT)[0]
    assert step.purpose == "search again, to its end"


def test_others_wait_for_their_turn_no_longer_than_their_time(unprepared: Path) -> None:
    with compilation._turn, pytest.raises(Stopped):
        compile_search(Watch(time.monotonic() + 0.1))


@pytest.mark.parametrize("program", ["/opt/app/modeller", "", None])
def test_a_program_that_python_is_built_into_compiles_by_itself(program: str | None) -> None:
    assert not compilation._is_python(program)
    assert compilation._is_python(sys.executable)


def test_a_process_that_cannot_be_started_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError("no processes here")

    monkeypatch.setattr(subprocess, "Popen", refused)
    assert not compilation._compiled_elsewhere(Watch())


def test_no_place_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(compilation, "kept_in", lambda: None)
    compilation._warn_of_no_place.cache_clear()
    with caplog.at_level(logging.WARNING):
        compilation._warn_of_no_place()
    assert "set NUMBA_CACHE_DIR" in caplog.text


def test_the_compiler_ends_with_who_started_it() -> None:
    """Its standard input is a pipe from there: where that closes, it ends, however much is left to do."""
    program = "from optimizer.search.assortment import compilation as c; import time; "
    program += "c._calls = lambda: iter([time.sleep(60)]); c._alone = __import__('contextlib').nullcontext; c.main()"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(30) == 1
