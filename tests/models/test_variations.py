"""Scenarios from a grid, a table or a file: what each varies, and every fault told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from models import Case, CaseError, Change, load_case, vary
from tests.worlds.small_case import write_small_case

ORBIS = "rates[provider=Orbis; region=north|south].cost_per_case multiply"


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    return load_case(write_small_case(tmp_path_factory.mktemp("case")))


def test_a_grid_is_every_combination_the_last_key_fastest(case: Case) -> None:
    made = vary(case, {"max_tiers": [1, 2], "min_service_margin": [0.1, "off"]}, "base")
    assert [(one.max_tiers, one.min_service_margin) for one in made.scenarios] == [
        (1, 0.1),
        (1, None),
        (2, 0.1),
        (2, None),
    ]
    assert made.scenarios[1].name == "max_tiers=1; min_service_margin=off"
    assert {one.min_account_margin for one in made.scenarios} == {0.10}
    assert made.settings.to_dict("list")["min_service_margin"] == ["0.1", "off", "0.1", "off"]


def test_names_are_short_where_that_is_clear(case: Case) -> None:
    cost, time = "rates[provider=Orbis; region=north|south].cost_per_case multiply", "tiers.response_hours add"
    assert vary(case, {cost: [2], time: [1]}, "base").scenarios[0].name == (
        "cost_per_case Orbis north|south multiply=2; response_hours add=1"
    )
    other = "rates[region=Orbis; provider=north|south].cost_per_case multiply"
    assert vary(case, {cost: [2], other: [1]}, "base").scenarios[0].name == f"{cost}=2; {other}=1"


def test_a_key_of_a_change_appends_it_to_those_of_the_scenario(case: Case) -> None:
    made = vary(
        case, {ORBIS: [0.9], "tiers[tier=gold].offer set": ["required"], "case.discount_rate add": [0.01]}, "dear"
    )
    assert made.scenarios[0].change == (
        *case.scenarios["dear"].change,
        Change(
            table="rates",
            where={"provider": "Orbis", "region": ["north", "south"]},
            column="cost_per_case",
            multiply=0.9,
        ),
        Change(table="tiers", where={"tier": "gold"}, column="offer", set="required"),
        Change(table="case", column="discount_rate", add=0.01),
    )


def test_a_key_can_hold_uptake(case: Case) -> None:
    plain, held = (f"customer_classes[segment=clinic].price_sensitivity multiply{end}" for end in ("", " hold_uptake"))
    made = vary(case, {held: [0.8, 1.2]}, "base")
    clinic = {"segment": "clinic"}
    change = Change(table="customer_classes", where=clinic, column="price_sensitivity", multiply=0.8, hold_uptake=True)
    assert made.scenarios[0].change == (change,)
    assert made.scenarios[0].name == "price_sensitivity clinic multiply hold_uptake=0.8"
    both = vary(case, {plain: [1.1], held: [1.2]}, "base").scenarios[0]
    assert [one.hold_uptake for one in both.change] == [False, True]
    table = pd.DataFrame({"scenario": ["a", "b"], held: [None, 1.5]})
    assert [len(one.change) for one in vary(case, table, "base").scenarios] == [0, 1]


def test_a_table_has_a_scenario_in_each_row_and_blanks_change_nothing(case: Case) -> None:
    frame = pd.DataFrame(
        {
            "scenario": ["a", "b"],
            "base": ["dear", ""],
            "max_tiers": [None, 2.0],
            ORBIS: [None, 1.5],
            "objective": ["", "service_margin"],
        }
    )
    first, second = vary(case, frame, "base").scenarios
    assert first == case.scenarios["dear"].model_copy(update={"name": "a"})
    assert (second.objective, second.max_tiers, len(second.change)) == ("service_margin", 2, 1)
    assert second.min_service_margin == 0.05


def test_files_are_tables_or_grids(case: Case, tmp_path: Path) -> None:
    table, grid = tmp_path / "table.csv", tmp_path / "grid.toml"
    table.write_text(f"scenario,max_tiers,{ORBIS}\nfew,1,\nmore,2,1.1\n", encoding="utf-8")
    grid.write_text(f'scenario = "dear"\n[vary]\nmax_tiers = [1, 2]\n"{ORBIS}" = [1.1]\n', encoding="utf-8")
    assert [(one.name, one.max_tiers, len(one.change)) for one in vary(case, table, "base").scenarios] == [
        ("few", 1, 0),
        ("more", 2, 1),
    ]
    assert [(one.objective, len(one.change)) for one in vary(case, str(grid), "base").scenarios] == [
        ("account_margin", 3)
    ] * 2


def test_scenarios_can_be_listed(case: Case) -> None:
    made = vary(case, ["dear", case.scenarios["base"]], "base")
    assert made.settings["scenario"].tolist() == ["dear", "base"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"max_teirs": [1]}, "max_teirs: neither a rule nor a change"),
        ({"max_tiers": [1.5]}, 'key max_tiers: wrong value; found "1.5"; expected an integer'),
        ({"max_tiers": []}, "max_tiers: no values"),
        ({"max_tiers": [1, 1]}, 'two scenarios have this name; found "max_tiers=1"'),
        ({"rates[provider].cost_per_case set": [1]}, "unreadable conditions"),
        ({"customer_classes.share add hold_uptakes": [1]}, "neither a rule nor a change"),
        ({"max_tiers": 2}, "max_tiers: no list of values; expected a list of values, such as [2, 3]"),
        ({"max_tiers": "12"}, "max_tiers: no list of values"),
        ({5: [1]}, "5: the key is no text"),
        (5, "no scenarios but of type int"),
        ([5], "no scenario of that name"),
        (pd.DataFrame({"scenario": ["a"], "change": ["b"]}), "change: neither a rule nor a change"),
        ([], "no scenarios"),
        (["bas"], 'did you mean "base"'),
        (pd.DataFrame({"max_tiers": [1]}), "missing column"),
        (pd.DataFrame({"scenario": ["", "b"], "max_tiers": [1, 2]}), "scenarios row 1, column scenario: blank cell"),
        ("nowhere.csv", "there is no such file"),
    ],
)  # fmt: skip
def test_faults_are_told(given: object, said: str, case: Case) -> None:
    with pytest.raises(CaseError) as caught:
        vary(case, given, "base")  # type: ignore[arg-type]
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_tiers = [1]\n", "max_tiers: unknown key; expected only scenario and vary"),
        ("[vary]\nmax_tiers = 1\n", "vary: no lists of values to vary"),
        ("scenario = 1\n[vary]\nmax_tiers = [1]\n", "scenario: wrong value"),
        ("[vary\n", "not valid TOML"),
    ],
)
def test_faults_of_a_grid_file_are_told(text: str, said: str, case: Case, tmp_path: Path) -> None:
    (tmp_path / "grid.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CaseError) as caught:
        vary(case, tmp_path / "grid.toml", "base")
    assert said in str(caught.value)
