"""Values a thousand times off their neighbours, told only where enough neighbours agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...column_tables import Flags
from ...economics.delivery_formulas import HOUR_SHARING_KINDS
from .case_view import Array, CaseView
from .oddity import Oddity

THOUSANDFOLD = 300.0
"""Times off the median that no spread explains: a value off by 1,000 keeps this while it is within 3 of the rest."""
MANY = 10
"""Values of a group from which on the middle half of them must agree; of fewer, all but the odd one."""
SAMPLED = 100_000
"""Rows of a large table that the median is taken of: evenly spaced ones, enough for three digits."""
Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Neighbourhood:
    """A column's values, made comparable, and the groups within which they are compared."""

    table: str
    column: str
    measure: Callable[[CaseView], tuple[Array, Groups]]
    """The comparable value of each row (0 or less for none), and its group."""
    what: str
    """What is compared, such as `product revenue per installed value`, and with what."""
    advice: str
    factor: float = THOUSANDFOLD
    """Times off the median from which a value is odd. The others must agree within its square root."""
    low: bool = True
    """Whether small values are odd too; not where they come near 0 by nature."""
    least: int = 4
    """Rows of a group, the odd one among them, from which on it can be told which one is odd."""


@dataclass(frozen=True)
class _Middle:
    """The middle of a group's logarithms, and how far the others lie apart without an outlier above or below."""

    middle: float
    above: float
    below: float

    @classmethod
    def of(cls, logs: Array, least: int) -> _Middle | None:
        """Of the logarithms of a group; None where there are too few."""
        if len(logs) < least:
            return None
        logs = np.sort(logs)
        if len(logs) >= MANY:
            spread = float(np.subtract(*np.quantile(logs, (0.75, 0.25))))
            return cls(float(np.median(logs)), spread, spread)
        return cls(float(np.median(logs)), float(logs[-2] - logs[0]), float(logs[-1] - logs[1]))


def _isolated(off: Array, limit: float, place: Groups) -> Flags:
    """Values beyond the limit, of groups in which none lies between its half and it, as a long tail would."""
    tail = np.bincount(place, (off >= limit / 2) & (off < limit))
    return np.asarray((off >= limit) & (tail[place] == 0), dtype=bool)


