"""Changes of a scenario: what they edit, in which order, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models import Case, CaseError, Change, Scenario, apply_scenario, load_case
from tests.worlds.small_case import write_small_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("small") / "case"))


def change(table: str, column: str, **more: Any) -> Change:
    return Change(table=table, column=column, **more)


def changed(case: Case, *changes: Change) -> Case:
    return apply_scenario(case, Scenario(name="what_if", change=changes))[0]


def sentences(case: Case, *changes: Change) -> str:
    with pytest.raises(CaseError) as refusal:
        changed(case, *changes)
    return str(refusal.value)


def test_a_scenario_without_changes_leaves_the_case_as_it_is(case: Case) -> None:
    same, scenario = apply_scenario(case, "base")

    assert same is case
    assert scenario is case.scenarios["base"]


def test_a_named_scenario_changes_rows_and_settings(case: Case) -> None:
    dear, _ = apply_scenario(case, "dear")

    assert dear.tables["rates"]["cost_per_case"].tolist()[12:16] == pytest.approx([550, 616, 561, 700])
    assert dear.settings.discount_rate == 0.10
    assert case.tables["rates"]["cost_per_case"].tolist()[12:16] == [500, 560, 510, 700]


def test_changes_are_made_in_order(case: Case) -> None:
    where = {"tier": "gold"}
    first = changed(
        case,
        change("tiers", "fixed_cost", where=where, add=100.0),
        change("tiers", "fixed_cost", where=where, multiply=2.0),
    )
    second = changed(
        case,
        change("tiers", "fixed_cost", where=where, multiply=2.0),
        change("tiers", "fixed_cost", where=where, add=100.0),
    )

    assert first.tables["tiers"]["fixed_cost"].tolist() == [2000, 10200]
    assert second.tables["tiers"]["fixed_cost"].tolist() == [2000, 10100]


def test_a_later_change_meets_rows_as_earlier_ones_left_them(case: Case) -> None:
    after = changed(
        case,
        change("providers", "kind", where={"provider": "web"}, set="volume_partner"),
        change("providers", "max_share", where={"kind": "volume_partner"}, set=0.5),
        change("criteria", "minimum", where={"criterion": "quality"}, set=""),
        change("scores", "score", set=7),
        change("providers", "kind", where={"provider": "web"}, set="self_service"),
    )

    assert after.tables["providers"]["max_share"].tolist() == [1, 0.5, 0.8, 0.5, 1]
    assert np.isnan(after.tables["criteria"]["minimum"]).all()


def test_no_condition_means_every_row(case: Case) -> None:
    after = changed(case, change("products", "incident_rate", multiply=2))

    assert after.tables["products"]["incident_rate"].tolist() == [5, 2.4, 3.6]


@pytest.mark.parametrize(
    ("table", "column", "where", "value", "rows"),
    [
        ("rates", "csat", {"tier": ""}, 80.0, 16),
        ("price_points", "price", {"price": [1.2, 1.9]}, 1.5, 2),
        ("services", "standard_cost", {"needs_parts": False}, 1.0, 2),
        ("services", "needs_parts", {"service": "field"}, False, 0),
        ("tiers", "offer", {"rank": 2}, "required", 1),
        ("tiers", "rank", {"tier": "gold"}, 5, 1),
    ],
)
def test_conditions_and_values_of_every_kind(
    case: Case, table: str, column: str, where: dict[str, Any], value: Any, rows: int
) -> None:
    after = changed(case, change(table, column, where=where, set=value)).tables[table][column]

    assert after.dtype == case.tables[table][column].dtype
    assert int((after == value).sum()) == (rows if column != "needs_parts" else 3)


def test_changes_apply_after_defaults(case: Case) -> None:
    after = changed(case, change("segments", "discount", where={"price_book": "factory"}, set=0.5))

    assert after.tables["segments"]["discount"].tolist() == [0.05, 0, 0.5]


def test_a_set_blank_takes_the_default(case: Case) -> None:
    after = changed(case, change("providers", "max_share", where={"provider": "Vega"}, set=""))

    assert after.tables["providers"]["max_share"].tolist() == [1, 0.9, 1, 1, 1]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (change("rate", "csat", set=1.0), ("change[1]", 'did you mean "rates"')),
        (change("rates", "CSAT", set=1.0), ("change[1]", 'did you mean "csat"')),
        (change("rates", "csat", where={"region": "West"}, set=1.0), ("where.region", "matches no row", "West")),
        (change("rates", "csat", where={"region": ["north", "West"]}, set=1.0), ("where.region", "West")),
        (change("rates", "csat", where={"provider": "web", "service": "field"}, set=1.0), ("matches no row",)),
        (change("rates", "csat", where={"cost_per_case": "cheap"}, set=1.0), ("where.cost_per_case", "cheap")),
        (change("rates", "csat", set="good"), ("set", "good", "plain number")),
        (change("rates", "csat", add=50.0), ("after the changes of scenario what_if", "csat", "from 0 to 100")),
        (change("tiers", "rank", multiply=0.3), ("rank", "not an integer")),
        (change("tiers", "turnaround_hours", multiply=2.0), ("turnaround_hours", "blank")),
        (change("tiers", "offer", multiply=2.0), ("offer", "numbers")),
        (change("tiers", "tier", where={"tier": "gold"}, set="platinum"), ("no tier of that name", "platinum")),
        (change("customer_classes", "share", where={"share": 0.6}, set=0.7), ("sum to 1.1",)),
        (change("installed_base", "units", where={"account_id": "A1"}, set=1.0), ("under contract",)),
        (change("pricing_models", "kind", where={"model": "metered"}, set="lease"), ("term_years", "> 0")),
        (change("case", "discount_rate", add=-1.0), ("discount_rate", ">= 0")),
        (change("case", "discount_rate", set="high"), ("discount_rate", "high")),
        (change("case", "currency", set="USD"), ("cannot reach", "discount_rate")),
        (change("case", "discount_rate", where={"x": "y"}, set=0.1), ("case has no rows",)),
    ],
)
def test_a_bad_change_is_refused(case: Case, edit: Change, words: tuple[str, ...]) -> None:
    told = sentences(case, edit)

    assert all(word in told for word in words), told


def test_all_bad_changes_are_told_at_once(case: Case) -> None:
    told = sentences(case, change("rate", "csat", set=1.0), change("rates", "cast", set=1.0))

    assert "change[1]" in told
    assert "change[2]" in told


def test_an_unknown_scenario_is_refused_with_a_suggestion(case: Case) -> None:
    with pytest.raises(CaseError, match=r'no scenario of that name \(did you mean "base"\?\)'):
        apply_scenario(case, "Base")
    with pytest.raises(CaseError, match="one of base, dear"):
        apply_scenario(case, "zzz")


def test_warnings_are_those_of_the_changed_case(case: Case) -> None:
    after = changed(case, change("tiers", "min_attainment", where={"tier": "gold"}, set=0.0))

    assert not any("min_attainment" in sentence for sentence in case.warnings)
    assert any("gold" in sentence and "min_attainment" in sentence for sentence in after.warnings)


def test_changes_of_the_small_case_load_from_files(tmp_path: Path) -> None:
    folder = write_small_case(tmp_path / "case")
    (folder / "scenarios" / "dear.toml").write_text(
        '[[change]]\ntable = "tiers"\ncolumn = "response_hours"\nwhere = { rank = [1, 2] }\nadd = 1\n'
    )

    quick, _ = apply_scenario(load_case(folder), "dear")

    assert quick.tables["tiers"]["response_hours"].tolist() == [25, 9]


def test_changes_of_large_tables_make_no_dataframe(case: Case) -> None:
    north = change("accounts", "product_revenue", where={"region": "north"}, multiply=2)
    moved = change("accounts", "region", where={"account_id": "A2"}, set="north")
    after = changed(case, north, moved)

    assert after.columns("accounts").numbers("product_revenue").tolist() == [800000, 250000, 180000, 300000, 240000]
    assert after.columns("accounts").categorical("region").tolist() == ["north", "north", "north", "south", "north"]
    assert after.columns("installed_base") is case.columns("installed_base")
    assert "frame" not in vars(after.columns("accounts"))


def test_of_many_values_that_no_row_has_the_first_are_named_and_the_others_counted(case: Case) -> None:
    words = [f"Wes{number}" for number in range(5_000)]
    said = sentences(case, change("rates", "csat", where={"region": words}, set=1.0))
    assert said.count("matches no row") == 20
    assert "and 4,980 more values that no row has" in said
    assert "and 4,980 more such values" in sentences(case, change("rates", "csat", where={"csat": words}, set=1.0))
