"""Worth of products, tiers and models, and how many are best: against enumeration of random cases."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from optimizer.analysis.machinery.comparison.value_added import value_added_table, values_added
from optimizer.analysis.machinery.sessions.context import AnalysisContext, context_of
from optimizer.analysis.portfolio import _behind, best_by_count, curve_table, portfolio
from tests.optimizer.solving.test_enumeration import Posed, pose
from tests.oracle.conditioned import Bound, best_within, with_cell, with_rules
from tests.oracle.enumeration import Enumeration
from tests.oracle.menus import used_models
from tests.oracle.volume import no_contract_objective

GAP = 1e-7
NEAR = 3e-6

posed = cache(pose)


@cache
def context(seed: int) -> AnalysisContext:
    return context_of(posed(seed).case, "base", None, gap=GAP)


def near(value: float, scale: float) -> object:
    return pytest.approx(value, abs=NEAR * max(1.0, abs(scale)))


def assert_values(one: AnalysisContext, case: Posed, kind: str, table: str, column: str) -> None:
    best = Enumeration(case.world).run().objective
    assert best is not None
    names = [row[kind] for row in case.world.tables[table] if row[column] != "excluded"]
    for row in value_added_table(values_added(one, kind, names), kind).to_dict("records"):  # type: ignore[arg-type]
        state = "excluded" if row["in_plan"] else "required"
        other = Enumeration(with_cell(case.world, table, column, state, **{kind: row[kind]})).run().objective
        if other is None:
            assert row["status"] == "infeasible"
            assert pd.isna(row["value"])
            continue
        assert row["value"] == near(best - other if row["in_plan"] else other - best, best)


@pytest.mark.parametrize(("seed", "kind", "table", "column"), [
    (2, "product", "products", "support"),
    (9, "tier", "tiers", "offer"),
    (4, "model", "pricing_models", "offer"),
])  # fmt: skip
def test_each_is_worth_what_enumeration_says(seed: int, kind: str, table: str, column: str) -> None:
    assert_values(context(seed), posed(seed), kind, table, column)


@pytest.mark.parametrize("seed", [4])
def test_the_best_plan_of_each_number_of_tiers(seed: int) -> None:
    one, case = context(seed), posed(seed)
    for row in curve_table(one, "tier", best_by_count(one, "tier")).to_dict("records"):
        count, least = row["tiers"], case.world.scenario.min_menu
        rules = {"min_tiers": count, "max_tiers": count, "min_menu": None if least is None else min(least, count)}
        expected = Enumeration(with_rules(case.world, **rules)).run()
        assert row["status"] == expected.status
        if expected.objective is not None:
            assert row["objective"] == near(expected.objective, expected.objective)
            assert len(row["chosen"].split(", ")) == count


@pytest.mark.parametrize("seed", [17])
def test_the_best_plan_of_each_number_of_models(seed: int) -> None:
    one, case = context(seed), posed(seed)
    before: float | None = no_contract_objective(case.world, Enumeration(case.world).demand)
    for row in curve_table(one, "model", best_by_count(one, "model")).to_dict("records"):
        count = row["models"]
        bound = Bound(together=lambda menus, count=count: len(used_models(menus)) == count)  # type: ignore[misc]
        expected = best_within(with_rules(case.world, max_models=count), bound)
        assert row["status"] == expected.status
        if expected.objective is not None and before is not None:
            assert row["step"] == near(expected.objective - before, expected.objective)
        before = expected.objective


def test_the_answer_holds_every_curve_and_names_the_best_number() -> None:
    one = context(4)
    answer = portfolio(one.session, result=one.result)
    assert set(answer.tables) == {"products", "tiers", "models", "tier_counts", "model_counts"}
    counts = answer.tables["tier_counts"]
    best = counts.loc[counts["objective"].idxmax(), "tiers"]
    assert answer.facts["best_count"]["tier"] == best  # type: ignore[index]
    assert any(sentence.startswith(f"The best number of tiers is {best}") for sentence in answer.sentences)


def test_what_another_number_loses_is_told_by_year_and_once() -> None:
    """60 less, of which 30 is saved once: 90 less every year."""
    first, row = {"objective": 100.0, "one_off_cost": 90.0}, {"objective": 40.0, "one_off_cost": 60.0}
    one = context(4)
    margin = one.about(replace(one.result, objective_name="account_margin", currency="EUR"))
    assert _behind(first, row, margin) == "90.00 EUR a year less 30.00 EUR once"
