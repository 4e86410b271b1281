"""What is legal and absurd gets a word with its place; what is merely unusual does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models import CaseSettings, build_case, load_case
from models.authoring.starter import Answers, starter_case
from tests.folders import IMAGING, TINY
from tests.models.intake.plausibility.edited import about, edited, imaging, rebuilt, times, tiny
from tests.worlds.small_case import write_small_case

GOLD = {"tier": "gold"}
GOLD_FLAT = {"tier": "gold", "model": "full_cover"}
HOSPITALS_GOLD = {**GOLD, "price_book": "hospitals"}
ODD_CELLS: list[tuple[str, str, dict[str, object], Any, Any]] = [
    # table, column, rows, absurd, unusual and sound
    ("price_points", "price", {**GOLD_FLAT, "price": 0.12}, 1.2, 0.3),
    ("current_menus", "price", HOSPITALS_GOLD, 9.0, 0.1),
    ("current_menus", "price", HOSPITALS_GOLD, 0.12, 0.1125),
    ("current_menus", "price", HOSPITALS_GOLD, 0.0085, 0.05),
    ("contracts", "price", {"account_id": "A0003"}, 0.885, 0.15),
    ("installed_base", "usage_hours", {"account_id": "A0001", "product": "MR-5"}, 22_000, 8_760),
    ("installed_base", "usage_hours", {"account_id": "A0001", "product": "MR-5"}, 9_500, 2),
    ("pricing_models", "incident_factor", {"model": "full_cover"}, 98, 1.2),
    ("tiers", "incident_factor", GOLD, 0.02, 0.6),
    ("pricing_models", "term_years", {"model": "system_lease"}, 84, 12),
    ("pricing_models", "penalty_per_hour", {"model": "uptime_pledge"}, 110_000, 1_100),
    ("pricing_models", "admin_cost", {"model": "full_cover"}, 9e6, 9_000),
    ("price_points", "price", {"model": "open_book"}, times(100), times(2)),
    ("price_points", "price", {"model": "system_lease"}, times(1 / 12), times(0.7)),
    ("price_points", "price", {"model": "per_call"}, times(1000), times(1.2)),
    ("price_points", "price", {"model": "per_call"}, times(1 / 1000), times(0.9)),
    ("price_points", "price", {**GOLD_FLAT, "price": 0.0975}, 0.975, 0.2),
    ("tiers", "turnaround_hours", {"tier": "platinum"}, 5, 12),
    ("tiers", "response_hours", {"tier": "bronze"}, 9_000, 72),
    ("tiers", "response_hours", {}, times(60), times(1.1)),
    ("tiers", "response_hours", GOLD, 30, 12),
    ("tiers", "csat_floor", GOLD, 7.9, 77),
    ("tiers", "csat_target", GOLD, 95, 82),
    ("rates", "csat", {}, times(0.1), times(1)),
    ("rates", "csat", {"provider": "Orbis"}, 0.8, 40),
    ("rates", "response_hours", {"service": "operator_training"}, 10_000, 700),
    ("rates", "response_hours", {"provider": "Orbis"}, times(60), times(4)),
    ("volume_discounts", "above", {"provider": "Meridian"}, times(1e-6), times(0.01)),
    ("rates", "cost_per_case", {"provider": "Meridian", "region": "north", "family": "ct"}, times(1000), times(5)),
    ("loyalty", "retention", {"tier": "platinum"}, 0.8, 0.95),
    ("loyalty", "retention", {"tier": "bronze"}, 0.05, 0.87),
    ("loyalty", "cross_sell", {"tier": "platinum"}, 8.0, 0.3),
    ("segments", "discount", {"segment": "manufacturer"}, 0.95, 0.4),
    ("volume_discounts", "discount", {"provider": "Tomovia"}, 0.97, 0.3),
    ("products", "incident_rate", {"product": "CT-6"}, 3_600, 6),
    ("products", "unit_value", {"product": "MR-3"}, 620, 300_000),
    ("products", "unit_value", {"product": "MR-3"}, 620e6, 2e6),
    ("products", "adhoc_price", {"product": "MR-3"}, 0, 4_000),
    ("fulfilment", "parts_cost", {"product": "MR-5"}, times(1000), times(3)),
    ("fulfilment", "parts_cost", {"product": "MR-5", "policy": "repair_loop"}, 30, 3_000),
    ("fulfilment", "turnaround_hours", {"product": "MR-5", "policy": "repair_loop"}, 9_000, 1_000),
    ("fulfilment", "turnaround_hours", {}, times(1 / 24), times(0.5)),
    ("products", "product_margin", {}, 0.0, 0.02),
    ("providers", "max_share", {}, 0.01, 0.5),
    ("services", "hours_per_case", {"service": "field_repair"}, 540, 12),
    ("services", "standard_cost", {}, times(1 / 1000), times(0.5)),
    ("service_mix", "cases_per_incident", {**GOLD, "service": "field_repair"}, 55, 0.8),
    ("service_mix", "cases_per_unit", {**GOLD, "service": "scheduled_maintenance"}, 400, 3),
    ("readiness", "months", {"provider": "Orbis"}, 240, 36),
    ("providers", "capacity_hours", {"provider": "Own Service"}, 48, 60_000),
    ("providers", "fixed_cost", {"provider": "Own Service"}, times(1000), times(3)),
    ("customer_classes", "price_sensitivity", {"segment": "manufacturer", "customer_class": "uptime_first"}, 40, 0.8),
    ("customer_classes", "price_sensitivity", {}, times(10), times(2)),
    ("customer_classes", "risk_aversion", {}, times(1000), times(3)),
    ("appeal", "appeal", {"segment": "manufacturer", "customer_class": "uptime_first", "tier": "gold"}, 70, 3),
    ("tiers", "loyalty_loss", {}, times(10_000), times(10)),
    ("accounts", "product_revenue", {"account_id": "A0001"}, times(1000), times(10)),
    ("accounts", "product_revenue", {"account_id": "A0001"}, times(1 / 1000), 0),
]


@pytest.mark.parametrize(("table", "column", "where", "absurd", "sound"), ODD_CELLS)
def test_absurd_cells_are_told_and_unusual_ones_are_not(
    table: str, column: str, where: dict[str, object], absurd: Any, sound: Any
) -> None:
    odd = edited(imaging(), table, column, where, absurd)
    told = about(odd, table, column)
    assert told, odd.warnings
    assert all("expected " in said for said in told if "odd like these" not in said)

    assert list(edited(imaging(), table, column, where, sound).warnings) == []


def test_a_warning_says_where_what_why_and_what_to_do() -> None:
    odd = edited(imaging(), "installed_base", "usage_hours", {"account_id": "A0001", "product": "MR-5"}, 22_000)

    assert list(odd.warnings) == [
        "installed_base (account_id=A0001, product=MR-5), column usage_hours: no unit is used for more hours than a "
        'year has (8,784); found "22000"; expected hours of use of one unit a year, not of all units together.'
    ]


def test_many_rows_are_counted() -> None:
    told = about(edited(imaging(), "rates", "csat", {}, times(0.1)), "rates", "csat")

    assert len(told) == 4
    assert told[-1] == "rates, column csat: 490 more rows are odd like these."


@pytest.mark.parametrize(("rate", "odd"), [(8.0, True), (0.8, True), (0.3, False), (0.0, False)])
def test_the_cost_of_capital(rate: float, odd: bool) -> None:
    settings = CaseSettings.model_validate({**tiny().settings.model_dump(), "discount_rate": rate})
    told = [said for said in build_case(settings, tiny().tables).warnings if said.startswith("case.toml")]

    assert bool(told) == odd


def test_sound_cases_are_left_alone(tmp_path: Path) -> None:
    for case in (load_case(IMAGING), load_case(TINY), load_case(write_small_case(tmp_path / "small"))):
        assert list(case.warnings) == []


@pytest.mark.parametrize(
    "answers",
    [
        Answers(),
        Answers(products={"crane": 2e6, "hoist": 300.0, "valve": 40.0}, tiers=("basic", "plus", "top", "best")),
        Answers(products={"one": 12.5}, segments=("all",), regions=("here",), tiers=("only",), accounts=1),
        Answers(segments=tuple(f"s{i}" for i in range(12)), accounts=20),
    ],
)
def test_starters_are_left_alone(answers: Answers) -> None:
    assert list(starter_case(answers).warnings) == []


def test_ranks_upside_down() -> None:
    said = edited(imaging(), "tiers", "rank", {"tier": "platinum"}, 0).warnings

    assert any("(tier=gold), column csat_target: a tier of lower rank has a higher csat_target" in one for one in said)
    assert any("the dearest price of this tier is under the cheapest of the lower tier platinum" in one for one in said)


def test_a_promise_that_all_providers_break() -> None:
    (told,) = about(edited(imaging(), "tiers", "response_hours", {"tier": "platinum"}, 0.2), "tiers", "min_attainment")

    assert "tier=platinum" in told
    assert "% of cases are answered in time by anyone" in told


def test_a_partner_that_works_for_nothing() -> None:
    orbis = {"provider": "Orbis"}
    free = edited(imaging(), "rates", "cost_per_case", orbis, 0)
    assert about(free, "rates", "cost_per_case") == []  # its commitment pays it

    unpaid = edited(edited(free, "providers", "commitment", orbis, 0), "providers", "fixed_cost", orbis, 0)
    assert about(unpaid, "rates", "cost_per_case")


def test_a_discount_on_all_work_is_no_empty_bracket() -> None:
    lowest = {"provider": "Meridian", "above": 2_000_000.0}

    assert list(edited(imaging(), "volume_discounts", "above", lowest, 0.01).warnings) == []


def test_few_neighbours_make_no_outlier() -> None:
    # three accounts: nobody can tell which of them is off
    assert list(edited(tiny(), "accounts", "product_revenue", {"account_id": "C1"}, times(1000)).warnings) == []


def test_neighbours_that_differ_make_no_outlier() -> None:
    accounts = imaging().tables["accounts"].copy()
    accounts["product_revenue"] *= [10.0 ** (row % 6 - 3) for row in range(len(accounts))]

    assert about(rebuilt(imaging(), accounts=accounts), "accounts", "product_revenue") == []


def test_a_long_tail_makes_no_outlier() -> None:
    # one in a thousand earns a thousandth, and so on in between
    accounts = imaging().tables["accounts"].copy()
    accounts["product_revenue"] *= [(row % 1000 + 1) / 1000 for row in range(len(accounts))]

    assert about(rebuilt(imaging(), accounts=accounts), "accounts", "product_revenue") == []


def test_a_ladder_of_one_price_has_no_end() -> None:
    points = tiny().tables["price_points"]
    lowest = points[(points["tier"] != "silver") | (points["price"] != 0.08)]
    assert list(rebuilt(tiny(), price_points=lowest).warnings) == []

    (told,) = edited(tiny(), "current_menus", "price", {"price_book": "clinics"}, 0.08).warnings
    assert "the ladder of price_points ends at today's price" in told


def test_a_model_priced_per_month() -> None:
    monthly = edited(imaging(), "price_points", "price", {"model": "full_cover", "tier": "platinum"}, times(1 / 14))
    assert any("a year of platinum costs one" in said for said in about(monthly, "price_points", "price"))


def test_tables_without_rows_are_passed_over() -> None:
    case = imaging()
    for table in ("fulfilment", "service_mix", "appeal", "current_menus", "contracts", "readiness"):
        said = rebuilt(case, **{table: case.tables[table].head(0)}).warnings
        assert not [one for one in said if one.startswith(table)]
