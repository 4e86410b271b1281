"""Each pricing-model kind, the settlement, the annuity and the lease's amounts, against numbers worked by hand.

One unit, worth 1,000, price index 2, with 1.5 incidents and 400 hours of use a year. An incident makes
0.8 repairs at 50 (C = 40); scheduled work is 2 inspections at 10 a year (C1 = 20).
"""

from __future__ import annotations

from math import e

import numpy as np
import pytest

from models.economics.pricing_kinds import (
    KINDS,
    Exposure,
    annuity,
    capital_cost,
    discounted_price,
    end_of_lease_share,
    ownership_credit,
    settlement_per_case,
)

UNIT = Exposure(
    unit_value=1000.0,
    price_index=2.0,
    incidents=1.5,
    usage_hours=400.0,
    cost_per_incident=40.0,
    cost_per_unit=20.0,
    expected_settlement=-5.0,
)


@pytest.mark.parametrize(
    ("kind", "price", "discount", "yearly", "per_incident"),
    [
        ("pay_per_use", 30, 0, 90, 60),  # 30 x 2 x 1.5; 30 x 2
        ("pay_per_use", 30, 0.1, 81, 54),  # 27 x 2 x 1.5; 27 x 2
        ("fixed_warranty", 0.06, 0, 60, 0),  # 6 % of 1,000
        ("fixed_warranty", 0.06, 0.25, 45, 0),  # 4.5 % of 1,000
        ("lease", 0.25, 0, 250, 0),  # 25 % of 1,000
        ("lease", 0.25, 0.2, 200, 0),
        ("cost_plus", 0.25, 0, 100, 50),  # 1.25 (1.5 x 40 + 20); 1.25 x 40
        ("cost_plus", 0.25, 0.2, 80, 40),  # 1.25 x 0.8 = 1: at cost
        ("cost_plus", -0.5, 0, 40, 20),  # half of cost
        ("performance_based", 0.1, 0, 100, -5),  # 10 % of 1,000; the settlement expected
        ("performance_based", 0.1, 0.5, 50, -5),  # a discount does not touch the settlement
        ("usage_based", 0.05, 0, 40, 0),  # 0.05 x 2 x 400
        ("usage_based", 0.05, 0.5, 20, 0),
    ],
)
def test_terms_of_each_kind(kind: str, price: float, discount: float, yearly: float, per_incident: float) -> None:
    k = discounted_price(price, discount, KINDS[kind].on_cost)
    assert KINDS[kind].yearly(k, UNIT) == pytest.approx(yearly)
    assert KINDS[kind].per_incident(k, UNIT) == pytest.approx(per_incident)


def test_every_kind_is_tested() -> None:
    assert set(KINDS) == {"pay_per_use", "fixed_warranty", "lease", "cost_plus", "performance_based", "usage_based"}
    assert [name for name, kind in KINDS.items() if kind.settles] == ["performance_based"]
    assert [name for name, kind in KINDS.items() if kind.finances] == ["lease"]


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        # On promise, r = D = 10: late 10/e hours, early 10 - 10 (1 - 1/e) = 10/e; 1 x 10/e - 3 x 10/e = -20/e.
        (10.0, -20 / e),
        # Slow, r = 20: exp(-0.5) = 0.60653066; late 12.1306132; early 10 - 20 x 0.39346934 = 2.1306132.
        (20.0, 2.1306132 - 3 * 12.1306132),
        # Fast, r = 5: exp(-2) = 0.135335283; late 0.676676416; early 10 - 5 x 0.864664717 = 5.676676416.
        (5.0, 5.676676416 - 3 * 0.676676416),
    ],
)
def test_settlement_of_a_case(mean: float, expected: float) -> None:
    found = settlement_per_case(promise=10.0, response=mean, bonus=1.0, penalty=3.0)
    assert float(found) == pytest.approx(expected, rel=1e-8)


def test_settlement_pays_slow_providers_less() -> None:
    found = np.asarray(settlement_per_case(10.0, np.array([5.0, 20.0]), 1.0, 3.0))
    assert found == pytest.approx([3.646647168, -34.2612264])


@pytest.mark.parametrize(
    ("rate", "term", "end", "expected"),
    [
        (0.0, 4, 0.2, 0.2),  # (1 - 0.2) / 4
        (0.0, 5, 1.0, 0.0),
        # 1.1^-2 = 0.8264463; 0.1 (1 - 0.121 x 0.8264463) / (1 - 0.8264463) = 0.09 / 0.1735537
        (0.1, 2, 0.121, 0.51857143),
        (0.1, 3, 1.0, 0.1),  # nothing repaid: interest alone
        (1.0, 1, 0.0, 2.0),  # one year: the sum and its interest
    ],
)
def test_annuity(rate: float, term: float, end: float, expected: float) -> None:
    assert annuity(rate, term, end) == pytest.approx(expected)


def test_annuity_of_a_rate_near_zero_is_that_of_zero() -> None:
    assert annuity(1e-12, 4, 0.2) == pytest.approx(0.2, rel=1e-9)


def test_lease_amounts() -> None:
    # Half of the lessees buy out at 0.3, the rest return a unit worth 0.1: E = 0.15 + 0.05 = 0.2.
    end = end_of_lease_share(0.5, 0.3, 0.1)
    assert end == pytest.approx(0.2)
    # Goods cost 60 % of 1,000; 4 years without interest: 600 x 0.8 / 4.
    assert capital_cost(1000.0, 0.4, annuity(0.0, 4, end)) == pytest.approx(120)
    # The owner would have lost 90 % of 1,000 in 4 years.
    assert ownership_credit(1000.0, annuity(0.0, 4, 0.1)) == pytest.approx(225)
