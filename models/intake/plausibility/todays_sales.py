"""What today's price book sells, and what is absurd about it: nobody or everybody buys, or nobody can deliver it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...economics.delivery_formulas import HOUR_SHARING_KINDS
from ...economics.offers import Offers, build_offers
from ...economics.uptake import uptake
from ...problems import listed
from .case_view import PLACE, Array, CaseView, Codes
from .oddity import MOST_TOLD, Oddity

LEAST_UPTAKE = 5e-4
"""Share of a class that buys, or does not: less reads as 0.0 %, and takes utilities beyond 7.6 on either side."""
WHOLE = 1 - 1e-9
"""Share of a work class that providers may take together, below which some of it stays undone."""
LEAST_HOURS = 1000.0
"""Hours a year of less than one person: a capacity under this may be a number of people."""
MOST_WORK = 100.0
"""Times its capacity that a provider is said to serve, from which on the capacity is too small to be meant."""


@dataclass(frozen=True)
class TodaysSales:
    """What today's menus and contracts in force sell, every product but the excluded ones covered."""

    offers: Offers
    share: Array
    """Share of each cohort that buys."""
    open: np.ndarray[tuple[int], np.dtype[np.bool_]]
    """Cohorts that today's menu offers something they could buy."""
    work: pd.DataFrame
    """region, family, tier, units, incidents: what is under contract, each a year."""
    cases: pd.DataFrame
    """The work by service, as `CaseView.cases_of` has it, within the time of providers."""

    @classmethod
    def of(cls, view: CaseView) -> TodaysSales:
        """Of a case; nothing is sold where it has no current_menus."""
        offers = build_offers(view.catalog, view.demand, view.frame("current_menus"))
        cohorts = view.demand.cohorts
        sold = view.catalog.product_table["support"].to_numpy()[cohorts.product] != "excluded"
        taken = uptake(offers, np.arange(len(offers.options)), np.ones(len(cohorts), dtype=bool))
        cells = np.where(taken.cell >= 0, taken.cell, 0)
        able = (taken.cell >= 0) & (np.isfinite(offers.utility[cells]) if len(offers.utility) else False)
        share = taken.share * sold[:, None]
        work = pd.concat([_free_work(view, offers, cells, share), _locked_work(view)])
        work = work.groupby([*PLACE, "tier"], as_index=False)[["units", "incidents"]].sum()
        return cls(offers, share.sum(axis=1), able.any(axis=1) & sold, work, view.cases_of(work, timed=True))


def _work(view: CaseView, region: Codes, product: Codes, tier: Codes, units: Array, incidents: Array) -> pd.DataFrame:
    catalog = view.catalog
    family = catalog.family_of_product[product]
    names = {"region": (catalog.regions, region), "family": (catalog.families, family), "tier": (catalog.tiers, tier)}
    named = {name: np.array(known, dtype=object)[at] for name, (known, at) in names.items()}
    return pd.DataFrame({**named, "units": units, "incidents": units * incidents})


def _free_work(view: CaseView, offers: Offers, cells: Codes, share: Array) -> pd.DataFrame:
    cohort, tier = np.nonzero(share > 0)
    sold, incidents = share[cohort, tier], offers.terms.incidents[cells[cohort, tier]]
    by_region = view.demand.cohorts.units_by_region[cohort] * sold[:, None]
    row, region = np.nonzero(by_region > 0)
    product = view.demand.cohorts.product[cohort]
    return _work(view, region, product[row], tier[row], by_region[row, region], incidents[row])


def _locked_work(view: CaseView) -> pd.DataFrame:
    locked = view.demand.locked
    incidents = view.catalog.incidents(locked.product, locked.tier, locked.model)
    return _work(view, locked.region, locked.product, locked.tier, locked.units, incidents)


def absurd_uptake(view: CaseView, sales: TodaysSales) -> Iterator[Oddity]:
    """Nobody or everybody of a class buys today: its sensitivity, appeals or burdens are in another unit.

    Under first choice a class buys or not as a whole, so there only a price book that nobody buys at all is odd.
    """
    cohorts = view.demand.cohorts
    table = view.frame("customer_classes")
    names = pd.MultiIndex.from_frame(table[["segment", "customer_class"]])
    segment = np.array(view.catalog.segments, dtype=object)[cohorts.segment]
    row = names.get_indexer(pd.MultiIndex.from_arrays([segment, list(cohorts.customer_class)]))
    weight = np.where(sales.open, cohorts.units, 0.0)
    units, bought = (np.bincount(row, weight * part, len(table)) for part in (np.ones(len(row)), sales.share))
    rates = np.divide(bought, units, out=np.full(len(table), np.nan), where=units > 0)
    if view.case.settings.choice_model == "logit":
        odd = (rates < LEAST_UPTAKE) | (rates > 1 - LEAST_UPTAKE)
    else:
        odd = np.full(len(table), bool(units.sum() > 0 and bought.sum() == 0)) & (units > 0)

    def why(at: int) -> str:
        return f"today's price book gives this class an uptake of {rates[at] * 100:.2f} %, whatever a price does"

    if odd.any():
        advice = "utility lost per 1 % of unit value; see also appeal, downtime_cost and adhoc_price"
        yield Oddity("customer_classes", "price_sensitivity", np.flatnonzero(odd), why, advice)


