"""A real JupyterLab in a headless Chromium, cut off from every other machine."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, Route

from tests.browser import chromium
from tests.folders import ROOT

TOKEN = "only-here"
CHART = ".jp-OutputArea svg.marks"
PLAIN_NOTEBOOK = {"windowingMode": "none"}  # every cell is in the page, seen or not


@dataclass
class Lab:
    """A running JupyterLab and what its pages asked of other machines."""

    address: str
    page: Page
    asked_elsewhere: list[str] = field(default_factory=list)

    def open(self, notebook: str) -> None:
        self.page.goto(f"{self.address}/lab/workspaces/{notebook}/tree/notebooks/{notebook}.ipynb?token={TOKEN}")
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)

    def run_all(self, seconds: float) -> None:
        """Run every cell, and wait until each has its number."""
        self.page.wait_for_function("window.jupyterapp.shell.currentWidget.sessionContext.isReady", timeout=60_000)
        self.page.evaluate("void window.jupyterapp.commands.execute('notebook:run-all-cells')")
        done = """() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]
            .every(prompt => /\\[\\d+\\]/.test(prompt.textContent))"""
        self.page.wait_for_function(done, timeout=seconds * 1000)

    def errors(self) -> list[str]:
        """What cells printed as errors."""
        found = self.page.locator('.jp-OutputArea [data-mime-type="application/vnd.jupyter.error"]')
        return found.all_inner_texts()

    def charts(self) -> list[str]:
        """Every chart that is drawn, as the marks in it."""
        drawn: list[str] = self.page.evaluate(
            f"() => [...document.querySelectorAll('{CHART}')].map(chart => chart.outerHTML)"
        )
        return [chart for chart in drawn if "<path" in chart]

    def wait_for_other_charts(self, before: list[str]) -> None:
        """Wait until as many charts are drawn as before, and not the same; raises TimeoutError."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            now = self.charts()
            if len(now) == len(before) and set(now) != set(before):
                return
            self.page.wait_for_timeout(200)
        raise TimeoutError("the charts have not changed")


@contextmanager
def running_lab(folder: Path, case: Path) -> Iterator[Lab]:
    """JupyterLab on `folder`, its notebooks working on `case`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    server = _serve(folder, case, port)
    try:
        _wait_for(f"{address}/api?token={TOKEN}", server)
        with _page() as (page, elsewhere):
            yield Lab(address, page, elsewhere)
    finally:
        server.terminate()
        server.wait(30)


def _serve(folder: Path, case: Path, port: int) -> subprocess.Popen[bytes]:
    own = {f"JUPYTER_{name}_DIR": str(folder / ".jupyter" / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    settings = folder / ".jupyter" / "settings"
    tracker = settings / "@jupyterlab" / "notebook-extension" / "tracker.jupyterlab-settings"
    tracker.parent.mkdir(parents=True)
    tracker.write_text(json.dumps(PLAIN_NOTEBOOK), encoding="utf-8")
    more = {"JUPYTERLAB_SETTINGS_DIR": str(settings), "PYTHONPATH": str(ROOT), "TIERWISE_CASE": str(case)}
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": folder,
        "IdentityProvider.token": TOKEN,
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": "",
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    log = (folder / "server.log").open("wb")
    return subprocess.Popen(command, cwd=folder, env={**os.environ, **own, **more}, stdout=log, stderr=log)


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab does not answer (exit code {server.poll()})")


@contextmanager
def _page() -> Iterator[tuple[Page, list[str]]]:
    """A browser page of desk width that reaches this machine only, and what it asked of others."""
    elsewhere: list[str] = []

    def sent(route: Route) -> None:
        if route.request.url.startswith(("http://127.0.0.1", "data:", "blob:")):
            route.continue_()
        else:
            elsewhere.append(route.request.url)
            route.abort()

    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.route("**/*", sent)
        yield page, elsewhere
