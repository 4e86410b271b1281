"""Completion of `tierwise` in the shell: commands, options, files, and the scenarios of the case named."""

from __future__ import annotations

import os
from argparse import ArgumentParser

SHELLS = ("bash", "zsh", "fish", "powershell")


def answer_shell(parser: ArgumentParser) -> None:
    """Answer the shell and end the process, if it is the shell that asks; else do nothing."""
    if "_ARGCOMPLETE" in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser, exclude=["-h", "--help"])


def completion_script(shell: str) -> str:
    """What a shell has to run, once for each session, to complete `tierwise`."""
    from argcomplete.shell_integration import shellcode

    return shellcode(["tierwise"], shell=shell).strip()
