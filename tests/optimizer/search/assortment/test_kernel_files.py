"""Where compiled kernels are kept: folders in their order, whose machine code is run, and when a file is up to date."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from optimizer.search.assortment import kernel_files
from optimizer.search.assortment.kernel_files import (
    KernelFolder,
    clear_kernels,
    drop_oldest,
    file_name,
    folder_to_write,
    folders_to_read,
    program_digest,
)
from optimizer.search.assortment.kernel_files import kernel_files as listed

POSIX = pytest.mark.skipif(os.name == "nt", reason="owners and modes are those of POSIX")
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="folders are those of Linux")
ME = os.getuid() if hasattr(os, "getuid") else 0
ANOTHER = ME + 12345


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one module, in a world with a home and a folder for temporary files of its own."""
    for name in ("home", "tmp", "modules"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "modules" / "doubling.py").write_text("TWO = 2\n")
    return tmp_path / "modules"


@pytest.fixture
def closed(modules: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Closes a folder to this user, who may be root and so able to write everywhere."""
    real = tempfile.TemporaryFile

    def shut(folder: Path) -> None:
        def refused(dir: Path) -> object:
            if dir.is_relative_to(folder):
                raise PermissionError(13, "Permission denied", str(dir))
            return real(dir=dir)

        monkeypatch.setattr(kernel_files.tempfile, "TemporaryFile", refused)

    return shut


def mode_of(folder: Path) -> int:
    return folder.stat().st_mode & 0o777


def test_the_installation_comes_first_and_others_may_read_it(modules: Path) -> None:
    folder = modules / "__pycache__" / "kernels"
    assert folders_to_read(modules) == []
    assert not folder.exists()
    assert folder_to_write(modules) == folder
    assert folders_to_read(modules) == [folder]


@POSIX
def test_a_group_cannot_write_there_whatever_the_umask(modules: Path) -> None:
    before = os.umask(0)
    try:
        folder = folder_to_write(modules)
    finally:
        os.umask(before)
    assert folder is not None
    assert mode_of(folder) == 0o755


@LINUX
def test_an_installation_that_cannot_be_written_leaves_the_users_cache(
    modules: Path, closed: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(modules)
    assert folder_to_write(modules) == tmp_path / "home" / ".cache" / "tierwise" / "kernels"
    assert mode_of(tmp_path / "home" / ".cache" / "tierwise" / "kernels") == 0o700
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "caches"))
    assert folder_to_write(modules) == tmp_path / "home" / "caches" / "tierwise" / "kernels"
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")  # which is to be ignored where it is not absolute
    assert folder_to_write(modules) == tmp_path / "home" / ".cache" / "tierwise" / "kernels"


@POSIX
def test_a_second_user_reads_what_the_owner_compiled(
    modules: Path, closed: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner of the modules, but nobody else, who could have put there what was never compiled from them."""
    folder = folder_to_write(modules)
    assert folder is not None
    closed(modules)
    if ME == 0:  # root may give them to somebody
        os.chown(modules, 4711, -1)
        os.chown(folder, 4711, -1)
    monkeypatch.setattr(os, "getuid", lambda: ANOTHER)
    assert folders_to_read(modules) == [folder]
    if ME == 0:
        os.chown(modules, 4712, -1)
        assert folders_to_read(modules) == []


@POSIX
@pytest.mark.parametrize("mode", [0o775, 0o757])
def test_a_folder_that_others_can_write_is_not_trusted(mode: int, modules: Path) -> None:
    folder = folder_to_write(modules)
    assert folder is not None
    folder.chmod(mode)
    assert folders_to_read(modules) == []
    assert folder_to_write(modules) not in (None, folder)


@POSIX
def test_a_folder_of_another_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "kernels").mkdir(0o700)
    assert KernelFolder(tmp_path / "kernels", frozenset({ME})).is_ready()
    assert not KernelFolder(tmp_path / "kernels", frozenset({ANOTHER})).is_ready()


