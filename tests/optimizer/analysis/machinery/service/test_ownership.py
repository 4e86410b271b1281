"""Cost of ownership, worked by hand: units that choose a contract, and one that is under contract already."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import optimizer
from models import Case, build_case
from optimizer.analysis.levels import levels
from optimizer.analysis.machinery.service.ownership import WITH, WITHOUT, ownership_costs
from tests.worlds.hand_case import hand_case, market

DOWN = {"downtime_cost": 2, "adhoc_price": 10, "adhoc_hours": 5}
"""An incident of alpha costs 2 x 10 h = 20 under gold, and 10 + 2 x 5 = 20 without a contract."""
MENUS = pd.DataFrame([{"price_book": "clinic", "tier": "gold", "model": "flat", "price": 0.1}])


def risky_case() -> Case:
    """Of the clinic's 9 free alphas the careful quarter takes gold at 9 a year; one alpha has it already, at 30."""
    products = [{**row, **DOWN} for row in market()["products"]]
    careful, thrifty = market()["customer_classes"]
    points = [{"tier": "gold", "model": "flat", "price": 0.1}]
    classes = [{**careful, "risk_aversion": 0.04}, {**thrifty, "risk_aversion": 0.0}]
    return build_case(*hand_case(products=products, customer_classes=classes, price_points=points))


def only(table: pd.DataFrame) -> dict[str, Any]:
    (row,) = table.to_dict("records")
    return {str(key): value for key, value in row.items()}


def test_what_a_unit_costs_its_owner_is_the_mean_over_units() -> None:
    case = risky_case()
    result = optimizer.evaluate(case, menus=MENUS)
    row = only(ownership_costs(case, result.decided))
    free, locked = 2.25, 1.0
    assert row["units"] == pytest.approx(free + locked)

    def mean(of_free: float, of_locked: float) -> Any:
        return pytest.approx((free * of_free + locked * of_locked) / (free + locked))

    assert row["payments"] == mean(9, 30)
    assert row["downtime"] == mean(40, 40)  # two incidents a year
    assert row["risk"] == mean(16, 4)  # 0.04 / 2 x 2 x 20^2; the locked unit's owner is a quarter careful
    assert row["ownership_credit"] == 0
    assert row["with_contract"] == mean(65, 74)
    assert row["payments_without"] == mean(20, 20)
    assert row["downtime_without"] == mean(20, 20)
    assert row["risk_without"] == mean(16, 4)
    assert row["without_contract"] == mean(56, 44)
    assert row["saving"] == mean(56 - 65, 44 - 74)


def test_a_lease_saves_what_owning_would_have_cost() -> None:
    """At a discount rate of 0 over 4 years: (1 - 0.2) / 4 of 100 a year."""
    lease = {"model": "flat", "kind": "lease", "term_years": 4, "residual_share": 0.2, "displaced_share": 0}
    case = build_case(*hand_case(pricing_models=[lease]))
    row = only(ownership_costs(case, optimizer.evaluate(case, menus=MENUS.iloc[:0]).decided))
    assert (row["payments"], row["ownership_credit"]) == (pytest.approx(30), pytest.approx(-20))
    assert row["with_contract"] == pytest.approx(10)


def test_levels_tells_it() -> None:
    case = risky_case()
    answer = levels(case, result=optimizer.evaluate(case, menus=MENUS))
    whole, parts = only(answer.tables["ownership"]), only(answer.tables["ownership_parts"])
    assert whole["with_contract"] == pytest.approx(sum(parts[name] for name in WITH))
    assert whole["without_contract"] == pytest.approx(sum(parts[name] for name in WITHOUT))
    assert "ownership" in answer.shown
    assert answer.sentences[-1].startswith("A unit under contract costs its owner 67.77 EUR a year with it, ")
    assert "52.31 EUR without one: 15.46 EUR more." in answer.sentences[-1]


def test_nobody_under_contract_costs_nobody_anything() -> None:
    case = build_case(*hand_case(contracts=[]))
    result = optimizer.evaluate(case, menus=MENUS.iloc[:0])
    assert ownership_costs(case, result.decided).empty
    assert not any("costs its owner" in sentence for sentence in levels(case, result=result).sentences)
