"""Changes of a scenario: what they edit, in which order, and what is refused."""

from __future__ import annotations

from dataclasses import replace
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
        (
            change("customer_classes", "share", add=0.0, hold_uptake=True),
            ("change[1]", "hold_uptake", "customer_classes.share", "price_sensitivity or risk_aversion"),
        ),
        (change("rates", "price_sensitivity", set=1.0, hold_uptake=True), ("hold_uptake", "no column of that name")),
    ],
)
def test_a_bad_change_is_refused(case: Case, edit: Change, words: tuple[str, ...]) -> None:
    told = sentences(case, edit)

    assert all(word in told for word in words), told


def test_all_bad_changes_are_told_at_once(case: Case) -> None:
    told = sentences(case, change("rate", "csat", set=1.0), change("rates", "cast", set=1.0))

    assert "change[1]" in told
    assert "change[2]" in told


def held(column: str, **more: Any) -> Change:
    return change("customer_classes", column, hold_uptake=True, **more)


def appeal(case: Case) -> dict[tuple[str, str, str], float]:
    rows = case.tables["appeal"]
    return dict(zip(rows[["segment", "customer_class", "tier"]].itertuples(False, None), rows["appeal"], strict=True))


def test_held_uptake_moves_appeal_by_what_a_higher_sensitivity_takes_away(case: Case) -> None:
    """The factory has silver alone today, at 1000 an incident less 2 %; what an incident costs it is as much at risk.

    Gauge: T = 980 x 1.8 = 1764, downtime 1.8 x 90 x 24 = 3888, CE = 5652, CE0 = 1.8 x (1200 + 90 x 40) = 8640. Viewer:
    T = 980 x 0.8 x 1.2 = 940.8, downtime 1.2 x 40 x 24 = 1152, CE0 = 1.2 x (700 + 40 x 36) = 2568. Free units 10 and 2.
    """
    after = changed(case, held("price_sensitivity", where={"segment": "factory"}, multiply=1.2))
    gauge, viewer = 100 * (5652 - 8640) / 40000, 100 * (940.8 + 1152 - 2568) / 15000
    moved = 0.5 * 0.2 * (10 * gauge + 2 * viewer) / 12
    assert moved == pytest.approx(-0.6753)
    expected = appeal(case)
    expected["factory", "all", "silver"] += moved
    expected["factory", "all", "gold"] += moved  # not sold today: as the tiers that are
    assert appeal(after) == pytest.approx(expected)
    assert after.tables["customer_classes"]["price_sensitivity"].tolist() == pytest.approx([0.35, 0.70, 0.55, 0.60])


def test_uptake_is_held_with_the_numbers_just_before_each_change(case: Case) -> None:
    dearer = change("current_menus", "price", where={"price_book": "factory"}, set=2000.0)
    more = held("price_sensitivity", where={"segment": "factory"}, add=0.1)
    before, after = appeal(changed(case, more, dearer)), appeal(changed(case, dearer, more))
    gauge, viewer = 100 * 980 * 1.8 / 40000, 100 * 980 * 0.8 * 1.2 / 15000  # what the dearer contract adds to a burden
    added = after["factory", "all", "silver"] - before["factory", "all", "silver"]
    assert added == pytest.approx(0.1 * (10 * gauge + 2 * viewer) / 12)


def test_what_is_excluded_sells_today_but_weighs_nothing_as_a_product(case: Case) -> None:
    gone = change("tiers", "offer", where={"tier": "silver"}, set="excluded")
    no_model = change("pricing_models", "offer", where={"model": "metered"}, set="excluded")
    more = held("price_sensitivity", where={"segment": "factory"}, add=0.1)
    assert appeal(changed(case, gone, no_model, more)) == appeal(changed(case, more))
    no_viewer = change("products", "support", where={"product": "viewer"}, set="excluded")
    moved = appeal(changed(case, no_viewer, more))["factory", "all", "silver"] - 0.7
    assert moved == pytest.approx(0.1 * 100 * (5652 - 8640) / 40000)


def test_a_class_that_cannot_be_held_is_warned_of_and_keeps_its_appeal(case: Case) -> None:
    """Once silver is offered to the factory alone, the clinics, which buy nothing else, have nothing to take up."""
    gold = change("current_menus", "tier", where={"price_book": "factory"}, set="gold")
    moved = change("current_menus", "price_book", where={"tier": "silver"}, set="factory")
    more = held("price_sensitivity", multiply=1.5)
    after = changed(case, gold, moved, more)
    assert appeal(after)["clinic", "all", "silver"] == appeal(case)["clinic", "all", "silver"]
    told = [sentence for sentence in after.warnings if "cannot be held" in sentence]
    assert len(told) == 1
    assert "class all of segment clinic" in told[0]
    assert "price_sensitivity" in told[0]
    only_factory = held("price_sensitivity", where={"segment": "factory"}, multiply=1.5)
    assert not [one for one in changed(case, gold, moved, only_factory).warnings if "cannot be held" in one]


def test_uptake_without_menus_of_today_cannot_be_held(case: Case) -> None:
    bare = replace(case, tables={**case.tables, "current_menus": case.tables["current_menus"].iloc[:0]})
    told = sentences(bare, change("case", "discount_rate", set=0.1), held("risk_aversion", add=1e-5))
    assert "change[2] (table=customer_classes), key hold_uptake: there are no current_menus" in told


def test_numbers_of_no_sense_just_before_a_held_change_are_told(case: Case) -> None:
    unknown = change("appeal", "tier", where={"tier": "gold"}, set="platinum")
    told = sentences(case, unknown, held("price_sensitivity", add=0.1))
    assert "before change[2] of scenario what_if, appeal" in told
    assert "platinum" in told


def test_shares_may_be_put_right_after_a_held_change(case: Case) -> None:
    where = {"segment": "hospital", "customer_class": "careful"}
    rest = {"segment": "hospital", "customer_class": "thrifty"}
    fewer = change("customer_classes", "share", where=where, set=0.5)
    more = change("customer_classes", "share", where=rest, set=0.5)
    held_between = changed(case, fewer, held("price_sensitivity", add=0.1), more)
    assert appeal(held_between) == pytest.approx(appeal(changed(case, held("price_sensitivity", add=0.1))))


def test_appeal_moves_no_further_than_a_number_may_go(case: Case) -> None:
    """Held in its range the sensitivity falls from 0.5 to 0, not to -0.5, before another change puts it right."""
    where = {"segment": "factory"}
    right = change("customer_classes", "price_sensitivity", where=where, set=0.4)
    after = changed(case, held("price_sensitivity", where=where, add=-1.0), right)
    gauge, viewer = 100 * (5652 - 8640) / 40000, 100 * (940.8 + 1152 - 2568) / 15000
    assert appeal(after)["factory", "all", "silver"] - 0.7 == pytest.approx(-0.5 * (10 * gauge + 2 * viewer) / 12)


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
