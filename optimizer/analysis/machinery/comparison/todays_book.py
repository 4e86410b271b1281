"""Today's price book as a plan: the menus in force, with the best delivery for them."""

from __future__ import annotations

from models import Case, CaseError, Change, Problem, Scenario, apply_scenario, named_scenario
from models.menus import todays_menus
from models.rules import NO_MONEY_RULES

from ....assurance.result import Result
from ..sessions.solver_session import SolverSession


def today(session: SolverSession, scenario: str | Scenario = "base") -> Result:
    """Result of `current_menus` under a scenario, as the baseline of every plan is defined.

    Every product but the excluded ones is supported and covered; rules on menus, tiers, models, prices,
    margins and cost to serve do not bind. Raises `CaseError` where the case has no current_menus.
    """
    if session.case.tables["current_menus"].empty:
        expected = "a table current_menus with today's price book"
        raise CaseError([Problem("current_menus", "there is no plan of today without it", expected=expected)])
    wanted = named_scenario(session.case, scenario)
    changed, _ = apply_scenario(session.case, wanted)
    return session.evaluate(_as_it_is(changed, wanted), menus=todays_menus(changed), label="today")


def _as_it_is(changed: Case, scenario: Scenario) -> Scenario:
    """The scenario without rules on money, and with every product that may be supported required."""
    changes = scenario.change
    if (changed.tables["products"]["support"] == "optional").any():
        required = Change(table="products", where={"support": "optional"}, column="support", set="required")
        changes = (*changes, required)
    return scenario.model_copy(update={"change": changes, **NO_MONEY_RULES})
