"""The map from shares to totals, forward, transposed and at its ends, against loops over cohorts and dense matrices."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import sparse

from models import apply_scenario, build_case
from models.book_menu import BookMenu
from models.catalog import Array
from models.economics.offers import Offers, sellable_options
from optimizer.program.instance import Instance, build_instance
from optimizer.program.menu_inputs import menu_inputs
from optimizer.program.totals_bounds import totals_bounds
from optimizer.program.totals_map import TotalsMap, offers_map, standing_totals
from optimizer.search.assortment.columns import prepare_books
from optimizer.search.assortment.pricing import Pricer
from optimizer.solving.engine import offers_of
from tests.oracle.random_cases import random_case

SEEDS = range(8)
CLOSE = 1e-12


@cache
def posed(seed: int) -> tuple[Instance, Offers, TotalsMap]:
    case, scenario = apply_scenario(build_case(*random_case(seed)), "base")
    instance = build_instance(case, scenario)
    offers = offers_of(instance, sellable_options(instance.catalog))
    return instance, offers, offers_map(offers, instance.index)


def drawn_inputs(seed: int, count: int = 6) -> Array:
    """Inputs of random menus and coverage of random price books, a row a menu."""
    instance, offers, _ = posed(seed)
    rng, catalog = np.random.default_rng(seed), instance.catalog
    menus = []
    for book in rng.choice(offers.books_with_units, count).tolist():
        own = rng.permutation(np.array(offers.options.of(book), dtype=np.int64))[:3].tolist()
        options = {int(offers.options.tier[option]): option for option in own}
        covered = np.flatnonzero(rng.random(len(catalog.products)) < 0.7).tolist()
        menus.append(BookMenu(book, tuple(sorted(options.values())), frozenset(covered)))
    return np.asarray(menu_inputs(offers, menus).toarray())


def added_by(seed: int, cell: int) -> Array:
    """What share 1 of a cell adds to the totals, term by term."""
    instance, offers, _ = posed(seed)
    catalog, index, terms = instance.catalog, instance.index, offers.terms
    cohorts, cohort, option = offers.demand.cohorts, offers.cohort[cell], offers.option[cell]
    product, segment = cohorts.product[cohort], cohorts.segment[cohort]
    tier, model = offers.options.tier[option], offers.options.model[option]
    units, row = float(cohorts.units_by_region[cohort].sum()), catalog.product_table.iloc[product]
    totals = np.zeros(index.size)
    totals[0] = units * terms.yearly[cell]
    totals[1] = units * catalog.model_table["admin_cost"].iloc[model]
    totals[2] = units * terms.capital[cell]
    kept = catalog.loyalty[segment, tier] * (1 - catalog.displaced_share[model]) - catalog.loyalty[segment, -1]
    totals[3] = cohorts.revenue[cohort] * kept
    totals[4] = totals[3] * row["product_margin"]
    family, group = catalog.family_of_product[product], catalog.performance_group[model]
    for region, here in enumerate(cohorts.units_by_region[cohort]):
        totals[index.units[region, family, tier]] += here
        totals[index.incidents[region, family, tier, group]] += here * terms.incidents[cell]
    cases = terms.incidents[cell] * catalog.parts_per_incident[tier] + catalog.parts_per_unit[tier]
    totals[index.parts[product, tier]] += units * cases
    totals[index.unit_value] = units * row["unit_value"]
    return totals


def dense(demand_map: TotalsMap) -> Array:
    return np.asarray((demand_map.local @ demand_map.regional).toarray())


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cell_adds_what_its_terms_say(seed: int) -> None:
    instance, offers, demand_map = posed(seed)
    rows = dense(demand_map)
    cells = np.random.default_rng(seed).choice(len(offers.cohort), 40)
    for cell in cells.tolist():
        assert rows[cell] == pytest.approx(added_by(seed, cell), rel=CLOSE, abs=CLOSE)
    options = rows[len(offers.cohort) : len(offers.cohort) + len(offers.options)]
    for at, option in enumerate(options):
        places = [
            instance.index.tier_uses[offers.options.tier[at]],
            instance.index.model_uses[offers.options.model[at]],
        ]
        assert sorted(np.flatnonzero(option).tolist()) == sorted(places)
        assert option.sum() == 2.0


@pytest.mark.parametrize("seed", SEEDS)
def test_forward_and_transposed_are_one_map(seed: int) -> None:
    instance, offers, demand_map = posed(seed)
    inputs, prices = drawn_inputs(seed), np.random.default_rng(seed).normal(0, 1, instance.index.size)
    by_shares = totals_of(seed, inputs) @ prices
    assert by_shares == pytest.approx(inputs @ demand_map.at_prices(prices), rel=1e-9, abs=1e-9)
    sold = np.flatnonzero(inputs[0, : len(offers.cohort)])
    some = np.concatenate([inputs[0, sold], inputs[0, len(offers.cohort) :]])
    alone = offers_map(offers, instance.index, sold).totals(some)
    assert alone == pytest.approx(inputs[0] @ dense(demand_map), rel=CLOSE, abs=CLOSE)


def totals_of(seed: int, inputs: Array) -> Array:
    totals = posed(seed)[2].forward(sparse.csr_matrix(inputs))
    assert totals.has_canonical_format
    return np.asarray(totals.toarray())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_pricing_objective_is_the_transposed_map(seed: int) -> None:
    instance, offers, demand_map = posed(seed)
    books = prepare_books(instance, offers)
    prices = np.random.default_rng(seed).normal(0, 1, instance.index.size)
    objective = Pricer(instance, offers, books, 0, len(instance.catalog.tiers)).objective(prices)
    worth = dense(demand_map) @ prices
    first, second = len(offers.cohort), len(offers.cohort) + len(offers.options)
    assert objective.profit == pytest.approx(worth[:first], rel=1e-9, abs=1e-9)
    assert objective.option_cost == pytest.approx(-worth[first:second], rel=CLOSE)
    expected = [0.0 if code < 0 else -worth[second + code] for book in books for code in (-1, *book.optional, -1)]
    assert objective.coverage_cost == pytest.approx(expected, rel=CLOSE)


@pytest.mark.parametrize("seed", SEEDS)
def test_extremes_take_the_best_input_of_every_choice(seed: int) -> None:
    _, offers, demand_map = posed(seed)
    options, rng = offers.options, np.random.default_rng(seed)
    taken = [("share", int(c), int(options.tier[o])) for c, o in zip(offers.cohort, offers.option, strict=True)]
    used = [("use", int(book), int(tier)) for book, tier in zip(options.book, options.tier, strict=True)]
    names = [*taken, *used, *(("cover", product, 0) for product in range(len(offers.catalog.products)))]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    choice = np.array([numbers[name] for name in names], dtype=np.int64)
    rows = dense(demand_map)
    most = np.where(rng.random(len(rows)) < 0.3, 0.0, rng.random(len(rows)))
    low, high = demand_map.extremes(most, choice)
    for ends, best in ((low, np.minimum), (high, np.maximum)):
        by_choice = np.zeros((len(numbers), rows.shape[1]))
        best.at(by_choice, choice, rows * most[:, None])
        assert ends == pytest.approx(by_choice.sum(axis=0), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_bounds_hold_whatever_is_offered(seed: int) -> None:
    instance, offers, demand_map = posed(seed)
    box, standing = (
        totals_bounds(offers, instance.index, demand_map, instance.sellable),
        standing_totals(offers, instance.index),
    )
    barred = np.concatenate([~instance.sellable[offers.cohort], np.zeros(len(offers.options), dtype=bool)])
    for inputs in drawn_inputs(seed, 20):
        inputs[: len(barred)][barred] = 0.0
        totals = standing + inputs @ dense(demand_map)
        assert (totals >= box.low).all()
        assert (totals <= box.high).all()
