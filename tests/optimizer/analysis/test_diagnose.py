"""What stands in the way, against enumeration: conflicts, ways out, and how far targets go."""

from __future__ import annotations

from pathlib import Path

import pytest

import optimizer
from models import apply_scenario
from optimizer.analysis.conflict import find_conflict
from optimizer.analysis.levers import all_dropped, levers
from optimizer.analysis.reach import furthest
from optimizer.analysis.workbench import Workbench
from optimizer.result import Status
from tests.hand_case import hand_case, work
from tests.optimizer.analysis.posed import case_of, optimum, scenario_of

TINY = Path("data/tiny")


@pytest.mark.parametrize("seed", [10, 14])
def test_a_conflict_is_infeasible_and_every_part_of_it_is_needed(seed: int) -> None:
    case, scenario = case_of(seed), scenario_of(seed)
    on = levers(apply_scenario(case, scenario)[0], scenario)
    found = find_conflict(Workbench(case, gap=1e-6), scenario, on)
    assert found is not None
    assert found.minimal
    assert found.rules
    others = [lever for lever in on if lever not in found.rules]
    assert optimum(seed, all_dropped(scenario, others)).status == "infeasible"
    for lever in found.rules:
        assert optimum(seed, all_dropped(scenario, [*others, lever])).status == "optimal", lever.name


def test_a_way_out_is_as_short_as_it_can_be() -> None:
    seed = 14
    answer = optimizer.diagnose(case_of(seed), gap=1e-6, targets=["min_account_margin", "csat_floor"])
    (way,) = answer.tables["ways"].to_dict("records")
    assert way["rule"] == "min_account_margin"
    scenario = scenario_of(seed)
    at = [scenario.model_copy(update={"min_account_margin": way[end]}) for end in ("needed", "out_of_reach")]
    best = optimum(seed, at[0])
    assert best.objective is not None
    assert way["objective"] == pytest.approx(best.objective, rel=3e-6)
    assert optimum(seed, at[1]).status == "infeasible"
    assert 0 < way["out_of_reach"] - way["needed"] <= 5e-4 + 1e-9
    assert answer.facts["conflict"] == ["min_account_margin"]
    targets = answer.tables["targets"].set_index("rule")
    assert targets.loc["min_account_margin", "best"] == pytest.approx(way["needed"])
    assert targets.loc["csat_floor", "best"].isna().all()
    assert targets["proved"].all()
    assert answer.status is Status.OPTIMAL


def test_a_target_is_tightened_as_far_as_some_plan_reaches() -> None:
    seed = 39
    case, scenario = case_of(seed), scenario_of(seed)
    (lever,) = (lever for lever in levers(case, scenario) if lever.rule == "min_account_margin")
    reach = furthest(Workbench(case, gap=1e-6), scenario, lever)
    assert reach.proved
    assert reach.within is not None
    assert reach.beyond is not None
    assert lever.limit is not None
    assert lever.limit <= reach.within < reach.beyond
    assert optimum(seed, lever.at(scenario, reach.within)).status == "optimal"
    assert optimum(seed, lever.at(scenario, reach.beyond)).status == "infeasible"


def test_counts_are_told_exactly() -> None:
    scenario = optimizer.load_case(TINY).scenarios["base"].model_copy(update={"min_tiers": 1})
    case = optimizer.load_case(TINY)
    (lever,) = (lever for lever in levers(case, scenario) if lever.rule == "min_tiers")
    reach = furthest(Workbench(case), scenario, lever)
    assert (reach.within, reach.beyond, reach.proved) == (2.0, 3.0, True)


def test_a_contract_that_nobody_can_serve_contradicts_itself() -> None:
    tables = work()
    settings, frames, scenarios = hand_case(rates=[row for row in tables["rates"] if row["region"] == "south"])
    answer = optimizer.diagnose(optimizer.build_case(settings, frames, scenarios), targets=[])
    assert answer.facts["feasible"] is False
    assert "even without every rule" in answer.sentences[0]


def test_nothing_stands_in_the_way_of_a_feasible_scenario() -> None:
    answer = optimizer.diagnose(optimizer.load_case(TINY), targets=["csat_floor"])
    assert answer.sentences[0].startswith("Nothing stands in the way")
    best = dict(zip(answer.tables["targets"]["scope"], answer.tables["targets"]["best"], strict=True))
    assert best == {"silver": 70.0, "gold": 75.0}  # a floor is at most its target


def test_what_was_not_found_out_in_time_is_not_claimed() -> None:
    answer = optimizer.diagnose(optimizer.load_case(TINY), targets=["csat_floor"], should_stop=lambda: True)
    assert answer.facts["feasible"] is None
    assert answer.sentences[0] == "Whether some plan obeys every rule was not found out in the time allowed."
    assert answer.status is Status.FEASIBLE
