"""Every chart is drawn of nothing, of one row and of very many, and names the unit of each axis."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable, Iterator
from typing import Any

import altair as alt
import pandas as pd
import pytest
import vl_convert

from optimizer import charts
from tests.optimizer.charts.made import (
    TIERS,
    compared,
    explained,
    frontiered,
    levelled,
    partnered,
    priced,
    result,
    swept,
)

SIZES = (0, 1, 2000)
VEGA_LITE = ".".join(alt.SCHEMA_VERSION.lstrip("v").split(".")[:2])
DRAWN: dict[str, Callable[[int], charts.Chart]] = {
    "menu_heat_map": lambda n: charts.menu_heat_map(result(n)),
    "menu_chart": lambda n: charts.menu_chart(result(n).menus.head(40), result(n).model_kinds, TIERS, "CHF"),
    "uptake_chart": lambda n: charts.uptake_chart(result(n)),
    "profit_waterfall": lambda n: charts.profit_waterfall(result(n)),
    "bridge_chart": lambda n: charts.bridge_chart(compared(min(n, 40))),
    "rule_cost_chart": lambda n: charts.rule_cost_chart(explained(n)),
    "tornado_chart": lambda n: charts.tornado_chart(charts.tornado_rows(swept(n)), "CHF"),
    "scenario_chart": lambda n: charts.scenario_chart(swept(n)),
    "provider_chart": lambda n: charts.provider_chart(result(n), pd.Series({"team 0": 10.0, "team 1": 1e9})),
    "experience_chart": lambda n: charts.experience_chart(result(n).experience, result(n).allocation, TIERS, "CHF"),
    "sweet_spot_map": lambda n: charts.sweet_spot_map(levelled(n), result(n)),
    "ownership_chart": lambda n: charts.ownership_chart(levelled(n)),
    "make_or_buy_chart": lambda n: charts.make_or_buy_chart(partnered(n)),
    "scorecard_chart": lambda n: charts.scorecard_chart(partnered(n)),
    "criteria_chart": lambda n: charts.criteria_chart(partnered(min(n, 40))),
    "frontier_chart": lambda n: charts.frontier_chart(frontiered(n)),
    "price_response_chart": lambda n: charts.price_response_chart(priced(n)),
}
NOT_DRAWN = {"tornado_rows", "experience_by_region", "tier_colour", "Chart", "PALETTE"}


def encodings(part: Any) -> Iterator[dict[str, Any]]:
    """Every encoding anywhere in a specification."""
    if isinstance(part, dict):
        if "encoding" in part:
            yield part["encoding"]
        for name, value in part.items():
            if name not in ("datasets", "config"):
                yield from encodings(value)
    if isinstance(part, list):
        for value in part:
            yield from encodings(value)


def axis_titles(spec: dict[str, Any]) -> set[str]:
    """Titles of the axes that measure something."""
    found = set()
    for encoding in encodings(spec):
        for channel in ("x", "y"):
            measured = encoding.get(channel, {})
            if measured.get("type") == "quantitative":
                found.add(measured.get("title") or (measured.get("axis") or {}).get("title") or "")
    return found


def test_every_public_chart_is_drawn_here() -> None:
    assert set(DRAWN) == set(charts.__all__) - NOT_DRAWN


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", DRAWN)
def test_it_is_drawn_and_fits_a_page(name: str, size: int) -> None:
    spec = DRAWN[name](size).to_dict()
    picture = vl_convert.vegalite_to_png(spec, vl_version=VEGA_LITE)
    width, height = struct.unpack(">II", picture[16:24])
    assert 150 < width < 1300
    assert 20 < height < 2600
    assert len(json.dumps(spec)) < 700_000


@pytest.mark.parametrize("name", DRAWN)
def test_it_has_a_title_and_the_theme(name: str) -> None:
    spec = DRAWN[name](1).to_dict()
    assert spec["title"]["text"]
    assert spec["config"]["title"]["anchor"] == "start"


@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"scenario_chart", "price_response_chart"}))
def test_every_axis_that_measures_says_what_in_which_unit(name: str) -> None:
    titles = axis_titles(DRAWN[name](2).to_dict()) - {""}
    assert titles or name == "menu_heat_map"  # whose price is told in words in each cell
    for title in titles:
        assert any(unit in title for unit in ("CHF", "%", "points", "Hours", "0 to 10")), title


@pytest.mark.parametrize("name", ["scenario_chart", "price_response_chart"])
def test_panels_name_their_units_themselves(name: str) -> None:
    spec = DRAWN[name](2).to_dict()
    panels = {row["panel"] for rows in spec["datasets"].values() for row in rows}
    assert len(panels) > 1
    assert all("CHF a year" in panel or "Units" in panel or panel.endswith("%") for panel in panels)
