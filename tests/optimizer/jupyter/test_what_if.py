"""The sliders: where they stand is what is solved, and what cannot be is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

import optimizer
from models import load_case, vary
from optimizer.analysis.machinery.sessions import solver_session
from optimizer.jupyter.what_if import WhatIf
from optimizer.results.html import result_page
from optimizer.results.record import Status
from tests.folders import TINY


@pytest.fixture(scope="module")
def what_if() -> WhatIf:
    return WhatIf(load_case(TINY), "base", gap=1e-4)


def test_it_begins_with_the_scenario_as_it_is(what_if: WhatIf) -> None:
    assert what_if.scenario == load_case(TINY).scenarios["base"]
    assert what_if.result.objective == pytest.approx(19_560)
    assert [slider.get_interact_value() for slider in what_if.sliders.values()][:3] == [-1.0, 0, -1.0]
    assert {name: slider.value for name, slider in what_if.sliders.items()} == {
        "min_service_margin": -1.0,
        "csat_points": 0,
        "max_price_change": -1.0,
        "price": "free",
        "rate": 1.0,
        "engaged": "free",
        "incident_rate": 1.0,
        "price_sensitivity": 1.0,
    }
    assert "19.56 k EUR a year of account margin; no plan earns more than 19.56 k EUR, " in what_if.verdict


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


@pytest.fixture
def moved() -> Callable[..., WhatIf]:
    """A what-if of the tiny case with sliders, and what they are about, put elsewhere."""
    case = load_case(TINY)
    solved = optimizer.solve(case)

    def move(subject: object = None, **values: object) -> WhatIf:
        made = WhatIf(case, "base", result=solved, gap=1e-6)
        for name, value in values.items():
            if subject is not None:
                made.subjects[name].value = subject
            made.sliders[name].value = value
        return made

    return move


CHANGED = [
    (None, {"incident_rate": 1.5}, "products.incident_rate multiply", 1.5),
    (None, {"price_sensitivity": 0.8}, "customer_classes.price_sensitivity multiply hold_uptake", 0.8),
    ("Own", {"rate": 1.3}, "rates[provider=Own].cost_per_case multiply", 1.3),
    ("Partner", {"engaged": "excluded"}, "providers[provider=Partner].engage set", "excluded"),
    ("Partner", {"engaged": "required"}, "providers[provider=Partner].engage set", "required"),
]
"""What a slider is about and its value, and the same as a key of a sweep with its value."""


@pytest.mark.parametrize(("subject", "values", "key", "value"), CHANGED)
def test_numbers_of_the_case_move_as_in_a_sweep(
    subject: object, values: dict[str, object], key: str, value: object, moved: Callable[..., WhatIf]
) -> None:
    made, case = moved(subject, **values), load_case(TINY)
    (asked,) = vary(case, {key: [value]}, "base").scenarios
    assert made.scenario == asked.model_copy(update={"name": "base"})
    assert made.result.objective == pytest.approx(optimizer.solve(case, asked, gap=1e-6).objective)


def test_sliders_add_up_and_go_back(moved: Callable[..., WhatIf]) -> None:
    made = moved(min_service_margin=0.5, incident_rate=1.2, price_sensitivity=1.1)
    assert made.scenario.min_service_margin == 0.5
    assert [change.hold_uptake for change in made.scenario.change] == [False, True]
    for name, value in (("min_service_margin", -1.0), ("incident_rate", 1.0), ("price_sensitivity", 1.0)):
        made.sliders[name].value = value
    assert made.scenario == load_case(TINY).scenarios["base"]
    assert made.result.objective == pytest.approx(19_560)


def test_one_price_is_put_where_the_slider_stands(moved: Callable[..., WhatIf]) -> None:
    """The factories' gold at its other price; with another option chosen, the price is free again."""
    made = moved()
    rows = made.result.menus
    gold = int(rows.index[(rows["price_book"] == "factories") & (rows["tier"] == "gold")][0])
    made.subjects["price"].value = gold
    others = [price for _, price in made.sliders["price"].options if price not in ("free", rows["price"][gold])]
    made.sliders["price"].value = others[-1]
    (condition,) = made.conditions
    assert str(condition) == f"factories gold fixed {others[-1]:.12g}"
    menus = made.result.menus
    shown = menus[(menus["price_book"] == "factories") & (menus["tier"] == "gold")]
    assert shown["price"].tolist() == [others[-1]]
    best = optimizer.solve(load_case(TINY), gap=1e-6, conditions=made.conditions)
    assert made.result.objective == pytest.approx(best.objective)
    made.subjects["price"].value = 0
    assert made.sliders["price"].value == "free"
    assert made.conditions == ()
    assert made.result.objective == pytest.approx(19_560)


