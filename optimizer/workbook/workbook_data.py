"""What a workbook is about: a run, the case it was made from, and today's price book delivered as well as it can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from models import Case, Scenario, apply_scenario
from models.plan import Plan

from ..analysis.machinery.answers.run_answers import RunAnswers
from ..assurance.result import Result
from ..assurance.run_audit import audit_run
from ..program.instance import build_instance
from ..results.findings import Audit
from ..solving.time_limit import Limit
from ..solving.todays_plan import plan_of_today
from .attribution import Attribution, attribute
from .lines import LINES, with_sums

PLAN, TODAY = "Plan", "Today"


@dataclass(frozen=True)
class WorkbookData:
    """A run with its case; everything that sheets show is worked out from these two."""

    original: Case
    """The case as it was read."""
    result: Result
    audited: Audit | None = None
    """The plan recomputed against the case as it is now, where that was done already."""
    answers: RunAnswers = field(default_factory=RunAnswers)
    """Answers about the run."""

    @cached_property
    def _applied(self) -> tuple[Case, Scenario]:
        return apply_scenario(self.original, self.result.scenario_name)

    @property
    def case(self) -> Case:
        """The case with the scenario's changes made."""
        return self._applied[0]

    @property
    def scenario(self) -> Scenario:
        """The scenario that was solved."""
        return self._applied[1]

    @cached_property
    def audit(self) -> Audit:
        """The plan recomputed against the case as it is now."""
        return audit_run(self.original, self.result) if self.audited is None else self.audited

    @cached_property
    def versions(self) -> Mapping[str, Plan]:
        """The plans side by side: today's, where the case has one that can be delivered, and the run's."""
        today = None
        if self.result.baseline is not None:
            today, _ = plan_of_today(build_instance(self.case, self.scenario), Limit(0.0, None, None))
        return {PLAN: self.result.decided} if today is None else {TODAY: today, PLAN: self.result.decided}

    @cached_property
    def attributions(self) -> Mapping[str, Attribution]:
        """Amounts of each version by who causes them."""
        return {name: attribute(self.case, plan) for name, plan in self.versions.items()}

    @cached_property
    def amounts(self) -> Mapping[str, Mapping[str, float]]:
        """Every line's total by version."""
        totals = {name: with_sums(found.totals.to_frame().T).iloc[0] for name, found in self.attributions.items()}
        return {name: {line.name: float(lines[line.name]) for line in LINES} for name, lines in totals.items()}

    @property
    def currency(self) -> str:
        """Currency of every amount."""
        return self.result.currency
