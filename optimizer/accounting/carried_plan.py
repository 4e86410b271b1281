"""A plan's decisions under other data: what its menus, coverage, providers and shares of work come to there.

Nothing is decided anew and no rule is judged: who buys what follows from the choice model, work from the units, and
each work class is shared among the plan's providers as the plan shares it (`_LEVELS`).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.case import Case
from models.decisions import DECISION_KINDS
from models.plan import Decisions, Plan

from .demand import Demand, locked_rows
from .money import kpis
from .offered import offer
from .rows import Rows
from .sold import plan_choice, units_by_region, uptake_rows
from .work import WORK_CLASS, cases_by_service, parts_cases, rates_by_tier, work, work_classes

_LEVELS = (WORK_CLASS, WORK_CLASS[:4], ["family", "service", "tier"], ["service", "tier"], ["service"])
"""By what the plan's shares of work are looked up: the first where one of its providers that has a rate does any."""
_POLICY_LEVELS = (["product", "tier"], ["product"])


def carried_over(plan: Plan, case: Case) -> Plan | None:
    """The plan with its tables and KPIs as they come out under `case`, a scenario's changes made.

    What the case no longer has is dropped; what is new to it is not sold, not covered and not engaged. Work and parts
    that the plan says nothing of go to the cheapest of its providers and policies. None where there is work that none
    of its providers has a rate for, or parts without a policy. The table `experience` stays as it was.
    """
    demand, decisions, menus = Demand(case), _decisions(plan, case), _menus(plan, case)
    choice, locked = plan_choice(demand, menus, plan.coverage), locked_rows(demand)
    served = cases_by_service(case, units_by_region(demand, choice, locked))
    allocation = _allocation(case, plan, decisions, work_classes(case, served).frame)
    fulfilment = _fulfilment(case, plan, parts_cases(served).frame)
    if allocation is None or fulfilment is None:
        return None
    done, uptake = work(demand, choice, locked, allocation, fulfilment), uptake_rows(demand, choice, locked)
    allocation = allocation.assign(hours=done.flows["true_hours"], cost=done.flows["true_cost"])
    cost = done.policies["parts_cases"] * done.policies["parts_cost"]
    pairs = Rows.of(plan.coverage)
    return Plan(
        decisions=decisions,
        menus=menus,
        coverage=pairs.where(pairs.among(demand.holdings, ["price_book", "product"])).frame,
        uptake=_typed_as(plan.uptake, uptake.frame),
        allocation=_typed_as(plan.allocation, allocation),
        fulfilment=_typed_as(plan.fulfilment, fulfilment.assign(cost=cost)),
        experience=plan.experience,
        kpis=kpis(demand, uptake, done, offer(demand, menus, decisions)),
    )


def _typed_as(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with columns and types of a plan's table, also where there are none."""
    return pd.DataFrame({name: pd.Series(rows[name].tolist(), dtype=table[name].dtype) for name in table.columns})


def _decisions(plan: Plan, case: Case) -> Decisions:
    """What the plan chooses, as far as the case has it."""
    kept = {}
    for kind in DECISION_KINDS.values():
        known = set(case.tables[kind.table][kind.name])
        kept[kind.listed] = tuple(name for name in getattr(plan.decisions, kind.listed) if name in known)
    return Decisions(**kept)


def _menus(plan: Plan, case: Case) -> pd.DataFrame:
    tables = case.tables
    known = {"price_book": tables["segments"]["price_book"], "tier": tables["tiers"]["tier"]}
    known["model"] = tables["pricing_models"]["model"]
    kept = np.logical_and.reduce([plan.menus[name].isin(set(names)) for name, names in known.items()])
    return plan.menus[kept].reset_index(drop=True)


def _allocation(case: Case, plan: Plan, decisions: Decisions, classes: pd.DataFrame) -> pd.DataFrame | None:
    """Cases of each work class and provider; None where a class has nobody."""
    rates = rates_by_tier(case).frame
    rates = rates.loc[rates["provider"].isin(decisions.providers), [*WORK_CLASS[:4], "provider", "cost_per_case"]]
    ways = classes.merge(rates, on=WORK_CLASS[:4], how="left")
    if ways["provider"].isna().any():
        return None
    weight = _weights(ways, plan.allocation, "provider", _LEVELS, WORK_CLASS, ways["cost_per_case"])
    rows = ways.assign(cases=ways["cases"] * weight)
    return rows[rows["cases"] > 0].reset_index(drop=True)


def _fulfilment(case: Case, plan: Plan, parts: pd.DataFrame) -> pd.DataFrame | None:
    """The policy of each product and tier with parts cases; None where a product has none."""
    policies = case.tables["fulfilment"][["product", "policy", "parts_cost"]]
    ways = parts.merge(policies, on="product", how="left")
    if ways["policy"].isna().any():
        return None
    keys = ["product", "tier"]
    weight = _weights(ways, plan.fulfilment, "policy", _POLICY_LEVELS, keys, ways["parts_cost"])
    order = ways.assign(weight=weight).sort_values([*keys, "weight"], ascending=[True, True, False], kind="stable")
    return order.drop_duplicates(keys).reset_index(drop=True)


def _weights(
    ways: pd.DataFrame, done: pd.DataFrame, doer: str, levels: Sequence[list[str]], keys: list[str], cost: pd.Series
) -> pd.Series:
    """Share of each way in what is to be done by `keys`: as it is `done`, else all by the one of least cost."""
    group = ways.groupby(keys, sort=False).ngroup()
    weight = pd.Series(0.0, index=ways.index)
    cheapest = cost.groupby(group).rank(method="first") == 1
    for level in levels:
        open_ = weight.groupby(group).transform("sum") == 0
        if not open_.any():
            break
        sums = done.groupby([*level, doer])["cases"].sum().rename("weight").reset_index()
        found = ways[[*level, doer]].merge(sums, on=[*level, doer], how="left")["weight"].fillna(0.0)
        weight = weight.where(~open_, pd.Series(found.to_numpy(), index=ways.index))
    weight = weight.where(weight.groupby(group).transform("sum") > 0, cheapest.astype(float))
    return weight / weight.groupby(group).transform("sum")
