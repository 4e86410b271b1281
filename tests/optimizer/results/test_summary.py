"""Results in words."""

from __future__ import annotations

from dataclasses import replace
from math import nan

import pandas as pd
import pytest

from optimizer.assurance.result import Result
from optimizer.results.findings import Audit
from optimizer.results.menu_reference import Near
from optimizer.results.record import NoPlanError, Status
from optimizer.results.summary import (
    binding_rules,
    decision_lines,
    kpi_rows,
    ladder_ends,
    menu_grid,
    money,
    percent,
    price_in_words,
    status_sentence,
)
from tests.optimizer.cli.showing import TODAY, small_result, without_plan


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0.0, "0.00 EUR"),
        (-12.345, "-12.35 EUR"),
        (9_876.5, "9,876.50 EUR"),
        (12_345.0, "12.35 k EUR"),
        (999_990.0, "999.99 k EUR"),
        (999_999.0, "1.00 M EUR"),
        (1_234_567.0, "1.23 M EUR"),
        (-2.5e9, "-2.50 bn EUR"),
        (None, "none"),
    ],
)
def test_money(amount: float | None, words: str) -> None:
    assert money(amount, "EUR") == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.3241, "32.41 %"),
        (0.0, "0.00 %"),
        (0.00042, "0.042 %"),
        (5e-5, "0.005 %"),
        (0.000101, "0.0101 %"),
        (3e-8, "3e-06 %"),
        (None, "none"),
    ],
)
def test_percent(share: float | None, words: str) -> None:
    assert percent(share) == words


@pytest.mark.parametrize(
    ("kind", "price", "words"),
    [
        ("fixed_warranty", 0.085, "8.5 %"),
        ("lease", 0.2, "20 %"),
        ("performance_based", 0.1, "10 %"),
        ("cost_plus", 0.15, "cost +15 %"),
        ("cost_plus", -0.05, "cost -5 %"),
        ("pay_per_use", 1240.0, "1,240 EUR an incident"),
        ("usage_based", 2.5, "2.5 EUR an hour"),
        (None, 0.085, "0.085"),
    ],
)
def test_price(kind: str | None, price: float, words: str) -> None:
    assert price_in_words(kind, price, "EUR") == words


@pytest.mark.parametrize(
    ("result", "sentence"),
    [
        (
            small_result(),
            "Optimal, proved: 12,000,000 EUR of account revenue a year; no plan can have more than 12,000,600 EUR "
            "(gap 0.005 %).",
        ),
        (
            small_result(no_contract_objective=9_000_000.0),
            "Optimal, proved: 12,000,000 EUR of account revenue a year; no plan can have more than 12,000,600 EUR "
            "(gap 0.005 %, 0.02 % of what contracts add).",
        ),
        (
            small_result(status=Status.FEASIBLE, bound=12_600_000.0, gap=0.05),
            "Feasible, not proved best: 12,000,000 EUR of account revenue a year; no plan can have more than "
            "12,600,000 EUR (gap 5.00 %).",
        ),
        (
            small_result(near=Near(reference="today", give=1e-4, price_books=1, differences=2, proved=True)),
            "Optimal, proved: 12,000,000 EUR of account revenue a year; no plan can have more than 12,000,600 EUR "
            "(gap 0.005 %). Near today's menus, within 0.01 % of the best: 1 price book differs, with 2 differences; "
            "no plan has fewer, proved.",
        ),
        (
            small_result(near=Near(reference="runs/may", give=0.02, price_books=3, differences=1, proved=False)),
            "Optimal, proved: 12,000,000 EUR of account revenue a year; no plan can have more than 12,000,600 EUR "
            "(gap 0.005 %). Near runs/may, within 2.00 % of the best: 3 price books differ, with 1 difference; "
            "that no plan has fewer is not proved.",
        ),
        (
            without_plan(Status.INFEASIBLE, reason="No provider serves gold in the north."),
            "Infeasible, proved. No provider serves gold in the north.",
        ),
        (
            without_plan(Status.NO_PLAN, bound=13_000_000.0),
            "No plan found. A limit came first. No plan can have more than 13,000,000 EUR of account revenue a year.",
        ),
        (without_plan(Status.NO_PLAN), "No plan found. A limit came first."),
    ],
)
def test_status(result: Result, sentence: str) -> None:
    assert status_sentence(result) == sentence


def test_kpis_beside_today() -> None:
    rows = {row.label: (row.today, row.plan, row.change) for row in kpi_rows(small_result())}
    assert rows["Service revenue"] == ("1.60 M EUR", "2.00 M EUR", "+400.00 k EUR (+25.0 %)")
    assert rows["Service margin share"] == ("40.00 %", "35.00 %", "-5.00 points")
    assert rows["Account margin share"] == ("30.00 %", "none", "")
    assert rows["Loyalty loss"] == ("0.00 EUR", "0.00 EUR", "+0.00 EUR")


def test_a_change_from_next_to_nothing_is_not_put_in_per_cent() -> None:
    today = TODAY | {"service_revenue": 100.0}
    rows = {row.label: row.change for row in kpi_rows(small_result(baseline=today))}
    assert rows["Service revenue"] == "+2.00 M EUR"


def test_kpis_without_today() -> None:
    rows = {row.label: (row.today, row.plan, row.change) for row in kpi_rows(small_result(baseline=None))}
    assert rows["Service revenue"] == ("", "2.00 M EUR", "")


