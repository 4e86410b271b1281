"""A run as one page: its plan, what moving a limit does to it, and what one goal costs in another.

What the page of `tierwise app` shows, part by part; a notebook may show the same. It reads the run, the answers beside
it and its case, and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, wraps
from pathlib import Path

from IPython.display import HTML, display

from models import Case
from models.labels import Labels
from models.plan_tables import RunError

from ..analysis.machinery.answers.run_answers import answers_of
from ..assurance.opening import OpenedRun, open_reference
from ..assurance.result import Result
from ..charts import provider_chart, uptake_chart
from ..charts.theme import Chart
from ..report.readable import Readable
from ..results.html import result_page
from .drawn_chart import drawn_chart
from .frontier_view import FrontierView
from .told_faults import fault_page
from .what_if import WhatIf

_CHARTS: tuple[Callable[[Result], Chart], ...] = (uptake_chart, provider_chart)


def _telling_faults(show: Callable[[RunPage], None]) -> Callable[[RunPage], None]:
    """A part of a page that says what went wrong where it fails, and leaves the other parts be."""

    @wraps(show)
    def shown(page: RunPage) -> None:
        try:
            show(page)
        except Exception as error:
            _show(fault_page(error))

    return shown


class RunPage:
    """The page of a run folder and its case, whose parts are shown each by a call; the first one opens and audits."""

    def __init__(self, run: str | Path, case: str | Path) -> None:
        self._run, self._path = Path(run), Path(case)

    @cached_property
    def _opened(self) -> OpenedRun:
        return open_reference(self._run, self._path)

    @property
    def _case(self) -> Case:
        case = self._opened.case
        assert case is not None  # only an unchecked run may lack it
        return case

    @cached_property
    def _words(self) -> Readable:
        return Readable(Labels.of(self._case))

    @_telling_faults
    def show_plan(self) -> None:
        """Status, menus and amounts beside today's; who buys, and who delivers."""
        result = self._words.result(self._opened.result)
        _show(result_page(result, in_notebook=False))
        if result.plan is not None:
            display(*(drawn_chart(draw(result)) for draw in _CHARTS))  # type: ignore[no-untyped-call]

    @_telling_faults
    def show_what_if(self) -> None:
        """Sliders that begin at the plan."""
        result = self._opened.result
        shown = WhatIf(self._case, result.scenario_name, result=result, in_notebook=False)
        display(shown)  # type: ignore[no-untyped-call]

    @_telling_faults
    def show_frontier(self) -> None:
        """The frontier that lies beside the run, or a button that asks for one."""
        result = self._opened.result
        if result.plan is None:
            raise RunError(["There is no plan, so there is nothing to trade off."])
        answers = answers_of(result, self._run, ()).answers
        display(FrontierView(self._case, result, answers))  # type: ignore[no-untyped-call]


def _show(page: str) -> None:
    display(HTML(page))  # type: ignore[no-untyped-call]  # IPython leaves it untyped
