"""`diagnose`: what stands in the way of a scenario, how little would have to give, and how far each target can go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Unpack

import pandas as pd

from models import Scenario
from models.rules import RULE_SPECS

from ..assurance.result import Result
from ..results.record import Status
from ..results.summary import money
from .machinery.answers.answer import Answer
from .machinery.feasibility.correction_sets import CorrectionSet, minimal_correction_sets
from .machinery.feasibility.feasible_limit import FeasibleLimit, furthest
from .machinery.feasibility.iis import Iis, find_iis
from .machinery.feasibility.levers import Lever, levers, named
from .machinery.sessions.context import AnalysisContext, pose
from .machinery.sessions.solver_session import AskedOf, SolveOptions, SolverSession, question

_LIMIT = {
    "rule": "rule, as in the scenario or in the tables",
    "scope": "tier, provider, criterion or name it is about; blank for the whole plan",
    "unit": "unit of the limits",
    "limit": "limit in force, in `unit`; blank for a rule that is on or off",
}
_COLUMNS = {
    "conflict": {
        **_LIMIT,
        "confirmed": "whether it is confirmed that without this rule some plan obeys the others of this table, with "
        "every rule outside of it set aside",
    },
    "ways": {
        "way": "number of the way; its rules give together",
        **_LIMIT,
        "needed": "tightest limit found that leaves a plan with the rest of the way given and all other rules held, in "
        "`unit`; blank where the rule has to go",
        "loosening": "how far the limit gives, in `unit`",
        "out_of_reach": "loosest limit proved to leave no plan with the rows of the way above this one given as far as "
        "needed, those below it set aside and all other rules held, in `unit`; blank where none was proved",
        "proved": "whether the two are closer than a twentieth of a step",
        "objective": "best objective of the scenario then, {money}",
    },
    "targets": {
        **_LIMIT,
        "best": "tightest limit that some plan reaches with all other rules held, in `unit`; blank where none was "
        "found",
        "out_of_reach": "loosest limit proved out of reach with all other rules held, in `unit`; blank where none was "
        "proved",
        "room": "how much tighter than the limit in force the best is, in `unit`; negative where it has to give",
        "proved": "whether the two are closer than a twentieth of a step, or no plan obeys the other rules together",
    },
}


@question
def diagnose(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    targets: Sequence[str] | None = None,
    result: Result | None = None,
    **options: Unpack[SolveOptions],
) -> Answer:
    """What stands in the way of a plan for a scenario.

    Tables: `conflict` (a smallest set of rules that contradict each other whatever becomes of the rest: without any
    one of them the others of the set can be obeyed), `ways` (sets of rules that are enough if they give, how far, and
    the best plan then) and `targets` (how far each rule named in `targets` can be tightened or must be loosened). Ways
    and targets hold all other rules: a limit that is proved not to be enough may be, once another rule gives too.
    Every limit stands between one that a plan was found for and one proved out of reach. Raises `CaseError` for
    a target that no rule of the scenario has.
    """
    posed = pose(case, scenario, **options)
    session, wanted, rules = posed.session, posed.scenario, levers(posed.case, posed.scenario)
    usual = [lever for lever in rules if RULE_SPECS[lever.rule].target and not lever.idle]
    asked = usual if targets is None else named(rules, targets)
    context = posed.any_plan(result)
    infeasible = context.result.status is Status.INFEASIBLE
    iis = find_iis(session, wanted, rules) if infeasible else None
    ways = minimal_correction_sets(session, wanted, rules, iis) if iis is not None else []
    limited = [lever for lever in asked if lever.limit is not None]
    limits = [_furthest(session, wanted, lever, iis) for lever in session.each(limited)]
    return _answer(context, iis, ways, limits)


def _furthest(session: SolverSession, scenario: Scenario, lever: Lever, iis: Iis | None) -> FeasibleLimit:
    if iis is not None and lever not in iis.rules and lever.name not in iis.held:
        return FeasibleLimit(lever, None, None, None, never=True)  # the others contradict each other without it
    return furthest(session, scenario, lever)


def _answer(
    context: AnalysisContext, iis: Iis | None, ways: list[CorrectionSet], limits: list[FeasibleLimit]
) -> Answer:
    tables = {"conflict": _conflict_table(iis), "ways": _ways_table(ways), "targets": _targets_table(limits)}
    tables = {name: table.reindex(columns=list(_COLUMNS[name])) for name, table in tables.items()}
    feasible = context.result.plan is not None
    proved = feasible or (iis is not None and iis.minimal)
    facts = {
        "feasible": None if context.result.status is Status.NO_PLAN else feasible,
        "conflict": [*(lever.name for lever in iis.rules), *iis.held] if iis else [],
        "conflict_is_minimal": proved,
        "ways": [[lever.name for lever in way.rules] for way in ways],
    }
    sentences = [_verdict(context.result, iis), *map(_way_in_words, ways), *_targets_in_words(limits, iis)]
    answer = context.answer("diagnose", tables, _COLUMNS, sentences, facts, [way.result for way in ways])
    return _with_gap(answer, [way.result for way in ways], proved and not context.session.stopped)


def _with_gap(answer: Answer, results: Sequence[Result], proved: bool) -> Answer:
    """The gap of the best plans alone: that a plan exists needs none, and neither does that there is none."""
    gaps = [result.gap for result in results if result.gap is not None]
    status = Status.OPTIMAL if proved else Status.FEASIBLE
    return replace(answer, gap=max(gaps, default=0.0), status=status, shown=tuple(_shown(answer)))


def _shown(answer: Answer) -> list[str]:
    return [name for name in ("conflict", "ways", "targets") if len(answer.tables[name])]


def _limit_cells(lever: Lever) -> dict[str, object]:
    return {"rule": lever.rule, "scope": lever.scope, "unit": lever.unit, "limit": lever.limit}


def _conflict_table(iis: Iis | None) -> pd.DataFrame:
    rules = iis.rules if iis else ()
    return pd.DataFrame([{**_limit_cells(lever), "confirmed": bool(iis and iis.minimal)} for lever in rules])


def _ways_table(ways: list[CorrectionSet]) -> pd.DataFrame:
    rows = []
    for number, way in enumerate(ways, 1):
        for lever, feasible in zip(way.rules, way.limits, strict=True):
            given = feasible.within if feasible else None
            row = {"way": number, **_limit_cells(lever), "needed": given, "objective": way.result.objective}
            row["loosening"] = None if given is None or lever.limit is None else abs(given - lever.limit)
            rows.append(
                {
                    **row,
                    "out_of_reach": feasible.beyond if feasible else None,
                    "proved": not feasible or feasible.proved,
                }
            )
    return pd.DataFrame(rows)


def _targets_table(limits: list[FeasibleLimit]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                **_limit_cells(feasible.lever),
                "best": feasible.within,
                "out_of_reach": feasible.beyond,
                "room": _room(feasible),
                "proved": feasible.proved,
            }
            for feasible in limits
        ]
    )


def _room(feasible: FeasibleLimit) -> float | None:
    if feasible.within is None or feasible.lever.limit is None:
        return None
    return (feasible.within - feasible.lever.limit) * (1 if feasible.lever.down else -1)


def _verdict(result: Result, iis: Iis | None) -> str:
    if result.plan is not None:
        return "Nothing stands in the way: some plan obeys every rule."
    if result.status is Status.NO_PLAN:
        return "Whether some plan obeys every rule was not found out in the time allowed."
    if iis is None:
        return "No plan obeys every rule, proved; which rules contradict each other was not found in the time allowed."
    return _contradiction(iis)


def _contradiction(iis: Iis) -> str:
    """What no plan obeys, with what was set aside in the proof; a rule that never was is told with the rest."""
    if iis.hard and not iis.held:
        return "No plan exists even without every rule: the work that contracts in force cause cannot be delivered."
    rest = "every other rule set aside"
    proof = f"proved with {rest}" if iis.held else "proved, whatever becomes of the other rules"
    names = [*map(_in_words, iis.rules), *iis.held]
    if len(names) == 1:
        return f"No plan obeys {names[0]}, {proof}."
    tail = f"Without any one of them there is a plan for the rest of them, with {rest}."
    told = f"No plan obeys these {len(names)} rules together, {proof}: {'; '.join(names)}."
    return f"{told} {tail if iis.minimal else 'Perhaps fewer would do.'}"


def _in_words(lever: Lever) -> str:
    return lever.name if lever.limit is None else f"{lever.name} at {lever.limit:.6g} {lever.unit}"


def _way_in_words(way: CorrectionSet) -> str:
    parts = [_give_in_words(way, place) for place in range(len(way.rules))]
    earned = "" if way.result.objective is None else f": {money(way.result.objective, way.result.currency)} a year then"
    return f"Enough to give, with all other rules held: {' and '.join(parts)}{earned}."


def _give_in_words(way: CorrectionSet, place: int) -> str:
    """How far a rule of a way gives, and what is proved not to be enough beside what else was held in that proof."""
    lever, feasible = way.rules[place], way.limits[place]
    if feasible is None or feasible.within is None or lever.limit is None:
        return f"{lever.name}, dropped"
    given = f"{lever.name} from {lever.limit:.6g} to {feasible.within:.6g}"
    if feasible.beyond is None:
        return given
    before = [_given_way(other, found) for other, found in zip(way.rules[:place], way.limits, strict=False)]
    beside = ", ".join([*before, *(f"{other.name} dropped" for other in way.rules[place + 1 :])])
    held = f"{beside} and all other rules held" if beside else "all other rules held"
    return f"{given} (with {held}, {feasible.beyond:.6g} is proved not to be enough)"


def _given_way(lever: Lever, feasible: FeasibleLimit | None) -> str:
    return (
        f"{lever.name} dropped"
        if feasible is None or feasible.within is None
        else f"{lever.name} at {feasible.within:.6g}"
    )


def _targets_in_words(limits: list[FeasibleLimit], iis: Iis | None) -> Iterator[str]:
    yield from (_target_in_words(feasible) for feasible in limits if not feasible.never)
    never = [feasible.lever.name for feasible in limits if feasible.never]
    if never:
        hard = iis is not None and iis.hard and not iis.held
        reason = "there is none even without every rule" if hard else "those others contradict each other"
        yield f"With all other rules held no limit of these alone leaves a plan, since {reason}: {', '.join(never)}."


def _target_in_words(feasible: FeasibleLimit) -> str:
    lever = feasible.lever
    if feasible.has_to_go:
        told = f"there is a plan without this rule, but none at {feasible.beyond:.6g} {lever.unit} or tighter, proved"
        return f"{lever.name}: with all other rules held, {told}."
    if feasible.within is None:
        return f"{lever.name}: with all other rules held, no limit with a plan was found in the time allowed."
    proof = "" if feasible.beyond is None else f"; {feasible.beyond:.6g} is proved out of reach"
    return (
        f"{lever.name}: can go to {feasible.within:.6g} {lever.unit} with all other rules held "
        f"(now {lever.limit:.6g}{proof})."
    )
