"""Reports to look at: every kind of section, and names that would do harm if they were not escaped."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.assurance.result import Result
from optimizer.report import report_page
from tests.optimizer.charts.made import (
    compared,
    explained,
    frontiered,
    levelled,
    partnered,
    priced,
    result,
    swept,
)

EVIL = "</script><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>\"&amp;"
ANSWERS: tuple[Answer, ...] = (
    compared(3), swept(4), frontiered(3), explained(3), levelled(6), partnered(4), priced(5),
)  # fmt: skip


def named(name: str, size: int = 2) -> Result:
    """A plan whose first price book, segment and provider have this name."""
    made = result(size)
    plan = made.decided
    swaps = {"book 0": name, "segment 0": name, "team 0": name}
    tables = {table: getattr(plan, table).replace(swaps) for table in ("menus", "coverage", "uptake", "allocation")}
    return replace(made, case_name=name, plan=replace(plan, **tables))


@cache
def page(name: str = "made", size: int = 2, answers: tuple[Answer, ...] = ANSWERS) -> str:
    return report_page(named(name, size), {"plan.json": "0" * 64}, answers=answers)


class Outline(HTMLParser):
    """Elements, links and text of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.scripts: dict[str, str] = {}
        self._within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._within = str(dict(attrs).get("id", "")) if tag == "script" else tag

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within.startswith("chart-"):
            self.scripts[self._within] = self.scripts.get(self._within, "") + data
        elif self._within not in ("", "style"):
            self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]
