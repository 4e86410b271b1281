"""`frontier`: how much of one goal another costs, point by point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Unpack

import numpy as np
import pandas as pd

from models import CaseError, Problem, Scenario
from models.plan import KPI_UNIT, ONE_OFF_COST
from models.problems import listed, suggestion
from models.scenario import OBJECTIVES
from models.schema.fields import LARGEST_TOTAL

from ..assurance.result import Result
from ..results.record import Status
from ..results.summary import money, percent
from .machinery.answers.answer import Answer
from .machinery.answers.proved_amount import ProvedAmount
from .machinery.comparison.moves import structure_moves
from .machinery.sessions.brief_solves import WIDE
from .machinery.sessions.context import AnalysisContext, pose
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question
from .machinery.trade_offs.goals import GOALS, Goal
from .machinery.trade_offs.trade_off import ConstraintSweep, FrontierPoint, knee, normalized, supported, undominated

POINTS = 7
_TAIL = {
    "at_most": "proved bound on the first goal at the levels of the others, in its unit",
    "gap": "relative gap between the first goal's value and that bound",
    "one_off_cost": "what the point's plan pays once, counted in its margins and costs, {once}",
    "supported": "whether some weights of the goals make it the best; the others are found by constraints only",
    "knee": "whether it is the point farthest beyond the straight line (plane) between the goals' best ends",
    "moves": "tiers, pricing models, products and providers that differ from the first point",
}
_KPIS = {
    "point": "number of the point",
    "kpi": "amount or share, as in plan.json",
    "unit": KPI_UNIT,
}


@question
def frontier(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    goals: Sequence[str] = ("account_revenue", "service_margin"),
    points: int = POINTS,
    step: float | None = None,
    result: Result | None = None,
    **options: Unpack[SolveOptions],
) -> Answer:
    """Points of two or three goals that no plan beats in all of them, under the scenario's rules.

    The first goal is an objective (account_revenue, account_margin, service_revenue, service_margin); the others
    are amounts of plan.json or `csat_over_floor`. The second rises by `step`, in its unit, or by an even share of
    its range for so many `points`; a third is held at a few levels of its own. Between two levels there may be more
    points; each one found is proved within its gap. Tables: `points` and `kpis`. Raises `CaseError` for goals
    that do not fit.
    """
    chosen = _checked(goals, points, step)
    posed = pose(case, scenario, **options)
    context = posed.context(result)
    if context.result.plan is None:
        return context.nothing("frontier")
    sweep = ConstraintSweep(context.session, context.scenario, chosen[0], chosen[1], chosen)
    best = sweep.maximize(chosen[0])
    if best.plan is None:
        return _nothing(context, best)
    context = context.about(best)
    found = undominated(_found(sweep, points, step or 0.0))
    found.sort(key=lambda point: tuple(-value for value in point.values))
    return _answer(context, chosen, found)


def _nothing(context: AnalysisContext, best: Result) -> Answer:
    """The answer without a point: there is no plan, or none by the first goal was found in time."""
    if best.status is Status.INFEASIBLE:
        return context.about(best).nothing("frontier")
    return replace(context.nothing("frontier"), status=Status.FEASIBLE)


def _checked(goals: Sequence[str], points: int, step: float | None) -> tuple[Goal, ...]:
    names, problems = ", ".join(goals), []
    if len(goals) not in (2, 3) or len(set(goals)) != len(goals):
        problems.append(Problem("goals", "they do not fit", found=names, expected="two or three different ones"))
    for name in sorted(set(goals) - set(GOALS)):
        message = f"there is no such goal{suggestion(name, GOALS)}"
        problems.append(Problem("goals", message, found=name, expected=f"one of {listed(GOALS, 20)}"))
    if not problems and not Goal(goals[0]).is_objective:
        expected = f"one of {', '.join(OBJECTIVES)}"
        problems.append(Problem("goals", "the first cannot be an objective", found=goals[0], expected=expected))
    if points < 2 or (step is not None and not 0 < step <= LARGEST_TOTAL):
        found = f"{points} points, step {step}"
        problems.append(Problem("points", "they do not fit", found=found, expected="2 or more, and a step above 0"))
    if problems:
        raise CaseError(problems)
    return tuple(Goal(name) for name in goals)


def _found(sweep: ConstraintSweep, points: int, step: float) -> list[FrontierPoint]:
    """Points of the sweep, and of more sweeps with the third goal held at each of its levels."""
    found = list(sweep.points(points, step))
    if len(sweep.goals) < 3 or not found:
        return found
    third = sweep.goals[2]
    alone = ConstraintSweep(sweep.session, sweep.scenario, sweep.first, third, sweep.goals)
    levels = [point.values[2] for point in alone.points(points, 0.0)]
    for level in levels[1:]:
        held = (third.at_least(level - third.finest(level)),)
        more = ConstraintSweep(sweep.session, sweep.scenario, sweep.first, sweep.second, sweep.goals, held)
        found += more.points(points, step)
    return found


def _answer(context: AnalysisContext, goals: tuple[Goal, ...], found: list[FrontierPoint]) -> Answer:
    table, currency = _table(goals, found), context.result.currency
    columns = {"points": _meanings(goals, currency), "kpis": {**_KPIS, "value": "value, in `unit`"}}
    kpis = [point.result.kpis.assign(point=number) for number, point in enumerate(found, 1)]
    tables = {"points": table, "kpis": pd.concat(kpis, ignore_index=True)[list(columns["kpis"])]}
    best = table[table["knee"]]
    facts = {"goals": [goal.name for goal in goals], "points": len(found), "knee": int(best["point"].iloc[0])}
    results = [point.result for point in found]
    told = [*_sentences(goals, table, currency), *_wide(context, goals[0], table)]
    answer = context.answer("frontier", tables, columns, told, facts, results, ["points"])
    return _with_gap(answer, found)


def _with_gap(answer: Answer, found: list[FrontierPoint]) -> Answer:
    """The widest gap of the points: between what each reaches in the first goal and its own proved bound."""
    gaps = [_gap(point) for point in found]
    unproved = any(point.result.status is Status.FEASIBLE for point in found)
    return replace(answer, gap=max(gaps, default=0.0), status=Status.FEASIBLE if unproved else answer.status)


def _gap(point: FrontierPoint) -> float:
    return max(0.0, point.at_most - point.values[0]) / max(1.0, abs(point.values[0]))


def _table(goals: tuple[Goal, ...], found: list[FrontierPoint]) -> pd.DataFrame:
    scaled = normalized(found)
    goal_of_once = Goal(ONE_OFF_COST)
    hull, middle, first = supported(scaled), knee(scaled), found[0].result.decided
    rows = []
    for place, point in enumerate(found):
        values = {goal.name: goal.value(point.result.decided) for goal in goals}
        rows.append(
            {"point": place + 1, **values, "at_most": point.at_most, "gap": _gap(point)}
            | {ONE_OFF_COST: goal_of_once.value(point.result.decided)}
            | {"supported": hull[place], "knee": place == middle}
            | {"moves": "; ".join(structure_moves(first, point.result.decided))}
        )
    table = pd.DataFrame(rows)
    if len(goals) == 2:
        gained, lost = (pd.Series([sign * point.values[i] for point in found]).diff() for i, sign in ((1, 1), (0, -1)))
        table.insert(3, "price", np.where(gained != 0, lost / gained, np.nan))
    return table


def _meanings(goals: tuple[Goal, ...], currency: str) -> dict[str, str]:
    better = {goal: "more" if goal.more else "less" for goal in goals}
    named = {goal.name: f"{goal.name}, {goal.unit(currency)}; {better[goal]} is better" for goal in goals}
    if len(goals) == 2:
        lost = f"{goals[0].name} given up per unit of {goals[1].name} bettered since the point before"
        named["price"] = f"marginal price: {lost}; {goals[0].unit(currency)} a unit"
    tail = {name: text for name, text in _TAIL.items() if name not in named}
    return {"point": "number of the point, the best first goal first", **named, **tail}


def _sentences(goals: tuple[Goal, ...], table: pd.DataFrame, currency: str) -> list[str]:
    ends = f"from {_values(goals, table.iloc[0], currency)} to {_values(goals, table.iloc[-1], currency)}"
    inside = int((~table["supported"]).sum())
    at = table[table["knee"]].iloc[0]
    if len(table) == 1:
        return [
            f"1 point that no plan beats in all goals with the scenario's rules held: {_values(goals, at, currency)}."
        ]
    lines = [
        f"{len(table)} points that no plan beats in all goals with the scenario's rules held, {ends}; {inside} of them "
        "no weights would find.",
        f"The knee is point {at['point']}: {_values(goals, at, currency)}.",
    ]
    undecided = _undecided(goals, table, currency)
    if len(goals) == 2 and not undecided:
        prices, goal = table["price"].dropna(), goals[1]
        named = f"A unit of {goal.name} ({goal.unit(currency)}) costs"
        costs = f"{prices.iloc[0]:,.4g} of {goals[0].name} at first and {prices.iloc[-1]:,.4g} at last"
        lines.append(f"{named} {costs}, all rules held.")
    return [*lines, *undecided, *_once(table, currency)]


def _undecided(goals: tuple[Goal, ...], table: pd.DataFrame, currency: str) -> list[str]:
    """Of two goals, the steps from point to point whose cost in the first the proofs leave open."""
    if len(goals) > 2:
        return []
    found, most = table[goals[0].name].tolist(), table["at_most"].tolist()
    told = []
    for place in range(1, len(table)):
        cost = ProvedAmount.of_loss(found[place - 1], most[place - 1], found[place], most[place])
        cost = cost._replace(least=max(0.0, cost.least))  # whatever keeps the higher level keeps the lower one
        if not cost.decided:
            told.append(f"from point {place} to {place + 1}: {cost.undecided_in_words(currency)}")
    return [f"What {goals[0].name.replace('_', ' ')} a step costs is open {'; '.join(told)}."] if told else []


def _wide(context: AnalysisContext, goal: Goal, table: pd.DataFrame) -> list[str]:
    """Which points are proved less closely than others are asked to be, and how closely."""
    brief = context.session.brief
    wide = [brief is not None and brief.is_wide(open_) for open_ in table["at_most"] - table[goal.name]]
    if not any(wide):
        return []
    rows = table[wide]
    numbers, least, most = list(rows["point"]), percent(float(rows["gap"].min())), percent(float(rows["gap"].max()))
    following = numbers == list(range(numbers[0], numbers[-1] + 1))
    which = f"{numbers[0]} to {numbers[-1]}" if following else ", ".join(map(str, numbers))
    lead = f"Points {which} are" if len(numbers) > 1 else f"Point {numbers[0]} is"
    within = least if least == most else f"{least} to {most}"
    told = f"within {within} of {goal.name.replace('_', ' ')}"
    return [f"{lead} proved less closely than {100 * WIDE:g} % of what contracts add: {told}."]


def _once(table: pd.DataFrame, currency: str) -> list[str]:
    """What is paid once, where the points differ in it."""
    least, most = (money(float(end), currency) for end in (table[ONE_OFF_COST].min(), table[ONE_OFF_COST].max()))
    if least == most:
        return []
    return [f"What a plan pays once, {least} to {most}, is counted whole in its margins and costs of a year."]


def _values(goals: tuple[Goal, ...], row: pd.Series, currency: str) -> str:
    return ", ".join(_value(goal, float(row[goal.name]), currency) for goal in goals)


def _value(goal: Goal, value: float, currency: str) -> str:
    name, unit = goal.name.replace("_", " "), goal.unit(currency)
    if unit == "share":
        return f"{name} {percent(value)}"
    if unit == "CSAT points":
        return f"{name} {value:.2f} points"
    return f"{name} {money(value, currency) if unit.startswith(currency) else f'{value:,.6g} {unit}'}"
