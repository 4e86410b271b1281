"""Every check of what is legal and absurd, in the order in which it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import amount_checks, price_checks, promise_checks, todays_sales
from .case_view import CaseView
from .cell_ranges import cells_out_of_range, odd_settings
from .neighbours import cells_far_from_neighbours
from .oddity import Oddity, sentences
from .todays_sales import TodaysSales

CHECKS: tuple[Callable[[CaseView], Iterator[Oddity]], ...] = (
    cells_out_of_range,
    price_checks.products_worth_less_than_repairs,
    amount_checks.values_unlike_repairs,
    cells_far_from_neighbours,
    price_checks.prices_above_unit_value,
    price_checks.gaps_in_ladders,
    price_checks.todays_prices_off_the_ladder,
    price_checks.todays_prices_at_the_end,
    price_checks.higher_tiers_that_cost_less,
    price_checks.models_that_cost_unlike,
    price_checks.leases_below_capital,
    promise_checks.promises_no_policy_keeps,
    promise_checks.promises_no_provider_keeps,
    promise_checks.floors_no_provider_reaches,
    promise_checks.targets_no_provider_reaches,
    promise_checks.promises_never_missed,
    promise_checks.turnarounds_in_days,
    promise_checks.higher_tiers_that_promise_less,
    promise_checks.loyalty_that_falls,
    promise_checks.down_all_year,
    amount_checks.fixed_amounts_above_everything,
    amount_checks.costs_above_unit_value,
    amount_checks.losses_above_revenue,
    amount_checks.aversions_above_losses,
    amount_checks.products_without_margin,
    amount_checks.partners_for_nothing,
    amount_checks.brackets_within_a_case,
    amount_checks.incidents_for_nothing,
    amount_checks.standard_costs_off,
    amount_checks.settlements_above_payments,
    todays_sales.capacities_of_people,
    todays_sales.shares_below_all_work,
)
"""Checks of the tables."""
CHECKS_OF_TODAY: tuple[Callable[[CaseView, TodaysSales], Iterator[Oddity]], ...] = (
    todays_sales.absurd_uptake,
    todays_sales.work_nobody_may_do,
    todays_sales.capacity_below_today,
)
"""Checks of what today's price book comes to."""


def odd_values(view: CaseView) -> Iterator[str]:
    """What is legal and absurd in a case, a sentence for each cell."""
    yield from odd_settings(view.case.settings)
    for check in CHECKS:
        yield from sentences(check(view), view.tables)
    sales = TodaysSales.of(view)
    for check_of_today in CHECKS_OF_TODAY:
        yield from sentences(check_of_today(view, sales), view.tables)
