"""Who is under-served and who gets more than pays: delivered service by segment, tier and region against its targets.

Above the CSAT target no loyalty is won, below it some is lost: the place to be is the target, unless getting there
costs more than it wins back.
"""

from __future__ import annotations

from typing import Unpack

import pandas as pd

from models import Case
from models.scenario import Scenario

from ..accounting.demand import Demand
from ..accounting.money import mean_product_margin
from ..assurance.result import Result
from ..results.busy_providers import busy_sentence
from ..results.summary import money
from .machinery.answers.answer import Answer
from .machinery.service.delivered import measured, segment_parts, segment_turnaround, split
from .machinery.service.ownership import ownership_costs
from .machinery.service.redelivery import Redeliverer
from .machinery.service.verdicts import HOLD, OVER, SWEET, UNDER, judged
from .machinery.sessions.context import AnalysisContext, pose
from .machinery.sessions.solver_session import AskedOf, SolveOptions, question

BAND = 0.5
"""CSAT points on either side of the target that still count as on it."""
_PLACE = ["tier", "region"]

_MEASURES = {
    "cases": "cases a year",
    "csat": "case-weighted mean CSAT delivered, points of 0 to 100",
    "csat_floor": "least CSAT allowed for the tier in a region, points",
    "csat_target": "CSAT from which no loyalty is lost, points",
    "attainment": "share of response-clock cases answered within the promise, 0 to 1",
    "min_attainment": "least such share promised for the tier in a region, 0 to 1",
    "turnaround_hours": "mean hours of parts turnaround; blank without a promise or parts",
    "turnaround_promise": "hours of parts turnaround promised for the tier",
    "cost": "cost of the cases before volume discounts and commitments, {money}",
    "cost_per_case": "the same a case, money a case",
    "benchmark_per_case": "industry cost a case over the cases it is known for, money a case",
    "cost_to_benchmark": "cost over benchmark of the cases that have one; 1.1 is a tenth dearer",
    "loyalty_loss": "product revenue lost under the CSAT target, {money}",
    "cost_at_target": "cost of the cheapest delivery whose mean CSAT in tier and region meets the target, {money}",
    "cost_per_case_at_target": "the same a case, money a case; blank where the plan's providers cannot meet it",
    "loyalty_loss_at_target": "loyalty loss of that delivery, {money}",
    "verdict": f"{UNDER}, {SWEET} or {OVER}",
    "at_stake": "loyalty loss where under-served, cost above the delivery at target where over-delivered, {money}",
    "net_gain": "account margin gained by the delivery at target, {money}: product margin won back less cost added",
    "move": "raise or lower to the target where that gains account margin, else hold",
    "reason": "what the verdict and the move rest on",
}
_COLUMNS = {
    "zones": {
        "tier": "tier",
        "under_served": "share of the tier's cases that are under-served, 0 to 1",
        "sweet_spot": "share in the sweet spot, 0 to 1",
        "over_delivered": "share over-delivered, 0 to 1",
        "loyalty_loss": _MEASURES["loyalty_loss"],
        "to_gain": "account margin to gain by the moves that pay, {money}",
    },
    "ownership": {
        "segment": "segment",
        "tier": "tier",
        "units": "units under contract, those of contracts in force among them",
        "with_contract": "mean cost of ownership of a unit with the contract (CE of the model), {money}",
        "without_contract": "mean cost of ownership of the same units without a contract (CE0), {money}",
        "saving": "what the contract saves the owner of a unit, {money}; below 0 it costs more than it saves",
    },
    "ownership_parts": {
        "segment": "segment",
        "tier": "tier",
        "payments": "billed for a unit, with the bonuses and less the penalties expected, {money}",
        "downtime": "lost while a unit is down, at the promised response, {money}",
        "risk": "what the owners would pay to be rid of the chance in it, {money}",
        "ownership_credit": "what owning a leased unit would have cost, which its owner saves: 0 or less, {money}",
        "payments_without": "paid for the incidents of a unit without a contract, {money}",
        "downtime_without": "lost while a unit without a contract is down, {money}",
        "risk_without": "what owners without a contract would pay to be rid of the chance in it, {money}",
    },
    "segments": {"segment": "segment", "tier": "tier", "region": "region", **_MEASURES},
    "regions": {
        "tier": "tier",
        "region": "region",
        "reachable_csat": "highest mean CSAT the plan's providers can reach here, points",
        **_MEASURES,
    },
}

