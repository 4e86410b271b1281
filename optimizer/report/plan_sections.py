"""The sections on the plan itself, from the files of its run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pandas as pd

from models.schema import NO_CONTRACT

from ..assurance.result import Result
from ..charts import experience_chart, profit_waterfall, provider_chart, tornado_chart, uptake_chart
from ..results.run_folder import CLOSEST
from ..results.summary import by_rank, ladder_ends
from .assumptions import WORSE, assumptions
from .capacity import capacities, use_of_capacity
from .parts import SHOWN_COLUMNS, SHOWN_ROWS, Figure, ReportSection, ReportTable, grouped, table_of
from .price_lists import PriceLists, share_of
from .readable import sentence_of
from .rounded import about, about_percent, count
from .rules_without_room import rules_without_room
from .year import COST_KPIS, year_table

FAR = 2.0
"""Share by which an assumption may turn out worse that needs no closer figure."""
_BARE = "without contract"


def plan_sections(result: Result, lists: PriceLists) -> Iterator[ReportSection]:
    """Prices, uptake, money, delivery, experience, rules and assumptions; without a plan, of what comes closest."""
    if result.closest is not None:
        yield from _closest(result, lists)
    if result.plan is None:
        return
    yield prices(result, lists)
    yield _uptake(result, lists)
    yield _money(result)
    yield _delivery(result, lists)
    yield _experience(result)
    yield _rules(result, lists)
    yield _assumptions(result)


def _closest(result: Result, lists: PriceLists) -> Iterator[ReportSection]:
    """What given menus come to, from the folder `closest` of the run; what they miss is told on page one."""
    seen, closest = result.with_closest, result.closest
    assert closest is not None
    if len(closest.unserved):
        table = table_of("Work that nobody does, a year", closest.unserved, "unserved.csv")
        yield _from_closest(ReportSection("undone", "What nobody does", (), (), [table]))
    for section in (prices(seen, lists), _uptake(seen, lists), _money(seen), _delivery(seen, lists), _experience(seen)):
        yield _from_closest(section)


def _from_closest(section: ReportSection) -> ReportSection:
    """A section with the files that its numbers come from named as they are in the folder `closest`."""
    figures = [replace(figure, source=_in_closest(figure.source)) for figure in section.figures]
    tables = [replace(table, source=_in_closest(table.source)) for table in section.tables]
    return replace(section, figures=figures, tables=tables)


def _in_closest(source: str) -> str:
    return re.sub(r"\b(\w+\.csv)", rf"{CLOSEST}/\1", source).replace("(kpis,", "(closest,")


def prices(result: Result, lists: PriceLists) -> ReportSection:
    """The price list of today against the plan's, by price book."""
    rows: list[list[str]] = []
    books, told = list(lists.plan), 0
    for book in books:
        added = _book_rows(book, lists)
        if rows and len(rows) + len(added) > 2 * SHOWN_ROWS:
            break
        rows, told = [*rows, *added], told + 1
    most = max((len(lists.tiers(book)) for book in books[:told]), default=0)
    cut = f": the first {SHOWN_COLUMNS} of {most:,} tiers" if most > SHOWN_COLUMNS else ""
    header = ["tier", "today", "plan", "change"] if lists.today else ["tier", "plan"]
    source = f"menus.csv{'; today: the case' if lists.today else ''}"
    right = frozenset({3}) if lists.today else frozenset()
    table = ReportTable(f"Price list{cut}", header, rows, source, right, len(books) - told, what="price books")
    return ReportSection("menus", "Prices, today and planned" if lists.today else "Prices", _about(lists), (), [table])


def _book_rows(book: str, lists: PriceLists) -> list[list[str]]:
    """A heading, and a row for each tier that a price book is offered today or by the plan."""
    rows = [[sentence_of(_book(book, lists))]]
    for tier in lists.tiers(book)[:SHOWN_COLUMNS]:
        plan = lists.option(lists.plan[book].get(tier)) or "not offered"
        today = [lists.option(lists.today.get(book, {}).get(tier))] if lists.today else []
        rows.append([tier, *today, plan, *([lists.moved(book, tier)] if today else [])])
    return rows if len(rows) > 1 else [*rows, ["nothing", *[""] * (3 if lists.today else 1)]]


def _about(lists: PriceLists) -> list[str]:
    told = [] if lists.case is None or not (lists.case.tables["segments"]["discount"] > 0).any() else [
        "Prices are before the discounts that segments get on them."
    ]  # fmt: skip
    shares = ["Prices in % are of what a unit is worth, a year."] if lists.in_shares_of_value else []
    return [*shares, *told, *ladder_ends(lists.result)]


def _book(book: str, lists: PriceLists) -> str:
    """A price book with the segments that it is for, where they are not called alike."""
    own = lists.segments(book)
    return book if own in ([], [book]) else f"{book}: {', '.join(own)}"


