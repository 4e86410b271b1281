"""The record of a solve: a status, a proof, a plan and its audit, without what shows, saves and loads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

import pandas as pd

from models.plan import KPIS, Plan, kpi_unit

from .checkpoint import Checkpoint
from .closest_delivery import ClosestDelivery
from .findings import Audit
from .judged_plan import JudgedPlan
from .menu_reference import Near
from .run_reference import RunReference
from .warm_start import WarmStart, chosen_by, warm_start_of


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"
    """A plan proved within the gap asked for."""
    FEASIBLE = "feasible"
    """A limit came first; bound and gap are true."""
    INFEASIBLE = "infeasible"
    """Proved: no plan obeys every rule."""
    NO_PLAN = "no_plan"
    """A limit came first and nothing was found."""


class NoPlanError(ValueError):
    """A table was asked of a result that holds no plan."""


@dataclass(frozen=True)
class ResultRecord:
    """What `solve` or `evaluate` found. Without a plan, objective and gap are None, never zero."""

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
    near: Near | None = None
    """How near the plan is to the reference that `solve(near=...)` was given."""
    reason: str | None = None
    """For `infeasible` and `no_plan`: one sentence that says what stands in the way, where known."""
    closest: ClosestDelivery | None = None
    """For `infeasible` of given menus: the delivery that comes closest to the rules, and what it misses."""
    closest_reason: str | None = None
    """Why there is none, for `infeasible` of given menus."""
    start_judged: JudgedPlan | None = field(default=None, repr=False, compare=False)
    """For `infeasible` and `no_plan` of a solve with `start=`: the start's plan under what was asked, with the rules
    and conditions that it breaks and by how much. Not saved."""
    interrupted: bool = False
    """Whether Ctrl-C, a kernel's interrupt or `should_stop` ended the search before its proof."""
    manifest: Mapping[str, object] = field(default_factory=dict)
    audit: Audit | None = None
    """The plan recomputed without the search; None without a plan."""
    bound_rests_on: str | None = None
    """What the bound and the status rest on besides this search, in words; None where it proved them itself."""
    unchecked: str | None = field(default=None, compare=False)
    """Of a result from a run folder: what was not checked when it was opened, to be shown wherever it is; not saved."""
    saved_as: RunReference | None = field(default=None, repr=False, compare=False)
    """Of a result from a run folder: which run that is; not saved."""
    menus_given: bool = False
    """Whether the menus were given to `evaluate`, so that no rule on menus, tiers, models and prices binds them."""
    tiers: tuple[str, ...] = ()
    """The case's tiers from the lowest rank to the highest, for showing."""
    model_kinds: Mapping[str, str] = field(default_factory=dict)
    """Kind of each of the case's pricing models, for showing prices in words."""
    tiers_sold_today: tuple[str, ...] | None = None
    """Tiers of the case's current_menus; None where it has none."""
    models_sold_today: tuple[str, ...] | None = None
    """Pricing models of the case's current_menus; None where it has none."""
    warm_start_left: WarmStart | None = field(default=None, repr=False, compare=False)
    """What the search leaves to another (`solve(start=...)`); not saved."""
    state: Checkpoint | None = field(default=None, repr=False, compare=False)
    """What `solve(resume=...)` goes on from once the result is saved; None where the search ended with its proof."""
    effort: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)
    """Seconds by phase (`phases`), and how many columns, nodes and linear programs the search took; not saved."""

    @property
    def gain_gap(self) -> float | None:
        """(bound - objective) / max(1, objective - no_contract_objective): the gap as a share of what contracts win."""
        if self.bound is None or self.objective is None or self.no_contract_objective is None:
            return None
        return (self.bound - self.objective) / max(1.0, self.objective - self.no_contract_objective)

    @property
    def warm_start(self) -> WarmStart:
        """What another solve can start from: what the search leaves, or what a saved plan tells."""
        left = self.warm_start_left
        if self.plan is None:
            return left or WarmStart()
        return warm_start_of(self.plan) if left is None else replace(left, chosen=chosen_by(self.plan))

    @property
    def with_closest(self) -> Self:
        """The record with what comes closest to the rules in the place of the plan it lacks, to show both alike."""
        return self if self.closest is None else replace(self, plan=self.closest.plan)

    @property
    def decided(self) -> Plan:
        """The plan; raises `NoPlanError` where there is none."""
        if self.plan is None:
            raise NoPlanError(
                f"scenario {self.scenario_name} of {self.case_name} ended {self.status}: there is no plan"
            )
        return self.plan

    @property
    def menus(self) -> pd.DataFrame:
        """One row per option offered (columns of menus.csv); raises `NoPlanError` without a plan, as all tables do."""
        return self.decided.menus

    @property
    def coverage(self) -> pd.DataFrame:
        """One row per price book and product it holds (columns of coverage.csv)."""
        return self.decided.coverage

    @property
    def uptake(self) -> pd.DataFrame:
        """What each cohort buys, money a year (columns of uptake.csv)."""
        return self.decided.uptake

    @property
    def allocation(self) -> pd.DataFrame:
        """Cases, hours and case cost a year by work class and provider (columns of allocation.csv)."""
        return self.decided.allocation

    @property
    def fulfilment(self) -> pd.DataFrame:
        """Parts cases and their cost a year by product, tier and policy (columns of fulfilment.csv)."""
        return self.decided.fulfilment

    @property
    def experience(self) -> pd.DataFrame:
        """What customers get against what the rules ask, by tier and region (columns of experience.csv)."""
        return self.decided.experience

    @property
    def kpis(self) -> pd.DataFrame:
        """One row per KPI: kpi, unit (`models.plan.kpi_unit`), value, and baseline (NaN where there is none)."""
        values, today = self.decided.kpis, self.baseline or {}
        rows = [(name, kpi_unit(name, self.currency), values[name], today.get(name)) for name in KPIS]
        frame = pd.DataFrame(rows, columns=["kpi", "unit", "value", "baseline"])
        return frame.astype({"value": float, "baseline": float})
