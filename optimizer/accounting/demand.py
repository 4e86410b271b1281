"""Who buys what: the demand base and every customer class's choice, worked out from the tables alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.case import Case
from models.economics.choice import TIE, burden_without_contract, certainty_equivalent, utility
from models.installed_base import Array, InstalledBase
from models.row_keys import row_positions

from .rows import Flags, Rows, Table, group_peaks, group_sums, take
from .terms import ContractTerms

_LEFT_OVER = 1e-12
"""Share of its units up to which a cohort that is all under contract has free units by rounding alone."""


@dataclass(frozen=True)
class Demand:
    """Free and locked units of a case, with names for keys."""

    case: Case

    @cached_property
    def terms(self) -> ContractTerms:
        """What contracts pay."""
        return ContractTerms(self.case)

    @cached_property
    def installed_base(self) -> InstalledBase:
        """The rows of installed_base, each with its account and its segment, region and product."""
        return InstalledBase(self.case)

    @cached_property
    def product_revenue(self) -> Array:
        """Product revenue of each row of installed_base: its account's, split by units x unit_value."""
        products, base, account = self.case.tables["products"], self.installed_base.base, self.installed_base.account
        unit_value = products["unit_value"].to_numpy()[base.categorical("product").coded(tuple(products["product"]))]
        value = base.numbers("units") * unit_value
        part = value / np.bincount(account, weights=value)[account]
        return np.asarray(self.installed_base.accounts.numbers("product_revenue")[account] * part)

    @cached_property
    def installed(self) -> Rows:
        """Units, hours of use and product revenue a year by segment, region and product, locked units too."""
        base, group = self.installed_base.base, self.installed_base.group
        units = base.numbers("units")
        values = {"units": units, "hours": units * base.numbers("usage_hours"), "revenue": self.product_revenue}
        sums = {name: np.bincount(group, weights=value) for name, value in values.items()}
        return self._groups.assign(**sums)

    @cached_property
    def _groups(self) -> Rows:
        return Rows.of(self.installed_base.groups)

    @cached_property
    def _usage(self) -> Rows:
        """H: unit-weighted mean usage hours of segment and product, over all units."""
        sums = self.installed.sums(["segment", "product"], ["units", "hours"])
        return sums.assign(usage_hours=sums["hours"] / sums["units"]).pick("segment", "product", "usage_hours")

    @cached_property
    def locked(self) -> Rows:
        """Contracts in force: segment, region, product, tier, model, price, units, revenue, usage_hours."""
        contracts, base = self.case.columns("contracts"), self.installed_base.base
        row = row_positions(contracts, base, ("account_id", "product"))
        terms = Rows.of(contracts.frame, "tier", "model", "price", "units")
        revenue = self.product_revenue[row] * terms["units"] / base.numbers("units")[row]
        rows = self._groups.where(self.installed_base.group[row].astype(np.int64)).assign(
            **terms.columns, revenue=revenue
        )
        rows = rows.sums(["segment", "region", "product", "tier", "model", "price"], ["units", "revenue"])
        return rows.looked_up(self._usage, ["segment", "product"])

    @cached_property
    def free(self) -> Rows:
        """Units and product revenue not under contract, by segment, product and region."""
        keys, amounts = ["segment", "product", "region"], ["units", "revenue"]
        held = self.installed.sums(keys, amounts)
        taken = self.locked.sums(keys, amounts).renamed(units="units_taken", revenue="revenue_taken")
        rows = held.looked_up(taken, keys).filled(units_taken=0.0, revenue_taken=0.0)
        left = {name: rows[name] - rows[f"{name}_taken"] for name in amounts}
        return held.assign(**left).where(left["units"] > _LEFT_OVER * held["units"])

    @cached_property
    def cohorts(self) -> Rows:
        """Segment x customer class x product with free units: price book, discount, units U, revenue R, hours H."""
        tables = self.case.tables
        rows = self.free.sums(["segment", "product"], ["units", "revenue"])
        rows = rows.looked_up(Rows.of(tables["segments"]), ["segment"])
        rows = rows.joined(Rows.of(tables["customer_classes"]), ["segment"])
        rows = rows.looked_up(self._usage, ["segment", "product"])
        scaled = {name: rows[name] * rows["share"] for name in ("units", "revenue")}
        return rows.assign(**scaled, cohort=np.arange(len(rows))).renamed(share="class_share")

    @cached_property
    def holdings(self) -> Rows:
        """price_book, product pairs with free units."""
        return self.cohorts.sums(["price_book", "product"])

    @cached_property
    def loyalty(self) -> Rows:
        """Share of product revenue `kept`, retention x (1 + cross_sell), by segment and tier or `none`."""
        rows = Rows.of(self.case.tables["loyalty"])
        return rows.assign(kept=rows["retention"] * (1 + rows["cross_sell"])).pick("segment", "tier", "kept")

    def kept(self, table: Table) -> Array:
        """Product revenue kept by each row of segment, tier, revenue."""
        rows = Rows.of(table, "segment", "tier", "revenue")
        share = take(self.loyalty["kept"], rows.places(self.loyalty, ["segment", "tier"]))
        return np.asarray(rows["revenue"] * share, dtype=float)

    def buyable(self, options: Rows) -> Rows:
        """Cohort x option rows, for options (price_book, tier, model, price) that the cohort can buy: T > 0."""
        rows = self.cohorts.joined(options, ["price_book"])
        appeal = Rows.of(self.case.tables["appeal"])
        at = rows.places(appeal, ["segment", "customer_class", "tier"])
        rows = rows.assign(appeal=take(appeal["appeal"], at)).where(at >= 0)
        rows = self.terms.of(rows)
        return rows.where(rows["yearly"] > 0)


