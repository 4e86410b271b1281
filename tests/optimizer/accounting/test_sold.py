"""What the plan worked out by hand sells (see `tests.worlds.hand_plan`): by tier and region, and by segment."""

from __future__ import annotations

import pytest

from optimizer.accounting.demand import Demand, locked_rows
from optimizer.accounting.sold import plan_choice, sold_rows, under_contract, units_under_contract

from ...worlds.hand_plan import hand_case, hand_plan


def units_by(*keys: str) -> dict[object, float]:
    demand, plan = Demand(hand_case()), hand_plan()
    choice = plan_choice(demand, plan.menus, plan.coverage)
    rows = units_under_contract(demand, choice, locked_rows(demand), keys).frame
    return {key: round(units, 9) for key, units in rows.set_index(list(keys))["units"].items()}


def test_free_units_take_contracts_in_every_region_alike_and_contracts_in_force_stay_where_they_are() -> None:
    # works: 90 + 210 pumps, a third each; clinics: half of 10 in the north; 50 pumps in the south are under contract
    assert units_by("tier", "region") == {
        ("gold", "north"): 30,
        ("gold", "south"): 70,
        ("silver", "north"): 30 + 5,
        ("silver", "south"): 70 + 50,
    }
    assert units_by("segment", "tier") == {("clinics", "silver"): 5, ("works", "gold"): 100, ("works", "silver"): 150}


def test_every_unit_is_sold_something_or_nothing() -> None:
    rows = sold_rows(Demand(hand_case()), hand_plan())
    assert rows["units"].sum() == pytest.approx(90 + 60 + 260 + 10)
    assert under_contract(rows)["units"].sum() == pytest.approx(30 + 70 + 35 + 120)
    assert rows.loc[rows["locked"], "units"].tolist() == [50]
    assert under_contract(rows)["billed"].sum() == pytest.approx(105 * 100 + 100 * 200 + 50 * 200)
