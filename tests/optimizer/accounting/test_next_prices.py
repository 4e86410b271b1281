"""What stops the next price of an option: worked out by hand, and against the oracle's own rules on random cases."""

from __future__ import annotations

import pandas as pd
import pytest

from models import Scenario, apply_scenario
from models.rules import RuleGroup, rules_of
from optimizer.accounting.demand import Demand
from optimizer.accounting.next_prices import _FORBID, price_steps
from optimizer.results.price_steps import PRICE_RULES
from tests.optimizer.analysis.posed import case_of, scenario_of, world_of
from tests.oracle.demand import read_demand
from tests.oracle.menus import ladder_kept, options, own_menus, price_close
from tests.worlds.hand_plan import built, hand_plan, hand_tables
from tests.worlds.tables import rows

LADDERS = rows(
    "tier model price price_book",
    ("silver", "warranty", 0.08, ""),
    ("silver", "warranty", 0.12, "works"),
    ("silver", "warranty", 0.10, ""),
    ("silver", "warranty", 0.09, "clinics"),
    ("silver", "metered", 0.11, ""),
    ("gold", "perf", 0.20, "works"),
    ("gold", "perf", 0.15, ""),
    ("gold", "perf", 0.20, ""),
)
"""Silver has 0.08, 0.10 and 0.12 in works, 0.08, 0.09 and 0.10 in clinics; gold 0.15 and 0.20 in both."""


def steps(**rules: float) -> pd.DataFrame:
    case = built({**hand_tables(), "price_points": LADDERS})
    return price_steps(Demand(case), Scenario(**rules), hand_plan().menus)  # type: ignore[arg-type]  # rules are floats


def stopped(rule: str, **rules: float) -> set[tuple[str, str, str]]:
    found = steps(**rules)
    return {tuple(row) for row in found.loc[found[rule], ["price_book", "tier", "direction"]].to_numpy()}


def test_next_prices_are_those_of_the_book_s_own_ladder() -> None:
    found = steps()
    assert list(found[["price_book", "tier", "direction"]].itertuples(index=False, name=None)) == [
        ("clinics", "silver", "up"), ("clinics", "silver", "down"), ("works", "silver", "up"),
        ("works", "silver", "down"), ("works", "gold", "up"), ("works", "gold", "down"),
    ]  # fmt: skip
    assert found["next_price"].tolist() == pytest.approx(
        [float("nan"), 0.09, 0.12, 0.08, float("nan"), 0.15], nan_ok=True
    )
    ends = found[found["next_price"].isna()]
    assert ends["spacing"].tolist() == pytest.approx([0.01, 0.05])  # 0.10 - 0.09, and 0.20 - 0.15


def test_without_rules_nothing_is_in_the_way() -> None:
    assert not steps()[list(PRICE_RULES)].to_numpy().any()


def test_a_gap_stops_the_lower_tier_s_rise_and_the_higher_tier_s_fall() -> None:
    """Silver at 0.10 pays 91.67 on average, at 0.12 110; gold at 0.20 183.33, at 0.15 137.5 = 1.5 x 91.67."""
    assert stopped("min_tier_gap", min_tier_gap=0.5) == set()  # 183.33 >= 165, 137.5 >= 137.5
    assert stopped("min_tier_gap", min_tier_gap=0.51) == {("works", "gold", "down")}  # 183.33 >= 166.1
    both = {("works", "gold", "down"), ("works", "silver", "up")}
    assert stopped("min_tier_gap", min_tier_gap=0.7) == both  # 183.33 < 187


def test_a_price_change_stops_what_is_sold_today_alone() -> None:
    """Works have silver at 0.08 today: 0.12 is half as much again. Clinics and gold have no price today."""
    assert stopped("max_price_change", max_price_change=0.5) == set()
    assert stopped("max_price_change", max_price_change=0.49) == {("works", "silver", "up")}
    assert stopped("max_price_change", max_price_change=0.0) == {("works", "silver", "up")}  # down to 0.08 is today's


def test_menus_of_books_without_units_have_no_steps() -> None:
    case = built({**hand_tables(), "price_points": LADDERS})
    menus = rows("price_book tier model price", ("nobody", "silver", "warranty", 0.10))
    assert price_steps(Demand(case), Scenario(max_price_change=0.1, min_tier_gap=0.1), menus).empty


def test_every_rule_on_prices_is_looked_at() -> None:
    assert set(rules_of(RuleGroup.PRICE)) == set(PRICE_RULES)
    assert steps(**dict.fromkeys(PRICE_RULES, 10.0))[list(PRICE_RULES)].to_numpy().any()
    assert set(_FORBID) == set(PRICE_RULES)


@pytest.mark.parametrize("seed", [35, 38, 52, 67, 95])
def test_the_oracle_s_rules_stop_the_same_steps(seed: int) -> None:
    scenario = scenario_of(seed).model_copy(update={"max_price_change": 0.3, "min_tier_gap": 0.2})
    world, case = world_of(seed, scenario), apply_scenario(case_of(seed), scenario)[0]
    demand, looked = read_demand(world), 0
    books = [book for book in world.names("segments", "price_book") if options(world, book)]
    for book in books:
        ladders = [option for offered in options(world, book).values() for option in offered]
        for menu in own_menus(world, demand, book)[:25]:
            found = price_steps(
                Demand(case), scenario, rows("price_book tier model price", *((book, *o) for o in menu))
            )
            for row in found.dropna(subset="next_price").to_dict("records"):
                looked += 1
                near = [price for tier, model, price in ladders if (tier, model) == (row["tier"], row["model"])]
                up = [price for price in near if price > row["price"]]
                down = [price for price in near if price < row["price"]]
                assert row["next_price"] == (min(up) if row["direction"] == "up" else max(down))
                moved = (row["tier"], row["model"], row["next_price"])
                other = tuple(moved if option[0] == moved[0] else option for option in menu)
                assert row["max_price_change"] != price_close(world, demand, book, moved)
                assert row["min_tier_gap"] != ladder_kept(world, demand, book, other)
    assert looked
