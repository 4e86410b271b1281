"""Rates with a blank region or family: who stands for which place, by hand and against a naive reading."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random
from time import process_time

import pandas as pd
import pytest

import optimizer
from models import Case, CaseError, Scenario, apply_scenario, build_case, load_case, write_case
from models.column_tables import ColumnTable
from models.intake import rate_places
from models.intake.raw import RowSpan
from models.intake.tables import CleanTable
from models.schema import TABLES
from optimizer.cli.command_line import main
from optimizer.cli.exit_codes import DONE
from tests.folders import TINY
from tests.oracle.random_cases import random_case
from tests.oracle.world import filled_rows, placed
from tests.worlds.small_case import write_small_case

KEY = ["provider", "region", "family", "service", "tier"]
NUMBERS = {"cost_per_case": 100.0, "response_hours": 4.0, "csat": 80.0}
REGIONS, FAMILIES = ("north", "south"), ("imaging", "industrial")
Row = tuple[str, str, str, str, str]
"""A row's key: provider, region, family, service, tier."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Case:
    case = load_case(write_small_case(tmp_path_factory.mktemp("small") / "case"))
    assert set(case.tables["accounts"]["region"]) == set(REGIONS)
    assert set(case.tables["products"]["family"]) == set(FAMILIES)
    return case


def with_rates(case: Case, rates: pd.DataFrame) -> Case:
    return build_case(case.settings, {**case.tables, "rates": rates})


def rated(case: Case, rows: Sequence[Row]) -> pd.DataFrame:
    """The rates as loaded; each row's cost is 100 + its place among those written."""
    numbers = [{**NUMBERS, "cost_per_case": 100.0 + at} for at in range(len(rows))]
    return with_rates(case, pd.DataFrame(rows, columns=KEY).assign(**pd.DataFrame(numbers))).tables["rates"]


def costs(rates: pd.DataFrame) -> dict[Row, float]:
    found = {tuple(key): cost for *key, cost in rates[[*KEY, "cost_per_case"]].itertuples(index=False, name=None)}
    assert len(found) == len(rates)
    return found  # type: ignore[return-value]  # five texts each


def test_a_blank_region_and_family_stand_for_every_region_of_accounts_and_family_of_products(small: Case) -> None:
    rates = rated(small, [("own", "", "", "field", "")])

    assert costs(rates) == {("own", region, family, "field", ""): 100.0 for region in REGIONS for family in FAMILIES}
    assert rates["csat"].tolist() == [80.0] * 4


def test_a_place_takes_both_else_the_family_else_the_region_else_neither(small: Case) -> None:
    neither, region, family, both = (
        ("own", "", "", "field", ""),
        ("own", "north", "", "field", ""),
        ("own", "", "imaging", "field", ""),
        ("own", "south", "imaging", "field", ""),
    )

    found = costs(rated(small, [neither, region, family, both]))

    assert found == {
        ("own", "north", "imaging", "field", ""): 102.0,  # the family goes before the region
        ("own", "north", "industrial", "field", ""): 101.0,
        ("own", "south", "imaging", "field", ""): 103.0,
        ("own", "south", "industrial", "field", ""): 100.0,
    }
    assert costs(rated(small, [both, family, region, neither])) == {
        ("own", "north", "imaging", "field", ""): 101.0,
        ("own", "north", "industrial", "field", ""): 102.0,
        ("own", "south", "imaging", "field", ""): 100.0,
        ("own", "south", "industrial", "field", ""): 103.0,
    }


def test_only_rows_of_the_same_provider_service_and_tier_cell_compete(small: Case) -> None:
    found = costs(
        rated(
            small,
            [
                ("own", "", "imaging", "field", ""),
                ("own", "north", "imaging", "field", "gold"),
                ("own", "north", "imaging", "remote", ""),
                ("Orbis", "north", "imaging", "field", ""),
            ],
        )
    )

    assert found[("own", "north", "imaging", "field", "")] == 100.0
    assert found[("own", "south", "imaging", "field", "")] == 100.0
    assert found[("own", "north", "imaging", "field", "gold")] == 101.0
    assert len(found) == 5


