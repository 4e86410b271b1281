"""Command lines of `tierwise` as a user types them, and what each is good for."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import NamedTuple


class Step(NamedTuple):
    """Something to do next: a command as it is typed, and what it is good for."""

    command: str
    purpose: str


def as_typed(*words: object) -> str:
    """A command line of `tierwise` with its words quoted as the shell here needs them."""
    texts = ["tierwise", *map(str, words)]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)
