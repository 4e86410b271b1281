"""Rules on providers, flows, experience and parts."""

from __future__ import annotations

import pandas as pd

from models.case import Case
from models.delivery import NEGLIGIBLE_CASES, PARTNER_KINDS
from models.plan import Decisions
from models.scenario import Scenario

from .ledger import Ledger, scopes
from .work import WORK_CLASS, Work


def check_providers(ledger: Ledger, case: Case, scenario: Scenario, decided: Decisions) -> None:
    """Required, excluded and number of providers; scores of engaged partners."""
    providers, engaged = case.tables["providers"], set(decided.providers)
    required = set(providers.loc[providers["engage"] == "required", "provider"])
    excluded = set(providers.loc[providers["engage"] == "excluded", "provider"])
    ledger.none("required_providers", "providers", (f"provider={name}" for name in sorted(required - engaged)))
    ledger.none("excluded_providers", "providers", (f"provider={name}" for name in sorted(excluded & engaged)))
    if scenario.max_providers is not None:
        ledger.at_most("max_providers", ["decisions"], len(engaged), scenario.max_providers)
    partners = providers[providers["provider"].isin(engaged) & providers["kind"].isin(PARTNER_KINDS)]
    scores = case.tables["scores"].merge(case.tables["criteria"], on="criterion")
    _check_scores(ledger, scenario, scores[scores["provider"].isin(partners["provider"])])


def _check_scores(ledger: Ledger, scenario: Scenario, scores: pd.DataFrame) -> None:
    """Weighted mean score, as sums over the criteria, and each criterion's minimum."""
    if scenario.min_provider_score is not None:
        rows = scores.assign(points=scores["weight"] * scores["score"])
        sums = rows.groupby("provider", as_index=False)[["points", "weight"]].sum()
        limit = scenario.min_provider_score * sums["weight"]
        ledger.at_least("min_provider_score", scopes(sums, "provider"), sums["points"], limit)
    rows = scores.dropna(subset=["minimum"])
    ledger.at_least("criteria_minimum", scopes(rows, "provider", "criterion"), rows["score"], rows["minimum"])


def check_flows(ledger: Ledger, done: Work, decided: Decisions) -> None:
    """Flows have a rate and an engaged provider, sum to the cases, and keep to each rate's share."""
    flow = done.flows
    keys = [*WORK_CLASS, "provider"]
    ledger.none("engaged", "allocation", scopes(flow[~flow["provider"].isin(decided.providers)], *keys))
    ledger.none("rates", "allocation", scopes(flow[~flow["has_rate"]], *keys))
    sums = flow.groupby(WORK_CLASS, as_index=False)[["cases"]].sum().rename(columns={"cases": "flow"})
    both = done.classes.merge(sums, on=WORK_CLASS, how="outer").fillna({"cases": 0.0, "flow": 0.0})
    ledger.equal("flow_conservation", scopes(both, *WORK_CLASS), both["flow"], both["cases"])
    limited = flow[flow["has_rate"] & (flow["rate_share"] < 1)]
    ledger.at_most(
        "rate_share", scopes(limited, *keys), limited["cases"], limited["rate_share"] * limited["class_cases"]
    )


def check_hours(ledger: Ledger, done: Work, scenario: Scenario, decided: Decisions) -> None:
    """Capacity, and shares of all team and partner hours."""
    rows = done.providers
    rows = rows[rows["provider"].isin(decided.providers) | (rows["true_hours"] > 0)]
    open_hours = rows["capacity_hours"].where(rows["provider"].isin(decided.providers), 0.0)
    ledger.at_most("capacity", scopes(rows, "provider"), rows["true_hours"], open_hours)
    sharing = rows[rows["shares_hours"]]
    total = sharing["true_hours"].sum()
    limited = sharing[sharing["max_share"] < 1]
    ledger.at_most("provider_share", scopes(limited, "provider"), limited["true_hours"], limited["max_share"] * total)
    if scenario.max_provider_share is not None:
        partners = sharing[sharing["kind"].isin(PARTNER_KINDS)]
        limit = scenario.max_provider_share * total
        ledger.at_most("max_provider_share", scopes(partners, "provider"), partners["true_hours"], limit)


def experience_sums(flow: pd.DataFrame) -> pd.DataFrame:
    """By tier and region with cases: sums over flows.

    Columns cases, csat (sum of cases x csat), clock_cases and in_time (over response-clock services),
    and the tier's thresholds.
    """
    clock = flow["cases"].where(flow["response_clock"].astype(bool), 0.0)
    rows = flow.assign(csat=flow["cases"] * flow["csat"], clock_cases=clock, in_time=clock * flow["in_time"])
    keys = ["tier", "region", "min_attainment", "csat_floor", "csat_target"]
    sums = rows.groupby(keys, as_index=False)[["cases", "csat", "clock_cases", "in_time"]].sum()
    return sums[sums["cases"] > 0]


def counted_flows(done: Work) -> pd.DataFrame:
    """Flows of the work classes that rules on means look at."""
    return done.flows[done.flows["class_cases"] > NEGLIGIBLE_CASES]


def check_experience(ledger: Ledger, done: Work, scenario: Scenario) -> None:
    """CSAT floor, over-delivery cap and attainment of each tier and region, as sums."""
    rows = experience_sums(counted_flows(done))
    scope = scopes(rows, "tier", "region")
    ledger.at_least("csat_floor", scope, rows["csat"], rows["csat_floor"] * rows["cases"])
    if scenario.max_csat_over_target is not None:
        limit = (rows["csat_target"] + scenario.max_csat_over_target) * rows["cases"]
        ledger.at_most("max_csat_over_target", scope, rows["csat"], limit)
    rows = rows[(rows["min_attainment"] > 0) & (rows["clock_cases"] > 0)]
    limit = rows["min_attainment"] * rows["clock_cases"]
    ledger.at_least("min_attainment", scopes(rows, "tier", "region"), rows["in_time"], limit)


def check_parts(ledger: Ledger, case: Case, done: Work) -> None:
    """One policy of the product for each product and tier with parts cases; turnaround promises."""
    rows, keys = done.policies, ["product", "tier"]
    ledger.none("policies", "policies of the product", scopes(rows[~rows["has_policy"]], *keys, "policy"))
    counts = rows.groupby(keys)["policy"].nunique().rename("used").reset_index()
    both = done.parts.merge(counts, on=keys, how="outer").fillna({"cases": 0.0, "used": 0.0})
    wrong = both[(both["used"] > 1) | ((both["used"] == 0) & (both["cases"] > NEGLIGIBLE_CASES)) | (both["cases"] == 0)]
    ledger.none("policies", "one policy each", scopes(wrong, *keys))
    turn = turnaround_sums(case, rows[rows["parts_cases"] > NEGLIGIBLE_CASES])
    ledger.at_most("turnaround", scopes(turn, "tier"), turn["hours"], turn["turnaround_hours"] * turn["parts_cases"])


def turnaround_sums(case: Case, policies: pd.DataFrame) -> pd.DataFrame:
    """By tier with a promise and parts cases: parts_cases, hours (sum of cases x turnaround), turnaround_hours."""
    rows = policies.assign(hours=policies["parts_cases"] * policies["policy_hours"])
    sums = rows.groupby("tier", as_index=False)[["parts_cases", "hours"]].sum()
    promised = case.tables["tiers"][["tier", "turnaround_hours"]].dropna()
    return sums[sums["parts_cases"] > 0].merge(promised, on="tier")
