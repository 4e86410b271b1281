"""What the units under contract need done, and what the plan's flows deliver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.case import Case
from models.economics.delivery_formulas import HOUR_SHARING_KINDS, attainment, cost_per_case
from models.economics.pricing_kinds import KINDS, settlement_per_case
from models.plan import UNSERVED_TABLE

from .demand import Demand
from .rows import Rows, Table, stacked
from .sold import units_by_region

WORK_CLASS = ["region", "family", "service", "tier", "model"]
_LANE = ["provider", "region", "family", "service", "tier"]


def cases_by_service(case: Case, units: Table) -> Rows:
    """Cases a year, N (n q + h), of each row of `units` and each service, with the service's columns."""
    mix = Rows.of(case.tables["service_mix"]).looked_up(Rows.of(case.tables["services"]), ["service"])
    rows = Rows.of(units).joined(mix, ["tier"])
    per_unit = rows["incidents"] * rows["cases_per_incident"] + rows["cases_per_unit"]
    return rows.assign(cases=rows["units"] * per_unit)


def work_classes(case: Case, served: Table) -> Rows:
    """Cases of each work class; model is blank but for response-clock services of performance-based models."""
    models, rows = case.tables["pricing_models"], Rows.of(served)
    settling = {name for name, kind in zip(models["model"], models["kind"], strict=True) if KINDS[kind].settles}
    by_performance = rows.named("model", settling) & rows["response_clock"].astype(bool)
    rows = rows.assign(model=np.where(by_performance, rows["model"], "")).sums(WORK_CLASS, ["cases"])
    return rows.where(rows["cases"] > 0)


def parts_cases(served: Table) -> Rows:
    """Parts cases of each product and tier."""
    rows = Rows.of(served, "product", "tier", "needs_parts", "cases")
    rows = rows.where(rows["needs_parts"].astype(bool)).sums(["product", "tier"], ["cases"])
    return rows.where(rows["cases"] > 0)


def rates_by_tier(case: Case) -> Rows:
    """Every rate spelled out by tier: a blank tier stands for each tier without a row of its own."""
    rates, tiers = Rows.of(case.tables["rates"]), Rows.of(case.tables["tiers"], "tier")
    rates = rates.renamed(response_hours="mean_response", max_share="rate_share")
    blank = np.flatnonzero(rates["tier"] == "")
    every = rates.where(np.repeat(blank, len(tiers))).assign(tier=np.tile(tiers["tier"], len(blank)))
    own = rates.where(rates["tier"] != "")
    return stacked([own, every], list(rates.columns)).distinct(_LANE)


def flows(case: Case, allocation: Table) -> Rows:
    """Each flow of the allocation with its rate, provider, tier, service and settlement m.

    Adds `has_rate`, `settlement` (m, money a case), `true_hours`, `true_cost` (case cost before discounts
    and commitment), `in_time` (share answered within the promise) and `loss` (loyalty loss, money a year).
    """
    rows = _with_tables(case, Rows.of(allocation))
    rows = rows.assign(has_rate=~np.isnan(rows["cost_per_case"]))
    rows = rows.filled(cost_per_case=0.0, mean_response=0.0, csat=0.0, bonus_per_hour=0.0, penalty_per_hour=0.0)
    promise, response = rows["promise"], rows["mean_response"]
    settlement = settlement_per_case(promise, response, rows["bonus_per_hour"], rows["penalty_per_hour"])
    shortfall = np.maximum(0.0, rows["csat_target"] - rows["csat"])
    return rows.assign(
        settlement=settlement,
        true_hours=rows["cases"] * rows["hours_per_case"],
        true_cost=rows["cases"] * cost_per_case(rows["cost_per_case"], rows["risk_share"], settlement),
        in_time=attainment(promise, response),
        loss=rows["cases"] * rows["loyalty_loss"] * shortfall,
    )


def _with_tables(case: Case, flow: Rows) -> Rows:
    """Each flow with what the tables say of its lane, service, model, provider and tier; NaN where they do not."""
    tables = case.tables
    columns = ("tier", "response_hours", "min_attainment", "csat_floor", "csat_target", "loyalty_loss")
    rows = flow.looked_up(rates_by_tier(case), _LANE).looked_up(Rows.of(tables["services"]), ["service"])
    terms = Rows.of(tables["pricing_models"], "model", "bonus_per_hour", "penalty_per_hour")
    rows = rows.looked_up(terms, ["model"])
    rows = rows.looked_up(Rows.of(tables["providers"], "provider", "kind", "risk_share"), ["provider"])
    return rows.looked_up(Rows.of(tables["tiers"], *columns).renamed(response_hours="promise"), ["tier"])


