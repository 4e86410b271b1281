"""Bytes to text: UTF-8 only, with or without a byte order mark."""

from __future__ import annotations

from ..problems import Problem, ProblemList

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ADVICE = 'UTF-8; save the file again with that encoding ("CSV UTF-8" in Excel)'


def decode(data: bytes, file: str, table: str, problems: ProblemList) -> str | None:
    """The text of a file; None, with a problem, when it is not UTF-8."""
    if data.startswith(UTF16_MARKS):
        problems.add(Problem(table, "the file is written in UTF-16", file, expected=ADVICE))
        return None
    try:
        text = data.removeprefix(UTF8_MARK).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        guess = error.object[error.start : error.start + 1].decode("cp1252", "replace")
        message = f'byte 0x{error.object[error.start]:02x} is not UTF-8; in Windows-1252 it would be "{guess}"'
        problems.add(Problem(table, message, f"{file} line {line}", expected=ADVICE))
        return None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        problems.add(Problem(table, "the file holds zero bytes and is no text", f"{file} line {line}", expected=ADVICE))
        return None
    return text
