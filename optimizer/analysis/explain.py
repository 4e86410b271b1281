"""`explain`: what each rule and target costs, by dropping it and by loosening it one stated step, solved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isnan
from typing import Unpack

import pandas as pd

from models import Scenario, apply_scenario
from models.decisions import DECISION_KINDS
from models.rules import RULE_SPECS

from ..accounting.demand import Demand
from ..accounting.next_prices import price_steps
from ..assurance.result import Result
from ..results.one_off import beside_gain, extra_once, yearly_gain
from ..results.price_steps import STOPPED, stopped_options, stopped_steps
from ..results.summary import NEAR, first_places, money
from .machinery.answers.answer import Answer
from .machinery.answers.proved_amount import ProvedAmount
from .machinery.comparison.moves import structure_moves
from .machinery.feasibility.joint_relaxation import jointly_dropped
from .machinery.feasibility.levers import Lever, levers, named
from .machinery.feasibility.rule_solves import RuleSolves
from .machinery.feasibility.shadow_prices import ShadowPrices, shadow_prices
from .machinery.feasibility.wider_ladders import COLUMNS as LADDER_COLUMNS
from .machinery.feasibility.wider_ladders import (
    NO_LADDERS,
    LadderSolves,
    WiderLadders,
    ladder_sentences,
    least_told,
    wider_ladders,
)
from .machinery.sessions.context import AnalysisContext, pose
from .machinery.sessions.lanes import work_ahead
from .machinery.sessions.solver_session import AskedOf, SolveOptions, SolverSession, question

_ALWAYS = tuple(key for key, spec in RULE_SPECS.items() if spec.bars_providers)
"""Rules that keep providers out, which no row of an audit tells of."""
_KEEPING_OUT = tuple(f"excluded_{kind.listed}" for kind in DECISION_KINDS.values())
"""Rules that keep something else out altogether."""

_COLUMNS = {
    "costs": {
        "rank": "1 for the dearest rule",
        "rule": "rule, as in the scenario or in the tables",
        "scope": "tier, provider, criterion or name it is about; blank for the whole plan",
        "unit": "unit of limit and step",
        "limit": "limit in force, in `unit`; blank for a rule that is on or off",
        "gain_dropped": "objective gained without the rule, all others held, {money}; blank where no plan was found in "
        "time",
        "gain_dropped_yearly": "the same without what is paid once, {money}",
        "one_off_dropped": "one-off cost of the plan without the rule less that of the plan, {once}",
        "gain_dropped_at_most": "most that can be gained without the rule, proved, {money}",
        "step": "step of loosening, in `unit`",
        "limit_loosened": "limit after one step, in `unit`",
        "gain_step": "objective gained by loosening one step, solved again, {money}",
        "gain_step_yearly": "the same without what is paid once, {money}",
        "one_off_step": "one-off cost of the plan after one step less that of the plan, {once}",
        "gain_step_at_most": "most that can be gained by one step, proved, {money}",
        "shadow_price": "what one step brings at the margin with the plan's structure (menus, coverage, providers, "
        "parts policies) as it is, from multipliers and not solved again, {money}",
        "moves": "what changes in the plan when the rule is dropped",
    },
    "stopped": STOPPED,
    "ladders": LADDER_COLUMNS,
}


@dataclass(frozen=True)
class _Cost:
    lever: Lever
    dropped: Result
    loosened: Result | None
    shadow: float | None


@question
def explain(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    result: Result | None = None,
    rules: Sequence[str] | None = None,
    **options: Unpack[SolveOptions],
) -> Answer:
    """What each rule costs: the objective gained without it, and by loosening it one stated step, all others held.

    Every binding rule is looked at, each for itself: those within 0.1 % of their limit in the plan or in the way of a
    price's next step on its ladder, whatever the case requires or excludes, and rules on partner quality; `rules` names
    others instead. Both gains are solved again; beside them stands the shadow price, which holds the plan's structure.
    So is what one more step brings where a price stands at the end of its ladder (table `ladders`). Raises `CaseError`
    for a name that no rule of the scenario has.
    """
    posed = pose(case, scenario, **options)
    on = levers(posed.case, posed.scenario)
    chosen = None if rules is None else named(on, rules)
    context = posed.context(result)
    if context.result.plan is None:
        return context.nothing("explain")
    steps = price_steps(Demand(context.case), context.scenario, context.plan.menus)
    stops = set(stopped_steps(steps)["rule"])
    binding = [lever for lever in on if not lever.idle and (lever.rule in stops or _binds(context.result, lever))]
    asked = binding if chosen is None else chosen
    prices = shadow_prices(context.case, context.scenario, context.plan, seconds=context.session.seconds_left)
    ladders = LadderSolves.of(context) if rules is None else None
    costs = _costs(context, asked, stops, prices, ladders)
    return _answer(context, costs, steps, NO_LADDERS if ladders is None else wider_ladders(context, ladders))


def _binds(result: Result, lever: Lever) -> bool:
    """Whether a plan leaves a rule no room, by its audit."""
    if lever.limit is None or lever.rule in _ALWAYS:
        return True
    assert result.audit is not None  # there is a plan
    rows = result.audit.rules[result.audit.rules["rule"] == lever.rule]
    if lever.scope:
        rows = rows[rows["scope"].map(lambda scope: lever.scope in _names(scope)).astype(bool)]
    sides = rows[["value", "limit"]].abs().max(axis=1)
    return bool((rows["slack"] <= NEAR * sides.clip(lower=1.0)).any())


def _names(scope: str) -> list[str]:
    """Names of a scope such as `tier=gold; region=east`."""
    return [part.partition("=")[2] for part in scope.split("; ")]


def _costs(
    context: AnalysisContext,
    asked: Sequence[Lever],
    stops: set[str],
    prices: ShadowPrices | None,
    ladders: LadderSolves | None,
) -> list[_Cost]:
    """What each rule costs: many at once where no gap is asked for, and alone those that this leaves or are dear."""
    session = context.session
    solves = {lever: RuleSolves.of(lever, context.scenario) for lever in asked}
    shadows = {lever: _shadow(context, one.looser, prices) for lever, one in solves.items()}
    cheap = [lever for lever in asked if not _is_likely_dear(context, lever, stops, shadows[lever])]
    known = {} if session.brief is None else jointly_dropped(context, cheap)
    found = {
        lever: _Cost(lever, one, None if solves[lever].looser is None else one, shadows[lever])
        for lever, one in known.items()
    }
    tasks = {lever: one for lever, one in solves.items() if lever not in found}
    work_ahead(session, [*([ladders] if ladders is not None and ladders.ends else []), *tasks.values()])
    for lever in session.each(list(tasks), lambda lever: tasks[lever].name):
        found[lever] = _Cost(lever, *tasks[lever].run(session), shadows[lever])
    return [found[lever] for lever in asked if lever in found]


def _is_likely_dear(context: AnalysisContext, lever: Lever, stops: set[str], shadow: float | None) -> bool:
    """Whether a rule says, before it is dropped, that it costs something: what it keeps out, prices in its way, or its
    shadow price."""
    return lever.rule in stops or lever.rule in _KEEPING_OUT or (shadow or 0.0) > least_told(context.result)


def _shadow(context: AnalysisContext, looser: Scenario | None, prices: ShadowPrices | None) -> float | None:
    if prices is None or looser is None or _half_is_over(context.session):
        return None
    return prices.gain(apply_scenario(context.session.case, looser)[0], looser)


def _half_is_over(session: SolverSession) -> bool:
    """Whether half of the time that was given is over, so that the rest is for what is solved."""
    left, given = session.seconds_left, session.time_limit
    return left is not None and given is not None and left < given / 2


def _gains(base: Result, other: Result | None) -> tuple[float | None, float | None]:
    """Objective gained, and the most that can be: never less than nothing, as the plan itself obeys fewer rules."""
    if other is None or base.objective is None:
        return None, None
    gained = None if other.objective is None else max(0.0, other.objective - base.objective)
    return gained, None if other.bound is None else max(gained or 0.0, other.bound - base.objective)


def _row(context: AnalysisContext, cost: _Cost) -> dict[str, object]:
    lever = cost.lever
    dropped, dropped_at_most = _gains(context.result, cost.dropped)
    step, step_at_most = _gains(context.result, cost.loosened)
    moves = "" if cost.dropped.plan is None else "; ".join(structure_moves(context.plan, cost.dropped.plan))
    return {
        "rule": lever.rule,
        "scope": lever.scope,
        "unit": lever.unit,
        "limit": lever.limit,
        **_apart("dropped", context.result, cost.dropped, dropped),
        "gain_dropped_at_most": dropped_at_most,
        "step": lever.step,
        "limit_loosened": None if lever.limit is None else lever.loosened(lever.limit),
        **_apart("step", context.result, cost.loosened, step),
        "gain_step_at_most": step_at_most,
        "shadow_price": cost.shadow,
        "moves": moves,
    }


def _apart(what: str, base: Result, other: Result | None, gain: float | None) -> dict[str, object]:
    """A gain, and its parts that come every year and once; where nothing is gained, nothing need be paid for it."""
    once = extra_once(other, base) if gain != 0 else 0.0
    yearly = yearly_gain(gain, once, base.objective_name)
    return {f"gain_{what}": gain, f"gain_{what}_yearly": yearly, f"one_off_{what}": once}


def _answer(context: AnalysisContext, costs: list[_Cost], steps: pd.DataFrame, wider: WiderLadders) -> Answer:
    table = pd.DataFrame([_row(context, cost) for cost in costs], columns=[*list(_COLUMNS["costs"])[1:]])
    texts = ("rule", "scope", "unit", "moves")
    table = table.astype({name: float for name in table.columns if name not in texts})
    table = table.sort_values(["gain_dropped", "gain_step"], ascending=False, kind="stable").reset_index(drop=True)
    table.insert(0, "rank", range(1, len(table) + 1))
    others = [result for cost in costs for result in (cost.dropped, cost.loosened) if result is not None]
    others += wider.results
    facts = {"objective": context.result.objective, "bound": context.result.bound, "rules": len(costs)}
    sentences = [*_sentences(context, table, stopped_options(steps)), *ladder_sentences(context, wider)]
    tables = {"costs": table, "stopped": stopped_steps(steps), "ladders": wider.table()}
    shown = ["costs", *(name for name in ("stopped", "ladders") if len(tables[name]))]
    return context.answer("explain", tables, _COLUMNS, sentences, facts, others, shown)


MOST_SENTENCES = 8
"""Rules put into a sentence; the table has them all."""


def _sentences(context: AnalysisContext, table: pd.DataFrame, stops: Mapping[str, list[str]]) -> list[str]:
    if table.empty and context.session.stopped:
        return []
    if table.empty:
        return [
            "No rule leaves the plan without room, so none was dropped and solved again. One with room may still keep "
            "a plan of another kind out: name it to see."
        ]
    currency = context.result.currency
    left_open = (context.result.bound or 0.0) - (context.result.objective or 0.0)
    dear = table[table["gain_dropped"] > least_told(context.result)]
    lines = [
        f"{_sentence(row, context.result)}{_stops(stops.get(str(row['rule']), []))}"
        for row in dear.head(MOST_SENTENCES).to_dict("records")
    ]
    if len(dear) < len(table):
        others = "None of the rules looked at" if dear.empty else f"None of the other {len(table) - len(dear)}"
        most = table.drop(index=dear.index)["gain_dropped_at_most"].max()
        amount = ProvedAmount(0.0, inf if pd.isna(most) else most, context.result.objective or 0.0)
        lines.append(
            f"{others}, each dropped with all other rules held, was found to cost more than the "
            f"{money(left_open, currency)} that the plan's own proof leaves open: each costs "
            f"{amount.undecided_in_words(currency)}. Two that stand in for each other may cost more together."
        )
    return lines


def _stops(options: list[str]) -> str:
    return f" It is in the way of {first_places(options)}." if options else ""


def _name(row: dict[object, object]) -> str:
    return f"{row['rule']} ({row['scope']})" if row["scope"] else str(row["rule"])


def _sentence(row: dict[object, object], base: Result) -> str:
    goal, currency = base.objective_name, base.currency
    at = "" if pd.isna(row["limit"]) else f" at {row['limit']:.6g} {row['unit']}"  # type: ignore[call-overload]  # cells
    cost, once = _gain_in_words(row, "dropped", goal, currency)
    dropped = f"{_name(row)}{at} costs {cost} of {goal.replace('_', ' ')} a year{once} with all other rules held"
    if pd.isna(row["gain_step"]):  # type: ignore[call-overload]
        return f"{dropped}."
    return f"{dropped}; the first {row['step']:.6g}: {_step_in_words(row, base)}."


def _step_in_words(row: dict[object, object], base: Result) -> str:
    """What one step gains, undecided where that is no more than the plan's own proof leaves open."""
    gain, most = float(str(row["gain_step"])), float(str(row["gain_step_at_most"]))
    if gain > least_told(base):
        return "".join(_gain_in_words(row, "step", base.objective_name, base.currency))
    return ProvedAmount(0.0, inf if isnan(most) else most, base.objective or 0.0).undecided_in_words(base.currency)


def _gain_in_words(row: dict[object, object], what: str, goal: str, currency: str) -> tuple[str, str]:
    """What comes every year, and what is paid once."""
    yearly, once = (float(str(row[name])) for name in (f"gain_{what}_yearly", f"one_off_{what}"))
    return money(yearly, currency), beside_gain(once, goal, currency)
