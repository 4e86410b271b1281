"""Plans of the case that `tests.worlds.hand_case` describes, worked by hand: locked units, a sale, a settlement.

The locked alpha makes 2 incidents x 0.5 = 1 repair a year in the north: 6 for delivery, 1.5 + 2 for parts.
"""

from __future__ import annotations

import pandas as pd
import pytest

import optimizer
from models import build_case
from models.plan import Plan
from tests.worlds.hand_case import Rows, hand_case, work

NO_MENUS = pd.DataFrame(columns=["price_book", "tier", "model", "price"])

LOCKED_ALONE = {
    "service_revenue": 30,  # 0.3 x 100: the price as written, without the segment's discount
    "delivery_cost": 6,
    "fulfilment_cost": 3.5,
    "admin_cost": 0.25,
    "capital_cost": 0,
    "fixed_cost": 7,  # the contract's tier 1.5 and model 2.5, alpha's support 3; beta is excluded
    "service_cost": 16.75,
    "service_margin": 13.25,
    "loyalty_loss": 5,  # one case, 10 points under target, at 0.5
    "product_revenue": 1214,  # locked 100 x 0.9 x 1.1; free (800 + 600) x 0.8; less 5
    "account_revenue": 1244,
    "account_margin": 476.85,  # 0.5 x (99 + 640) + 0.2 x 480 - 0.38 x 5 + 13.25
    "contract_coverage": 1 / 12,
}


def evaluated(menus: pd.DataFrame = NO_MENUS, **tables: Rows) -> Plan:
    result = optimizer.evaluate(build_case(*hand_case(**tables)), menus=menus)
    assert result.plan is not None
    assert result.audit is not None
    assert result.audit.ok
    return result.plan


def test_locked_units_alone() -> None:
    plan = evaluated()
    assert {kpi: plan.kpis[kpi] for kpi in LOCKED_ALONE} == pytest.approx(LOCKED_ALONE)
    assert plan.decisions.tiers == ()
    assert plan.decisions.models == ()


def test_locked_units_are_rows_of_uptake() -> None:
    uptake = evaluated().uptake
    (row,) = uptake[uptake["customer_class"] == "contract"].to_dict("records")
    expected = {"segment": "clinic", "product": "alpha", "tier": "gold", "model": "flat", "price": 0.3, "share": 1,
                "units": 1, "service_revenue": 30, "product_revenue": 99}  # fmt: skip
    assert {key: row[key] for key in expected} == {
        key: pytest.approx(value) if isinstance(value, int | float) else value for key, value in expected.items()
    }


def test_a_sale_that_pays() -> None:
    """At 0.1, less 10 %, the careful pay 9 a year for each of 2.25 free alphas: utility 3 - 0.2 x 9 > 0.

    Their 2.25 cases cost 0.75 x 6 + 1.5 x 8 = 16.5, 3.375 for parts, 0.5625 for admin, 11.25 of loyalty;
    200 of product revenue are kept at 0.99 instead of 0.8: 19 - 0.38 x 11.25 + 20.25 - 20.4375 = 14.5375.
    """
    case = build_case(*hand_case(price_points=[{"tier": "gold", "model": "flat", "price": 0.1}]))
    result = optimizer.solve(case)
    assert result.objective == pytest.approx(476.85 + 14.5375)
    assert result.no_contract_objective == pytest.approx(456)  # 0.5 x 900 x 0.8 + 0.2 x 600 x 0.8
    assert result.plan is not None
    assert result.plan.menus.to_dict("records") == [
        {"price_book": "clinic", "tier": "gold", "model": "flat", "price": 0.1}
    ]


def test_a_settled_contract() -> None:
    """Answered in 5 h on a promise of 10 h a case brings 5.676676416 - 3 x 0.676676416 = 3.646647168."""
    contract = {"account_id": "A1", "product": "alpha", "tier": "gold", "model": "outcome", "price": 0.3, "units": 1}
    providers = [{**work()["providers"][0], "risk_share": 0.5}]
    plan = evaluated(contracts=[contract], providers=providers)
    assert plan.kpis["service_revenue"] == pytest.approx(33.646647168)
    assert plan.kpis["delivery_cost"] == pytest.approx(6 + 3.646647168 / 2)
    assert plan.allocation["model"].tolist() == ["outcome"]


def test_a_commitment_and_a_discount() -> None:
    """8 of the 16.5 + 6 = 22.5 of case cost lie over 14.5, at 25 % off: 20.5; a commitment of 21 tops it."""
    sale = {
        "price_points": [{"tier": "gold", "model": "flat", "price": 0.1}],
        "volume_discounts": [{"provider": "own", "above": 14.5, "discount": 0.25}],
    }
    menus = pd.DataFrame([{"price_book": "clinic", "tier": "gold", "model": "flat", "price": 0.1}])
    assert evaluated(menus, **sale).kpis["delivery_cost"] == pytest.approx(20.5)
    providers = [{**work()["providers"][0], "commitment": 21}]
    assert evaluated(menus, **sale, providers=providers).kpis["delivery_cost"] == pytest.approx(21)
