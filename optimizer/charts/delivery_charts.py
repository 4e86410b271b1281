"""Charts of delivery: who does the work where, and what customers experience for it."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ..analysis.machinery.answers.answer import Answer
from ..analysis.machinery.service.verdicts import OVER, SWEET, UNDER
from ..assurance.result import Result
from .size import MOST_MARKS, MOST_SERIES, is_rest, largest, merged
from .theme import GAIN, LOSS, MARK, TOTAL, Chart, coloured, money_axis, nothing, tier_colour, titled, tooltips

_CAPACITY_SHOWN = 2.5
"""Capacities above this many times the hours of the busiest provider are told in words only."""


def provider_chart(result: Result, capacity: pd.Series | None = None) -> Chart:
    """Hours and case cost a year of each provider by region; a click on a region singles it out in both panels.

    `capacity` holds hours a year by provider, as in `case.tables["providers"].set_index("provider")
    ["capacity_hours"]`: it is marked, and how much of it is used is told. Costs are before volume discounts and
    commitments. The 40 providers with most hours are drawn, regions beyond the largest together. Raises `NoPlanError`
    without a plan.
    """
    title = "Who does the work, where, and what it costs"
    done = merged(provider_work(result.allocation), "region", "hours", "regions")
    rows, note = largest(done, "provider", "hours", "providers")
    if rows.empty:
        return nothing(title, "No work is delivered.")
    order = list(rows.groupby("provider")["hours"].sum().sort_values(ascending=False, kind="stable").index)
    chosen = alt.selection_point(fields=["region"], bind="legend", name="region")
    hours = _stacked(rows, order, "hours", alt.Axis(title="Hours a year", format=".3~s", tickCount=5), result, chosen)
    cost_axis = money_axis(f"Case cost, {result.currency} a year")
    cost = _stacked(rows, order, "cost", cost_axis, result, chosen, named=False)
    if capacity is not None:
        hours = hours + _capacity(rows, order, capacity)
    return titled(alt.hconcat(hours.add_params(chosen), cost, spacing=14), title, note)


def provider_work(allocation: pd.DataFrame) -> pd.DataFrame:
    """Cases, hours and case cost (money) a year by provider and region; `allocation` is that of a plan."""
    return allocation.groupby(["provider", "region"], as_index=False)[["cases", "hours", "cost"]].sum()


def _stacked(
    rows: pd.DataFrame,
    order: Sequence[str],
    amount: str,
    axis: alt.Axis,
    result: Result,
    chosen: alt.Parameter,
    named: bool = True,
) -> Chart:
    rows_axis = alt.Axis(grid=False) if named else alt.Axis(grid=False, labels=False, ticks=False)
    names = list(rows["region"].unique())
    named_first = sorted(names, key=lambda name: (is_rest(name, "regions"), name))
    colour = coloured("region", "Region (click to single out)", named_first)
    bars = alt.Chart(rows, width=300 if named else 240, height=alt.Step(28)).mark_bar(stroke="white")
    return alt.layer(
        bars.encode(
            x=alt.X(f"{amount}:Q", axis=axis),
            y=alt.Y("provider:N", title=None, scale=alt.Scale(domain=list(order)), axis=rows_axis),
            color=colour,
            opacity=alt.condition(chosen, alt.value(1.0), alt.value(0.2)),
            tooltip=tooltips(
                ("provider", "Provider"),
                ("region", "Region"),
                ("hours", "Hours a year", ",.0f"),
                ("cases", "Cases a year", ",.0f"),
                ("cost", f"Case cost, {result.currency} a year", ",.0f"),
            ),
        )
    )


def _capacity(rows: pd.DataFrame, order: Sequence[str], capacity: pd.Series) -> Chart:
    """An upright tick at each capacity that fits on the axis, and the share of it that is used in words."""
    hours = rows.groupby("provider")["hours"].sum().reindex(list(order))
    limit = capacity.astype(float).reindex(list(order))
    fits = limit <= _CAPACITY_SHOWN * hours.max()
    used = [f"{share * 100:.0f} % used" if pd.notna(share) else "" for share in hours / limit.where(limit > 0)]
    end = hours.where(~fits, pd.concat([hours, limit], axis=1).max(axis=1))
    marks = pd.DataFrame({"provider": order, "limit": limit.where(fits).to_list(), "used": used, "end": end.to_list()})
    base = alt.Chart(marks).encode(y=alt.Y("provider:N", scale=alt.Scale(domain=list(order))))
    room = alt.Scale(domain=[0, float(end.max()) * 1.3], nice=False)
    tips = tooltips(("provider", "Provider"), ("limit", "Capacity, hours a year", ",.0f"), ("used", "Capacity"))
    ticks = base.transform_filter("isValid(datum.limit)").mark_tick(thickness=3, size=24, color="black")
    words = base.mark_text(align="left", dx=7, fontSize=11)
    return alt.layer(
        ticks.encode(x=alt.X("limit:Q", scale=room), tooltip=tips),
        words.encode(x=alt.X("end:Q", scale=room), text="used:N"),
    )


_VERDICTS = {UNDER: (LOSS, "triangle-down"), SWEET: (GAIN, "circle"), OVER: ("#E69F00", "triangle-up")}
_SWEET_TITLE = "Sweet spots: experience against cost to serve"


def sweet_spot_map(levels: Answer, result: Result) -> Chart:
    """Mean CSAT against cost per case of each segment in each tier and region; a panel for each tier.

    `levels` is the answer of `levels`, `result` the plan it is about. Lines mark the tier's CSAT floor and
    target and its mean benchmark cost per case; a bubble's area is service revenue (a segment's revenue from a tier
    shared out to regions by cases), its colour and shape the verdict.
    """
    if not levels.tables or levels.tables["segments"].empty:
        return nothing(_SWEET_TITLE, "Nobody is under contract, so that nothing is delivered.")
    segments, told = largest(levels.tables["segments"], "tier", "cases", "tiers", MOST_SERIES + 1)
    rows = sweet_spots(segments, result.uptake)
    note = _part_of(rows, segments, "segments' tiers in a region", "their cases" if told else "cases")
    tiers = [tier for tier in result.tiers if (rows["tier"] == tier).any()] or sorted(rows["tier"].unique())
    base = alt.Chart(rows, width=250, height=230)
    bubbles = _bubbles(base, levels.currency)
    cost, points = alt.Scale(zero=False, padding=18), alt.Scale(zero=False, padding=14)
    floor = base.mark_rule(color=TOTAL, strokeDash=[2, 2]).encode(
        y=alt.Y("csat_floor:Q", scale=points, aggregate="max")
    )
    target = base.mark_rule(color=TOTAL).encode(y=alt.Y("csat_target:Q", scale=points, aggregate="max"))
    benchmark = base.mark_rule(color=MARK, strokeDash=[6, 3])
    benchmark = benchmark.encode(x=alt.X("benchmark:Q", scale=cost, aggregate="max"))
    facet = alt.Facet("tier:N", title=None, sort=tiers, header=alt.Header(labelAnchor="start"))
    panels = alt.layer(floor, target, benchmark, bubbles).facet(facet=facet, columns=2)
    panels = panels.resolve_scale(y="independent")
    legend = "Dotted line: CSAT floor. Solid line: CSAT target. Dashed upright line: benchmark cost."
    return titled(panels, _SWEET_TITLE, legend, told, note)


def _part_of(shown: pd.DataFrame, every: pd.DataFrame, what: str, cases: str) -> str:
    """What part of all rows and of `cases`, those of all rows, is shown; blank where that is all."""
    if len(shown) == len(every):
        return ""
    part = shown["cases"].sum() / (every["cases"].sum() or 1.0)
    return f"The {len(shown):,} of {len(every):,} {what} with most cases, {part * 100:.0f} % of {cases}."


def _bubbles(base: alt.Chart, currency: str) -> Chart:
    chosen = alt.selection_point(fields=["verdict"], bind="legend", name="verdict")
    names, marks = list(_VERDICTS), list(_VERDICTS.values())
    colours, shapes = (alt.Scale(domain=names, range=[mark[place] for mark in marks]) for place in (0, 1))
    bubbles: Chart = (
        base.mark_point(filled=True, stroke="white", strokeWidth=0.5)
        .encode(
            x=alt.X(
                "cost_per_case:Q",
                axis=money_axis(f"Cost, {currency} per case"),
                scale=alt.Scale(zero=False, padding=18),
            ),
            y=alt.Y("csat:Q", title="Mean CSAT, points of 100", scale=alt.Scale(zero=False, padding=14)),
            size=alt.Size(
                "revenue:Q",
                title=f"Service revenue, {currency} a year",
                scale=alt.Scale(range=[20, 500]),
                legend=alt.Legend(format=".2~s", tickCount=3),
            ),
            color=alt.Color("verdict:N", title="Verdict (click to single out)", scale=colours),
            shape=alt.Shape("verdict:N", title="Verdict (click to single out)", scale=shapes),
            opacity=alt.condition(chosen, alt.value(0.65), alt.value(0.06)),
            tooltip=_spot_tips(currency),
        )
        .add_params(chosen)
    )
    return bubbles


def _spot_tips(currency: str) -> list[alt.Tooltip]:
    return tooltips(
        ("segment", "Segment"),
        ("tier", "Tier"),
        ("region", "Region"),
        ("verdict", "Verdict"),
        ("csat", "Mean CSAT, points", ".1f"),
        ("csat_target", "CSAT target, points", ".1f"),
        ("cost_per_case", f"Cost, {currency} per case", ",.0f"),
        ("benchmark_per_case", f"Benchmark, {currency} per case", ",.0f"),
        ("cases", "Cases a year", ",.0f"),
        ("revenue", f"Service revenue, {currency} a year", ",.0f"),
        ("reason", "Why"),
    )


def sweet_spots(segments: pd.DataFrame, uptake: pd.DataFrame) -> pd.DataFrame:
    """Places with service `revenue` (money a year, by cases over regions) and the tier's mean `benchmark` per case.

    `segments` is the table of that name of `levels`, `uptake` that of its plan. At most 1,000 places, those
    with most cases.
    """
    earned = uptake.groupby(["segment", "tier"], as_index=False)["service_revenue"].sum()
    rows = segments.merge(earned, on=["segment", "tier"], how="left")
    part = rows["cases"] / rows.groupby(["segment", "tier"])["cases"].transform("sum")
    known = rows.dropna(subset="benchmark_per_case")
    weighted = (known["benchmark_per_case"] * known["cases"]).groupby(known["tier"]).sum()
    mean = weighted / known.groupby("tier")["cases"].sum()
    rows = rows.assign(revenue=rows["service_revenue"] * part, benchmark=rows["tier"].map(mean))
    return rows.nlargest(MOST_MARKS, "cases").sort_values("cases", ascending=False, kind="stable")


def experience_chart(experience: pd.DataFrame, allocation: pd.DataFrame, tiers: Sequence[str], currency: str) -> Chart:
    """Experience against cost to serve from a plan alone: mean CSAT and delivery cost per case, by tier and region.

    `experience` and `allocation` have the columns of experience.csv and allocation.csv, `tiers` is by rising rank.
    Short lines mark the CSAT floors. Costs are case costs, before volume discounts and commitments. The 1,000 places
    with most cases are drawn, of the tiers with most cases; where regions are many, shapes no longer tell them apart.
    """
    scale = alt.Scale(zero=False, padding=15)
    every = experience_by_region(experience, allocation)
    rows, told = largest(every, "tier", "cases", "tiers", MOST_SERIES)
    shown = rows.nlargest(MOST_MARKS, "cases") if len(rows) > MOST_MARKS else rows
    few, drawn = shown["region"].nunique() <= 2 * MOST_SERIES, set(shown["tier"])
    tiers = [tier for tier in tiers if tier in drawn] if told else tiers
    points = alt.Chart(shown).encode(
        x=alt.X("cost_per_case:Q", axis=money_axis(f"Delivery cost, {currency} per case"), scale=scale),
        color=tier_colour(tiers, [tier for tier in tiers if tier in drawn] or tiers),
        tooltip=tooltips(
            ("tier", "Tier"),
            ("region", "Region"),
            ("csat", "Mean CSAT, points", ".1f"),
            ("floor", "CSAT floor, points", ".1f"),
            ("cost_per_case", f"Delivery cost, {currency} per case", ",.0f"),
            ("cases", "Cases a year", ",.0f"),
        ),
    )
    marks = points.mark_point(filled=True, size=110).encode(
        y=alt.Y("csat:Q", title="Mean CSAT, points of 100", scale=scale),
        **({"shape": alt.Shape("region:N", title="Region")} if few else {}),
    )
    floors = points.mark_tick(orient="horizontal", thickness=2, size=22).encode(y=alt.Y("floor:Q", scale=scale))
    both: alt.LayerChart = (marks + floors).properties(width=480, height=320)
    note = _part_of(shown, rows, "tiers in a region", "their cases" if told else "cases")
    return titled(both, "Experience against cost to serve", "Short lines: CSAT floors.", told, note)


def experience_by_region(experience: pd.DataFrame, allocation: pd.DataFrame) -> pd.DataFrame:
    """Columns tier, region, csat, floor (points), cases a year, cost_per_case (money); one row per tier and region."""
    served = allocation.groupby(["tier", "region"], as_index=False)[["cases", "cost"]].sum()
    served["cost_per_case"] = served["cost"] / served["cases"]
    csat = experience.loc[experience["metric"] == "csat", ["tier", "region", "value", "limit"]]
    csat = csat.rename(columns={"value": "csat", "limit": "floor"})
    return csat.merge(served.drop(columns="cost"), on=["tier", "region"], how="inner", validate="one_to_one")
