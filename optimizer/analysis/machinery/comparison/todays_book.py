"""Today's price book as a plan: the menus in force, with the best delivery for them."""

from __future__ import annotations

from dataclasses import replace

from models import CaseError, Problem, Scenario, apply_scenario, named_scenario

from ....assurance.result import Result
from ....auditing import broken_rules
from ....program.instance import build_instance
from ....results.record import Status
from ....solving.todays_plan import TOO_LATE, plan_of_today
from ..sessions.solver_session import SolverSession


def today(session: SolverSession, scenario: str | Scenario = "base") -> Result:
    """The plan that the baseline of every run under a scenario tells the amounts of.

    Every product but the excluded ones is supported and covered; rules on menus, tiers, models, prices,
    margins and cost to serve do not bind. Raises `CaseError` where the case has no current_menus.
    """
    current = session.case.tables["current_menus"]
    if current.empty:
        expected = "a table current_menus with today's price book"
        raise CaseError([Problem("current_menus", "there is no plan of today without it", expected=expected)])
    wanted = named_scenario(session.case, scenario)
    if session.stopped:
        return session.unasked(wanted, "today")
    session.report("today")
    changed, _ = apply_scenario(session.case, wanted)
    instance = build_instance(changed, wanted)
    plan, reason = plan_of_today(instance, session.limit_of_last())
    status = Status.OPTIMAL if plan is not None else Status.NO_PLAN if reason == TOO_LATE else Status.INFEASIBLE
    objective = None if plan is None else plan.kpis[wanted.objective]
    found = session.unasked(wanted)
    return replace(
        found,
        status=status,
        plan=plan,
        objective=objective,
        bound=objective,
        gap=None if plan is None else 0.0,
        reason=reason,
        menus_given=True,
        broken_rules=() if plan is None else broken_rules(changed, wanted, plan.menus),
    )
