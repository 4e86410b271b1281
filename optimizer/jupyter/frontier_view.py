"""The frontier of a run as a widget: the answer that is there, or a button that asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ipywidgets as widgets

from models import Case
from models.labels import Labels

from ..analysis.frontier import frontier
from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.sessions.solver_session import SolverSession
from ..assurance.result import Result
from ..charts import frontier_chart
from ..report.readable import Readable
from ..results.html import escaped
from .drawn_chart import drawn_chart
from .told_faults import fault_page

SECONDS = 60.0
"""Most time that the button's question takes."""


class FrontierView:
    """Sentences and chart of `frontier` about a run: of the newest of `answers`, else of one asked by the button.

    `view` is the widget, `answer` what it shows. What the button asks ends after `seconds`, with what is known then.
    """

    def __init__(self, case: Case, result: Result, answers: Sequence[Answer] = (), *, seconds: float = SECONDS) -> None:
        self._case, self._result, self._seconds = case, result, seconds
        self.answer: Answer | None = next((one for one in reversed(answers) if one.name == "frontier"), None)
        self._said, self._chart = widgets.HTML(), widgets.VBox()
        text = f"Work it out, {seconds:g} s at most"
        self.button = widgets.Button(description=text, layout=widgets.Layout(width="auto", align_self="flex-start"))
        self.button.on_click(self._asked)
        self.view = widgets.VBox([self.button, self._said, self._chart])
        self._draw()

    def _repr_mimebundle_(self, **wanted: Any) -> Any:
        return self.view._repr_mimebundle_(**wanted)

    def _asked(self, _: object) -> None:
        self.button.disabled, self._said.value = True, "<i>Working it out ...</i>"
        try:
            session = SolverSession(self._case, time_limit=self._seconds)
            session.run = self._result
            self.answer = frontier(session)
            self._draw()
        except Exception as error:
            self._said.value = fault_page(error)
            raise
        finally:
            self.button.disabled = False

    def _draw(self) -> None:
        """Show the answer, where there is one."""
        if self.answer is None:
            self._said.value = "<p>Nobody has asked yet how much of one goal another costs.</p>"
            return
        self.button.layout.display = "none"
        shown = Readable(Labels.of(self._case)).answer(self.answer)
        self._said.value = "".join(f"<p>{escaped(sentence)}</p>" for sentence in shown.sentences)
        self._chart.children = [drawn_chart(frontier_chart(shown))]
