"""Starting from what an earlier solve found: it helps, and never brings in a plan that this question forbids."""

from __future__ import annotations

import pandas as pd
import pytest

from models import Case, Change, Scenario, apply_scenario, build_case, load_case
from models.economics.offers import sellable_options
from optimizer.assurance.result import Result
from optimizer.program.instance import build_instance
from optimizer.results.record import Status
from optimizer.results.warm_start import warm_start_of
from optimizer.search.tree.warm_starting import usable_columns, values_in_plan
from optimizer.solving.engine import DeliveryQuestion, Limit, Search, offers_of
from optimizer.solving.solve import solve
from tests.oracle.enumeration import enumerate_scenario
from tests.oracle.random_cases import random_case
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case")))


@pytest.fixture(scope="module")
def earlier(case: Case) -> Result:
    result = solve(case)
    assert len(result.decided.decisions.tiers) == len(result.decided.decisions.models) == 2
    return result


@pytest.mark.parametrize("rule", [{"max_tiers": 1}, {"max_models": 1}, {"max_menu": 1}, {"min_service_margin": 0.3}])
def test_a_plan_that_breaks_a_rule_of_the_new_question_is_not_taken_over(
    rule: dict[str, float], case: Case, earlier: Result
) -> None:
    scenario = case.scenarios["base"].model_copy(update=rule)
    alone, started = solve(case, scenario), solve(case, scenario, start=earlier)
    assert started.status is alone.status is Status.OPTIMAL
    assert started.objective == pytest.approx(alone.objective, rel=2e-4)
    assert started.audit is not None
    assert started.audit.ok


def test_a_plan_still_allowed_is_the_first_to_beat(case: Case, earlier: Result) -> None:
    news = []
    solve(case, start=earlier, progress=news.append)
    known = [report.objective for report in news if report.objective is not None]
    assert known[0] == pytest.approx(earlier.objective, rel=2e-6)


def test_what_a_plan_uses_is_remembered_by_name(case: Case, earlier: Result) -> None:
    chosen, decided = earlier.warm_start.chosen, earlier.decided.decisions
    by_kind = {kind: {name for one, *names in chosen for name in names if one == kind} for kind in ("tier", "provider")}
    assert by_kind == {"tier": set(decided.tiers), "provider": set(decided.providers)}
    policies = {tuple(names) for kind, *names in chosen if kind == "policy"}
    assert policies == set(earlier.fulfilment[["product", "tier", "policy"]].itertuples(index=False, name=None))
    assert warm_start_of(earlier.decided).chosen == chosen  # as read from a run folder


def test_decisions_alone_lead_to_a_plan_that_uses_them(case: Case, earlier: Result) -> None:
    """Menus that no longer exist do not stand in the way of the rest of a plan."""
    gone = Change(table="price_points", column="price", multiply=1.001)
    moved = case.scenarios["base"].model_copy(update={"change": (gone,)})
    searched = Search(_question(case, moved, earlier), Limit(1e-4, None, None), None)
    assert not list(usable_columns(searched.master, earlier.warm_start.best))
    values = values_in_plan(searched.master, earlier.warm_start.chosen)
    names = searched.master.stated.names
    providers = searched.master.instance.catalog.providers
    engaged = {
        providers[int(names[column].removeprefix("provider_"))]: value
        for column, value in values.items()
        if names[column].startswith("provider_")
    }
    assert engaged
    assert engaged == {name: int(name in earlier.decided.decisions.providers) for name in engaged}
    assert solve(case, moved, start=earlier).objective == pytest.approx(solve(case, moved).objective, rel=2e-4)


def test_names_that_are_gone_tell_nothing(case: Case, earlier: Result) -> None:
    searched = Search(_question(case, case.scenarios["base"], earlier), Limit(1e-4, None, None), None)
    assert values_in_plan(searched.master, frozenset()) == {}
    strange = values_in_plan(
        searched.master, frozenset({("tier", "bronze age"), ("policy", "viewer", "gold", "magic")})
    )
    assert set(strange.values()) <= {0}


def test_a_plan_known_to_be_the_best_so_far_leaves_no_book_without_a_menu() -> None:
    """Seed 43 has one price book, which must have a menu, and earns more without contracts than with the best.

    From a start that is known to be good no menu may be left that could be better: then there is no plan to look for.
    """
    settings, tables, scenarios = random_case(43)
    earlier = solve(build_case(settings, tables, scenarios), gap=1e-7)
    dearer = pd.DataFrame([{"tier": "silver", "model": "usage_based", "price": 0.5392}])
    points = pd.concat([tables["price_points"], dearer], ignore_index=True)
    wider = build_case(settings, {**tables, "price_points": points}, scenarios)
    started = solve(wider, gap=1e-7, start=earlier)
    best = enumerate_scenario(settings, {**tables, "price_points": points}, scenarios["base"]).objective
    assert started.status is Status.OPTIMAL
    assert started.objective == pytest.approx(best)


def _question(case: Case, scenario: Scenario, start: Result) -> DeliveryQuestion:
    changed, wanted = apply_scenario(case, scenario)
    instance = build_instance(changed, wanted)
    return DeliveryQuestion(instance, offers_of(instance, sellable_options(instance.catalog)), start=start.warm_start)
