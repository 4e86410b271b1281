"""The sections on the plan itself, from the files of its run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from models import Case

from ..assurance.result import Result
from ..charts import (
    experience_chart,
    menu_heat_map,
    profit_waterfall,
    provider_chart,
    tornado_chart,
    uptake_chart,
)
from ..results.closest_words import MISSED_HEADER, missed_in_words
from ..results.run_folder import CLOSEST
from ..results.summary import binding_rules, kpi_rows, ladder_ends, menu_grid, money, percent, plan_heading
from .assumptions import WORSE, assumptions
from .parts import SHOWN_COLUMNS, SHOWN_ROWS, Figure, ReportSection, ReportTable, table_of
from .recommendation import listed

FAR = 2.0
"""Share by which an assumption may turn out worse that needs no closer figure."""


def plan_sections(result: Result, case: Case | None = None) -> Iterator[ReportSection]:
    """Menus, uptake, money, delivery, experience, rules and assumptions; without a plan, of what comes closest.

    `case`, with the scenario's changes made, adds what the run does not hold: capacities.
    """
    if result.closest is not None:
        yield from _closest(result, case)
    if result.plan is None:
        return
    yield _menus(result)
    yield _uptake(result)
    yield _money(result)
    yield _delivery(result, case)
    yield _experience(result)
    yield _rules(result)
    yield _assumptions(result)


def _closest(result: Result, case: Case | None) -> Iterator[ReportSection]:
    """What given menus miss, and what they come to, from the folder `closest` of the run."""
    seen, closest = result.with_closest, result.closest
    assert closest is not None
    missed = [list(row) for row in missed_in_words(result)]
    tables = [ReportTable("Rules that these menus miss", MISSED_HEADER, missed, "plan.json (closest)")]
    if len(closest.unserved):
        tables.append(table_of("Work that nobody does", closest.unserved, "unserved.csv"))
    yield _from_closest(ReportSection("missed", "What these menus miss", (), (), tables))
    for section in (_menus(seen), _uptake(seen), _money(seen), _delivery(seen, case), _experience(seen)):
        yield _from_closest(section)


def _from_closest(section: ReportSection) -> ReportSection:
    """A section with the files that its numbers come from named as they are in the folder `closest`."""
    figures = [replace(figure, source=_in_closest(figure.source)) for figure in section.figures]
    tables = [replace(table, source=_in_closest(table.source)) for table in section.tables]
    return replace(section, figures=figures, tables=tables)


def _in_closest(source: str) -> str:
    return re.sub(r"\b(\w+\.csv)", rf"{CLOSEST}/\1", source).replace("(kpis,", "(closest,")


def _menus(result: Result) -> ReportSection:
    grid = menu_grid(result)
    caption, tiers = "Menus", list(grid.columns)
    if len(tiers) > SHOWN_COLUMNS:
        caption, tiers = f"Menus: the first {SHOWN_COLUMNS} of {len(tiers):,} tiers", tiers[:SHOWN_COLUMNS]
    rows = [[str(book), *cells] for book, *cells in grid[tiers].head(SHOWN_ROWS).itertuples(name=None)]
    header = ["price book", *map(str, tiers)]
    table = ReportTable(caption, header, rows, "menus.csv", hidden=max(0, len(grid) - SHOWN_ROWS))
    return ReportSection(
        "menus", "Menus and prices", (), [Figure("menus", menu_heat_map(result), "menus.csv")], [table]
    )


def _uptake(result: Result) -> ReportSection:
    sums = result.uptake.groupby("tier", as_index=False)[["units", "service_revenue", "product_revenue"]].sum()
    order = {name: place for place, name in enumerate([*result.tiers, "none"])}
    sums = sums.sort_values("tier", key=lambda names: names.map(order), kind="stable", ignore_index=True)
    sums.insert(2, "share_of_units_%", sums["units"] / (sums["units"].sum() or 1.0) * 100)
    named = sums.rename(columns={name: f"{name}, {result.currency} a year" for name in sums.columns[3:]})
    figure = Figure("uptake", uptake_chart(result), "uptake.csv")
    offered = {*result.decided.decisions.tiers, "none"}
    locked = [str(tier) for tier in sums["tier"] if tier not in offered]
    told = [f"No menu offers {listed(locked)}: those are contracts in force."] if locked else []
    return ReportSection("uptake", "Who takes what", told, [figure], [table_of("Uptake by tier", named, "uptake.csv")])


def _money(result: Result) -> ReportSection:
    rows = kpi_rows(result)
    source = "plan.json (kpis, baseline)"
    if result.baseline is None:
        table = ReportTable(
            "A year", ["amount", plan_heading(result)], [[row.label, row.plan] for row in rows], source, frozenset({1})
        )
    else:
        cells = [[row.label, row.today, row.plan, row.change] for row in rows]
        header = ["amount", "today", plan_heading(result), "change"]
        table = ReportTable("A year", header, cells, source, frozenset({1, 2, 3}))
    figure = Figure("money", profit_waterfall(result), source)
    return ReportSection("money", "What it earns and costs", (), [figure], [table])


def _delivery(result: Result, case: Case | None) -> ReportSection:
    capacity = None if case is None else case.tables["providers"].set_index("provider")["capacity_hours"]
    done = result.allocation.groupby("provider", as_index=False)[["cases", "hours", "cost"]].sum()
    done = done.sort_values("hours", ascending=False, kind="stable", ignore_index=True)
    done.insert(3, "share_of_hours_%", done["hours"] / (done["hours"].sum() or 1.0) * 100)
    done = done.rename(columns={"cost": f"case_cost, {result.currency} a year"})
    parts = result.fulfilment.groupby(["tier", "policy"], as_index=False)[["cases", "cost"]].sum()
    parts = parts.rename(columns={"cases": "parts_cases", "cost": f"parts_cost, {result.currency} a year"})
    source = "allocation.csv" if case is None else "allocation.csv; capacity: the case's table providers"
    return ReportSection(
        "delivery",
        "Who delivers it",
        ("Case costs are before volume discounts and commitments.",),
        [Figure("delivery", provider_chart(result, capacity), source)],
        [
            table_of("Work by provider", done, "allocation.csv"),
            table_of("Parts by tier and policy", parts, "fulfilment.csv"),
        ],
    )


def _experience(result: Result) -> ReportSection:
    metrics = {"csat": "CSAT, points", "csat_over_target": "CSAT over target, points",
               "attainment": "answered in time (compliance)",
               "turnaround_hours": "parts turnaround (lead time), hours"}  # fmt: skip
    table = result.experience.assign(metric=result.experience["metric"].replace(metrics))
    chart = experience_chart(result.experience, result.allocation, result.tiers, result.currency)
    figures = [Figure("experience", chart, "experience.csv, allocation.csv")]
    shown = table_of("What customers get against its limits", table, "experience.csv")
    return ReportSection("experience", "What customers experience", (), figures, [shown])


def _rules(result: Result) -> ReportSection:
    rules = [] if result.audit is None else binding_rules(result.audit)
    told = (*(() if rules else ("No rule of the scenario is at its limit.",)), *ladder_ends(result))
    table = ReportTable("Rules that leave no room", ["rule", "where"], [list(rule) for rule in rules], "audit.json")
    return ReportSection("rules", "What holds the plan back", told, (), [table] if rules else [])


def _assumptions(result: Result) -> ReportSection:
    table = assumptions(result)
    worse, better = f"{WORSE:.0%} worse".replace("%", " %"), f"{WORSE:.0%} better".replace("%", " %")
    both = [table.assign(setting=worse), table.assign(setting=better, effect=-table["effect"])]
    effects = pd.concat(both).rename(columns={"assumption": "input"})[["input", "setting", "effect"]]
    cells = [
        [name, money(amount, result.currency), money(effect, result.currency), _break_even(worst)]
        for name, amount, effect, worst in table.itertuples(index=False)
    ]
    header = [
        "assumption",
        "amount a year",
        f"account margin when {worse}",
        "worse by, until the gain over today is gone",
    ]
    source = "plan.json (kpis, baseline), uptake.csv"
    return ReportSection(
        "assumptions",
        "What it rests on",
        (
            "Each amount is made a tenth worse with every decision held; units under contract take their costs and "
            "the loyalty they bring with them. No rule is looked at: a plan made for other numbers may differ.",
        ),
        [Figure("assumptions", tornado_chart(effects, result.currency, "account_margin"), source)],
        [ReportTable("Assumptions that matter", header, cells, source, frozenset({1, 2, 3}))],
    )


def _break_even(share: float) -> str:
    if pd.isna(share):
        return ""
    return percent(share) if share < FAR else f"over {FAR:.0%}".replace("%", " %")
