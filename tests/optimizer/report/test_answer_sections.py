"""What the report makes of the answers beside its run."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from models.plan import Decisions
from optimizer.analysis.machinery.answers.answer import Answer
from optimizer.report.answer_sections import answer_sections
from optimizer.report.parts import ReportSection, ReportTable, grouped
from optimizer.report.rules_without_room import rules_without_room
from optimizer.results.findings import Audit
from tests.optimizer.charts.made import answer, explained, levelled, result


def section(of: Answer, tiers: tuple[str, ...] = ("gold",)) -> ReportSection:
    made = result(2)
    (only,) = answer_sections(replace(made, plan=replace(made.decided, decisions=Decisions(tiers))), [of])
    return only


def test_rules_that_were_not_looked_at_in_time_are_not_said_to_leave_room() -> None:
    told = section(replace(explained(0), sentences=("The time was up before everything was asked.",)))
    assert list(told.sentences) == ["The time was up before everything was asked."]
    assert told.figures == []
    none = section(replace(explained(0), sentences=("No rule leaves the plan without room, so none was dropped.",)))
    assert list(none.sentences) == ["No rule leaves the plan without room, so none was dropped."]


def test_tiers_that_are_not_offered_are_in_no_table_and_no_chart() -> None:
    told = section(levelled(3), ("silver",))
    assert not any(table.rows for table in told.tables)
    assert "segment 0" not in "".join(figure.chart.to_json() for figure in told.figures)
    assert "segment 0" in "".join(figure.chart.to_json() for figure in section(levelled(3)).figures)


def test_what_page_one_says_is_not_said_again() -> None:
    said = ("Loaded above 85 % of capacity: A (90 %).", "Service under the CSAT target loses 1.00 CHF.", "Of 3 places.")
    assert list(section(replace(levelled(3), sentences=said)).sentences) == ["Of 3 places."]


def test_columns_that_hold_nothing_are_left_out() -> None:
    rows = pd.DataFrame({"provider": ["A", "B"], "value": [None, None], "score": [6.312, None]})
    (table,) = section(answer("partners", scorecard=rows.astype({"value": float}), **_no_partners())).tables
    assert table.header == ["provider", "score, 0 to 10"]
    assert table.rows == [["A", "6.3"], ["B", "–"]]


def _no_partners() -> dict[str, pd.DataFrame]:
    columns = {
        "make_or_buy": ["in_house_share", "in_plan", "objective", "service_margin", "partners"],
        "measures": ["provider", "measure", "value", "wanted", "target", "unit", "met"],
        "criteria": ["provider", "criterion", "weight", "score", "minimum"],
    }
    return {name: pd.DataFrame(columns=names) for name, names in columns.items()}


def test_a_column_becomes_headings() -> None:
    table = ReportTable("Cost", ["segment", "tier", "cost"], [["A", "x", "1"], ["A", "y", "2"], ["B", "x", "3"]], "f",
                        frozenset({2}))  # fmt: skip
    told = grouped(table)
    assert told.header == ["tier", "cost"]
    assert told.rows == [["A"], ["x", "1"], ["y", "2"], ["B"], ["x", "3"]]
    assert told.numeric == {1}


def test_rules_bind_where_something_is_offered() -> None:
    scopes = ["tier=gold; region=east", "tier=bronze; region=east", "Meridian"]
    rules = pd.DataFrame({"rule": ["csat_floor", "csat_floor", "capacity"], "scope": scopes, "value": 75.0,
                          "limit": 75.0, "slack": 0.0, "ok": True})  # fmt: skip
    made = result(1)
    audited = replace(made, audit=Audit(rules, pd.DataFrame()))
    assert [where for _, where in rules_without_room(audited)] == ["Meridian", "gold, east"]
    assert rules_without_room(made) == []