def test_a_row_with_a_tier_stays_beside_one_without_that_names_the_place() -> None:
    case = load_case(TINY)
    own = case.tables["rates"].iloc[0]
    named = {**own, "tier": ""}
    every = {**own, "region": "", "family": "", "tier": "gold", "cost_per_case": own["cost_per_case"] + 7}
    rates = pd.DataFrame([named, every])
    spelled = pd.DataFrame(
        [named, *({**every, "region": r, "family": f} for r in set(case.tables["accounts"]["region"])
                  for f in set(case.tables["products"]["family"]))]
    )  # fmt: skip

    written, by_hand = (with_rates(case, table) for table in (rates, spelled))

    assert costs(written.tables["rates"]) == costs(by_hand.tables["rates"])


def test_a_rate_card_wider_than_the_accounts_keeps_its_rows(small: Case) -> None:
    rows = [
        ("own", "west", "", "field", ""),
        ("own", "", "imaging", "field", ""),
        ("own", "west", "imaging", "field", "gold"),
    ]

    found = costs(rated(small, rows))

    assert found[("own", "west", "imaging", "field", "")] == 100.0  # a blank region is none without accounts
    assert {key[1:3] for key in found if key[4] == ""} == {
        *(("west", family) for family in FAMILIES), ("north", "imaging"), ("south", "imaging"),
    }  # fmt: skip


def test_a_row_replaced_in_every_place_is_gone_and_told(small: Case) -> None:
    rows = [("own", "", "imaging", "field", ""), *(("own", region, "imaging", "field", "") for region in REGIONS)]
    table = pd.DataFrame(rows, columns=KEY).assign(**NUMBERS)

    case = with_rates(small, table.assign(cost_per_case=[1.0, 2.0, 3.0]))

    assert case.tables["rates"]["cost_per_case"].tolist() == [2.0, 3.0]
    assert case.filled_in == (
        "rates: 1 of 3 rows with a blank region or family stand for 0 (2 regions, 2 families); 1 of them stand for "
        "none, since other rows name every place of theirs.",
    )
    with pytest.raises(CaseError, match="none of rates has this region"):
        apply_scenario(
            case, Scenario(change=({"table": "rates", "where": {"region": ""}, "column": "csat", "set": 1},))
        )


def test_rows_are_unique_as_written(small: Case) -> None:
    with pytest.raises(
        CaseError, match=r"rates row 2 .*the same provider, region, family, service and tier as rates row 1"
    ):
        rated(small, [("own", "", "imaging", "field", ""), ("own", "", "imaging", "field", "")])


def test_changes_look_at_filled_rows_alone(small: Case) -> None:
    case = with_rates(small, pd.DataFrame([("own", "", "", "field", "")], columns=KEY).assign(**NUMBERS))
    dearer = {
        "table": "rates",
        "where": {"region": "north", "family": "imaging"},
        "column": "cost_per_case",
        "multiply": 2,
    }

    changed, _ = apply_scenario(case, Scenario(change=(dearer,)))

    assert costs(changed.tables["rates"])[("own", "north", "imaging", "field", "")] == 200.0
    assert changed.tables["rates"]["cost_per_case"].sum() == 500.0
    with pytest.raises(CaseError, match="blank cell"):
        apply_scenario(case, Scenario(change=({"table": "rates", "column": "region", "set": ""},)))


def test_a_region_that_only_a_change_brings_in_has_the_rows_that_name_it(small: Case) -> None:
    case = with_rates(small, pd.DataFrame([("own", "", "", "field", "")], columns=KEY).assign(**NUMBERS))
    moved = {"table": "accounts", "where": {"account_id": "A1"}, "column": "region", "set": "west"}

    changed, _ = apply_scenario(case, Scenario(change=(moved,)))

    assert set(changed.tables["rates"]["region"]) == set(REGIONS)


def test_the_columns_may_be_missing_and_the_cells_stand_in_any_form(small: Case, tmp_path: Path) -> None:
    bare = pd.DataFrame([("own", "field")], columns=["provider", "service"]).assign(**NUMBERS)
    case = with_rates(small, bare)
    assert len(case.tables["rates"]) == 4

    folder = write_case(replace(small, scenarios={}), tmp_path / "case")
    (folder / "rates.csv").write_text(
        "provider,region,family,service,tier,cost_per_case,response_hours,csat\nown,,,field,,100,4,80\n"
    )
    pd.testing.assert_frame_equal(load_case(folder).tables["rates"], case.tables["rates"])
    again = load_case(write_case(case, tmp_path / "case.xlsx", "xlsx"))
    pd.testing.assert_frame_equal(again.tables["rates"], case.tables["rates"])
    assert again.filled_in == ()


