"""Who buys what: the demand base and every customer class's choice, worked out from the tables alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from models.case import Case
from models.choice import TIE, burden_without_contract, certainty_equivalent, utility
from models.holdings import Array, Holdings
from models.matching import row_positions

from .terms import with_terms

_COHORT = ["segment", "customer_class", "product"]
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Demand:
    """Free and locked units of a case, with names for keys."""

    case: Case

    @cached_property
    def _holdings(self) -> Holdings:
        """The rows of installed_base, each with its account and its segment, region and product."""
        return Holdings(self.case)

    @cached_property
    def _revenue(self) -> Array:
        """Product revenue of each row of installed_base: its account's, split by units x unit_value."""
        products, base, account = self.case.tables["products"], self._holdings.base, self._holdings.account
        unit_value = products["unit_value"].to_numpy()[base.words("product").coded(tuple(products["product"]))]
        value = base.numbers("units") * unit_value
        part = value / np.bincount(account, weights=value)[account]
        return np.asarray(self._holdings.accounts.numbers("product_revenue")[account] * part)

    @cached_property
    def installed(self) -> pd.DataFrame:
        """Units, hours of use and product revenue a year by segment, region and product, locked units too."""
        base, group = self._holdings.base, self._holdings.group
        units = base.numbers("units")
        values = {"units": units, "hours": units * base.numbers("usage_hours"), "revenue": self._revenue}
        sums = {name: np.bincount(group, weights=value) for name, value in values.items()}
        return self._holdings.groups.assign(**sums)

    @cached_property
    def _usage(self) -> pd.DataFrame:
        """H: unit-weighted mean usage hours of segment and product, over all units."""
        sums = self.installed.groupby(["segment", "product"], as_index=False)[["units", "hours"]].sum()
        return sums.assign(usage_hours=sums["hours"] / sums["units"])[["segment", "product", "usage_hours"]]

    @cached_property
    def locked(self) -> pd.DataFrame:
        """Contracts in force: segment, region, product, tier, model, price, units, revenue, usage_hours."""
        contracts, base = self.case.columns("contracts"), self._holdings.base
        row = row_positions(contracts, base, ("account_id", "product"))
        rows = contracts.frame.drop(columns=["account_id", "product"])
        place = self._holdings.groups.iloc[self._holdings.group[row]].reset_index(drop=True)
        rows = pd.concat([rows, place], axis="columns")
        rows["revenue"] = self._revenue[row] * rows["units"] / base.numbers("units")[row]
        keys = ["segment", "region", "product", "tier", "model", "price"]
        rows = rows.groupby(keys, as_index=False)[["units", "revenue"]].sum()
        return rows.merge(self._usage, on=["segment", "product"])

    @cached_property
    def free(self) -> pd.DataFrame:
        """Units and product revenue not under contract, by segment, product and region."""
        keys = ["segment", "product", "region"]
        held = self.installed.groupby(keys)[["units", "revenue"]].sum()
        taken = self.locked.groupby(keys)[["units", "revenue"]].sum().reindex(held.index, fill_value=0.0)
        left = held - taken
        return left[left["units"] > _ROUNDING * held["units"]].reset_index()

    @cached_property
    def cohorts(self) -> pd.DataFrame:
        """Segment x customer class x product with free units: price book, discount, units U, revenue R, hours H."""
        tables = self.case.tables
        rows = self.free.groupby(["segment", "product"], as_index=False)[["units", "revenue"]].sum()
        rows = rows.merge(tables["segments"], on="segment").merge(tables["customer_classes"], on="segment")
        rows = rows.merge(self._usage, on=["segment", "product"])
        scaled = {name: rows[name] * rows["share"] for name in ("units", "revenue")}
        return rows.assign(**scaled).rename(columns={"share": "class_share"}).reset_index(names="cohort")

    @cached_property
    def holdings(self) -> pd.DataFrame:
        """price_book, product pairs with free units."""
        pairs = self.cohorts[["price_book", "product"]].drop_duplicates()
        return pairs.sort_values(["price_book", "product"]).reset_index(drop=True)

    @cached_property
    def loyalty(self) -> pd.Series:
        """Share of product revenue kept, retention x (1 + cross_sell), by segment and tier or `none`."""
        rows = self.case.tables["loyalty"].set_index(["segment", "tier"])
        return pd.Series(rows["retention"] * (1 + rows["cross_sell"]))

    def kept(self, rows: pd.DataFrame) -> pd.Series:
        """Product revenue kept by each row of segment, tier, revenue."""
        keys = pd.MultiIndex.from_frame(rows[["segment", "tier"]])
        share = self.loyalty.reindex(keys).to_numpy(dtype=float)
        return pd.Series(rows["revenue"].to_numpy(dtype=float) * share, index=rows.index)

    def buyable(self, options: pd.DataFrame) -> pd.DataFrame:
        """Cohort x option rows, for options (price_book, tier, model, price) that the cohort can buy: T > 0."""
        rows = self.cohorts.merge(options, on="price_book")
        rows = rows.merge(self.case.tables["appeal"], on=["segment", "customer_class", "tier"])
        rows = with_terms(self.case, rows)
        return rows[rows["yearly"] > 0].reset_index(drop=True)


