"""The sliders: where they stand is what is solved, and what cannot be is said."""

from __future__ import annotations

import pytest

import optimizer
from models import load_case
from optimizer.jupyter.what_if import WhatIf
from optimizer.results.record import Status
from tests.folders import TINY


@pytest.fixture(scope="module")
def what_if() -> WhatIf:
    return WhatIf(load_case(TINY), "base", gap=1e-4)


def test_it_begins_with_the_scenario_as_it_is(what_if: WhatIf) -> None:
    assert what_if.scenario == load_case(TINY).scenarios["base"]
    assert what_if.result.objective == pytest.approx(19_560)
    assert [slider.get_interact_value() for slider in what_if.sliders.values()] == [-1.0, 0, -1.0]


def test_a_slider_sets_the_rule_and_solves_again(what_if: WhatIf) -> None:
    what_if.sliders["csat_points"].value = -10
    assert [str(change.column) for change in what_if.scenario.change] == ["csat_floor"]
    assert what_if.result.objective == pytest.approx(19_560 + 160)  # Partner may do every repair in silver
    assert "no plan earns more than" in what_if.verdict
    what_if.sliders["csat_points"].value = 0
    assert what_if.result.objective == pytest.approx(19_560)


def test_limits_that_no_plan_obeys_are_said(what_if: WhatIf) -> None:
    what_if.sliders["min_service_margin"].value = 0.6
    assert what_if.scenario.min_service_margin == 0.6
    assert what_if.result.status is Status.INFEASIBLE
    assert what_if.verdict.startswith("No plan obeys these limits: proved in ")


def test_a_scenario_solved_already_is_not_solved_again() -> None:
    case = load_case(TINY)
    solved = optimizer.solve(case, "base")

    assert WhatIf(case, "base", result=solved).result is solved
    assert WhatIf(case, "base", result=solved, gap=0.0).result is not solved  # it proves less than is asked
