"""Which rules the delivery of given menus that comes closest misses, and by how much, in words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from models.rules import RULE_SPECS

from .audit_rules import RULES
from .closest_delivery import ClosestDelivery
from .record import ResultRecord
from .summary import money, percent, place_in_words

MISSED_HEADER = ("rule", "where", "by how much")


def missed_in_words(result: ResultRecord) -> list[tuple[str, str, str]]:
    """A row for each rule missed: what it asks, where it is missed and by how much (`MISSED_HEADER`)."""
    if result.closest is None:
        return []
    rows = result.closest.missed.to_dict("records")
    return [
        (RULES[row["rule"]].text, place_in_words(row["scope"]), _by_how_much(row, result.closest, result.currency))
        for row in rows
    ]


def _by_how_much(row: Mapping[Hashable, Any], closest: ClosestDelivery, currency: str) -> str:
    spec = RULE_SPECS.get(row["rule"])
    measure = None if spec is None else spec.measure
    if row["rule"] == "served":
        return f"{row['shortfall']:,.0f} of {row['limit']:,.0f} hours a year are left undone"
    if spec is not None and measure is not None and measure.table == "kpis":
        return _of_money(row, closest.kpis[measure.name], currency)
    unit = "" if spec is None else f" {spec.unit}"
    means = closest.plan.experience
    if measure is not None and measure.table == "experience":
        mean = means[(means["metric"] == measure.name) & (_scopes(means) == row["scope"])]
        value, limit = (float(mean[name].iloc[0]) for name in ("value", "limit"))
        return f"{value:.4g} against {limit:.4g}{unit}"
    return f"{row['value']:,.4g} against {row['limit']:,.4g}{unit}"


def _of_money(row: Mapping[Hashable, Any], share: float | None, currency: str) -> str:
    """A share of revenue against its limit, and the money between them."""
    short = f"{money(row['shortfall'], currency)} a year short"
    if not share:
        return short
    return f"{percent(share)} against {percent(row['limit'] * share / row['value'])}, {short}"


def _scopes(means: pd.DataFrame) -> pd.Series:
    """The scope of each row of experience.csv, as an audit names it."""
    region = means["region"].map(lambda name: f"; region={name}" if name else "")
    return "tier=" + means["tier"].astype(str) + region
