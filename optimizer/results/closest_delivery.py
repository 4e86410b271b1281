"""The delivery of given menus that comes closest to rules which cannot all be kept: what it is, and what it misses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from models.plan import PLAN_TABLES, UNSERVED_TABLE, Decisions, Plan

MISSED_COLUMNS = ("rule", "scope", "value", "limit", "shortfall")
CLOSEST_TABLES = {**PLAN_TABLES, **UNSERVED_TABLE}
"""Columns of each table of the folder `closest`."""


@dataclass(frozen=True)
class ClosestDelivery:
    """Given menus, every product but the excluded ones covered, delivered so that least is left undone and missed.

    In this order: the least hours of unserved work, the least shortfall of attainment and CSAT, the most margin.
    """

    plan: Plan
    """Decisions, tables and KPIs. It breaks rules: those that `missed` lists."""
    unserved: pd.DataFrame
    """Cases and hours a year that nobody does, by work class (columns of unserved.csv)."""
    unserved_hours: float
    """Hours a year of unserved work."""
    shortfall: float
    """Sum of what min_attainment (cases a year) and csat_floor (points x cases / 100) fall short by."""
    missed: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(MISSED_COLUMNS)))
    """Rules missed by more than the audit's tolerance: rule, scope, value, limit and shortfall, as in an audit."""

    @property
    def decisions(self) -> Decisions:
        """What it chooses."""
        return self.plan.decisions

    @property
    def kpis(self) -> Mapping[str, float | None]:
        """Its KPIs by name."""
        return self.plan.kpis

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Its tables by name, as the folder `closest` holds them."""
        return {name: self.unserved if name in UNSERVED_TABLE else getattr(self.plan, name) for name in CLOSEST_TABLES}
