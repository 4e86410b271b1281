"""Pages of the guide as something to run: commands with what they print, Python, and files to write."""

from __future__ import annotations

import doctest
import io
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from optimizer.cli.command_line import main

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
RUN = ("console", "pycon", "python")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the `key=value` words behind it, its text and its line on the page."""

    language: str
    options: dict[str, str]
    text: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence":
            language, *words = token.info.split() or [""]
            options = dict(word.split("=", 1) for word in words)
            yield Block(language, options, token.content, (token.map or [0])[0] + 1)


def tables_of(page: Path) -> list[dict[str, str]]:
    """Rows of every table of a page, by the heads of its columns; cells as they are written."""
    rows: list[dict[str, str]] = []
    head: list[str] = []
    for line in page.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else []
        if cells and head and set("".join(cells)) - set("-: "):
            rows.append(dict(zip(head, cells, strict=True)))
        head = head or cells if cells else []
    return rows


@dataclass
class Reader:
    """Does what a reader of one page would do, from its top to its bottom, in the folder it is in."""

    names: dict[str, Any] = field(default_factory=lambda: {"__name__": "page"})

    def follow(self, block: Block) -> str:
        """Run a block; return what went otherwise than the page says, or nothing."""
        if "file" in block.options:
            Path(block.options["file"]).write_text(block.text, encoding="utf-8")
            return ""
        if block.language == "console":
            return self._console(block)
        if block.language == "pycon":
            return self._python(block)
        if block.language == "python":
            exec(compile(block.text, f"line {block.line}", "exec"), self.names)
        return ""

    def _console(self, block: Block) -> str:
        for command, expected in _commands(block.text):
            code, printed = run(command)
            wanted = int(block.options.get("exit", 0))
            if code != wanted or not doctest.OutputChecker().check_output(expected, printed, FLAGS):
                return (
                    f"line {block.line}: {command}\nended with {code}, said:\n{printed}\nexpected {wanted}:\n{expected}"
                )
        return ""

    def _python(self, block: Block) -> str:
        told = io.StringIO()
        test = doctest.DocTestParser().get_doctest(block.text, self.names, "page", None, block.line)
        runner = doctest.DocTestRunner(optionflags=FLAGS)
        runner.run(test, out=told.write, clear_globs=False)
        self.names.update(test.globs)
        return told.getvalue()


def _commands(text: str) -> Iterator[tuple[str, str]]:
    """Each command behind `$ ` with the lines that it prints."""
    for part in f"\n{text}".split("\n$ ")[1:]:
        command, _, expected = part.partition("\n")
        yield command, expected or "...\n"


def run(command: str) -> tuple[int, str]:
    """Exit code and everything printed, `tierwise` in this process."""
    words = shlex.split(command)
    if words[0] != "tierwise":
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=os.environ)
        return done.returncode, done.stdout + done.stderr
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        code = main(words[1:])
    return code, printed.getvalue()
