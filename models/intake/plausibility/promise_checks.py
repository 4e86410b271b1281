"""Promises, targets and orders of tiers that contradict what providers, policies and lower tiers are said to do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...economics.delivery_formulas import attainment
from ...schema import NO_CONTRACT
from .case_view import PLACE, Array, CaseView
from .oddity import Oddity

ROUNDING = 1e-9
NEVER_LATE = 30.0
"""Times the slowest provider's mean response that a promise lasts: one case in 10^13 is late. Minutes make sixty."""
LOYALTY_NOISE = 0.02
"""Share of product revenue by which a higher tier may keep less: surveys tell loyalty to one or two points."""


def best_means(rates: pd.DataFrame, keys: list[str], value: str) -> pd.Series:
    """Highest case-weighted mean of a value that max_share lets each group of rates reach, its best rows first."""
    rows = rates.sort_values(value, ascending=False, kind="stable")
    taken = rows.groupby(keys)["max_share"].cumsum().clip(upper=1.0)
    part = rows["max_share"] - (rows.groupby(keys)["max_share"].cumsum() - taken)
    rows = rows.assign(part=part.clip(lower=0.0))
    sums = rows.assign(weighted=rows["part"] * rows[value]).groupby(keys)[["weighted", "part"]].sum()
    return sums["weighted"][sums["part"] > 0] / sums["part"][sums["part"] > 0]


def promises_no_policy_keeps(view: CaseView) -> Iterator[Oddity]:
    """Of every product with parts cases, even the quickest policy takes longer than the tier promises."""
    catalog, tiers = view.catalog, view.frame("tiers")
    quickest = view.frame("fulfilment").groupby("product")["turnaround_hours"].min().reindex(catalog.products)
    rate = catalog.product_table["incident_rate"].to_numpy(dtype=float)
    for row, tier in zip(tiers.index, tiers["tier"], strict=True):
        promise, at = float(tiers["turnaround_hours"][row]), catalog.tiers.index(tier)
        cases = rate * catalog.parts_per_incident[at] + catalog.parts_per_unit[at]
        times = quickest[view.sold_products & (cases > 0)].dropna()
        if tier in view.open_tiers and len(times) and times.min() > promise:
            why = f"no policy of any product is that quick: the quickest takes {times.min():g} hours"
            yield Oddity("tiers", "turnaround_hours", [row], why, "a promise that fulfilment can keep")


def promises_no_provider_keeps(view: CaseView) -> Iterator[Oddity]:
    """In some region no provider answers so many cases in time, whoever works there and for whatever family."""
    rates, tiers = view.usable_rates, view.frame("tiers").set_index("tier", drop=False)
    promise = rates["tier"].map(tiers["response_hours"]).to_numpy(dtype=float)
    rates = rates.assign(kept=attainment(promise, rates["response_hours"].to_numpy(dtype=float)))
    best = best_means(rates, [*PLACE, "service", "tier"], "kept")
    for row, tier in enumerate(view.frame("tiers")["tier"]):
        asked = float(tiers["min_attainment"][tier])
        reached = _reached(view, tier, best, clocked=True)
        short = reached[reached < asked - ROUNDING]
        if tier in view.open_tiers and len(short):
            why = f"in {short.index[0]} at most {short.iloc[0] * 100:.1f} % of cases are answered in time by anyone"
            yield Oddity("tiers", "min_attainment", [row], why, "a promise (response_hours) that rates keep")


def floors_no_provider_reaches(view: CaseView) -> Iterator[Oddity]:
    """In some region no provider satisfies so much, whoever works there and for whatever family."""
    best = best_means(view.usable_rates, [*PLACE, "service", "tier"], "csat")
    for row, (tier, floor) in enumerate(view.frame("tiers")[["tier", "csat_floor"]].itertuples(index=False)):
        reached = _reached(view, tier, best, clocked=False)
        short = reached[reached < floor - ROUNDING]
        if tier in view.open_tiers and len(short):
            why = f"in {short.index[0]} no provider reaches more than {short.iloc[0]:.1f} points"
            yield Oddity("tiers", "csat_floor", [row], why, "a floor under what rates (csat) can reach")


def _reached(view: CaseView, tier: str, best: pd.Series, clocked: bool) -> pd.Series:
    """By region, the best mean of a tier's cases, of the product for which it is best; none where rates are missing."""
    catalog, at = view.catalog, view.catalog.tiers.index(tier)
    counted = catalog.on_response_clock if clocked else np.ones(len(catalog.services), dtype=bool)
    rate = catalog.product_table["incident_rate"]
    means: dict[str, list[float]] = {}
    for region, family, product in view.places.itertuples(index=False):
        cases = rate[product] * catalog.cases_per_incident[at] + catalog.cases_per_unit[at]
        cases = np.where(counted, cases, 0.0)
        keys = [(region, family, service, tier) for service in np.array(catalog.services, dtype=object)[cases > 0]]
        if keys and all(key in best.index for key in keys):
            means.setdefault(region, []).append(float(np.average(best[keys], weights=cases[cases > 0])))
    return pd.Series({region: max(found) for region, found in sorted(means.items())}, dtype=float)


