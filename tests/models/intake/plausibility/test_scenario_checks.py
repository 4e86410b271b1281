"""Rules and changes of scenarios that are absurd, beside those that are merely strict."""

from __future__ import annotations

from typing import Any

import pytest

from models import Scenario, scenario_warnings
from tests.models.intake.plausibility.edited import imaging


def warned(**rules: Any) -> tuple[str, ...]:
    scenario = Scenario.model_validate({"name": "odd", "objective": "account_margin", **rules})
    return scenario_warnings(imaging(), scenario)


@pytest.mark.parametrize(
    ("rule", "absurd", "sound"),
    [
        ("max_price_change", 15, 0.5),
        ("min_tier_gap", 10, 1.0),
        ("min_service_margin", 0.99, 0.85),
        ("min_account_margin", 0.95, 0.85),
        ("min_tiers", 5, 4),
        ("min_menu", 5, 4),
    ],
)
def test_rules(rule: str, absurd: float, sound: float) -> None:
    (sentence,) = warned(**{rule: absurd})
    assert sentence.startswith(f"Scenario odd: {rule} is {absurd:g}")
    assert warned(**{rule: sound}) == ()


@pytest.mark.parametrize(("factor", "odd"), [(98.0, True), (10.0, True), (0.02, True), (1.1, False), (3.0, False)])
def test_changes(factor: float, odd: bool) -> None:
    sentences = warned(change=[{"table": "rates", "column": "cost_per_case", "multiply": factor}])

    assert bool(sentences) == odd
    assert all("change[1]: rates.cost_per_case is multiplied by" in said for said in sentences)
