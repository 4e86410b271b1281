"""A result and an audit on a terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from optimizer.assurance.result import Result
from optimizer.cli.terminal import console_on, show_result, show_verdict
from optimizer.results.findings import Audit
from optimizer.results.record import Status
from tests.optimizer.cli.showing import small_plan, small_result, table, without_plan


def audit_of(*, capacity_ok: bool = True) -> Audit:
    rules = {"rule": ["capacity"], "scope": ["provider=Orbis"], "value": [1000.0], "limit": [1000.0], "slack": [0.0]}
    kpis = {"kpi": ["contract_coverage"], "claimed": [0.5], "recomputed": [0.5], "difference": [0.0], "ok": [True]}
    return Audit(pd.DataFrame(rules).assign(ok=capacity_ok), pd.DataFrame(kpis))


def shown(result: Result) -> str:
    stream = io.StringIO()
    show_result(console_on(stream), result, Path("runs/clinic-base"))
    return stream.getvalue()


def lines(result: Result) -> list[str]:
    """Lines shown, with every run of blanks as one."""
    return [" ".join(line.split()) for line in shown(result).splitlines()]


def test_a_plan_is_shown_whole() -> None:
    found = lines(small_result(audit=audit_of()))
    expected = [
        "clinic care, scenario base",
        "Tiers: silver, gold",
        "price book silver gold",
        "clinics by the case 240 EUR an incident flat fee 8.5 %",
        "factories flat fee 9 %",
        "schools",
        "today plan change",
        "Service revenue 1.60 M EUR 2.00 M EUR +400.00 k EUR (+25.0 %)",
        "a provider works at most capacity_hours. Orbis",
        "Audit: passed, 1 rules and 1 amounts recomputed. Bound and gap rest on the search.",
        "Files: runs/clinic-base",
    ]
    assert [line for line in found if line in expected] == expected


def test_into_a_pipe_no_colour_codes_and_no_cut_names() -> None:
    text = shown(small_result(audit=audit_of()))
    assert "\x1b" not in text
    assert "…" not in text


@pytest.mark.parametrize("columns", ["40", "80", "200"])
def test_a_narrow_terminal_folds_and_never_cuts(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    letters = "".join(shown(small_result(audit=audit_of())).split())
    assert "flatfee" in letters
    assert "…" not in letters


def test_names_are_shown_as_they_are() -> None:
    menus = table("menus", ("[red]:smile:[/red]", "gold", "[b]flat", 0.085))
    text = shown(small_result(plan=replace(small_plan(), menus=menus)))
    assert "[red]:smile:[/red]" in text
    assert "[b]flat" in text


def test_many_price_books_are_counted() -> None:
    menus = table("menus", *((f"book {i:02}", "gold", "flat fee", 0.085) for i in range(50)))
    found = lines(small_result(plan=replace(small_plan(), menus=menus, coverage=table("coverage"))))
    assert "book 19 flat fee 8.5 %" in found
    assert "book 20 flat fee 8.5 %" not in found
    assert "and 30 more price books in menus.csv" in found


def test_no_comparison_without_today() -> None:
    found = lines(small_result(baseline=None, baseline_reason="Today's gold cannot be delivered in the north."))
    assert "Service revenue 2.00 M EUR" in found
    assert "No comparison with today: Today's gold cannot be delivered in the north." in found


def test_rules_that_given_menus_break_are_said() -> None:
    found = lines(small_result(broken_rules=("clinics offers 4 tiers, max_menu is 3.",), menus_given=True))
    assert "Broken by the given menus: clinics offers 4 tiers, max_menu is 3." in found


def test_without_a_plan_there_are_status_and_files() -> None:
    result = without_plan(Status.INFEASIBLE, reason="No provider serves gold in the north.")
    assert lines(result) == [
        "",
        "clinic care, scenario base",
        "Infeasible, proved. No provider serves gold in the north.",
        "Files: runs/clinic-base",
    ]


def test_a_failed_audit_names_its_faults() -> None:
    stream = io.StringIO()
    show_verdict(console_on(stream), audit_of(capacity_ok=False))
    verdict, fault = stream.getvalue().splitlines()
    assert verdict == "Audit: FAILED; 1 rules and 1 amounts recomputed. Do not use this plan. Faults: 1"
    assert fault.startswith("  capacity (provider=Orbis)")


def test_what_is_not_sold_today_is_warned_of() -> None:
    bought = table("uptake", ("clinic", "all", "MR", "gold", "flat fee", 0.085, 1.0, 9.0, 500_000.0, 0.0))
    known = {"tiers_sold_today": ("silver",), "models_sold_today": ("flat fee", "by the case")}
    text = shown(small_result(plan=replace(small_plan(), uptake=bought), **known))
    assert "Warning: The plan rests on what is not sold today: tier gold (500.00 k EUR of service revenue" in text

    assert "Warning" not in shown(small_result())