def mean_payments(demand: Demand, options: Table) -> Array:
    """Tbar of each option (price_book, tier, model, price): mean T, for a lease T - A, over the units of
    the cohorts that can buy it, covered or not; NaN where none can."""
    count = len(options)
    rows = demand.buyable(Rows.of(options, "price_book", "tier", "model", "price").assign(option=np.arange(count)))
    weighted = group_sums(rows["units"] * (rows["yearly"] - rows["capital"]), rows["option"], count)
    units = group_sums(rows["units"], rows["option"], count)
    mean = np.full(count, np.nan)
    bought = np.unique(rows["option"])
    mean[bought] = weighted[bought] / units[bought]
    return mean


def chosen(demand: Demand, menus: Table, covered: Table) -> Rows:
    """Cohort x option rows with their share P, for menus and the (price_book, product) pairs covered."""
    pair = ["price_book", "product"]
    rows = demand.buyable(Rows.of(menus))
    rows = rows.where(rows.among(Rows.of(covered, *pair), pair))
    rows = rows.assign(utility=_utilities(rows))
    shares = _logit if demand.case.settings.choice_model == "logit" else _first_choice
    share = shares(rows, len(demand.cohorts))
    units = rows["units"] * share
    return rows.assign(
        share=share,
        units=units,
        service_revenue=units * rows["yearly"],
        product_revenue=demand.kept(rows) * share * (1 - rows["displaced_share"]),
    )


def none_rows(demand: Demand, choice: Rows) -> Rows:
    """A row per cohort for those who buy nothing."""
    share = 1.0 - group_sums(choice["share"], choice["cohort"], len(demand.cohorts))
    rows = demand.cohorts.assign(tier="none", model="", price=np.nan, share=share)
    kept = demand.kept(rows) * share
    return rows.assign(units=rows["units"] * share, service_revenue=0.0, product_revenue=kept)


def locked_rows(demand: Demand) -> Rows:
    """Contracts in force with their terms: price as written, no discount."""
    rows = demand.terms.of(demand.locked.assign(discount=0.0))
    billed = rows["units"] * rows["yearly"]
    kept = demand.kept(rows) * (1 - rows["displaced_share"])
    return rows.assign(service_revenue=billed, product_revenue=kept, customer_class="contract", share=1.0)


@dataclass(frozen=True)
class Burdens:
    """Certainty-equivalent yearly burden of a unit, money, row by row."""

    with_contract: Array
    """CE."""
    without: Array
    """CE0."""


def burdens(rows: Rows) -> Burdens:
    """CE and CE0 of rows with terms, the product's columns and risk_aversion."""
    burden = certainty_equivalent(
        yearly=rows["yearly"],
        incidents=rows["incidents"],
        per_incident=rows["per_incident"],
        settlement=rows["settlement"],
        downtime_loss=rows["downtime_cost"] * rows["promise"],
        credit=rows["credit"],
        risk_aversion=rows["risk_aversion"],
    )
    adhoc = rows["adhoc_price"] + rows["downtime_cost"] * rows["adhoc_hours"]
    without = burden_without_contract(rows["incident_rate"], adhoc, rows["risk_aversion"])
    return Burdens(np.asarray(burden), np.asarray(without))


def _utilities(rows: Rows) -> Array:
    """u of each cohort x option row."""
    yearly = burdens(rows)
    weighed = utility(
        rows["appeal"], rows["price_sensitivity"], yearly.with_contract, yearly.without, rows["unit_value"]
    )
    return np.asarray(weighed)


def _logit(rows: Rows, cohorts: int) -> Array:
    """exp(u) / (1 + sum exp(u)) inside each cohort, shifted by the peak so that nothing overflows."""
    cohort = rows["cohort"]
    peak = np.maximum(0.0, group_peaks(rows["utility"], cohort, cohorts)[cohort])
    weight = np.exp(rows["utility"] - peak)
    return np.asarray(weight / (np.exp(-peak) + group_sums(weight, cohort, cohorts)[cohort]))


def _first_choice(rows: Rows, cohorts: int) -> Array:
    """1 for the option of highest utility above 1e-9; ties go to the highest payment T, then the higher rank."""
    cohort, yearly = rows["cohort"], rows["yearly"]
    best = group_peaks(rows["utility"], cohort, cohorts)[cohort]
    tied: Flags = (rows["utility"] >= best - TIE) & (best > TIE)
    top = group_peaks(yearly[tied], cohort[tied], cohorts)[cohort]
    left = np.flatnonzero(tied)
    left = left[yearly[left] >= top[left] - TIE * np.abs(top[left])]
    left = left[np.argsort(rows["rank"][left])]
    winner = np.full(cohorts, -1)
    winner[cohort[left]] = left  # of several places the last one written stays
    return np.asarray(winner[cohort] == np.arange(len(rows)), dtype=float)
