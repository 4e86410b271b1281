"""The chart of what a unit costs its owner, with its contract and without one."""

from __future__ import annotations

import altair as alt
import pandas as pd

from ..analysis.machinery.answers.answer import Answer
from .size import MOST_ROWS, largest
from .theme import GAIN, LOSS, QUIET, WIDTH, Chart, money_axis, nothing, titled, tooltips

_TITLE = "Cost of ownership: what a unit costs its owner a year"
_WITH, _WITHOUT = "with the contract", "without one"


def ownership_chart(levels: Answer) -> Chart:
    """Both costs of each segment's tier as two marks on a line: a circle with the contract, a square without.

    `levels` is the answer of `levels`. The segments with the most units under contract are drawn.
    """
    table = levels.tables.get("ownership", pd.DataFrame())
    if table.empty:
        return nothing(_TITLE, "Nobody is under contract.")
    rows, note = largest(table.assign(place=table["segment"] + ", " + table["tier"]), "place", "units", "places")
    rows = rows.head(MOST_ROWS).assign(saves=rows["saving"] >= 0)
    money = levels.currency
    y = alt.Y("place:N", title=None, sort=list(rows["place"]))
    told = tooltips(
        ("segment", "Segment"),
        ("tier", "Tier"),
        ("units", "Units under contract", ",.1f"),
        ("with_contract", f"With the contract, {money} a unit and year", ",.2f"),
        ("without_contract", f"Without one, {money} a unit and year", ",.2f"),
        ("saving", f"Saved, {money} a unit and year", ",.2f"),
    )
    base = alt.Chart(rows, width=WIDTH - 60, height=alt.Step(24)).encode(y=y, tooltip=told)
    axis, scale = money_axis(f"{money} a unit and year"), alt.Scale(zero=False, padding=12)
    saving = alt.condition("datum.saves", alt.value(GAIN), alt.value(LOSS))
    line = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("with_contract:Q", axis=axis, scale=scale), x2="without_contract:Q", color=saving
    )
    marks = base.transform_fold(["with_contract", "without_contract"], ["kind", "cost"]).transform_calculate(
        named=f"datum.kind == 'with_contract' ? '{_WITH}' : '{_WITHOUT}'"
    )
    kinds = [_WITH, _WITHOUT]
    points = marks.mark_point(size=90, opacity=1).encode(
        x=alt.X("cost:Q", axis=axis, scale=scale),
        shape=alt.Shape("named:N", title="Cost a year", scale=alt.Scale(domain=kinds, range=["circle", "square"])),
        color=alt.Color("named:N", title="Cost a year", scale=alt.Scale(domain=kinds, range=[GAIN, QUIET])),
    )
    legend = "A line in blue: the contract saves its owner money; in orange: it costs more than it saves."
    return titled(alt.layer(line, points), _TITLE, legend, note)
