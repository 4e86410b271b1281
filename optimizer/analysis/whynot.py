"""`whynot`: the best plan with something forced or forbidden, what that loses, what binds then and what moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, Unpack

import pandas as pd

from models import Case, CaseError, Problem, Scenario
from models.condition_checks import check_conditions, problem_of
from models.condition_texts import FORMS, parse_conditions
from models.conditions import Condition
from models.plan import KPI_UNIT

from ..assurance.result import Result
from ..results.one_off import beside_gain, beside_loss, extra_once, yearly_loss
from ..results.record import Status
from ..results.summary import binding_rules, money
from .machinery.answers.answer import Answer
from .machinery.answers.proved_amount import ProvedAmount
from .machinery.comparison.moves import moves
from .machinery.feasibility.iis import find_iis
from .machinery.feasibility.levers import levers
from .machinery.sessions.context import AnalysisContext, pose
from .machinery.sessions.lane_session import OneSolve
from .machinery.sessions.lanes import work_ahead
from .machinery.sessions.solved_question import name_of
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question

Request: TypeAlias = str | Condition | Sequence[Condition]
"""Conditions that hold together, or a text such as `offer platinum; drop Orbis`."""

_COLUMNS = {
    "requests": {
        "request": "what was forced or forbidden",
        "status": "how the solve ended, all other rules held: optimal, feasible, infeasible or no_plan",
        "objective": "best objective found under it, {money}",
        "loss": "objective lost against the plan without it, {money}; negative where something is gained",
        "loss_at_least": "least that is lost, proved, {money}",
        "loss_at_most": "most that is lost, proved, {money}",
        "loss_yearly": "the loss without what is paid once, {money}",
        "one_off_cost": "one-off cost under it less that of the plan without it, {once}",
        "moved": "what differs from the plan without it",
        "stands_in_the_way": "where nothing is feasible: rules that contradict it with every other rule set aside; "
        "without any one of them there is a plan for the rest of them",
    },
    "binding": {
        "request": "what was forced or forbidden",
        "rule": "rule that leaves the plan under it no room",
        "where": "where it binds",
        "newly": "whether it does not bind without the request",
    },
    "kpis": {
        "request": "what was forced or forbidden",
        "kpi": "amount or share, as in plan.json",
        "unit": KPI_UNIT,
        "value": "value under the request, in `unit`",
        "change": "value less that of the plan without it, in `unit`",
    },
}


@dataclass(frozen=True)
class _Asked:
    name: str
    conditions: tuple[Condition, ...]
    result: Result
    obstacles: str
    narrows: bool
    """Whether every plan under it is one that the case allows too, so that nothing can be gained."""


@question
def whynot(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *requests: Request,
    result: Result | None = None,
    **options: Unpack[SolveOptions],
) -> Answer:
    """What is lost by forcing or forbidding something: each request by itself, the conditions in one together.

    A condition replaces what the case says of the same thing and leaves all other rules in force. Tables: `requests`
    (objective, loss with both proved ends, what moved), `binding` (rules that leave no room then) and `kpis`. Where
    a request leaves no plan, rules that stand in the way are named. Raises `CaseError` for texts that are not
    understood and names that the case does not have, ValueError without any request.
    """
    if not requests:
        raise ValueError("there is no request; expected something to force or forbid, such as 'offer platinum'")
    posed = pose(case, scenario, **options)
    parsed = _parsed(posed.session.case, requests)
    context = posed.context(result)
    if context.result.plan is None:
        return context.nothing("whynot")
    work_ahead(context.session, [OneSolve(context.scenario, asked, name_of(asked)) for asked in parsed])
    asked = [_ask(context, conditions) for conditions in context.session.each(parsed)]
    return _answer(context, asked)


def _parsed(case: Case, requests: Sequence[Request]) -> list[tuple[Condition, ...]]:
    """The conditions of each request; raises `CaseError` with the faults of all."""
    parsed, problems = [], list[Problem]()
    for request in requests:
        try:
            conditions = _conditions(case, request)
            check_conditions(case, conditions)
            if not conditions:
                raise CaseError([problem_of(repr(request), "it says nothing", " ".join(FORMS.split()))])
        except CaseError as error:
            problems += error.problems
        else:
            parsed.append(conditions)
    if problems:
        raise CaseError(problems)
    return parsed


def _conditions(case: Case, request: Request) -> tuple[Condition, ...]:
    if isinstance(request, str):
        return parse_conditions(case, request)
    return (request,) if isinstance(request, Condition) else tuple(request)


def _ask(context: AnalysisContext, conditions: tuple[Condition, ...]) -> _Asked:
    name = "; ".join(map(str, conditions))
    result = context.session.solve(context.scenario, conditions=conditions, label=name)
    reference = context.session.reference
    narrows = reference is not None and reference.narrows(conditions)
    return _Asked(name, conditions, result, _obstacles(context, conditions, result), narrows)


def _obstacles(context: AnalysisContext, conditions: tuple[Condition, ...], result: Result) -> str:
    """Rules that contradict the conditions, where nothing is feasible under them."""
    if result.status is not Status.INFEASIBLE:
        return ""
    rules = levers(context.case, context.scenario)
    iis = find_iis(context.session, context.scenario, rules, conditions)
    if iis is None:
        return "not found in the time allowed"
    names = [*(lever.name for lever in iis.rules), *iis.held]
    told = "; ".join(names) or "the case's data: no rule has to do with it"
    return told if iis.minimal or not names else f"{told} (perhaps fewer would do)"


def _losses(base: Result, asked: _Asked) -> tuple[float | None, float | None, float | None]:
    """Loss, and its least and most by both solves' proofs."""
    found, best, result = base.objective, base.bound, asked.result
    assert found is not None
    assert best is not None
    if result.objective is None:
        return None, None if result.bound is None else found - result.bound, None
    assert result.bound is not None  # there is a plan
    loss, least = found - result.objective, found - result.bound
    return loss, min(max(least, 0.0), loss) if asked.narrows else least, best - result.objective


