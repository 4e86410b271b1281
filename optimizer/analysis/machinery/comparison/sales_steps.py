"""What customers buy, changed step by step from one plan to another: the worth of each step.

The value of each step is the change it makes when those before it have been made:

    V0 = sum N_a v_a                    the first plan
    V1 = sum U_b P_a v^                 numbers of the case, where the scenarios change them
    V2 = sum U_b a_b w_a v^             uptake: a = share of a cohort's units under contract
    V3 = sum U_b P_b v^                 mix of tiers: w = shares of the tiers among units under contract
    V4 = sum U_b P_b v~                 pricing model: v~ is v_b where the tier's model changed, v^ elsewhere
    V5 = sum N_b v_b                    price: the second plan

N are units, U a cohort's free units, P shares, v a unit's worth under its option. v^ is the worth under the first
plan's option with the second plan's numbers. A tier that only one of the plans sells to a cohort is valued at its own
option. A new pricing model comes with its price, so both are its effect.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.plan import Plan
from models.schema.vocabulary import LOCKED_CLASS

Values = NDArray[np.float64]

STEPS = ("numbers of the case", "uptake", "mix of tiers", "pricing model", "price")
"""What changes sales, in the order it is changed."""
LEAST_SHARE = 1e-12
"""Share of a cohort's units from which the worth of a unit can be read off."""
_COHORT = ["segment", "customer_class", "product"]


class Sides:
    """What free units take in two plans, side by side: a row for each cohort and tier that either sells.

    `on_cost` holds the pricing models whose price is a mark-up.
    """

    def __init__(self, first: Plan, second: Plan, on_cost: frozenset[str]) -> None:
        rows = _free(first).merge(_free(second), on=[*_COHORT, "tier"], how="outer", suffixes=("_a", "_b"))
        self.rows = rows
        self.cohort = rows.groupby(_COHORT, sort=False).ngroup().to_numpy()
        self.none = (rows["tier"] == "none").to_numpy()
        self.units_a, self.units_b = self._total("units_a"), self._total("units_b")
        self.held_b = self._whole(self.units_b)
        self.same_model = (rows["model_a"] == rows["model_b"]).to_numpy()
        share_a, share_b = self._shares(self.units_a, self.units_b), self._shares(self.units_b, self.units_a)
        self.weights = (share_a, self._with_uptake_of_second(share_a, share_b), share_b)
        self.price_ratio = _price_ratio(rows, on_cost)

    def effects(self, column: str, factor: pd.Series | None = None) -> Values:
        """Effect of each of `STEPS` on the sum of a column of uptake.csv, times a factor by product."""
        scale = np.ones(len(self.rows)) if factor is None else self.rows["product"].map(factor).to_numpy(dtype=float)
        value_a, value_b = (self._per_unit(f"{column}_{side}") * scale for side in "ab")
        priced = self.price_ratio if column == "service_revenue" else 1.0
        kept = np.where(np.isnan(value_b), value_a, np.where(np.isnan(value_a), value_b, value_b * priced))
        moved = np.isfinite(value_a) & np.isfinite(value_b) & ~self.same_model & ~self.none
        old, new = np.where(moved, value_a, kept), np.where(moved, value_b, kept)
        share_a, taken, share_b = self.weights
        totals = [
            self._total(f"{column}_a") @ scale,
            *(self.held_b * share @ np.nan_to_num(old) for share in (share_a, taken, share_b)),
            self.held_b * share_b @ np.nan_to_num(new),
            self._total(f"{column}_b") @ scale,
        ]
        return np.diff(np.array(totals, dtype=float))

    def _whole(self, values: Values) -> Values:
        """Sum of each row's cohort."""
        return np.asarray(np.bincount(self.cohort, weights=values)[self.cohort], dtype=float)

    def _shares(self, units: Values, otherwise: Values) -> Values:
        """Share of each row in its cohort's units; those of the other plan where this one has no such cohort."""
        held, other = self._whole(units), self._whole(otherwise)
        return np.where(held > 0, ratio(units, held), ratio(otherwise, other))

    def _with_uptake_of_second(self, share_a: Values, share_b: Values) -> Values:
        """Shares with the second plan's units under contract, divided among tiers as in the first plan."""
        sold_a, sold_b = (np.where(self.none, 0.0, share) for share in (share_a, share_b))
        attached_a, attached_b = self._whole(sold_a), self._whole(sold_b)
        mix = np.where(attached_a > 0, ratio(sold_a, attached_a), ratio(sold_b, attached_b))
        return np.where(self.none, share_b, attached_b * mix)

    def _total(self, column: str) -> Values:
        return self.rows[column].to_numpy(dtype=float, na_value=0.0)

    def _per_unit(self, column: str) -> Values:
        """Value of a unit; NaN where hardly any unit takes the row, so that it could not be told."""
        units = self.units_a if column.endswith("_a") else self.units_b
        taken = units > LEAST_SHARE * self._whole(units)
        return np.where(taken, ratio(self._total(column), units), np.nan)


def _free(plan: Plan) -> pd.DataFrame:
    return plan.uptake[plan.uptake["customer_class"] != LOCKED_CLASS].drop(columns="share")


def _price_ratio(rows: pd.DataFrame, on_cost: frozenset[str]) -> Values:
    """What a unit pays at the first plan's price, as a share of what it pays at the second's; 1 for another model."""
    base = np.where(rows["model_b"].isin(on_cost), 1.0, 0.0)
    price_a, price_b = (rows[f"price_{side}"].to_numpy(dtype=float) + base for side in "ab")
    same = (rows["model_a"] == rows["model_b"]).to_numpy() & (price_b != 0)
    return np.where(same & (price_a != price_b), np.divide(price_a, price_b, where=same, out=np.ones(len(rows))), 1.0)


def ratio(part: Values, whole: Values) -> Values:
    """part / whole, 0 where whole is 0."""
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
