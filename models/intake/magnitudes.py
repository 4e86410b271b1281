"""Totals that a case may come to, from above: those that the arithmetic cannot carry are refused.

Every cell may be sound while their products are not: units x unit_value x price of 1e12 each are 1e36. The largest
numbers of each table stand for all of its rows, so a total is never more than is worked out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..economics.pricing_kinds import KINDS, Exposure
from ..problems import Problem, ProblemList
from ..schema import OPTION_PRICE
from ..schema.fields import LARGEST_TOTAL
from .tables import Tables

Array = NDArray[np.float64]
READ = ("accounts", "installed_base", "loyalty", "products", "tiers", "pricing_models", "price_points", "services",
        "service_mix", "rates", "fulfilment", "current_menus", "contracts")  # fmt: skip
"""Tables that the totals are made of."""
MOST_POINTS = 100.0
"""CSAT points under target at most, by which loyalty is lost."""


def totals_can_be_carried(tables: Tables, problems: ProblemList) -> None:
    """Money, work and cases of the whole case are at most `LARGEST_TOTAL`; cells that are faulty themselves count 0."""
    with np.errstate(over="ignore", invalid="ignore"):
        totals = list(_totals(tables))
    for total in totals:
        if not total.amount <= LARGEST_TOTAL:
            message = f"{total.factors} may come to {total.amount:.3g} {total.what}, too much for the arithmetic"
            expected = f"at most {LARGEST_TOTAL:g} in the whole case; correct them, or give money in millions"
            problems.add(Problem(total.table, message, tables[total.table].origin.name, expected=expected))


@dataclass(frozen=True)
class _Total:
    """An amount of the whole case, from above."""

    table: str
    factors: str
    amount: float
    what: str


def _totals(tables: Tables) -> Iterator[_Total]:
    units, products = _units(tables), "units, incident_rate, incident_factor and service_mix"
    incidents = units * _numbers(tables, "products", "incident_rate") * _factors(tables)
    cases = float((incidents * _mix(tables, "cases_per_incident") + units * _mix(tables, "cases_per_unit")).sum())
    longest = _most(tables, "rates", "response_hours") + _most(tables, "tiers", "response_hours")
    revenue = float(_numbers(tables, "accounts", "product_revenue").sum())
    yield _Total("accounts", "product_revenue and cross_sell", revenue * (1 + _most(tables, "loyalty", "cross_sell")),
                 "of product revenue")  # fmt: skip
    value = float((units * _numbers(tables, "products", "unit_value")).sum())
    yield _Total("installed_base", "units and unit_value", value, "of value")
    yield _Total("installed_base", products, cases, "cases")
    for table, column, times in (
        ("services", "hours_per_case", 1.0),
        ("rates", "cost_per_case", 1.0),
        ("fulfilment", "parts_cost", 1.0),
        ("tiers", "loyalty_loss", MOST_POINTS),
        ("pricing_models", "penalty_per_hour", longest),
        ("pricing_models", "bonus_per_hour", longest),
    ):
        yield _Total(table, f"{products} times {column}", cases * times * _most(tables, table, column), "")
    yield from _billed(tables, units, incidents)


def _billed(tables: Tables, units: Array, incidents: Array) -> Iterator[_Total]:
    """What customers pay under each kind of pricing model, at its highest price."""
    each = np.divide(incidents, units, out=np.zeros_like(units), where=units > 0)
    cost = _most(tables, "services", "standard_cost")
    exposure = Exposure(
        unit_value=_numbers(tables, "products", "unit_value"),
        price_index=_numbers(tables, "products", "price_index"),
        incidents=each,
        usage_hours=_most(tables, "installed_base", "usage_hours"),
        cost_per_incident=cost * _mix(tables, "cases_per_incident"),
        cost_per_unit=cost * _mix(tables, "cases_per_unit"),
        expected_settlement=0.0,
    )
    for kind, (table, price) in _highest_prices(tables).items():
        paid = float((units * np.abs(KINDS[kind].yearly(price, exposure))).sum())
        yield _Total(table, f"units and the prices of {kind} models", paid, "of service revenue")


def _highest_prices(tables: Tables) -> dict[str, tuple[str, float]]:
    """The table with the highest price of each kind of pricing model, and that price."""
    models = tables["pricing_models"].frame
    kinds, highest = dict(zip(models["model"], models["kind"], strict=True)), dict[str, tuple[str, float]]()
    for table in OPTION_PRICE:
        names, prices = tables[table].content.categorical("model"), np.abs(_numbers(tables, table, "price"))
        if "to" in tables[table].schema.by_name:
            prices = np.maximum(prices, np.abs(_numbers(tables, table, "to")))
        most = np.zeros(len(names.known))
        np.maximum.at(most, names.codes, prices)
        for name, price in zip(names.known.to_pylist(), most, strict=True):
            kind = kinds.get(name, "")
            if kind in KINDS and price > highest.get(kind, ("", -1.0))[1]:
                highest[kind] = table, float(price)
    return highest


def _units(tables: Tables) -> Array:
    """Units of each product, in the order of `products`."""
    held, names = (
        tables["installed_base"].content.categorical("product"),
        tables["products"].content.categorical("product"),
    )
    place = held.positions(names)
    counted = np.bincount(place[place >= 0], _numbers(tables, "installed_base", "units")[place >= 0], len(names.known))
    return np.asarray(counted[names.codes], dtype=float)


def _factors(tables: Tables) -> float:
    return _most(tables, "tiers", "incident_factor") * _most(tables, "pricing_models", "incident_factor")


def _mix(tables: Tables, column: str) -> float:
    """Cases of all services together, in the tier that has most."""
    cases = _numbers(tables, "service_mix", column)
    return float(np.bincount(tables["service_mix"].content.categorical("tier").codes, cases).max(initial=0.0))


def _most(tables: Tables, table: str, column: str) -> float:
    return float(_numbers(tables, table, column).max(initial=0.0))


def _numbers(tables: Tables, table: str, column: str) -> Array:
    """A column without its faulty and blank cells, which count 0."""
    numbers = tables[table].content.numbers(column)
    return np.where(tables[table].sound(column), np.nan_to_num(numbers, nan=0.0), 0.0)
