"""Units, revenue, hours and locked units of the case that `tests.worlds.hand_case` describes, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models import build_case
from models.catalog import Catalog
from models.economics.demand_base import DemandBase, demand_base
from models.economics.offers import build_offers, climbs_ladder, sellable_options, within_price_change
from tests.worlds.hand_case import hand_case


@pytest.fixture
def base() -> DemandBase:
    return demand_base(Catalog(build_case(*hand_case())))


def test_free_units_of_cohorts(base: DemandBase) -> None:
    # Free: alpha 3 in the north and 6 in the south, beta 2 in the north; a quarter of each is `careful`.
    cohorts = base.cohorts
    names = list(zip(cohorts.customer_class, cohorts.product.tolist(), strict=True))
    assert names == [("careful", 0), ("careful", 1), ("thrifty", 0), ("thrifty", 1)]
    assert cohorts.units_by_region == pytest.approx(np.array([[0.75, 1.5], [0.5, 0], [2.25, 4.5], [1.5, 0]]))
    assert cohorts.units == pytest.approx([2.25, 0.5, 6.75, 1.5])


def test_product_revenue_of_free_units(base: DemandBase) -> None:
    # A1's 1,000 go 400 : 600 to alpha and beta by value; 3 of its 4 alphas are free: 300. A2's 500 are alpha.
    assert base.cohorts.revenue == pytest.approx([200, 150, 600, 450])
    assert base.revenue_by_product == pytest.approx([900, 600])
    # Without contracts 0.8 of everything is kept.
    assert base.revenue_without_contracts == pytest.approx([720, 480])


def test_usage_hours_are_of_all_units(base: DemandBase) -> None:
    # Alpha: (4 x 10 + 6 x 30) / 10, the locked unit counted.
    assert base.cohorts.usage_hours == pytest.approx([22, 0, 22, 0])


def test_locked_units(base: DemandBase) -> None:
    locked = base.locked
    assert locked.units.tolist() == [1]
    assert locked.revenue == pytest.approx([100])  # a quarter of A1's 400
    assert locked.price == pytest.approx([0.3])
    assert base.total_units == 12


def test_utility_and_mean_payment() -> None:
    catalog = Catalog(build_case(*hand_case()))
    offers = build_offers(catalog, demand_base(catalog), sellable_options(catalog))
    # Alpha at 0.2 less 10 %: 18 a year; 3 - 0.2 x 18. Beta: 54, also 18 % of its value. Thrifty never buys.
    assert offers.terms.yearly == pytest.approx([18, 54, 18, 54])
    assert offers.utility == pytest.approx([-0.6, -0.6, -np.inf, -np.inf])
    # Only the careful can buy: (2.25 x 18 + 0.5 x 54) / 2.75.
    assert offers.mean_payment == pytest.approx([67.5 / 2.75])


def test_price_ladder() -> None:
    assert climbs_ladder(100.0, 110.0, 0.1)
    assert not climbs_ladder(100.0, 109.99, 0.1)
    assert climbs_ladder(float("nan"), 1.0, 0.1)
    assert climbs_ladder(100.0, float("nan"), 0.1)


def test_price_change() -> None:
    assert within_price_change(115.0, 100.0, 0.15)
    assert not within_price_change(115.01, 100.0, 0.15)
    assert within_price_change(85.0, 100.0, 0.15)
    assert not within_price_change(84.99, 100.0, 0.15)
    assert within_price_change(-90.0, -100.0, 0.15)  # a lease's service part may be negative
    assert not within_price_change(-120.0, -100.0, 0.15)
    assert within_price_change(float("nan"), 100.0, 0.0)
