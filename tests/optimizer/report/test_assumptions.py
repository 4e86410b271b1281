"""What the plan's money rests on, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import pytest

from optimizer.report.assumptions import assumptions, kept_by_contracts
from tests.optimizer.charts.made import amounts, frame, result


def effects(of: object) -> dict[str, float]:
    return dict(zip(of["assumption"], of["effect"], strict=True))  # type: ignore[index]  # a DataFrame


def test_each_amount_a_tenth_worse_moves_the_account_margin() -> None:
    # made.PLANNED: 900 of service revenue; costs 200, 100, 10, 40 and 50; product margin 800 - 500 of 1000
    found = effects(assumptions(result(1)))
    assert found == {
        "Prices paid": pytest.approx(-90),
        "Product revenue": pytest.approx(-30),
        "Delivery cost": pytest.approx(-20),
        "Parts cost": pytest.approx(-10),
        "Fixed cost": pytest.approx(-5),
        "Capital cost of leases": pytest.approx(-4),
        "Admin cost": pytest.approx(-1),
        "Units under contract": pytest.approx(-0.1 * (900 - 350 + KEPT * 0.3)),
    }
    assert next(iter(found)) == "Prices paid"


KEPT = 2 * 40.0 - (40.0 / 3.0) * 7.0
"""made.result(1): 5 and 2 units bring 40 each; 3 units without a contract bring 40, so 7 would bring 93.33."""


def test_the_gain_over_today_tells_how_much_worse_it_may_get() -> None:
    table = assumptions(result(1)).set_index("assumption")
    assert table.loc["Prices paid", "break_even"] == pytest.approx(160 / 900)  # 800 against 640
    assert table.loc["Delivery cost", "break_even"] == pytest.approx(160 / 200)


@pytest.mark.parametrize("baseline", [None, amounts(account_margin=801.0)])
def test_without_a_gain_there_is_none_to_lose(baseline: dict[str, float | None] | None) -> None:
    assert all(isnan(share) for share in assumptions(result(1, baseline))["break_even"])


def test_amounts_of_nothing_are_left_out() -> None:
    made = result(1)
    poor = replace(made, plan=replace(made.decided, kpis=amounts(service_revenue=10.0, service_margin=10.0)))
    assert set(assumptions(poor)["assumption"]) == {"Prices paid", "Units under contract"}


def test_contracts_keep_what_the_same_units_would_not_bring_without_them() -> None:
    rows = [
        ("s", "x", "pump", "gold", "flat", 0.1, 0.6, 6.0, 0.0, 60.0),
        ("s", "x", "pump", "none", "", None, 0.4, 4.0, 0.0, 32.0),  # 8 a unit
        ("s", "y", "pump", "gold", "flat", 0.1, 1.0, 5.0, 0.0, 99.0),
        ("s", "y", "pump", "none", "", None, 0.0, 0.0, 0.0, 0.0),  # nobody to compare with
        ("s", "contract", "pump", "gold", "flat", 0.1, 1.0, 5.0, 0.0, 99.0),
    ]
    assert kept_by_contracts(frame("uptake", list(rows))) == pytest.approx(60 - 6 * 8)
