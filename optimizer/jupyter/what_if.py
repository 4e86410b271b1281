"""Live what-if for JupyterLab: sliders that put a scenario's limits elsewhere, solve again and draw anew.

Needs the extra `lab`: ipywidgets, and anywidget, with which Altair draws without a network.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import unescape
from time import monotonic
from typing import Any

import altair as alt
import ipywidgets as widgets

from models import Case, Change, Scenario, named_scenario

from ..analysis.machinery.sessions.solver_session import SolverSession
from ..assurance.result import Result
from ..charts import menu_heat_map, profit_waterfall
from ..results.html import escaped, result_page
from ..results.record import Status
from ..search.assortment.compilation import compile_search

OFF = -1.0
"""Stands for a rule that is off: a slider cannot stand at None."""
MARGINS = tuple(share / 100 for share in range(61))
PRICE_CHANGES = tuple(share / 100 for share in range(0, 51, 5))


class WhatIf:
    """Sliders for the service-margin floor, the CSAT floors of all tiers and the largest price change.

    Moving one solves the scenario with the new limits, to `gap` or for about `seconds`, starting from the nearest
    plan found so far; `result`, where the scenario is solved already, is the first of them. What is shown says how
    near to the best it is proved to be. `result` is the latest result and `scenario` what it answers. `view` is the
    widget; a notebook shows it by itself. `sliders` are those of the scenario's keys, and `csat_points`.
    """

    def __init__(
        self,
        case: Case,
        scenario: str | Scenario = "base",
        *,
        result: Result | None = None,
        seconds: float = 3.0,
        gap: float = 5e-3,
    ) -> None:
        compile_search()  # once after an installation, and not in the time of a slider
        self._start = named_scenario(case, scenario)
        self._session = SolverSession(case, gap=gap, time_limit=seconds)
        if result is not None:
            self._session.take(self._start, result)
        self.sliders = _sliders(case, self._start)
        self._said = widgets.HTML()
        self._table = widgets.HTML()
        self._charts = widgets.VBox()
        for slider in self.sliders.values():
            slider.observe(self._moved, names="value")
        controls = widgets.VBox([*self.sliders.values(), self._said])
        self.view = widgets.VBox([controls, self._charts, self._table])
        self.result = self._solve()

    @property
    def scenario(self) -> Scenario:
        """The scenario with the limits that the sliders stand at."""
        chosen = {name: None if slider.value == OFF else slider.value for name, slider in self.sliders.items()}
        points = chosen.pop("csat_points")
        moved = [Change(table="tiers", column="csat_floor", add=float(points))] if points else []
        return self._start.model_copy(update={**chosen, "change": (*self._start.change, *moved)})

    @property
    def verdict(self) -> str:
        """What the line under the sliders says."""
        return unescape(self._said.value)

    def _repr_mimebundle_(self, **wanted: Any) -> Any:
        return self.view._repr_mimebundle_(**wanted)

    def _moved(self, change: object) -> None:
        self._said.value = "<i>Solving ...</i>"
        self.result = self._solve()

    def _solve(self) -> Result:
        began = monotonic()
        result = self._session.solve(self.scenario)
        verdict = _verdict(result, monotonic() - began)
        self._table.value = result_page(result)
        self._charts.children = [] if result.plan is None else [_drawn(draw, result) for draw in _CHARTS]
        self._said.value = escaped(verdict)
        return result


_CHARTS = (profit_waterfall, menu_heat_map)


def _drawn(draw: Any, result: Result) -> widgets.Widget:
    alt.JupyterChart.enable_offline()
    return alt.JupyterChart(draw(result))


def _verdict(result: Result, seconds: float) -> str:
    """How the search ended, in one sentence."""
    took = f"{seconds:.1f} s"
    if result.status is Status.INFEASIBLE:
        return f"No plan obeys these limits: proved in {took}, with all other rules held. Move a slider back."
    if result.plan is None:
        return f"No plan was found in {took}. There may be one: move less, or begin with WhatIf(..., seconds=30)."
    ended = f"Solved in {took}" if result.status is Status.OPTIMAL else f"Stopped after {took}"
    return f"{ended}; no plan earns more than {100 * (result.gap or 0.0):.2g} % above this one."


def _sliders(case: Case, scenario: Scenario) -> Mapping[str, widgets.SelectionSlider]:
    """A slider for each limit that the case has, at the scenario's own value."""
    found = {
        "min_service_margin": _slider("Service margin at least", MARGINS, scenario.min_service_margin),
        "csat_points": _points("CSAT floors moved by", *_room(case)),
    }
    if len(case.tables["current_menus"]):
        label = "Prices change by at most"
        found["max_price_change"] = _slider(label, PRICE_CHANGES, scenario.max_price_change)
    return found


def _slider(label: str, shares: Sequence[float], value: float | None) -> widgets.SelectionSlider:
    """`off`, then shares in per cent with the one that the scenario has among them."""
    known = sorted({*shares, *([] if value is None else [value])})
    options = [("off", OFF), *((f"{share * 100:g} %", share) for share in known)]
    return _made(label, options, OFF if value is None else value)


def _points(label: str, lowest: int, highest: int) -> widgets.SelectionSlider:
    return _made(
        label, [(f"{points:+d} points" if points else "0", points) for points in range(lowest, highest + 1)], 0
    )


def _room(case: Case) -> tuple[int, int]:
    """CSAT points by which the floors of all tiers can fall and rise: to 0, and to their targets."""
    tiers = case.tables["tiers"]
    lowest = max(-10, -int(tiers["csat_floor"].min()))
    return lowest, min(10, int((tiers["csat_target"] - tiers["csat_floor"]).min()))


def _made(label: str, options: Sequence[tuple[str, float]], value: float) -> widgets.SelectionSlider:
    style = {"description_width": "14em"}
    make = partial(widgets.SelectionSlider, continuous_update=False, style=style)
    return make(description=label, options=list(options), value=value, layout=widgets.Layout(width="38em"))
