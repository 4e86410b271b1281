"""What one more step at the end of a ladder brings: by hand, and against enumeration with the point added."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pandas as pd
import pytest

import optimizer
from models import Case, Change, Scenario, apply_scenario
from optimizer.analysis.machinery.feasibility.ladder_ends import LadderEnd, ladder_ends_of
from optimizer.analysis.machinery.feasibility.wider_ladders import LadderSolves, wider_ladders
from optimizer.analysis.machinery.sessions.context import context_of
from tests.optimizer.analysis.posed import case_of, drawn, optimum, scenario_of
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.transforms import with_rows
from tests.worlds.tables import rows

GAP = 1e-7


def enumerated(seed: int, ends: list[LadderEnd]) -> float:
    """Best objective by enumeration with one more point at each of these ends."""
    points = [row for end in ends for row in end.points().drop(columns=["to", "step"]).to_dict("records")]
    settings, tables, scenarios = with_rows(drawn(seed), {"price_points": points})
    best = enumerate_scenario(settings, tables, scenarios["base"]).objective
    assert best is not None
    return best


@pytest.mark.parametrize("seed", [29, 40, 43, 60])
def test_gains_are_those_of_enumeration_with_the_points_added(seed: int) -> None:
    base = optimum(seed, scenario_of(seed)).objective
    assert base is not None
    context = context_of(case_of(seed), "base", None, gap=GAP)
    wider = wider_ladders(context, LadderSolves.of(context))
    room = 3e-6 * max(1.0, abs(base))
    asked = [(list(wider.ends), wider.together), *(([end], wider.gains[end]) for end in wider.ends)]
    assert any(gain is not None and gain.found > room for _, gain in asked)
    for ends, gain in asked:
        assert gain is not None
        gained = enumerated(seed, ends) - base
        assert gain.least - room <= gained <= gain.most + room
        assert gain.found == pytest.approx(gained, abs=room, nan_ok=True)


def tiny(*gold: float) -> Case:
    """data/tiny with another ladder of fixed prices for gold."""
    case = optimizer.load_case("data/tiny")
    points = case.tables["price_points"]
    added = [("gold", "fixed", price, "", nan, nan) for price in gold]
    more = pd.DataFrame(added, columns=list(points))
    return case.with_table("price_points", pd.concat([points[points["tier"] != "gold"], more], ignore_index=True))


def test_the_gain_of_a_longer_ladder_by_hand() -> None:
    """Gold alone at 8 % earns 10,740 + 7,040 - 1,500. One step on clinics take it at 10 % and bring 13,540."""
    gold_only = Change(table="tiers", where={"tier": "silver"}, column="offer", set="excluded")
    answer = optimizer.explain(tiny(0.06, 0.08), Scenario(objective="account_margin", change=(gold_only,)), gap=1e-4)
    assert answer.facts["objective"] == pytest.approx(16280.0)
    [row] = answer.tables["ladders"].to_dict("records")
    assert (row["tier"], row["model"], row["price"], row["direction"]) == ("gold", "fixed", 0.08, "up")
    assert (row["price_books"], row["next_price"], row["against"]) == ("clinics, factories", 0.1, "")
    assert row["gain"] == pytest.approx(2800.0)
    assert row["gain_at_least"] <= 2800.0 <= row["gain_at_most"]
    assert "2 of 2 prices are the highest of their ladders: gold fixed 8 %." in answer.sentences
    assert answer.sentences[-1].startswith(
        "One more step up for gold fixed, to 10 %, would bring 2,800.00 EUR of account margin a year (proved: from "
    )


def test_where_one_more_step_brings_nothing_that_is_said_with_its_bound() -> None:
    """Gold at 12 % and silver at 10 % are above what any class of data/tiny buys."""
    answer = optimizer.explain(optimizer.load_case("data/tiny"), gap=1e-4)
    table = answer.tables["ladders"]
    assert table["tier"].tolist() == ["", "gold", "silver"]
    assert table["gain"].tolist() == pytest.approx([0.0, nan, nan], nan_ok=True)
    assert (table["gain_at_least"] == 0).all()
    assert table["gain_at_most"].max() <= 2.0
    assert answer.sentences[-1].startswith("One more step on every one of these ladders was found to bring nothing")


def test_changes_of_prices_are_made_once() -> None:
    """Prices of 5 % and 6.67 %, half and two thirds of 10 %, become 7.5 and 10 % before a step of 2.5 % is added."""
    change = Change(table="price_points", column="price", where={"tier": "gold"}, multiply=1.5)
    scenario = Scenario(objective="account_margin", change=(change,))
    answer = optimizer.explain(tiny(0.05, 0.1 / 1.5), scenario)
    [row] = answer.tables["ladders"][answer.tables["ladders"]["tier"] == "gold"].to_dict("records")
    assert row["next_price"] == pytest.approx(0.125)
    assert row["gain_at_most"] <= 2.0


def test_ladders_without_a_step_or_a_lower_price_have_no_next() -> None:
    case = tiny(0.04, 0.08)
    menus = rows(
        "price_book tier model price", ("clinics", "gold", "fixed", 0.04), ("factories", "silver", "per_call", 250.0)
    )
    ends = ladder_ends_of(case, case.scenarios["base"], menus)
    assert [(end.tier, end.direction, end.next_price) for end in ends] == [
        ("silver", "down", 100.0)
    ]  # 0.04 - 0.04 is 0
    assert ladder_ends_of(tiny(0.08), case.scenarios["base"], menus.assign(price=[0.08, 300.0])) == []


def test_rules_against_the_next_price_are_named() -> None:
    """Silver at 8 % is a third more than today's 6 %; one step more, 10 %, is two thirds more."""
    case = optimizer.load_case("data/tiny")
    scenario = case.scenarios["base"].model_copy(update={"max_price_change": 0.4, "min_tier_gap": 0.2})
    menus = rows(
        "price_book tier model price",
        ("clinics", "silver", "fixed", 0.08),
        ("factories", "silver", "fixed", 0.08),
        ("factories", "gold", "fixed", 0.1),
    )
    silver, gold = ladder_ends_of(apply_scenario(case, scenario)[0], scenario, menus)
    assert silver.price_books == ("clinics", "factories")
    assert silver.against == "min_tier_gap (1 of 2 price books), max_price_change"
    assert (gold.tier, gold.against) == ("gold", "")


