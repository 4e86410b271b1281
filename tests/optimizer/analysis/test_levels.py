"""Service levels: delivered service split over segments, judged against its targets, and the way to move."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import optimizer
from models import Case, Scenario, build_case, load_case
from optimizer.analysis.levels import levels
from optimizer.analysis.machinery.service.delivered import delivered_flows, segment_parts, segment_turnaround, split
from optimizer.analysis.machinery.service.redelivery import Redeliverer
from optimizer.analysis.machinery.service.verdicts import judged
from optimizer.assurance.result import Result
from tests.worlds.hand_case import hand_case, market, offer
from tests.worlds.small_case import write_small_case
from tests.worlds.two_providers import two_providers

LOCKED = pd.DataFrame(columns=["price_book", "tier", "model", "price"])
"""No menus: the one unit under contract makes one case a year in the north."""


def locked_alone(case: Case) -> Result:
    return optimizer.evaluate(case, menus=LOCKED)


def only(table: pd.DataFrame) -> dict[str, Any]:
    (row,) = table.to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_half_the_work_of_a_better_provider_meets_the_target() -> None:
    case = two_providers()
    row = only(levels(case, result=locked_alone(case)).tables["regions"])
    expected = {
        "cases": 1,
        "csat": 70,  # own does it all: ace costs 4 more and wins back 5 of revenue, 1.9 of margin
        "csat_target": 80,
        "reachable_csat": 90,
        "cost": 6,
        "cost_at_target": 8,  # half at 6, half at 10
        "loyalty_loss": 5,
        "loyalty_loss_at_target": 2.5,  # what ace delivers above the target wins nothing
        "at_stake": 5,
        "net_gain": 0.38 * 2.5 - 2,
    }
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert (row["verdict"], row["move"]) == ("under-served", "hold")
    assert row["reason"] == "CSAT 10.0 under target; reaching it costs 2 more and wins back 2 of product revenue."


def test_a_target_beyond_the_hours_left_is_out_of_reach() -> None:
    case = two_providers({"capacity_hours": 0.5})  # a quarter of the case's 2 hours
    row = only(levels(case, result=locked_alone(case)).tables["regions"])
    assert row["reachable_csat"] == pytest.approx(75)
    assert pd.isna(row["cost_at_target"])
    assert row["move"] == "hold"
    assert "reach at most 75.0" in row["reason"]


def test_a_partner_keeps_to_its_share_of_the_hours() -> None:
    case = two_providers({"max_share": 0.3})
    result = locked_alone(case)
    redelivery = Redeliverer(case, case.scenarios["base"], result.decided).redeliver("gold", "north")
    assert redelivery.at_target is None
    assert redelivery.reachable_csat == pytest.approx(0.7 * 70 + 0.3 * 90)


def test_a_team_or_partner_keeps_to_its_part_of_its_capacity() -> None:
    case = two_providers({"capacity_hours": 1.5})
    result = locked_alone(case)
    busy = Scenario(max_utilization=0.4)  # 0.6 of the case's 2 hours
    redelivery = Redeliverer(case, busy, result.decided).redeliver("gold", "north")
    assert redelivery.reachable_csat == pytest.approx(0.7 * 70 + 0.3 * 90)


def test_what_is_over_the_target_is_cheaper_at_it() -> None:
    tiers = [{**offer()["tiers"][0], "csat_floor": 85, "csat_target": 86}]
    case = two_providers(tiers=tiers)
    result = locked_alone(case)  # held to the floor: ace does three quarters
    scenario = case.scenarios["base"]
    lower = build_case(*hand_case(tiers=[{**tiers[0], "csat_floor": 60, "csat_target": 75}]))
    row = only(levels(case, result=result, band=2).tables["regions"])
    assert (row["verdict"], row["csat"]) == ("sweet spot", pytest.approx(85))
    relaxed = Case(case.settings, {**case.tables, "tiers": lower.tables["tiers"]}, {"base": scenario})
    row = only(levels(relaxed, result=result).tables["regions"])
    assert (row["verdict"], row["move"]) == ("over-delivered", "lower")
    assert row["at_stake"] == pytest.approx(9 - 7)  # 0.75 of the case at 10 and 0.25 at 6, against a quarter at 10


def test_a_segment_has_the_share_of_flows_that_it_has_of_cases() -> None:
    accounts = [{"account_id": "A3", "segment": "lab", "region": "north", "product_revenue": 10}]
    base = [{"account_id": "A3", "product": "alpha", "units": 3, "usage_hours": 0}]
    locked = [{**offer()["contracts"][0], "account_id": "A3", "units": 3}]
    classes = [{"segment": "lab", "customer_class": "all", "share": 1, "price_sensitivity": 1}]
    loyal = [{**row, "segment": "lab"} for row in market()["loyalty"]]
    case = two_providers(
        accounts=market()["accounts"] + accounts,
        installed_base=market()["installed_base"] + base,
        segments=[*market()["segments"], {"segment": "lab", "discount": 0}],
        customer_classes=market()["customer_classes"] + classes,
        loyalty=market()["loyalty"] + loyal,
        contracts=offer()["contracts"] + locked,
    )
    table = levels(case, result=locked_alone(case)).tables["segments"].set_index("segment")
    assert table["cases"].to_dict() == pytest.approx({"clinic": 1, "lab": 3})
    assert table["loyalty_loss"].to_dict() == pytest.approx({"clinic": 5, "lab": 15})
    assert table["cost_at_target"].to_dict() == pytest.approx({"clinic": 8, "lab": 24})


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Case, Result]:
    case = load_case(write_small_case(tmp_path_factory.mktemp("case")))
    return case, optimizer.solve(case)


def test_segments_add_up_to_the_plan(small: tuple[Case, Result]) -> None:
    case, result = small
    flows = delivered_flows(case, result.decided)
    parts = split(flows, segment_parts(case, result.decided))
    for amount in ("cases", "true_hours", "true_cost", "loss"):
        assert parts[amount].sum() == pytest.approx(flows[amount].sum())
    assert flows["loss"].sum() == pytest.approx(result.decided.kpis["loyalty_loss"])
    tables = levels(case, result=result).tables
    assert tables["segments"]["cost"].sum() == pytest.approx(tables["regions"]["cost"].sum())


def test_levels_of_regions_are_those_of_the_plan(small: tuple[Case, Result]) -> None:
    case, result = small
    regions = levels(case, result=result).tables["regions"].set_index(["tier", "region"])
    shown = result.experience.set_index(["metric", "tier", "region"])["value"]
    assert regions["csat"].to_dict() == pytest.approx(shown["csat"].to_dict())
    assert regions["attainment"].to_dict() == pytest.approx(shown["attainment"].to_dict())
    hours = segment_turnaround(case, result.decided)
    mean = (hours["turnaround_hours"] * hours["parts_cases"]).sum() / hours["parts_cases"].sum()
    assert mean == pytest.approx(shown["turnaround_hours"]["gold"].item())  # the one tier with a promise


def test_a_target_delivery_does_the_same_work_within_the_rules(small: tuple[Case, Result]) -> None:
    case, result = small
    redeliverer = Redeliverer(case, case.scenarios["base"], result.decided)
    for tier, region in redeliverer.now[["tier", "region"]].drop_duplicates().itertuples(index=False):
        found = redeliverer.redeliver(tier, region).at_target
        if found is None:
            continue
        now = redeliverer.now[(redeliverer.now["tier"] == tier) & (redeliverer.now["region"] == region)]
        work = ["family", "service", "model"]
        assert found.groupby(work)["cases"].sum().to_dict() == pytest.approx(now.groupby(work)["cases"].sum().to_dict())
        assert (found["cases"] * (found["csat"] - found["csat_target"])).sum() >= -1e-6
        share = found["cases"] / found.groupby(work)["cases"].transform("sum")
        assert (share <= found["rate_share"] + 1e-9).all()
        net = lambda flow: (flow["true_cost"] - flow["cases"] * flow["settlement"]).sum()  # noqa: E731
        if (now["cases"] * (now["csat"] - now["csat_target"])).sum() >= 0:
            assert net(found) <= net(now) + 1e-6


def test_no_random_delivery_within_the_rules_is_cheaper_or_better(small: tuple[Case, Result]) -> None:
    case, result = small
    redeliverer = Redeliverer(case, case.scenarios["base"], result.decided)
    lanes = redeliverer.lanes
    lanes = lanes[(lanes["tier"] == "gold") & (lanes["region"] == "north")].reset_index(drop=True)
    found = redeliverer.redeliver("gold", "north")
    assert found.at_target is not None
    best = (found.at_target["true_cost"] - found.at_target["cases"] * found.at_target["settlement"]).sum()
    random, met = np.random.default_rng(7), 0
    for _ in range(400):
        draw = pd.Series(random.exponential(size=len(lanes)) ** 3 + 1e-12)
        share = draw / draw.groupby([lanes[name] for name in ("family", "service", "model")]).transform("sum")
        cases = share * lanes["needed"]
        csat = (cases * lanes["csat"]).sum() / cases.sum()
        on_time = (cases * (lanes["in_time"] - lanes["min_attainment"]))[lanes["response_clock"].astype(bool)].sum()
        if (share > lanes["rate_share"]).any() or on_time < 0:
            continue
        assert csat <= found.reachable_csat + 1e-6
        if csat >= lanes["csat_target"].iloc[0]:
            met += 1
            assert (cases * (lanes["true_cost"] - lanes["settlement"])).sum() >= best - 1e-6
    assert met


@pytest.mark.parametrize(
    ("attainment", "hours", "verdict", "said"),
    [
        (0.9, 20.0, "sweet spot", "CSAT is on target."),
        (0.7, 20.0, "under-served", "70.0% of cases answered in time, 80.0% promised. CSAT is on target."),
        (0.9, 30.0, "under-served", "Parts take 30.0 h, 24.0 h promised. CSAT is on target."),
        (float("nan"), float("nan"), "sweet spot", "CSAT is on target."),
    ],
)
def test_broken_promises_are_under_service(attainment: float, hours: float, verdict: str, said: str) -> None:
    level = {"csat": 80.4, "csat_target": 80, "attainment": attainment, "min_attainment": 0.8,
             "turnaround_hours": hours, "turnaround_promise": 24, "net_cost": 5, "cost": 5,
             "net_cost_at_target": 4, "loyalty_loss": 1,
             "loyalty_loss_at_target": 1, "reachable_csat": 90}  # fmt: skip
    row = only(judged(pd.DataFrame([level]), 0.5, 0.4))
    assert (row["verdict"], row["reason"], row["move"]) == (verdict, said, "hold")


def test_without_a_plan_there_is_nothing_to_judge() -> None:
    case = two_providers({"engage": "excluded"}, tiers=[{**offer()["tiers"][0], "csat_floor": 75}])
    answer = levels(case)
    assert (answer.status, dict(answer.tables)) == ("infeasible", {})


def test_a_negative_band_is_refused(small: tuple[Case, Result]) -> None:
    with pytest.raises(ValueError, match="band is -1"):
        levels(small[0], result=small[1], band=-1)
