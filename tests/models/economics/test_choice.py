"""Burden, utility, logit shares and first choice with its ties, against numbers worked by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from models.economics.choice import (
    burden_without_contract,
    certainty_equivalent,
    first_choice_shares,
    logit_shares,
    utility,
)

NEVER = -np.inf


def test_certainty_equivalent_burden() -> None:
    # T = 100, 2 incidents, e = i = -5, loss by downtime 3 an hour x 10 h = 30, O = 20, risk aversion 0.01:
    # 100 + 2 (-5) + 2 x 30 - 20 + 0.005 x 2 x (-5 + 30)^2 = 130 + 6.25
    burden = certainty_equivalent(100.0, 2.0, -5.0, -5.0, 30.0, 20.0, 0.01)
    assert burden == pytest.approx(136.25)


def test_payments_per_incident_are_in_the_bill_already() -> None:
    # Pay per use: T = 100 holds both incidents' 50 each; they add risk, 0.005 x 2 x (50 + 30)^2, and no more.
    burden = certainty_equivalent(100.0, 2.0, 50.0, 0.0, 30.0, 0.0, 0.01)
    assert burden == pytest.approx(100 + 60 + 64)


def test_burden_without_a_contract() -> None:
    # 2 incidents, each 50 and 20 h down at 3 an hour: w0 = 110; 220 + 0.005 x 2 x 12,100
    assert burden_without_contract(2.0, 50 + 3 * 20.0, 0.01) == pytest.approx(341)


def test_utility_counts_percents_of_unit_value() -> None:
    # 0.5 - 0.2 x 100 x (136.25 - 341) / 1,000
    assert utility(0.5, 0.2, 136.25, 341.0, 1000.0) == pytest.approx(4.595)


def test_logit_shares() -> None:
    # exp(u) = 2 and 3 against 1 for no contract; the second cohort never buys the second option.
    shares = logit_shares(np.array([[log(2), log(3)], [log(2), NEVER]]))
    assert shares == pytest.approx(np.array([[2 / 6, 3 / 6], [2 / 3, 0]]))


def test_logit_shares_of_extreme_utilities() -> None:
    assert logit_shares(np.array([[1000.0, -1000.0]])) == pytest.approx(np.array([[1, 0]]))
    assert logit_shares(np.zeros((2, 0))).shape == (2, 0)


@pytest.mark.parametrize(
    ("utilities", "payments", "ranks", "winner"),
    [
        ([1.0, 2.0], [9, 1], [1, 2], 1),  # the higher utility
        ([1.0, 1.0 + 5e-10], [9, 1], [1, 2], 0),  # within 1e-9: the dearer
        ([1.0, 1.0 + 2e-9], [9, 1], [1, 2], 1),  # further apart: no tie
        ([1.0, 1.0], [5, 5], [1, 2], 1),  # the same bill: the higher rank
        ([1.0, 1.0], [5, 5], [2, 1], 0),
        ([1.0, 1.0], [5e6, 5e6 * (1 + 5e-10)], [2, 1], 0),  # bills within 1e-9 of each other tie
        ([1.0, 1.0], [5e6, 5e6 * (1 + 5e-9)], [2, 1], 1),
        ([1e-9, NEVER], [5, 5], [1, 2], None),  # must be over 1e-9
        ([1.1e-9, NEVER], [5, 5], [1, 2], 0),
        ([-1.0, -2.0], [5, 5], [1, 2], None),
        ([NEVER, NEVER], [5, 5], [1, 2], None),
        ([1.5e-9, 0.6e-9], [1, 5], [1, 2], 1),  # a tie with the best is enough
    ],
)
def test_first_choice(utilities: list[float], payments: list[float], ranks: list[int], winner: int | None) -> None:
    shares = first_choice_shares(np.array([utilities]), np.array([payments], dtype=float), np.array(ranks))
    expected = [[float(place == winner) for place in range(2)]]
    assert shares.tolist() == expected
