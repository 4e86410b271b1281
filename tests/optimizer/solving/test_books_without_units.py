"""Price books without units (nobody in them, or all of it locked) have no menu, and no rule looks at one."""

from __future__ import annotations

from dataclasses import replace
from math import nan
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import Case, CaseError, Scenario, apply_scenario, build_case, load_case, read_menus
from models.menus import books_with_units, todays_menus
from models.scenario import Change
from optimizer.analysis.machinery.comparison.todays_book import today
from optimizer.analysis.machinery.sessions.solver_session import SolverSession
from optimizer.auditing import audit
from tests.oracle.enumeration import Enumeration
from tests.oracle.world import read_world
from tests.worlds.small_case import write_small_case

LOCKED = (("A4", "gauge", 7.0), ("A4", "viewer", 2.0), ("A5", "gauge", 3.0))
"""What accounts of the price book `factory` hold without a contract."""


def more(table: pd.DataFrame, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.concat([table, pd.DataFrame(rows, columns=list(table))], ignore_index=True)


def idle(case: Case) -> Case:
    """The case with all units of `factory` locked, and a price book `ghost` in which nobody is; both sell today."""
    tables = dict(case.tables)
    contracts = [(account, product, "silver", "warranty", 0.05, units) for account, product, units in LOCKED]
    tables["contracts"] = more(tables["contracts"], *contracts)
    tables["segments"] = more(tables["segments"], ("ghost", "ghost", 0.0))
    tables["customer_classes"] = more(tables["customer_classes"], ("ghost", "all", 1.0, 0.5, 0.0))
    tables["loyalty"] = more(tables["loyalty"], *[("ghost", tier, 0.8, 0.0) for tier in ("none", "silver", "gold")])
    tables["price_points"] = more(tables["price_points"], ("gold", "warranty", 0.001, "ghost", nan, nan))
    tables["current_menus"] = more(tables["current_menus"], ("ghost", "gold", "rental", 0.3))
    return build_case(case.settings, tables, case.scenarios)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case") / "small"))


@pytest.fixture(scope="module")
def case(small: Case) -> Case:
    return idle(small)


def test_which_price_books_hold_units(small: Case, case: Case) -> None:
    assert books_with_units(small) == {"health", "factory"}
    assert books_with_units(case) == {"health"}
    assert set(todays_menus(case)["price_book"]) == {"health"}


@pytest.mark.parametrize(
    "rules",
    [
        {"min_menu": 2},
        {"min_menu": 2, "max_price_change": 0.1, "min_tier_gap": 0.0},
        {"min_menu": 1, "max_menu": 1, "max_tiers": 1},
        {"min_menu": 2, "max_price_change": 0.01, "min_tier_gap": 0.1},
    ],
    ids=str,
)
def test_rules_look_at_the_others_alone(case: Case, rules: dict[str, float]) -> None:
    scenario = Scenario.model_validate({"objective": "account_margin", **rules})
    expected = Enumeration(read_world(case.settings, case.tables, scenario)).run()
    result = optimizer.solve(case, scenario, gap=1e-7)

    assert result.status.value == expected.status
    assert result.objective == (None if expected.objective is None else pytest.approx(expected.objective, rel=2e-6))
    if result.plan is not None:
        assert result.audit is not None
        assert result.audit.ok
        assert set(result.plan.menus["price_book"]) == {"health"}
        assert set(result.plan.coverage["price_book"]) == {"health"}


def test_a_required_tier_must_be_in_a_menu_that_somebody_sees(case: Case) -> None:
    # gold is worth having to nobody but at a price point that `ghost` alone has
    tables = {**case.tables, "tiers": case.tables["tiers"].assign(offer=["optional", "required"])}
    points = case.tables["price_points"]
    tables["price_points"] = points[(points["tier"] != "gold") | (points["price_book"] == "ghost")]
    result = optimizer.solve(build_case(case.settings, tables), Scenario(objective="account_margin"))

    assert result.status.value == "infeasible"


def test_a_menu_that_nobody_sees_is_bad_input(case: Case, tmp_path: Path) -> None:
    (tmp_path / "menus.csv").write_text(
        "price_book,tier,model,price\nhealth,gold,warranty,0.08\nghost,gold,warranty,0.08\nfactory,silver,metered,900\n"
        "health,silver,waranty,0.05\n",
        encoding="utf-8",
    )
    with pytest.raises(CaseError) as caught:
        read_menus(tmp_path / "menus.csv", case)

    told = str(caught.value)
    assert "4 problems" not in told
    assert "3 problems" in told  # the misspelt model at once with the two price books
    assert "line 3 (price_book=ghost, tier=gold), column price_book: the price book holds no free units" in told
    assert "line 4 (price_book=factory, tier=silver), column price_book" in told


def test_units_are_those_under_the_scenario(case: Case) -> None:
    freed = Scenario(objective="account_margin", change=(_halved(),))
    menus = pd.DataFrame([("factory", "silver", "metered", 900.0)], columns=["price_book", "tier", "model", "price"])
    with pytest.raises(CaseError, match="no free units"):
        optimizer.evaluate(case, Scenario(objective="account_margin"), menus=menus)

    assert books_with_units(apply_scenario(case, freed)[0]) == {"health", "factory"}
    assert optimizer.evaluate(case, freed, menus=menus).plan is not None


def _halved() -> Change:
    return Change(table="contracts", where={"account_id": "A4"}, column="units", multiply=0.5)


def test_todays_menus_of_such_books_are_ignored(case: Case) -> None:
    result = optimizer.solve(case, "dear")
    known = case.tables["current_menus"]
    shown = build_case(case.settings, {**case.tables, "current_menus": known[known["price_book"] == "health"]})
    without = optimizer.solve(shown, case.scenarios["dear"])

    assert result.baseline == without.baseline
    assert result.baseline is not None
    assert today(SolverSession(case), "dear").objective == pytest.approx(result.baseline["account_margin"], rel=1e-6)


def test_today_is_seen_with_the_scenarios_changes(small: Case) -> None:
    change = Change(table="current_menus", column="price", where={"price_book": "factory"}, multiply=1.2)
    scenario = Scenario(objective="account_margin", change=(change,))
    result = today(SolverSession(small), scenario)

    assert result.decided.kpis == optimizer.solve(small, scenario, gap=1e-2).baseline
    assert result.objective != pytest.approx(
        today(SolverSession(small), Scenario(objective="account_margin")).objective
    )


def test_the_audit_refuses_a_menu_that_nobody_sees(case: Case) -> None:
    scenario = Scenario(objective="account_margin")
    plan = optimizer.solve(case, scenario).plan
    assert plan is not None
    option = plan.menus[plan.menus["tier"] == "gold"].assign(price_book="ghost")
    verdict = audit(case, scenario, replace(plan, menus=pd.concat([plan.menus, option], ignore_index=True)))

    faults = verdict.rules[~verdict.rules["ok"]]
    assert "menus without units: price_book=ghost; tier=gold" in list(faults["scope"])


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_nothing_is_free(small: Case) -> None:
    base = small.tables["installed_base"]
    locked = base.assign(tier="silver", model="warranty", price=0.05)[list(small.tables["contracts"])]
    case = build_case(small.settings, {**small.tables, "contracts": locked})
    result = optimizer.solve(case, Scenario(objective="account_margin", min_menu=2, max_price_change=0.0))

    assert result.plan is not None
    assert result.plan.menus.empty
    assert result.audit is not None
    assert result.audit.ok
    assert result.baseline is not None
    assert result.baseline["account_margin"] == pytest.approx(result.objective, rel=1e-6)
    assert optimizer.solve(case, Scenario(objective="account_margin", min_tiers=1)).status.value == "infeasible"
