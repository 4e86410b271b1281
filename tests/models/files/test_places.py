"""Places that can be written, and those that are refused in words before anything is done."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from errno import EDQUOT, EIO, ENOSPC
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from models.files import read_folder, strict_json, try_file, try_folder, write_file, write_folder, write_json
from models.files.disk import exchange
from tests.folders import ROOT
from tests.models.files.killing import NAMES, NEW, OLD, contents, fill

posix = pytest.mark.skipif(os.name == "nt", reason="links and permissions as POSIX has them")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    return tmp_path


def snapshot(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def write_text(path: Path | str, text: str) -> None:
    with write_file(path) as temporary:
        temporary.write_text(text)


@posix
def test_a_link_is_written_through(here: Path) -> None:
    write_folder(here / "run", fill(OLD))
    for link, target in (("link", here / "run"), ("dangling", here / "new" / "run")):
        Path(link).symlink_to(target)
        write_folder(link, fill(NEW))
        assert Path(link).is_symlink()
        assert contents(target) == [NEW] * len(NAMES)
    Path("file").symlink_to(here / "new" / "file.txt")
    write_text("file", "through")
    assert Path("file").is_symlink()
    assert (here / "new" / "file.txt").read_text() == "through"


LONG = "x" * 300
REFUSED: list[tuple[str, str]] = [
    (".", "it is the folder you are in"),
    ("", "it is the folder you are in"),
    ("..", "or holds it; name another one"),
    ("../home/", "it is the folder you are in"),
    ("/", "where a disk begins"),
    (LONG, "File name too long"),
    (f"{LONG}/run", "File name too long"),
    ("/".join(["y" * 100] * 60), "File name too long"),
    ("a\0b", "a name cannot hold a zero byte"),
    ("file/run", "is a file, not a folder"),
    ("file/deep/run", "is a file, not a folder"),
    ("circle", "the link leads back to itself"),
]


@posix
@pytest.mark.parametrize(("path", "text"), REFUSED, ids=lambda value: value[:20].replace("\0", "0"))
@pytest.mark.parametrize("attempt", [try_folder, lambda path: write_folder(path, fill(NEW))])
def test_a_folder_is_refused_in_words(path: str, text: str, attempt: Callable[[str], object], here: Path) -> None:
    Path("file").touch()
    Path("circle").symlink_to("circle")
    before = snapshot(here)
    with pytest.raises(OSError, match=text) as caught:
        attempt(path)
    assert caught.value.filename is not None
    assert snapshot(here) == before


@posix
@pytest.mark.parametrize(
    ("path", "text"), [("folder", "it is a folder"), ("/dev/null", "a device or a pipe"), (LONG, "too long")]
)
def test_a_file_is_refused_in_words(path: str, text: str) -> None:
    Path("folder").mkdir()
    with pytest.raises(OSError, match=text):
        try_file(path)
    assert Path("/dev/null").is_char_device()


@posix
@pytest.mark.parametrize("name", ["x" * 255, "é" * 127, "a.b", "line\nbreak", "-rf"])
def test_any_name_that_a_file_can_have_will_do(name: str) -> None:
    for text in (OLD, NEW):
        assert contents(write_folder(name, fill(text))) == [text] * len(NAMES)
        write_text(f"files/{name}", text)
    assert read_folder(name, contents) == [NEW] * len(NAMES)
    assert snapshot(Path("files")) == [name]


@posix
@pytest.mark.parametrize("umask", [0o022, 0o077, 0o002])
def test_permissions_are_those_of_the_umask_and_then_stay(umask: int) -> None:
    def mode(path: str) -> int:
        return stat.S_IMODE(os.stat(path).st_mode)

    before = os.umask(umask)
    try:
        write_folder("run", fill(OLD))
        write_text("file", OLD)
        assert (mode("run"), mode("run/a.csv"), mode("file")) == (0o777 & ~umask, 0o666 & ~umask, 0o666 & ~umask)
        for path, chosen in (("run", 0o750), ("run/a.csv", 0o640), ("file", 0o604)):
            os.chmod(path, chosen)
        write_folder("run", fill(NEW))
        write_text("file", NEW)
        assert (mode("run"), mode("run/a.csv"), mode("file")) == (0o750, 0o640, 0o604)
    finally:
        os.umask(before)


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_what_permissions_forbid_is_refused() -> None:
    script = (
        "import os, sys; from models.files import try_folder; os.setuid(65534)\n"
        "for path in sys.argv[1:]:\n"
        "    try: print(try_folder(path))\n"
        "    except PermissionError as error: print(error.strerror)\n"
    )
    with TemporaryDirectory(dir="/tmp") as folder:  # that of pytest is closed to others
        os.chmod(folder, 0o755)
        Path(folder, "run").mkdir(mode=0o755)
        command = [sys.executable, "-c", script, f"{folder}/run", f"{folder}/new"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["it cannot be written"] * 2


@pytest.mark.parametrize("number", [ENOSPC, EDQUOT, EIO])
@pytest.mark.parametrize("earlier", [False, True])
def test_a_disk_that_fails_keeps_what_was_there(
    number: int, earlier: bool, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if earlier:
        write_folder("run", fill(OLD))
        write_text("file", OLD)
    before = snapshot(here)

    def fail(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fail)
    for write, name in ((lambda: write_folder("run", fill(NEW)), "run"), (lambda: write_text("file", NEW), "file")):
        with pytest.raises(OSError, match=f"it was not written: {os.strerror(number)}") as caught:
            write()
        assert caught.value.errno == number
        assert caught.value.filename == os.path.realpath(name)
    assert snapshot(here) == before


def test_two_names_are_exchanged_in_one_step_where_that_can_be_done(here: Path) -> None:
    write_folder("one", fill(OLD))
    write_folder("two", fill(NEW))
    if not exchange(here / "home" / "one", here / "home" / "two"):
        pytest.skip("not on this system")
    assert (contents(Path("one")), contents(Path("two"))) == ([NEW] * len(NAMES), [OLD] * len(NAMES))
    with pytest.raises(FileNotFoundError):
        exchange(here / "one", here / "nowhere")


def test_json_is_strict_and_holds_paths_that_are_no_text() -> None:
    values = {1: [float("nan"), 0.1, True, None], "path": os.fsdecode(b"caf\xe9"), "other": Path("a")}
    write_json(Path("a.json"), values)
    assert strict_json(values) == {"1": [None, 0.1, True, None], "path": os.fsdecode(b"caf\xe9"), "other": "a"}
    assert Path("a.json").read_bytes().endswith(b"\n}\n")
    assert b"caf\\udce9" in Path("a.json").read_bytes()
