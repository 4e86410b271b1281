"""Amounts that the hand plan does not reach: other choices, kinds and contracts without a menu."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models import build_case
from optimizer.accounting.demand import Demand, chosen, locked_rows, mean_payments
from optimizer.accounting.money import no_contract_objective
from optimizer.accounting.work import rates_by_tier, work

from ...worlds.hand_plan import SETTINGS, built, hand_case, hand_plan, hand_tables, rows

MENUS = rows("price_book tier model price", ("works", "silver", "warranty", 0.10), ("works", "gold", "warranty", 0.15))
COVERED = rows("price_book product", ("works", "pump"))


def first_choice(silver: float, gold: float, menus: pd.DataFrame = MENUS) -> dict[str, float]:
    """Share of each tier when everyone takes the best, with these appeals and no price sensitivity."""
    tables = hand_tables()
    appeal = tables["appeal"].copy()
    appeal["appeal"] = appeal["tier"].map({"silver": silver, "gold": gold})
    case = build_case(SETTINGS.model_copy(update={"choice_model": "first_choice"}), {**tables, "appeal": appeal}, {})
    choice = chosen(Demand(case), menus, COVERED)
    return dict(zip(choice["tier"], choice["share"], strict=True))


def test_first_choice_takes_the_best() -> None:
    assert first_choice(0.2, 0.1) == {"silver": 1.0, "gold": 0.0}
    assert first_choice(0.1, 0.2) == {"silver": 0.0, "gold": 1.0}


def test_first_choice_takes_nothing_that_is_no_better_than_no_contract() -> None:
    assert first_choice(0.0, 5e-10) == {"silver": 0.0, "gold": 0.0}
    assert first_choice(0.0, 2e-9) == {"silver": 0.0, "gold": 1.0}


def test_first_choice_tie_goes_to_the_higher_payment() -> None:
    assert first_choice(0.1, 0.1 + 5e-10) == {"silver": 0.0, "gold": 1.0}
    assert first_choice(0.1 + 5e-10, 0.1) == {"silver": 0.0, "gold": 1.0}
    assert first_choice(0.1 + 2e-9, 0.1) == {"silver": 1.0, "gold": 0.0}
    dear_silver = MENUS.assign(price=[0.15, 0.10])
    assert first_choice(0.1, 0.1, dear_silver) == {"silver": 1.0, "gold": 0.0}


def test_first_choice_tie_of_equal_payments_goes_to_the_higher_rank() -> None:
    assert first_choice(0.1, 0.1, MENUS.assign(price=0.1)) == {"silver": 0.0, "gold": 1.0}


def leased() -> Demand:
    """The hand case with a lease over 10 years, half of the value left, a tenth of product revenue displaced."""
    tables = hand_tables()
    lease = rows(
        "model kind fixed_cost admin_cost offer term_years residual_share displaced_share "
        "buyout_probability buyout_share",
        ("lease", "lease", 0.0, 0.0, "optional", 10.0, 0.5, 0.1, 0.5, 0.7),
    )
    tables["pricing_models"] = pd.concat([tables["pricing_models"], lease], ignore_index=True)
    settings = SETTINGS.model_copy(update={"discount_rate": 0.0})
    return Demand(build_case(settings, tables, {}))


def test_lease_pays_for_capital_and_displaces_product_revenue() -> None:
    menus = rows("price_book tier model price", ("works", "silver", "lease", 0.2))
    choice = chosen(leased(), menus, COVERED)
    row = choice.frame.iloc[0]
    assert row["yearly"] == pytest.approx(200.0)
    # without interest 1000 x 0.5 of cost runs down to E = 0.5 x 0.7 + 0.5 x 0.5 = 0.6 in 10 years
    assert row["capital"] == pytest.approx(1000 * 0.5 * (1 - 0.6) / 10)
    assert row["credit"] == pytest.approx(1000 * (1 - 0.5) / 10)
    # half of 30000 revenue, silver keeps 0.8, nine tenths are not displaced
    assert row["product_revenue"] == pytest.approx(0.5 * 30000 * 0.8 * 0.9)


def test_mean_payment_of_a_lease_is_its_service_part() -> None:
    menus = rows("price_book tier model price", ("works", "silver", "lease", 0.2))
    # pump 200 - 20, valve 100 - 500 x 0.8 x 0.4 / 10 = 84; 300 pumps and 60 valves
    assert mean_payments(leased(), menus).tolist() == pytest.approx([(300 * 180 + 60 * 84) / 360])


def test_mean_payment_is_undefined_where_no_cohort_can_buy() -> None:
    menus = rows("price_book tier model price", ("works", "bronze", "warranty", 0.1))
    assert np.isnan(mean_payments(Demand(hand_case()), menus)).all()


def test_an_option_that_bills_nothing_is_never_bought() -> None:
    tables = hand_tables()
    usage = rows("model kind fixed_cost admin_cost offer", ("hourly", "usage_based", 0.0, 0.0, "optional"))
    tables["pricing_models"] = pd.concat([tables["pricing_models"], usage], ignore_index=True)
    menus = rows("price_book tier model price", ("works", "silver", "hourly", 3.0))
    assert len(chosen(Demand(built(tables)), menus, COVERED)) == 0


def test_a_blank_tier_rate_stands_for_tiers_without_their_own() -> None:
    table = rates_by_tier(hand_case()).frame
    team = table[(table["provider"] == "team") & (table["region"] == "north")].set_index("tier")
    assert team["cost_per_case"].to_dict() == {"gold": 40.0, "bronze": 20.0, "silver": 20.0}
    partner = table[table["provider"] == "partner"]
    assert sorted(partner["tier"]) == ["gold", "silver"]


def test_work_of_contracts_in_force_is_counted_without_any_menu() -> None:
    demand, plan = Demand(hand_case()), hand_plan()
    choice = chosen(demand, plan.menus.iloc[:0], COVERED)
    done = work(demand, choice, locked_rows(demand), plan.allocation.iloc[:0], plan.fulfilment.iloc[:0])
    # 50 pumps in the south with 2 incidents a year
    assert done.classes.frame[["region", "tier", "cases"]].to_numpy().tolist() == [["south", "silver", 100.0]]
    assert done.parts.frame[["product", "tier", "cases"]].to_numpy().tolist() == [["pump", "silver", 100.0]]


@pytest.mark.parametrize(
    ("objective", "amount"),
    [
        # kept without a contract: works' pumps 35000 x 0.5 and valves 3000 x 0.5, clinics' pumps 1000 x 0.6
        ("account_revenue", 17500 + 1500 + 600.0),
        ("account_margin", 0.5 * 17500 + 0.2 * 1500 + 0.5 * 600),
        ("service_revenue", 0.0),
        ("service_margin", 0.0),
    ],
)
def test_no_contract_objective(objective: str, amount: float) -> None:
    assert no_contract_objective(Demand(hand_case()), objective) == pytest.approx(amount)
