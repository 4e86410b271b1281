"""`tierwise app` in a process of its own, as a user starts it, and what it answers to plain HTTP."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.folders import ROOT

SECONDS = 120


@dataclass(frozen=True)
class Served:
    """A running server and the address that it printed."""

    address: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def page(self) -> str:
        """What is asked of it for the page, the token with it."""
        parts = urlsplit(self.address)
        return f"{parts.path}?{parts.query}"

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str]:
        """Status and text of an answer; `_` in a header's name stands for `-`."""
        status, text, _ = self.answer(path, method, {name.replace("_", "-"): text for name, text in headers.items()})
        return status, text

    def answer(self, path: str, method: str, headers: Mapping[str, str]) -> tuple[int, str, list[tuple[str, str]]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        try:
            connection.request(method, path, headers=dict(headers))
            answer = connection.getresponse()
            text = "" if answer.status == 101 else answer.read().decode()
            return answer.status, text, answer.getheaders()
        finally:
            connection.close()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(SECONDS)

    def pages_at_work(self) -> list[int]:
        """Processes of its pages."""
        entries = [entry for entry in Path("/proc").iterdir() if entry.name.isdecimal()]
        return [int(entry.name) for entry in entries if _parent(entry) == self.process.pid]


def _parent(entry: Path) -> int | None:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


@contextmanager
def served(folder: Path, *arguments: object) -> Iterator[Served]:
    """The server of a run or case, in `folder`."""
    command = [sys.executable, "-m", "optimizer", "app", *map(str, arguments), "--no-browser"]
    log = (folder / "app.log").open("w")
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(3)]
        assert lines[1].startswith("http://127.0.0.1:"), (folder / "app.log").read_text()
        yield Served(lines[1], process)
    finally:
        process.terminate()
        process.wait(SECONDS)
        log.close()