def test_a_link_is_not_trusted(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir(0o700)
    (tmp_path / "kernels").symlink_to(tmp_path / "there", target_is_directory=True)
    assert not KernelFolder(tmp_path / "kernels", frozenset({ME})).is_ready()


@POSIX
def test_in_the_home_of_another_nothing_is_kept(
    modules: Path, closed: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(modules)
    monkeypatch.setattr(os, "getuid", lambda: ANOTHER)
    assert folder_to_write(modules) is None
    assert not (tmp_path / "home" / ".cache").exists()


@POSIX
def test_without_a_home_there_is_a_private_folder_of_temporary_files(
    modules: Path, closed: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(modules)
    monkeypatch.setattr(kernel_files, "_user_cache", lambda user: None)
    folder = tmp_path / "tmp" / f"tierwise-compiled-{ME}"
    assert folder_to_write(modules) == folder
    assert mode_of(folder) == 0o700
    folder.chmod(0o777)
    assert folder_to_write(modules) is None


def test_a_folder_that_the_user_names_wins(modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    beside = folder_to_write(modules)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    assert folder_to_write(modules) == tmp_path / "named" / "tierwise"
    assert folders_to_read(modules) == [tmp_path / "named" / "tierwise"]
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    assert folder_to_write(modules) == beside


def digest_of(modules: Path) -> str:
    program_digest.cache_clear()
    return program_digest(modules)


def test_another_text_of_any_module_is_another_program(modules: Path) -> None:
    before = digest_of(modules)
    (modules / "doubling.py").write_text("TWO = 3\n")
    assert digest_of(modules) != before
    (modules / "doubling.py").write_text("TWO = 2\n")
    assert digest_of(modules) == before
    (modules / "other.py").write_text("")
    assert digest_of(modules) != before


def test_the_same_text_of_another_time_or_system_is_the_same_program(modules: Path) -> None:
    before = digest_of(modules)
    (modules / "doubling.py").write_bytes(b"TWO = 2\r\n")
    os.utime(modules / "doubling.py", (0, 0))
    assert digest_of(modules) == before


def test_another_tie_is_another_program(modules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest_of(modules)
    text = Path(kernel_files.choice.__file__).read_text(encoding="utf-8")
    (tmp_path / "choice.py").write_text(text.replace("TIE = 1e-9", "TIE = 1e-8"), encoding="utf-8")
    monkeypatch.setattr(kernel_files.choice, "__file__", str(tmp_path / "choice.py"))
    assert digest_of(modules) != before


@pytest.mark.parametrize("package", ["numba", "llvmlite", "numpy"])
def test_another_compiler_is_another_program(package: str, modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, real = digest_of(modules), kernel_files.version
    monkeypatch.setattr(kernel_files, "version", lambda name: "0.0.1" if name == package else real(name))
    assert digest_of(modules) != before


def test_files_are_listed_and_cleared(modules: Path) -> None:
    folder = folder_to_write(modules)
    assert folder is not None
    (folder / file_name("twice", "float64 on x86", modules)).write_bytes(b"12345")
    (folder / f"twice.{'0' * 16}.{'1' * 16}.kernel").write_bytes(b"123")
    (folder / "notes.kernel").write_text("mine")
    found = {(file.kernel, file.size, file.current) for file in listed(modules)}
    assert found == {("twice", 5, True), ("twice", 3, False)}
    assert len(clear_kernels(modules)) == 2
    assert [path.name for path in folder.iterdir()] == ["notes.kernel"]


def test_of_one_kernel_the_newest_are_kept(tmp_path: Path) -> None:
    files = [tmp_path / f"twice.{number:016x}.{0:016x}.kernel" for number in range(7)]
    for number, file in enumerate(files):
        file.touch()
        os.utime(file, (number, number))
    (tmp_path / f"thrice.{0:016x}.{0:016x}.kernel").touch()
    drop_oldest(files[-1])
    assert sorted(tmp_path.glob("twice.*")) == files[3:]
    assert len(list(tmp_path.iterdir())) == 5