def _request_row(base: Result, asked: _Asked) -> dict[str, object]:
    loss, least, most = _losses(base, asked)
    once = extra_once(asked.result, base)
    return {
        "request": asked.name,
        "status": asked.result.status.value,
        "objective": asked.result.objective,
        "loss": loss,
        "loss_at_least": least,
        "loss_at_most": most,
        "loss_yearly": yearly_loss(loss, once, base.objective_name),
        "one_off_cost": once,
        "moved": "" if asked.result.plan is None else moves(base.decided, asked.result.plan),
        "stands_in_the_way": asked.obstacles,
    }


def _binding(base: Result, asked: list[_Asked]) -> pd.DataFrame:
    before = set() if base.audit is None else {rule for rule, _ in binding_rules(base.audit)}
    rows = [
        (one.name, rule, where, rule not in before)
        for one in asked
        if one.result.audit is not None
        for rule, where in binding_rules(one.result.audit)
    ]
    return pd.DataFrame(rows, columns=list(_COLUMNS["binding"])).astype({"newly": bool})


def _kpis(base: Result, asked: list[_Asked]) -> pd.DataFrame:
    known = base.kpis.set_index("kpi")["value"]
    frames = [
        one.result.kpis.assign(request=one.name, change=lambda frame: frame["value"] - frame["kpi"].map(known))
        for one in asked
        if one.result.plan is not None
    ]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(_COLUMNS["kpis"]))


def _answer(context: AnalysisContext, asked: list[_Asked]) -> Answer:
    base = context.result
    requests = pd.DataFrame([_request_row(base, one) for one in asked], columns=list(_COLUMNS["requests"]))
    numbers = ("objective", "loss", "loss_at_least", "loss_at_most", "loss_yearly", "one_off_cost")
    requests = requests.astype(dict.fromkeys(numbers, float))
    kpis = _kpis(base, asked)[list(_COLUMNS["kpis"])]
    tables = {"requests": requests, "binding": _binding(base, asked), "kpis": kpis}
    facts = {"objective": base.objective, "bound": base.bound}
    sentences = [_sentence(context, row) for row in requests.to_dict("records")]
    others = [one.result for one in asked]
    return context.answer("whynot", tables, _COLUMNS, sentences, facts, others, ["requests"])


def _sentence(context: AnalysisContext, row: dict[object, object]) -> str:
    currency = context.result.currency
    name = f'"{row["request"]}"'
    if row["status"] == "infeasible":
        return f"{name}: proved impossible with all other rules held. In the way: {row['stands_in_the_way']}."
    if row["status"] == "no_plan":
        return f"{name}: with all other rules held, no plan was found in the time allowed."
    least, most = (float(str(row[name])) for name in ("loss_at_least", "loss_at_most"))
    moved = f" What moves: {row['moved']}." if row["moved"] else " Nothing else moves."
    proved = ProvedAmount(least, most, float(str(row["objective"])))
    if not proved.decided:
        return f"{name}: with all other rules held, it costs {proved.undecided_in_words(currency)}.{moved}"
    return f"{name}: {_effect(row, context.result.objective_name, currency)} with all other rules held.{moved}"


def _effect(row: dict[object, object], kpi: str, currency: str) -> str:
    """What a request costs or gains every year, and once."""
    loss, once = (float(str(row[name])) for name in ("loss_yearly", "one_off_cost"))
    verb, beside = ("costs", beside_loss) if loss > 0 else ("gains", beside_gain)
    return f"{verb} {money(abs(loss), currency)} of {kpi.replace('_', ' ')} a year{beside(once, kpi, currency)}"
