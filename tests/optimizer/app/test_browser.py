"""The page as a reader sees it, in Chromium: whole, moves of two readers kept apart, and saying when it is broken."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import DONE
from tests.browser import CHROMIUM, WITHOUT, chromium
from tests.folders import TINY
from tests.optimizer.app.serving import Served, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT)
WAIT = 120_000
CHARTS = "document.querySelectorAll('#rendered_cells svg.marks').length >= 4"
CUT = """[...document.querySelectorAll('svg.marks')].filter((drawing) => {
    const end = drawing.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'rect'));
    end.setAttribute('x', drawing.getAttribute('width') - 1);
    end.setAttribute('width', 1);
    end.setAttribute('height', 1);
    for (let box = drawing.parentElement; box.id !== 'rendered_cells'; box = box.parentElement)
        if (getComputedStyle(box).overflowX === 'auto') box.scrollLeft = drawing.clientWidth;
    return end.getBoundingClientRect().right > innerWidth;
}).length"""
"""How many charts have a right end that no scrolling brings onto the page."""
VERDICT = "text=/no plan earns more than/"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("app")
    shutil.copytree(TINY, folder / "case")
    assert main(["solve", str(folder / "case"), "--out", str(folder / "run"), "--quiet"]) == DONE
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Served]:
    with served(folder, "run") as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def opened(browser: Browser, server: Served, width: int = 1400) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    page.goto(server.address, timeout=WAIT)
    page.wait_for_selector("#rendered_cells", state="visible", timeout=WAIT)
    return page


def margin_raised(page: Page) -> None:
    """Move the first slider by a step: from no floor under the service margin to one of 0 %."""
    handle = page.locator(".noUi-handle").first
    handle.focus()
    handle.press("ArrowRight")


def test_two_readers_see_the_whole_page_and_their_moves_do_not_mix(browser: Browser, server: Served) -> None:
    elsewhere: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith((f"http://127.0.0.1:{server.port}/", "data:", "blob:")):
            elsewhere.append(request.url)

    one = opened(browser, server)
    one.on("request", note)
    one.reload(timeout=WAIT)
    two = opened(browser, server, 390)
    for page in (one, two):
        page.wait_for_function(CHARTS, timeout=WAIT)
        assert page.locator("h2").all_inner_texts() == ["The plan", "What if", "What one goal costs in another"]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert page.evaluate(CUT) == 0
        assert page.locator("[role=alert]:visible").count() == 0
    assert elsewhere == []

    margin_raised(one)
    one.wait_for_selector(".widget-readout >> text='0 %'", timeout=WAIT)
    one.wait_for_selector(VERDICT, timeout=WAIT)
    assert one.locator(".widget-readout").first.inner_text() == "0 %"
    assert two.locator(".widget-readout").first.inner_text() == "off"
    one.click("button:has-text('Work it out')")
    one.wait_for_selector("text=/Diamond: the knee/", timeout=WAIT)
    assert two.locator("button:has-text('Work it out')").is_visible()


def test_a_page_whose_process_or_server_is_gone_says_so(browser: Browser, folder: Path, tmp_path: Path) -> None:
    with served(tmp_path, folder / "run") as server:
        page = opened(browser, server)
        for process in server.pages_at_work():
            os.kill(process, signal.SIGKILL)
        page.wait_for_selector("text=/What worked out this page has ended/", timeout=WAIT)
        page = opened(browser, server)
        server.stop()
        page.wait_for_selector("text=/tierwise app has ended. Start it again/", timeout=WAIT)


def test_a_part_that_fails_says_why(browser: Browser, folder: Path, tmp_path: Path) -> None:
    """Here because the case has changed since it was served."""
    shutil.copytree(folder / "case", tmp_path / "case")
    assert main(["solve", str(tmp_path / "case"), "--out", str(tmp_path / "run"), "--quiet"]) == DONE
    with served(tmp_path, "run") as server:
        tiers = tmp_path / "case" / "tiers.csv"
        tiers.write_text(tiers.read_text().replace("gold", "<b>gold</b>", 1))
        page = opened(browser, server)
        told = page.locator(".tierwise-fault").all_inner_texts()
        assert len(told) == 3
        assert all("This cannot be shown." in text and "tiers" in text for text in told)
