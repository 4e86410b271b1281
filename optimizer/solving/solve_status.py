"""How a solve ended: its status by what was proved, and its audit."""

from __future__ import annotations

from dataclasses import replace

from models.case import Case
from models.scenario import Scenario

from ..assurance.result import Result
from ..auditing import audit, audit_closest
from ..lp.tolerances import ROUNDING
from ..program.delivery import SECOND_STAGE_SLACK
from ..results.findings import Audit
from ..results.plan_document import claims
from ..results.record import Status
from ..search.state.objective_scale import relative_gap
from .engine import Found


def status_of(found: Found, gap: float, give: float | None = None) -> Status:
    """Status of a search: infeasible, no plan, optimal within the gap (and what it may `give`), or feasible."""
    if found.plan is None:
        return Status.INFEASIBLE if found.infeasible else Status.NO_PLAN
    assert found.objective is not None
    assert found.bound is not None
    allowed = gap + SECOND_STAGE_SLACK + ROUNDING
    left = relative_gap(found.bound, found.objective)
    if give is not None:
        allowed += give
        left *= max(1.0, abs(found.objective)) / max(1.0, abs(found.objective), abs(found.bound))
    return Status.OPTIMAL if left <= allowed else Status.FEASIBLE


def audited(case: Case, scenario: Scenario, result: Result) -> Result:
    """The result with its audit; a plan that fails it is never called optimal."""
    plan = result.plan
    if result.closest is not None:
        return replace(result, audit=audit_closest(case, scenario, result.closest, claims(result)))
    if plan is None:
        return result
    verdict: Audit = audit(case, scenario, plan, claims(result), menus_given=result.menus_given)
    if not verdict.ok and result.status is Status.OPTIMAL:
        result = replace(result, status=Status.FEASIBLE, reason="The plan fails its audit; see the audit's rows.")
        verdict = audit(case, scenario, plan, claims(result), menus_given=result.menus_given)
    return replace(result, audit=verdict)