def _uptake(result: Result, lists: PriceLists) -> ReportSection:
    source = "uptake.csv; today and values: the case"
    figure = Figure("uptake", uptake_chart(result), "uptake.csv")
    tables = [_coverage(lists, source), _taken(result, lists, source)]
    told = _locked(result, lists)
    return ReportSection("uptake", "Who takes what", told, [figure], tables)


def _locked(result: Result, lists: PriceLists) -> list[str]:
    """That tiers which no menu offers are contracts in force."""
    offered = {*result.decided.decisions.tiers, NO_CONTRACT}
    held = lists.taken[~lists.taken["tier"].isin(offered) & (lists.taken["units"] > 0)]
    locked = by_rank(list(held["tier"].unique()), result.tiers)
    units = count(float(held["units"].sum()))
    return [f"{units} units are still under contracts in force of {', '.join(locked)}."] if locked else []


def _coverage(lists: PriceLists, source: str) -> ReportTable:
    """Share of each segment's units, and of their value, that is under contract."""
    by_value, rows = bool((lists.taken["value"] > 0).any()), []
    versions = _versions(lists)
    every = lists.segments_by_units()
    segments: list[str | None] = [*every[:SHOWN_ROWS], None]
    for segment in segments:
        cells = [segment or "all"]
        for amount in ("units", "value") if by_value else ("units",):
            cells += [about_percent(share_of(version, segment, None, amount)) for version in versions]
        rows.append(cells)
    each = ["{}, today", "{}, plan"] if len(versions) > 1 else ["{}"]
    titles = [text.format(what) for what in ("by unit", "by value")[: 1 + by_value] for text in each]
    header, numbers, hidden = ["segment", *titles], frozenset(range(1, 1 + len(titles))), len(every) - len(segments) + 1
    return ReportTable("Under contract, by segment", header, rows, source, numbers, hidden, what="segments")


def _taken(result: Result, lists: PriceLists, source: str) -> ReportTable:
    """What share of each segment's units takes which tier, today and planned."""
    today, rows = lists.taken_today, []
    offered = by_rank(list(result.decided.decisions.tiers), result.tiers)
    held = set(lists.taken["tier"]) | (set() if today is None else set(today["tier"]))
    ended = by_rank(sorted(held - {*offered, NO_CONTRACT}), result.tiers)
    lines = [
        *((tier, [tier]) for tier in offered),
        *([(f"no longer offered ({', '.join(ended)})", ended)] if ended else []),
    ]
    for segment in lists.segments_by_units()[:SHOWN_ROWS]:
        rows.append([sentence_of(segment)])
        own = [version[version["segment"] == segment] for version in _versions(lists)]
        for name, tiers in [*lines[:SHOWN_COLUMNS], (_BARE, [NO_CONTRACT])]:
            shares = [share_of(version, None, tiers, "units") for version in own]
            if any(shares):
                rows.append([name, *(about_percent(share) for share in shares)])
    hidden = max(0, len(lists.segments_by_units()) - SHOWN_ROWS)
    header = ["tier", "plan"] if today is None else ["tier", "today", "plan"]
    caption, right = "Share of each segment's units by tier", frozenset(range(1, len(header)))
    return ReportTable(caption, header, rows, source, right, hidden, what="segments")


def _versions(lists: PriceLists) -> Sequence[pd.DataFrame]:
    """Who takes what, of today where that is known and of the plan."""
    return [lists.taken] if lists.taken_today is None else [lists.taken_today, lists.taken]


def _money(result: Result) -> ReportSection:
    source = "plan.json (kpis, baseline)"
    figure = Figure("money", profit_waterfall(result), source)
    table = year_table(result, f"What lies behind it, {result.currency} a year", COST_KPIS, source, changes=False)
    return ReportSection("money", "What it earns and costs", (), [figure], [table])


def _delivery(result: Result, lists: PriceLists) -> ReportSection:
    source = "allocation.csv" if lists.case is None else "allocation.csv; capacity: the case's table providers"
    tables = [_capacity(result, lists, source), _parts(result)]
    told = ("Case costs are before volume discounts and commitments.",)
    figure = Figure("delivery", provider_chart(result, capacities(lists)), source)
    return ReportSection("delivery", "Who delivers it", told, [figure], [table for table in tables if table.rows])


def _capacity(result: Result, lists: PriceLists, source: str) -> ReportTable:
    rows = use_of_capacity(result, lists)
    known = bool(rows["capacity"].notna().any())
    cells = []
    for row in rows.head(SHOWN_ROWS).to_dict("records"):
        idle = [count(row["idle"]), about_percent(row["idle"] / row["capacity"] if row["capacity"] else 0.0)]
        work = [str(row["provider"]), count(row["hours"]), about(float(row["cost"]), result.currency)]
        cells.append([*work, *(idle if known else [])])
    header = ["provider", "hours", "case cost", *(["idle hours", "idle"] if known else [])]
    numbers = frozenset(range(1, len(header)))
    hidden = max(0, len(rows) - SHOWN_ROWS)
    return ReportTable("Work and idle capacity of those engaged, a year", header, cells, source, numbers, hidden)


