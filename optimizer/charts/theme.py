"""One look for every chart: colours, number formats, titles, and what stands where there is nothing to draw.

Colours are those of Okabe & Ito (2008), which people with any colour vision tell apart; what matters is also told by
shape, position or text, so that it survives black and white print.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import altair as alt
import pandas as pd

from ..results.favour import ADVERSE, FAVOURABLE
from ..results.summary import heading
from .size import MOST_DATA, is_rest, within_limit

PALETTE = ("#E69F00", "#56B4E9", "#009E73", "#CC79A7", "#000000", ADVERSE, FAVOURABLE)
"""Okabe & Ito's colours but for yellow, which is lost on white; those of changes come last, so that few names have
them. More names than colours start again."""
GAIN, LOSS, TOTAL, QUIET = FAVOURABLE, ADVERSE, "#4D4D4D", "#BDBDBD"
"""For the better, for the worse, a sum, and what stays in the background. The first two mean nothing else."""
MARK = "#000000"
"""What is singled out of amounts: the plan among others, a price that is chosen."""
REST = "#7A7A7A"
"""All names beyond the largest together."""

WIDTH = 560
"""Pixels of a chart that stands alone; two side by side fit a wide page."""

THEME = "tierwise"
"""Name of the theme."""

Chart = alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.FacetChart
"""What a chart function returns."""


@alt.theme.register(THEME, enable=False)
def theme() -> alt.theme.ThemeConfig:
    """The theme, in force once a chart is made, unless another was chosen; `altair.theme.enable` chooses one later."""
    return {
        "config": {
            "background": "white",
            "font": "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif",
            "view": {"stroke": None},
            "range": {"category": list(PALETTE)},
            "title": {
                "anchor": "start",
                "fontSize": 15,
                "subtitleFontSize": 12,
                "subtitleColor": "#4D4D4D",
                "offset": 12,
            },
            "axis": {
                "labelFontSize": 12,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "titlePadding": 8,
                "labelLimit": 260,
                "labelColor": "#333333",
                "gridColor": "#E4E4E4",
                "domainColor": "#8A8A8A",
                "tickColor": "#8A8A8A",
            },
            "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "labelLimit": 220},
            "header": {"labelFontSize": 12, "titleFontSize": 12, "labelFontWeight": "bold", "labelLimit": 560},
            "text": {"fontSize": 12, "color": "#222222"},
            "point": {"filled": True},
        }
    }


@cache
def _put_in_force() -> None:
    """Choose the theme where nobody has chosen one; once, so that who goes back to Altair's own keeps that."""
    _make_known()
    alt.theme.enable(THEME)


def _make_known() -> None:
    """Tell Altair of the theme anew: it forgets what it was told while another was chosen for a while."""
    alt.theme.register(THEME, enable=False)(theme)


@contextmanager
def for_our_pages() -> Iterator[None]:
    """Draw as our own pages do, whatever else this process draws and however, which stays as it is."""
    _make_known()
    with alt.theme.enable(THEME), alt.data_transformers.enable("default", max_rows=None):
        yield


def titled(chart: Chart, title: str, *subtitle: str) -> Chart:
    """The chart under its title, with a line for each subtitle that is not empty; every chart passes through here.

    Data too large for any chart is cut, with a word on how much is drawn.
    """
    if alt.theme.active == "default":
        _put_in_force()
    rows = within_limit(chart)
    cut = f"The first {MOST_DATA:,} of {rows:,} rows are drawn." if rows else ""
    lines = [line for line in (*subtitle, cut) if line]
    told: Chart = chart.properties(title=alt.TitleParams(title, subtitle=lines) if lines else alt.TitleParams(title))
    return told


def nothing(title: str, why: str) -> Chart:
    """A chart that says why it has nothing to show."""
    text = alt.Chart(pd.DataFrame({"why": [why]})).mark_text(align="left", x=0, color=TOTAL).encode(text="why:N")
    return titled(text.properties(width=WIDTH, height=30), title)


def money_axis(title: str, ticks: int = 6) -> alt.Axis:
    """An axis of money: `250k`, `1.5M`, `2bn`."""
    label = "abs(datum.value) < 1000 ? format(datum.value, ',.3~r') : replace(format(datum.value, '.6~s'), 'G', 'bn')"
    return alt.Axis(title=title, labelExpr=label, tickCount=ticks, labelOverlap=True)


def coloured(field: str, title: str, names: Sequence[str], shown: Sequence[str] = ()) -> alt.Color:
    """A colour for each name, in the order given; `shown` are those in the legend, grey where they have no colour.

    What `merged` made of the rest of many is a darker grey.
    """
    told = [name for name in names if not is_rest(name, f"{field}s")]
    colours = dict.fromkeys([name for name in (*names, *shown) if is_rest(name, f"{field}s")], REST)
    colours |= {name: PALETTE[place % len(PALETTE)] for place, name in enumerate(told)}
    listed = list(shown or names)
    scale = alt.Scale(domain=listed, range=[colours.get(name, QUIET) for name in listed])
    return alt.Color(f"{field}:N", title=title, scale=scale)


def tier_colour(tiers: Sequence[str], shown: Sequence[str] = ()) -> alt.Color:
    """The same colour for a tier in every chart, in the order of the tiers' ranks; no contract is grey."""
    return coloured("tier", "Tier", tiers, shown)


def tooltips(*named: tuple[str, str] | tuple[str, str, str]) -> list[alt.Tooltip]:
    """Tooltips from (field, title) for text and (field, title, number format) for numbers."""
    return [
        alt.Tooltip(f"{one[0]}:Q", title=one[1], format=one[2])
        if len(one) == 3
        else alt.Tooltip(f"{one[0]}:N", title=one[1])
        for one in named
    ]


def named(kpi: str) -> str:
    """A KPI or rule in words, with CSAT spelt as such."""
    return heading(kpi).replace("csat", "CSAT").replace("Csat", "CSAT")
