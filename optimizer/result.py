"""What a solve returns: a status, a proof, a plan and its audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.plan import Plan


class Status(StrEnum):
    """How a solve ended (design section 4)."""

    OPTIMAL = "optimal"
    """A plan proved within the gap asked for."""
    FEASIBLE = "feasible"
    """A limit came first; bound and gap are true."""
    INFEASIBLE = "infeasible"
    """Proved: no plan obeys every rule."""
    NO_PLAN = "no_plan"
    """A limit came first and nothing was found."""


@dataclass(frozen=True)
class Result:
    """Outcome of `solve` or `evaluate`. Without a plan, objective and gap are None, never zero."""

    status: Status
    case_name: str
    scenario_name: str
    objective_name: str
    currency: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    plan: Plan | None
    no_contract_objective: float | None = None
    baseline: Mapping[str, float | None] | None = None
    baseline_reason: str | None = None
    broken_rules: tuple[str, ...] = ()
    """Rules that `evaluate` dropped and the given menus break, one sentence each."""
    reason: str | None = None
    """For `infeasible` and `no_plan`: one sentence that says what stands in the way, where known."""
    manifest: Mapping[str, object] = field(default_factory=dict)