def _parts(result: Result) -> ReportTable:
    rows = result.fulfilment[result.fulfilment["tier"].isin(result.decided.decisions.tiers)]
    sums = rows.groupby(["tier", "policy"], as_index=False)[["cases", "cost"]].sum()
    order = {tier: place for place, tier in enumerate(result.tiers)}
    sums = sums.sort_values("tier", key=lambda tiers: tiers.map(order), kind="stable")
    cells = [[str(row["tier"]), str(row["policy"]), count(row["cases"]), about(float(row["cost"]), result.currency)]
             for row in sums.head(SHOWN_ROWS).to_dict("records")]  # fmt: skip
    header, hidden = ["tier", "parts policy", "parts cases", "parts cost"], max(0, len(sums) - SHOWN_ROWS)
    return ReportTable("Parts by tier, a year", header, cells, "fulfilment.csv", frozenset({2, 3}), hidden)


def _experience(result: Result) -> ReportSection:
    offered = result.decided.decisions.tiers
    felt, done = (rows[rows["tier"].isin(offered)] for rows in (result.experience, result.allocation))
    chart = experience_chart(felt, done, result.tiers or offered, result.currency)
    figures = [Figure("experience", chart, "experience.csv, allocation.csv")]
    return ReportSection("experience", "What customers experience", (), figures, [_promises(result)])


_METRICS = {"csat": ("CSAT", "{:.1f}"), "attainment": ("answered in time (compliance)", "{:.1%}"),
            "turnaround_hours": ("parts there (lead time), hours", "{:.0f}")}  # fmt: skip


def _promises(result: Result) -> ReportTable:
    """What each tier that is offered gets in each region, with the limit in brackets."""
    rows = result.experience[result.experience["tier"].isin(result.decided.decisions.tiers)]
    shown = {metric: words for metric, words in _METRICS.items() if (rows["metric"] == metric).any()}
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows[rows["metric"].isin(list(shown))].to_dict("records"):
        value, limit = (shown[row["metric"]][1].format(row[name]).replace("%", " %") for name in ("value", "limit"))
        told = f"{value} ({limit})" if pd.notna(row["limit"]) else value
        cells.setdefault((str(row["tier"]), str(row["region"] or "everywhere")), {})[row["metric"]] = told
    order = {tier: place for place, tier in enumerate(result.tiers)}
    lines = [
        [tier, region, *(cells[tier, region].get(metric, "") for metric in shown)]
        for tier, region in sorted(cells, key=lambda place: order.get(place[0], len(order)))
    ]
    header = ["tier", "region", *(words[0] for words in shown.values())]
    caption = "What customers get, with the limit in brackets"
    every = grouped(ReportTable(caption, header, lines, "experience.csv", frozenset(range(2, len(header)))))
    return replace(every, rows=every.rows[: 2 * SHOWN_ROWS], hidden=max(0, len(every.rows) - 2 * SHOWN_ROWS))


_WHOLE = {"plan": "the whole plan", "decisions": "the whole plan"}
"""Scopes of what is judged of a plan as one."""


def _rules(result: Result, lists: PriceLists) -> ReportSection:
    rules = rules_without_room(result)
    rows = [[sentence_of(lists.words.rule(rule)), _WHOLE.get(where, where)] for rule, where in rules]
    told = () if rows else ("No rule of the scenario is at its limit.",)
    table = ReportTable("Rules that leave no room", ["rule", "where"], rows, "audit.json")
    return ReportSection("rules", "What holds the plan back", told, (), [table] if rows else [])


def _assumptions(result: Result) -> ReportSection:
    table = assumptions(result)
    worse, better = f"{WORSE:.0%} worse".replace("%", " %"), f"{WORSE:.0%} better".replace("%", " %")
    both = [table.assign(setting=worse), table.assign(setting=better, effect=-table["effect"])]
    effects = pd.concat(both).rename(columns={"assumption": "input"})[["input", "setting", "effect"]]
    cells = [[str(name), _break_even(worst)] for name, _, _, worst in table.itertuples(index=False) if pd.notna(worst)]
    source = "plan.json (kpis, baseline), uptake.csv"
    header = ["assumption", "worse by, until the gain over today is gone"]
    told = (
        "Each amount is made a tenth worse with every decision held; units under contract take their costs and the "
        "loyalty they bring with them. No rule is looked at: a plan made for other numbers may differ."
    )
    tables = [ReportTable("How far each may be off", header, cells, source, frozenset({1}))] if cells else []
    figure = Figure("assumptions", tornado_chart(effects, result.currency, "account_margin"), source)
    return ReportSection("assumptions", "What it rests on", (told,), [figure], tables)


def _break_even(share: float) -> str:
    return about_percent(share) if share < FAR else f"over {FAR:.0%}".replace("%", " %")
