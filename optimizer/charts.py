"""Charts of a plan: tables in, Altair charts out. Nothing is computed here that the tables do not hold.

Tiers are told apart by colours that people with any colour vision tell apart (Okabe & Ito 2008), models and
regions by shapes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from models.pricing import KINDS, Quote

from .summary import price_in_words

PALETTE = ("#E69F00", "#56B4E9", "#009E73", "#D55E00", "#0072B2", "#CC79A7", "#000000")
"""Okabe & Ito's colours but for yellow, which is lost on white. More tiers than colours start again."""

_AXES = {
    Quote.SHARE_OF_VALUE: "Price, % of unit value a year",
    Quote.PER_INCIDENT: "Price, {currency} per incident",
    Quote.PER_HOUR: "Price, {currency} per hour of use",
    Quote.MARK_UP: "Price, % on top of standard cost",
}
_IN_PERCENT = (_AXES[Quote.SHARE_OF_VALUE], _AXES[Quote.MARK_UP])


def menu_chart(menus: pd.DataFrame, kinds: Mapping[str, str], tiers: Sequence[str], currency: str) -> alt.HConcatChart:
    """Menus with their prices by price book: one panel for each way of quoting a price.

    `menus` has the columns of menus.csv, `kinds` the kind of every pricing model in it, `tiers` the tiers from the
    lowest rank to the highest. A model without a known kind raises `KeyError`.
    """
    shown = _quoted(menus, kinds, currency)
    axes = sorted(shown["axis"].unique()) or [_AXES[Quote.SHARE_OF_VALUE]]
    panels = [_price_panel(shown, axis, tiers, labelled=axis == axes[0]) for axis in axes]
    return alt.hconcat(*panels).properties(title="Menus: what each price book is offered, and at what price")


def _quoted(menus: pd.DataFrame, kinds: Mapping[str, str], currency: str) -> pd.DataFrame:
    """Menus with the axis each price belongs on, its place there and the price in words."""
    kind = [kinds[model] for model in menus["model"]]
    axis = [_AXES[KINDS[k].quote].format(currency=currency) for k in kind]
    quoted = menus.assign(kind=kind, axis=axis)
    quoted["place"] = [
        price * 100 if where in _IN_PERCENT else price for price, where in zip(menus["price"], axis, strict=True)
    ]
    quoted["words"] = [price_in_words(k, price, currency) for k, price in zip(kind, menus["price"], strict=True)]
    return quoted


def _price_panel(shown: pd.DataFrame, axis: str, tiers: Sequence[str], labelled: bool) -> alt.LayerChart:
    """Prices quoted on one axis; every panel keeps the rows and shapes of all panels, one names the rows."""
    rows = shown[shown["axis"] == axis]
    names = alt.Axis(grid=True) if labelled else alt.Axis(grid=True, labels=False, title=None)
    points = alt.Chart(rows, width=340 if labelled else 240).encode(
        x=alt.X("place:Q", title=axis, scale=_room_for_words(rows["place"]), axis=alt.Axis(tickCount=5)),
        y=alt.Y("price_book:N", title="Price book", axis=names, scale=_every(shown["price_book"])),
        yOffset=alt.YOffset("tier:N", scale=alt.Scale(domain=list(tiers))),
    )
    marks = points.mark_point(filled=True, size=90).encode(
        color=tier_colour(tiers),
        shape=alt.Shape("model:N", title="Pricing model", scale=_every(shown["model"])),
        tooltip=[
            alt.Tooltip(f"{column}:N", title=title)
            for column, title in {
                "price_book": "Price book",
                "tier": "Tier",
                "model": "Pricing model",
                "kind": "Kind",
                "words": "Price",
            }.items()
        ],
    )
    panel: alt.LayerChart = marks + points.mark_text(align="left", dx=9).encode(text="words:N")
    return panel


def _every(names: pd.Series) -> alt.Scale:
    return alt.Scale(domain=sorted(names.unique()))


def _room_for_words(places: pd.Series) -> alt.Scale:
    """A scale from 0 that leaves room for the words right of the dearest price."""
    return alt.Scale(domain=[float(min(places.min(), 0)), float(places.max() * 1.8)]) if len(places) else alt.Scale()


def experience_chart(
    experience: pd.DataFrame, allocation: pd.DataFrame, tiers: Sequence[str], currency: str
) -> alt.LayerChart:
    """Experience against cost to serve: mean CSAT and delivery cost per case, by tier and region.

    `experience` and `allocation` have the columns of experience.csv and allocation.csv, `tiers` is by rising rank.
    Short lines mark the CSAT floors. Costs are case costs, before volume discounts and commitments.
    """
    scale = alt.Scale(zero=False, padding=15)
    points = alt.Chart(experience_by_region(experience, allocation)).encode(
        x=alt.X("cost_per_case:Q", title=f"Delivery cost, {currency} per case", scale=scale),
        color=tier_colour(tiers),
        tooltip=[
            alt.Tooltip("tier:N", title="Tier"),
            alt.Tooltip("region:N", title="Region"),
            alt.Tooltip("csat:Q", title="Mean CSAT, points", format=".1f"),
            alt.Tooltip("floor:Q", title="CSAT floor, points", format=".1f"),
            alt.Tooltip("cost_per_case:Q", title=f"Delivery cost, {currency} per case", format=",.0f"),
            alt.Tooltip("cases:Q", title="Cases a year", format=",.0f"),
        ],
    )
    marks = points.mark_point(filled=True, size=110).encode(
        y=alt.Y("csat:Q", title="Mean CSAT, points of 100", scale=scale),
        shape=alt.Shape("region:N", title="Region"),
    )
    floors = points.mark_tick(orient="horizontal", thickness=2, size=22).encode(y=alt.Y("floor:Q", scale=scale))
    both: alt.LayerChart = marks + floors
    return both.properties(title="Experience against cost to serve", width=480, height=320)


def experience_by_region(experience: pd.DataFrame, allocation: pd.DataFrame) -> pd.DataFrame:
    """Columns tier, region, csat, floor (points), cases a year, cost_per_case (money); one row per tier and region."""
    served = allocation.groupby(["tier", "region"], as_index=False)[["cases", "cost"]].sum()
    served["cost_per_case"] = served["cost"] / served["cases"]
    csat = experience.loc[experience["metric"] == "csat", ["tier", "region", "value", "limit"]]
    csat = csat.rename(columns={"value": "csat", "limit": "floor"})
    return csat.merge(served.drop(columns="cost"), on=["tier", "region"], how="inner", validate="one_to_one")


def tier_colour(tiers: Sequence[str]) -> alt.Color:
    """The same colour for a tier in every chart, in the order of the tiers' ranks."""
    colours = [PALETTE[place % len(PALETTE)] for place in range(len(tiers))]
    return alt.Color("tier:N", title="Tier", scale=alt.Scale(domain=list(tiers), range=colours))