def chosen(demand: Demand, menus: pd.DataFrame, covered: pd.DataFrame) -> pd.DataFrame:
    """Cohort x option rows with their share P, for menus and the (price_book, product) pairs covered."""
    rows = demand.buyable(menus).merge(covered[["price_book", "product"]], on=["price_book", "product"])
    rows["utility"] = _utilities(rows)
    shares = _logit if demand.case.settings.choice_model == "logit" else _first_choice
    rows["share"] = shares(rows)
    rows["units"] *= rows["share"]
    rows["service_revenue"] = rows["units"] * rows["yearly"]
    rows["product_revenue"] = demand.kept(rows) * rows["share"] * (1 - rows["displaced_share"])
    return rows


def none_rows(demand: Demand, choice: pd.DataFrame) -> pd.DataFrame:
    """A row per cohort for those who buy nothing."""
    bought = choice.groupby("cohort")["share"].sum().reindex(demand.cohorts["cohort"], fill_value=0.0)
    rows = demand.cohorts.assign(tier="none", model="", price=np.nan, share=1.0 - bought.to_numpy(dtype=float))
    units = rows["units"] * rows["share"]
    return rows.assign(units=units, service_revenue=0.0, product_revenue=demand.kept(rows) * rows["share"])


def locked_rows(demand: Demand) -> pd.DataFrame:
    """Contracts in force with their terms: price as written, no discount."""
    rows = with_terms(demand.case, demand.locked.assign(discount=0.0))
    rows["service_revenue"] = rows["units"] * rows["yearly"]
    rows["product_revenue"] = demand.kept(rows) * (1 - rows["displaced_share"])
    return rows.assign(customer_class="contract", share=1.0)


def _utilities(rows: pd.DataFrame) -> pd.Series:
    """u of each cohort x option row."""
    column = {str(name): rows[name].to_numpy() for name in rows.columns}
    burden = certainty_equivalent(
        yearly=column["yearly"],
        incidents=column["incidents"],
        per_incident=column["per_incident"],
        settlement=column["settlement"],
        downtime_loss=column["downtime_cost"] * column["promise"],
        credit=column["credit"],
        risk_aversion=column["risk_aversion"],
    )
    adhoc = column["adhoc_price"] + column["downtime_cost"] * column["adhoc_hours"]
    without = burden_without_contract(column["incident_rate"], adhoc, column["risk_aversion"])
    value = utility(column["appeal"], column["price_sensitivity"], burden, without, column["unit_value"])
    return pd.Series(value, index=rows.index)


def _logit(rows: pd.DataFrame) -> pd.Series:
    """exp(u) / (1 + sum exp(u)) inside each cohort, shifted by the peak so that nothing overflows."""
    peak = rows.groupby("cohort")["utility"].transform("max").clip(lower=0.0)
    weight = pd.Series(np.exp(rows["utility"] - peak), index=rows.index)
    whole = pd.Series(np.exp(-peak), index=rows.index) + weight.groupby(rows["cohort"]).transform("sum")
    return weight / whole


def _first_choice(rows: pd.DataFrame) -> pd.Series:
    """1 for the option of highest utility above 1e-9; ties go to the highest payment T, then the higher rank."""
    best = rows.groupby("cohort")["utility"].transform("max")
    left = rows[(rows["utility"] >= best - TIE) & (best > TIE)]
    top = left.groupby("cohort")["yearly"].transform("max")
    left = left[left["yearly"] >= top - TIE * top.abs()]
    winners = left.sort_values("rank").groupby("cohort").tail(1).index
    return pd.Series(rows.index.isin(winners), index=rows.index).astype(float)
