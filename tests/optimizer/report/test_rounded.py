"""Numbers are rounded for people."""

from __future__ import annotations

import pytest

from optimizer.report.rounded import about, about_percent, at_most_percent, change, points, rounded_text


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (302_269_880.4, "302 M EUR"), (34_073_917.8, "34.1 M EUR"), (9_996_000.0, "10.0 M EUR"),
        (999_600.0, "1.00 M EUR"), (328_000.0, "328 k EUR"), (41_900.0, "41.9 k EUR"), (6_980.0, "6,980 EUR"),
        (0.0, "0 EUR"), (-4_691.2, "−4,691 EUR"), (-22_400.0, "−22.4 k EUR"), (-0.2, "0 EUR"),
        (1.5e9, "1.50 bn EUR"), (None, "none"),
    ],
)  # fmt: skip
def test_money_has_three_figures(amount: float | None, words: str) -> None:
    assert about(amount, "EUR") == words


def test_a_change_has_its_sign() -> None:
    assert (change(160.0, "EUR"), change(-4.0e6)) == ("+160 EUR", "−4.00 M")
    assert (points(0.0193), points(-0.095), points(0.0)) == ("+1.9 points", "−9.5 points", "–")
    assert (change(0.4), change(-0.4)) == ("–", "–")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.33034, "33.0 %"), (1.0, "100 %"), (0.0, "0 %"), (0.0087, "0.87 %"), (9.9e-5, "0.01 %"), (-0.4517, "−45.2 %"),
     (0.0099, "1.0 %"), (8e-10, "under 0.001 %"), (None, "none")],
)  # fmt: skip
def test_shares_have_one_decimal(share: float | None, words: str) -> None:
    assert about_percent(share) == words


@pytest.mark.parametrize(("share", "words"), [
    (0.0125, "1.3 %"), (0.034, "3.4 %"), (0.0341, "3.5 %"), (1.25e-3, "0.13 %"), (9.9e-5, "0.01 %"),
    (1.04e-4, "0.02 %"), (8e-10, "0.001 %"), (0.0, "0.001 %"), (0.123, "13 %"), (1.5, "150 %"),
])  # fmt: skip
def test_a_proof_covers_what_is_told_of_it(share: float, words: str) -> None:
    assert at_most_percent(share) == words


def test_proved_shares_have_one_decimal() -> None:
    told = "44.37 % (proved: 44.28 % to 44.37 %) of its gain rests on gold at 9.75 %."
    assert rounded_text(told) == "44.4 % (proved: 44.3 % to 44.4 %) of its gain rests on gold at 9.75 %."


def test_sentences_keep_their_prices() -> None:
    told = "It costs 278.07 k EUR, 2,384.85 EUR in all, at 12.25 EUR an hour and 10.25 %."
    assert rounded_text(told) == "It costs 278 k EUR, 2,385 EUR in all, at 12.25 EUR an hour and 10.25 %."
