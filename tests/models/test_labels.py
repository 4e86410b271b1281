"""Labels: the names that people read for keys, which decide nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import optimizer
from models import Case, CaseError, Scenario, apply_scenario, build_case, load_case, write_case
from models.case_warnings import case_warnings
from models.differences import differences
from models.labels import LABELLED, Labels, in_words, misleading_labels
from optimizer.results.identity import case_digest, input_digest
from tests.folders import TINY
from tests.worlds.small_case import write_small_case

PLAN_FILES = ("menus", "coverage", "uptake", "allocation", "fulfilment")


def labelled(case: Case, **labels: list[str]) -> Case:
    """The case with a column label in some tables, checked anew."""
    given = {name: frame.assign(label=labels[name]) if name in labels else frame for name, frame in case.tables.items()}
    return build_case(case.settings, given, case.scenarios)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("small") / "case"))


def problems(case: Case, **labels: list[str]) -> list[str]:
    with pytest.raises(CaseError) as caught:
        labelled(case, **labels)
    return [str(problem) for problem in caught.value.problems]


def test_a_blank_label_is_the_key_as_written(small: Case) -> None:
    case = labelled(small, tiers=["", "Gold care"], pricing_models=["", "", "Uptime fee", "", "", ""])

    assert case.tables["tiers"]["label"].tolist() == ["silver", "Gold care"]
    labels = Labels.of(case)
    assert labels.several("tier", ["gold", "silver", "none"]) == ["Gold care", "silver", "none"]
    models = small.tables["pricing_models"]["model"].tolist()
    assert "by_hour" in models
    assert labels.name("model", "by_hour") == "by_hour"
    assert labels.name("model", models[2]) == "Uptime fee"


def test_a_table_without_the_column_has_none_and_its_names_are_shown_in_words(small: Case) -> None:
    assert all("label" not in small.tables[table] for table in LABELLED.values())

    labels = Labels.of(small)

    assert labels.name("model", "by_hour") == "by hour"
    assert labels.name("account", "A_1") == "A_1"
    assert labels.name("tier", "no_such_tier") == "no_such_tier"


def test_names_that_would_read_alike_stay_as_written() -> None:
    assert in_words(["full_cover", "full cover", "by_hour", "a__b", "a_b", "_"]) == {
        "full_cover": "full_cover",
        "full cover": "full cover",
        "by_hour": "by hour",
        "a__b": "a__b",
        "a_b": "a_b",
        "_": "_",
    }


def test_a_price_book_of_one_segment_whose_name_it_bears_has_its_label(small: Case) -> None:
    books = dict(zip(small.tables["segments"]["segment"], small.tables["segments"]["price_book"], strict=True))
    assert books == {"hospital": "health", "clinic": "health", "factory": "factory"}

    labels = Labels.of(labelled(small, segments=["Hospitals", "Clinics", "Heavy industry"]))

    assert labels.several("price_book", ["factory", "health"]) == ["Heavy industry", "health"]


def test_a_price_book_is_its_own_where_others_share_it_or_it_bears_another_name(small: Case) -> None:
    segments = small.tables["segments"].assign(price_book=["old_hospital", "factory", "factory"], label=["H", "C", "F"])
    tables = dict(small.tables) | {"segments": segments}
    for name in ("price_points", "current_menus"):
        tables[name] = tables[name][~tables[name]["price_book"].isin(["health"])]
    case = build_case(small.settings, tables, {})

    assert Labels.of(case).several("price_book", ["old_hospital", "factory"]) == ["old hospital", "factory"]


def test_a_pooled_price_book_that_reads_like_a_label_stays_as_written(small: Case) -> None:
    segments = small.tables["segments"].assign(
        price_book=["all_care", "all_care", "factory"], label=["Hospitals", "Clinics", "all care"]
    )
    tables = dict(small.tables) | {"segments": segments}
    for name in ("price_points", "current_menus"):
        tables[name] = tables[name].replace({"price_book": {"health": "all_care"}})

    labels = Labels.of(build_case(small.settings, tables, {}))

    assert labels.several("price_book", ["all_care", "factory"]) == ["all_care", "all care"]


def test_a_table_is_shown_with_names_in_place_of_keys(small: Case) -> None:
    labels = Labels.of(labelled(small, tiers=["Silver", "Gold care"]))
    keys = pd.DataFrame({"price_book": ["health"], "tier": ["gold"], "model": ["by_hour"], "price": [1.5]})

    shown = labels.in_table(keys)

    assert shown.to_dict("records") == [{"price_book": "health", "tier": "Gold care", "model": "by hour", "price": 1.5}]
    assert keys["tier"].tolist() == ["gold"]


def test_two_equal_labels_are_an_error_blank_ones_filled_in(small: Case) -> None:
    (said,) = problems(small, tiers=["Care", "Care"])
    assert "column label" in said
    assert "the same label as tiers row 1" in said
    (said,) = problems(small, tiers=["", "silver"])
    assert "the same label as tiers row 1" in said
    assert labelled(small, tiers=["Care", "care"]).tables["tiers"]["label"].tolist() == ["Care", "care"]


def test_a_key_that_is_itself_at_fault_brings_no_fault_of_its_label(small: Case) -> None:
    twice = small.tables["services"].assign(label="")
    twice.loc[1, "service"] = twice.loc[0, "service"]
    with pytest.raises(CaseError) as caught:
        build_case(small.settings, dict(small.tables) | {"services": twice}, {})

    assert not [problem for problem in caught.value.problems if problem.column == "label"]


def test_a_label_that_is_another_rows_key_is_a_warning(small: Case) -> None:
    crossed = labelled(small, tiers=["gold", "silver"])

    (sentence,) = misleading_labels(crossed)
    assert '"gold" of "silver", "silver" of "gold"' in sentence
    assert sentence in case_warnings(crossed)
    assert not list(misleading_labels(labelled(small, tiers=["silver", "Gold care"])))
    assert not list(misleading_labels(small))


@pytest.mark.parametrize("key", ["column", "where"])
def test_no_change_reaches_a_label(small: Case, key: str) -> None:
    named = {"column": "label", "set": "x"} if key == "column" else {"column": "response_hours", "set": 5}
    where = {"label": "Gold care"} if key == "where" else {"tier": "gold"}
    case = labelled(small, tiers=["Silver", "Gold care"])

    with pytest.raises(CaseError, match="no change reaches this column: it decides nothing"):
        apply_scenario(case, Scenario(change=({"table": "tiers", "where": where, **named},)))


def test_a_changed_table_keeps_its_labels_and_its_lack_of_them(small: Case) -> None:
    change = Scenario(change=({"table": "tiers", "column": "fixed_cost", "add": 1},))

    with_labels, _ = apply_scenario(labelled(small, tiers=["", "Gold care"]), change)
    without, _ = apply_scenario(small, change)

    assert with_labels.tables["tiers"]["label"].tolist() == ["silver", "Gold care"]
    assert "label" not in without.tables["tiers"]
    assert Labels.of(without).name("model", "by_hour") == "by hour"


@pytest.mark.parametrize("format", ["csv", "parquet", "xlsx"])
def test_a_case_is_read_back_with_the_names_it_had(small: Case, tmp_path: Path, format: str) -> None:
    case = labelled(small, tiers=["", "Gold, the = best"], products=["", "", ""])
    target = tmp_path / ("case.xlsx" if format == "xlsx" else "case")

    back = load_case(write_case(case, target, format))  # type: ignore[arg-type]  # the three formats

    assert Labels.of(back) == Labels.of(case)
    assert Labels.of(back).name("model", "by_hour") == "by hour"
    assert [name for name, frame in back.tables.items() if "label" in frame] == ["products", "tiers"]


def test_a_label_changes_no_digest_of_what_is_asked(small: Case) -> None:
    case = labelled(small, tiers=["Silver", "Gold care"], providers=["", "Orbis Ltd", "", "", ""])

    assert case_digest(case) == case_digest(small)
    assert input_digest(case) == input_digest(small)
    other = small.with_table("tiers", small.tables["tiers"].assign(fixed_cost=1.0))
    assert case_digest(other) != case_digest(small)


def test_labels_added_to_a_case_are_told_as_a_difference(small: Case) -> None:
    case = labelled(small, tiers=["Silver", "Gold care"])

    told = {(one.key, one.before, one.after) for one in differences(small, case)}
    assert told == {("tier=silver", "", "Silver"), ("tier=gold", "", "Gold care")}
    assert not differences(small, small)


def test_a_plan_is_byte_for_byte_the_same_with_and_without_labels(tmp_path: Path) -> None:
    plain = load_case(TINY)
    every = {table: [f"{name} & co" for name in plain.tables[table][column]] for column, table in LABELLED.items()}
    case = labelled(replace(plain, scenarios={"base": plain.scenarios["base"]}), **every)

    for one, folder in ((plain, "plain"), (case, "named")):
        optimizer.solve(one, "base").save(tmp_path / folder)

    for name in PLAN_FILES:
        plain_file, named_file = (tmp_path / folder / f"{name}.csv" for folder in ("plain", "named"))
        assert plain_file.read_bytes() == named_file.read_bytes()
    plans = [(tmp_path / folder / "plan.json").read_text().splitlines() for folder in ("plain", "named")]
    assert len(plans[0]) > 50
    timeless = [[line for line in plan if '"seconds"' not in line] for plan in plans]
    assert timeless[0] == timeless[1]
