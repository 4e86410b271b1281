"""Charts as specifications: what stands on the axes, in the data and in the tooltips."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from optimizer.charts import PALETTE, experience_by_region, experience_chart, menu_chart, tier_colour

TIERS = ("silver", "gold")
KINDS = {"flat": "fixed_warranty", "call": "pay_per_use", "hour": "usage_based", "open": "cost_plus"}
MENUS = pd.DataFrame(
    [
        ("clinics", "silver", "call", 400.0),
        ("clinics", "gold", "flat", 0.08),
        ("factories", "silver", "hour", 12.5),
        ("factories", "gold", "open", 0.25),
    ],
    columns=["price_book", "tier", "model", "price"],
)
EXPERIENCE = pd.DataFrame(
    [
        ("silver", "north", "csat", 72.0, 70.0, True),
        ("silver", "north", "attainment", 0.95, 0.9, True),
        ("gold", "north", "csat", 80.0, 75.0, True),
        ("gold", "", "turnaround_hours", 20.0, 24.0, True),
    ],
    columns=["tier", "region", "metric", "value", "limit", "ok"],
)
ALLOCATION = pd.DataFrame(
    [
        ("north", "imaging", "repair", "silver", "", "Own", 30.0, 60.0, 3000.0),
        ("north", "imaging", "repair", "silver", "", "Partner", 10.0, 20.0, 600.0),
        ("north", "imaging", "repair", "gold", "", "Own", 5.0, 10.0, 750.0),
    ],
    columns=["region", "family", "service", "tier", "model", "provider", "cases", "hours", "cost"],
)


def spec(chart: Any) -> dict[str, Any]:
    made: dict[str, Any] = chart.to_dict()
    return made


def data(panel: dict[str, Any], whole: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = whole["datasets"][panel["data"]["name"]]
    return rows


def titles(encoding: dict[str, Any]) -> list[str]:
    return [tooltip["title"] for tooltip in encoding["tooltip"]]


def test_each_way_of_quoting_a_price_has_a_panel_with_its_unit() -> None:
    panels = spec(menu_chart(MENUS, KINDS, TIERS, "CHF"))["hconcat"]
    assert [panel["layer"][0]["encoding"]["x"]["title"] for panel in panels] == [
        "Price, % of unit value a year",
        "Price, % on top of standard cost",
        "Price, CHF per hour of use",
        "Price, CHF per incident",
    ]


def test_shares_are_shown_in_percent_and_money_as_it_is() -> None:
    whole = spec(menu_chart(MENUS, KINDS, TIERS, "CHF"))
    shown = {row["model"]: (row["place"], row["words"]) for panel in whole["hconcat"] for row in data(panel, whole)}
    assert shown == {
        "flat": (pytest.approx(8.0), "8 %"),
        "open": (pytest.approx(25.0), "cost +25 %"),
        "hour": (12.5, "12.5 CHF an hour"),
        "call": (400.0, "400 CHF an incident"),
    }


def test_kinds_quoted_alike_share_a_panel() -> None:
    kinds = dict.fromkeys(KINDS, "fixed_warranty") | {"hour": "lease", "open": "performance_based"}
    assert len(spec(menu_chart(MENUS, kinds, TIERS, "CHF"))["hconcat"]) == 1


def test_a_price_says_what_it_is_when_pointed_at() -> None:
    panel = spec(menu_chart(MENUS, KINDS, TIERS, "CHF"))["hconcat"][0]
    assert titles(panel["layer"][0]["encoding"]) == ["Price book", "Tier", "Pricing model", "Kind", "Price"]


def test_menus_without_an_option_make_an_empty_chart() -> None:
    assert len(spec(menu_chart(MENUS.head(0), KINDS, TIERS, "CHF"))["hconcat"]) == 1


def test_a_model_of_unknown_kind_is_refused() -> None:
    with pytest.raises(KeyError, match="call"):
        menu_chart(MENUS, {}, TIERS, "CHF")


def test_tiers_keep_their_colours_in_the_order_of_rank() -> None:
    colour = spec(tier_colour(TIERS))
    assert colour["scale"] == {"domain": ["silver", "gold"], "range": list(PALETTE[:2])}
    many = spec(tier_colour([str(place) for place in range(len(PALETTE) + 1)]))
    assert many["scale"]["range"] == [*PALETTE, PALETTE[0]]


def test_cost_per_case_is_over_all_providers_of_a_tier_and_region() -> None:
    rows = experience_by_region(EXPERIENCE, ALLOCATION).set_index("tier")
    assert rows.loc["silver", "cost_per_case"] == pytest.approx(3600 / 40)
    assert rows.loc["gold", "cost_per_case"] == pytest.approx(150.0)
    assert list(rows["csat"]) == [72.0, 80.0]
    assert list(rows["floor"]) == [70.0, 75.0]
    assert list(rows["cases"]) == [40.0, 5.0]


def test_experience_names_units_and_currency() -> None:
    marks, floors = spec(experience_chart(EXPERIENCE, ALLOCATION, TIERS, "CHF"))["layer"]
    assert marks["encoding"]["x"]["axis"]["title"] == "Delivery cost, CHF per case"
    assert marks["encoding"]["y"]["title"] == "Mean CSAT, points of 100"
    assert floors["encoding"]["y"]["field"] == "floor"
    assert "Delivery cost, CHF per case" in titles(marks["encoding"])
    assert marks["encoding"]["shape"]["field"] == "region"