def targets_no_provider_reaches(view: CaseView) -> Iterator[Oddity]:
    """Every case falls short of the target, so that each one costs loyalty whoever does it."""
    top = view.usable_rates.groupby("tier")["csat"].max()
    tiers = view.frame("tiers")
    best = tiers["tier"].map(top)
    odd = (tiers["csat_target"] > best) & (tiers["loyalty_loss"] > 0) & tiers["tier"].isin(view.open_tiers)

    def why(row: int) -> str:
        return f"no provider satisfies more than {best[row]:g} points, so that every case costs loyalty_loss"

    if odd.any():
        yield Oddity("tiers", "csat_target", tiers.index[odd].to_numpy(), why, "a target that some rate (csat) reaches")


def promises_never_missed(view: CaseView) -> Iterator[Oddity]:
    """The promise is so long that no case is ever late: it is in minutes, or the providers' times are in days."""
    services, tiers = view.frame("services"), view.frame("tiers")
    clocked = view.usable_rates["service"].isin(services.loc[services["response_clock"], "service"])
    slowest = view.usable_rates[clocked].groupby("tier")["response_hours"].max()
    bound = NEVER_LATE * tiers["tier"].map(slowest)
    odd = (tiers["response_hours"] > bound) & tiers["tier"].isin(view.open_tiers)

    def why(row: int) -> str:
        return f"no case can ever be late: the slowest provider answers in {bound[row] / NEVER_LATE:g} hours on average"

    if odd.any():
        yield Oddity("tiers", "response_hours", tiers.index[odd].to_numpy(), why, "hours, as in rates (response_hours)")


_RISING = {"csat_target": 1, "csat_floor": 1, "response_hours": -1, "turnaround_hours": -1}
"""What a higher tier has more of (1) or less of (-1) than a lower one."""


def higher_tiers_that_promise_less(view: CaseView) -> Iterator[Oddity]:
    """A tier of higher rank promises later or aims lower than one beneath it."""
    tiers = view.frame("tiers")
    ranked = tiers[tiers["offer"] != "excluded"].sort_values("rank", kind="stable")
    for column, sign in _RISING.items():
        known = ranked[["tier", column]].dropna()
        before = (sign * known[column]).cummax().shift()
        less = known.index[(sign * known[column] < before).to_numpy(dtype=bool)]
        if len(less):
            why = f"a tier of lower rank has a {'higher' if sign > 0 else 'lower'} {column}: this one promises less"
            yield Oddity("tiers", column, less.to_numpy(), why, "tiers that promise more the higher their rank")


def loyalty_that_falls(view: CaseView) -> Iterator[Oddity]:
    """A tier keeps less product revenue than the tier beneath it, or than having no contract."""
    rows = view.frame("loyalty").reset_index(names="row")
    tiers = view.frame("tiers")
    rank = {NO_CONTRACT: -np.inf, **dict(zip(tiers["tier"], tiers["rank"], strict=True))}
    rows = rows.assign(kept=rows["retention"] * (1 + rows["cross_sell"]), rank=rows["tier"].map(rank))
    rows = rows.sort_values(["segment", "rank"], kind="stable")
    before = rows.groupby("segment")["kept"].shift()
    odd = rows[rows["kept"] < before - LOYALTY_NOISE]
    told = dict(zip(odd["row"], zip(odd["kept"], before[odd.index], strict=True), strict=True))

    def why(row: int) -> str:
        kept, lower = told[row]
        return f"with cross_sell it keeps {kept:.3g} of product revenue, the tier beneath it {lower:.3g}"

    if told:
        yield Oddity("loyalty", "retention", sorted(told), why, "no less for a higher tier, and none the least")


def down_all_year(view: CaseView) -> Iterator[Oddity]:
    """Incidents times their length come to more hours down than the year has."""
    products = view.frame("products")
    hours: Array = (products["incident_rate"] * products["adhoc_hours"]).to_numpy(dtype=float)
    odd = (hours > 8784) & (products["incident_rate"].to_numpy() <= 365)
    if odd.any():
        why = "its incidents times adhoc_hours are more hours down than a year has (8,784)"
        yield Oddity("products", "incident_rate", np.flatnonzero(odd), why, "incidents of one unit a year")
