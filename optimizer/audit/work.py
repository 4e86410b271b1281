"""What the units under contract need done, and what the plan's flows deliver."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.case import Case
from models.delivery import HOUR_SHARING_KINDS, attainment, cost_per_case
from models.pricing import KINDS, settlement_per_case

from .demand import Demand

WORK_CLASS = ["region", "family", "service", "tier", "model"]
_LANE = ["provider", "region", "family", "service", "tier"]


def units_by_region(demand: Demand, choice: pd.DataFrame, locked: pd.DataFrame) -> pd.DataFrame:
    """N by region, product, family, tier, model: free units by choice and locked ones, with incidents n per unit."""
    keys = ["segment", "product", "family", "tier", "model", "incidents"]
    bought = choice.assign(fraction=choice["share"] * choice["class_share"])
    bought = bought.groupby(keys, as_index=False)[["fraction"]].sum()
    bought = bought.merge(demand.free, on=["segment", "product"])
    bought["units"] *= bought["fraction"]
    columns = ["region", "product", "family", "tier", "model", "incidents"]
    both = pd.concat([bought[[*columns, "units"]], locked[[*columns, "units"]]], ignore_index=True)
    return both.groupby(columns, as_index=False)[["units"]].sum()


def cases_by_service(case: Case, units: pd.DataFrame) -> pd.DataFrame:
    """Cases a year, N (n q + h), of each row of `units` and each service, with the service's columns."""
    mix = case.tables["service_mix"].merge(case.tables["services"], on="service")
    rows = units.merge(mix, on="tier")
    per_unit = rows["incidents"] * rows["cases_per_incident"] + rows["cases_per_unit"]
    return rows.assign(cases=rows["units"] * per_unit)


def work_classes(case: Case, served: pd.DataFrame) -> pd.DataFrame:
    """Cases of each work class; model is blank but for response-clock services of performance-based models."""
    models = case.tables["pricing_models"]
    settling = set(models.loc[models["kind"].map(lambda kind: KINDS[kind].settles).astype(bool), "model"])
    by_performance = served["model"].isin(settling) & served["response_clock"].astype(bool)
    rows = served.assign(model=served["model"].where(by_performance, ""))
    rows = rows.groupby(WORK_CLASS, as_index=False)[["cases"]].sum()
    return rows[rows["cases"] > 0].reset_index(drop=True)


def parts_cases(served: pd.DataFrame) -> pd.DataFrame:
    """Parts cases of each product and tier."""
    rows = served[served["needs_parts"].astype(bool)].groupby(["product", "tier"], as_index=False)[["cases"]].sum()
    return rows[rows["cases"] > 0].reset_index(drop=True)


def rates_by_tier(case: Case) -> pd.DataFrame:
    """Every rate spelled out by tier: a blank tier stands for each tier without a row of its own."""
    rates = case.tables["rates"].rename(columns={"response_hours": "mean_response", "max_share": "rate_share"})
    own = rates[rates["tier"] != ""]
    every = rates[rates["tier"] == ""].drop(columns="tier").merge(case.tables["tiers"][["tier"]], how="cross")
    return pd.concat([own, every], ignore_index=True).drop_duplicates(_LANE, keep="first")


def flows(case: Case, allocation: pd.DataFrame) -> pd.DataFrame:
    """Each flow of the allocation with its rate, provider, tier, service and settlement m.

    Adds `has_rate`, `settlement` (m, money a case), `true_hours`, `true_cost` (case cost before discounts
    and commitment), `in_time` (share answered within the promise) and `loss` (loyalty loss, money a year).
    """
    tables = case.tables
    tiers = tables["tiers"].rename(columns={"response_hours": "promise"})
    models = tables["pricing_models"][["model", "bonus_per_hour", "penalty_per_hour"]]
    rows = allocation.merge(rates_by_tier(case), on=_LANE, how="left")
    rows = rows.merge(tables["services"], on="service", how="left").merge(models, on="model", how="left")
    rows = rows.merge(tables["providers"][["provider", "kind", "risk_share"]], on="provider", how="left")
    columns = ["tier", "promise", "min_attainment", "csat_floor", "csat_target", "loyalty_loss"]
    rows = rows.merge(tiers[columns], on="tier", how="left")
    rows["has_rate"] = rows["cost_per_case"].notna()
    rows = rows.fillna({"cost_per_case": 0.0, "mean_response": 0.0, "csat": 0.0, "bonus_per_hour": 0.0})
    rows = rows.fillna({"penalty_per_hour": 0.0})
    promise, response = rows["promise"].to_numpy(), rows["mean_response"].to_numpy()
    terms = rows["bonus_per_hour"].to_numpy(), rows["penalty_per_hour"].to_numpy()
    rows["settlement"] = settlement_per_case(promise, response, *terms)
    paid = cost_per_case(*(rows[name].to_numpy() for name in ("cost_per_case", "risk_share", "settlement")))
    rows["true_hours"], rows["true_cost"] = rows["cases"] * rows["hours_per_case"], rows["cases"] * paid
    rows["in_time"] = attainment(promise, response)
    shortfall = (rows["csat_target"] - rows["csat"]).clip(lower=0.0)
    return rows.assign(loss=rows["cases"] * rows["loyalty_loss"] * shortfall)


def hours_by_provider(case: Case, flow: pd.DataFrame) -> pd.DataFrame:
    """Every provider with its hours, case cost, and whether it counts among teams and partners."""
    sums = flow.groupby("provider")[["true_hours", "true_cost"]].sum()
    rows = case.tables["providers"].merge(sums, on="provider", how="left")
    rows = rows.fillna({"true_hours": 0.0, "true_cost": 0.0})
    return rows.assign(shares_hours=rows["kind"].isin(HOUR_SHARING_KINDS))


def policies(case: Case, fulfilment: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Each row of the plan's fulfilment with its policy's numbers and its `parts_cases`, as recomputed.

    `has_policy` is False, and the numbers 0, where the policy is not one of the product.
    """
    table = case.tables["fulfilment"].rename(columns={"turnaround_hours": "policy_hours"})
    rows = fulfilment.merge(table, on=["product", "policy"], how="left")
    rows = rows.merge(parts.rename(columns={"cases": "parts_cases"}), on=["product", "tier"], how="left")
    rows["has_policy"] = rows["parts_cost"].notna()
    return rows.fillna({"parts_cost": 0.0, "policy_hours": 0.0, "fixed_cost": 0.0, "parts_cases": 0.0})


@dataclass(frozen=True)
class Work:
    """What is needed and delivered under a plan."""

    units: pd.DataFrame
    classes: pd.DataFrame
    parts: pd.DataFrame
    flows: pd.DataFrame
    providers: pd.DataFrame
    policies: pd.DataFrame


def work(
    demand: Demand, choice: pd.DataFrame, locked: pd.DataFrame, allocation: pd.DataFrame, fulfilment: pd.DataFrame
) -> Work:
    """Work classes and parts cases of a choice, and the flows and policies that meet them."""
    case = demand.case
    units = units_by_region(demand, choice, locked)
    served = cases_by_service(case, units)
    classes = work_classes(case, served)
    flow = flows(case, allocation)
    needed = classes.rename(columns={"cases": "class_cases"})
    flow = flow.merge(needed, on=WORK_CLASS, how="left").fillna({"class_cases": 0.0})
    parts = parts_cases(served)
    return Work(
        units=units,
        classes=classes,
        parts=parts,
        flows=flow,
        providers=hours_by_provider(case, flow),
        policies=policies(case, fulfilment, parts),
    )
