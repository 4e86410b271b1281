"""Price ladders by hand: where they end, how points are rounded, and what lies next to 0."""

from __future__ import annotations

import numpy as np
import pytest

from models.economics.price_ladders import ladder_points, ladder_sizes, rounded_prices


def points(price: float, to: float, step: float) -> list[float]:
    return ladder_points(np.array([price]), np.array([to]), np.array([step]))[1].tolist()


@pytest.mark.parametrize(
    ("price", "to", "step", "expected"),
    [
        (0.1, 0.3, 0.1, [0.1, 0.2, 0.3]),  # 0.1 + 2 x 0.1 is 0.30000000000000004
        (1.0, 2.0, 0.4, [1.0, 1.4, 1.8]),  # no step falls on the end
        (0.04, 0.045, 0.01, [0.04]),
        (-0.3, 0.3, 0.1, [-0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3]),  # -0.3 + 3 x 0.1 is 5.6e-17
        (4500.0, 6000.0, 500.0, [4500.0, 5000.0, 5500.0, 6000.0]),
        (0.1234567890123456, 0.2234567890123456, 0.1, [0.123456789012, 0.223456789012]),
        (1.0, 1.9999999995, 1.0, [1.0, 2.0]),  # short of a step by 5e-10 of it, which is rounding
        (1.0, 1.999999998, 1.0, [1.0]),
    ],
)
def test_points_of_a_ladder(price: float, to: float, step: float, expected: list[float]) -> None:
    assert points(price, to, step) == expected


def test_a_point_next_to_nothing_is_nothing_without_a_sign() -> None:
    assert str(points(-0.3, 0.3, 0.1)[3]) == "0.0"


def test_a_price_without_a_ladder_stands_for_itself_as_it_is() -> None:
    none = np.array([np.nan, 0.2, np.nan])
    row, price = ladder_points(np.array([0.1 + 0.2, 0.1, 5.0]), none, none / 2)
    assert row.tolist() == [0, 1, 1, 2]
    assert price.tolist() == [0.1 + 0.2, 0.1, 0.2, 5.0]


def test_sizes_are_those_of_the_formula() -> None:
    sizes = ladder_sizes(np.array([1.0, 1.0, 0.0]), np.array([1000.0, 1001.0, np.nan]), np.array([1.0, 1.0, np.nan]))
    assert sizes[:2].tolist() == [1000.0, 1001.0]
    assert np.isnan(sizes[2])


def test_prices_are_rounded_to_twelve_digits_whatever_their_size() -> None:
    assert rounded_prices([0.1 + 0.2, 123456789012.34567, -1e-30 / 3]).tolist() == [
        0.3,
        123456789012.0,
        -3.33333333333e-31,
    ]
