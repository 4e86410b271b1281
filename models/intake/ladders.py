"""Price ladders of `price_points`: their ends and steps checked, and filled in with a row for each point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ..column_tables import ColumnTable
from ..economics.price_ladders import MOST_LADDER_POINTS, ladder_points, ladder_sizes, rounded_prices
from ..problems import ProblemList
from .tables import CleanTable, Tables

TABLE = "price_points"


def ladders_are_whole(tables: Tables, problems: ProblemList) -> None:
    """`to` and `step` stand together, `to` lies above price, and no ladder has more than `MOST_LADDER_POINTS`."""
    table = tables[TABLE]
    _check_together(table, problems)
    price, to = table.content.numbers("price"), table.content.numbers("to")
    low = table.sound("price", "to") & (to <= price)
    table.report(problems, low, "to", "to is not above price", lambda row: f"a number > {price[row]:g}")
    table.mark("to", low)
    _check_first_points(table, problems)
    _check_sizes(table, problems)


def _check_together(table: CleanTable, problems: ProblemList) -> None:
    for column, other in (("to", "step"), ("step", "to")):
        blank, filled = (np.isnan(table.content.numbers(name)) for name in (column, other))
        without = blank & ~filled & table.sound("to", "step")
        expected = f"a {column} beside {other}, or both blank"
        table.report(problems, without, column, "blank cell; to and step stand together", expected)


def _check_first_points(table: CleanTable, problems: ProblemList) -> None:
    """A mark-up of nearly -1 is one, but not to the digits that the points of a ladder have."""
    price = table.content.numbers("price")
    near = ~np.isnan(table.content.numbers("to")) & table.sound("price", "to") & (price > -1) & (price < -0.99)
    near[near] = rounded_prices(price[near]) <= -1
    message = "the first price of the ladder comes to -1, to 12 digits"
    table.report(problems, near, "price", message, "a price that stays above -1")


def _check_sizes(table: CleanTable, problems: ProblemList) -> None:
    price, to, step = (table.content.numbers(name) for name in ("price", "to", "step"))
    sound = table.sound("price", "to", "step")
    sizes = ladder_sizes(*(np.where(sound, numbers, np.nan) for numbers in (price, to, step)))
    table.report(
        problems,
        sizes > MOST_LADDER_POINTS,
        "step",
        lambda row: f"the ladder has {sizes[row]:,.12g} prices",
        f"at most {MOST_LADDER_POINTS:,} in a row, by a larger step or in several rows",
    )


def with_ladders_filled(tables: Mapping[str, CleanTable]) -> dict[str, CleanTable]:
    """The checked tables with a row for each point of a ladder, its end and step blank."""
    table = tables[TABLE]
    return {**tables, TABLE: replace(table, content=_filled(table.content))}


def _filled(points: ColumnTable) -> ColumnTable:
    to, step = points.numbers("to"), points.numbers("step")
    if np.isnan(to).all():
        return points
    row, price = ladder_points(points.numbers("price"), to, step)
    blank = np.full(len(row), np.nan)
    return ColumnTable({**points.take(row).columns, "price": price, "to": blank, "step": blank}, len(row))
