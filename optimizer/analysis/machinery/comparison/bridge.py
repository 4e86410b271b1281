"""The bridge from one plan to another: what each cause adds, in a stated order, with nothing left over.

Sales go first, step by step (see `sales_steps`): billed service under the step's own name, product revenue as loyalty.
Then settlement and loyalty loss; then delivery and parts, each by more or other work at the first plan's cost per case
and by the cost per case; then the costs that have one cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import Case
from models.catalog import Catalog
from models.economics.demand_base import demand_base
from models.economics.pricing_kinds import KINDS
from models.plan import ONE_OFF_COST, Plan
from models.scenario import OBJECTIVES
from models.schema.vocabulary import LOCKED_CLASS

from ....accounting.work import WORK_CLASS
from .sales_steps import STEPS, Sides, ratio

MEASURES = OBJECTIVES
"""Amounts whose change a bridge explains."""
ONE_OFF = "one-off cost"
"""The part of a bridge that is paid once."""
PARTS = (
    *STEPS,
    "settlement",
    "loyalty",
    "delivery cost",
    "parts cost",
    "admin cost",
    "capital cost",
    "fixed cost",
    ONE_OFF,
)
"""Parts of a bridge, in order."""
CHANGE_ROUNDING = 1e-13
"""Share of an amount under which a change of it is rounding."""
_PARTS_CASES = ["product", "tier"]


@dataclass(frozen=True)
class Numbers:
    """Numbers of the first plan's case that plans do not hold."""

    on_cost: frozenset[str]
    """Pricing models whose price is a mark-up."""
    product_margin: pd.Series
    """Gross margin share by product."""
    mean_margin: float
    """mbar: product margin weighted by product revenue before contracts."""

    @staticmethod
    def of(case: Case) -> Numbers:
        """Those of a case whose scenario changes have been made."""
        catalog, models = Catalog(case), case.tables["pricing_models"]
        margin = catalog.product_table["product_margin"]
        revenue = demand_base(catalog).revenue_by_product
        mean = float(margin.to_numpy(dtype=float) @ revenue / revenue.sum()) if revenue.sum() > 0 else 0.0
        marked_up = [KINDS[kind].on_cost for kind in models["kind"]]
        return Numbers(frozenset(models.loc[marked_up, "model"]), margin, mean)


@dataclass(frozen=True)
class Cause:
    """One cause of change and the amounts it adds, money a year."""

    part: str
    cause: str
    service_revenue: float = 0.0
    product_revenue: float = 0.0
    product_profit: float = 0.0
    """Product margin on product revenue, less that on revenue lost by service under target."""
    cost: float = 0.0


def bridge(first: Plan, second: Plan, numbers: Numbers) -> pd.DataFrame:
    """Every cause of change from `first` to `second`: step, part, cause, and what it adds to each of `MEASURES`.

    Money a year. The rows of a measure add up to its change.
    """
    causes = [*_sales(first, second, numbers), *_service(first, second, numbers), *_costs(first, second)]
    rows = _without_rounding(
        pd.DataFrame(causes), max(abs(_amount(plan, "account_revenue")) for plan in (first, second))
    )
    service = rows["service_revenue"] - rows["cost"]
    rows = rows.assign(
        step=np.arange(1, len(rows) + 1),
        account_revenue=rows["service_revenue"] + rows["product_revenue"],
        account_margin=service + rows["product_profit"],
        service_margin=service,
    )
    return rows[["step", "part", "cause", *MEASURES]]


def _without_rounding(rows: pd.DataFrame, largest: float) -> pd.DataFrame:
    """The rows with what is mere rounding of the largest amount set to 0."""
    amounts = rows.select_dtypes("number")
    return rows.assign(**amounts.where(amounts.abs() > CHANGE_ROUNDING * largest, 0.0))


def _sales(first: Plan, second: Plan, numbers: Numbers) -> Iterator[Cause]:
    """What units bring: billed service, and product revenue by their loyalty. Contracts in force change by numbers."""
    sides = Sides(first, second, numbers.on_cost)
    billed, kept = sides.effects("service_revenue"), sides.effects("product_revenue")
    profit = sides.effects("product_revenue", numbers.product_margin)
    before, after = _in_force(first), _in_force(second)
    billed[0] += float(after["service_revenue"].sum() - before["service_revenue"].sum())
    kept[0] += float(after["product_revenue"].sum() - before["product_revenue"].sum())
    profit[0] += _profit(after, numbers) - _profit(before, numbers)
    profit[0] += _profit_beyond(second, numbers) - _profit_beyond(first, numbers)
    yield Cause(STEPS[0], "billed", service_revenue=billed[0])
    yield Cause(STEPS[0], "product revenue", product_revenue=kept[0], product_profit=profit[0])
    for at, step in enumerate(STEPS[1:], start=1):
        yield Cause(step, "billed", service_revenue=billed[at])
    for at, step in enumerate(STEPS[1:4], start=1):
        yield Cause("loyalty", step, product_revenue=kept[at], product_profit=profit[at])


