"""What stands in the way, against enumeration: conflicts, ways out, and how far targets go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import Case, Scenario, apply_scenario, build_case
from models.case import Tables
from models.rules import ScenarioRules
from models.scenario import Change
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.analysis.machinery.feasibility.feasible_limit import furthest
from optimizer.analysis.machinery.feasibility.iis import find_iis
from optimizer.analysis.machinery.feasibility.levers import Lever, all_dropped, levers
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.results.progress import FoundRow, Progress
from optimizer.results.record import Status
from tests.optimizer.analysis.posed import case_of, optimum, scenario_of
from tests.oracle.enumeration import Enumeration
from tests.oracle.world import read_world
from tests.slow import one_in
from tests.worlds.hand_case import hand_case, work

TINY = Path("data/tiny")


@pytest.mark.parametrize("seed", one_in(2, [14, 10]))
def test_a_conflict_is_infeasible_and_every_part_of_it_is_needed(seed: int) -> None:
    case, scenario = case_of(seed), scenario_of(seed)
    on = levers(apply_scenario(case, scenario)[0], scenario)
    found = find_iis(SolverSession(case, gap=1e-6), scenario, on)
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
    reach = furthest(SolverSession(case, gap=1e-6), scenario, lever)
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
    reach = furthest(SolverSession(case), scenario, lever)
    assert (reach.within, reach.beyond, reach.proved) == (2.0, 3.0, True)


def test_a_contract_that_nobody_can_serve_contradicts_itself() -> None:
    tables = work()
    settings, frames, scenarios = hand_case(rates=[row for row in tables["rates"] if row["region"] == "south"])
    answer = optimizer.diagnose(optimizer.build_case(settings, frames, scenarios))
    assert answer.facts["feasible"] is False
    assert "even without every rule" in answer.sentences[0]
    assert "since there is none even without every rule: " in answer.sentences[1]
    assert "contradict each other" not in str(answer.sentences)


def test_rows_told_say_whether_there_is_a_plan_and_no_bound_of_it() -> None:
    """Any plan ends such a solve, so that its bound, 1e9 times as much, says nothing."""
    told: list[Progress] = []
    case = optimizer.load_case(TINY)
    answer = optimizer.diagnose(case, result=optimizer.solve(case), progress=told.append)
    rows = [news.phase for news in told if isinstance(news, FoundRow)]
    assert "csat_floor (silver) at 70: there is a plan" in rows
    assert {row.rpartition(": ")[2] for row in rows} <= {"there is a plan", "no plan", "no plan found"}
    assert all(news.many for news in told if not isinstance(news, FoundRow))
    assert answer.sentences[-1].startswith("Each solve ended with what was asked, or after 40 nodes at most.")


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


WHATEVER = "whatever becomes of the other rules"
TOO_MUCH = Scenario(objective="account_margin", min_service_margin=0.99)


@pytest.fixture(scope="module")
def tiny() -> Case:
    return optimizer.load_case(TINY)


def test_a_limit_not_enough_says_what_else_was_held(tiny: Case) -> None:
    scenario = Scenario(objective="account_margin", max_tiers=1, min_menu=2)
    answer = optimizer.diagnose(tiny, scenario, targets=["max_tiers", "min_menu"])

    # 1 tier is not enough while menus have 2, and it is once they need not
    assert "max_tiers from 1 to 2 (with all other rules held, 1 is proved not to be enough)" in str(answer.sentences)
    assert optimizer.solve(tiny, scenario.model_copy(update={"min_menu": None})).plan is not None
    told = [sentence for sentence in answer.sentences if "proved" in sentence]
    assert len(told) == 5
    assert [sentence for sentence in told if not ("all other rules held" in sentence or WHATEVER in sentence)] == []


def test_rules_that_give_together_say_how_each_proof_stands(tiny: Case) -> None:
    scenario = TOO_MUCH.model_copy(update={"min_tiers": 3})
    answer = optimizer.diagnose(tiny, scenario, targets=[])

    told = (
        "min_tiers from 3 to 0 (with required_providers (Own) dropped and all other rules held, 1 is proved not to be"
    )
    assert told in str(answer.sentences)
    engage = Change(table="providers", where={"provider": "Own"}, column="engage", set="optional")
    free = scenario.model_copy(update={"change": (*scenario.change, engage)})
    for tiers, feasible in ((1, False), (0, True)):
        result = optimizer.solve(tiny, free.model_copy(update={"min_tiers": tiers}))
        assert (result.status is not Status.INFEASIBLE) is feasible
    assert answer.sentences[0] == f"No plan obeys min_tiers at 3 tiers, proved, {WHATEVER}."
    assert optimizer.solve(tiny, Scenario(objective="account_margin", min_tiers=3)).status is Status.INFEASIBLE


@pytest.mark.parametrize("rule", one_in(3, ["min_service_margin", "max_tiers", "capacity"]))
def test_a_rule_that_no_lever_drops_is_told_with_the_proof(
    tiny: Case, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is said to hold whatever becomes of the other rules while one of them was never dropped."""
    some = lambda case, scenario: tuple(lever for lever in levers(case, scenario) if lever.rule != rule)  # noqa: E731
    monkeypatch.setattr("optimizer.analysis.diagnose.levers", some)
    answer = optimizer.diagnose(tiny, TOO_MUCH.model_copy(update={"max_tiers": 9}), targets=[])

    assert_told_with_the_proof(answer, rule)


