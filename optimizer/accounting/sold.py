"""What a plan sells: who takes what of its menus, by cohort and by region, with contracts in force."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from models.plan import Plan
from models.schema import NO_CONTRACT

from .demand import Demand, chosen, locked_rows, none_rows
from .rows import Rows, Table, stacked

UPTAKE_KEYS = ["segment", "customer_class", "product", "tier", "model", "price"]
UPTAKE_AMOUNTS = ["share", "units", "service_revenue", "product_revenue"]
SOLD_KEYS = ["segment", "region", "product", "tier", "model", "price", "locked"]
_TERMS = ["yearly", "admin_cost", "capital", "incidents", "displaced_share", "family"]


def plan_choice(demand: Demand, menus: Table, coverage: Table) -> Rows:
    """Cohort x option rows with their share, for a plan's menus and its table of coverage."""
    return chosen(demand, menus, Rows.of(coverage).where(Rows.of(coverage)["covered"].astype(bool)))


def uptake_rows(demand: Demand, choice: Rows, locked: Rows) -> Rows:
    """Every row uptake.csv should hold: options by cohort, who buys nothing, and contracts in force."""
    keys = [*UPTAKE_KEYS, "capital", "admin_cost", "incidents", "unit_value"]
    contracts = locked.sums(keys, UPTAKE_AMOUNTS[1:]).assign(share=1.0)
    return stacked([choice, none_rows(demand, choice), contracts], [*keys, *UPTAKE_AMOUNTS])


def over_regions(demand: Demand, choice: Rows, keys: Sequence[str]) -> Rows:
    """Free units and product revenue before contracts of cohort x option rows by `keys`, segment and product among
    them, and region: a segment's customers choose alike in every region."""
    parts = choice.assign(part=choice["share"] * choice["class_share"]).sums(keys, ["part"])
    rows = parts.joined(demand.free, ["segment", "product"])
    return rows.assign(units=rows["units"] * rows["part"], revenue=rows["revenue"] * rows["part"])


def units_under_contract(demand: Demand, choice: Rows, locked: Rows, keys: Sequence[str]) -> Rows:
    """Units under contract, new or in force, by `keys`: segment, region, product or terms of the contract."""
    terms = ["segment", "product", *(name for name in keys if name not in ("segment", "region", "product"))]
    return stacked([over_regions(demand, choice, terms), locked], [*keys, "units"]).sums(keys, ["units"])


def units_by_region(demand: Demand, choice: Rows, locked: Rows) -> Rows:
    """N by region, product, family, tier, model: free units by choice and locked ones, with incidents n per unit."""
    keys = ["region", "product", "family", "tier", "model", "incidents"]
    return units_under_contract(demand, choice, locked, keys)


def sold_rows(demand: Demand, plan: Plan) -> pd.DataFrame:
    """A row for each of `SOLD_KEYS` that holds units; `locked` marks contracts in force, tier `none` those without one.

    Columns beside the keys: family, incidents (n a unit and year), units, value (units x unit_value, money), revenue
    (product revenue before contracts) and, money a year: billed, admin, capital, product_kept (product revenue before
    loyalty loss), product_profit (its margin), product_plain (product revenue with retention and cross-sell taken out)
    and profit_plain (its margin).
    """
    choice = plan_choice(demand, plan.menus, plan.coverage)
    free, locked = _free(demand, choice), locked_rows(demand).assign(locked=True)
    columns = [*SOLD_KEYS, "units", "revenue", *_TERMS]
    rows = pd.concat([free.frame[columns], locked.frame[columns]], ignore_index=True)
    rows["product_kept"] = demand.kept(rows) * (1 - rows["displaced_share"])
    rows["product_plain"] = rows["revenue"] * (1 - rows["displaced_share"])
    products = demand.case.tables["products"].set_index("product")
    margin = rows["product"].map(products["product_margin"])
    rows["value"] = rows["units"] * rows["product"].map(products["unit_value"])
    rows["product_profit"], rows["profit_plain"] = rows["product_kept"] * margin, rows["product_plain"] * margin
    for line, each in (("billed", "yearly"), ("admin", "admin_cost"), ("capital", "capital")):
        rows[line] = rows["units"] * rows[each]
    return rows.drop(columns=["displaced_share", "yearly", "admin_cost"]).sort_values(SOLD_KEYS, ignore_index=True)


def _free(demand: Demand, choice: Rows) -> Rows:
    """Free units by what they take, and those that take nothing."""
    none = none_rows(demand, choice).assign(**dict.fromkeys(_TERMS[:-1], 0.0), family="")
    keys = ["segment", "product", "tier", "model", "price", *_TERMS]
    taken = stacked([rows for rows in (choice, none) if len(rows)] or [none], [*keys, "share", "class_share"])
    rows = over_regions(demand, taken.assign(price=taken["price"].astype(float)), keys)
    return rows.where(rows["part"] > 0).assign(locked=False)


def under_contract(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose units have a contract."""
    return rows[np.asarray(rows["tier"] != NO_CONTRACT)]
