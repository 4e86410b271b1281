"""What a unit costs its owner in a year, with the contract it has and without one: CE and CE0 of the model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models import Case
from models.plan import Plan

from ....accounting.demand import Demand, burdens, locked_rows
from ....accounting.rows import Rows, stacked
from ....accounting.sold import plan_choice

WITH = ("payments", "downtime", "risk", "ownership_credit")
"""Parts of the yearly cost of ownership with a contract; the credit is below 0."""
WITHOUT = ("payments_without", "downtime_without", "risk_without")
_NEEDS = [
    "segment", "tier", "units", "yearly", "incidents", "per_incident", "settlement", "promise", "credit",
    "risk_aversion", "incident_rate", "downtime_cost", "adhoc_price", "adhoc_hours",
]  # fmt: skip


def ownership_costs(case: Case, plan: Plan) -> pd.DataFrame:
    """Cost of ownership a unit and year by segment and tier, over the plan's units under contract, those in force too.

    Columns: segment, tier, units, the parts `WITH` and their sum `with_contract`, `WITHOUT` and `without_contract`,
    and `saving`, the second sum less the first, all money.
    """
    demand = Demand(case)
    sold = plan_choice(demand, plan.menus, plan.coverage)
    rows = stacked([sold, _in_force(case, demand)], _NEEDS)
    rows = rows.where(np.asarray(rows["units"], dtype=float) > 0)
    parts = _parts(rows)
    weighted = parts.assign(**{name: parts[name] * parts["units"] for name in (*WITH, *WITHOUT)})
    found = weighted.sums(["segment", "tier"], ["units", *WITH, *WITHOUT]).frame
    for name in (*WITH, *WITHOUT):
        found[name] = found[name] / found["units"]
    found["with_contract"] = found[list(WITH)].sum(axis=1)
    found["without_contract"] = found[list(WITHOUT)].sum(axis=1)
    return _by_rank(case, found.assign(saving=found["without_contract"] - found["with_contract"]))


def _in_force(case: Case, demand: Demand) -> Rows:
    """Contracts in force, whose owners' risk aversion is the mean of their segment's classes."""
    classes = Rows.of(case.tables["customer_classes"])
    weighted = classes.assign(risk_aversion=classes["share"] * classes["risk_aversion"])
    means = weighted.sums(["segment"], ["share", "risk_aversion"])
    means = means.assign(risk_aversion=means["risk_aversion"] / means["share"]).pick("segment", "risk_aversion")
    return locked_rows(demand).looked_up(means, ["segment"])


def _parts(rows: Rows) -> Rows:
    """The rows with the parts of both costs; what risk aversion adds is told by doing without it."""
    dear, plain = burdens(rows), burdens(rows.assign(risk_aversion=0.0))
    payments = rows["yearly"] + rows["incidents"] * rows["settlement"]
    visits = rows["incident_rate"] * rows["adhoc_price"]
    return rows.assign(
        payments=payments,
        ownership_credit=-rows["credit"],
        downtime=plain.with_contract - payments + rows["credit"],
        risk=dear.with_contract - plain.with_contract,
        payments_without=visits,
        downtime_without=plain.without - visits,
        risk_without=dear.without - plain.without,
    )


def _by_rank(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by segment, tiers in it by rank."""
    rank = case.tables["tiers"].set_index("tier")["rank"]
    order = rows.assign(rank=rows["tier"].map(rank)).sort_values(["segment", "rank"], kind="stable")
    columns = ["segment", "tier", "units", *WITH, "with_contract", *WITHOUT, "without_contract", "saving"]
    return order[columns].reset_index(drop=True)
