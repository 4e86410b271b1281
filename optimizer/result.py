"""What a solve returns: a status, a proof, a plan and its audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from models.plan import Plan

if TYPE_CHECKING:
    from .audit import Audit


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
    audit: Audit | None = None
    """The plan recomputed without the search; None without a plan."""
    menus_given: bool = False
    """Whether the menus were given to `evaluate`, so that no rule on menus, tiers, models and prices binds them."""

    @property
    def gain_gap(self) -> float | None:
        """(bound - objective) / max(1, objective - no_contract_objective): the gap as a share of what contracts win."""
        if self.bound is None or self.objective is None or self.no_contract_objective is None:
            return None
        return (self.bound - self.objective) / max(1.0, self.objective - self.no_contract_objective)

    def save(self, path: str | Path) -> Path:
        """Write the run folder `path`, replacing an earlier run there (see `optimizer.run_folder.save_run`)."""
        from .run_folder import save_run

        return save_run(self, path)

    @staticmethod
    def load(path: str | Path) -> Result:
        """Read a run folder; raises `models.RunError` that lists every fault (see `optimizer.run_folder.load_run`)."""
        from .run_folder import load_run

        return load_run(path)
