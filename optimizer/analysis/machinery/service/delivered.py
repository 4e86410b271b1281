"""What a plan delivers, flow by flow and segment by segment: the raw material of service levels and scorecards."""

from __future__ import annotations

import pandas as pd

from models import Case
from models.plan import Plan

from ....accounting.demand import Demand, locked_rows
from ....accounting.sold import plan_choice, units_under_contract
from ....accounting.work import WORK_CLASS, cases_by_service, flows, work_classes

OFFERED = ["segment", "region", "product", "family", "tier", "model", "incidents"]


def delivered_flows(case: Case, plan: Plan) -> pd.DataFrame:
    """A row per flow of the allocation, with its rate's and tier's numbers.

    Among the columns: `cases`, `true_hours`, `true_cost` (case cost before discounts and commitment), `settlement`
    (m, money a case), `csat`, `in_time` (share answered within the promise), `mean_response` (hours), `loss`
    (loyalty loss) and `benchmark_cost` (money a case, NaN where the industry's is not known).
    """
    return flows(case, plan.allocation).frame


def segment_units(case: Case, plan: Plan) -> pd.DataFrame:
    """Units under contract by segment, region, product and option, with incidents a unit and year.

    A segment's free units take up contracts in every region alike; locked ones lie where their accounts are.
    """
    demand = Demand(case)
    choice = plan_choice(demand, plan.menus, plan.coverage)
    return units_under_contract(demand, choice, locked_rows(demand), OFFERED).frame


def segment_parts(case: Case, plan: Plan) -> pd.DataFrame:
    """Share `part` of each work class's cases that each segment causes."""
    served = cases_by_service(case, segment_units(case, plan)).frame
    parts = [work_classes(case, rows).frame.assign(segment=segment) for segment, rows in served.groupby("segment")]
    classes = pd.concat(parts) if parts else work_classes(case, served).frame.assign(segment="")
    part = classes["cases"] / classes.groupby(WORK_CLASS)["cases"].transform("sum")
    return classes[[*WORK_CLASS, "segment"]].assign(part=part)


def split(flow: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Flows by segment: each has the share of a flow that it has of the work class's cases."""
    rows = flow.merge(parts, on=WORK_CLASS)
    return rows.assign(**{name: rows[name] * rows["part"] for name in ("cases", "true_hours", "true_cost", "loss")})


def segment_turnaround(case: Case, plan: Plan) -> pd.DataFrame:
    """Mean hours of parts turnaround by segment, tier and region, with the parts cases behind it.

    Columns segment, tier, region, parts_cases, turnaround_hours; only tiers that promise a turnaround.
    """
    keys = ["segment", "tier", "region"]
    served = cases_by_service(case, segment_units(case, plan)).frame
    parts = served[served["needs_parts"].astype(bool)].groupby([*keys, "product"], as_index=False)[["cases"]].sum()
    policy = plan.fulfilment[["product", "tier", "policy"]].merge(case.tables["fulfilment"], on=["product", "policy"])
    promised = case.tables["tiers"].dropna(subset=["turnaround_hours"])["tier"]
    rows = parts.merge(policy[["product", "tier", "turnaround_hours"]], on=["product", "tier"])
    rows = rows[rows["tier"].isin(promised)]
    rows = rows.assign(hours=rows["cases"] * rows["turnaround_hours"])
    sums = rows.groupby(keys, as_index=False)[["cases", "hours"]].sum()
    sums["turnaround_hours"] = sums["hours"] / sums["cases"]
    return sums.rename(columns={"cases": "parts_cases"})[[*keys, "parts_cases", "turnaround_hours"]]


def measured(flow: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Sums and case-weighted means of flows by `keys`; NaN where nothing is there to take a mean of.

    Columns: cases, hours, csat, csat_target, attainment and min_attainment (over response-clock cases), cost (before
    discounts and commitments), settled, net_cost (cost less settlements), cost_per_case, benchmark_per_case and
    cost_to_benchmark (over the cases that have a benchmark), loyalty_loss. Money a year.
    """
    cases, timed, known = flow["cases"], flow["response_clock"].astype(bool), flow["benchmark_cost"].notna()
    parts = {
        "cases": cases,
        "hours": flow["true_hours"],
        "cost": flow["true_cost"],
        "loyalty_loss": flow["loss"],
        "settled": cases * flow["settlement"],
        "points": cases * flow["csat"],
        "target": cases * flow["csat_target"],
        "timed": cases.where(timed, 0.0),
        "met": (cases * flow["in_time"]).where(timed, 0.0),
        "promised": (cases * flow["min_attainment"]).where(timed, 0.0),
        "known": cases.where(known, 0.0),
        "known_cost": flow["true_cost"].where(known, 0.0),
        "benchmark": (cases * flow["benchmark_cost"]).fillna(0.0),
    }
    sums = pd.DataFrame({**{key: flow[key] for key in keys}, **parts}).groupby(keys, as_index=False).sum()
    means = {name: _ratio(sums[part], sums[whole]) for name, (part, whole) in _MEANS.items()}
    return sums.assign(net_cost=sums["cost"] - sums["settled"], **means)[[*keys, *_MEASURED]]


_MEANS = {
    "csat": ("points", "cases"),
    "csat_target": ("target", "cases"),
    "attainment": ("met", "timed"),
    "min_attainment": ("promised", "timed"),
    "cost_per_case": ("cost", "cases"),
    "benchmark_per_case": ("benchmark", "known"),
    "cost_to_benchmark": ("known_cost", "benchmark"),
}
_MEASURED = ["cases", "hours", "cost", "settled", "net_cost", "loyalty_loss", *_MEANS]


def _ratio(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)
