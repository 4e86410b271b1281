"""Promises, targets and orders of tiers that contradict what providers, policies and lower tiers are said to do."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...economics.delivery_formulas import attainment
from ...schema import NO_CONTRACT
from .case_view import PLACE, Array, CaseView
from .cell_ranges import MOST_INCIDENTS, YEAR_HOURS
from .oddity import Oddity

PROMISE_SLACK = 1e-9
"""By which a mean may miss its limit, for rounding only."""
NEVER_LATE = 30.0
"""Times the slowest provider's mean response that a promise lasts: one case in 10^13 is late. Minutes make sixty."""
DAY = 24.0
MOST_DAYS = 14.0
"""Longest time, in days, in which parts come or are repaired where nothing is wrong."""
LOYALTY_NOISE = 0.02
"""Share of product revenue by which a higher tier may keep less: surveys tell loyalty to one or two points."""


def best_means(rates: pd.DataFrame, keys: list[str], value: str) -> pd.Series:
    """Highest case-weighted mean of a value that max_share lets each group of rates reach, its best rows first."""
    rows = rates.sort_values(value, ascending=False, kind="stable")
    offered = rows.groupby(keys)["max_share"].cumsum()
    part = rows["max_share"] - (offered - offered.clip(upper=1.0))
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
    rates, tiers = view.usable_rates, view.frame("tiers").set_index("tier")
    promise = rates["tier"].map(tiers["response_hours"]).to_numpy(dtype=float)
    rates = rates.assign(kept=attainment(promise, rates["response_hours"].to_numpy(dtype=float)))
    reached = _reached(view, best_means(rates, [*PLACE, "service", "tier"], "kept"), clocked=True)
    for row, tier, region, best in _short(view, reached, "min_attainment"):
        why = f"in {region} at most {best * 100:.1f} % of cases are answered in time by anyone"
        yield Oddity("tiers", "min_attainment", [row], why, f"a promise (response_hours) of {tier} that rates keep")


def floors_no_provider_reaches(view: CaseView) -> Iterator[Oddity]:
    """In some region no provider satisfies so much, whoever works there and for whatever family."""
    reached = _reached(view, best_means(view.usable_rates, [*PLACE, "service", "tier"], "csat"), clocked=False)
    for row, tier, region, best in _short(view, reached, "csat_floor"):
        why = f"in {region} no provider reaches more than {best:.1f} points"
        yield Oddity("tiers", "csat_floor", [row], why, f"a floor of {tier} under what rates (csat) can reach")


def _reached(view: CaseView, best: pd.Series, clocked: bool) -> pd.DataFrame:
    """By tier and region, the best mean of all cases, of the product for which it is best.

    Products for whose work a rate is missing are left out.
    """
    mix = view.frame("service_mix").merge(view.frame("services")[["service", "response_clock"]], on="service")
    mix = mix[mix["response_clock"] | (not clocked)]
    rates = view.frame("products")[["product", "incident_rate"]]
    places = view.places.merge(rates, on="product").drop(columns="product").drop_duplicates()
    rows = places.merge(mix, how="cross")
    rows["cases"] = rows["incident_rate"] * rows["cases_per_incident"] + rows["cases_per_unit"]
    rows = rows[rows["cases"] > 0].merge(best.rename("best").reset_index(), "left", [*PLACE, "service", "tier"])
    rows["weighted"] = rows["cases"] * rows["best"]
    sums = rows.groupby(["tier", *PLACE, "incident_rate"]).agg(
        cases=("cases", "sum"), weighted=("weighted", lambda values: values.sum(skipna=False))
    )
    return (sums["weighted"] / sums["cases"]).groupby(["tier", "region"]).max().rename("best").reset_index()


def _short(view: CaseView, reached: pd.DataFrame, limit: str) -> Iterator[tuple[int, str, str, float]]:
    """Row and name of each open tier that some region cannot bring to its limit, the first such region, its best."""
    for row, (tier, asked) in enumerate(zip(*(view.frame("tiers")[name] for name in ("tier", limit)), strict=True)):
        short = reached[(reached["tier"] == tier) & (reached["best"] < asked - PROMISE_SLACK)]
        if tier in view.open_tiers and len(short):
            yield row, str(tier), str(short["region"].iloc[0]), float(short["best"].iloc[0])


def targets_no_provider_reaches(view: CaseView) -> Iterator[Oddity]:
    """Every case falls short of the target, so that each one costs loyalty whoever does it."""
    top = view.usable_rates.groupby("tier")["csat"].max()
    tiers = view.frame("tiers")
    best = tiers["tier"].map(top).astype(float)
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
    bound = NEVER_LATE * tiers["tier"].map(slowest).astype(float)
    odd = (tiers["response_hours"] > bound) & tiers["tier"].isin(view.open_tiers)

    def why(row: int) -> str:
        return f"no case can ever be late: the slowest provider answers in {bound[row] / NEVER_LATE:g} hours on average"

    if odd.any():
        yield Oddity("tiers", "response_hours", tiers.index[odd].to_numpy(), why, "hours, as in rates (response_hours)")


def turnarounds_in_days(view: CaseView) -> Iterator[Oddity]:
    """Every policy is so quick that no promise of any tier can be missed, and were its times days, some would be."""
    tiers = view.frame("tiers")
    promised = tiers.loc[tiers["tier"].isin(view.open_tiers), "turnaround_hours"].dropna()
    hours = view.numbers("fulfilment", "turnaround_hours")
    if promised.empty or not len(hours) or promised.max() < DAY:
        return
    slowest, least = float(hours.max()), float(promised.min())
    if slowest <= MOST_DAYS and slowest < least < DAY * slowest:
        why = f"no promise (from {least:g} hours) can ever be missed: the slowest policy of all takes {slowest:g}"
        yield Oddity("fulfilment", "turnaround_hours", np.flatnonzero(hours > 0), why, "hours, not days")


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
    odd = (hours > YEAR_HOURS) & (products["incident_rate"].to_numpy() <= MOST_INCIDENTS)
    if odd.any():
        why = "its incidents times adhoc_hours are more hours down than a year has (8,784)"
        yield Oddity("products", "incident_rate", np.flatnonzero(odd), why, "incidents of one unit a year")
