"""What a plan sells that is not sold today: named with what it bills, and saved and shown with the plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from models import Case, build_case, load_case
from optimizer.report.price_lists import PriceLists
from optimizer.report.readable import Readable
from optimizer.report.recommendation import recommendation
from optimizer.results.new_offers import NewOffer, new_offer_sentence, new_offers
from optimizer.solving.solve import solve
from tests.folders import TINY


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case(TINY)


def sold_today(case: Case, *rows: tuple[str, str, str, float]) -> Case:
    """The case with another price book of today."""
    columns = ("price_book", "tier", "model", "price")
    menus = [dict(zip(columns, row, strict=True)) for row in rows]
    return build_case(case.settings, {**case.tables, "current_menus": menus}, case.scenarios)


def test_a_tier_that_no_menu_of_today_has_is_named(case: Case) -> None:
    result = solve(case)

    # clinics buy gold for 10 scanners of 10,000 and 20 viewers of 2,000 at 10 %; half of 8 factory scanners do too
    (offer,) = new_offers(result)
    assert offer == NewOffer("tier", "gold", pytest.approx(18_000), pytest.approx(18_000 / 21_200))
    sentence = new_offer_sentence(result)
    assert sentence is not None
    assert "tier gold (18.00 k EUR of service revenue a year, 84.91 % of all)" in sentence
    lists = PriceLists(result, None, Readable())
    told = " ".join(said for point in recommendation(result, lists) for said in point.sentences)
    assert "Not sold today, so that who buys it is assumed and not observed: tier gold (84.9 % of service" in told
    assert "tier gold (18.00 k EUR" in result._repr_html_()


def test_a_pricing_model_is_named_too(case: Case) -> None:
    metered = sold_today(case, ("clinics", "silver", "per_call", 250), ("clinics", "gold", "per_call", 250))
    result = solve(metered)

    assert [(offer.kind, offer.name) for offer in new_offers(result)] == [("model", "fixed")]


def test_nothing_is_said_where_all_is_sold_today_or_today_is_unknown(case: Case) -> None:
    everything = sold_today(case, ("clinics", "silver", "fixed", 0.06), ("factories", "gold", "fixed", 0.1))
    assert new_offer_sentence(solve(everything)) is None

    unknown = solve(sold_today(case))
    assert unknown.tiers_sold_today is None
    assert new_offer_sentence(unknown) is None
    assert new_offer_sentence(replace(solve(case), plan=None)) is None


def test_a_run_keeps_what_is_sold_today(case: Case, tmp_path: Path) -> None:
    result = solve(case)
    result.save(tmp_path / "run")
    loaded = type(result).load(tmp_path / "run")

    assert loaded.tiers_sold_today == ("silver",)
    assert loaded.models_sold_today == ("fixed",)
    assert new_offer_sentence(loaded) == new_offer_sentence(result)
