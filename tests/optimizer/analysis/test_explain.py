"""What rules cost, against enumeration; shadow prices by hand."""

from __future__ import annotations

import pytest

import optimizer
from models import apply_scenario, load_case
from optimizer.analysis.explain import explain
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.analysis.machinery.answers.proved_amount import UNDECIDED
from optimizer.analysis.machinery.feasibility.levers import levers
from optimizer.analysis.machinery.feasibility.shadow_prices import ShadowPrices, shadow_prices
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from tests.folders import TINY
from tests.optimizer.analysis.posed import case_of, optimum, scenario_of


@pytest.mark.parametrize(("seed", "rules"), [(12, ["max_cost_to_serve"]), (39, ["min_account_margin"])])
def test_gains_agree_with_enumeration(seed: int, rules: list[str]) -> None:
    case, scenario = case_of(seed), scenario_of(seed)
    answer = optimizer.explain(case, gap=1e-7, rules=rules)
    on = {(lever.rule, lever.scope): lever for lever in levers(apply_scenario(case, scenario)[0], scenario)}
    base = optimum(seed, scenario).objective
    assert base is not None
    for row in answer.tables["costs"].to_dict("records"):
        lever = on[row["rule"], row["scope"]]
        assert lever.limit is not None
        room = 3e-6 * max(1.0, abs(base))
        for looser, gain in (
            (lever.dropped(scenario), "gain_dropped"),
            (lever.at(scenario, lever.loosened(lever.limit)), "gain_step"),
        ):
            best = optimum(seed, looser).objective
            assert best is not None
            assert row[gain] == pytest.approx(max(0.0, best - base), abs=room)
            assert row[f"{gain}_at_most"] >= best - base - room


@pytest.fixture(scope="module")
def answer() -> Answer:
    return optimizer.explain(optimizer.load_case("data/tiny"))


def test_a_floor_costs_what_is_worked_out_by_hand(answer: Answer) -> None:
    """Factories cause 8 silver cases. Each point of the floor keeps a twentieth of them from Partner, 40 cheaper."""
    costs = answer.tables["costs"].set_index(["rule", "scope"])
    silver = costs.loc[("csat_floor", "silver")]
    assert (silver["rank"], silver["step"], silver["limit_loosened"]) == (1, 1.0, 69.0)
    assert silver["gain_dropped"] == pytest.approx(160.0)  # the other half of the cases as well
    assert silver["gain_step"] == pytest.approx(16.0)
    assert silver["shadow_price"] == pytest.approx(16.0)
    assert costs.loc[("required_providers", "Own"), "gain_dropped"] == pytest.approx(0.0, abs=1e-6)
    assert answer.sentences[0].startswith("csat_floor (silver) at 70 CSAT points costs 160.00 EUR")


def test_one_rule_of_a_name_is_asked_as_answers_call_it() -> None:
    answer = optimizer.explain(optimizer.load_case(TINY), rules=["csat_floor (silver)"])
    assert answer.tables["costs"][["rule", "scope"]].to_numpy().tolist() == [["csat_floor", "silver"]]


def test_a_first_step_within_the_proof_is_undecided() -> None:
    answer = optimizer.explain(case_of(19))
    row = answer.tables["costs"].set_index(["rule", "scope"]).loc[("criteria_minimum", "skill")]
    assert row["gain_step"] == 0.0 < row["gain_step_at_most"]
    (told,) = (sentence for sentence in answer.sentences if sentence.startswith("criteria_minimum (skill)"))
    assert told.endswith(f"; the first 0.5: between 0 and {row['gain_step_at_most']:.2f} EUR a year: {UNDECIDED}.")


def test_a_shadow_price_of_a_slack_rule_is_nothing() -> None:
    case = optimizer.load_case("data/tiny")
    scenario = case.scenarios["base"]
    prices = shadow_prices(case, scenario, optimizer.solve(case).decided)
    assert prices is not None
    assert prices.objective == pytest.approx(19560.0)
    for lever in levers(case, scenario):
        if lever.rule in ("capacity", "min_attainment"):
            assert lever.limit is not None
            looser = lever.at(scenario, lever.loosened(lever.limit))
            assert prices.gain(apply_scenario(case, looser)[0], looser) == pytest.approx(0.0, abs=1e-6)


def test_every_binding_rule_is_looked_at(answer: Answer) -> None:
    looked = set(zip(answer.tables["costs"]["rule"], answer.tables["costs"]["scope"], strict=True))
    assert looked == {
        ("csat_floor", "silver"),
        ("required_products", "scanner"),
        ("required_products", "viewer"),
        ("required_providers", "Own"),
    }


def test_shadow_prices_end_with_half_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each states a program of its own: with no time left none is stated, and the answer says what was not asked."""
    stated: list[object] = []
    monkeypatch.setattr(ShadowPrices, "gain", lambda *given: stated.append(given))
    session = SolverSession(load_case(TINY), time_limit=60.0)
    assert session.solve().plan is not None
    explain(session)
    assert stated
    stated.clear()
    monkeypatch.setattr(SolverSession, "seconds_left", property(lambda _: 20.0))
    explain(session)
    assert stated == []
