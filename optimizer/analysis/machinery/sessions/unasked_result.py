"""The result of a question that was not asked, for want of time or on request."""

from __future__ import annotations

from models import Case, Scenario

from ....assurance.result import Result
from ....results.record import Status


def unasked_result(case: Case, scenario: Scenario, *, interrupted: bool) -> Result:
    """A result without plan and bound, which says why nothing was asked."""
    return Result(
        status=Status.NO_PLAN,
        case_name=case.settings.name,
        scenario_name=scenario.name,
        objective_name=scenario.objective,
        currency=case.settings.currency,
        objective=None,
        bound=None,
        gap=None,
        seconds=0.0,
        plan=None,
        reason="A stop came before this was asked." if interrupted else "The time was up before this was asked.",
        interrupted=interrupted,
    )
