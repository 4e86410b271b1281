"""The Chromium that tests open pages in, where this machine has one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
WITHOUT = "there is no Chromium here: install it (apt-get install chromium), or let `make test` run as root do so"


@contextmanager
def chromium() -> Iterator[Browser]:
    """A Chromium without a window."""
    options = {"executable_path": CHROMIUM, "args": ["--no-sandbox"]}
    with sync_playwright() as running, running.chromium.launch(**options) as found:
        yield found
