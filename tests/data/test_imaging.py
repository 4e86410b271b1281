"""The imaging case: what its page promises, and that its script makes it again byte for byte."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import optimizer
from models import Case, load_case
from tests.folders import IMAGING

SCENARIOS = {"base", "without_meridian", "margin_floor_35", "faster_response", "performance_offer"}


@cache
def case() -> Case:
    return load_case(IMAGING)


def made_files(folder: Path) -> dict[str, bytes]:
    paths = [*folder.glob("*.csv"), *folder.glob("**/*.toml")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_script_makes_every_file_byte_for_byte(tmp_path: Path) -> None:
    script = str(IMAGING / "make_case.py")
    subprocess.run(
        [sys.executable, script, str(tmp_path)], check=True, env={"PYTHONHASHSEED": "7", "PYTHONDONTWRITEBYTECODE": "1"}
    )
    made = made_files(tmp_path)
    assert made == made_files(IMAGING)
    assert len(made) == 22 + 1 + len(SCENARIOS)


def test_it_loads_without_warnings() -> None:
    assert case().warnings == ()
    assert set(case().scenarios) == SCENARIOS


@pytest.mark.parametrize(
    ("table", "column", "count"),
    [
        ("accounts", "account_id", 1200),
        ("accounts", "region", 4),
        ("segments", "segment", 6),
        ("segments", "price_book", 4),
        ("products", "product", 6),
        ("products", "family", 3),
        ("tiers", "tier", 4),
        ("pricing_models", "kind", 6),
        ("providers", "provider", 9),
        ("services", "service", 7),
    ],
)
def test_it_has_the_size_it_promises(table: str, column: str, count: int) -> None:
    assert case().tables[table][column].nunique() == count


@pytest.mark.parametrize(
    "table",
    ["current_menus", "contracts", "criteria", "scores", "readiness", "volume_discounts", "actuals", "fulfilment"],
)
def test_it_uses_the_optional_tables(table: str) -> None:
    assert len(case().tables[table]) > 0


def test_fixed_prices_lie_within_four_and_fourteen_percent_of_value() -> None:
    points = case().tables["price_points"]
    prices = points.loc[points["model"] == "full_cover", "price"]
    assert prices.min() == 0.04
    assert prices.max() == 0.14


def test_values_incidents_and_promises_are_those_of_the_trade() -> None:
    products, tiers = case().tables["products"], case().tables["tiers"]
    assert products["unit_value"].between(20_000, 1_200_000).all()
    assert products["incident_rate"].between(0.5, 5).all()
    assert sorted(tiers["response_hours"]) == [4, 8, 24, 48]


def test_one_product_is_optional_and_the_rest_required() -> None:
    products = case().tables["products"]
    assert list(products.loc[products["support"] == "optional", "product"]) == ["XP-2"]
    assert (products["support"] != "excluded").all()


def test_performance_contracts_are_offered_in_their_own_scenario_only() -> None:
    offer = case().tables["pricing_models"].set_index("model")["offer"]
    assert offer["uptime_pledge"] == "excluded"
    changes = case().scenarios["performance_offer"].change
    assert [(c.table, c.column, c.where, c.set) for c in changes] == [
        ("pricing_models", "offer", {"model": "uptime_pledge"}, "optional")
    ]


@cache
def solved(scenario: str) -> optimizer.Result:
    """The scenario at a gap of 0.1 %, which is enough to tell what binds."""
    return optimizer.solve(case(), scenario, gap=1e-3)


def tight(metric: str) -> int:
    """How many promises of the base plan stand on their limit, to 0.2 %."""
    rows = solved("base").experience.query("metric == @metric")
    return int(((rows["value"] - rows["limit"]).abs() <= 2e-3 * rows["limit"]).sum())


def test_base_is_solved_and_its_audit_is_clean() -> None:
    result = solved("base")
    assert result.status == "optimal"
    assert result.audit is not None
    assert result.audit.ok


def test_the_margin_rule_of_base_binds() -> None:
    assert solved("base").decided.kpis["service_margin_share"] == pytest.approx(0.33, abs=1e-3)


@pytest.mark.parametrize("metric", ["csat", "attainment"])
def test_experience_rules_of_base_bind(metric: str) -> None:
    assert tight(metric) >= 1


def test_base_earns_what_the_page_says_and_more_than_today() -> None:
    result = solved("base")
    assert result.objective == pytest.approx(302.3e6, rel=1.2e-3)
    assert result.baseline is not None
    assert result.baseline["account_revenue"] == pytest.approx(268.2e6, rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("scenario", ["without_meridian", "margin_floor_35"])
def test_a_harder_question_does_not_earn_more(scenario: str) -> None:
    harder, base = solved(scenario), solved("base")
    assert harder.objective is not None
    assert base.bound is not None
    assert harder.objective <= base.bound


@pytest.mark.slow
def test_a_further_offer_does_not_earn_less() -> None:
    wider, base = solved("performance_offer"), solved("base")
    assert wider.bound is not None
    assert base.objective is not None
    assert wider.bound >= base.objective
    assert "uptime_pledge" in set(wider.menus["model"])
