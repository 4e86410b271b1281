"""The report as its readers open it: in Chromium, offline, at desk and phone width, and as a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import CHROMIUM, WITHOUT, chromium
from tests.optimizer.report.pages import EVIL, page

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=WITHOUT)
DESK, PHONE = {"width": 1200, "height": 900}, {"width": 390, "height": 844}


class Opened:
    """A report that is open, and everything that its page complained of or asked for."""

    def __init__(self, browser: Browser, file: Path, size: dict[str, int]) -> None:
        self.page = browser.new_page(viewport=size)
        self.said: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_function("document.documentElement.dataset.charts", timeout=60_000)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("page") / "report.html"
    target.write_text(page(EVIL), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def desk(browser: Browser, file: Path) -> Opened:
    return Opened(browser, file, DESK)


@pytest.fixture(scope="module")
def phone(browser: Browser, file: Path) -> Opened:
    return Opened(browser, file, PHONE)


def test_every_chart_is_drawn(desk: Opened) -> None:
    assert desk.page.evaluate("document.documentElement.dataset.charts") == "drawn"
    marks = desk.page.evaluate(
        "[...document.querySelectorAll('.chart')].map(place => place.querySelectorAll('svg path, svg text').length)"
    )
    assert len(marks) == 16
    assert all(count > 5 for count in marks)


def test_it_says_nothing_to_the_console_and_asks_nobody(desk: Opened, phone: Opened, file: Path) -> None:
    for opened in (desk, phone):
        assert opened.said == []
        assert opened.asked == [file.as_uri()]


def test_names_from_data_run_nothing(desk: Opened) -> None:
    assert desk.page.evaluate("window.hacked") is None
    assert EVIL in desk.page.inner_text("h1")


@pytest.mark.parametrize("width", ["desk", "phone"])
def test_the_page_is_as_wide_as_its_window(width: str, request: pytest.FixtureRequest) -> None:
    opened: Opened = request.getfixturevalue(width)
    assert opened.page.evaluate("document.documentElement.scrollWidth") == opened.page.viewport_size["width"]


def test_tables_of_long_words_fit_a_phone(browser: Browser, tmp_path: Path) -> None:
    target = tmp_path / "long.html"
    target.write_text(page("Verordnung" * 12), encoding="utf-8")
    over = Opened(browser, target, PHONE).page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(place => place.querySelector('table:not(.wide)')"
        " && place.scrollWidth > place.clientWidth + 1).map(place => place.innerText.slice(0, 80))"
    )
    assert over == []


def test_text_can_be_read_on_a_phone(phone: Opened) -> None:
    sizes = phone.page.evaluate(
        """[...document.querySelectorAll('.summary li, .summary p, td, .chart svg text')].map(
            text => text.getBoundingClientRect().height)"""
    )
    assert min(size for size in sizes if size) > 8


def test_a_click_on_a_tier_singles_it_out(desk: Opened) -> None:
    faded = "document.querySelectorAll(\"[data-chart='uptake'] .mark-rect path[opacity='0.25']\").length"
    assert desk.page.evaluate(faded) == 0
    desk.page.locator("[data-chart='uptake'] .role-legend-label text", has_text="gold").click()
    desk.page.wait_for_function(f"{faded} > 0", timeout=5_000)


def test_it_prints_the_summary_on_a_page_of_its_own(desk: Opened) -> None:
    pdf = desk.page.pdf(format="A4")
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") > 4
    assert desk.page.evaluate("getComputedStyle(document.getElementById('summary')).display") == "block"