_SHOWN = ("zones", "ownership")


@question
def levels(
    case: AskedOf,
    scenario: str | Scenario | None = None,
    *,
    result: Result | None = None,
    band: float = BAND,
    **options: Unpack[SolveOptions],
) -> Answer:
    """Delivered CSAT, attainment and turnaround by segment, tier and region, with verdicts and money at stake.

    Tables `zones` (by tier), `ownership` (what a unit costs its owner with its contract and without one, by segment and
    tier; its parts in `ownership_parts`), `segments` and `regions` (all segments of a tier in a region together).
    `band` is how many CSAT points off the target still count as on it. `result` saves solving the scenario again. The
    cheapest delivery at the target is found for each tier and region on its own, with the providers the plan engages
    and the hours the rest of the plan leaves them. Raises ValueError for a negative band.
    """
    if not band >= 0:
        raise ValueError(f"band is {band!r}; expected CSAT points >= 0")
    context = pose(case, scenario, **options).context(result, any_menus=True)
    if context.result.plan is None:
        return context.nothing("levels")
    tables = level_tables(context, band)
    return context.answer("levels", tables, _COLUMNS, _sentences(tables, context), _facts(tables), shown=_SHOWN)


def level_tables(context: AnalysisContext, band: float) -> dict[str, pd.DataFrame]:
    """The tables of `levels`."""
    redeliverer = Redeliverer(context.case, context.scenario, context.plan)
    places = redeliverer.now[_PLACE].drop_duplicates().sort_values(_PLACE)
    found = {(tier, region): redeliverer.redeliver(tier, region) for tier, region in places.itertuples(index=False)}
    after = [one.at_target for one in found.values() if one.at_target is not None]
    target = pd.concat(after) if after else redeliverer.now.iloc[:0]
    reachable = pd.DataFrame(
        [(*place, one.reachable_csat) for place, one in found.items()], columns=[*_PLACE, "reachable_csat"]
    )
    parts, turnaround = segment_parts(context.case, context.plan), segment_turnaround(context.case, context.plan)
    margin = mean_product_margin(Demand(context.case))
    tables = {}
    for name, keys in (("segments", ["segment", *_PLACE]), ("regions", _PLACE)):
        now, goal = (split(flow, parts) if name == "segments" else flow for flow in (redeliverer.now, target))
        levels = _levels(context.case, now, goal, turnaround, keys).merge(reachable, on=_PLACE)
        tables[name] = judged(levels, band, margin)[list(_COLUMNS[name])]
    costs = ownership_costs(context.case, context.plan)
    owned = {name: costs[list(_COLUMNS[name])] for name in ("ownership", "ownership_parts")}
    return {"zones": _zones(context.case, tables["segments"]), **owned, **tables}


def _levels(
    case: Case, now: pd.DataFrame, target: pd.DataFrame, turnaround: pd.DataFrame, keys: list[str]
) -> pd.DataFrame:
    """Measures of the flows by `keys`, and of those at the target."""
    rows, goal = measured(now, keys), measured(target, keys)
    goal = goal[[*keys, "cost", "net_cost", "cost_per_case", "loyalty_loss"]]
    rows = rows.drop(columns="min_attainment").merge(goal, on=keys, how="left", suffixes=("", "_at_target"))
    hours = turnaround.assign(hours=turnaround["turnaround_hours"] * turnaround["parts_cases"])
    sums = hours.groupby(keys)[["hours", "parts_cases"]].sum()
    mean = (sums["hours"] / sums["parts_cases"]).rename("turnaround_hours")
    tiers = case.tables["tiers"].rename(columns={"turnaround_hours": "turnaround_promise"})
    rows = rows.merge(tiers[["tier", "csat_floor", "min_attainment", "turnaround_promise"]], on="tier")
    return rows.merge(mean.reset_index(), on=keys, how="left")


