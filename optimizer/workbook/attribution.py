"""Every amount of a plan given to the rows that cause it, shared cost by a stated driver.

Work, its settlements and its loyalty loss go by cases: each row of a work class has the part of its flows that it has
of its cases. What no driver reaches, such as a commitment beyond the work done, stays unallocated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import Case
from models.economics.delivery_formulas import payment
from models.economics.pricing_kinds import KINDS
from models.plan import Plan

from ..accounting.demand import Demand
from ..accounting.money import discounts, gaps, mean_product_margin
from ..accounting.offered import offer
from ..accounting.sold import sold_rows, under_contract
from ..accounting.work import WORK_CLASS, cases_by_service, flows, parts_cases, policies
from .lines import AMOUNTS

_OF_ENGAGED = ("providers_fixed", "readiness", "readiness_spread")
"""What an engaged provider costs whether it works or not."""
_FLOW_AMOUNTS = ["settlement", "case_cost", "volume_discounts", *_OF_ENGAGED, "loyalty_loss"]


@dataclass(frozen=True)
class Attribution:
    """A plan's amounts by who causes them; `rows` and `unallocated` together are the plan's totals."""

    demand: Demand
    rows: pd.DataFrame
    """Columns of `sold_rows`, and every amount of `AMOUNTS`, money a year."""
    unallocated: pd.Series
    """What no row causes, by amount."""

    @property
    def totals(self) -> pd.Series:
        """Every amount of the plan."""
        return self.rows[list(AMOUNTS)].sum() + self.unallocated


def attribute(case: Case, plan: Plan) -> Attribution:
    """Amounts of a plan by segment, region, product, tier, model and price; `case` has its scenario's changes made."""
    demand = Demand(case)
    rows = sold_rows(demand, plan)
    served = cases_by_service(case, under_contract(rows).reset_index(names="row")).frame
    pools = [
        *_work_pools(case, plan, served),
        *_parts_pools(case, plan, served),
        *_fixed_pools(demand, plan, rows),
    ]
    spread = {name: _by_driver(pool, drivers, len(rows)) for name, pool, drivers in pools}
    rows = rows.assign(**{name: values for name, (values, _) in spread.items()}, commitments=0.0)
    rows["profit_lost"] = rows["loyalty_loss"] * mean_product_margin(demand)
    unallocated = pd.Series({name: left for name, (_, left) in spread.items()}).reindex(AMOUNTS, fill_value=0.0)
    unallocated["commitments"] = _commitments(case, plan)
    return Attribution(demand, rows, unallocated)


Pool = tuple[str, pd.Series, pd.DataFrame]
"""(amount, its sum by key, rows with the same key columns, `row` and `driver`)"""


def _by_driver(pool: pd.Series, drivers: pd.DataFrame, count: int) -> tuple[np.ndarray, float]:
    """Amounts by row in proportion to the driver within each key, and what no row takes."""
    keys = list(pool.index.names)
    whole = drivers.groupby(keys)["driver"].transform("sum")
    found = pool.reindex(pd.MultiIndex.from_frame(drivers[keys]) if len(keys) > 1 else drivers[keys[0]])
    part = np.divide(drivers["driver"], whole, out=np.zeros(len(drivers)), where=whole.to_numpy() > 0)
    given = np.nan_to_num(found.to_numpy(dtype=float)) * part
    reached = drivers.loc[whole > 0, keys].drop_duplicates()
    left = pool.drop(pd.MultiIndex.from_frame(reached) if len(keys) > 1 else reached[keys[0]], errors="ignore")
    return np.bincount(drivers["row"].to_numpy(dtype=int), weights=given, minlength=count), float(left.sum())


def _work_pools(case: Case, plan: Plan, served: pd.DataFrame) -> list[Pool]:
    """What flows cost and bring, by work class."""
    flow = flow_amounts(case, plan)
    by_class = flow.groupby(WORK_CLASS)[_FLOW_AMOUNTS].sum()
    models = case.tables["pricing_models"].set_index("model")["kind"]
    settling = served["model"].map(models).map(lambda kind: KINDS[kind].settles).astype(bool)
    by_performance = settling & served["response_clock"].astype(bool)
    drivers = served.assign(model=served["model"].where(by_performance, ""), driver=served["cases"])
    pools: list[Pool] = [(name, by_class[name], drivers) for name in _FLOW_AMOUNTS]
    idle = provider_amounts(case, plan).query("hours == 0")
    for name in _OF_ENGAGED:
        pools[_FLOW_AMOUNTS.index(name)] = _with_idle(name, by_class, idle[name], drivers)
    return pools