def undone_work(case: Case, unserved: Table) -> Rows:
    """Work that nobody does, by work class, as flows that satisfy nobody and are never in time; nobody is paid for it.

    Adds `true_hours` and `loss` (loyalty loss of CSAT 0, money a year).
    """
    tiers = Rows.of(case.tables["tiers"], "tier", "min_attainment", "csat_floor", "csat_target", "loyalty_loss")
    rows = Rows.of(unserved).looked_up(Rows.of(case.tables["services"]), ["service"]).looked_up(tiers, ["tier"])
    loss = rows["cases"] * rows["loyalty_loss"] * rows["csat_target"]
    return rows.assign(csat=0.0, in_time=0.0, true_hours=rows["cases"] * rows["hours_per_case"], loss=loss)


def hours_by_provider(case: Case, flow: Rows) -> Rows:
    """Every provider with its hours, case cost, and whether it counts among teams and partners."""
    sums = flow.sums(["provider"], ["true_hours", "true_cost"])
    rows = Rows.of(case.tables["providers"]).looked_up(sums, ["provider"]).filled(true_hours=0.0, true_cost=0.0)
    return rows.assign(shares_hours=rows.named("kind", HOUR_SHARING_KINDS))


def loads(providers: Rows) -> pd.DataFrame:
    """Load of each team and partner with work: hours over capacity_hours, columns provider and load.

    One that is engaged at a level of load, with the response times that go with it, is left out.
    """
    rows = providers.where(
        providers["shares_hours"] & (providers["true_hours"] > 0) & (providers["capacity_hours"] > 0)
    )
    leveled = rows.columns.get("max_utilization", np.ones(len(rows))) < 1
    rows = rows.where(np.flatnonzero(~leveled))
    return rows.pick("provider").assign(load=rows["true_hours"] / rows["capacity_hours"]).frame


def policies(case: Case, fulfilment: Table, parts: Rows) -> Rows:
    """Each row of the plan's fulfilment with its policy's numbers and its `parts_cases`, as recomputed.

    `has_policy` is False, and the numbers 0, where the policy is not one of the product.
    """
    table = Rows.of(case.tables["fulfilment"]).renamed(turnaround_hours="policy_hours")
    rows = Rows.of(fulfilment).looked_up(table, ["product", "policy"])
    rows = rows.looked_up(parts.renamed(cases="parts_cases"), ["product", "tier"])
    rows = rows.assign(has_policy=~np.isnan(rows["parts_cost"]))
    return rows.filled(parts_cost=0.0, policy_hours=0.0, fixed_cost=0.0, parts_cases=0.0)


@dataclass(frozen=True)
class Work:
    """What is needed and delivered under a plan, and what is left undone."""

    units: Rows
    classes: Rows
    parts: Rows
    flows: Rows
    providers: Rows
    policies: Rows
    undone: Rows

    def all_cases(self, *columns: str) -> Rows:
        """Flows and undone work, with these columns."""
        return stacked([self.flows, self.undone], columns) if len(self.undone) else self.flows.pick(*columns)


NOTHING = pd.DataFrame(columns=list(UNSERVED_TABLE["unserved"])).astype({"cases": float, "hours": float})
"""A table of unserved work where all is done."""


def work(
    demand: Demand, choice: Rows, locked: Rows, allocation: Table, fulfilment: Table, unserved: Table = NOTHING
) -> Work:
    """Work classes and parts cases of a choice, the flows and policies that meet them, and what is left undone."""
    case = demand.case
    units = units_by_region(demand, choice, locked)
    served = cases_by_service(case, units)
    classes = work_classes(case, served)
    flow = flows(case, allocation).looked_up(classes.renamed(cases="class_cases"), WORK_CLASS).filled(class_cases=0.0)
    undone = undone_work(case, unserved).looked_up(classes.renamed(cases="class_cases"), WORK_CLASS)
    parts = parts_cases(served)
    return Work(
        units=units,
        classes=classes,
        parts=parts,
        flows=flow,
        providers=hours_by_provider(case, flow),
        policies=policies(case, fulfilment, parts),
        undone=undone.filled(class_cases=0.0),
    )
