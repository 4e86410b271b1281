"""Roadmaps: each wave is the best of all that are possible when it begins, by enumeration; the last is the plan."""

from __future__ import annotations

from functools import cache
from itertools import chain, combinations
from math import nan
from typing import Any

import pytest

from models.scenario import Scenario
from optimizer.analysis.machinery.comparison.waves import Roadmap, choices, margins_so_far, ready_months
from optimizer.analysis.machinery.sessions.context import AnalysisContext, context_of
from optimizer.analysis.roadmap import roadmap
from tests.optimizer.solving.test_enumeration import Posed, pose
from tests.oracle.conditioned import with_cell, with_rules
from tests.oracle.menus import Menu
from tests.oracle.questions import given_menus, menus_of
from tests.worlds.hand_case import offer
from tests.worlds.two_providers import two_providers

GAP = 1e-7
NEAR = 3e-6
NO_MARGINS = {"min_service_margin": None, "min_account_margin": None, "max_cost_to_serve": None}
FREE: dict[str, Any] = dict.fromkeys(
    ("min_tiers", "max_tiers", "max_models", "min_menu", "max_menu", "min_tier_gap", "max_price_change")
)
"""No rules on menus and prices, so that every mix of menus is allowed by them."""

posed = cache(pose)


@cache
def context(seed: int) -> AnalysisContext:
    case = posed(seed).case
    return context_of(case, case.scenarios["base"].model_copy(update=FREE), None, gap=GAP)


def mixed(road: Roadmap, moved: set[str]) -> dict[str, Menu]:
    """Menus by price book when those in `moved` have the plan's."""
    now, then = menus_of(road.current), menus_of(road.target)
    books = set(road.plan.coverage["price_book"])
    return {book: (then if book in moved or book not in road.books else now).get(book, ()) for book in books}


def objective(case: Posed, road: Roadmap, moved: set[str], ready: list[str], **rules: Any) -> float:
    world = with_rules(case.world, **FREE, **rules)
    for name in case.world.names("providers", "provider"):
        if name not in ready:
            world = with_cell(world, "providers", "engage", "excluded", provider=name)
    found = given_menus(world, mixed(road, moved)).objective
    return nan if found is None else found


def best_wave(case: Posed, road: Roadmap, month: float, moved: set[str], least: float) -> float | None:
    """Best objective that some further price books reach at a month; None where none is as good as before."""
    ready = [name for name, months in road.ready.items() if months <= month]
    left = sorted(set(road.books) - moved)
    sets = chain.from_iterable(combinations(left, size) for size in range(len(left) + 1))
    values = [objective(case, road, moved | set(more), ready) for more in sets]
    reached = [value for value in values if value >= least - NEAR * max(1.0, abs(least))]
    return max(reached, default=None)


@pytest.mark.parametrize("seed", [171])
def test_each_wave_is_the_best_possible(seed: int) -> None:
    one, case = context(seed), posed(seed)
    road = Roadmap(one, None, 3.0, catch_up=False)
    waves = list(road.waves())
    everybody = case.world.names("providers", "provider")
    able = [n for n in everybody if case.world.row("providers", provider=n)["engage"] != "excluded"]
    least, moved = objective(case, road, set(), able, **NO_MARGINS), set[str]()
    assert one.result.objective is not None
    by_month = {wave.month: wave for wave in waves}
    for month in sorted({0.0, *road.ready.values()}):
        best, wave = best_wave(case, road, month, moved, least), by_month.get(month)
        if wave is None:
            gained = None if best is None else best - least
            assert gained is None or gained <= NEAR * max(1.0, abs(least))
            continue
        assert wave.result.objective is not None
        last = wave.result is one.result
        assert last or best is not None
        if not last:
            assert wave.result.objective == pytest.approx(best, abs=NEAR * max(1.0, abs(best or 0.0)))
        moved, least = moved | set(wave.moved), wave.result.objective
    assert waves[-1].result is one.result
    assert moved == set(road.books)


def test_few_price_books_a_wave_move_one_after_the_other() -> None:
    waves = list(Roadmap(context(84), 1, 2.0, catch_up=False).waves())
    assert [len(wave.moved) for wave in waves] == [1, 1]
    assert [wave.month for wave in waves] == [6, 8]  # nobody is ready before; the second follows at the pace


def test_price_books_are_chosen_in_every_way_or_by_rank() -> None:
    assert choices("ab", 2) == [("a", "b"), ("a",), ("b",), ()]
    assert choices("abc", 1) == [("a",), ("b",), ("c",), ()]
    many = [str(i) for i in range(40)]
    by_rank = choices(many, 40)
    assert len(by_rank) == 16
    assert by_rank[0] == tuple(many)
    assert by_rank[-1] == ()
    assert all(chosen == tuple(many[: len(chosen)]) for chosen in by_rank)


def test_margin_rules_are_caught_up_with() -> None:
    one = context(84)
    share, cost = (one.plan.kpis[name] for name in ("service_margin_share", "cost_to_serve"))
    assert share is not None
    assert cost is not None
    strict = Scenario(min_service_margin=share + 0.1, max_cost_to_serve=cost / 2)
    assert margins_so_far(strict, one.result) == {"min_service_margin": share, "max_cost_to_serve": cost}
    loose = Scenario(min_service_margin=share - 0.1)
    assert margins_so_far(loose, one.result) == {"min_service_margin": share - 0.1}


GAPS = [
    {"provider": "ace", "capability": name, "required": 7, "actual": actual, "cost_to_close": 3, "months": months}
    for name, actual, months in (("tools", 5, 4), ("stock", 6, 2), ("people", 7, 9))
]
NOW = [{"price_book": "clinic", "tier": "gold", "model": "flat", "price": 0.3}]


def test_a_partner_is_made_ready_before_it_works() -> None:
    floor = [{**offer()["tiers"][0], "csat_floor": 80}]  # own alone cannot keep it, even for the contract in force
    points = [{**offer()["price_points"][0], "price": 0.15}]
    case = two_providers(tiers=floor, readiness=GAPS, current_menus=NOW, price_points=points)
    answer = roadmap(case)
    today, wave = answer.tables["waves"].to_dict("records")
    assert (today["wave"], today["month"], today["one_off_cost"]) == (0, 0, 0)
    assert (wave["month"], wave["providers"], wave["one_off_cost"]) == (4, "ace, own", 6)
    assert wave["gain"] == pytest.approx(wave["objective"] - today["objective"])
    assert wave["margin_gain"] > 0
    assert wave["payback_months"] == pytest.approx(12 * 6 / wave["margin_gain"])
    ace, own = answer.tables["providers"].to_dict("records")
    assert (ace["months"], ace["one_off_cost"], ace["latest_start"]) == (4, 6, 0)
    assert (own["months"], own["latest_start"]) == (0, 4)
    assert answer.facts["one_off_cost"] == 6
    assert "month 4" in answer.sentences[1]


def test_months_are_those_of_the_slowest_open_gap() -> None:
    case = two_providers(readiness=GAPS)
    assert ready_months(case, context_of(case, "base", None).plan) == {"ace": 4, "own": 0}


def test_a_price_book_that_is_the_plan_s_already_does_not_move() -> None:
    one = context_of(two_providers(), "base", None)
    case = two_providers(current_menus=one.plan.menus.to_dict("records"))  # type: ignore[arg-type]
    answer = roadmap(case)
    assert answer.tables["price_books"]["wave"].tolist() == [0]
    assert answer.facts["gain"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("limits", [{"most_books": 0}, {"pace": 0}])
def test_limits_without_sense_are_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected at least 1, and months above 0"):
        roadmap(context(84).session, **limits)
