"""What charts draw, held against numbers worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from optimizer import charts
from optimizer.analysis.machinery.answers.answer_folder import load_answer
from optimizer.assurance.result import Result
from optimizer.charts.delivery_charts import provider_work, sweet_spots
from optimizer.charts.menu_charts import heat_map_cells, uptake_shares
from optimizer.charts.money_charts import waterfall_rows
from optimizer.charts.partner_charts import scorecard_rows
from optimizer.charts.size import largest
from optimizer.results.record import NoPlanError
from tests.optimizer.charts.made import (
    TIERS,
    answer,
    compared,
    frame,
    frontiered,
    levelled,
    partnered,
    priced,
    result,
    swept,
)


def drawn_rows(chart: charts.Chart) -> list[dict[str, Any]]:
    """Every row of every data set of a chart."""
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def menus_of(*prices: tuple[str, str, str, float]) -> Result:
    made = result(1)
    return replace(made, plan=replace(made.decided, menus=frame("menus", list(prices))))


def test_a_cell_tells_how_far_its_price_is_from_the_mean_of_its_tier_and_model() -> None:
    flat = [("a", "gold", "flat", 0.09), ("b", "gold", "flat", 0.11), ("a", "silver", "flat", 0.05)]
    cells = heat_map_cells(menus_of(*flat, ("c", "gold", "call", 500.0)))
    assert cells["apart"].tolist() == pytest.approx([-10, 10, 0, 0])
    assert cells["words"].tolist() == ["9 %", "11 %", "5 %", "500 CHF an incident"]


def test_shares_are_of_all_units_of_a_segment_the_largest_first() -> None:
    columns = [("s", "x", "pump", "gold", "flat", 0.1, 0.5, 3.0, 30.0, 0.0),
               ("s", "contract", "pump", "gold", "flat", 0.2, 1.0, 1.0, 9.0, 0.0),
               ("s", "x", "pump", "none", "", None, 0.5, 4.0, 0.0, 0.0),
               ("t", "x", "pump", "none", "", None, 1.0, 80.0, 0.0, 0.0)]  # fmt: skip
    shares = uptake_shares(frame("uptake", list(columns)))
    assert shares["segment"].tolist() == ["t", "s", "s"]
    assert dict(zip(zip(shares["segment"], shares["tier"], strict=True), shares["share"], strict=True)) == {
        ("t", "none"): 100.0,
        ("s", "gold"): pytest.approx(50.0),
        ("s", "none"): pytest.approx(50.0),
    }


def test_the_profit_waterfall_adds_up_from_today_to_the_plan() -> None:
    bars = {row["label"]: row["amount"] for row in drawn_rows(charts.profit_waterfall(result(1)))}
    assert bars == {
        "Today": 640,
        "Product margin": 10,  # 800 - 500 against 640 - 350
        "Service revenue": 200,
        "Delivery cost": -20,
        "Fulfilment cost": 30,
        "Admin cost": 0,
        "Capital cost": -40,
        "Fixed cost": -20,
        "Plan": 800,
    }


def test_without_today_the_waterfall_starts_from_nothing() -> None:
    bars = drawn_rows(charts.profit_waterfall(result(1, baseline=None)))
    assert bars[0]["label"] == "Product margin"
    assert bars[-1]["amount"] == pytest.approx(300 + 900 - 200 - 100 - 10 - 40 - 50)


def test_a_step_of_a_waterfall_starts_where_the_one_before_ended() -> None:
    rows = waterfall_rows({"up": 5.0, "down": -8.0}, 10.0, "Plan", "CHF")
    assert rows[["from", "to"]].to_numpy().tolist() == [[0, 10], [10, 15], [15, 7], [0, 7]]
    assert rows["kind"].tolist() == ["total", "gain", "loss", "total"]
    assert rows["words"].tolist()[2] == "−8.00 CHF"


def test_the_bridge_leads_from_the_first_plan_to_the_one_named() -> None:
    bars = drawn_rows(charts.bridge_chart(compared(3)))
    assert [bar["label"] for bar in bars] == ["today", "Part 0", "Part 1", "Part 2", "base"]
    assert bars[-1]["amount"] == 130
    with pytest.raises(ValueError, match="nobody was not compared; expected one of base"):
        charts.bridge_chart(compared(3), plan="nobody")


def test_a_tornado_takes_scenarios_that_change_one_thing() -> None:
    table = swept(2).tables["scenarios"]
    both = table.iloc[[0]].assign(scenario="both", **{"max_tiers": "1", "rates.cost_per_case multiply": "2"})
    lost = table.iloc[[1]].assign(scenario="lost", objective=None)
    rows = charts.tornado_rows(answer("sweep", scenarios=pd.concat([table, both, lost], ignore_index=True)))
    assert rows.to_numpy().tolist() == [["rates.cost_per_case multiply", "0", -10.0], ["max_tiers", "1", -9.0]]


def test_a_sweep_read_back_from_its_folder_makes_the_same_tornado(tmp_path: Path) -> None:
    there = swept(4)
    assert charts.tornado_rows(load_answer(there.save(tmp_path / "sweep"))).equals(charts.tornado_rows(there))


def test_a_tornado_draws_the_ends_of_an_input_the_widest_on_top() -> None:
    effects = pd.DataFrame(
        [("narrow", "a", 1.0), ("wide", "low", -9.0), ("wide", "middle", 2.0), ("wide", "high", 5.0)],
        columns=["input", "setting", "effect"],
    )
    chart = charts.tornado_chart(effects, "CHF")
    assert [row["setting"] for row in drawn_rows(chart)] == ["a", "low", "high"]
    assert chart.to_dict()["layer"][0]["encoding"]["y"]["scale"]["domain"] == ["wide", "narrow"]


def test_a_tornado_says_once_what_its_sides_stand_for() -> None:
    effects = pd.DataFrame(
        [
            (name, setting, effect)
            for name in ("rent", "wages")
            for setting, effect in (("worse", -2e6), ("better", 1e6))
        ],
        columns=["input", "setting", "effect"],
    )
    alike = charts.tornado_chart(effects, "CHF")
    assert [row["label"] for row in drawn_rows(alike)] == ["−2.00 M CHF", "+1.00 M CHF"] * 2
    assert alike.to_dict()["title"]["subtitle"] == ["Left: worse. Right: better."]
    mixed = charts.tornado_chart(effects.assign(setting=list("abcd")), "CHF")
    assert [row["label"] for row in drawn_rows(mixed)][1] == "b: +1.00 M CHF"


def test_work_is_summed_by_provider_and_region() -> None:
    work = [("north", "pumps", "repair", tier, "", "own", 2.0, 4.0, 10.0) for tier in TIERS]
    assert provider_work(frame("allocation", list(work))).to_numpy().tolist() == [["own", "north", 4.0, 8.0, 20.0]]


def test_capacity_is_marked_where_it_fits_and_told_everywhere() -> None:
    chart = charts.provider_chart(result(2), pd.Series({"team 0": 10.0, "team 1": 1e6}))
    told = {row["provider"]: (row["limit"], row["used"]) for row in drawn_rows(chart) if "used" in row}
    assert told == {"team 0": (10.0, "80 % used"), "team 1": (None, "0 % used")}  # 8 and 9 hours


def test_a_segments_revenue_is_shared_out_to_regions_by_cases() -> None:
    north = levelled(1).tables["segments"]
    south = north.assign(region="south", cases=30.0, benchmark_per_case=29.0)
    uptake = frame("uptake", [("segment 0", "all", "pump", "gold", "flat", 0.1, 1.0, 1.0, 100.0, 0.0)])
    spots = sweet_spots(pd.concat([north, south]), uptake).set_index("region")
    assert spots["revenue"].to_dict() == {"south": 75.0, "north": 25.0}
    assert spots["benchmark"].tolist() == [28.0, 28.0]  # 10 cases at 25 and 30 at 29


def test_a_scorecard_leaves_out_what_has_no_target() -> None:
    rows = scorecard_rows(partnered(1).tables["measures"])
    assert rows[["panel", "of_target", "verdict"]].to_numpy().tolist() == [["CSAT (at least)", 87.5, "missed"]]


def test_shares_of_work_without_a_plan_are_named() -> None:
    notes = charts.make_or_buy_chart(partnered(4)).to_dict()["title"]["subtitle"]
    assert notes == ["Ring: the plan itself. No plan was found at 75 %."]


def test_the_frontier_shows_shares_in_percent_and_starts_at_the_knee() -> None:
    spec = charts.frontier_chart(frontiered(3)).to_dict()
    shares = [row["service_margin_share"] for rows in spec["datasets"].values() for row in rows if "knee" in row]
    assert shares == pytest.approx([10, 110, 210])
    assert spec["params"][0]["value"] == [{"point": 2}]


def test_a_third_goal_is_told_by_colour() -> None:
    goals = ("account_revenue", "service_margin", "csat_over_floor")
    spec = charts.frontier_chart(frontiered(3, goals)).to_dict()
    colours = [layer["encoding"].get("color", {}).get("field") for layer in spec["hconcat"][0]["layer"]]
    assert "csat_over_floor" in colours


def test_a_dear_cost_is_no_gain() -> None:
    rows = [row for row in drawn_rows(charts.frontier_chart(frontiered(3))) if "better" in row]
    assert [(row["change"], row["better"]) for row in rows] == [(0, False), (10, False), (20, False)]


def test_prices_stand_on_the_axis_of_their_kind() -> None:
    rows = drawn_rows(charts.price_response_chart(priced(2)))
    assert sorted({round(row["place"], 9) for row in rows}) == [5.0, 5.1]


def test_the_largest_are_kept_and_the_rest_counted() -> None:
    table = pd.DataFrame({"name": list("abcab"), "amount": [1.0, 5.0, 2.0, 9.0, 0.0]})
    kept, note = largest(table, "name", "amount", "names", most=2)
    assert kept["name"].tolist() == ["a", "b", "a", "b"]
    assert note == "The 2 largest of 3 names, 88 % of amount."


def test_a_plan_is_needed_for_its_charts() -> None:
    with pytest.raises(NoPlanError):
        charts.menu_heat_map(replace(result(1), plan=None))


def test_the_cost_of_ownership_is_told_with_and_without_the_contract() -> None:
    drawn = {row["place"]: row for row in drawn_rows(charts.ownership_chart(levelled(2)))}
    assert {place: (row["with_contract"], row["without_contract"], row["saves"]) for place, row in drawn.items()} == {
        "segment 0, gold": (100.0, 95.0, False),
        "segment 1, gold": (101.0, 106.0, True),
    }