def test_menus_stand_by_price_book_and_rank() -> None:
    grid = menu_grid(small_result())
    assert list(grid.columns) == ["silver", "gold"]
    assert grid.to_dict("index") == {
        "clinics": {"silver": "by the case 240 EUR an incident", "gold": "flat fee 8.5 %"},
        "factories": {"silver": "", "gold": "flat fee 9 %"},
        "schools": {"silver": "", "gold": ""},
    }


def test_menus_of_unknown_ranks_and_kinds_stand_by_name() -> None:
    grid = menu_grid(small_result(tiers=(), model_kinds={}))
    assert list(grid.columns) == ["gold", "silver"]
    assert grid.loc["clinics", "gold"] == "flat fee 0.085"


def test_decisions_name_what_is_chosen() -> None:
    assert decision_lines(small_result()) == [
        "Tiers: silver, gold",
        "Pricing models: by the case, flat fee",
        "Products supported: MR",
        "Providers engaged: none",
    ]


def test_nothing_is_shown_of_a_missing_plan() -> None:
    result = without_plan(Status.INFEASIBLE)
    assert decision_lines(result) == []
    assert kpi_rows(result) == []
    with pytest.raises(NoPlanError, match="scenario base of clinic care ended infeasible: there is no plan"):
        menu_grid(result)


def audit_of(*rows: tuple[str, str, float, float, float]) -> Audit:
    rules = pd.DataFrame(list(rows), columns=["rule", "scope", "value", "limit", "slack"]).assign(ok=True)
    kpis = pd.DataFrame(columns=["kpi", "claimed", "recomputed", "difference", "ok"])
    return Audit(rules, kpis)


def test_binding_rules_are_those_near_their_limit() -> None:
    audit = audit_of(
        ("capacity", "provider=Orbis", 999.5, 1000.0, 0.5),
        ("capacity", "provider=Local", 998.0, 1000.0, 2.0),
        ("min_service_margin", "plan", 320.0, 320.0, 0.0),
        ("flow_conservation", "every class", 5.0, 5.0, 0.0),
        ("rate_share", "nothing to share", 0.0, 0.0, 0.0),
    )
    assert binding_rules(audit) == [
        ("a provider works at most capacity_hours.", "Orbis"),
        ("the service margin is at least min_service_margin of service revenue.", "plan"),
    ]


STEPS = [
    "price_book",
    "tier",
    "model",
    "price",
    "direction",
    "next_price",
    "spacing",
    "min_tier_gap",
    "max_price_change",
]


def steps_of(*rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=STEPS).astype({"next_price": float, "spacing": float})


def test_rules_in_the_way_of_the_next_price_bind_with_option_and_direction() -> None:
    audit = audit_of(
        ("min_service_margin", "plan", 320.0, 320.0, 0.0),
        ("min_tier_gap", "price_book=clinics; tier=gold; over=silver", 110.0, 105.0, 5.0),
        ("max_price_change", "price_book=clinics; tier=gold", 110.0, 110.0, 0.0),
    )
    steps = steps_of(
        ("clinics", "silver", "flat", 0.05, "up", 0.06, nan, True, False),
        ("clinics", "silver", "flat", 0.05, "down", 0.04, nan, False, False),
        ("clinics", "gold", "flat", 0.08, "up", 0.09, nan, False, True),
        ("clinics", "gold", "flat", 0.08, "down", 0.07, nan, True, True),
    )
    assert [(text[:20], where) for text, where in binding_rules(replace(audit, price_steps=steps))] == [
        ("in one menu a higher", "clinics, silver (next price up); clinics, gold (next price down)"),
        ("a tier's mean paymen", "clinics, gold; clinics, gold (next price up and down)"),
        ("the service margin i", "plan"),
    ]
    assert len(binding_rules(audit)) == 2


def test_prices_at_the_end_of_their_ladders_are_counted_and_named() -> None:
    audit = audit_of(("capacity", "provider=Orbis", 1.0, 1000.0, 999.0))
    steps = steps_of(
        ("clinics", "silver", "by the case", 240.0, "up", nan, 20.0, False, False),
        ("clinics", "silver", "by the case", 240.0, "down", 220.0, nan, False, False),
        ("clinics", "gold", "flat fee", 0.085, "up", nan, nan, False, False),
        ("clinics", "gold", "flat fee", 0.085, "down", nan, nan, False, False),
        ("factories", "gold", "flat fee", 0.09, "up", 0.095, nan, False, False),
        ("factories", "gold", "flat fee", 0.09, "down", nan, 0.005, False, False),
    )
    assert ladder_ends(small_result(audit=replace(audit, price_steps=steps))) == [
        "1 of 3 prices is the highest of its ladder: silver by the case 240 EUR an incident.",
        "1 of 3 prices is the lowest of its ladder: gold flat fee 9 %.",
        "1 of 3 prices is alone on its ladder: gold flat fee 8.5 %.",
    ]
    inside = steps.fillna({"next_price": 1.0})
    assert ladder_ends(small_result(audit=replace(audit, price_steps=inside))) == []
    assert ladder_ends(small_result(audit=audit)) == []
    assert ladder_ends(without_plan(Status.INFEASIBLE)) == []


def test_many_places_of_a_binding_rule_are_counted() -> None:
    audit = audit_of(*(("csat_floor", f"tier=gold; region={name}; model=", 80.0, 80.0, 0.0) for name in "abcdef"))
    [(_, places)] = binding_rules(audit)
    assert places == "gold, a; gold, b; gold, c; and 3 more"
