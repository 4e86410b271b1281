"""Sections on the answers given beside a run: their sentences, their charts and the tables of their summaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

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
from .parts import Figure, ReportSection, table_of

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


def answer_sections(result: Result, answers: Sequence[Answer]) -> Iterator[ReportSection]:
    """A section for each answer, in the order given."""
    for place, answer in enumerate(answers, start=1):
        key = f"{answer.name}-{place}"
        source = f"the folder of {answer.name}"
        figures = [
            Figure(f"{key}-{number}", chart, source) for number, chart in enumerate(_charts(answer, result), start=1)
        ]
        tables = [
            table_of(name.replace("_", " "), answer.tables[name], f"{name}.csv of {source}") for name in answer.shown
        ]
        yield ReportSection(key, HEADINGS.get(answer.name, answer.name), answer.sentences, figures, tables)


def _charts(answer: Answer, result: Result) -> list[Chart]:
    if not answer.tables or result.plan is None or answer.name not in _DRAWN:
        return []
    return _DRAWN[answer.name](answer, result)


def _sweep(answer: Answer, result: Result) -> list[Chart]:
    effects = tornado_rows(answer)
    tornado = [tornado_chart(effects, answer.currency)] if len(effects) else []
    return [scenario_chart(answer), *tornado]


_DRAWN: Mapping[str, Callable[[Answer, Result], list[Chart]]] = {
    "compare": lambda answer, _: [bridge_chart(answer), scenario_chart(answer)],
    "sweep": _sweep,
    "frontier": lambda answer, _: [frontier_chart(answer)],
    "explain": lambda answer, _: [rule_cost_chart(answer)],
    "price": lambda answer, _: [price_response_chart(answer)],
    "levels": lambda answer, result: [sweet_spot_map(answer, result), ownership_chart(answer)],
    "partners": lambda answer, _: [make_or_buy_chart(answer), scorecard_chart(answer), criteria_chart(answer)],
}
"""Charts of each answer that has some."""
