"""Live what-if for JupyterLab: sliders that move a scenario's limits and the case's numbers, solve again, draw anew.

Needs the extra `lab`: ipywidgets, and anywidget, with which Altair draws without a network.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from time import monotonic
from typing import Any

import ipywidgets as widgets

from models import Case, Scenario, apply_scenario, named_scenario
from models.conditions import Condition
from models.labels import Labels

from ..analysis.machinery.sessions.solver_session import SolverSession
from ..assurance.result import Result
from ..auditing import judge_plan
from ..charts import menu_heat_map, profit_waterfall
from ..report.readable import Readable
from ..results.closest_words import missed_by
from ..results.html import escaped, result_page
from ..results.record import Status
from ..results.summary import money, percent
from ..search.assortment.compilation import compile_search
from .controls import ScenarioEdit, controls
from .drawn_chart import drawn_chart
from .told_faults import fault_page

MOST_NAMED = 3
"""Most broken rules named of a plan that is shown although it breaks some."""


class WhatIf:
    """Sliders for limits (service margin, CSAT floors, price change) and for what analysts move: one price, one
    provider's rates and whether it is in or out, incident rates, and price sensitivity with today's uptake held.

    Moving one solves the scenario anew, to `gap` or for about `seconds`, starting from the nearest plan found so far;
    `result`, where the scenario is solved already, is the first of them. What is shown says how near to the best it is
    proved to be; where no plan is found in the time, the one before stays, with the rules that it breaks. `result` is
    the latest result, `scenario` and `conditions` what it answers. `view` is the widget; a notebook shows it by itself.
    `sliders` are those of the scenario's keys, `csat_points`, `price`, `rate`, `engaged`, `incident_rate` and
    `price_sensitivity`, as far as the case has them; `subjects` choose what `price`, `rate` and `engaged` are about.
    Without `in_notebook` nothing is said that helps only those who write Python.
    """

    def __init__(
        self,
        case: Case,
        scenario: str | Scenario = "base",
        *,
        result: Result | None = None,
        seconds: float = 3.0,
        gap: float = 1e-3,
        in_notebook: bool = True,
    ) -> None:
        compile_search()  # once after an installation, and not in the time of a slider
        self._start = named_scenario(case, scenario)
        self._session = SolverSession(case, gap=gap, time_limit=seconds)
        if result is not None:
            self._session.take(self._start, result)
        began = monotonic()
        self.result = self._session.solve(self._start)
        self._plan = self.result
        self._words, self._in_notebook = Readable(Labels.of(case)), in_notebook
        self._controls = controls(case, self._start, self.result.plan, self.result.currency)
        self._asked = ScenarioEdit()
        self.sliders = {name: control.slider for name, control in self._controls.items()}
        self.subjects = {name: one.subject for name, one in self._controls.items() if one.subject is not None}
        self._said, self._table, self._charts = widgets.HTML(), widgets.HTML(), widgets.VBox()
        for widget in self._widgets():
            widget.observe(self._moved, names="value")
        self.view = widgets.VBox([widgets.VBox([*self._widgets(), self._said]), self._charts, self._table])
        self._show(monotonic() - began)

    def _widgets(self) -> Iterator[widgets.Widget]:
        """Sliders in their order, each after what it is about."""
        shown: list[widgets.Widget] = []
        for control in self._controls.values():
            if control.subject is not None and control.subject not in shown:
                shown.append(control.subject)
            shown.append(control.slider)
        return iter(shown)

    @property
    def scenario(self) -> Scenario:
        """The scenario with the limits and changes that the sliders stand at."""
        asked = self._asked
        return self._start.model_copy(update={**asked.rules, "change": (*self._start.change, *asked.changes)})

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """What the sliders force besides: the price of an option."""
        return self._asked.conditions

    @property
    def verdict(self) -> str:
        """What the line under the sliders says."""
        return unescape(self._said.value)

    def _repr_mimebundle_(self, **wanted: Any) -> Any:
        return self.view._repr_mimebundle_(**wanted)

    def _moved(self, change: object) -> None:
        """Solve what the sliders ask now, if that is anything new."""
        asked = sum((control.asked for control in self._controls.values()), ScenarioEdit())
        if asked == self._asked:
            return
        self._asked, began = asked, monotonic()
        self._said.value = "<i>Solving ...</i>"
        try:
            self.result = self._session.solve(self.scenario, conditions=self.conditions)
            self._show(monotonic() - began)
        except Exception as error:  # which a browser would not see: the page would say for ever that it is solving
            self._said.value = fault_page(error)
            raise

    def _show(self, seconds: float) -> None:
        """Draw the result; without a plan the one before stays."""
        if self.result.plan is not None:
            self._plan = self.result
            self._charts.children = [drawn_chart(draw(self._words.result(self.result))) for draw in _CHARTS]
        self._table.value = result_page(self._words.result(self._plan), in_notebook=self._in_notebook)
        longer = ", or begin with WhatIf(..., seconds=30)" if self._in_notebook else ""
        told = _verdict(self.result, seconds, longer) + self._what_is_shown()
        self._said.value = escaped(told if self._in_notebook else self._words.text(told))

    def _what_is_shown(self) -> str:
        """Where no plan was found: that the one before is shown, and which rules it breaks here."""
        if self.result.plan is not None or self._plan.plan is None:
            return ""
        judged = judge_plan(*apply_scenario(self._session.case, self.scenario), self._plan.plan, self.conditions)
        if not judged.broken:
            return " Shown is the plan before."
        how = dict(zip(reversed(judged.missed["rule"]), reversed(missed_by(judged, self.result.currency)), strict=True))
        broken = judged.broken[:MOST_NAMED]
        told = "".join(f" {rule}: {how[rule]}." for rule in broken if rule in how)  # where it is missed first
        return f"{told} Shown is the plan before, which breaks {', '.join(broken)}."


_CHARTS = (profit_waterfall, menu_heat_map)


def _verdict(result: Result, seconds: float, longer: str) -> str:
    """How the search ended, and what is proved, in a sentence or two; `longer` says how it is given more time."""
    took, most = f"{seconds:.1f} s", money(result.bound, result.currency)
    if result.status is Status.INFEASIBLE:
        return f"No plan obeys these limits: proved in {took}, with all other rules held. Move a slider back."
    if result.plan is None:
        proved = "" if result.bound is None else f" None earns more than {most}."
        return f"No plan was found in {took}.{proved} There may be one: move less{longer}."
    ended = f"Solved in {took}" if result.status is Status.OPTIMAL else f"Stopped after {took}"
    earned = f"{money(result.objective, result.currency)} a year of {result.objective_name.replace('_', ' ')}"
    return f"{ended}: {earned}; no plan earns more than {most}, {percent(result.gap)} above this one."
