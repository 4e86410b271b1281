"""The plan's tables against what its decisions lead to."""

from __future__ import annotations

import numpy as np

from ..accounting.rows import Matched, Rows
from ..accounting.sold import UPTAKE_AMOUNTS, UPTAKE_KEYS
from ..accounting.work import WORK_CLASS, Work
from ..results.audit_rules import TOLERANCE
from .ledger import Ledger, scopes

_EXPERIENCE_KEYS = ["tier", "region", "metric"]


def check_uptake(ledger: Ledger, expected: Rows, claimed: Rows) -> None:
    """Shares, units and revenues of every cohort and contract; rows missing or of options not on offer.

    A row of nothing (share 0) may be left out, but not the `none` row of a cohort.
    """
    both = Matched.of(expected, claimed.distinct(UPTAKE_KEYS), UPTAKE_KEYS)
    names, locked = both.keys, both.keys["customer_class"] == "contract"
    sides = {name: (both.of_right(name), both.of_left(name)) for name in UPTAKE_AMOUNTS}
    for rule, rows in (("contracts", locked), ("uptake", ~locked)):
        missing = both.only_left & rows & ((sides["share"][1] > 0) | (names["tier"] == "none"))
        lost, extra = (scopes(names.where(odd), *UPTAKE_KEYS) for odd in (missing, both.only_right & rows))
        ledger.none(rule, "uptake.csv: rows missing", (f"missing: {name}" for name in lost))
        ledger.none(rule, "uptake.csv: rows of nothing on offer", (f"not on offer: {name}" for name in extra))
        present = np.flatnonzero(rows & both.in_both)
        for column, (said, true) in sides.items():
            ledger.same(rule, column, names.where(present), UPTAKE_KEYS, said[present], true[present])


def check_flow_amounts(ledger: Ledger, done: Work) -> None:
    """Hours and case cost of each flow; parts cases and cost of each policy."""
    for column in ("hours", "cost"):
        sides = done.flows[column], done.flows[f"true_{column}"]
        ledger.same("allocation", column, done.flows, [*WORK_CLASS, "provider"], *sides)
    rows, keys = done.policies, ["product", "tier", "policy"]
    ledger.same("fulfilment", "cases", rows, keys, rows["cases"], rows["parts_cases"])
    ledger.same("fulfilment", "cost", rows, keys, rows["cost"], rows["parts_cases"] * rows["parts_cost"])


def check_experience_table(ledger: Ledger, expected: Rows, claimed: Rows) -> None:
    """Values, limits and verdicts of experience.csv; `csat_over_target` may be left out where it has no limit."""
    both = Matched.of(expected, claimed.distinct(_EXPERIENCE_KEYS), _EXPERIENCE_KEYS)
    names = both.keys.assign(limit=both.of_left("limit"))
    optional = (names["metric"] == "csat_over_target") & np.isnan(names["limit"])
    lost, extra = (scopes(names.where(odd), *_EXPERIENCE_KEYS) for odd in (both.only_left & ~optional, both.only_right))
    ledger.none("experience", "experience.csv: rows missing", (f"missing: {name}" for name in lost))
    ledger.none("experience", "experience.csv: rows of nothing", (f"no cases: {name}" for name in extra))
    rows = names.assign(
        value=both.of_left("value"),
        sense=both.of_left("sense"),
        **{f"{name}_claimed": both.of_right(name) for name in ("value", "limit", "ok")},
    )
    _check_experience_amounts(ledger, rows.where(both.in_both))


def _check_experience_amounts(ledger: Ledger, rows: Rows) -> None:
    """Values, limits and verdicts of the rows that are there: recomputed, and as claimed."""
    ledger.same("experience", "value", rows, _EXPERIENCE_KEYS, rows["value_claimed"], rows["value"])
    unlimited = np.isnan(rows["limit"])
    odd = rows.where(np.isnan(rows["limit_claimed"]) != unlimited)
    ledger.none("experience", "experience.csv: limits", (f"limit of {text}" for text in scopes(odd, *_EXPERIENCE_KEYS)))
    free = rows.where(unlimited & ~rows["ok_claimed"].astype(bool))  # what has no limit cannot break it
    ledger.none("experience", "experience.csv: ok", (f"ok of {text}" for text in scopes(free, *_EXPERIENCE_KEYS)))
    rows = rows.where(~unlimited & ~np.isnan(rows["limit_claimed"]))
    ledger.same("experience", "limit", rows, _EXPERIENCE_KEYS, rows["limit_claimed"], rows["limit"])
    room = rows["sense"] * (rows["value"] - rows["limit"])
    size = np.maximum(1.0, np.abs(rows["limit"]))
    rounding = np.abs(room / size + TOLERANCE) <= 1e-9  # where it decides what is kept, either verdict will do
    wrong = rows.where(~rounding & ((room >= -TOLERANCE * size) != rows["ok_claimed"].astype(bool)))
    ledger.none("experience", "experience.csv: ok", (f"ok of {text}" for text in scopes(wrong, *_EXPERIENCE_KEYS)))
