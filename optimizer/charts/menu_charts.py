"""Charts of what is offered: the heat map of menus, and prices on their own axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt
import numpy as np
import pandas as pd

from models.economics.pricing_kinds import KINDS, Quote

from ..assurance.result import Result
from ..results.summary import by_rank, price_in_words
from .size import MOST_ROWS, MOST_SERIES, first_named, is_rest, largest, merged
from .theme import WIDTH, Chart, nothing, tier_colour, titled, tooltips

QUOTES = {
    Quote.SHARE_OF_VALUE: "Price, % of unit value a year",
    Quote.PER_INCIDENT: "Price, {currency} per incident",
    Quote.PER_HOUR: "Price, {currency} per hour of use",
    Quote.MARK_UP: "Price, % on top of standard cost",
}
"""Title of the axis of each way to quote a price."""
_MOST_LINES = 90
"""Prices below each other that fit a page."""
_IN_PERCENT = (Quote.SHARE_OF_VALUE, Quote.MARK_UP)
_HEAT_TITLE = "Menus: what each price book is offered, and at what price"


def price_axis(kind: str, currency: str) -> tuple[str, float]:
    """Title of the axis for prices of a pricing-model kind, and the factor that puts them on it."""
    quote = KINDS[kind].quote
    return QUOTES[quote].format(currency=currency), 100.0 if quote in _IN_PERCENT else 1.0


def menu_heat_map(result: Result) -> Chart:
    """Price books by tier: each cell names the pricing model and its price.

    Colour tells how far the price lies from the mean of the same tier and pricing model over all price books, in per
    cent: it shows who pays more and who less. The first 40 price books of menus.csv are drawn; where tiers are many,
    those on most menus and the price books with them. Raises `NoPlanError` without a plan.
    """
    cells = heat_map_cells(result)
    if cells.empty:
        return nothing(_HEAT_TITLE, "No price book is offered anything.")
    shown, books, told = _shown_menus(cells)
    tiers = by_rank([str(name) for name in shown["tier"].unique()], result.tiers)
    base = alt.Chart(shown, width=alt.Step(150), height=alt.Step(44)).encode(
        x=alt.X("tier:N", title="Tier, by rising rank", scale=alt.Scale(domain=tiers), axis=_HEAD),
        y=alt.Y("price_book:N", title="Price book", scale=alt.Scale(domain=books), axis=_ROWS),
        tooltip=_MENU_TIPS,
    )
    far = float(max(1.0, shown["apart"].abs().max()))
    scale = alt.Scale(scheme="purpleorange", domain=[-far, far], domainMid=0, reverse=True)
    title = ["Price against the mean of", "its tier and model, %"]
    cell = base.mark_rect(stroke="white", strokeWidth=3).encode(color=alt.Color("apart:Q", title=title, scale=scale))
    ink = alt.condition(f"abs(datum.apart) > {0.6 * far}", alt.value("white"), alt.value("#222222"))
    model = base.mark_text(dy=-8).encode(text="model:N", color=ink)
    price = base.mark_text(dy=9, fontWeight="bold").encode(text="words:N", color=ink)
    return titled(cell + model + price, _HEAT_TITLE, told)


def _shown_menus(menus: pd.DataFrame, lines: int | None = None) -> tuple[pd.DataFrame, list[str], str]:
    """Options of the tiers on most menus for the first price books with any of them, those books, what is left out.

    `lines` is how many tiers of price books fit below each other, where they are drawn so.
    """
    rows, note = largest(menus.assign(menus=1), "tier", "menus", "tiers", MOST_SERIES)
    most = MOST_ROWS if lines is None else min(MOST_ROWS, lines // max(1, rows["tier"].nunique()))
    books, told = first_named(list(rows["price_book"].unique()), f"price books{' with them' if note else ''}", most)
    shown = rows[rows["price_book"].isin(books)].drop(columns="menus")
    return shown, books, " ".join(filter(None, [note, told]))


_HEAD = alt.Axis(orient="top", labelAngle=0, domain=False, ticks=False, labelFontWeight="bold", grid=False)
_ROWS = alt.Axis(domain=False, ticks=False, grid=False)
_MENU_TIPS = tooltips(
    ("price_book", "Price book"),
    ("tier", "Tier"),
    ("model", "Pricing model"),
    ("kind", "Kind"),
    ("words", "Price"),
    ("apart", "Against the mean of its tier and model, %", "+.1f"),
)


def heat_map_cells(result: Result) -> pd.DataFrame:
    """Menus with each price in words and `apart`, its distance in % from the mean of its tier and pricing model."""
    menus = result.menus
    mean = menus.groupby(["tier", "model"])["price"].transform("mean")
    apart = np.where(mean.abs() > 0, (menus["price"] - mean) / mean.abs() * 100, 0.0)
    kind = [result.model_kinds.get(model, "") for model in menus["model"]]
    words = [price_in_words(k, price, result.currency) for k, price in zip(kind, menus["price"], strict=True)]
    return menus.assign(kind=kind, words=words, apart=apart.round(9))


def menu_chart(menus: pd.DataFrame, kinds: Mapping[str, str], tiers: Sequence[str], currency: str) -> Chart:
    """Prices by price book on their own axes: one panel for each way of quoting a price.

    `menus` has the columns of menus.csv, `kinds` the kind of every pricing model in it, `tiers` the tiers from the
    lowest rank to the highest. The first price books are drawn, as many as fit a page; where tiers or pricing models
    are many, those in most options and the price books with them. A model without a known kind raises `KeyError`.
    """
    quoted, note = largest(menus.assign(options=1), "model", "options", "pricing models", MOST_SERIES)
    shown, _, told = _shown_menus(_quoted(quoted, kinds, currency), _MOST_LINES)
    drawn = set(shown["tier"])
    tiers = [tier for tier in tiers if tier in drawn] if told else tiers
    axes = sorted(shown["axis"].unique()) or [QUOTES[Quote.SHARE_OF_VALUE]]
    panels = [_price_panel(shown, axis, tiers, labelled=axis == axes[0]) for axis in axes]
    return titled(alt.hconcat(*panels), "Prices of each price book, by how they are quoted", note, told)


def _quoted(menus: pd.DataFrame, kinds: Mapping[str, str], currency: str) -> pd.DataFrame:
    """Menus with the axis each price belongs on, its place there and the price in words."""
    kind = [kinds[model] for model in menus["model"]]
    axes = [price_axis(k, currency) for k in kind]
    return menus.assign(
        kind=kind,
        axis=[title for title, _ in axes],
        place=[price * factor for price, (_, factor) in zip(menus["price"], axes, strict=True)],
        words=[price_in_words(k, price, currency) for k, price in zip(kind, menus["price"], strict=True)],
    )


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
        tooltip=_MENU_TIPS[:5],
    )
    panel: alt.LayerChart = marks + points.mark_text(align="left", dx=9).encode(text="words:N")
    return panel


def _every(names: pd.Series) -> alt.Scale:
    return alt.Scale(domain=sorted(names.unique()))


def _room_for_words(places: pd.Series) -> alt.Scale:
    """A scale from 0 that leaves room for the words right of the dearest price."""
    return alt.Scale(domain=[float(min(places.min(), 0)), float(places.max() * 1.8)]) if len(places) else alt.Scale()


def uptake_chart(result: Result) -> Chart:
    """What share of each segment's units takes which tier; contracts in force count with their tier.

    The 40 segments with most units are drawn, tiers beyond the largest together. Raises `NoPlanError` without a plan.
    """
    title = "Uptake: the tier that each segment's units take"
    shares = uptake_shares(result.uptake)
    if shares.empty:
        return nothing(title, "No segment holds any units.")
    bare = shares["tier"] == "none"
    few = merged(shares[~bare], "tier", "units", "tiers")
    taken = pd.concat([few, shares[bare]], ignore_index=True)
    shown, note = largest(taken, "segment", "units", "segments")
    shown = shown.assign(at=shown["segment"].map({name: at for at, name in enumerate(shares["segment"].unique())}))
    shown = shown.sort_values(["at", "tier"], kind="stable").drop(columns="at")
    ranked = by_rank([str(name) for name in shown["tier"].unique() if name != "none"], result.tiers)
    order = {name: place for place, name in enumerate([*ranked, "none"])}
    chosen = alt.selection_point(fields=["tier"], bind="legend", name="tier")
    bars = alt.Chart(shown.assign(order=shown["tier"].map(order)), width=WIDTH, height=alt.Step(28))
    drawn = bars.mark_bar(stroke="white").encode(
        x=alt.X("share:Q", title="Share of units, %", scale=alt.Scale(domain=[0, 100]), axis=alt.Axis(tickCount=5)),
        y=alt.Y("segment:N", title="Segment", sort=list(shown["segment"].unique())),
        color=tier_colour(ranked if few["tier"].map(_is_rest).any() else result.tiers or ranked, list(order)),
        order=alt.Order("order:Q"),
        opacity=alt.condition(chosen, alt.value(1.0), alt.value(0.25)),
        tooltip=tooltips(
            ("segment", "Segment"),
            ("tier", "Tier"),
            ("share", "Share of units, %", ".1f"),
            ("units", "Units", ",.1f"),
            ("service_revenue", f"Service revenue, {result.currency} a year", ",.0f"),
        ),
    )
    return titled(drawn.add_params(chosen), title, note)


def _is_rest(tier: str) -> bool:
    return is_rest(tier, "tiers")


def uptake_shares(uptake: pd.DataFrame) -> pd.DataFrame:
    """Units, service revenue (money a year) and share (%) of each segment by tier, the segment with most units first.

    `uptake` has the columns of uptake.csv; `none` stands for units without a contract.
    """
    rows = uptake.groupby(["segment", "tier"], as_index=False)[["units", "service_revenue"]].sum()
    whole = rows.groupby("segment")["units"].transform("sum")
    rows = rows.assign(share=rows["units"] / whole.where(whole > 0) * 100, whole=whole)
    rows = rows[rows["units"] > 0].sort_values(["whole", "segment", "tier"], ascending=[False, True, True])
    return rows.drop(columns="whole").reset_index(drop=True)
