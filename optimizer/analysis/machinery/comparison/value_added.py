"""What a tier, pricing model, product or provider adds: the best plan with it against the best one without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan
from typing import Any

import pandas as pd

from models.conditions import Decision
from models.decisions import DECISION_KINDS, DecisionKindName

from ....assurance.result import Result
from ....program.delivery import MARGIN_OF
from ....results.one_off import beside_gain, extra_once, yearly_gain
from ....results.summary import money
from ..answers.proved_amount import ProvedAmount
from ..sessions.context import AnalysisContext
from ..sessions.lane_session import OneSolve

VALUE_COLUMNS = {
    "in_plan": "whether the plan has it",
    "status": "how the search for the best plan of the other kind ended",
    "objective_with": "objective of the best plan with it, {money}",
    "objective_without": "objective of the best plan without it, {money}",
    "value": "what it adds to the objective, {money}; negative where it costs",
    "value_yearly": "the value without what is paid once, {money}",
    "one_off_cost": "one-off cost of the plan with it less that of the plan without it, {once}",
    "value_least": "least that this can be, by the proved gaps, {money}",
    "value_most": "most that it can be, {money}",
    "margin_value": "what it adds to the margin of the objective's scope, {money}",
    "margin_yearly": "the same without what is paid once, {money}",
}


@dataclass(frozen=True)
class ValueAdded:
    """What one decision adds to the objective, and the plan solved to find it."""

    name: str
    in_plan: bool
    other: Result
    row: dict[str, object]


def value_solves(context: AnalysisContext, kind: DecisionKindName, names: Sequence[str]) -> list[OneSolve]:
    """What is to be solved for the values of some: what the plan has is dropped, what it lacks is forced."""
    asked = [Decision(kind, name, not _is_in_plan(context, kind, name)) for name in names]
    return [OneSolve(context.scenario, (decision,), str(decision)) for decision in asked]


def values_added(context: AnalysisContext, kind: DecisionKindName, names: Sequence[str]) -> list[ValueAdded]:
    """What each adds: what the plan has is dropped, what it lacks is forced, and everything else decided anew."""
    solves = dict(zip(names, value_solves(context, kind, names), strict=True))
    asked = context.session.each(names, lambda name: solves[name].name)
    return [_value_added(context, kind, name, solves[name].run(context.session)) for name in asked]


def _is_in_plan(context: AnalysisContext, kind: DecisionKindName, name: str) -> bool:
    return name in getattr(context.plan.decisions, DECISION_KINDS[kind].listed)


def value_added_table(found: Sequence[ValueAdded], column: str) -> pd.DataFrame:
    """One row each, in the order given, under the name `column`."""
    table = pd.DataFrame([{column: one.name, **one.row} for one in found], columns=[column, *VALUE_COLUMNS])
    return table.astype({"in_plan": bool})


def value_sentences(table: pd.DataFrame, column: str, lead: str, held: str, kpi: str, currency: str) -> list[str]:
    """`lead` with what is proved to add or cost something, the dearest first, and a sentence for each that is not."""
    known = table.dropna(subset=["value"]).sort_values("value", ascending=False, kind="stable")
    decided, undecided = [], []
    for row in known.to_dict("records"):
        amount = ProvedAmount(row["value_least"], row["value_most"], row["objective_with"])
        if amount.decided:
            decided.append(f"{row[column]} {gain_in_words(row, kpi, currency)}")
        else:
            told = amount.undecided_in_words(currency)
            undecided.append(f"With all other rules held, {row[column]} is worth {told}.")
    return [*([f"{lead}: {', '.join(decided)}; {held}."] if decided else []), *undecided]


def _value_added(context: AnalysisContext, kind: DecisionKindName, name: str, other: Result) -> ValueAdded:
    in_plan = _is_in_plan(context, kind, name)
    having, lacking = (context.result, other) if in_plan else (other, context.result)
    value, least, most = _difference(having, lacking)
    once, margin = extra_once(having, lacking), margin_of(having) - margin_of(lacking)
    free = context.availability(kind, name) == "optional"  # else the other plans are not some of those allowed
    row = {
        "in_plan": in_plan,
        "status": str(other.status),
        "objective_with": _number(having.objective),
        "objective_without": _number(lacking.objective),
        "value": value,
        "value_yearly": yearly_gain(value, once, context.scenario.objective),
        "one_off_cost": once,
        "value_least": min(max(least, 0.0), value) if in_plan and free else least,
        "value_most": max(min(most, 0.0), value) if free and not in_plan else most,
        "margin_value": margin,
        "margin_yearly": margin + once,
    }
    return ValueAdded(name, in_plan, other, row)


def gain_in_words(row: Mapping[Any, Any], kpi: str, currency: str) -> str:
    """The value in a row of a table of values: what comes every year, and what is paid once for it."""
    return f"{money(row['value_yearly'], currency)}{beside_gain(row['one_off_cost'], kpi, currency)}"


def _difference(one: Result, other: Result) -> tuple[float, float, float]:
    """Objective of one less that of the other: as found, at least and at most; NaN where a plan is missing."""
    if one.objective is None or other.objective is None:
        return nan, nan, nan
    bounds = (inf if result.bound is None else result.bound for result in (one, other))
    most_one, most_other = bounds
    return one.objective - other.objective, one.objective - most_other, most_one - other.objective


def margin_of(result: Result) -> float:
    """Margin of the scope of the scenario's objective; NaN without a plan."""
    return amount_of(result, MARGIN_OF[result.objective_name])


def amount_of(result: Result, kpi: str) -> float:
    """The plan's amount of that name; NaN without a plan or a value."""
    return _number(None if result.plan is None else result.plan.kpis[kpi])


def _number(value: float | None) -> float:
    return nan if value is None else value
