"""`diagnose`: what stands in the way of a scenario, how little would have to give, and how far each target can go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Unpack

import pandas as pd

from models import Case, Scenario, apply_scenario
from models.rules import RULE_SPECS

from ..assurance.result import Result
from ..results.record import Status
from ..results.summary import money
from .machinery.answers.answer import Answer
from .machinery.feasibility.correction_sets import CorrectionSet, minimal_correction_sets
from .machinery.feasibility.feasible_limit import FeasibleLimit, furthest
from .machinery.feasibility.iis import Iis, find_iis
from .machinery.feasibility.levers import Lever, levers, named
from .machinery.sessions.context import AnalysisContext
from .machinery.sessions.solver_session import SolveOptions, SolverSession, at_work, question

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
    case: Case | SolverSession,
    scenario: str | Scenario = "base",
    *,
    targets: Sequence[str] | None = None,
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
    bench = at_work(case, **options)
    changed, wanted = apply_scenario(bench.case, scenario)
    rules = levers(changed, wanted)
    usual = [lever for lever in rules if RULE_SPECS[lever.rule].target and not lever.idle]
    asked = usual if targets is None else named(rules, targets)
    result = bench.any_plan(wanted, label="the scenario as it is")
    subject = AnalysisContext(bench, wanted, changed, result)
    conflict = find_iis(bench, wanted, rules) if result.status is Status.INFEASIBLE else None
    ways = minimal_correction_sets(bench, wanted, rules, conflict) if conflict is not None else []
    limited = [lever for lever in asked if lever.limit is not None]
    reaches = [_furthest(bench, wanted, lever, conflict) for lever in bench.each(limited)]
    return _answer(subject, conflict, ways, reaches)


def _furthest(bench: SolverSession, scenario: Scenario, lever: Lever, conflict: Iis | None) -> FeasibleLimit:
    if conflict is not None and lever not in conflict.rules:
        return FeasibleLimit(lever, None, None, None, never=True)  # the others contradict each other without it
    return furthest(bench, scenario, lever)


def _answer(
    subject: AnalysisContext, conflict: Iis | None, ways: list[CorrectionSet], reaches: list[FeasibleLimit]
) -> Answer:
    tables = {"conflict": _conflict_table(conflict), "ways": _ways_table(ways), "targets": _targets_table(reaches)}
    tables = {name: table.reindex(columns=list(_COLUMNS[name])) for name, table in tables.items()}
    feasible = subject.result.plan is not None
    proved = feasible or (conflict is not None and conflict.minimal)
    facts = {
        "feasible": None if subject.result.status is Status.NO_PLAN else feasible,
        "conflict": [*(lever.name for lever in conflict.rules), *conflict.held] if conflict else [],
        "conflict_is_minimal": proved,
        "ways": [[lever.name for lever in way.rules] for way in ways],
    }
    sentences = [_verdict(subject.result, conflict), *map(_way_in_words, ways), *_targets_in_words(reaches)]
    answer = subject.answer("diagnose", tables, _COLUMNS, sentences, facts, [way.result for way in ways])
    return _with_gap(answer, [way.result for way in ways], proved and not subject.session.stopped)


def _with_gap(answer: Answer, results: Sequence[Result], proved: bool) -> Answer:
    """The gap of the best plans alone: that a plan exists needs none, and neither does that there is none."""
    gaps = [result.gap for result in results if result.gap is not None]
    status = Status.OPTIMAL if proved else Status.FEASIBLE
    return replace(answer, gap=max(gaps, default=0.0), status=status, shown=tuple(_shown(answer)))


def _shown(answer: Answer) -> list[str]:
    return [name for name in ("conflict", "ways", "targets") if len(answer.tables[name])]


def _limit_cells(lever: Lever) -> dict[str, object]:
    return {"rule": lever.rule, "scope": lever.scope, "unit": lever.unit, "limit": lever.limit}


def _conflict_table(conflict: Iis | None) -> pd.DataFrame:
    rules = conflict.rules if conflict else ()
    return pd.DataFrame([{**_limit_cells(lever), "confirmed": bool(conflict and conflict.minimal)} for lever in rules])


def _ways_table(ways: list[CorrectionSet]) -> pd.DataFrame:
    rows = []
    for number, way in enumerate(ways, 1):
        for lever, reach in zip(way.rules, way.reaches, strict=True):
            given = reach.within if reach else None
            row = {"way": number, **_limit_cells(lever), "needed": given, "objective": way.result.objective}
            row["loosening"] = None if given is None or lever.limit is None else abs(given - lever.limit)
            rows.append({**row, "out_of_reach": reach.beyond if reach else None, "proved": not reach or reach.proved})
    return pd.DataFrame(rows)


def _targets_table(reaches: list[FeasibleLimit]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                **_limit_cells(reach.lever),
                "best": reach.within,
                "out_of_reach": reach.beyond,
                "room": _room(reach),
                "proved": reach.proved,
            }
            for reach in reaches
        ]
    )


def _room(reach: FeasibleLimit) -> float | None:
    if reach.within is None or reach.lever.limit is None:
        return None
    return (reach.within - reach.lever.limit) * (1 if reach.lever.down else -1)


def _verdict(result: Result, conflict: Iis | None) -> str:
    if result.plan is not None:
        return "Nothing stands in the way: some plan obeys every rule."
    if result.status is Status.NO_PLAN:
        return "Whether some plan obeys every rule was not found out in the time allowed."
    if conflict is None:
        return "No plan obeys every rule, proved; which rules contradict each other was not found in the time allowed."
    return _contradiction(conflict)


def _contradiction(conflict: Iis) -> str:
    """What no plan obeys, with what was set aside in the proof; a rule that never was is told with the rest."""
    if conflict.hard and not conflict.held:
        return "No plan exists even without every rule: the work that contracts in force cause cannot be delivered."
    rest = "every other rule set aside"
    proof = f"proved with {rest}" if conflict.held else "proved, whatever becomes of the other rules"
    names = [*map(_in_words, conflict.rules), *conflict.held]
    if len(names) == 1:
        return f"No plan obeys {names[0]}, {proof}."
    tail = f"Without any one of them there is a plan for the rest of them, with {rest}."
    told = f"No plan obeys these {len(names)} rules together, {proof}: {'; '.join(names)}."
    return f"{told} {tail if conflict.minimal else 'Perhaps fewer would do.'}"


def _in_words(lever: Lever) -> str:
    return lever.name if lever.limit is None else f"{lever.name} at {lever.limit:.6g} {lever.unit}"


def _way_in_words(way: CorrectionSet) -> str:
    parts = [_give_in_words(way, place) for place in range(len(way.rules))]
    earned = "" if way.result.objective is None else f": {money(way.result.objective, way.result.currency)} a year then"
    return f"Enough to give, with all other rules held: {' and '.join(parts)}{earned}."


def _give_in_words(way: CorrectionSet, place: int) -> str:
    """How far a rule of a way gives, and what is proved not to be enough beside what else was held in that proof."""
    lever, reach = way.rules[place], way.reaches[place]
    if reach is None or reach.within is None or lever.limit is None:
        return f"{lever.name}, dropped"
    given = f"{lever.name} from {lever.limit:.6g} to {reach.within:.6g}"
    if reach.beyond is None:
        return given
    before = [_given_way(other, found) for other, found in zip(way.rules[:place], way.reaches, strict=False)]
    beside = ", ".join([*before, *(f"{other.name} dropped" for other in way.rules[place + 1 :])])
    held = f"{beside} and all other rules held" if beside else "all other rules held"
    return f"{given} (with {held}, {reach.beyond:.6g} is proved not to be enough)"


def _given_way(lever: Lever, reach: FeasibleLimit | None) -> str:
    return f"{lever.name} dropped" if reach is None or reach.within is None else f"{lever.name} at {reach.within:.6g}"


def _targets_in_words(reaches: list[FeasibleLimit]) -> Iterator[str]:
    yield from (_target_in_words(reach) for reach in reaches if not reach.never)
    never = [reach.lever.name for reach in reaches if reach.never]
    if never:
        yield (
            "With all other rules held no limit of these alone leaves a plan, since those others contradict each "
            f"other: {', '.join(never)}."
        )


def _target_in_words(reach: FeasibleLimit) -> str:
    lever = reach.lever
    if reach.has_to_go:
        told = f"there is a plan without this rule, but none at {reach.beyond:.6g} {lever.unit} or tighter, proved"
        return f"{lever.name}: with all other rules held, {told}."
    if reach.within is None:
        return f"{lever.name}: with all other rules held, no limit with a plan was found in the time allowed."
    proof = "" if reach.beyond is None else f"; {reach.beyond:.6g} is proved out of reach"
    return (
        f"{lever.name}: can go to {reach.within:.6g} {lever.unit} with all other rules held "
        f"(now {lever.limit:.6g}{proof})."
    )
