"""Rules and changes of a scenario that are legal and absurd."""

from __future__ import annotations

from collections.abc import Iterator

from ...case import Case
from ...scenario import Change, Scenario
from .case_view import CaseView

MOST_CHANGE = 1.0
"""Price change that a rule allows at most, as a share: more than double lets every price pass."""
MOST_GAP = 2.0
"""Least step from tier to tier, as a share: three times the price from each tier to the next sells one tier."""
MOST_MARGIN = 0.9
"""Least margin that a rule asks for, as a share of revenue: nine tenths are left by what costs nothing to deliver."""
FACTORS = (0.1, 10.0)
"""Ends of a change's factor: 110 % is 1.1, and 10 % more is 1.1 too."""


def odd_rules(case: Case, scenario: Scenario) -> Iterator[str]:
    """What is odd in a scenario, one sentence each."""
    yield from _shares(scenario)
    yield from _counts(case, scenario)
    for number, change in enumerate(scenario.change, 1):
        yield from _factor(scenario, number, change)


def _shares(scenario: Scenario) -> Iterator[str]:
    for key, most, why in (
        ("max_price_change", MOST_CHANGE, "prices may more than double, so that it binds no price"),
        ("min_tier_gap", MOST_GAP, "each tier must cost more than three times the one beneath it"),
        ("min_service_margin", MOST_MARGIN, "serving customers must cost less than a tenth of what they pay"),
        ("min_account_margin", MOST_MARGIN, "products and service must cost less than a tenth of what they bring"),
    ):
        value = getattr(scenario, key)
        if value is not None and value > most:
            yield f"Scenario {scenario.name}: {key} is {value:g}: {why}. It is a share: 15 % is 0.15."


def _counts(case: Case, scenario: Scenario) -> Iterator[str]:
    """Numbers of tiers asked for that nobody can offer."""
    open_tiers = len(CaseView(case).open_tiers)
    for key in ("min_tiers", "min_menu"):
        least = getattr(scenario, key)
        if least is not None and least > open_tiers:
            yield (
                f"Scenario {scenario.name}: {key} is {least}, and only {open_tiers} tiers can be sold (tiers that are "
                "not excluded and have price_points): no plan can keep it. Lower it, or add price points."
            )


def _factor(scenario: Scenario, number: int, change: Change) -> Iterator[str]:
    low, high = FACTORS
    if change.multiply is not None and change.multiply != 0 and not low <= change.multiply < high:
        yield (
            f"Scenario {scenario.name}, change[{number}]: {change.table}.{change.column} is multiplied by "
            f"{change.multiply:g}. It is a factor: 10 % more is 1.1, 2 % less is 0.98."
        )
