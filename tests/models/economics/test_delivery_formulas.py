"""Risk share with the floor at 0, attainment, volume discounts across thresholds, commitment, loyalty loss, scores."""

from __future__ import annotations

from math import exp, log, nan

import pytest

from models.economics.delivery_formulas import (
    attainment,
    cost_per_case,
    loyalty_loss_per_case,
    partner_score,
    payment,
    readiness_charge,
    volume_discount,
)


@pytest.mark.parametrize(
    ("settlement", "expected"),
    [
        (0, 100),
        (40, 120),  # half of a bonus of 40 goes to the provider
        (-60, 70),  # half of a penalty of 60 is the provider's
        (-200, 0),
        (-300, 0),  # the provider never pays for working
    ],
)
def test_cost_per_case_with_half_the_risk(settlement: float, expected: float) -> None:
    assert float(cost_per_case(100.0, 0.5, settlement)) == pytest.approx(expected)


def test_attainment() -> None:
    assert float(attainment(10.0, 10.0)) == pytest.approx(1 - exp(-1))
    assert float(attainment(10.0, 10 / log(2))) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("case_cost", "off"),
    [
        (800, 0),
        (1000, 0),
        (3000, 200),  # 10 % of 2,000
        (5000, 400),  # 10 % of 4,000
        (9000, 1400),  # and 25 % of the 4,000 over 5,000
    ],
)
def test_volume_discount_by_brackets(case_cost: float, off: float) -> None:
    assert volume_discount(case_cost, [1000, 5000], [0.1, 0.25]) == pytest.approx(off)


def test_payment_is_the_commitment_at_least() -> None:
    assert payment(800.0, 1000.0) == 1000
    assert payment(1200.0, 1000.0) == 1200


@pytest.mark.parametrize(
    ("years", "rate", "yearly"),
    [
        (nan, 0.08, 1000),
        (1, 0.08, 1080),
        (2, 0.1, 1000 / (1 / 1.1 + 1 / 1.21)),  # its present value is 1,000
        (2.5, 0, 400),
    ],
)
def test_readiness_is_paid_whole_or_at_the_end_of_each_year(years: float, rate: float, yearly: float) -> None:
    assert readiness_charge(1000.0, years, rate) == pytest.approx(yearly, rel=1e-12)


def test_loyalty_loss_counts_only_what_is_under_target() -> None:
    assert float(loyalty_loss_per_case(0.5, 80.0, 70.0)) == pytest.approx(5)
    assert float(loyalty_loss_per_case(0.5, 80.0, 95.0)) == 0


def test_partner_score_is_the_weighted_mean() -> None:
    assert partner_score([2, 1, 1], [6, 8, 4]) == pytest.approx(6)
