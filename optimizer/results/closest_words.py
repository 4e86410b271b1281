"""Which rules a plan misses, and by how much, in words: what comes closest, or the plan that a solve started from."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from models.plan import Plan
from models.rules import RULE_SPECS

from .audit_rules import RULES
from .judged_plan import JudgedPlan
from .record import ResultRecord
from .summary import money, percent, place_in_words

MISSED_HEADER = ("rule", "where", "by how much")


Missed = tuple[str, str, str]
"""What a rule asks, where it is missed and by how much."""


def missed_in_words(result: ResultRecord) -> list[Missed]:
    """A row (`MISSED_HEADER`) for each rule that what comes closest misses."""
    if result.closest is None:
        return []
    return list(_in_words(result.closest.missed, result.closest.plan, result.currency))


def broken_in_words(judged: JudgedPlan, currency: str) -> list[Missed]:
    """A row (`MISSED_HEADER`) for each rule and condition that a plan made for another question breaks."""
    asked = [(condition, "", "asked by this question") for condition in judged.conditions]
    return [*_in_words(judged.missed, judged.plan, currency), *asked]


def missed_by(judged: JudgedPlan, currency: str) -> list[str]:
    """By how much each rule of `missed` is missed."""
    return [how for _, _, how in _in_words(judged.missed, judged.plan, currency)]


def _in_words(missed: pd.DataFrame, plan: Plan, currency: str) -> Iterator[Missed]:
    for row in missed.to_dict("records"):
        yield RULES[row["rule"]].text, place_in_words(row["scope"]), _by_how_much(row, plan, currency)


def _by_how_much(row: Mapping[Hashable, Any], plan: Plan, currency: str) -> str:
    spec = RULE_SPECS.get(row["rule"])
    measure = None if spec is None else spec.measure
    if row["rule"] == "served":
        return f"{row['shortfall']:,.0f} of {row['limit']:,.0f} hours a year are left undone"
    if spec is not None and measure is not None and measure.table == "kpis":
        return _of_money(row, plan.kpis[measure.name], currency)
    unit = "" if spec is None else f" {spec.unit}"
    means = plan.experience
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
