"""Frontiers: each point against enumeration at its level, and marks of points worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import optimizer
from optimizer.analysis.frontier import _sentences
from optimizer.analysis.machinery.sessions.brief_solves import BriefSolves
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.analysis.machinery.trade_offs.goals import Goal
from optimizer.analysis.machinery.trade_offs.trade_off import FrontierPoint, knee, normalized, supported, undominated
from optimizer.assurance.result import Result
from optimizer.results.record import Status
from tests.optimizer.analysis.posed import case_of, scenario_of, world_of
from tests.oracle.conditioned import Bound, best_within, csat_above_floor

ROOM = 3e-6


def best(seed: int, goal: str, bound: Bound) -> float:
    scenario = scenario_of(seed).model_copy(update={"objective": goal})
    found = best_within(world_of(seed, scenario), bound).objective
    assert found is not None
    return found


@pytest.mark.parametrize("seed", [7, 37])
def test_every_point_is_the_best_of_the_first_goal_at_its_level_of_the_second(seed: int) -> None:
    goals = ("account_revenue", "service_margin")
    answer = optimizer.frontier(case_of(seed), goals=goals, points=5, gap=1e-7)
    table = answer.tables["points"]
    first, second = (table[name].to_numpy() for name in goals)
    assert len(table) > 2
    assert (np.diff(first) < 0).all()
    assert (np.diff(second) > 0).all()
    room = ROOM * max(1.0, *np.abs(first), *np.abs(second))
    for reached, level in zip(first, second, strict=True):
        assert reached == pytest.approx(best(seed, goals[0], Bound(floor=(goals[1], level - room))), abs=10 * room)
    assert first[0] == pytest.approx(best(seed, goals[0], Bound()), abs=room)
    assert second[-1] == pytest.approx(best(seed, goals[1], Bound()), abs=10 * room)
    assert (table["at_most"] >= first).all()
    assert int(table["knee"].sum()) == 1


def test_csat_over_the_floor_is_bought_with_margin() -> None:
    seed = 17
    answer = optimizer.frontier(case_of(seed), goals=("account_margin", "csat_over_floor"), step=8.0, gap=1e-7)
    table = answer.tables["points"]
    assert len(table) > 1
    for row in table.to_dict("records"):
        bound = Bound(more=(csat_above_floor(row["csat_over_floor"] - 1e-6),))
        expected = best(seed, "account_margin", bound)
        assert row["account_margin"] == pytest.approx(expected, rel=1e-5)


class Hasty(SolverSession):
    """Finds no plan for the first goal while the second is held, as if a limit came first."""

    def solve(self, scenario: Any = "base", *, conditions: Any = (), **more: Any) -> Result:
        found = super().solve(scenario, conditions=conditions, **more)
        if found.objective_name != "account_revenue" or not conditions:
            return found
        return replace(found, status=Status.NO_PLAN, plan=None, objective=None, gap=None)


@pytest.mark.parametrize("count", [2, 5])
def test_the_far_end_is_there_even_where_a_level_was_not_solved_in_time(count: int) -> None:
    seed, goals = 7, ("account_revenue", "service_margin")
    table = optimizer.frontier(Hasty(case_of(seed), gap=1e-7), goals=goals, points=count).tables["points"]
    assert len(table) == 2
    assert table[goals[0]][0] == pytest.approx(best(seed, goals[0], Bound()), abs=ROOM)
    assert table[goals[1]][1] == pytest.approx(best(seed, goals[1], Bound()), abs=ROOM)
    assert (table["at_most"] >= table[goals[0]]).all()


def points(*values: tuple[float, ...]) -> list[FrontierPoint]:
    return [FrontierPoint(value, None, None) for value in values]  # type: ignore[arg-type]  # the plan does not matter


def test_a_point_that_another_beats_is_left_out() -> None:
    kept = undominated(points((10, 0), (8, 5), (8, 4), (7, 5), (0, 6), (10, 0)))
    assert [point.values for point in kept] == [(10, 0), (8, 5), (0, 6)]


def test_supported_points_lie_on_the_hull_and_the_knee_is_farthest_out() -> None:
    found = normalized(points((10, 0), (9, 4), (5, 5), (2, 9), (0, 10)))
    assert supported(found) == [True, True, False, True, True]  # between (9, 4) and (2, 9) one has 7.5 + ... > 5, 5
    assert knee(found) == 1  # 0.9 + 0.4 against 0.2 + 0.9


def test_three_goals_are_swept_level_by_level() -> None:
    goals = ("service_revenue", "account_margin", "service_margin")
    answer = optimizer.frontier(optimizer.load_case("data/tiny"), goals=goals, points=2)
    table = answer.tables["points"]
    assert table["account_margin"].max() == pytest.approx(19560.0)  # worked out in data/tiny
    values = table[list(goals)].to_numpy()
    beaten = [(np.delete(values, i, 0) >= values[i]).all(axis=1).any() for i in range(len(values))]
    assert not any(beaten)


@pytest.mark.parametrize(
    ("goals", "told"),
    [
        (("account_revenue",), "two or three"),
        (("delivery_cost", "account_revenue"), "cannot be an objective"),
        (("account_revenue", "joy"), "no such goal; found .joy"),
    ],
)
def test_goals_that_do_not_fit_are_refused(goals: tuple[str, ...], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        optimizer.frontier(optimizer.load_case("data/tiny"), goals=goals)


def test_less_of_a_cost_is_better() -> None:
    assert (Goal("delivery_cost").more, Goal("contract_coverage").more) == (False, True)
    assert str(Goal("delivery_cost").at_least(-50.0)) == "delivery_cost <= 50"


def rows_of(*values: tuple[float, float, float]) -> pd.DataFrame:
    """Rows of account margin, the proved bound on it, and service revenue."""
    rows = [{"account_margin": margin, "at_most": most, "service_revenue": revenue} for margin, most, revenue in values]
    table = pd.DataFrame(rows).assign(supported=True, knee=False, one_off_cost=0.0)
    table["point"], table["price"] = table.index + 1, 0.5
    table.loc[0, "knee"] = True
    return table


GOALS = (Goal("account_margin"), Goal("service_revenue"))


def test_one_point_alone_is_told_as_one() -> None:
    (said,) = _sentences(GOALS, rows_of((19_560, 19_562, 21_200)), "EUR")
    assert said == (
        "1 point that no plan beats in all goals with the scenario's rules held: account margin 19.56 k EUR, "
        "service revenue 21.20 k EUR."
    )


def test_a_step_that_no_proof_resolves_is_told_as_undecided() -> None:
    """From 100 (at most 103) to 99 (at most 102) the loss is 0 to 4; from there to 50 (at most 51) it is 48 to 52."""
    said = _sentences(GOALS, rows_of((100, 103, 10), (99, 102, 20), (50, 51, 30)), "EUR")
    (told,) = [sentence for sentence in said if "less than the proof resolves" in sentence]
    assert told == (
        "What account margin a step costs is open from point 1 to 2: between 0 and 4.00 EUR a year: less than the "
        "proof resolves."
    )
    assert not any("at first" in sentence for sentence in said)


def test_points_proved_less_closely_are_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BriefSolves, "is_wide", lambda self, amount: True)
    answer = optimizer.frontier(optimizer.load_case("data/tiny"), points=3)
    (told,) = [sentence for sentence in answer.sentences if "proved less closely" in sentence.lower()]
    last = answer.tables["points"]["point"].max()
    lead = "Point 1 is" if last == 1 else f"Points 1 to {last} are"
    assert told.startswith(f"{lead} proved less closely than 1 % of what contracts add: within ")
    assert told.endswith(" of account revenue.")