@pytest.mark.parametrize("rule", one_in(3, ["min_service_margin", "max_tiers", "capacity"]))
def test_a_rule_whose_lever_drops_nothing_is_told_with_the_proof(
    tiny: Case, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop = Lever.dropped
    stuck = lambda lever, scenario: scenario if lever.rule == rule else drop(lever, scenario)  # noqa: E731
    monkeypatch.setattr(Lever, "dropped", stuck)
    answer = optimizer.diagnose(tiny, TOO_MUCH.model_copy(update={"max_tiers": 9}), targets=[])

    assert_told_with_the_proof(answer, rule)


def test_a_target_that_no_lever_drops_is_not_told_to_be_hopeless(tiny: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """That the others contradict each other is no finding while the rule itself was on: without it there is a plan."""
    drop = Lever.dropped
    stuck = lambda lever, scenario: scenario if lever.rule == "min_service_margin" else drop(lever, scenario)  # noqa: E731
    monkeypatch.setattr(Lever, "dropped", stuck)
    answer = optimizer.diagnose(tiny, TOO_MUCH, targets=["min_service_margin"])

    assert optimizer.solve(tiny, TOO_MUCH.model_copy(update={"min_service_margin": None})).plan is not None
    assert "contradict each other" not in str(answer.sentences)
    assert not answer.tables["targets"]["proved"].any()


def assert_told_with_the_proof(answer: Answer, rule: str) -> None:
    """Of what was on in the proof, nothing is left unsaid."""
    assert WHATEVER not in str(answer.sentences)
    assert rule in answer.sentences[0]
    assert "proved with every other rule set aside" in answer.sentences[0]
    told = [str(name) for name in answer.facts["conflict"]]  # type: ignore[attr-defined]  # a list
    assert rule in {name.partition(" ")[0] for name in told}
    assert answer.facts["conflict_is_minimal"] is False


EVERY_LIMIT_OFF = {
    "tiers": {"offer": "optional", "min_attainment": 0.0, "turnaround_hours": float("nan"), "csat_floor": 0.0},
    "pricing_models": {"offer": "optional"},
    "products": {"support": "optional"},
    "providers": {"engage": "optional", "capacity_hours": 1e12, "max_share": 1.0},
    "rates": {"max_share": 1.0},
    "criteria": {"minimum": float("nan")},
}
"""Every rule that tables can hold, asking for nothing: written by hand, so that no lever is believed."""
CELLS = {
    "turnaround": ("tiers", "turnaround_hours"),
    "csat_floor": ("tiers", "csat_floor"),
    "min_attainment": ("tiers", "min_attainment"),
    "capacity": ("providers", "capacity_hours"),
    "provider_share": ("providers", "max_share"),
    "rate_share": ("rates", "max_share"),
    "criteria_minimum": ("criteria", "minimum"),
    **{f"{state}_{name}": (name, "support" if name == "products" else "engage" if name == "providers" else "offer")
       for state in ("required", "excluded") for name in ("tiers", "products", "providers")},
    **{f"{state}_models": ("pricing_models", "offer") for state in ("required", "excluded")},
}  # fmt: skip
KEYS = {"tiers": "tier", "pricing_models": "model", "products": "product", "criteria": "criterion"}


def alone(tables: Tables, scenario: Scenario, conflict: pd.DataFrame) -> tuple[dict[str, pd.DataFrame], Scenario]:
    """The tables and the scenario with the rules of the conflict and no others."""
    bare = {name: frame.assign(**_there(frame, EVERY_LIMIT_OFF.get(name, {}))) for name, frame in tables.items()}
    asked = {}
    for rule, scope in conflict[["rule", "scope"]].itertuples(index=False, name=None):
        if rule in ScenarioRules.model_fields:
            asked[rule] = getattr(scenario, rule)
            continue
        table, column = CELLS[rule]
        rows = tables[table][KEYS.get(table, "provider")] == scope
        bare[table].loc[rows, column] = tables[table].loc[rows, column]
    return bare, Scenario(objective=scenario.objective, **asked)


def _there(frame: pd.DataFrame, off: Mapping[str, object]) -> dict[str, object]:
    return {column: value for column, value in off.items() if column in frame}


@pytest.mark.parametrize("seed", one_in(2, [14, 3]))
def test_what_is_proved_whatever_becomes_of_the_rest_is_infeasible_alone(seed: int) -> None:
    """The rules told, all others taken away by hand: enumeration finds no plan."""
    case, scenario = case_of(seed), scenario_of(seed)
    answer = optimizer.diagnose(case, gap=1e-6, targets=[])
    assert WHATEVER in answer.sentences[0]
    conflict = answer.tables["conflict"]
    assert len(conflict) == len(answer.facts["conflict"])  # type: ignore[arg-type]  # a list
    changed, _ = apply_scenario(case, scenario)
    bare, asked = alone(changed.tables, scenario, conflict)
    assert Enumeration(read_world(changed.settings, bare, asked)).run().status == "infeasible"


def test_what_is_proved_of_too_high_a_margin_is_so_alone(tiny: Case) -> None:
    answer = optimizer.diagnose(tiny, TOO_MUCH, targets=[])
    assert answer.sentences[0].startswith("No plan obeys these 2 rules together, proved, whatever becomes of the ")
    bare, asked = alone(tiny.tables, TOO_MUCH, answer.tables["conflict"])
    assert optimizer.solve(build_case(tiny.settings, bare), asked).status is Status.INFEASIBLE


def test_a_promise_is_set_aside_even_where_parts_take_ages(tiny: Case) -> None:
    """However long parts take: a limit set aside must not bind."""
    ages = tiny.tables["fulfilment"].assign(turnaround_hours=2e10)
    promised = tiny.tables["tiers"].assign(turnaround_hours=1.0)
    held = tiny.tables["installed_base"].iloc[[0]][["account_id", "product", "units"]]
    contracts = held.assign(tier="gold", model="fixed", price=0.1)[list(tiny.tables["contracts"])]
    tables = {**tiny.tables, "fulfilment": ages, "tiers": promised, "contracts": contracts}
    answer = optimizer.diagnose(build_case(tiny.settings, tables), Scenario(), targets=[])
    assert answer.sentences[0] == f"No plan obeys turnaround (gold) at 1 hours, proved, {WHATEVER}."


def test_a_rule_has_to_go_says_up_to_where_that_is_proved(tiny: Case) -> None:
    # whatever the limit, costs without revenue break the rule; without it the empty plan stands
    scenario = Scenario(objective="account_margin", max_tiers=0, min_service_margin=0.3)
    answer = optimizer.diagnose(tiny, scenario, targets=["min_service_margin"])

    (told,) = [sentence for sentence in answer.sentences if sentence.startswith("min_service_margin: ")]
    assert "with all other rules held, there is a plan without this rule, but none at -10 " in told


def test_limits_of_what_is_excluded_are_set_aside_too(tiny: Case) -> None:
    """With the exclusion alone set aside the limit would still bind, and no plan at all be told as proved."""
    tables = dict(tiny.tables)
    everywhere = tables["rates"].query("provider == 'Own'")
    tables["rates"] = everywhere.assign(provider="Partner")
    tables["providers"] = tables["providers"].assign(engage=["optional", "excluded"], capacity_hours=[1000.0, 1.0])
    held = tables["installed_base"].iloc[[0]][["account_id", "product", "units"]]
    tables["contracts"] = held.assign(tier="gold", model="fixed", price=0.1)[list(tables["contracts"])]
    answer = optimizer.diagnose(build_case(tiny.settings, tables), Scenario(objective="account_margin"), targets=[])

    assert answer.sentences[0] == f"No plan obeys capacity (Partner) at 1 hours a year, proved, {WHATEVER}."
    assert answer.facts["ways"] == [["excluded_providers (Partner)", "capacity (Partner)"]]


def test_no_target_is_looked_for_in_what_is_excluded(tiny: Case) -> None:
    exclude = Change(table="tiers", where={"tier": "gold"}, column="offer", set="excluded")
    answer = optimizer.diagnose(tiny, Scenario(objective="account_margin", change=(exclude,)))

    assert "gold" not in set(answer.tables["targets"]["scope"])