def test_validate_tells_what_was_filled_in(small: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_case(small, tmp_path / "case")
    head = (folder / "rates.csv").read_text().splitlines()
    (folder / "rates.csv").write_text("\n".join([*head, "own,,,field,silver,100,4,80,1"]) + "\n")

    assert main(["validate", str(folder)]) == DONE
    said = " ".join(capsys.readouterr().out.split())
    assert f"rates: 1 of {len(head):,} rows with a blank region or family stand for 4 (2 regions, 2 families)." in said
    assert main(["validate", str(folder), "--json"]) == DONE
    told = json.loads(capsys.readouterr().out)["result"]["filled_in"]
    assert told == list(load_case(folder).filled_in)
    assert main(["validate", str(write_case(small, tmp_path / "full"))]) == DONE
    assert "blank" not in capsys.readouterr().out


def test_more_rows_than_are_carried_are_refused(small: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_places, "MAX_FILLED_IN", 3)
    with pytest.raises(CaseError, match="with every blank region and family filled in, the table has 4 rows"):
        rated(small, [("own", "", "", "field", "")])
    assert len(rated(small, [("own", "", "imaging", "field", "")])) == 2


def naive(rows: Sequence[Row]) -> dict[Row, float]:
    """Each place asked in turn, of its four candidates from the closest on."""
    written = {row: 100.0 + at for at, row in enumerate(rows)}
    regions = {*REGIONS, *(row[1] for row in rows if row[1])}
    found = {}
    for provider, service, tier in {(row[0], row[3], row[4]) for row in rows}:
        for region, family in product(regions, FAMILIES):
            candidates: list[tuple[str, str]] = [(region, family)]
            candidates += [("", family)] if region in REGIONS else []
            candidates += [(region, "")]
            candidates += [("", "")] if region in REGIONS else []
            for place in candidates:
                if (key := (provider, *place, service, tier)) in written:
                    found[(provider, region, family, service, tier)] = written[key]
                    break
    return found


@pytest.mark.parametrize("seed", range(30))
def test_random_rates_are_filled_as_a_naive_reading_does(small: Case, seed: int) -> None:
    random = Random(seed)
    cells = (("own", "Orbis"), ("", "", *REGIONS, "west"), ("", *FAMILIES), ("field", "remote"), ("", "gold"))
    rows: list[Row] = list(dict.fromkeys(tuple(map(random.choice, cells)) for _ in range(40)))  # type: ignore[misc]
    assert any("" in row[1:3] for row in rows)

    assert costs(rated(small, rows)) == naive(rows)


@pytest.mark.parametrize("seed", [seed for seed in range(6) if random_case(seed)[1]["rates"]["region"].isna().any()])
def test_a_plan_is_the_same_whether_places_are_left_blank_or_spelled_out(seed: int) -> None:
    settings, tables, scenarios = random_case(seed)
    rates = filled_rows("rates", tables["rates"])
    places = (tables["accounts"]["region"].tolist(), tables["products"]["family"].tolist())
    spelled = {**tables, "rates": pd.DataFrame(placed(rates, *places))}

    one, other = (optimizer.solve(build_case(settings, rows, scenarios)) for rows in (tables, spelled))

    assert one.status == other.status
    assert one.objective == other.objective
    if one.plan and other.plan:
        pd.testing.assert_frame_equal(one.plan.menus, other.plan.menus)


def test_a_million_filled_rows_cost_little(small: Case) -> None:
    """A rate card of 1,000,000 named places and two blank rows that fill a few more; measured 0.6 s at most."""
    count = 1_000_000
    card = pd.DataFrame({"provider": "own", "region": [f"r{at}" for at in range(count)], "family": "imaging"})
    card = card.assign(service="field", tier="", max_share=1.0, **NUMBERS)
    tables = {name: CleanTable(TABLES[name], small.columns(name), RowSpan(name)) for name in small.tables}

    def filled(rates: pd.DataFrame) -> tuple[int, float]:
        tables["rates"] = replace(tables["rates"], content=ColumnTable.of(rates))
        began = process_time()
        found, _ = rate_places.with_rates_filled(tables)
        return len(found["rates"]), process_time() - began

    rows, seconds = filled(card)
    assert rows == count
    assert seconds < 0.1
    rows, seconds = filled(pd.concat([card, card.iloc[:2].assign(region="", family=["", "imaging"])]))
    assert rows == count + 4
    assert seconds < 6
