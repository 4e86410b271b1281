"""The share of a gain that rests on what is not sold today: by hand, by another solve, and where there is none."""

from __future__ import annotations

import pytest

from models import Case, Change, build_case, load_case
from optimizer.analysis.compare import compare
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.results.record import Status
from optimizer.solving.solve import solve
from tests.folders import TINY
from tests.oracle.random_cases import random_case


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case(TINY)


def test_the_share_of_gold_in_the_tiny_case(case: Case) -> None:
    answer = compare(case, gap=1e-4)

    # today earns 12,580, the best plan 19,560, and the best one without gold 16,980
    (row,) = answer.tables["unsold"].to_dict("records")
    assert (row["plan"], row["kind"], row["name"], row["status"]) == ("base", "tier", "gold", "optimal")
    assert row["gain"] == pytest.approx(6_980)
    assert row["gain_without"] == pytest.approx(4_400)
    assert row["share"] == pytest.approx(1 - 4_400 / 6_980)
    assert row["share_least"] <= row["share"] == row["share_most"]
    assert row["share_least"] == pytest.approx(row["share"], abs=1e-3)
    assert any(
        "36.96 % (proved: " in said and "tier gold, which is not sold today" in said for said in answer.sentences
    )


@pytest.mark.parametrize("seed", [7, 9])
def test_the_interval_holds_what_a_case_without_it_gains(seed: int) -> None:
    session = SolverSession(build_case(*random_case(seed)), gap=1e-6)
    answer = compare(session)
    rows = answer.tables["unsold"].to_dict("records")
    assert rows
    for row in rows:
        table, key = ("tiers", "tier") if row["kind"] == "tier" else ("pricing_models", "model")
        change = Change(table=table, where={key: row["name"]}, column="offer", set="excluded")
        base = session.case.scenarios["base"]
        other = solve(session.case, base.model_copy(update={"change": (*base.change, change)}), gap=1e-7)
        result = session.solve()
        assert result.baseline is not None
        if other.objective is None:
            assert row["status"] == Status.INFEASIBLE
            continue
        today = result.baseline[base.objective]
        assert today is not None
        share = 1 - (other.objective - today) / row["gain"]
        assert row["share_least"] - 1e-6 <= share <= row["share_most"] + 1e-6


def test_a_tier_that_is_required_carries_the_whole_gain(case: Case) -> None:
    tiers = case.tables["tiers"].copy()
    tiers.loc[tiers["tier"] == "silver", "offer"] = "excluded"
    menus = case.scenarios["base"].model_copy(update={"min_menu": 1})
    answer = compare(build_case(case.settings, {**case.tables, "tiers": tiers}, {"base": menus}))

    assert answer.tables["unsold"]["status"].tolist() == ["infeasible"]
    assert any("no plan does without it, proved" in said for said in answer.sentences)


def test_nothing_is_asked_of_today_and_of_menus_given(case: Case) -> None:
    given = SolverSession(case).evaluate(menus=solve(case).menus)
    assert compare(case, ["today", given]).tables["unsold"].empty
    assert compare(case, ["today"]).tables["unsold"].empty
