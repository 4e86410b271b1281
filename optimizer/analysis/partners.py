"""Partners and other providers: how good each is, what it is worth, make or buy, and what if one fails."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Unpack

import pandas as pd

from models.scenario import Scenario

from ..assurance.result import Result
from .machinery.answers.answer import Answer
from .machinery.comparison.value_added import VALUE_COLUMNS, value_added_table, value_solves, values_added
from .machinery.sessions.context import AnalysisContext, context_of
from .machinery.sessions.lanes import work_ahead
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question
from .machinery.sourcing.failures import (
    FAILURE_COLUMNS,
    TAKEOVER_COLUMNS,
    Failure,
    failure_solves,
    failure_table,
    first_possible,
    partner_failures,
    takeover_table,
)
from .machinery.sourcing.make_or_buy import MAKE_OR_BUY_COLUMNS, SHARES, make_or_buy, share_solves
from .machinery.sourcing.partner_sentences import partner_sentences
from .machinery.sourcing.scorecard import Scorecard

_COLUMNS = {
    "scorecard": {
        "provider": "provider",
        "kind": "kind of provider",
        "engaged": "whether the plan engages it",
        "value": "what it adds to the objective (table values), {money}; blank where there is no plan without it",
        "value_yearly": "the value without what is paid once, {money}",
        "score": "weighted mean score over all criteria, 0 to 10; partners only",
        "good_enough": "whether it passes the rule on partner quality",
        "targets_met": "number of targets met (table measures)",
        "targets": "number of measures with a target",
        "hours": "hours worked a year",
        "payment": "payment, {money}",
        "readiness_cost": "cost of closing its readiness gaps, money, however the plan counts it",
        "readiness_months": "months until the last gap is closed, all begun at once",
    },
    "values": {"provider": "provider", **VALUE_COLUMNS},
    "measures": {
        "provider": "provider",
        "perspective": "financial, customer or delivery",
        "measure": "cost_to_benchmark: case cost over the industry's; full_cost_to_benchmark: the same with discounts, "
        "commitment, fixed and readiness cost; commitment_used: case cost after discounts over the commitment; "
        "payment; csat; loyalty_loss; attainment: answered in time; capacity_used; share_of_hours: of all teams and "
        "partners",
        "value": "value, in `unit`",
        "wanted": "whether the target is a least or a most",
        "target": "target, in `unit`; blank: none. For CSAT and attainment the mean of the tiers' over its cases",
        "unit": "unit of value and target; money is in the case's currency",
        "met": "whether the target is met; true without one",
    },
    "criteria": {
        "provider": "partner",
        "criterion": "criterion",
        "weight": "weight",
        "score": "score, 0 to 10",
        "minimum": "least score allowed; blank: none",
        "contribution": "what the criterion adds to the weighted score, points",
        "met": "whether the score is at least the minimum",
    },
    "barred": {
        "provider": "partner",
        "region": "region whose work it may not do; blank: every region",
        "family": "product family whose work it may not do; blank: every family",
        "criterion": "criterion",
        "score": "score there, 0 to 10",
        "minimum": "least score allowed",
    },
    "readiness": {
        "provider": "provider",
        "capability": "capability",
        "required": "level required, 0 to 10",
        "actual": "level today, 0 to 10",
        "gap": "levels missing",
        "cost_to_close": "cost of closing the gap, money",
        "once": "the part of it that is counted whole, money, once",
        "yearly": "what the plan counts of it a year: all, or an annuity over contract_years, {money}",
        "months": "months it takes",
    },
    "work": {
        "provider": "provider engaged",
        "cases": "cases a year",
        "hours": "hours a year",
        "case_cost": "cost of its cases before discounts and commitment, {money}",
        "volume_discount": "volume discounts on it, {money}",
        "commitment": "least payment when engaged, {money}",
        "payment": "payment in the year expected, {money}",
        "settlement": "performance settlements of customers on its cases, {money}",
        "borne": "what its pay changes by them, {money}",
        "kind": "kind of provider",
        "capacity_used": "share of its capacity used, 0 to 1",
        "share_of_hours": "share of all team and partner hours, 0 to 1; blank for self-service and community",
        "commitment_used": "case cost after discounts over the commitment; blank without one",
        "risk_borne": "share of the settlements that it bears; blank where there are none",
        "fixed_cost": "fixed cost of engaging it, {money}",
        "readiness_cost": "what closing its readiness gaps adds to a year's cost: whole, or spread over contract_years",
        "payment_good_year": "payment in a good year (more cases, faster answers), {money}",
        "payment_bad_year": "payment in a bad year (fewer cases, slower answers), {money}",
    },
    "make_or_buy": MAKE_OR_BUY_COLUMNS,
    "failures": FAILURE_COLUMNS,
    "takeovers": TAKEOVER_COLUMNS,
}


@question
def partners(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    result: Result | None = None,
    shares: Sequence[float] = SHARES,
    volume_swing: float = 0.2,
    response_swing: float = 0.2,
    **options: Unpack[SolveOptions],
) -> Answer:
    """Scorecards, the value of each provider, make or buy at in-house `shares`, and what each partner's failure costs.

    A good year has the share `volume_swing` more cases and `response_swing` shorter response times than expected, a
    bad year the reverse. `result` saves solving the scenario again. Raises ValueError for shares and swings that do
    not lie in 0 to 1.
    """
    _check(shares=shares, volume_swing=[volume_swing], response_swing=[response_swing])
    context = context_of(case, scenario, result, **options)
    if context.result.plan is None:
        return context.nothing("partners")
    card = Scorecard(context.case, context.scenario, context.plan, volume_swing, response_swing)
    _solve_ahead(context, list(card.providers.index), shares)
    values = values_added(context, "provider", list(card.providers.index))
    by_share, share_results = make_or_buy(context, shares)
    failures = partner_failures(context)
    tables = {
        "scorecard": _summary(card, value_added_table(values, "provider")),
        "values": value_added_table(values, "provider"),
        "measures": card.measures,
        "criteria": card.criteria,
        "barred": card.barred,
        "readiness": card.readiness,
        "work": card.work[list(_COLUMNS["work"])],
        "make_or_buy": by_share,
        "failures": failure_table(context, failures),
        "takeovers": takeover_table(context, failures),
    }
    others = [*(value.other for value in values), *share_results, *(failure.result for failure in failures)]
    facts, told = _facts(tables, failures, context), partner_sentences(tables, context)
    return context.answer("partners", tables, _COLUMNS, told, facts, others, ["scorecard", "failures"])


def _solve_ahead(context: AnalysisContext, providers: Sequence[str], shares: Sequence[float]) -> None:
    solves = [*value_solves(context, "provider", providers), *share_solves(context, shares)]
    work_ahead(context.session, [*solves, *failure_solves(context)])


def _check(**shares: Sequence[float]) -> None:
    for name, values in shares.items():
        wrong = [value for value in values if not 0 <= value <= 1]
        if wrong:
            raise ValueError(f"{name} has {wrong[0]!r}; expected numbers from 0 to 1")


def _summary(card: Scorecard, values: pd.DataFrame) -> pd.DataFrame:
    rows = card.summary.merge(values[["provider", "value", "value_yearly"]], on="provider", how="left")
    return rows[list(_COLUMNS["scorecard"])]


def _of_engaged(tables: dict[str, pd.DataFrame], context: AnalysisContext) -> pd.DataFrame:
    """Readiness of the providers that the plan engages."""
    rows = tables["readiness"]
    return rows[rows["provider"].isin(context.plan.decisions.providers)]


def _facts(tables: dict[str, pd.DataFrame], failures: list[Failure], context: AnalysisContext) -> dict[str, object]:
    losses = failure_table(context, first_possible(failures))
    failed = {failure.partner for failure in failures}
    return {
        "payments": float(tables["work"]["payment"].sum()),
        "readiness_cost_one_off": float(_of_engaged(tables, context)["once"].sum()),
        "failures": {
            "worst_loss": losses["loss"].max() if len(losses) else None,
            "mean_loss": losses["loss"].mean() if len(losses) else None,
            "worst_margin_loss": losses["margin_loss"].max() if len(losses) else None,
            "mean_margin_loss": losses["margin_loss"].mean() if len(losses) else None,
            "not_survived": sorted(failed - set(losses["partner"])),
        },
    }
