"""Products, tiers and pricing models: what each adds to the objective, and how many of them are too few or too many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any, Unpack

import pandas as pd

from models.conditions import CountLimit
from models.decisions import DECISION_KINDS, DecisionKindName
from models.plan import ONE_OFF_COST
from models.scenario import Scenario

from ..assurance.result import Result
from ..results.one_off import beside_loss, yearly_gain, yearly_loss
from ..results.record import Status
from ..results.summary import money
from .machinery.answers.answer import Answer
from .machinery.answers.proved_amount import ProvedAmount
from .machinery.comparison.value_added import (
    VALUE_COLUMNS,
    amount_of,
    margin_of,
    value_added_table,
    value_sentences,
    value_solves,
    values_added,
)
from .machinery.sessions.context import AnalysisContext, context_of
from .machinery.sessions.lane_session import OneSolve
from .machinery.sessions.lanes import work_ahead
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question

_KINDS: tuple[DecisionKindName, ...] = ("product", "tier", "model")
_CURVES: tuple[DecisionKindName, ...] = ("tier", "model")
_CURVE_COLUMNS = {
    "status": "how the search for the best plan with exactly this many ended",
    "objective": "objective of that plan, {money}; blank where there is none",
    "bound": "what no plan with exactly this many can exceed, {money}",
    "step": "objective gained over the best plan with one fewer, for the first over no contracts at all, {money}",
    "step_yearly": "the same without what is paid once, {money}",
    "one_off_cost": "what that plan pays once, counted in its margin, {once}",
    "margin": "margin of the objective's scope, {money}",
    "chosen": "which ones the plan has",
    "in_plan": "whether the plan has this many",
}
_COLUMNS = {
    "products": {"product": "product", **VALUE_COLUMNS},
    "tiers": {"tier": "tier", **VALUE_COLUMNS},
    "models": {"model": "pricing model", **VALUE_COLUMNS},
    "tier_counts": {"tiers": "number of tiers offered", **_CURVE_COLUMNS},
    "model_counts": {"models": "number of pricing models used", **_CURVE_COLUMNS},
}


@dataclass(frozen=True)
class CountPoint:
    """The best plan with exactly so many tiers or models."""

    count: int
    result: Result


@question
def portfolio(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    result: Result | None = None,
    **options: Unpack[SolveOptions],
) -> Answer:
    """Worth of each product, tier and pricing model, and of the 1st, 2nd, 3rd, ... tier and pricing model.

    Tables `products`, `tiers` and `models` compare the best plan with each and without it: a product forced is
    supported and covered by every price book that holds it. Tables `tier_counts` and `model_counts` give the best
    plan with exactly so many; the scenario's own bounds on their number are set aside, and where fewer tiers are
    asked for than min_menu, menus may be that short. `result` saves solving the scenario again.
    """
    context = context_of(case, scenario, result, **options)
    if context.result.plan is None:
        return context.nothing("portfolio")
    asked = [one for kind in _KINDS for one in value_solves(context, kind, _sellable(context, kind))]
    work_ahead(context.session, [*asked, *(one for kind in _CURVES for one in count_solves(context, kind).values())])
    found = {kind: values_added(context, kind, _sellable(context, kind)) for kind in _KINDS}
    curves = {kind: best_by_count(context, kind) for kind in _CURVES}
    tables = {DECISION_KINDS[kind].listed: value_added_table(found[kind], kind) for kind in _KINDS}
    tables |= {f"{kind}_counts": curve_table(context, kind, curves[kind]) for kind in _CURVES}
    others = [one.other for kind in _KINDS for one in found[kind]]
    others += [point.result for kind in _CURVES for point in curves[kind]]
    facts = {
        "best_count": {kind: _best_count(tables[f"{kind}_counts"], DECISION_KINDS[kind].listed) for kind in _CURVES}
    }
    sentences = [*_about_values(tables, context), *_about_counts(tables, context)]
    shown = ["products", "tier_counts", "model_counts"]
    return context.answer("portfolio", tables, _COLUMNS, sentences, facts, others, shown)


def _sellable(context: AnalysisContext, kind: DecisionKindName) -> list[str]:
    """Names of a kind that are not excluded; tiers from the lowest rank, all else by name."""
    where = DECISION_KINDS[kind]
    rows = context.case.tables[where.table].sort_values("rank" if kind == "tier" else kind, kind="stable")
    return [str(name) for name in rows.loc[rows[where.switch] != "excluded", kind]]


def best_by_count(context: AnalysisContext, kind: DecisionKindName) -> list[CountPoint]:
    """The best plan with exactly 1, 2, 3, ... tiers or models, as many as may be sold."""
    solves = count_solves(context, kind)
    word = DECISION_KINDS[kind].word
    asked = context.session.each(
        list(solves), lambda count: solves[count].name, named=lambda count: f"{count} {word}{'s' if count > 1 else ''}"
    )
    return [CountPoint(count, solves[count].run(context.session)) for count in asked]


def count_solves(context: AnalysisContext, kind: DecisionKindName) -> dict[int, OneSolve]:
    """What is to be solved for each number."""
    counts = range(1, len(_sellable(context, kind)) + 1)
    return {count: _with_exactly(context, kind, count) for count in counts}


def _with_exactly(context: AnalysisContext, kind: DecisionKindName, count: int) -> OneSolve:
    scenario, least = context.scenario, context.scenario.min_menu
    if kind == "tier" and least is not None and least > count:
        scenario = scenario.model_copy(update={"min_menu": count})
    asked = CountLimit(kind, count, count)
    return OneSolve(scenario, (asked,), str(asked))


def curve_table(context: AnalysisContext, kind: DecisionKindName, points: Sequence[CountPoint]) -> pd.DataFrame:
    """A row for each number of tiers or models."""
    listed = DECISION_KINDS[kind].listed
    decided = len(getattr(context.plan.decisions, listed))
    rows = []
    for point in points:
        plan, objective = point.result.plan, point.result.objective
        rows.append(
            {
                listed: point.count,
                "status": str(point.result.status),
                "objective": nan if objective is None else objective,
                "bound": nan if point.result.bound is None else point.result.bound,
                "one_off_cost": amount_of(point.result, ONE_OFF_COST),
                "margin": margin_of(point.result),
                "chosen": "" if plan is None else ", ".join(getattr(plan.decisions, listed)),
                "in_plan": point.count == decided,
            }
        )
    table = pd.DataFrame(rows, columns=[listed, *_CURVE_COLUMNS])
    nothing = context.result.no_contract_objective
    steps = table["objective"] - table["objective"].shift(fill_value=nan if nothing is None else nothing)
    once = table["one_off_cost"] - table["one_off_cost"].shift(fill_value=0.0)
    kpi = context.scenario.objective
    yearly = [yearly_gain(step, more, kpi) for step, more in zip(steps, once, strict=True)]
    return table.assign(step=steps, step_yearly=yearly).astype({"in_plan": bool})


def _best_count(table: pd.DataFrame, listed: str) -> int | None:
    """The number with the best objective, the smallest of equals; None where none is possible."""
    ranked = table.dropna(subset=["objective"]).sort_values("objective", ascending=False, kind="stable")
    return int(ranked[listed].iloc[0]) if len(ranked) else None


def _about_values(tables: dict[str, pd.DataFrame], context: AnalysisContext) -> list[str]:
    currency, goal = context.result.currency, context.result.objective_name.replace("_", " ")
    said = []
    for kind in _KINDS:
        table, word = tables[DECISION_KINDS[kind].listed], DECISION_KINDS[kind].word
        vital = table.loc[table["in_plan"] & (table["status"] == Status.INFEASIBLE), kind]
        held = "each forced in or left out by itself, with all other rules held and the rest planned anew"
        said += value_sentences(
            table, kind, f"Worth of each {word}, in {goal} a year", held, context.result.objective_name, currency
        )
        unknown = table.loc[table["status"] == Status.NO_PLAN, kind]
        said += [f"Not known in the time allowed: {', '.join(unknown)}."] if len(unknown) else []
        said += [f"No plan does without the {word} {name} with all other rules held." for name in vital]
    return said


def _about_counts(tables: dict[str, pd.DataFrame], context: AnalysisContext) -> list[str]:
    said = []
    for kind in _CURVES:
        table, listed, word = tables[f"{kind}_counts"], DECISION_KINDS[kind].listed, DECISION_KINDS[kind].word
        best = _best_count(table, listed)
        if best is None:
            continue
        said.append(f"{_best_in_words(table, listed, word, best, context)}{_impossible(table, listed)}")
    return said


def _best_in_words(table: pd.DataFrame, listed: str, word: str, best: int, context: AnalysisContext) -> str:
    """The number with the best plan found, and how far the others are proved to be behind."""
    found = table.dropna(subset=["objective"]).set_index(listed)
    (top,), behind, undecided = found.loc[[best]].to_dict("records"), [], []
    for count, row in found.drop(index=best).to_dict("index").items():
        amount = ProvedAmount.of_loss(top["objective"], top["bound"], row["objective"], row["bound"])
        if amount.decided:
            behind.append(f"{count} would lose {_behind(top, row, context)}")
        else:
            undecided.append(f"with {count} it is {amount.undecided_in_words(context.result.currency)}")
    held = ", with all rules held but those on their number"
    said = f"The best number of {word}s {'found is' if undecided else 'is'} {best}{held}"
    others = f": {', '.join(behind)}" if behind else ""
    left_open = f" What is lost {'; '.join(undecided)}." if undecided else ""
    return f"{said}{others}.{left_open}"


def _behind(first: Mapping[Any, Any], row: Mapping[Any, Any], context: AnalysisContext) -> str:
    """What a plan with another number loses against the best: every year, and once."""
    kpi, currency = context.result.objective_name, context.result.currency
    once = row["one_off_cost"] - first["one_off_cost"]
    lost = money(yearly_loss(first["objective"] - row["objective"], once, kpi), currency)
    return f"{lost} a year{beside_loss(once, kpi, currency)}"


def _impossible(table: pd.DataFrame, listed: str) -> str:
    """Numbers that no plan has by proof, and those for which none was found in time."""
    told = ((Status.INFEASIBLE, "Proved to leave no plan"), (Status.NO_PLAN, "No plan found in the time allowed"))
    numbers = {text: table.loc[table["status"] == status, listed] for status, text in told}
    return "".join(f" {text}: {', '.join(map(str, found))}." for text, found in numbers.items() if len(found))
