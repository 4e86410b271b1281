"""Bytes that are text: UTF-8 only, with or without a byte order mark."""

from __future__ import annotations

import codecs

from ..problems import Problem, ProblemList

UTF8_MARK = b"\xef\xbb\xbf"
UTF32_MARKS = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
ADVICE = 'UTF-8; save the file again with that encoding ("CSV UTF-8" in Excel)'
PIECE = 1 << 24
"""Bytes that are decoded together."""


def decode(data: bytes, file: str, table: str, problems: ProblemList) -> str | None:
    """The text of a file; None, with a problem, when it is not UTF-8."""
    text = checked(data, file, table, problems)
    return None if text is None else text.decode("utf-8")


def checked(data: bytes, file: str, table: str, problems: ProblemList) -> bytes | None:
    """The bytes of a file's text without its mark; None, with a problem, when it is not UTF-8.

    Large files are neither copied nor decoded whole.
    """
    if data.startswith(UTF16_MARKS + UTF32_MARKS):
        kind = "UTF-32" if data.startswith(UTF32_MARKS) else "UTF-16"
        problems.add(Problem(table, f"the file is written in {kind}", file, expected=ADVICE))
        return None
    text = data.removeprefix(UTF8_MARK)
    if not _is_utf8(text):
        problems.add(_odd_byte(text, file, table))
        return None
    if b"\0" in text:
        line = text.count(b"\n", 0, text.index(b"\0")) + 1
        problems.add(Problem(table, "the file holds zero bytes and is no text", f"{file} line {line}", expected=ADVICE))
        return None
    return text


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), PIECE):
            decoder.decode(data[start : start + PIECE], final=start + PIECE >= len(data))
    except UnicodeDecodeError:
        return False
    return True


def _odd_byte(data: bytes, file: str, table: str) -> Problem:
    """The problem of the first byte that is not UTF-8."""
    try:
        data.decode("utf-8")
        raise AssertionError("the bytes are UTF-8 after all")
    except UnicodeDecodeError as error:
        byte = data[error.start : error.start + 1]
        line = data.count(b"\n", 0, error.start) + 1
    guess = byte.decode("cp1252", "replace")
    message = f'byte 0x{byte[0]:02x} is not UTF-8; in Windows-1252 it would be "{guess}"'
    return Problem(table, message, f"{file} line {line}", expected=ADVICE)
