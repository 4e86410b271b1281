"""The tiny case: its optimum by enumeration, stated here apart from the product, against `solve`."""

from __future__ import annotations

import csv
from itertools import product as combinations

import pandas as pd
import pytest

import optimizer
from tests.folders import TINY

Row = dict[str, str]
Option = tuple[str, str, float]
Menu = tuple[Option, ...]

BY_HAND = {"base": 19560.0, "one_tier": 19080.0}
TODAY_BY_HAND = 12580.0
PARTNER_SAVING = 20.0  # a silver case: half of them, at the floor of 70 points, go from 100 to 60


def table(name: str) -> list[Row]:
    with (TINY / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


PRODUCTS = {row["product"]: row for row in table("products")}
MODELS = {row["model"]: row for row in table("pricing_models")}
TIERS = {row["tier"]: row for row in table("tiers")}
PARTS = {row["product"]: float(row["parts_cost"]) for row in table("fulfilment")}
APPEAL = {(row["segment"], row["customer_class"], row["tier"]): float(row["appeal"]) for row in table("appeal")}
RETENTION = {(row["segment"], row["tier"]): float(row["retention"]) for row in table("loyalty")}
SEGMENT_OF_BOOK = {row["price_book"]: row["segment"] for row in table("segments")}


def holdings(segment: str) -> dict[str, tuple[float, float]]:
    """Units and product revenue of the segment, by product."""
    accounts = {row["account_id"]: row for row in table("accounts") if row["segment"] == segment}
    base = [row for row in table("installed_base") if row["account_id"] in accounts]
    totals: dict[str, tuple[float, float]] = {}
    for name, account in accounts.items():
        rows = {row["product"]: float(row["units"]) for row in base if row["account_id"] == name}
        value = sum(units * float(PRODUCTS[p]["unit_value"]) for p, units in rows.items())
        for p, units in rows.items():
            part = float(account["product_revenue"]) * units * float(PRODUCTS[p]["unit_value"]) / value
            before = totals.get(p, (0.0, 0.0))
            totals[p] = (before[0] + units, before[1] + part)
    return totals


def payment(p: str, option: Option) -> float:
    row = PRODUCTS[p]
    if MODELS[option[1]]["kind"] == "fixed_warranty":
        return option[2] * float(row["unit_value"])
    return option[2] * float(row["price_index"]) * float(row["incident_rate"])


def chosen(segment: str, customers: Row, p: str, menu: Menu) -> Option | None:
    row = PRODUCTS[p]
    without = float(row["incident_rate"]) * float(row["adhoc_price"])
    liked = []
    for option in menu:
        extra = 100 * (payment(p, option) - without) / float(row["unit_value"])
        appeal = APPEAL[segment, customers["customer_class"], option[0]]
        utility = appeal - float(customers["price_sensitivity"]) * extra
        if utility > 1e-9:
            liked.append((round(utility, 7), payment(p, option), option))
    return max(liked)[2] if liked else None


def book_value(segment: str, menu: Menu) -> tuple[float, float]:
    """Service and product margin before fixed costs with every repair done by Own, and silver cases."""
    value = silver = 0.0
    for customers in (row for row in table("customer_classes") if row["segment"] == segment):
        for p, (units, revenue) in holdings(segment).items():
            share, row = float(customers["share"]), PRODUCTS[p]
            option = chosen(segment, customers, p, menu)
            tier = option[0] if option else "none"
            value += share * revenue * RETENTION[segment, tier] * float(row["product_margin"])
            if option:
                cases = float(row["incident_rate"])
                value += share * units * (payment(p, option) - cases * (100 + PARTS[p]))
                silver += share * units * cases * (tier == "silver")
    return value, silver


def total(menus: dict[str, Menu]) -> float:
    """Account margin of a pair of menus with the best use of Partner."""
    values = [book_value(SEGMENT_OF_BOOK[book], menu) for book, menu in menus.items()]
    tiers = {option[0] for menu in menus.values() for option in menu}
    models = {option[1] for menu in menus.values() for option in menu}
    fixed = (
        1000 + sum(float(TIERS[t]["fixed_cost"]) for t in tiers) + sum(float(MODELS[m]["fixed_cost"]) for m in models)
    )
    partner = max(0.0, PARTNER_SAVING * sum(cases for _, cases in values) - 100)
    return sum(value for value, _ in values) - fixed + partner


def all_menus() -> list[Menu]:
    by_tier = {
        tier: [(tier, row["model"], float(row["price"])) for row in table("price_points") if row["tier"] == tier]
        for tier in TIERS
    }
    return [tuple(o for o in pair if o) for pair in combinations(*([None, *options] for options in by_tier.values()))]


def enumerate_best(max_tiers: int) -> tuple[float, dict[str, Menu]]:
    best: tuple[float, dict[str, Menu]] = (float("-inf"), {})
    for pair in combinations(all_menus(), repeat=2):
        menus = dict(zip(SEGMENT_OF_BOOK, pair, strict=True))
        if len({option[0] for menu in pair for option in menu}) <= max_tiers:
            best = max(best, (total(menus), menus), key=lambda found: found[0])
    return best


def as_menus(frame: pd.DataFrame) -> dict[str, Menu]:
    offered = zip(frame["price_book"], frame["tier"], frame["model"], frame["price"], strict=True)
    rows = sorted(offered, key=lambda row: TIERS[row[1]]["rank"])
    return {
        book: tuple((tier, model, float(price)) for shown, tier, model, price in rows if shown == book)
        for book in SEGMENT_OF_BOOK
    }


@pytest.mark.parametrize(("scenario", "max_tiers"), [("base", 2), ("one_tier", 1)])
def test_solve_finds_the_optimum_of_the_enumeration(scenario: str, max_tiers: int) -> None:
    best, menus = enumerate_best(max_tiers)
    result = optimizer.solve(optimizer.load_case(TINY), scenario, gap=1e-7)
    assert best == pytest.approx(BY_HAND[scenario], abs=1e-6)
    assert result.status == "optimal"
    assert result.objective == pytest.approx(best, abs=0.02)
    assert result.plan is not None
    assert as_menus(result.plan.menus) == menus


def test_there_are_fifteen_menus_a_book_as_in_the_readme() -> None:
    assert len(all_menus()) == 15
    readme = (TINY / "README.md").read_text(encoding="utf-8")
    for menu in all_menus():
        prices = {tier: f"{model} {price:g}" for tier, model, price in menu}
        row = next(
            line
            for line in readme.splitlines()
            if line.startswith(f"| {prices.get('silver', '-')} | {prices.get('gold', '-')} |") and line.count("|") == 9
        )
        cells = [cell.strip(" *").replace(",", "") for cell in row.split("|")]
        assert (float(cells[4]), float(cells[5])) == pytest.approx(book_value("clinic", menu))
        assert (float(cells[7]), float(cells[8])) == pytest.approx(book_value("factory", menu))


def test_partner_is_engaged_only_where_silver_is_sold() -> None:
    case = optimizer.load_case(TINY)
    engaged = {}
    for scenario in BY_HAND:
        plan = optimizer.solve(case, scenario, gap=1e-7).plan
        assert plan is not None
        engaged[scenario] = plan.decisions.providers
    assert engaged == {"base": ("Own", "Partner"), "one_tier": ("Own",)}


def test_todays_menus_earn_what_the_readme_says() -> None:
    today: dict[str, Menu] = dict.fromkeys(SEGMENT_OF_BOOK, (("silver", "fixed", 0.06),))
    assert total(today) == pytest.approx(TODAY_BY_HAND, abs=1e-6)
    baseline = optimizer.solve(optimizer.load_case(TINY), "base").baseline
    assert baseline is not None
    assert baseline["account_margin"] == pytest.approx(TODAY_BY_HAND, abs=0.02)
