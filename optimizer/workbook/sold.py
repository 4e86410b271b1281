"""What a plan sells, by segment, region, product, tier, model and price, with what follows from units alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.plan import Plan
from models.schema import NO_CONTRACT

from ..accounting.demand import Demand, chosen, locked_rows, none_rows
from ..accounting.rows import Rows

KEYS = ["segment", "region", "product", "tier", "model", "price", "locked"]
_TERMS = ["yearly", "admin_cost", "capital", "incidents", "displaced_share", "family"]


def sold_rows(demand: Demand, plan: Plan) -> pd.DataFrame:
    """A row for each of `KEYS` that holds units; `locked` marks contracts in force, tier `none` those without one.

    Columns beside the keys: family, incidents (n a unit and year), units, revenue (product revenue before contracts)
    and, money a year: billed, admin, capital, product_kept (product revenue before loyalty loss), product_profit (its
    margin), product_plain (product revenue with retention and cross-sell taken out) and profit_plain (its margin).
    """
    choice = chosen(demand, plan.menus, plan.coverage[plan.coverage["covered"]])
    rows = pd.concat([_free(demand, choice), _locked(demand)], ignore_index=True)
    rows["product_kept"] = demand.kept(rows) * (1 - rows["displaced_share"])
    rows["product_plain"] = rows["revenue"] * (1 - rows["displaced_share"])
    margin = rows["product"].map(demand.case.tables["products"].set_index("product")["product_margin"])
    rows["product_profit"], rows["profit_plain"] = rows["product_kept"] * margin, rows["product_plain"] * margin
    for line, each in (("billed", "yearly"), ("admin", "admin_cost"), ("capital", "capital")):
        rows[line] = rows["units"] * rows[each]
    return rows.drop(columns=["displaced_share", "yearly", "admin_cost"]).sort_values(KEYS, ignore_index=True)


def _free(demand: Demand, choice: Rows) -> pd.DataFrame:
    """Free units by what they take, spread over regions alike."""
    none = none_rows(demand, choice).frame.assign(**dict.fromkeys(_TERMS[:-1], 0.0), family="")
    taken = pd.concat([part for part in (choice.frame, none) if len(part)], ignore_index=True)
    taken = taken.assign(part=taken["share"] * taken["class_share"], price=taken["price"].astype(float))
    keys = ["segment", "product", "tier", "model", "price", *_TERMS]
    parts = taken.groupby(keys, as_index=False, dropna=False)[["part"]].sum()
    rows = parts[parts["part"] > 0].merge(demand.free.frame, on=["segment", "product"])
    units, revenue = rows["units"] * rows["part"], rows["revenue"] * rows["part"]
    return rows.assign(units=units, revenue=revenue, locked=False).drop(columns="part")


def _locked(demand: Demand) -> pd.DataFrame:
    columns = ["segment", "region", "product", "tier", "model", "price", "units", "revenue", *_TERMS]
    return locked_rows(demand).frame[columns].assign(locked=True)


def under_contract(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows whose units have a contract."""
    return rows[np.asarray(rows["tier"] != NO_CONTRACT)]
