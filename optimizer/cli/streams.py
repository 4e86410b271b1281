"""Standard output and standard error of the command: what Tierwise says goes there, nothing that a library prints.

Descriptors are changed only in processes that are ours: the command, and the processes of its pool. In another
program `out` and `err` are that program's streams as they are. With TIERWISE_DEBUG set, what libraries print goes to
standard error.
"""

from __future__ import annotations

import errno
import faulthandler
import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from ..garbage import collect_seldom, leave_alone
from ..silence import nowhere, redirect, silence_libraries
from .exit_codes import BAD_INPUT, BROKEN_PIPE, INTERRUPTED

_OUT, _ERR = 1, 2
_NO_READER = {errno.EPIPE, errno.ECONNRESET} | ({errno.EINVAL} if os.name == "nt" else set())
"""What a system says where nobody reads any more."""


_PIPED_WIDTH = 140
_TERMINAL_WIDTH = 80
"""Where a terminal does not tell its own."""
_NARROWEST = 20


class Stream(io.TextIOWrapper):
    """A stream that no write to it can end the command: what cannot be written is dropped, and why is kept.

    Characters that its encoding lacks are written as escapes such as `\\u20ac`.
    """

    def __init__(self, descriptor: int, encoding: str, *, there: bool) -> None:
        buffer = open(os.dup(descriptor), "wb")  # noqa: SIM115  (open until the process ends)
        super().__init__(buffer, encoding, "backslashreplace", line_buffering=descriptor == _ERR)
        self._there = there
        self.fault: OSError | None = None
        """Why something could not be written."""

    def write(self, text: str) -> int:
        """Write, or drop, a text."""
        if not self._there:
            self.fault = OSError(errno.EBADF, "it is closed")
        try:
            return super().write(text)
        except OSError as error:
            self._drop(error)
        return len(text)

    def flush(self) -> None:
        """Write, or drop, what is held back."""
        try:
            super().flush()
        except OSError as error:
            self._drop(error)

    def _drop(self, error: OSError) -> None:
        """From now on write to nowhere, so that what is still held back ends there too."""
        self.fault = error
        redirect(self.fileno(), nowhere())


_ours: dict[int, Stream] = {}
"""Our streams by their standard descriptor, once this process is known to be the command."""


def out() -> TextIO:
    """Where results go."""
    return _ours.get(_OUT) or sys.stdout or io.StringIO()


def err() -> TextIO:
    """Where progress, warnings and errors go."""
    return _ours.get(_ERR) or sys.stderr or io.StringIO()


def are_ours() -> bool:
    """Whether this process is the command, so that no write to `out` or `err` raises."""
    return bool(_ours)


def standard_stream(path: Path) -> TextIO | None:
    """Our stream, where the system's name for it is meant, such as /dev/stderr."""
    names = {f"/dev/{name}": number for name, number in (("stdout", _OUT), ("stderr", _ERR))}
    names |= {f"/{folder}/{number}": number for folder in ("dev/fd", "proc/self/fd") for number in (_OUT, _ERR)}
    return _ours.get(names.get(str(path), 0))


def columns_of(stream: TextIO) -> int:
    """Width to write to a stream in: what COLUMNS says, that of a terminal, or wide for a pipe or a file."""
    asked = os.environ.get("COLUMNS", "")
    if asked.isdecimal():
        return max(int(asked), _NARROWEST)
    if not stream.isatty():
        return _PIPED_WIDTH
    try:
        return os.get_terminal_size(stream.fileno()).columns or _TERMINAL_WIDTH
    except OSError:
        return _TERMINAL_WIDTH


def write_past_buffers(text: str) -> None:
    """Write to standard error past every buffer, as a signal handler must."""
    with suppress(OSError):
        os.write(_ours[_ERR].fileno() if _ours else _ERR, text.encode())


def as_program(command: Callable[[], int]) -> int:
    """Run the command that this process is for, with streams of its own, and return the exit code."""
    missing = _open_missing()
    for number, given in ((_OUT, sys.stdout), (_ERR, sys.stderr)):
        encoding = getattr(given, "encoding", None) or "utf-8"
        _ours[number] = Stream(number, encoding, there=number not in missing)
    faulthandler.enable(_ours[_ERR])
    silence_libraries()
    collect_seldom()
    try:
        code = command()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0
    except KeyboardInterrupt:  # before there is a command that could say what it leaves
        write_past_buffers("Stopped; nothing was written.\n")
        code = INTERRUPTED
    leave_alone()
    return _final_code(code)


def _open_missing() -> set[int]:
    """Open the standard descriptors that are closed, or a file opened later would take their place; return them."""
    missing = set()
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            missing.add(number)
            redirect(number, os.open(os.devnull, os.O_RDWR))
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115  (open until the process ends)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    return missing


def _final_code(code: int) -> int:
    """Exit code once all is written: 141 where a reader has left, and never 0 where results could not be written."""
    results, messages = _ours[_OUT], _ours[_ERR]
    results.flush()
    fault = results.fault
    if fault is not None and fault.errno not in _NO_READER:
        why = f"Standard output cannot be written: {fault.strerror}. Files that were written are whole."
        print(why, file=messages)
        code = code if fault.errno == errno.EBADF else code or BAD_INPUT
    messages.flush()
    left = any(stream.fault is not None and stream.fault.errno in _NO_READER for stream in _ours.values())
    return BROKEN_PIPE if left else code
