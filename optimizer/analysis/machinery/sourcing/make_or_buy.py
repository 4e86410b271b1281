"""Make or buy: the best plan for each share of the work that the company's own teams do."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import pandas as pd

from models.conditions import WorkShare
from models.economics.delivery_formulas import HOUR_SHARING_KINDS, OWN_TEAM_KIND, PARTNER_KINDS

from ....assurance.result import Result
from ..service.delivered import delivered_flows, measured
from ..sessions.context import AnalysisContext
from ..sessions.lane_session import OneSolve

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
_KPIS = (
    "service_revenue",
    "service_cost",
    "delivery_cost",
    "service_margin",
    "service_margin_share",
    "account_margin",
    "loyalty_loss",
    "one_off_cost",
)
MAKE_OR_BUY_COLUMNS = {
    "in_house_share": "share of all team and partner hours that own teams work, 0 to 1",
    "in_plan": "whether this is the plan's own share",
    "status": "how the search ended",
    "objective": "objective of the best plan, {money}",
    "bound": "what no plan of this share can exceed, {money}",
    "service_revenue": "service revenue, {money}",
    "service_cost": "service cost, {money}",
    "delivery_cost": "payments to providers, {money}",
    "service_margin": "service margin, {money}",
    "service_margin_share": "service margin as a share of service revenue",
    "account_margin": "account margin, {money}",
    "loyalty_loss": "product revenue lost under the CSAT target, {money}",
    "one_off_cost": "part of the service cost that is paid once, {once}",
    "csat": "case-weighted mean CSAT, points of 0 to 100",
    "attainment": "share of response-clock cases answered within the promise, 0 to 1",
    "partners": "partners engaged",
    "hours": "hours worked by teams and partners a year",
}


def make_or_buy(context: AnalysisContext, shares: Sequence[float]) -> tuple[pd.DataFrame, list[Result]]:
    """A row per share, and the plan's own, in rising order; empty where the case has no team of its own."""
    teams = own_teams(context)
    if not teams:
        return pd.DataFrame(columns=list(MAKE_OR_BUY_COLUMNS)), []
    rows, results = [_row(context, _share_worked(context, teams), context.result, in_plan=True)], []
    solves = dict(zip(sorted(set(shares)), share_solves(context, shares), strict=True))
    asked = context.session.each(list(solves), lambda share: solves[share].name, named=_share_in_words)
    for share in asked:
        result = solves[share].run(context.session)
        rows.append(_row(context, share, result))
        results.append(result)
    table = pd.DataFrame(rows, columns=list(MAKE_OR_BUY_COLUMNS))
    return table.sort_values("in_house_share", kind="stable").reset_index(drop=True), results


def share_solves(context: AnalysisContext, shares: Sequence[float]) -> list[OneSolve]:
    """What is to be solved for each share, in rising order; nothing where the case has no team of its own."""
    teams = own_teams(context)
    asked = [WorkShare(teams, least=share or None, most=share if share < 1 else None) for share in sorted(set(shares))]
    return [OneSolve(context.scenario, (one,), str(one)) for one in asked if teams]


def _share_in_words(share: float) -> str:
    return f"own teams at {share * 100:g} % of the hours"


def own_teams(context: AnalysisContext) -> tuple[str, ...]:
    """The case's in-house providers that are not excluded."""
    table = context.case.tables["providers"]
    own = table[(table["kind"] == OWN_TEAM_KIND) & (table["engage"] != "excluded")]
    return tuple(sorted(own["provider"]))


def _share_worked(context: AnalysisContext, teams: tuple[str, ...]) -> float:
    hours = delivered_flows(context.case, context.plan)
    hours = hours[hours["kind"].isin(HOUR_SHARING_KINDS)]
    total = float(hours["true_hours"].sum())
    return float(hours.loc[hours["provider"].isin(teams), "true_hours"].sum()) / total if total > 0 else nan


def _row(context: AnalysisContext, share: float, result: Result, in_plan: bool = False) -> dict[str, object]:
    row: dict[str, object] = {"in_house_share": share, "in_plan": in_plan, "status": str(result.status)}
    if result.plan is None:
        return {**row, "bound": result.bound}
    flow = delivered_flows(context.case, result.plan)
    kinds = context.case.tables["providers"].set_index("provider")["kind"]
    engaged = kinds.reindex(list(result.plan.decisions.providers))
    return {
        **row,
        "objective": result.objective,
        "bound": result.bound,
        **{name: result.plan.kpis[name] for name in _KPIS},
        **_experience(flow),
        "partners": int(engaged.isin(PARTNER_KINDS).sum()),
        "hours": float(flow.loc[flow["kind"].isin(HOUR_SHARING_KINDS), "true_hours"].sum()),
    }


def _experience(flow: pd.DataFrame) -> dict[str, float]:
    if flow.empty:
        return {"csat": nan, "attainment": nan}
    whole = measured(flow.assign(all="all"), ["all"]).iloc[0]
    return {name: float(whole[name]) for name in ("csat", "attainment")}