def far_from_others(values: Array, groups: Groups, factor: float, least: int, low: bool = True) -> Array:
    """Times that each value is over (or, below 1, under) its group's median, 1 where that is not odd."""
    step, known = max(1, len(values) // SAMPLED), values > 0
    logs = np.log10(values, out=np.full(len(values), np.nan), where=known)
    times, limit = np.ones(len(values)), np.log10(factor)
    sampled, shown = groups[::step][known[::step]], logs[::step][known[::step]]
    order = np.argsort(sampled, kind="stable")
    numbers, starts = np.unique(sampled[order], return_index=True)
    middles = [_Middle.of(part, least) for part in np.split(shown[order], starts[1:])] if len(numbers) else []
    if not any(middles):
        return times
    middle, above, below = (
        np.array([np.nan if one is None else getattr(one, end) for one in middles])
        for end in ("middle", "above", "below")
    )
    place = np.minimum(np.searchsorted(numbers, groups), len(numbers) - 1)
    off = np.where(numbers[place] == groups, np.nan_to_num(logs - middle[place]), 0.0)
    odd = _isolated(off, limit, place) & (above[place] <= limit / 2)
    if low:
        odd |= _isolated(-off, limit, place) & (below[place] <= limit / 2)
    times[odd] = 10.0 ** off[odd]
    return times


def cells_far_from_neighbours(view: CaseView) -> Iterator[Oddity]:
    """Cells far from what like rows have."""
    for hood in NEIGHBOURHOODS:
        if not len(view.case.columns(hood.table)):
            continue
        times = far_from_others(*hood.measure(view), hood.factor, hood.least, hood.low)
        rows = np.flatnonzero(times != 1)
        if len(rows):
            yield Oddity(hood.table, hood.column, rows, _words(hood, times), hood.advice)


def _words(hood: Neighbourhood, times: Array) -> Callable[[int], str]:
    def why(row: int) -> str:
        off = times[row]
        side, amount = ("more", off) if off > 1 else ("less", 1 / off)
        return f"{hood.what} is {amount:,.0f} times {side} than in the middle of its like"

    return why


def _codes(*columns: object) -> Groups:
    """A number for each combination of the columns."""
    frame = pd.concat([pd.Series(column).reset_index(drop=True) for column in columns], axis=1)
    return frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy().astype(np.int64)


ENOUGH_ACCOUNTS = 6
"""Accounts of a segment from which on they are compared with each other, and not with all accounts."""


def _revenue_per_value(view: CaseView) -> tuple[Array, Groups]:
    """Product revenue per value of what the account holds, so that its size does not count."""
    holdings, segment = view.holdings, view.case.columns("accounts").categorical("segment")
    revenue = view.numbers("accounts", "product_revenue")
    value = np.bincount(holdings.account, holdings.units * view.unit_value[view.product], len(revenue))
    counts = np.bincount(segment.codes, revenue > 0, len(segment.known))
    small = counts[segment.codes] < ENOUGH_ACCOUNTS
    return revenue / value, np.where(small, -1, segment.codes).astype(np.int64)


def _usage(view: CaseView) -> tuple[Array, Groups]:
    return view.numbers("installed_base", "usage_hours"), view.product


def _of_workers(view: CaseView, column: str) -> Array:
    """A column of rates for teams and partners; 0 for portals and communities, which cost and take next to nothing."""
    rates, providers = view.frame("rates"), view.frame("providers")
    working = providers.loc[providers["kind"].isin(HOUR_SHARING_KINDS), "provider"]
    return rates[column].where(rates["provider"].isin(working), 0.0).to_numpy(dtype=float)


def _cost_per_case(view: CaseView) -> tuple[Array, Groups]:
    return _of_workers(view, "cost_per_case"), _codes(view.frame("rates")["service"])


def _response(view: CaseView) -> tuple[Array, Groups]:
    """Response times by service and tier, of services on which a promise is measured."""
    rates, services = view.frame("rates"), view.frame("services")
    clocked = rates["service"].isin(services.loc[services["response_clock"], "service"])
    return np.where(clocked, _of_workers(view, "response_hours"), 0.0), _codes(rates["service"], rates["tier"])


def _all(values: pd.Series) -> tuple[Array, Groups]:
    return values.to_numpy(dtype=float), np.zeros(len(values), dtype=np.int64)


def _incident_rate(view: CaseView) -> tuple[Array, Groups]:
    return _all(view.frame("products")["incident_rate"])


def _parts_per_value(view: CaseView) -> tuple[Array, Groups]:
    value = view.frame("products").set_index("product")["unit_value"]
    table = view.frame("fulfilment")
    return _all(table["parts_cost"] / table["product"].map(value).astype(float))


def _signed_price(view: CaseView) -> tuple[Array, Groups]:
    """Prices as signed under the same tier and model; mark-ups may be anything around 0."""
    table = view.case.columns("contracts")
    price = np.where(view.kind_of_rows("contracts") == "cost_plus", 0.0, table.numbers("price"))
    tier, model = table.categorical("tier"), table.categorical("model")
    return price, tier.codes.astype(np.int64) * max(1, len(model.known)) + model.codes


def _sensitivity(view: CaseView) -> tuple[Array, Groups]:
    return _all(view.frame("customer_classes")["price_sensitivity"])


def _aversion(view: CaseView) -> tuple[Array, Groups]:
    return _all(view.frame("customer_classes")["risk_aversion"])


def working_cost(view: CaseView) -> pd.DataFrame:
    """min, median, max: what teams and partners ask for a case of each service."""
    cost, _ = _cost_per_case(view)
    rates = view.frame("rates")
    return pd.Series(cost[cost > 0]).groupby(rates["service"].to_numpy()[cost > 0]).agg(["min", "median", "max"])


def _hours_per_money(view: CaseView) -> tuple[Array, Groups]:
    """Hours of a case per money it costs: minutes for hours make work sixty times cheaper than other work."""
    services = view.frame("services")
    hours = services["hours_per_case"] / services["service"].map(working_cost(view)["median"]).astype(float)
    return _all(hours.fillna(0.0))


NEIGHBOURHOODS = (
    Neighbourhood("accounts", "product_revenue", _revenue_per_value, "product revenue per value of what is installed",
                  "the currency of the other accounts, not thousands or millions of it", least=6),
    Neighbourhood("installed_base", "usage_hours", _usage, "use of this product", "hours a year", least=6, low=False),
    Neighbourhood("rates", "cost_per_case", _cost_per_case, "the cost of a case of this service",
                  "the currency of the other rates", least=6),
    Neighbourhood("rates", "response_hours", _response, "the response to a case of this service and tier",
                  "hours, not minutes", factor=40, least=6, low=False),
    Neighbourhood("products", "incident_rate", _incident_rate, "the incident rate",
                  "incidents of one unit a year, not of a thousand units", low=False),
    Neighbourhood("fulfilment", "parts_cost", _parts_per_value, "the cost of parts per value of the unit",
                  "the currency of the other policies; see the product's unit_value too"),
    Neighbourhood("contracts", "price", _signed_price, "the price of this tier and model",
                  "the unit of the other contracts: 8.5 % as 0.085", factor=8, least=6),
    Neighbourhood("customer_classes", "price_sensitivity", _sensitivity, "price sensitivity",
                  "utility lost per 1 % of unit value, as for the other classes", factor=50, least=6, low=False),
    Neighbourhood("customer_classes", "risk_aversion", _aversion, "risk aversion",
                  "the unit of the other classes, per unit of currency", least=6, low=False),
    Neighbourhood("services", "hours_per_case", _hours_per_money, "work per cost of a case",
                  "hours, not minutes", factor=20),
)  # fmt: skip
