"""Today's amounts in plan.json, against what today's menus decide of them.

A run does not hold the delivery of today's menus. What follows from the menus alone is recomputed; what a delivery
decides must lie between the least and the most that any can come to, and where in there rests on the search.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.plan import KPIS

from ..accounting.demand import Demand
from ..accounting.todays_amounts import TodaysAmounts
from .ledger import Claims, Ledger, number, or_nan

_PART_OF = {"one_off_cost": "fixed_cost", "partner_payments": "delivery_cost"}
"""Amounts that are a part of another one."""


def check_baseline(ledger: Ledger, demand: Demand, claims: Claims) -> None:
    """A baseline is there just when today's menus are and nothing says why not; its amounts hold."""
    baseline, reason = claims["baseline"], claims.get("baseline_reason")
    today = not demand.case.tables["current_menus"].empty
    if isinstance(baseline, Mapping):
        odd = [] if today else ["baseline given; the case has no current_menus"]
        odd += [f"baseline given, and a baseline_reason: {reason}"] if reason else []
        ledger.none("baseline", "plan.json", odd)
        _check_amounts(ledger, TodaysAmounts(demand), {name: or_nan(number(baseline, name)) for name in KPIS})
    else:
        excused = bool(reason) or not today
        ledger.none("baseline", "plan.json", [] if excused else ["baseline missing, and no baseline_reason"])


def _check_amounts(ledger: Ledger, today: TodaysAmounts, claimed: Mapping[str, float]) -> None:
    expected = today.decided_by_menus(claimed)
    values = [claimed[name] for name in expected], list(expected.values())
    said, true = (np.array(side, dtype=float) for side in values)
    known = ~(np.isnan(said) & np.isnan(true))
    scope = [f"kpi={name}" for name, shown in zip(expected, known, strict=True) if shown]
    ledger.equal("baseline", scope, said[known], true[known])
    for part, whole in _PART_OF.items():
        ledger.at_most("baseline", [f"kpi={part}"], claimed[part], claimed[whole])
    for name, within in today.decided_by_delivery().items():
        ledger.at_least("baseline", [f"kpi={name}"], claimed[name], within.least)
        ledger.at_most("baseline", [f"kpi={name}"], claimed[name], within.most)
