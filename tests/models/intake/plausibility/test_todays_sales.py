"""What today's price book comes to: uptake by class as the model has it, and work that nobody may do."""

from __future__ import annotations

import numpy as np
import pytest

from models import Case, Scenario
from models.intake.plausibility.case_view import CaseView
from models.intake.plausibility.todays_sales import TodaysSales
from models.plan import Plan
from optimizer.program.instance import build_instance
from optimizer.search.state.parameters import SearchParameters
from optimizer.solving.time_limit import Limit
from optimizer.solving.todays_plan import plan_of_today
from tests.models.intake.plausibility.edited import about, edited, imaging, rebuilt, times, tiny, without


def today_of(case: Case) -> Plan | None:
    """Today's menus as the solver delivers them without any rule of a scenario; None where nobody can."""
    limit = Limit(1e-4, None, lambda: False, SearchParameters().limits)
    return plan_of_today(build_instance(case, Scenario()), limit)[0]


def test_today_sells_what_the_baseline_sells() -> None:
    view, plan = CaseView(tiny()), today_of(tiny())
    assert plan is not None
    sales, sold = TodaysSales.of(view), plan.uptake[plan.uptake["tier"] != "none"]

    assert sales.work["units"].sum() == pytest.approx(sold["units"].sum())
    assert sales.share @ view.demand.cohorts.units == pytest.approx(sold["units"].sum())


@pytest.mark.parametrize("share", [0.5, 0.999, 1.0])
def test_work_that_max_share_leaves_undone(share: float) -> None:
    case = edited(without(tiny(), "rates", {"provider": "Partner"}), "rates", "max_share", {}, share)
    told = about(case, "rates", "max_share")

    assert bool(told) == (share < 1) == (today_of(case) is None)
    assert all("so that today's price book cannot be delivered" in said for said in told[:1])


def test_a_missing_row_is_named() -> None:
    bare = without(imaging(), "rates", {"service": "field_repair", "region": "north", "family": "mr"})
    told = [said for said in bare.warnings if said.startswith("rates (")]

    assert told[0].startswith("rates (service=field_repair, region=north, family=mr, tier=bronze): the row is missing")
    assert "today's price book cannot be delivered" in told[0]
    assert today_of(bare) is None


def test_a_row_without_which_others_do_the_work_is_not_missed() -> None:
    bare = without(imaging(), "rates", {"service": "field_repair", "region": "north", "provider": "Own Service"})

    assert list(bare.warnings) == []
    assert today_of(bare) is not None


def test_a_provider_without_time_for_the_work_is_no_help() -> None:
    short = edited(tiny(), "providers", "capacity_hours", {}, 20)

    # 18 scanners x 2 and 20 viewers x 1 incidents of one case of 2 hours are 112 hours; 40 are there
    assert any("needs 112 hours a year, all providers together have 40" in said for said in short.warnings)
    assert today_of(short) is None


@pytest.mark.parametrize(("factor", "odd"), [(100.0, True), (1.5, False), (0.1, False)])
def test_sensitivities_that_leave_no_choice(factor: float, odd: bool) -> None:
    case = edited(imaging(), "customer_classes", "price_sensitivity", {}, times(factor))
    told = [said for said in case.warnings if "an uptake of" in said]

    assert bool(told) == odd
    assert all("column price_sensitivity" in said for said in told)


def test_nobody_buys_today() -> None:
    unloved = edited(imaging(), "appeal", "appeal", {}, lambda values: values - 20)
    assert any("an uptake of 0.00 %" in said for said in unloved.warnings)

    first_choice = edited(tiny(), "appeal", "appeal", {}, -50)
    assert any("an uptake of 0.00 %" in said for said in first_choice.warnings)


def test_a_class_that_today_offers_nothing_is_passed_over() -> None:
    rows = imaging().tables["appeal"]
    none = rows[~((rows["segment"] == "manufacturer") & rows["tier"].isin(["bronze", "silver"]))]

    assert not [said for said in rebuilt(imaging(), appeal=none).warnings if "an uptake of" in said]


def test_a_case_without_todays_menus_has_no_uptake() -> None:
    bare = rebuilt(tiny(), current_menus=tiny().tables["current_menus"].head(0))

    assert list(bare.warnings) == []
    assert np.all(TodaysSales.of(CaseView(bare)).share == 0)
