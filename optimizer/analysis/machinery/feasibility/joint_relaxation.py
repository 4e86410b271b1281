"""Joint relaxation: many rules dropped in one solve, since what all together gain at most no one of them exceeds.

Group testing (Dorfman 1943) of rules that are expected to cost nothing. Each rule dropped only adds plans, so that a
bound without all of them holds without any one of them, dropped or loosened. Where a better plan is found instead,
rules that it obeys are tried again without those that it breaks.
"""

from __future__ import annotations

from collections.abc import Sequence

from models.plan import Plan

from ....assurance.result import Result
from ..sessions.brief_solves import NODES
from ..sessions.context import AnalysisContext
from ..sessions.reference_run import verdict_on
from .levers import Lever, all_dropped
from .rule_solves import gains_nothing

FEWER = 4
"""Times fewer nodes for a solve of many rules than for that of one: a part of them may be closed sooner."""


def jointly_dropped(context: AnalysisContext, group: Sequence[Lever]) -> dict[Lever, Result]:
    """The solve that answers each of some rules: without it, and without others, no plan gains what the proof resolves.

    Rules that have none are to be dropped alone: one by itself is not tried here.
    """
    found: dict[Lever, Result] = {}
    waiting = [_composable(group)]
    while waiting and not context.session.stopped:
        together = waiting.pop(0)
        if len(together) < 2:
            continue
        result = _solved(context, together)
        if gains_nothing(context.session, result):
            found |= dict.fromkeys(together, result)
        elif not context.session.stopped:
            waiting += _smaller(context, together, result)
    return found


def _composable(group: Sequence[Lever]) -> list[Lever]:
    """Those that each set something of their own, so that all can be dropped at once."""
    places = [lever.column or lever.rule for lever in group]
    return [lever for lever, place in zip(group, places, strict=True) if places.count(place) == 1]


def _solved(context: AnalysisContext, together: Sequence[Lever]) -> Result:
    context.session.expect(1)
    label = f"without any of {len(together)} rules"
    return context.session.solve(all_dropped(context.scenario, together), label=label, nodes=NODES // FEWER)


def _smaller(context: AnalysisContext, together: list[Lever], result: Result) -> list[list[Lever]]:
    """Those that the plan found obeys, where it breaks some and not all of them; else either half."""
    obeyed = [] if result.plan is None else _obeyed(context, together, result.plan)
    if 0 < len(obeyed) < len(together):
        return [obeyed]
    half = (len(together) + 1) // 2
    return [together[:half], together[half:]]


def _obeyed(context: AnalysisContext, together: list[Lever], plan: Plan) -> list[Lever]:
    """The rules that a plan made without all of them obeys by itself."""
    case, scenario = context.session.case, context.scenario
    others = {lever: all_dropped(scenario, [one for one in together if one is not lever]) for lever in together}
    return [lever for lever, without in others.items() if verdict_on(case, without, plan) is not None]
