"""The line under a working cell: shown at once, drawn anew now and then, gone with the cell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

import optimizer.jupyter.notebook_progress as module
from optimizer.jupyter.notebook_progress import NotebookProgress
from optimizer.results.progress import Progress


class Line:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def update(self, page: object) -> None:
        self.shown.append(str(getattr(page, "data", page)))


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line()

    def display(page: object, display_id: bool) -> Line:
        made.update(page)
        return made

    clock: Iterator[float] = (0.3 * tick for tick in count(10))
    monkeypatch.setattr(module, "display", display)
    monkeypatch.setattr(module, "monotonic", lambda: next(clock))
    return made


def test_it_says_what_is_done_and_goes_with_the_cell(line: Line) -> None:
    tell = NotebookProgress("EUR")
    tell(Progress(12.4, "3 of 8: drop <gold>", objective=1.5e6, bound=1.6e6, gap=0.0667))
    assert line.shown == ["<i>12 s  3 of 8: drop &lt;gold&gt;  best 1.50 M EUR  bound 1.60 M EUR  gap 6.67 %</i>"]
    for second in range(20):
        tell(Progress(float(second), "bounding"))
    assert 5 < len(line.shown) < 15  # not each of 20 reports is drawn
    tell._clear()
    assert line.shown[-1] == ""
    shown = len(line.shown)
    tell._clear()
    assert len(line.shown) == shown
