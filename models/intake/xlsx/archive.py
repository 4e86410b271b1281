"""The parts of a workbook file, which is a zip archive; files of other formats are called by their names."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import IO

from .format_limits import PARTS, UNPACKED
from .unreadable import Unreadable

DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)
"""What unpacking a damaged part raises."""
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of the older container of Office, which also holds encrypted workbooks."""
_LATER = "save it as Excel Workbook (.xlsx)"
_MARKS = {
    "xl/workbook.bin": "a binary workbook (.xlsb)",
    "content.xml": "an OpenDocument file (.ods)",
    "index/document.iwa": "a Numbers file",
    "word/document.xml": "a Word document",
    "ppt/presentation.xml": "a presentation",
}
"""A part that only another format has, and that format."""


class Archive:
    """The parts of a workbook by name; letter case does not tell names apart, as the format has it."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        """Raises `Unreadable` where two parts have one name, or there are too many."""
        self._opened = opened
        self._parts: dict[str, zipfile.ZipInfo] = {}
        self._left = UNPACKED
        entries = [entry for entry in opened.infolist() if not entry.is_dir()]
        if len(entries) > PARTS:
            raise Unreadable(f"the file has {len(entries):,} parts; {PARTS:,} are the limit")
        for entry in entries:
            name = entry.filename.replace("\\", "/").lower()
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Unreadable(f"the part {entry.filename} is compressed in a way that Excel does not know")
            if name in self._parts:
                raise Unreadable(f"the file holds the part {entry.filename} twice")
            self._parts[name] = entry

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._parts

    @property
    def unpacked(self) -> int:
        """Bytes of all parts, unpacked."""
        return sum(entry.file_size for entry in self._parts.values())

    @property
    def other_format(self) -> str:
        """The format that the parts speak of where it is not .xlsx, else empty."""
        return next((format for part, format in _MARKS.items() if part in self._parts), "")

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """One part, unpacked as it is read. Raises `Unreadable` for a missing or damaged one, and over the limit."""
        entry = self._parts.get(name.lower())
        if entry is None:
            raise Unreadable(f"the file lacks its part {name}")
        if entry.flag_bits & 1:
            raise Unreadable("the file is encrypted", expected="a workbook without a password")
        if entry.file_size > self._left:
            raise Unreadable(
                f"the file unpacks to more than {UNPACKED >> 20} MiB",
                expected="a smaller workbook; give large tables as Parquet or CSV files in a folder",
            )
        self._left -= entry.file_size
        try:
            with self._opened.open(entry) as stream:
                yield stream
        except DAMAGED as error:
            raise Unreadable(f"the part {name} is damaged: {error}") from None


@contextmanager
def open_archive(file: Path) -> Iterator[Archive]:
    """The parts of a file. Raises `Unreadable` where it is no workbook, saying what it is as far as that shows."""
    with file.open("rb") as stream:
        head = stream.read(512)
        if not head.startswith(b"PK"):
            raise Unreadable(*_no_archive(head, file))
        try:
            opened = zipfile.ZipFile(stream)
        except DAMAGED as error:
            raise Unreadable(f"the file is damaged or incomplete: {error}") from None
        with opened:
            yield Archive(opened)


def _no_archive(head: bytes, file: Path) -> tuple[str, str, str]:
    """(what is wrong, place, what to do) about a file that is no zip archive."""
    if not head:
        return "the file is empty", "", "a workbook"
    if head.startswith(_COMPOUND):
        if _holds(file, "EncryptedPackage".encode("utf-16-le")):
            return "the workbook is protected by a password", "", "a workbook without a password: remove it in Excel"
        return "the file is an Excel 97-2003 workbook (.xls)", "", f"the newer format: {_LATER}"
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return "the file is no workbook but a web page or other XML", "", f"a workbook: open it in Excel and {_LATER}"
    return "the file is no workbook, whatever its ending", "", f"a workbook: open it in Excel and {_LATER}"


def _holds(file: Path, word: bytes) -> bool:
    with file.open("rb") as stream, mmap(stream.fileno(), 0, access=ACCESS_READ) as content:
        return content.find(word) >= 0
