"""Under-served, sweet spot or over-delivered: what delivered service is called, what is at stake, which way to move."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

UNDER, SWEET, OVER = "under-served", "sweet spot", "over-delivered"
RAISE, LOWER, HOLD = "raise", "lower", "hold"
_CLOSE = 1e-6
"""Tolerance of promises kept, and least gain (relative to cost) that is worth a move."""


def judged(levels: pd.DataFrame, band: float, product_margin: float) -> pd.DataFrame:
    """The levels with `verdict`, `at_stake`, `net_gain`, `move` and `reason`.

    Under-served is who gets less than `band` CSAT points under the target, or late answers or parts against the
    promise; over-delivered is who gets more than `band` over it. Moving to the target gains
    product_margin x (loyalty loss now - then) - (cost then - cost now), costs less settlements.
    """
    rows = levels.assign(
        late=levels["attainment"] < levels["min_attainment"] - _CLOSE,
        slow=levels["turnaround_hours"] > levels["turnaround_promise"] + _CLOSE,
        low=levels["csat"] < levels["csat_target"] - band,
        high=levels["csat"] > levels["csat_target"] + band,
        saved=levels["net_cost"] - levels["net_cost_at_target"],
    )
    rows["verdict"] = np.select([rows["low"] | rows["late"] | rows["slow"], rows["high"]], [UNDER, OVER], SWEET)
    rows["net_gain"] = rows["saved"] + product_margin * (rows["loyalty_loss"] - rows["loyalty_loss_at_target"])
    pays = rows["net_gain"] > _CLOSE * rows["cost"].clip(lower=1.0)
    rows["move"] = np.select([pays & rows["low"], pays & (rows["verdict"] == OVER)], [RAISE, LOWER], HOLD)
    stakes = [rows["loyalty_loss"], rows["saved"].fillna(0.0).clip(lower=0.0)]
    rows["at_stake"] = np.select([rows["verdict"] == UNDER, rows["verdict"] == OVER], stakes, 0.0)
    return rows.assign(reason=[_reason(row) for row in rows.to_dict("records")])


def _reason(row: Mapping[Hashable, Any]) -> str:
    """What a verdict and a move rest on, in words."""
    return " ".join([*_broken_promises(row), _about_csat(row)])


def _broken_promises(row: Mapping[Hashable, Any]) -> list[str]:
    said = []
    if row["late"]:
        said.append(f"{row['attainment']:.1%} of cases answered in time, {row['min_attainment']:.1%} promised.")
    if row["slow"]:
        said.append(f"Parts take {row['turnaround_hours']:.1f} h, {row['turnaround_promise']:.1f} h promised.")
    return said


def _about_csat(row: Mapping[Hashable, Any]) -> str:
    away = row["csat"] - row["csat_target"]
    if not (row["low"] or row["high"]):
        return "CSAT is on target."
    if np.isnan(row["net_cost_at_target"]):
        most = f"the plan's providers, all other work as planned, reach at most {row['reachable_csat']:.1f} here"
        return f"CSAT {-away:.1f} under target; {most}."
    if row["high"]:
        saving = f"the cheapest delivery at target saves {row['saved']:,.0f}" if row["saved"] > 0 else "none is cheaper"
        return f"CSAT {away:.1f} over target, where no loyalty is won; {saving}."
    return f"CSAT {-away:.1f} under target; {_price_of_target(row)}."


def _price_of_target(row: Mapping[Hashable, Any]) -> str:
    won, cost = row["loyalty_loss"] - row["loyalty_loss_at_target"], -row["saved"]
    dearer = f"costs {cost:,.0f} more" if cost >= 0 else f"costs {-cost:,.0f} less"
    return f"reaching it {dearer} and {'wins back' if won >= 0 else 'loses'} {abs(won):,.0f} of product revenue"
