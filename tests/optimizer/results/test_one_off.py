"""Yearly money and money paid once, in numbers and in words."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import pytest

from optimizer.results.one_off import beside_gain, beside_loss, extra_once, yearly_gain, yearly_loss
from optimizer.results.record import Status
from tests.optimizer.cli.showing import small_result, without_plan


def paying(once: float) -> object:
    plan = small_result().decided
    return small_result(plan=replace(plan, kpis={**plan.kpis, "one_off_cost": once}))


def test_the_worth_of_a_partner_that_is_made_ready_for_90_000() -> None:
    assert yearly_gain(4_664.0, 90_000.0, "account_margin") == 94_664
    assert beside_gain(90_000.0, "account_margin", "EUR") == " less 90.00 k EUR once"


def test_what_leaving_it_out_loses() -> None:
    """Its one-off cost is saved: less is lost than the yearly part."""
    assert yearly_loss(4_664.0, -90_000.0, "service_margin") == 94_664
    assert beside_loss(-90_000.0, "service_margin", "EUR") == " less 90.00 k EUR once"
    assert beside_loss(90_000.0, "service_margin", "EUR") == " plus 90.00 k EUR once"
    assert beside_gain(-90_000.0, "service_margin", "EUR") == " plus 90.00 k EUR once"


@pytest.mark.parametrize("kpi", ["account_revenue", "service_revenue"])
def test_revenue_holds_no_cost(kpi: str) -> None:
    assert yearly_gain(4_664.0, 90_000.0, kpi) == yearly_loss(4_664.0, 90_000.0, kpi) == 4_664
    assert beside_gain(90_000.0, kpi, "EUR") == beside_loss(90_000.0, kpi, "EUR") == ""


@pytest.mark.parametrize("once", [0.0, 0.004, float("nan")])
def test_nothing_once_is_not_said(once: float) -> None:
    assert beside_gain(once, "account_margin", "EUR") == ""


def test_of_two_plans_the_difference() -> None:
    assert extra_once(paying(90.0), paying(40.0)) == 50  # type: ignore[arg-type]  # results
    assert isnan(extra_once(without_plan(Status.INFEASIBLE), small_result()))
    assert isnan(yearly_gain(None, 1.0, "account_margin"))
    assert isnan(yearly_loss(None, 1.0, "account_margin"))
