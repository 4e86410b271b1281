"""Charts of choices: the frontier between goals with its knee, and what a price does to demand and margin."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.trade_offs.goals import Goal
from ..results.favour import is_favourable
from .menu_charts import price_axis
from .size import MOST_ROWS, thinned
from .theme import GAIN, LOSS, MARK, QUIET, TOTAL, WIDTH, Chart, money_axis, named, nothing, titled, tooltips

_CHANGES = ("account_revenue", "product_revenue", "service_revenue", "service_cost", "service_margin", "account_margin")


def frontier_chart(answer: Answer) -> Chart:
    """Points that no plan beats, with the knee; a click on a point shows what it changes against the first.

    `answer` is that of `frontier`. The first goal is upright, the second lies; a third is told by colour. The grey
    line above a point reaches to what no plan can exceed there.
    """
    title = "Frontier: how much of one goal another costs"
    if not answer.tables or answer.tables["points"].empty:
        return nothing(title, "There is no plan to trade off.")
    names = [str(name) for name in answer.facts["goals"]]  # type: ignore[attr-defined]  # a list, as `frontier` says
    every = answer.tables["points"]
    found, note = thinned(every, MOST_POINTS, every["knee"])
    rows, axes = frontier_rows(found, names, answer.currency)
    knee = int(rows.loc[rows["knee"], "point"].iloc[0])
    chosen = alt.selection_point(fields=["point"], name="point", empty=False, value=[{"point": knee}])
    points = _frontier_points(rows, names, axes, chosen)
    detail = _changes(answer, chosen, set(found["point"]))
    legend = "Diamond: the knee. Ring: the point shown on the right. No plan under the rules lies above a grey line."
    return titled(alt.hconcat(points, detail, spacing=28), title, legend, note)


def frontier_rows(points: pd.DataFrame, goals: list[str], currency: str) -> tuple[pd.DataFrame, dict[str, alt.Axis]]:
    """Points with shares in per cent, and the axis of each goal."""
    axes, scaled = {}, {}
    for place, name in enumerate(goals):
        unit = Goal(name).unit(currency)
        share = unit == "share"
        title = f"{named(name)}, {'%' if share else unit if 'point' in unit else f'{currency} a year'}"
        axes[name] = alt.Axis(title=title, tickCount=6) if share or "point" in unit else money_axis(title)
        scaled.update({name: points[name] * 100} if share else {})
        if share and place == 0:
            scaled["at_most"] = points["at_most"] * 100
    return points.assign(**scaled), axes


def _frontier_points(rows: pd.DataFrame, goals: list[str], axes: dict[str, alt.Axis], chosen: alt.Parameter) -> Chart:
    first, second, *third = goals
    scale = alt.Scale(zero=False, padding=20)
    base = alt.Chart(rows, width=330, height=300).encode(
        x=alt.X(f"{second}:Q", axis=axes[second], scale=scale),
        tooltip=tooltips(
            ("point", "Point", ".0f"),
            *((name, str(axes[name].to_dict()["title"]), ",.5~r") for name in goals),
            ("gap", "Proved gap", ".2~%"),
            ("moves", "Differs from the first point by"),
        ),
    )
    y = alt.Y(f"{first}:Q", axis=axes[first], scale=scale)
    shade = alt.Color(f"{third[0]}:Q", title=axes[third[0]].to_dict()["title"]) if third else alt.value(TOTAL)
    line = base.mark_line(color=QUIET).encode(y=y, order="point:O")
    ceiling = base.mark_rule(color=QUIET, strokeWidth=4).encode(y=y, y2="at_most:Q")
    shape = alt.Shape("knee:N", legend=None, scale=alt.Scale(domain=[False, True], range=["circle", "diamond"]))
    size = alt.condition("datum.knee", alt.value(240), alt.value(90))
    dots = base.mark_point(opacity=1).encode(y=y, color=shade, shape=shape, size=size).add_params(chosen)
    ring = base.transform_filter(chosen).mark_point(filled=False, size=520, strokeWidth=2, color=MARK).encode(y=y)
    number = base.mark_text(dx=11, dy=-11, align="left", color=TOTAL).encode(y=y, text="point:N")
    numbers = [number] if len(rows) <= MOST_ROWS else []  # of more they would cover each other
    drawn: Chart = alt.layer(*([] if third else [line]), ceiling, dots, ring, *numbers)
    return drawn


def _changes(answer: Answer, chosen: alt.Parameter, points: set[int]) -> Chart:
    """What the chosen point changes against the first."""
    kpis = answer.tables["kpis"]
    kpis = kpis[kpis["kpi"].isin(_CHANGES)]
    start = kpis[kpis["point"] == 1].set_index("kpi")["value"]
    change = kpis["value"] - kpis["kpi"].map(start)
    better = [is_favourable(str(kpi), by) is True for kpi, by in zip(kpis["kpi"], change, strict=True)]
    rows = kpis.assign(change=change, better=better, name=[named(str(kpi)) for kpi in kpis["kpi"]])
    rows = rows[rows["point"].isin(points)]
    axis = money_axis(f"Change against point 1, {answer.currency} a year")
    bars: Chart = (
        alt.Chart(rows, width=210, height=alt.Step(34))
        .transform_filter(chosen)
        .mark_bar(height={"band": 0.6})
        .encode(
            x=alt.X("change:Q", axis=axis),
            y=alt.Y("name:N", title=None, sort=[named(kpi) for kpi in _CHANGES], axis=alt.Axis(grid=False)),
            color=alt.condition("datum.better", alt.value(GAIN), alt.value(LOSS)),
            tooltip=tooltips(("point", "Point", ".0f"), ("name", "Amount"), ("change", "Change", "+,.0f")),
        )
    )
    return bars


MOST_POINTS = 300
"""Points of a frontier that are drawn."""
MOST_PRICES = 300
"""Prices that a curve is drawn through."""
_RESPONSE = {
    "units": "Units that take it",
    "service_revenue": "Service revenue of the price book, {currency} a year",
    "service_margin": "Service margin of the price book before fixed costs, {currency} a year",
}


def price_response_chart(response: Answer) -> Chart:
    """Demand, revenue and margin against the price of one option; the plan's price is marked.

    `response` is the answer of `price`. Short ticks stand at the allowed prices.
    """
    if not response.tables or response.tables["response"].empty:
        return nothing("Price response", "There is no plan whose price could be moved.")
    every = response.tables["response"]
    facts, (table, note) = response.facts, thinned(every, MOST_PRICES, every["in_plan"])
    title, factor = price_axis(str(facts["kind"]), response.currency)
    rows = table.assign(place=table["price"] * factor).melt(
        ["price", "place", "in_plan", "price_point"], list(_RESPONSE), "measure", "amount"
    )
    rows["panel"] = [_RESPONSE[measure].format(currency=response.currency) for measure in rows["measure"]]
    order = [text.format(currency=response.currency) for text in _RESPONSE.values()]
    x = alt.X("place:Q", title=title, scale=alt.Scale(zero=False, nice=False, padding=8))
    y = alt.Y("amount:Q", axis=money_axis(""), scale=alt.Scale(zero=False))
    tips = tooltips(("place", title, ",.4~r"), ("panel", "Amount"), ("amount", "Value", ",.6~r"))
    base = alt.Chart(rows, width=WIDTH - 60, height=120).encode(x=x, tooltip=tips)
    chosen = base.transform_filter("datum.in_plan")
    drawn = alt.layer(
        chosen.mark_rule(color=MARK, strokeDash=[4, 3]),
        base.mark_line(color=TOTAL).encode(y=y),
        base.transform_filter("datum.price_point")
        .mark_tick(orient="vertical", color=TOTAL, size=12, thickness=1.5)
        .encode(y=y),
        chosen.mark_point(size=130, color=MARK, opacity=1, shape="diamond").encode(y=y),
    )
    facet = alt.Facet("panel:N", title=None, sort=order, header=alt.Header(labelAnchor="start"))
    panels = drawn.facet(facet=facet, columns=1).resolve_scale(y="independent")
    about = f"{facts['price_book']}, {facts['tier']}, {facts['model']}"
    return titled(panels, f"Price response: {about}", "Diamond: the plan's price. Ticks: allowed prices.", note)