def test_named_rules_leave_ladders_out() -> None:
    answer = optimizer.explain(optimizer.load_case("data/tiny"), rules=["csat_floor"])
    assert answer.tables["ladders"].empty
    assert answer.shown == ("costs",)


def test_a_rule_that_stops_a_step_is_dropped_and_solved() -> None:
    """At most 0.3 from today's 6 % keeps silver from 8 %: by README's sums 19,560 - 19,080 is lost."""
    case = optimizer.load_case("data/tiny")
    scenario = case.scenarios["base"].model_copy(update={"max_price_change": 0.3, "min_tiers": 2})
    answer = optimizer.explain(case, scenario)
    stopped = answer.tables["stopped"]
    assert set(stopped["rule"]) == {"max_price_change"}
    assert set(stopped["tier"]) == {"silver"}
    assert set(stopped["direction"]) == {"up"}
    row = answer.tables["costs"].set_index("rule").loc["max_price_change"]
    assert answer.facts["objective"] + row["gain_dropped"] == pytest.approx(19560.0)
    [told] = [sentence for sentence in answer.sentences if sentence.startswith("max_price_change")]
    assert "It is in the way of " in told
    assert "silver (next price up)" in told


def test_an_answer_without_time_is_still_an_answer() -> None:
    case = optimizer.load_case("data/tiny")
    base = optimizer.solve(case)
    answer = optimizer.explain(case, result=replace(base), time_limit=0.0)
    assert answer.tables["costs"].empty
    assert answer.tables["ladders"]["gain"].isna().all()