def _zones(case: Case, segments: pd.DataFrame) -> pd.DataFrame:
    """Shares of each tier's cases by verdict, lowest rank first."""
    by_verdict = segments.pivot_table(index="tier", columns="verdict", values="cases", aggfunc="sum", fill_value=0.0)
    shares = by_verdict.div(by_verdict.sum(axis=1), axis=0).reindex(columns=[UNDER, SWEET, OVER], fill_value=0.0)
    moved = segments.assign(to_gain=segments["net_gain"].where(segments["move"] != HOLD, 0.0))
    sums = moved.groupby("tier")[["loyalty_loss", "to_gain"]].sum()
    ranked = [tier for tier in case.tables["tiers"].sort_values("rank")["tier"] if tier in shares.index]
    shares.columns = pd.Index(["under_served", "sweet_spot", "over_delivered"])
    return shares.join(sums).loc[ranked].rename_axis("tier").reset_index()


def _facts(tables: dict[str, pd.DataFrame]) -> dict[str, object]:
    segments = tables["segments"]
    moves = segments[segments["move"] != HOLD]
    return {
        "cases": float(segments["cases"].sum()),
        "share_of_cases": {
            verdict: float(segments.loc[segments["verdict"] == verdict, "cases"].sum() / segments["cases"].sum())
            for verdict in (UNDER, SWEET, OVER)
        },
        "loyalty_loss": float(segments["loyalty_loss"].sum()),
        "to_gain": float(moves["net_gain"].sum()),
    }


def _sentences(tables: dict[str, pd.DataFrame], context: AnalysisContext) -> list[str]:
    segments, currency = tables["segments"], context.result.currency
    if segments.empty:
        return ["Nobody is under contract, so that nothing is delivered."]
    counts = segments["verdict"].value_counts()
    shares = segments.groupby("verdict")["cases"].sum() / segments["cases"].sum()
    said = ", ".join(f"{counts.get(v, 0)} {_CALLED[v]} ({shares.get(v, 0.0) * 100:.0f} % of cases)" for v in _CALLED)
    lost = money(float(segments["loyalty_loss"].sum()), currency)
    return [
        f"Of {len(segments)} places (a segment's tier in a region): {said}.",
        f"Service under the CSAT target loses {lost} of product revenue a year; none is won above it.",
        *_moves(segments, currency),
        *_owned(tables["ownership"], currency),
        *filter(None, [busy_sentence(context.result.audit)]),
    ]


def _owned(owned: pd.DataFrame, currency: str) -> list[str]:
    """What contracts do to the cost of ownership, over all units under contract."""
    units = float(owned["units"].sum())
    if not units > 0:
        return []
    spent, else_ = (
        float((owned[name] * owned["units"]).sum()) / units for name in ("with_contract", "without_contract")
    )
    less = f"{money(abs(else_ - spent), currency)} {'less' if else_ >= spent else 'more'}"
    told = f"A unit under contract costs its owner {money(spent, currency)} a year with it, downtime and risk counted,"
    return [f"{told} and {money(else_, currency)} without one: {less}. What the unit itself costs is not in it."]


_AS_PLANNED = "menus, providers engaged and all other work as planned"
_CALLED = {UNDER: UNDER, SWEET: "on target", OVER: OVER}


def _moves(segments: pd.DataFrame, currency: str) -> list[str]:
    """How many moves to the target pay, what they gain, and the best of them."""
    moves = segments[segments["move"] != HOLD].sort_values("net_gain", ascending=False, kind="stable")
    if moves.empty:
        why = "what it costs is more than what it wins back or saves"
        return [f"With {_AS_PLANNED}, no move to the target gains account margin: {why}."]
    best = moves.iloc[0]
    gained = money(float(moves["net_gain"].sum()), currency)
    where = f"{best['segment']}, {best['tier']}, {best['region']}: {best['move']}, {money(best['net_gain'], currency)}"
    pays = f"Moving to the target pays in {len(moves)} places, {gained} of account margin in all; most for {where}."
    return [f"{pays} Each by itself, with {_AS_PLANNED}."]
