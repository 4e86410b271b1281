"""Compiled functions on disk: damaged files, no place for them, and processes that compile and can be ended."""

from __future__ import annotations

import errno
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
from optimizer.search.assortment.kernel_files import folder_to_write, program_digest
from optimizer.search.state.limits import Stopped, Watch
from tests.folders import ROOT

MODULE = """
from optimizer.search.assortment.compiled import kernel

@kernel
def twice(number):
    return 2 * number
"""

ADDED = """
@compiled
def added(one, other):
    return one + other
"""

PART = f"""
from optimizer.search.assortment.compiled import compiled, kernel
{ADDED}
@kernel
def twice(number):
    return added(number, number)
"""


@pytest.fixture(autouse=True)
def no_more_functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Modules of a test are compiled beside themselves, and forgotten after it."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
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


def kept(folder: Path) -> Path:
    (file,) = (folder / "__pycache__" / "kernels").glob("*.kernel")
    return file


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


def test_an_edit_of_a_part_in_another_module_compiles_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = "from added_parts import added\n" + PART.replace(ADDED, "")
    (tmp_path / "doubling.py").write_text(kernel, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for operator, expected in (("+", 42), ("*", 441)):
        text = PART.partition("@kernel")[0].replace("one + other", f"one {operator} other")
        (tmp_path / "added_parts.py").write_text(text, encoding="utf-8")
        sys.modules.pop("added_parts", None)
        program_digest.cache_clear()
        with pytest.raises(compiled.NotKept):
            read_alone(imported(tmp_path))
        sys.modules.pop("added_parts")
        assert imported(tmp_path).twice(21) == expected


RENAMED = """
import importlib.util, sys
import numba.core.typed_passes
{change}
from optimizer.search.assortment import compiled
assert not compiled._LINKED
spec = importlib.util.spec_from_file_location("doubling", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
assert module.twice(21) == 42
"""


@pytest.mark.parametrize(
    "change",
    [
        "from optimizer.search.assortment import linked_parts as own\nown._EXPECTED[own.Lower] = ('store_variable',)",
        "del numba.core.typed_passes.NativeLowering",
    ],
)
def test_a_numba_that_is_made_otherwise_compiles_as_it_always_does(change: str, tmp_path: Path) -> None:
    (tmp_path / "doubling.py").write_text(PART, encoding="utf-8")
    command = [sys.executable, "-c", RENAMED.format(change=change), str(tmp_path / "doubling.py")]
    subprocess.run(command, cwd=ROOT, check=True)


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def garble(content: bytes) -> bytes:
    third = len(content) // 3
    return content[:third] + bytes(byte ^ 0x55 for byte in content[third : 2 * third]) + content[2 * third :]


@pytest.mark.parametrize("damage", [lambda content: b"", cut, garble])
def test_a_damaged_file_is_compiled_anew(damage: Any, tmp_path: Path) -> None:
    imported(tmp_path).twice(21)
    file = kept(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(compiled.NotKept):
        read_alone(imported(tmp_path))
    file.write_bytes(damage(file.read_bytes()))
    assert imported(tmp_path).twice(21) == 42
    assert read_alone(imported(tmp_path)) == 42


def test_without_a_place_it_is_compiled_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "folder_to_write", lambda modules: None)
    assert imported(tmp_path).twice(21) == 42
    assert not list(tmp_path.rglob("*.kernel"))


def test_a_folder_that_fills_up_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(compiled, "write_file", full)
    assert imported(tmp_path).twice(21) == 42


@pytest.fixture
def unprepared(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A fresh installation, whose compiler is a process that takes its time; the file it writes when it begins."""
    begun = tmp_path / "begun"
    program = f"""
        import os, time
        open({str(begun)!r}, "a").write(f"{{os.getpid()}} ")
        time.sleep(60)
    """
    monkeypatch.setattr(compilation, "_ready", threading.Event())
    monkeypatch.setattr(compilation, "_read", lambda: False)
    monkeypatch.setattr(compilation, "_program", lambda: textwrap.dedent(program))
    return begun


def any_alive(begun: Path) -> bool:
    return any(map(is_alive, begun.read_text().split()))


def is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
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
    told = f"preparing the search, once after an installation: about {compilation.COMPILE_SECONDS} s"
    assert news == [f"{told}, kept in {folder_to_write()}"]
    assert not any_alive(unprepared)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_an_interrupt_ends_the_compiler(unprepared: Path) -> None:
    def once_begun() -> None:
        while not unprepared.exists() or len(unprepared.read_text().split()) < compilation.PROCESSES:
            time.sleep(0.02)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=once_begun)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        optimizer.solve(load_case(ROOT / "data" / "tiny"))
    thread.join()
    assert not any_alive(unprepared)


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
    monkeypatch.setattr(compilation, "folder_to_write", lambda: None)
    monkeypatch.setattr(compilation, "_ready", threading.Event())
    monkeypatch.setattr(compilation, "_read", lambda: False)
    compilation._warn_of_no_place.cache_clear()
    news: list[str] = []
    with caplog.at_level(logging.WARNING):
        compile_search(tell=news.append)
    assert news == [f"preparing the search, once after an installation: about {compilation.COMPILE_SECONDS} s"]
    assert "set NUMBA_CACHE_DIR" in caplog.text


def test_the_compiler_ends_with_who_started_it() -> None:
    """Its standard input is a pipe from there: where that closes, it ends, however much is left to do."""
    program = "from optimizer.search.assortment import compilation as c; import time; "
    program += "c._calls = lambda: {'twice': lambda: time.sleep(60)}; c.main()"
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdin=subprocess.PIPE) as child:
        assert child.stdin is not None
        child.stdin.close()
        assert child.wait(30) == 1


SHARED = """
import sys, time
from pathlib import Path
from optimizer.search.assortment import compilation

folder, log = Path(sys.argv[1]), Path(sys.argv[1], "log")

def compile_once(name):
    if not (folder / name).exists():
        with log.open("a") as file:
            file.write(name + " ")
        time.sleep(0.3)
        (folder / name).touch()

print("ready", flush=True)
sys.stdin.readline()
compilation._compile_beside_others(folder, {name: lambda name=name: compile_once(name) for name in "abc"})
assert all((folder / name).exists() for name in "abc")
"""

REAL = """
import sys
from optimizer.search.assortment import compilation, compiled

keep = compiled._KernelCache.save_overload

def noted(self, *given):
    keep(self, *given)
    with open(sys.argv[1] + "/log", "a") as file:
        file.write(self.name + " ")

compiled._KernelCache.save_overload = noted
compilation._program = lambda: "import sys; sys.argv = " + repr(sys.argv) + NOTED
print("ready", flush=True)
sys.stdin.readline()
compilation.compile_search()
with compiled.reading_only():
    compilation._call_all(compilation.Watch())
"""
REAL = f"NOTED = {chr(10) + REAL.partition('compilation._program')[0] + 'compilation.main()'!r}{REAL}"


@pytest.mark.parametrize(
    ("program", "names"),
    [
        (SHARED, ["a", "b", "c"]),
        pytest.param(REAL, ["evaluate_picks", "local_search_books", "search_books"], marks=pytest.mark.slow),
    ],
)
def test_processes_started_at_the_same_time_compile_once(program: str, names: list[str], tmp_path: Path) -> None:
    """Each kernel is compiled by one of them, and none waits while there is one that nobody has begun."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", program, str(tmp_path)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.communicate("go\n", timeout=300)
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted((tmp_path / "log").read_text().split()) == names