def _with_idle(name: str, by_class: pd.DataFrame, idle: pd.Series, drivers: pd.DataFrame) -> Pool:
    """The pool with a key that no row has, for providers that are engaged and do nothing."""
    pool = by_class[name].copy()
    pool.loc[("",) * len(WORK_CLASS)] = float(idle.sum())
    return name, pool, drivers


def flow_amounts(case: Case, plan: Plan) -> pd.DataFrame:
    """Flows of the allocation with `_FLOW_AMOUNTS` of each, money a year, and hours."""
    flow = flows(case, plan.allocation).frame
    paid = provider_amounts(case, plan)
    own = paid.reindex(flow["provider"])
    cost, hours = flow["true_cost"].to_numpy(), flow["true_hours"].to_numpy()
    return flow[WORK_CLASS].assign(
        provider=flow["provider"],
        cases=flow["cases"],
        hours=hours,
        settlement=flow["cases"] * flow["settlement"],
        case_cost=cost,
        volume_discounts=-_share(own["saved"], own["case_cost"]) * cost,
        **{name: _share(own[name], own["hours"]) * hours for name in _OF_ENGAGED},
        loyalty_loss=flow["loss"],
    )


def _share(part: pd.Series, whole: pd.Series) -> np.ndarray:
    values = part.to_numpy(dtype=float), whole.to_numpy(dtype=float)
    return np.asarray(np.divide(*values, out=np.zeros(len(part)), where=values[1] > 0), dtype=float)


def provider_amounts(case: Case, plan: Plan) -> pd.DataFrame:
    """Each engaged provider: kind, capacity_hours, cases, hours and, money a year, what it costs.

    Columns of money: case_cost (before discounts), saved (volume discounts), commitments (paid beyond the work done),
    payment, providers_fixed (fixed cost), readiness (gaps closed, paid once),
    readiness_spread (gaps closed, what is spread over the contract).
    """
    engaged = list(plan.decisions.providers)
    flow = flows(case, plan.allocation).frame
    sums = flow.groupby("provider")[["cases", "true_hours", "true_cost"]].sum().reindex(engaged, fill_value=0.0)
    table = case.tables["providers"].set_index("provider").loc[engaged]
    closed = gaps(case).frame
    once = closed["once"].astype(bool)
    ready = {name: closed[rows].groupby("provider")["yearly"].sum().reindex(engaged).fillna(0.0).to_numpy(dtype=float)
             for name, rows in (("readiness", once), ("readiness_spread", ~once))}  # fmt: skip
    saved = np.array(discounts(case, engaged, sums["true_cost"].tolist()), dtype=float)
    net = sums["true_cost"] - saved
    paid = np.array([payment(*both) for both in zip(net, table["commitment"], strict=True)], dtype=float)
    columns = {
        "cases": sums["cases"],
        "hours": sums["true_hours"],
        "case_cost": sums["true_cost"],
        "saved": saved,
        "commitments": paid - net,
        "payment": paid,
        "providers_fixed": table["fixed_cost"],
        **ready,
    }
    return table[["kind", "capacity_hours"]].assign(**columns)


def _commitments(case: Case, plan: Plan) -> float:
    return float(provider_amounts(case, plan)["commitments"].sum())


def _parts_pools(case: Case, plan: Plan, served: pd.DataFrame) -> list[Pool]:
    """Cost of parts by product and tier, and of each policy by what it serves."""
    used = policies(case, plan.fulfilment, parts_cases(served)).frame
    used = used.assign(cost=used["parts_cases"] * used["parts_cost"])
    needing = served[served["needs_parts"].astype(bool)].rename(columns={"cases": "driver"})
    chosen = needing.merge(used[["product", "tier", "policy"]], on=["product", "tier"])
    fixed = used.drop_duplicates(["product", "policy"]).set_index(["product", "policy"])["fixed_cost"]
    return [("parts", used.groupby(["product", "tier"])["cost"].sum(), needing), ("policies", fixed, chosen)]


def _fixed_pools(demand: Demand, plan: Plan, rows: pd.DataFrame) -> list[Pool]:
    """Fixed cost of tiers, models and products, by units under contract."""
    offered, tables = offer(demand, plan.menus, plan.decisions), demand.case.tables
    drivers = under_contract(rows).reset_index(names="row").rename(columns={"units": "driver"})

    def pool(amount: str, table: str, key: str, cost: str, names: frozenset[str]) -> Pool:
        return amount, tables[table].set_index(key)[cost].reindex(sorted(names)).rename_axis(key), drivers

    return [
        pool("tiers_fixed", "tiers", "tier", "fixed_cost", offered.tiers),
        pool("models_fixed", "pricing_models", "model", "fixed_cost", offered.models),
        pool("products_fixed", "products", "product", "support_cost", offered.products),
    ]
