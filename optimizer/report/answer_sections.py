"""Sections on the answers given beside a run: their sentences, their charts and the columns that tell a reader most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ..analysis.machinery.answers.answer import Answer
from ..assurance.result import Result
from ..charts import (
    bridge_chart,
    criteria_chart,
    frontier_chart,
    make_or_buy_chart,
    ownership_chart,
    price_response_chart,
    rule_cost_chart,
    scenario_chart,
    scorecard_chart,
    sweet_spot_map,
    tornado_chart,
    tornado_rows,
)
from ..charts.theme import Chart
from .parts import SHOWN_ROWS, Figure, ReportSection, ReportTable, grouped, table_of
from .readable import rule_title, sentence_of
from .rounded import about, about_percent

HEADINGS = {
    "compare": "Against today and other plans",
    "sweep": "Scenarios",
    "frontier": "What one goal costs in another",
    "explain": "What each rule costs",
    "whynot": "Why not otherwise",
    "diagnose": "What stands in the way",
    "alternatives": "Other plans that are as good",
    "price": "What a price does",
    "levels": "Under-served and over-delivered",
    "partners": "Partners and own teams",
    "portfolio": "What each part of the offer is worth",
    "roadmap": "From today to the plan",
}
_WORTH = {"in_plan": "in plan", "value": "worth a year"}
_COUNTS = {"objective": "best objective", "step": "more than one fewer", "in_plan": "in plan"}
_TELLING: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "compare": {},
    "frontier": {},
    "explain": {},
    "price": {},
    "sweep": {"overview": {}},
    "levels": {"zones": {"tier": "tier", "under_served": "under-served", "sweet_spot": "on target",
                         "over_delivered": "over-delivered", "to_gain": "to gain"},
               "ownership": {"segment": "segment", "tier": "tier", "with_contract": "a unit costs its owner",
                             "without_contract": "without contract", "saving": "saving"}},
    "partners": {"scorecard": {"provider": "provider", "value": "worth a year", "score": "score, 0 to 10",
                               "targets_met": "targets met", "payment": "paid a year"},
                 "failures": {"partner": "fails", "response": "answer", "loss": "objective lost",
                              "margin_loss": "margin lost"}},
    "portfolio": {"products": {"product": "product", **_WORTH}, "tiers": {"tier": "tier", **_WORTH},
                  "models": {"model": "pricing model", **_WORTH},
                  "tier_counts": {"tiers": "tiers", **_COUNTS},
                  "model_counts": {"models": "pricing models", **_COUNTS}},
    "alternatives": {"alternatives": {"rank": "rank", "loss": "loses", "differs": "differs in",
                                      "menu_changes": "menu changes"}},
    "roadmap": {"waves": {"wave": "wave", "month": "month", "price_books": "price books", "gain_yearly": "gain a year",
                          "one_off_cost": "paid once"}},
    "diagnose": {"targets": {"rule": "rule", "scope": "where", "limit": "limit", "best": "can go to"}},
}  # fmt: skip
"""Columns of each answer's tables that are shown, and what they are called; of tables without any, all."""
_MONEY = frozenset({"value", "payment", "loss", "margin_loss", "gain_yearly", "one_off_cost", "to_gain", "objective",
                    "step", "with_contract", "without_contract", "saving"})  # fmt: skip
_SHARES = frozenset({"under_served", "sweet_spot", "over_delivered"})
_CAPTIONS = {"zones": "Share of each tier's cases", "ownership": "Cost of ownership, a unit and year"}
"""What tables are called whose names do not say it."""
_ON_PAGE_ONE = ("Service under the CSAT target ", "Loaded above ")
"""How sentences begin that page one has already."""
OF_SOLVES = ("Each solve ended ", "Proved less closely ")
"""How sentences begin that tell of the solves and not of the business."""


def answer_sections(result: Result, answers: Sequence[Answer]) -> Iterator[ReportSection]:
    """A section for each answer, in the order given; result and answers have names in place of keys."""
    for place, answer in enumerate(answers, start=1):
        key = f"{answer.name}-{place}"
        source = f"the folder of {answer.name}"
        figures = [
            Figure(f"{key}-{number}", chart, source) for number, chart in enumerate(_charts(answer, result), start=1)
        ]
        sentences = list(_sentences(answer))
        heading = HEADINGS.get(answer.name, answer.name)
        yield ReportSection(key, heading, sentences, figures, list(_tables(answer, result, source)))


def _sentences(answer: Answer) -> Iterator[str]:
    """Sentences that neither tell of the solves nor say what page one or a chart of the section does."""
    kept = _BESIDE_CHARTS.get(answer.name, ("",)) if _drawn(answer) else _UNDRAWN
    for sentence in answer.sentences:
        if sentence.startswith(kept) and not sentence.startswith((*OF_SOLVES, *_ON_PAGE_ONE)):
            yield sentence_of(sentence)


_BESIDE_CHARTS = {"explain": ("None of", "One more step"), "frontier": ("What a plan pays once",)}
"""How the sentences begin that say more than page one and the chart of the answer."""


_UNDRAWN = ("No rule leaves", "Not asked: ", "The time was up ")
"""How the sentences begin that say why there is nothing to draw."""


