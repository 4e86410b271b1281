"""The plan's tables against what its decisions lead to."""

from __future__ import annotations

import pandas as pd

from models.case import Case
from models.scenario import Scenario

from .delivery_rules import experience_sums, turnaround_sums
from .demand import Demand, none_rows
from .ledger import Ledger, scopes
from .work import WORK_CLASS, Work

_UPTAKE_KEYS = ["segment", "customer_class", "product", "tier", "model", "price"]
_UPTAKE_AMOUNTS = ["share", "units", "service_revenue", "product_revenue"]
_EXPERIENCE_KEYS = ["tier", "region", "metric"]


def uptake(demand: Demand, choice: pd.DataFrame, locked: pd.DataFrame) -> pd.DataFrame:
    """Every row uptake.csv should hold: options by cohort, who buys nothing, and contracts in force."""
    free = pd.concat([choice, none_rows(demand, choice)], ignore_index=True)
    keys = [*_UPTAKE_KEYS, "capital", "admin_cost"]
    locked = locked.groupby(keys, as_index=False)[_UPTAKE_AMOUNTS[1:]].sum().assign(share=1.0)
    columns = [*keys, *_UPTAKE_AMOUNTS]
    return pd.concat([part[columns] for part in (free, locked) if len(part)], ignore_index=True)


def check_uptake(ledger: Ledger, expected: pd.DataFrame, claimed: pd.DataFrame) -> None:
    """Shares, units and revenues of every cohort and contract; rows missing or of options not on offer.

    A row of nothing (share 0) may be left out, but not the `none` row of a cohort.
    """
    both = _matched(expected.drop(columns=["capital", "admin_cost"]), claimed, _UPTAKE_KEYS)
    for rule, rows in (
        ("contracts", both[both["customer_class"] == "contract"]),
        ("uptake", both[both["customer_class"] != "contract"]),
    ):
        absent = (rows["side"] == "left_only") & ((rows["share_true"] > 0) | (rows["tier"] == "none"))
        missing, extra = (scopes(rows[odd], *_UPTAKE_KEYS) for odd in (absent, rows["side"] == "right_only"))
        ledger.none(rule, "uptake.csv: rows missing", (f"missing: {name}" for name in missing))
        ledger.none(rule, "uptake.csv: rows of nothing on offer", (f"not on offer: {name}" for name in extra))
        present = rows[rows["side"] == "both"]
        for column in _UPTAKE_AMOUNTS:
            sides = present[f"{column}_claimed"], present[f"{column}_true"]
            ledger.same(rule, column, present, _UPTAKE_KEYS, *sides)


def _matched(expected: pd.DataFrame, claimed: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Both tables side by side on their keys; columns get `_true` and `_claimed`, `side` says who has the row."""
    claimed = claimed.drop_duplicates(keys)
    return expected.merge(claimed, on=keys, how="outer", suffixes=("_true", "_claimed"), indicator="side")


def _places(mask: pd.Series) -> list[int]:
    return [int(place) for place in mask.to_numpy().nonzero()[0]]


def check_flow_amounts(ledger: Ledger, done: Work) -> None:
    """Hours and case cost of each flow; parts cases and cost of each policy."""
    for column in ("hours", "cost"):
        sides = done.flows[column], done.flows[f"true_{column}"]
        ledger.same("allocation", column, done.flows, [*WORK_CLASS, "provider"], *sides)
    rows, keys = done.policies, ["product", "tier", "policy"]
    ledger.same("fulfilment", "cases", rows, keys, rows["cases"], rows["parts_cases"])
    ledger.same("fulfilment", "cost", rows, keys, rows["cost"], rows["parts_cases"] * rows["parts_cost"])


def experience(case: Case, scenario: Scenario, done: Work) -> pd.DataFrame:
    """tier, region, metric, value, limit, sense (1 at least, -1 at most) of what the plan delivers."""
    sums = experience_sums(done.flows).assign(mean=lambda rows: rows["csat"] / rows["cases"])
    clock = sums[sums["clock_cases"] > 0]
    turn = turnaround_sums(case, done.policies).assign(region="")
    over, cap = sums["mean"] - sums["csat_target"], scenario.max_csat_over_target
    pieces = [
        _metric(sums, "csat", sums["mean"], sums["csat_floor"], 1),
        _metric(sums, "csat_over_target", over, cap, -1),
        _metric(clock, "attainment", clock["in_time"] / clock["clock_cases"], clock["min_attainment"], 1),
        _metric(turn, "turnaround_hours", turn["hours"] / turn["parts_cases"], turn["turnaround_hours"], -1),
    ]
    return pd.concat(pieces, ignore_index=True)


def _metric(
    rows: pd.DataFrame, metric: str, value: pd.Series, limit: pd.Series | float | None, sense: int
) -> pd.DataFrame:
    bound = pd.Series(limit, rows.index, dtype=float) if not isinstance(limit, pd.Series) else limit
    columns = {"metric": metric, "value": value, "limit": bound, "sense": sense}
    return rows[["tier", "region"]].assign(**columns)


def check_experience_table(ledger: Ledger, expected: pd.DataFrame, claimed: pd.DataFrame) -> None:
    """Values, limits and verdicts of experience.csv; `csat_over_target` may be left out where it has no limit."""
    both = _matched(expected, claimed, _EXPERIENCE_KEYS)
    names = scopes(both, *_EXPERIENCE_KEYS)
    optional = (both["metric"] == "csat_over_target") & both["limit_true"].isna()
    missing, extra = (both["side"] == "left_only") & ~optional, both["side"] == "right_only"
    ledger.none("experience", "experience.csv: rows missing", (f"missing: {names[i]}" for i in _places(missing)))
    ledger.none("experience", "experience.csv: rows of nothing", (f"no cases: {names[i]}" for i in _places(extra)))
    rows = both[both["side"] == "both"]
    ledger.same("experience", "value", rows, _EXPERIENCE_KEYS, rows["value_claimed"], rows["value_true"])
    odd = rows[rows["limit_claimed"].isna() != rows["limit_true"].isna()]
    ledger.none("experience", "experience.csv: limits", (f"limit of {text}" for text in scopes(odd, *_EXPERIENCE_KEYS)))
    rows = rows.dropna(subset=["limit_true", "limit_claimed"])
    ledger.same("experience", "limit", rows, _EXPERIENCE_KEYS, rows["limit_claimed"], rows["limit_true"])
    room = rows["sense"] * (rows["value_true"] - rows["limit_true"])
    near = room.abs() <= 1e-6 * rows["limit_true"].abs().clip(lower=1.0)
    wrong = rows[~near & ((room > 0) != rows["ok"].astype(bool))]
    ledger.none("experience", "experience.csv: ok", (f"ok of {text}" for text in scopes(wrong, *_EXPERIENCE_KEYS)))
