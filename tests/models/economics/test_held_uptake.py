"""Appeal that moves with what customers feel: by hand, and against the oracle on random cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models import Case, Change, Scenario, apply_scenario, build_case
from models.economics.held_uptake import appeal_moves
from tests.oracle.choice import shares, utility
from tests.oracle.demand import Cohort, read_demand
from tests.oracle.random_cases import Drawn, random_case
from tests.oracle.world import Option, World, read_world
from tests.slow import one_in

CHANGES = (
    Change(table="customer_classes", column="price_sensitivity", multiply=1.7, hold_uptake=True),
    Change(table="customer_classes", column="risk_aversion", add=3e-5, hold_uptake=True),
)
"""What every drawn case is asked with: one change after the other, each held by itself."""
PLAIN = tuple(change.model_copy(update={"hold_uptake": False}) for change in CHANGES)
SEEDS = [seed for seed in range(48) if "current_menus" in random_case(seed)[1]]


def test_moves_are_means_by_units_and_plain_means_elsewhere() -> None:
    """Class 0: silver (6 x 1 + 2 x 3) / 8 = 1.5, gold only of the 2 units, platinum (1.5 + 4) / 2. Class 1: nothing."""
    lost = np.array([[1.0, 9.0, 9.0], [3.0, 4.0, 9.0], [5.0, 5.0, 5.0], [-2.0, 8.0, 1.0]])
    units = np.array([[6.0, 0.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    moves = appeal_moves(lost, units, np.array([0, 0, 1, 2]), 4)
    assert moves[0].tolist() == [1.5, 4.0, 2.75]
    assert np.isnan(moves[[1, 3]]).all()
    assert moves[2].tolist() == [8.0, 8.0, 8.0]


def asked(drawn: Drawn, changes: tuple[Change, ...]) -> tuple[Case, World]:
    """The drawn case after changes, and the same numbers for the oracle."""
    settings, tables, _ = drawn
    changed, _ = apply_scenario(build_case(settings, tables), Scenario(change=changes))
    held = {**tables, "appeal": changed.tables["appeal"], "customer_classes": changed.tables["customer_classes"]}
    return changed, read_world(settings, held, Scenario())


def menu_today(world: World, cohort: Cohort) -> list[Option]:
    book = world.row("segments", segment=cohort.segment)["price_book"]
    return [(row["tier"], row["model"], row["price"]) for row in world.rows("current_menus", price_book=book)]


def kept_to_one_product(drawn: Drawn) -> Drawn:
    """The case in which the first product alone is not excluded."""
    settings, tables, scenarios = drawn
    products = tables["products"]
    support = ["optional", *["excluded"] * (len(products) - 1)]
    return settings, {**tables, "products": products.assign(support=support)}, scenarios


@pytest.mark.parametrize("seed", one_in(2, SEEDS))
def test_of_one_product_todays_menus_are_taken_up_as_before(seed: int) -> None:
    """By the oracle's own choice, of the changed numbers and of those before."""
    drawn = kept_to_one_product(random_case(seed))
    product = drawn[1]["products"]["product"].iloc[0]
    (_, after), before = asked(drawn, CHANGES), read_world(drawn[0], drawn[1], Scenario())
    cohorts = [cohort for cohort in read_demand(before).cohorts() if cohort.product == product]
    for cohort in cohorts:
        menu = menu_today(before, cohort)
        assert shares(after, cohort, menu) == pytest.approx(shares(before, cohort, menu), rel=1e-9, abs=1e-12)


def test_the_numbers_are_such_that_uptake_would_move_otherwise() -> None:
    moved = 0
    for seed in SEEDS:
        drawn = kept_to_one_product(random_case(seed))
        product = drawn[1]["products"]["product"].iloc[0]
        (_, after), before = asked(drawn, PLAIN), read_world(drawn[0], drawn[1], Scenario())
        for cohort in read_demand(before).cohorts():
            menu = menu_today(before, cohort)
            moved += cohort.product == product and shares(after, cohort, menu) != pytest.approx(
                shares(before, cohort, menu), rel=1e-3
            )
    assert moved > len(SEEDS) / 2


def moves_by_hand(before: World, after: World, segment: str, name: str) -> dict[str, float]:
    """What appeal gains by tier, as the contract says it: loop by loop, nothing where the class holds nothing."""
    found, demand = dict[str, float](), read_demand(before)
    own = [cohort for cohort in demand.cohorts() if cohort[:2] == (segment, name)]
    sold = [one for one in own if before.row("products", product=one.product)["support"] != "excluded"]
    tiers = {row["tier"] for row in before.rows("appeal", segment=segment, customer_class=name)}
    for tier in sorted(tiers):
        weight = total = 0.0
        for cohort in sold:
            units = sum(held for (one, _), held in demand.units.items() if one == cohort)
            for option in menu_today(before, cohort):
                was, now = utility(before, cohort, option), utility(after, cohort, option)
                if option[0] == tier and was is not None and now is not None:
                    weight, total = weight + units, total + units * (was - now)
        if weight:
            found[tier] = total / weight
    mean = sum(found.values()) / len(found) if found else 0.0
    return {tier: found.get(tier, mean) for tier in tiers}


@pytest.mark.parametrize("seed", one_in(3, SEEDS))
@pytest.mark.parametrize("change", CHANGES)
def test_of_several_products_each_tier_moves_by_their_mean(seed: int, change: Change) -> None:
    drawn = random_case(seed)
    settings, tables, _ = drawn
    moved = apply_scenario(build_case(settings, tables), Scenario(change=(change,)))[0].tables["appeal"]
    before = read_world(settings, tables, Scenario())
    after = read_world(settings, tables, Scenario(change=(change.model_copy(update={"hold_uptake": False}),)))
    for row, was in zip(moved.to_dict("records"), before.tables["appeal"], strict=True):
        moves = moves_by_hand(before, after, row["segment"], row["customer_class"])
        assert row["appeal"] == pytest.approx(was["appeal"] + moves[row["tier"]], rel=1e-9, abs=1e-9)


def test_drawn_cases_have_both_ways_to_choose_and_tiers_that_are_not_sold_today() -> None:
    drawn = [random_case(seed) for seed in SEEDS]
    assert {settings.choice_model for settings, _, _ in drawn} == {"logit", "first_choice"}
    fewer = [len(set(tables["current_menus"]["tier"])) < len(tables["tiers"]) for _, tables, _ in drawn]
    assert sum(fewer) >= 3
    classes = [pd.DataFrame(tables["customer_classes"])["segment"].duplicated().any() for _, tables, _ in drawn]
    assert sum(classes) >= 3


def test_a_change_back_leaves_the_case_as_it_was() -> None:
    settings, tables, _ = random_case(SEEDS[0])
    case = build_case(settings, tables)
    there = CHANGES[0].model_copy(update={"multiply": 2.0})
    back = CHANGES[0].model_copy(update={"multiply": 0.5})
    again, _ = apply_scenario(case, Scenario(change=(there, back)))
    assert again.tables["appeal"]["appeal"].to_numpy() == pytest.approx(case.tables["appeal"]["appeal"].to_numpy())
    assert replace(again, warnings=()).sizes == case.sizes
