"""Conditions judged from a plan's tables alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from math import inf

import numpy as np
import pandas as pd

from models.case import Case
from models.conditions import (
    Amount,
    Condition,
    CountLimit,
    Cover,
    CsatOverFloor,
    Decision,
    MenuOption,
    NoTokenPartners,
    Unlike,
    WorkShare,
)
from models.decisions import DECISION_KINDS
from models.economics.delivery_formulas import HOUR_SHARING_KINDS, PARTNER_KINDS
from models.plan import Plan

from ..results.audit_rules import TOLERANCE


@dataclass(frozen=True)
class _Finding:
    """A value of the plan and the range it must lie in."""

    value: float
    least: float = -inf
    most: float = inf


def judge_conditions(case: Case, plan: Plan, conditions: Iterable[Condition]) -> pd.DataFrame:
    """What each condition measures in a plan: condition, value, least, most, ok; one row or more for each.

    `case` is the case with the changes of the scenario made. Values are amounts of the plan in its own
    units, hours for shares of work, 1 and 0 for yes and no.
    """
    rows = [
        (str(condition), found.value, found.least, found.most, _within(found))
        for condition in conditions
        for found in _findings(condition, case, plan)
    ]
    return pd.DataFrame(rows, columns=["condition", "value", "least", "most", "ok"]).astype({"ok": bool})


def _within(found: _Finding) -> bool:
    def room(limit: float) -> float:
        return TOLERANCE * max(1.0, abs(found.value), abs(limit)) if np.isfinite(limit) else 0.0

    over = found.value <= found.most + room(found.most)
    return bool(over and found.value >= found.least - room(found.least))


def _yes(value: bool, wanted: bool) -> _Finding:
    return _Finding(float(value), float(wanted), float(wanted))


@singledispatch
def _findings(condition: Condition, case: Case, plan: Plan) -> Iterator[_Finding]:
    raise TypeError(f"no condition: {condition!r}")


@_findings.register
def _(condition: Decision, case: Case, plan: Plan) -> Iterator[_Finding]:
    yield _yes(condition.name in getattr(plan.decisions, DECISION_KINDS[condition.kind].listed), condition.wanted)


@_findings.register
def _(condition: CountLimit, case: Case, plan: Plan) -> Iterator[_Finding]:
    least = -inf if condition.least is None else condition.least
    most = inf if condition.most is None else condition.most
    yield _Finding(len(getattr(plan.decisions, DECISION_KINDS[condition.kind].listed)), least, most)


@_findings.register
def _(condition: MenuOption, case: Case, plan: Plan) -> Iterator[_Finding]:
    menus = plan.menus[plan.menus["tier"] == condition.tier]
    if condition.model:
        menus = menus[menus["model"] == condition.model]
    if condition.price is not None:
        menus = menus[np.isclose(menus["price"], condition.price, rtol=1e-9, atol=0.0)]
    books = [condition.price_book] if condition.price_book else _books_with_menus(case, plan)
    for book in books:
        yield _yes(bool((menus["price_book"] == book).any()), condition.wanted)


def _books_with_menus(case: Case, plan: Plan) -> list[str]:
    """Price books that hold units without a contract."""
    free = plan.uptake.loc[plan.uptake["customer_class"] != "contract", "segment"]
    segments = case.tables["segments"]
    return sorted(segments.loc[segments["segment"].isin(free), "price_book"].unique())


@_findings.register
def _(condition: Cover, case: Case, plan: Plan) -> Iterator[_Finding]:
    covered = plan.coverage[plan.coverage["covered"].astype(bool)]
    mine = covered[(covered["price_book"] == condition.price_book) & (covered["product"] == condition.product)]
    yield _yes(len(mine) > 0, condition.wanted)


@_findings.register
def _(condition: Amount, case: Case, plan: Plan) -> Iterator[_Finding]:
    value = plan.kpis[condition.kpi]
    if value is not None:
        least = -inf if condition.least is None else condition.least
        yield _Finding(value, least, inf if condition.most is None else condition.most)


@_findings.register
def _(condition: CsatOverFloor, case: Case, plan: Plan) -> Iterator[_Finding]:
    csat = plan.experience[plan.experience["metric"] == "csat"]
    for over in csat["value"] - csat["limit"]:
        yield _Finding(float(over), condition.points)


@_findings.register
def _(condition: WorkShare, case: Case, plan: Plan) -> Iterator[_Finding]:
    meant = plan.allocation
    for kind, name in condition.where:
        meant = meant[meant[kind] == name]
    whole = _hours_of_teams(case, meant)
    own = float(meant.loc[meant["provider"].isin(condition.providers), "hours"].sum())
    least = -inf if condition.least is None else condition.least * whole
    yield _Finding(own, least, inf if condition.most is None else condition.most * whole)


def _hours_of_teams(case: Case, work: pd.DataFrame) -> float:
    providers = case.tables["providers"]
    teams = providers.loc[providers["kind"].isin(HOUR_SHARING_KINDS), "provider"]
    return float(work.loc[work["provider"].isin(teams), "hours"].sum())


def _partners(case: Case, plan: Plan) -> list[str]:
    providers = case.tables["providers"]
    partners = providers.loc[providers["kind"].isin(PARTNER_KINDS), "provider"]
    return sorted(set(partners) & set(plan.decisions.providers))


@_findings.register
def _(condition: NoTokenPartners, case: Case, plan: Plan) -> Iterator[_Finding]:
    providers = case.tables["providers"].set_index("provider")["engage"]
    whole = _hours_of_teams(case, plan.allocation)
    hours = plan.allocation.groupby("provider")["hours"].sum()
    for name in _partners(case, plan):
        if providers[name] != "required":
            yield _Finding(float(hours.get(name, 0.0)), condition.share * whole)


@_findings.register
def _(condition: Unlike, case: Case, plan: Plan) -> Iterator[_Finding]:
    decisions = plan.decisions
    same = set(decisions.tiers) == condition.tiers and set(decisions.models) == condition.models
    yield _yes(same and set(_partners(case, plan)) == condition.partners, wanted=False)
