"""Charts of partners and own teams: make or buy, measures against targets, scores by criterion."""

from __future__ import annotations

import altair as alt
import pandas as pd

from models.problems import listed

from ..analysis.machinery.answers.answer import Answer
from .size import MOST_MARKS, MOST_SERIES, first_named, largest, thinned
from .theme import GAIN, LOSS, MARK, TOTAL, WIDTH, Chart, coloured, money_axis, named, nothing, titled, tooltips

_MOST_SCORES = 140
"""Scores below each other that fit a page."""
_MAKE_TITLE = "Make or buy: the best plan for each share of work done by own teams"


def make_or_buy_chart(partners: Answer) -> Chart:
    """Objective and service margin of the best plan against the share of hours that own teams work.

    `partners` is the answer of `partners`. A ring marks the plan itself; shares that no plan has are named.
    """
    table = partners.tables.get("make_or_buy", pd.DataFrame())
    if table.empty or table["objective"].isna().all():
        return nothing(_MAKE_TITLE, "There is no own team to share the work with, or no plan was found.")
    impossible = [f"{share * 100:.0f} %" for share in table.loc[table["objective"].isna(), "in_house_share"]]
    found = table.dropna(subset="objective")
    rows, note = thinned(found, MOST_MARKS // 2, found["in_plan"])
    rows = rows.rename(columns={"objective": "Objective", "service_margin": "Service margin"})
    rows = rows.melt(["in_house_share", "in_plan", "partners"], ["Objective", "Service margin"], "measure", "amount")
    rows = rows.assign(share=rows["in_house_share"] * 100)
    x = alt.X("share:Q", title="Hours of own teams, % of team and partner hours", scale=alt.Scale(domain=[0, 100]))
    y = alt.Y("amount:Q", axis=money_axis(f"{partners.currency} a year"), scale=alt.Scale(zero=False, padding=12))
    base = alt.Chart(rows, width=WIDTH - 60, height=150).encode(
        x=x,
        y=y,
        tooltip=tooltips(
            ("share", "Hours of own teams, %", ".1f"),
            ("amount", f"{partners.currency} a year", ",.0f"),
            ("partners", "Partners engaged", ".0f"),
        ),
    )
    ring = base.transform_filter("datum.in_plan").mark_point(filled=False, size=320, strokeWidth=2.5, color=MARK)
    drawn = alt.layer(base.mark_line(color=TOTAL), base.mark_point(color=TOTAL, size=70, opacity=1), ring)
    facet = alt.Facet("measure:N", title=None, header=alt.Header(labelAnchor="start"))
    told = f" No plan was found at {listed(impossible)}." if impossible else ""
    panels = drawn.facet(facet=facet, columns=1).resolve_scale(y="independent")
    return titled(panels, _MAKE_TITLE, f"Ring: the plan itself.{told}", note)


def scorecard_chart(partners: Answer) -> Chart:
    """Every provider's measures against their targets, a panel for each measure.

    `partners` is the answer of `partners`. 100 % is the target; where the target is a most, less is better. Measures
    without a target, or with a target of 0, are left out. The first 40 providers are drawn.
    """
    title = "Scorecard: measures against their targets"
    rows = scorecard_rows(partners.tables.get("measures", pd.DataFrame(columns=_MEASURES)))
    if rows.empty:
        return nothing(title, "No provider has a measure with a target.")
    shown, note = first_named(list(rows["provider"].unique()), "providers")
    rows = rows[rows["provider"].isin(shown)]
    verdict = {
        "color": alt.Color("verdict:N", title="Target", scale=alt.Scale(domain=["met", "missed"], range=[GAIN, LOSS])),
        "shape": alt.Shape(
            "verdict:N", title="Target", scale=alt.Scale(domain=["met", "missed"], range=["circle", "diamond"])
        ),
    }
    base = alt.Chart(rows, width=170, height=alt.Step(22))
    scale = alt.Scale(zero=False, padding=10)
    dots = base.mark_point(size=110, opacity=1).encode(
        y=alt.Y("provider:N", title=None),
        x=alt.X("of_target:Q", title="% of target", scale=scale, axis=alt.Axis(tickCount=4)),
        tooltip=tooltips(
            ("provider", "Provider"),
            ("panel", "Measure"),
            ("value", "Value", ",.4~r"),
            ("target", "Target", ",.4~r"),
            ("unit", "Unit"),
            ("verdict", "Target"),
        ),
        **verdict,
    )
    line = base.mark_rule(color=TOTAL, strokeDash=[3, 2]).encode(x=alt.X("goal:Q", scale=scale, aggregate="max"))
    facet = alt.Facet("panel:N", title=None, sort=list(rows["panel"].unique()), header=alt.Header(labelAnchor="start"))
    panels = alt.layer(line, dots).facet(facet=facet, columns=3).resolve_scale(x="independent")
    return titled(panels, title, "Dashed line: the target.", note)


_MEASURES = ["provider", "measure", "value", "wanted", "target", "unit", "met"]


def scorecard_rows(measures: pd.DataFrame) -> pd.DataFrame:
    """Measures with a target other than 0, with their share of it in per cent (`of_target`) and the verdict."""
    rows = measures[measures["target"].fillna(0.0) != 0]
    return rows.assign(
        of_target=rows["value"] / rows["target"] * 100,
        goal=100.0,
        verdict=["met" if met else "missed" for met in rows["met"]],
        panel=[f"{named(name)} ({wanted})" for name, wanted in zip(rows["measure"], rows["wanted"], strict=True)],
    )


def criteria_chart(partners: Answer) -> Chart:
    """Scores of each partner by criterion, 0 to 10, with the least score each criterion allows.

    The first partners are drawn, as many as fit a page, with the criteria of most weight where there are many.
    """
    title = "Partners' scores by criterion"
    table = partners.tables.get("criteria", pd.DataFrame())
    if table.empty:
        return nothing(title, "The case has no criteria or no partner has scores.")
    rows, told = largest(table, "criterion", "weight", "criteria", MOST_SERIES)
    names = sorted(rows["criterion"].unique())
    shown, note = first_named(list(rows["provider"].unique()), "partners", _MOST_SCORES // len(names))
    rows = rows[rows["provider"].isin(shown)]
    base = alt.Chart(rows, width=WIDTH - 60, height=alt.Step(13)).encode(
        y=alt.Y("provider:N", title=None), yOffset=alt.YOffset("criterion:N", scale=alt.Scale(domain=names))
    )
    dots = base.mark_point(size=80, opacity=1).encode(
        x=alt.X("score:Q", title="Score, 0 to 10", scale=alt.Scale(domain=[0, 10])),
        color=coloured("criterion", "Criterion", names),
        shape=alt.Shape("criterion:N", title="Criterion", scale=alt.Scale(domain=names)),
        tooltip=tooltips(
            ("provider", "Partner"),
            ("criterion", "Criterion"),
            ("score", "Score", ".1f"),
            ("minimum", "Least score allowed", ".1f"),
            ("weight", "Weight", ".3~r"),
        ),
    )
    least = base.transform_filter("isValid(datum.minimum)").mark_tick(thickness=2, size=14, color=TOTAL)
    drawn = alt.layer(dots, least.encode(x="minimum:Q"))
    return titled(drawn, title, "Upright tick: the least score the criterion allows.", told, note)