def test_what_a_slider_is_about_changes_nothing_while_it_asks_nothing(moved: Callable[..., WhatIf]) -> None:
    made = moved()
    before = made.result
    made.subjects["rate"].value = "Partner"
    assert made.result is before
    made.sliders["rate"].value = 1.3
    made.subjects["rate"].value = "Own"
    assert made.scenario.change[0].where == {"provider": "Own"}


def test_without_time_the_plan_at_hand_is_shown() -> None:
    case = load_case(TINY)
    made = WhatIf(case, "base", result=optimizer.solve(case), seconds=0.0)
    made.sliders["csat_points"].value = -5
    assert made.result.objective is not None  # the plan before obeys lower floors
    assert made.verdict.startswith("Stopped after ")
    shown, drawn = made.view.children[2].value, made.view.children[1].children
    made.sliders["min_service_margin"].value = 0.6
    assert made.result.status is Status.NO_PLAN
    assert made.verdict.endswith("Shown is the plan before, which breaks min_service_margin.")
    assert " min_service_margin: 55.38 % against 60.00 %, 980.00 EUR a year short. " in made.verdict  # 11,740 of 21,200
    assert made.view.children[2].value == shown
    assert made.view.children[1].children == drawn


def test_outside_of_a_notebook_nothing_names_python_or_keys() -> None:
    case = load_case(TINY)
    made = WhatIf(case, "base", result=optimizer.solve(case), seconds=0.0, in_notebook=False)
    made.sliders["min_service_margin"].value = 0.6
    assert made.result.status is Status.NO_PLAN
    assert "There may be one: move less. service margin floor: 55.00 % against 60.00 %" in made.verdict
    assert made.verdict.endswith("Shown is the plan before, which breaks service margin floor.")
    assert "WhatIf(" not in made.verdict
    named = WhatIf(case, "base", result=optimizer.solve(case), seconds=0.0)
    named.sliders["min_service_margin"].value = 0.6
    assert "move less, or begin with WhatIf(..., seconds=30)." in named.verdict


def test_menus_that_a_notebook_cuts_are_whole_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("optimizer.results.html.SHOWN_ROWS", 1)
    result = optimizer.solve(load_case(TINY))
    assert "and 1 more price books in <code>result.menus</code>" in result_page(result)
    page = result_page(result, in_notebook=False)
    assert "clinics</td>" in page
    assert "factories</td>" in page
    assert "<code>" not in page


def test_what_is_shown_has_the_names_that_people_read() -> None:
    case = load_case(TINY)
    tiers = case.tables["tiers"].assign(label=lambda rows: "Level " + rows["tier"])
    made = WhatIf(replace(case, tables={**case.tables, "tiers": tiers}))
    assert next(label for label, _ in made.subjects["price"].options) == "clinics, Level gold"
    assert "Level silver</th>" in made.view.children[2].value
    assert made.result.plan is not None
    assert set(made.result.plan.menus["tier"]) == {"gold", "silver"}


def test_a_case_without_menus_of_today_has_no_sensitivity_to_hold() -> None:
    case = load_case(TINY)
    bare = replace(case, tables={**case.tables, "current_menus": case.tables["current_menus"].iloc[:0]})
    assert {"price_sensitivity", "max_price_change"}.isdisjoint(WhatIf(bare, "base").sliders)


def test_a_result_that_proves_too_little_is_where_solving_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    case, starts = load_case(TINY), list[object]()
    solved = optimizer.solve(case, gap=0.5)

    def noted(*given: object, **named: object) -> object:
        starts.append(named["start"])
        return optimizer.solve(*given, **named)  # type: ignore[arg-type]  # as the session calls it

    monkeypatch.setattr(solver_session, "solve", noted)
    assert WhatIf(case, "base", result=solved, gap=0.0).result is not solved
    assert starts == [solved]