def _drawn(answer: Answer) -> bool:
    """Whether there is anything to draw of what was asked."""
    return answer.name != "explain" or not answer.tables.get("costs", pd.DataFrame()).empty


def how_closely(answers: Sequence[Answer]) -> ReportSection | None:
    """How the solves behind the answers ended; None where none tells of them."""
    told = {answer.name: [line for line in answer.sentences if line.startswith(OF_SOLVES)] for answer in answers}
    first = list(dict.fromkeys(line for lines in told.values() for line in lines if line.startswith(OF_SOLVES[0])))
    wide = [name for name, lines in told.items() if any(line.startswith(OF_SOLVES[1]) for line in lines)]
    loose = [f"Some of what {', '.join(wide)} says is proved less closely; the answer names it."] if wide else []
    return ReportSection("proofs", "How closely the answers are proved", [*first, *loose]) if first or loose else None


def _tables(answer: Answer, result: Result, source: str) -> Iterator[ReportTable]:
    telling = _TELLING.get(answer.name)
    for name in answer.shown if telling is None else telling:
        table, columns = answer.tables.get(name, pd.DataFrame()), (telling or {}).get(name, {})
        if len(table):
            yield _telling(answer, _offered(answer, table, result), name, columns, source)


def _offered(answer: Answer, table: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Without rows about tiers that are not offered."""
    if answer.name != "levels" or "tier" not in table or result.plan is None:
        return table
    return table[table["tier"].isin(result.decided.decisions.tiers)]


def _telling(answer: Answer, table: pd.DataFrame, name: str, columns: Mapping[str, str], source: str) -> ReportTable:
    """The columns of a table that tell most, its money rounded for people."""
    kept = {column: title for column, title in columns.items() if column in table} or {
        str(column): rule_title(str(column)) for column in table.columns
    }
    shown = table[list(kept)].head(SHOWN_ROWS).dropna(axis="columns", how="all")
    kept = {column: kept[column] for column in shown.columns}
    numeric = {at for at, column in enumerate(kept) if shown[column].dtype.kind in "if"}
    rounded = [column for column in kept if column in _MONEY | _SHARES | {"score"} and shown[column].dtype.kind in "if"]
    words = shown.assign(**{column: [_words(value, column, answer) for value in shown[column]] for column in rounded})
    made = table_of(
        _CAPTIONS.get(name, rule_title(name).capitalize()), words.rename(columns=kept), f"{name}.csv of {source}"
    )
    at = {title: place for place, title in enumerate(made.header)}
    right = frozenset(at[title] for place, title in enumerate(kept.values()) if place in numeric and title in at)
    whole = replace(made, numeric=right, hidden=max(0, len(table) - SHOWN_ROWS))
    return grouped(whole) if name == "ownership" else whole


def _words(value: float, column: str, answer: Answer) -> str:
    if pd.isna(value):
        return "–"
    if column == "score":
        return f"{value:.1f}"
    return about_percent(value) if column in _SHARES else about(value, answer.currency)


def _charts(answer: Answer, result: Result) -> list[Chart]:
    if not answer.tables or not _drawn(answer) or result.plan is None or answer.name not in _DRAWN:
        return []
    return _DRAWN[answer.name](answer, result)


def _compare(answer: Answer, _: Result) -> list[Chart]:
    """The bridge; more than two plans also side by side."""
    several = answer.tables["kpis"]["plan"].nunique() > 2
    return [bridge_chart(answer), *([scenario_chart(answer)] if several else [])]


def _that_cost(answer: Answer) -> Answer:
    """Only the rules that were found to cost anything, or that one step looser would save some."""
    costs = answer.tables["costs"]
    found = costs[(costs["gain_dropped"] > 0) | (costs["gain_step"] > 0)]
    return replace(answer, tables={**answer.tables, "costs": found}) if len(found) else answer


def _of_offered(answer: Answer, result: Result) -> Answer:
    """Only the places of tiers that are offered."""
    return replace(answer, tables={name: _offered(answer, table, result) for name, table in answer.tables.items()})


def _levels(answer: Answer, result: Result) -> list[Chart]:
    offered = _of_offered(answer, result)
    return [sweet_spot_map(offered, result), ownership_chart(offered)]


def _sweep(answer: Answer, result: Result) -> list[Chart]:
    effects = tornado_rows(answer)
    effects = effects.assign(input=[rule_title(str(name)) for name in effects["input"]])
    tornado = [tornado_chart(effects, answer.currency)] if len(effects) else []
    return [scenario_chart(answer), *tornado]


_DRAWN: Mapping[str, Callable[[Answer, Result], list[Chart]]] = {
    "compare": _compare,
    "sweep": _sweep,
    "frontier": lambda answer, _: [frontier_chart(answer)],
    "explain": lambda answer, _: [rule_cost_chart(_that_cost(answer))],
    "price": lambda answer, _: [price_response_chart(answer)],
    "levels": _levels,
    "partners": lambda answer, _: [make_or_buy_chart(answer), scorecard_chart(answer), criteria_chart(answer)],
}
"""Charts of each answer that has some."""
