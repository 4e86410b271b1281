"""Conditions: what is forced and forbidden, against enumeration; names that the case does not have; a second path."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest

import optimizer
from models import Case, CaseError
from models.conditions import (
    Amount,
    Condition,
    CountLimit,
    Cover,
    CsatOverFloor,
    Decision,
    MenuOption,
    NoTokenPartners,
    Unlike,
    WorkShare,
)
from models.plan import Plan
from optimizer.assurance.result import Result
from optimizer.auditing.condition_rules import judge_conditions
from optimizer.results.record import Status
from tests.folders import TINY
from tests.optimizer.solving.test_enumeration import GAP, Posed, assert_same_optimum, pose
from tests.oracle.conditioned import Bound, best_within, csat_above_floor, offers_of, share_of_hours, with_cell
from tests.oracle.menus import used_models, used_tiers
from tests.oracle.world import World
from tests.slow import one_in
from tests.worlds.small_case import write_small_case

Twin = Callable[[Posed], tuple[Condition, World, Bound]]
"""A condition on a random case, and what it means to the oracle."""

posed = cache(pose)


def drop_a_tier(case: Posed) -> tuple[Condition, World, Bound]:
    name = case.world.tables["tiers"][-1]["tier"]
    return Decision("tier", name, wanted=False), with_cell(case.world, "tiers", "offer", "excluded", tier=name), Bound()


def engage_a_provider(case: Posed) -> tuple[Condition, World, Bound]:
    name = case.world.tables["providers"][-1]["provider"]
    world = with_cell(case.world, "providers", "engage", "required", provider=name)
    return Decision("provider", name), world, Bound()


def support_a_product(case: Posed) -> tuple[Condition, World, Bound]:
    name = case.world.tables["products"][0]["product"]
    return Decision("product", name), with_cell(case.world, "products", "support", "required", product=name), Bound()


def one_tier(case: Posed) -> tuple[Condition, World, Bound]:
    world = replace(case.world, scenario=case.world.scenario.model_copy(update={"min_tiers": 1, "max_tiers": 1}))
    return CountLimit("tier", 1, 1), world, Bound()


def two_models(case: Posed) -> tuple[Condition, World, Bound]:
    world = replace(case.world, scenario=case.world.scenario.model_copy(update={"max_models": 2}))
    return CountLimit("model", 2, 2), world, Bound(together=lambda menus: len(used_models(menus)) == 2)


def show_an_option(case: Posed) -> tuple[Condition, World, Bound]:
    book, menus = next(iter(offers_of(case.world).items()))
    option = menus[-1][-1] if menus and menus[-1] else menus[0][0]
    condition = MenuOption(book, *option)
    return condition, case.world, Bound(offer=lambda name, menu, covered: name != book or option in menu)


def hide_a_tier(case: Posed) -> tuple[Condition, World, Bound]:
    book = next(iter(offers_of(case.world)))
    tier = case.world.tables["tiers"][0]["tier"]
    bound = Bound(offer=lambda name, menu, covered: name != book or tier not in {option[0] for option in menu})
    return MenuOption(book, tier, wanted=False), case.world, bound


def a_service_margin(case: Posed) -> tuple[Condition, World, Bound]:
    return Amount("service_margin", least=100.0), case.world, Bound(floor=("service_margin", 100.0))


def half_the_work(case: Posed) -> tuple[Condition, World, Bound]:
    name = case.world.tables["providers"][0]["provider"]
    return WorkShare((name,), 0.3, 0.6), case.world, Bound(more=(share_of_hours((name,), 0.3, 0.6),))


def better_csat(case: Posed) -> tuple[Condition, World, Bound]:
    return CsatOverFloor(6.0), case.world, Bound(more=(csat_above_floor(6.0),))


TWINS: dict[Twin, tuple[int, ...]] = {
    drop_a_tier: (0, 4, 5),
    engage_a_provider: (2, 24),
    support_a_product: (12, 18),
    one_tier: (4, 22, 38),
    two_models: (2, 25),
    show_an_option: (7, 22, 31),
    hide_a_tier: (0, 28),
    a_service_margin: (13, 22),
    half_the_work: (11, 25, 34),
    better_csat: (17, 27),
}


def pairs() -> list[Any]:
    return [pair for twin, seeds in TWINS.items() for pair in one_in(3, [(twin, seed) for seed in seeds])]


@pytest.mark.parametrize(("twin", "seed"), pairs())
def test_a_condition_agrees_with_enumeration(twin: Twin, seed: int) -> None:
    case = posed(seed)
    condition, world, bound = twin(case)
    result = optimizer.solve(case.case, gap=GAP, conditions=[condition])
    assert_same_optimum(result, best_within(world, bound))
    if result.plan is not None:
        assert_obeyed(result, case, [condition])


def assert_obeyed(result: Result, case: Posed, conditions: list[Condition]) -> None:
    assert result.plan is not None
    judged = judge_conditions(case.case, result.plan, conditions)
    assert judged["ok"].all(), judged
    assert result.manifest["conditions"] == [str(condition) for condition in conditions]


def test_every_structure_but_one_is_left_by_unlike() -> None:
    case = posed(25)
    best = optimizer.solve(case.case, gap=GAP)
    decided = best.decided.decisions
    partners = frozenset(decided.providers) & {
        row["provider"] for row in case.world.tables["providers"] if row["kind"].endswith("partner")
    }
    cut = Unlike(frozenset(decided.tiers), frozenset(decided.models), partners)
    other = optimizer.solve(case.case, gap=GAP, conditions=[NoTokenPartners(0.05), cut], start=best)
    assert_obeyed(other, case, [NoTokenPartners(0.05), cut])
    assert not judge_conditions(case.case, best.decided, [cut])["ok"].any()

    def otherwise(menus: list[tuple[tuple[str, str, float], ...]]) -> bool:
        return used_tiers(menus) != set(cut.tiers) or used_models(menus) != set(cut.models)

    with_other_menus = best_within(case.world, Bound(together=otherwise))
    assert other.objective is not None
    assert with_other_menus.objective is not None
    assert other.objective >= with_other_menus.objective * (1 - 1e-6)


def test_a_plan_that_breaks_a_condition_is_found_out(tmp_path: Path) -> None:
    case = optimizer.load_case(write_small_case(tmp_path))
    plan = optimizer.solve(case).decided
    share = plan.kpis["service_margin_share"]
    assert share is not None
    held = plan.menus.iloc[0]
    conditions: dict[Condition, bool] = {
        Decision("provider", "own"): True,
        Decision("provider", "own", wanted=False): False,
        CountLimit("product", most=2): len(plan.decisions.products) <= 2,
        MenuOption(held.price_book, held.tier, held.model, held.price): True,
        MenuOption(held.price_book, held.tier, held.model, held.price * 1.01): False,
        MenuOption(held.price_book, held.tier, wanted=False): False,
        MenuOption("", "gold"): set(plan.menus.loc[plan.menus["tier"] == "gold", "price_book"])
        == {"factory", "health"},
        Cover("health", "scanner"): True,
        Amount("service_margin_share", least=share + 1e-3): False,
        Amount("service_margin_share", least=share - 1e-3): True,
        WorkShare(("own",), most=0.0): False,
        WorkShare(("own",), least=0.99): all(plan.allocation["provider"].isin(["own", "web", "forum"])),
        CsatOverFloor(40.0): False,
    }
    found = judge_conditions(case, plan, conditions).groupby("condition")["ok"].all()
    assert {condition: bool(found[str(condition)]) for condition in conditions} == conditions


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        (Decision("tier", "Gold"), 'did you mean "gold"'),
        (
            MenuOption("health", "gold", "metered", 900.0),
            "no such price point is open to health; .*one of outcome 0.085",
        ),
        (MenuOption("factories", "gold"), "there is no price book 'factories'"),
        (Cover("health", "scanner", wanted=False), "scanner is required in every price book"),
        (WorkShare(("Orbis",), least=0.1, where=(("region", "east"),)), "there is no region 'east'"),
        (CountLimit("tier"), "no number is given"),
    ],
)
def test_a_condition_that_cannot_be_meant_is_refused(condition: Condition, told: str, tmp_path: Path) -> None:
    case = optimizer.load_case(write_small_case(tmp_path))
    with pytest.raises(CaseError, match=told):
        optimizer.solve(case, conditions=[condition])


@cache
def with_a_partner() -> tuple[Case, Result]:
    """The case worked by hand, where a partner that must be made ready does 4 repairs."""
    tiny = optimizer.load_case(TINY)
    gap = {"provider": "Partner", "capability": "tools", "required": 7.0, "actual": 5.0, "months": 4.0}
    readiness = pd.DataFrame([{**gap, "cost_to_close": 25.0}])
    case = replace(tiny, tables={**tiny.tables, "readiness": readiness})
    return case, optimizer.solve(case, gap=1e-6)


@cache
def with_shares() -> tuple[Case, Result]:
    """A case whose customers choose by logit, so that no share is whole."""
    with TemporaryDirectory() as folder:
        case = optimizer.load_case(write_small_case(Path(folder) / "small"))
    return case, optimizer.solve(case, gap=1e-6)


@pytest.mark.parametrize(
    ("posing", "kpi"),
    [
        (with_shares, "contract_coverage"),
        (with_shares, "contract_value_coverage"),
        (with_shares, "contract_incidents"),
        (with_shares, "downtime_hours"),
        (with_shares, "downtime_per_incident"),
        (with_a_partner, "downtime_per_incident"),
        (with_a_partner, "partner_payments"),
        (with_a_partner, "one_off_cost"),
    ],
)
def test_an_amount_is_held_and_no_more_than_that(posing: Callable[[], tuple[Case, Result]], kpi: str) -> None:
    """At what the plan has of it nothing is lost; a plan that must have a little less of it does."""
    case, free = posing()
    value = free.decided.kpis[kpi]
    assert value
    same = optimizer.solve(case, gap=1e-6, conditions=[Amount(kpi, most=value * (1 + 1e-7))])
    assert same.objective == pytest.approx(free.objective, rel=1e-5)
    less = optimizer.solve(case, gap=1e-4, conditions=[Amount(kpi, most=value * 0.999)])
    reached = less.decided.kpis[kpi]
    assert reached is not None
    assert reached <= value * 0.999 * (1 + 1e-6)
    assert less.audit is not None
    assert less.audit.ok


def test_what_the_program_does_not_know_cannot_be_held() -> None:
    with pytest.raises(ValueError, match="kpi is 'partner_profit'; expected one of service_revenue"):
        Amount("partner_profit", least=0.0)


@pytest.mark.parametrize(
    ("kpi", "limits"),
    [
        ("delivery_cost", {"least": 1.0}),
        ("service_margin", {"most": 1.0}),
        ("one_off_cost", {"least": 1.0}),
        ("partner_payments", {"least": 1.0}),
    ],
)
def test_waste_cannot_be_asked_for(kpi: str, limits: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=kpi):
        Amount(kpi, **limits)


def test_a_broken_condition_takes_the_proof_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing_holds(case: object, plan: Plan, conditions: list[Condition]) -> pd.DataFrame:
        return pd.DataFrame(
            {"condition": [str(condition) for condition in conditions], "ok": [False] * len(conditions)}
        )

    monkeypatch.setattr(sys.modules["optimizer.solving.solve"], "judge_conditions", nothing_holds)
    case = optimizer.load_case(write_small_case(tmp_path))
    result = optimizer.solve(case, conditions=[Decision("tier", "gold")])
    assert result.status is Status.FEASIBLE
    assert result.reason == "The plan breaks a condition: offer gold."
