"""The result of a question that was not asked, for want of time or on request."""

from __future__ import annotations

from collections.abc import Sequence

from models import Case, Scenario

from ....assurance.result import Result
from ....results.record import Status

MOST_NAMED = 8
"""Most questions named of those that a stop left out."""


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


def stopped_in_words(left_out: Sequence[str], *, interrupted: bool) -> list[str]:
    """What a stop left out of an answer, in sentences."""
    lead = "Stopped" if interrupted else "The time was up"
    names = list(dict.fromkeys(filter(None, left_out)))
    more = "" if len(names) <= MOST_NAMED else f" and {len(names) - MOST_NAMED} more"
    missing = [f"Not asked: {', '.join(names[:MOST_NAMED])}{more}."] if names else []
    return [*missing, f"{lead} before everything was asked and proved; what is missing is left out."]
