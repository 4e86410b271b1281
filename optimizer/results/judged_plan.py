"""A plan held against the rules of another question than the one it was made for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from models.plan import Plan


@dataclass(frozen=True)
class JudgedPlan:
    """A plan under rules and numbers that it was not made for: what it comes to there, and which rules it breaks."""

    plan: Plan
    """Menus, coverage, decisions and flows as they were; experience and KPIs as they are under the new numbers."""
    missed: pd.DataFrame
    """Rules it breaks by more than the audit's tolerance: rule, scope, value, limit and shortfall, as in an audit."""
    conditions: tuple[str, ...] = ()
    """Conditions of the question that it breaks."""
    fits: bool = True
    """Whether its work is that of the new numbers; where not, rules on delivery are judged with the work as it was."""

    @property
    def kpis(self) -> Mapping[str, float | None]:
        """Its KPIs under the new numbers, by name."""
        return self.plan.kpis

    @property
    def broken(self) -> tuple[str, ...]:
        """Names of the rules and conditions that it breaks, each once."""
        return (*dict.fromkeys(self.missed["rule"].astype(str)), *self.conditions)