def _profit_beyond(plan: Plan, numbers: Numbers) -> float:
    """Product profit that the first plan's margins do not explain: 0 where the scenarios change no product margin."""
    profit = _amount(plan, "account_margin") - _amount(plan, "service_margin")
    explained = _profit(plan.uptake, numbers) - numbers.mean_margin * _amount(plan, "loyalty_loss")
    return profit - explained


def _service(first: Plan, second: Plan, numbers: Numbers) -> Iterator[Cause]:
    """What the quality of the service settles and loses."""
    billed = float(second.uptake["service_revenue"].sum() - first.uptake["service_revenue"].sum())
    loss = _change(first, second, "loyalty_loss")
    yield Cause("settlement", "performance", service_revenue=_change(first, second, "service_revenue") - billed)
    yield Cause("loyalty", "service under target", product_revenue=-loss, product_profit=-numbers.mean_margin * loss)


def _costs(first: Plan, second: Plan) -> Iterator[Cause]:
    """What serving costs."""
    work, rate = _volume_and_rate(first.allocation, second.allocation, WORK_CLASS)
    listed = float(second.allocation["cost"].sum() - first.allocation["cost"].sum())
    yield Cause("delivery cost", "work", cost=work)
    yield Cause("delivery cost", "cost per case", cost=rate)
    yield Cause("delivery cost", "discounts and commitments", cost=_change(first, second, "delivery_cost") - listed)
    work, rate = _volume_and_rate(first.fulfilment, second.fulfilment, _PARTS_CASES)
    listed = float(second.fulfilment["cost"].sum() - first.fulfilment["cost"].sum())
    yield Cause("parts cost", "work", cost=work)
    yield Cause("parts cost", "cost per case", cost=rate)
    yield Cause("parts cost", "fixed cost of policies", cost=_change(first, second, "fulfilment_cost") - listed)
    once = _change(first, second, ONE_OFF_COST)
    for name, apart in (("admin_cost", 0.0), ("capital_cost", 0.0), ("fixed_cost", once)):
        yield Cause(name.replace("_", " "), "all", cost=_change(first, second, name) - apart)
    yield Cause(ONE_OFF, "all", cost=once)


def _volume_and_rate(first: pd.DataFrame, second: pd.DataFrame, keys: list[str]) -> tuple[float, float]:
    """Change of cost by the cases and by the cost of a case; work that only one plan has is at its own cost."""
    tables = (table.astype(dict.fromkeys(keys, object)) for table in (first, second))  # pandas 3 merges no empty text
    sums = [table.groupby(keys)[["cases", "cost"]].sum() for table in tables]
    both = sums[0].merge(sums[1], how="outer", on=keys, suffixes=("_a", "_b"))
    cases_a, cost_a, cases_b, cost_b = both.to_numpy(dtype=float, na_value=0.0).T
    rate_a, rate_b = ratio(cost_a, cases_a), ratio(cost_b, cases_b)
    before, after = np.where(cases_a > 0, rate_a, rate_b), np.where(cases_b > 0, rate_b, rate_a)
    return float((cases_b - cases_a) @ before), float(cases_b @ (after - before))


def _amount(plan: Plan, kpi: str) -> float:
    """An amount of money of a plan."""
    value = plan.kpis[kpi]
    assert value is not None  # amounts of money always have a value
    return value


def _change(first: Plan, second: Plan, kpi: str) -> float:
    return _amount(second, kpi) - _amount(first, kpi)


def _profit(uptake: pd.DataFrame, numbers: Numbers) -> float:
    """Product margin on product revenue, before loyalty loss."""
    margin = uptake["product"].map(numbers.product_margin).to_numpy(dtype=float)
    return float(uptake["product_revenue"].to_numpy(dtype=float) @ margin)


def _in_force(plan: Plan) -> pd.DataFrame:
    return plan.uptake[plan.uptake["customer_class"] == LOCKED_CLASS]