def work_nobody_may_do(view: CaseView, sales: TodaysSales) -> Iterator[Oddity]:
    """Work of today's price book for which a row of rates is missing, or of which max_share leaves a rest undone."""
    today, every = sales.cases, view.work_of_all
    yield from _undone(today[today["reach"] < WHOLE], "today's price book cannot be delivered")
    keys = [*PLACE, "service", "tier"]
    other = every[~pd.MultiIndex.from_frame(every[keys]).isin(pd.MultiIndex.from_frame(today[keys]))]
    # where no provider has a rate at all, another warning tells of it
    yield from _undone(other[(other["reach"] > 0) & (other["reach"] < WHOLE)], "the tier cannot be sold there")


def _undone(cases: pd.DataFrame, so: str) -> Iterator[Oddity]:
    """The first of these cases one by one, with what follows, and how many more there are."""
    rows = cases.sort_values([*PLACE, "tier", "service"], kind="stable")
    for place, reach in zip(rows.head(MOST_TOLD).to_dict("records"), rows["reach"].tolist(), strict=False):
        key = ", ".join(f"{name}={place[name]}" for name in ("service", *PLACE, "tier"))
        lack = (
            "the row is missing (or one with a blank tier): no provider who can be engaged has a rate for this work"
            if reach == 0
            else f"all providers with a rate can take only {reach * 100:.3g} % of this work (max_share, capacity_hours)"
        )
        column = "" if reach == 0 else "max_share"
        yield Oddity("rates", column, (), f"{lack}, so that {so}", "rates for all work that is sold", key)
    if len(rows) > MOST_TOLD:
        why = f"as much is missing of {len(rows) - MOST_TOLD:,} more kinds of work, so that {so}"
        yield Oddity("rates", "", (), why, "rates for all work that is sold", "further services and places")


def capacity_below_today(view: CaseView, sales: TodaysSales) -> Iterator[Oddity]:
    """All providers together have fewer hours than today's price book needs."""
    needed, providers = float(sales.cases["hours"].sum()), view.frame("providers")
    open_rows = providers[providers["engage"] != "excluded"]
    there = float(open_rows["capacity_hours"].sum())
    if needed > there:
        why = f"today's price book needs {needed:,.0f} hours a year, all providers together have {there:,.0f}"
        advice = "hours a year, not people; see also services.hours_per_case"
        yield Oddity("providers", "capacity_hours", (), why, advice, listed(list(open_rows["provider"])))


def shares_below_all_work(view: CaseView) -> Iterator[Oddity]:
    """What each team and partner may do of the hours of them all does not come to all of them."""
    providers = view.frame("providers")
    open_rows = providers[(providers["engage"] != "excluded") & providers["kind"].isin(HOUR_SHARING_KINDS)]
    together = float(open_rows["max_share"].sum())
    if len(open_rows) and together < WHOLE:
        why = f"teams and partners may together do {together * 100:.3g} % of the hours that they do, which is none"
        yield Oddity("providers", "max_share", open_rows.index.to_numpy(), why, "a share: 1 for all, 0.4 for 40 %")


def capacities_of_people(view: CaseView) -> Iterator[Oddity]:
    """A provider has less than one person's year, and is said to serve a hundred times as much work."""
    providers = view.frame("providers")
    served = providers["provider"].map(_served_hours(view)).astype(float).fillna(0.0)
    capacity = providers["capacity_hours"]
    odd = (capacity > 0) & (capacity < LEAST_HOURS) & (served > MOST_WORK * capacity)
    odd &= providers["engage"] != "excluded"

    def why(row: int) -> str:
        return f"less than one person works in a year, while its rates are for {served[row]:,.0f} hours of work"

    if odd.any():
        advice = "hours a year: 12 people are about 19,000"
        yield Oddity("providers", "capacity_hours", providers.index[odd].to_numpy(), why, advice)


def _served_hours(view: CaseView) -> pd.Series:
    """Hours a year of the work for which each provider has rates, were every unit under the lowest tier."""
    cases = view.work_of_all[view.work_of_all["tier"].isin(view.open_tiers[:1])]
    rates = view.usable_rates[["provider", *PLACE, "service", "tier"]].merge(cases, on=[*PLACE, "service", "tier"])
    return rates.groupby("provider")["hours"].sum()
