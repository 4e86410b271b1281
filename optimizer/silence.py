"""Nothing that a library prints leaves a process of our own: its standard output and error lead nowhere.

Loose in `optimizer`, as both the command and the processes of a sweep begin with it.
"""

from __future__ import annotations

import io
import os
import sys
import warnings
from contextlib import suppress

_OUT, _ERR = 1, 2


def silence_libraries() -> None:
    """Let nothing that a library prints, in Python or beneath it, leave this process, which must be ours."""
    warnings.simplefilter("ignore")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            with suppress(OSError):
                stream.flush()
            stream.reconfigure(errors="backslashreplace")
    if os.environ.get("TIERWISE_DEBUG"):
        os.dup2(_ERR, _OUT)
        return
    sink = nowhere()
    os.dup2(sink, _ERR)
    redirect(_OUT, sink)


def nowhere() -> int:
    """A descriptor for what nobody is to read."""
    return os.open(os.devnull, os.O_WRONLY)


def redirect(descriptor: int, target: int) -> None:
    """Let a descriptor be what `target` is, which is given up."""
    if target == descriptor:
        os.set_inheritable(descriptor, True)
        return
    os.dup2(target, descriptor)
    os.close(target)
