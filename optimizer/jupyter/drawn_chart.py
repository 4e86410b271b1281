"""A chart as a widget that draws itself without a network."""

from __future__ import annotations

import altair as alt
import ipywidgets as widgets

from ..charts.theme import Chart


def drawn_chart(chart: Chart) -> widgets.Widget:
    """The chart, which needs anywidget, with the drawing library that vl-convert has."""
    alt.JupyterChart.enable_offline()
    return alt.JupyterChart(chart)
