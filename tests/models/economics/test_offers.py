"""Options, cells and menus of the case that `tests.worlds.hand_case` describes, with a second price book and tier."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models import Change, Scenario, apply_scenario, build_case
from models.catalog import Array, Catalog
from models.economics.demand_base import demand_base
from models.economics.offers import Offers, build_offers, sellable_options
from models.economics.uptake import shares_at
from tests.worlds.hand_case import Rows, hand_case, market, offer

BASIC: dict[str, Any] = {"tier": "basic", "rank": 0, "response_hours": 20, "csat_floor": 0, "csat_target": 50}


def offers(**more: Rows) -> Offers:
    """Clinics (careful, thrifty) as by hand, and a shop with 5 betas; a tier `basic` under gold."""
    given = market()
    tables: dict[str, Rows] = {
        "accounts": [
            *given["accounts"],
            {"account_id": "A3", "segment": "shop", "region": "north", "product_revenue": 0},
        ],
        "installed_base": [*given["installed_base"], {"account_id": "A3", "product": "beta", "units": 5}],
        "segments": [*given["segments"], {"segment": "shop"}],
        "customer_classes": [
            *given["customer_classes"],
            {"segment": "shop", "customer_class": "all", "share": 1, "price_sensitivity": 0.5},
        ],
        "appeal": [*given["appeal"], {"segment": "shop", "customer_class": "all", "tier": "basic", "appeal": 20}],
        "loyalty": [
            {"segment": segment, "tier": tier, "retention": 0.8}
            for segment in ("clinic", "shop")
            for tier in ("none", "basic", "gold")
        ],
        "tiers": [{**BASIC, "offer": "optional"}, *offer()["tiers"]],
        "price_points": [
            {"tier": "gold", "model": "flat", "price": 0.2},
            {"tier": "gold", "model": "flat", "price": 0.1},
            {"tier": "basic", "model": "flat", "price": 0.05},
            {"tier": "basic", "model": "flat", "price": 0.04, "price_book": "shop"},
        ],
    }
    catalog = Catalog(build_case(*hand_case(**{**tables, **more})))
    return build_offers(catalog, demand_base(catalog), sellable_options(catalog))


def test_options_by_book_rank_model_and_price() -> None:
    options = offers().options
    listed = list(zip(options.book.tolist(), options.tier.tolist(), options.price.tolist(), strict=True))
    clinic, shop = (0, [(0, 0.05), (1, 0.1), (1, 0.2)]), (1, [(0, 0.04), (0, 0.05), (1, 0.1), (1, 0.2)])
    assert listed == [(book, tier, price) for book, rows in (clinic, shop) for tier, price in rows]
    assert [list(options.of(book)) for book in (0, 1)] == [[0, 1, 2], [3, 4, 5, 6]]


def test_cells_pair_each_cohort_with_each_option_of_its_book() -> None:
    """Clinics have four cohorts (careful and thrifty, alpha and beta) and three options, the shop one and four."""
    made = offers()
    assert made.cell_start.tolist() == [0, 12, 16]
    assert made.cohort.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 4]
    assert made.option.tolist() == [0, 1, 2] * 4 + [3, 4, 5, 6]
    assert made.block(made.terms.yearly, 1).tolist() == [pytest.approx([12, 15, 30, 60])]


def test_a_class_without_appeal_never_buys() -> None:
    """Of the clinics only the careful see gold; the shop sees basic only: u = 20 - 0.5 x 100 x 12 / 300 = 18."""
    made = offers()
    clinic, shop = made.block(made.utility, 0), made.block(made.utility, 1)
    assert np.isneginf(clinic[:, 0]).all()
    assert np.isneginf(clinic[2:]).all()
    assert clinic[:2, 1:] == pytest.approx(np.array([[1.2, -0.6], [1.2, -0.6]]))  # 3 - 20 x 0.9 x price
    assert shop[0] == pytest.approx([18, 17.5, -np.inf, -np.inf])


def test_mean_payments_weigh_those_who_can_buy() -> None:
    """2.25 alphas and 0.5 betas of the careful pay 90 % of a tenth of 100 and 300: (20.25 + 13.5) / 2.75."""
    made = offers()
    mean = made.mean_payment
    assert np.isnan(mean[0])
    assert mean[1:3] == pytest.approx([33.75 / 2.75, 67.5 / 2.75])
    assert mean[3:5] == pytest.approx([12, 15])
    assert np.isnan(mean[5:]).all()


def test_shares_of_a_menu_under_first_choice() -> None:
    made = offers()

    def shares(book: int, menu: list[int]) -> Array:
        cohorts = np.array(made.cohorts_of(book))
        return shares_at(made, made.cells(cohorts, np.tile(np.array(menu, dtype=np.int64), (len(cohorts), 1))))

    assert shares(0, [0, 1]).tolist() == [[0, 1], [0, 1], [0, 0], [0, 0]]
    assert shares(0, [2]).tolist() == [[0]] * 4  # utility under 0
    assert shares(1, [3, 5]).tolist() == [[1, 0]]
    assert shares(1, []).shape == (1, 0)


def test_excluded_tiers_and_models_are_not_sold() -> None:
    tiers = [{**BASIC, "offer": "excluded"}, *offer()["tiers"]]
    assert set(offers(tiers=tiers).options.tier.tolist()) == {1}
    models = [{**offer()["pricing_models"][0], "offer": "excluded"}, offer()["pricing_models"][1]]
    assert len(offers(pricing_models=models).options) == 0


def test_a_book_without_free_units_is_left_out() -> None:
    contract = {"account_id": "A3", "product": "beta", "tier": "gold", "model": "flat", "price": 0.3, "units": 5}
    assert offers().books_with_units == [0, 1]
    assert offers(contracts=[contract]).books_with_units == [0]


def test_a_price_that_several_rows_name_counts_once() -> None:
    point = {"tier": "gold", "model": "flat", "price": 0.2}
    once = sellable(price_points=[point, {**point, "price": 0.1}])

    assert sellable(price_points=[point, point, {**point, "price": 0.1}, {**point, "price_book": "clinic"}]) == once
    assert len(once) == 2


def test_changes_may_make_prices_alike() -> None:
    points = [{"tier": "gold", "model": "flat", "price": price} for price in (0.1, 0.2)]
    case = build_case(*hand_case(price_points=points))
    change = Change(table="price_points", column="price", set=0.3)
    changed, _ = apply_scenario(case, Scenario(objective="account_margin", change=(change,)))

    catalog = Catalog(changed)
    made = build_offers(catalog, demand_base(catalog), sellable_options(catalog))
    assert made.options.price.tolist() == [0.3]


def sellable(**tables: Rows) -> list[tuple[int, int, int, float]]:
    """Options on sale as (price book, tier, model, price)."""
    catalog = Catalog(build_case(*hand_case(**tables)))
    options = build_offers(catalog, demand_base(catalog), sellable_options(catalog)).options
    return list(zip(options.book, options.tier, options.model, options.price, strict=True))
