"""What customers get under a plan: satisfaction, answers in time and parts turnaround, by tier and region."""

from __future__ import annotations

import numpy as np

from models.case import Case
from models.economics.delivery_formulas import NEGLIGIBLE_CASES
from models.scenario import Scenario

from .rows import Column, Rows, stacked, total
from .work import Work

_FELT = ("tier", "region", "cases", "class_cases", "csat", "in_time", "response_clock",
         "min_attainment", "csat_floor", "csat_target")  # fmt: skip
"""Columns of cases that say what customers get."""


def counted(cases: Rows) -> Rows:
    """Cases of the work classes that rules on means look at."""
    return cases.where(cases["class_cases"] > NEGLIGIBLE_CASES)


def all_experience(done: Work) -> Rows:
    """Flows, and work that nobody does: with CSAT 0, and late."""
    return done.all_cases(*_FELT)


def shortfall(done: Work) -> float:
    """Sum over tiers and regions of what min_attainment (cases) and csat_floor (points x cases / 100) are missed by."""
    rows = experience_sums(counted(all_experience(done)))
    late = np.maximum(0.0, rows["min_attainment"] * rows["clock_cases"] - rows["in_time"])
    under = np.maximum(0.0, rows["csat_floor"] * rows["cases"] - rows["csat"])
    return total(late) + total(under) / 100


def experience_sums(flow: Rows) -> Rows:
    """By tier and region with cases: sums over flows.

    Columns cases, csat (sum of cases x csat), clock_cases and in_time (over response-clock services),
    and the tier's thresholds.
    """
    clock = np.where(flow["response_clock"].astype(bool), flow["cases"], 0.0)
    rows = flow.assign(csat=flow["cases"] * flow["csat"], clock_cases=clock, in_time=clock * flow["in_time"])
    keys = ["tier", "region", "min_attainment", "csat_floor", "csat_target"]
    sums = rows.sums(keys, ["cases", "csat", "clock_cases", "in_time"])
    return sums.where(sums["cases"] > 0)


def turnaround_sums(case: Case, policies: Rows) -> Rows:
    """By tier with a promise and parts cases: parts_cases, hours (sum of cases x turnaround), turnaround_hours."""
    rows = policies.assign(hours=policies["parts_cases"] * policies["policy_hours"])
    sums = rows.sums(["tier"], ["parts_cases", "hours"])
    sums = sums.looked_up(Rows.of(case.tables["tiers"], "tier", "turnaround_hours"), ["tier"])
    return sums.where((sums["parts_cases"] > 0) & ~np.isnan(sums["turnaround_hours"]))


def experience(case: Case, scenario: Scenario, done: Work) -> Rows:
    """tier, region, metric, value, limit, sense (1 at least, -1 at most) of what the plan delivers."""
    sums, served = experience_sums(all_experience(done)), experience_sums(done.flows)
    clock = sums.where(sums["clock_cases"] > 0)
    turn = turnaround_sums(case, done.policies).assign(region="")
    beyond, cap = served["csat"] / served["cases"] - served["csat_target"], scenario.max_csat_over_target
    pieces = [
        _metric(sums, "csat", sums["csat"] / sums["cases"], sums["csat_floor"], 1),
        _metric(served, "csat_over_target", beyond, np.nan if cap is None else cap, -1),
        _metric(clock, "attainment", clock["in_time"] / clock["clock_cases"], clock["min_attainment"], 1),
        _metric(turn, "turnaround_hours", turn["hours"] / turn["parts_cases"], turn["turnaround_hours"], -1),
    ]
    return stacked(pieces, ["tier", "region", "metric", "value", "limit", "sense"])


def _metric(rows: Rows, metric: str, value: Column, limit: Column | float, sense: int) -> Rows:
    return rows.pick("tier", "region").assign(metric=metric, value=value, limit=limit, sense=sense)
