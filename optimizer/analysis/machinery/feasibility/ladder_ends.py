"""Where a plan's prices stand at an end of their ladders, and the price that one more step would allow.

A ladder holds the price points of a tier and pricing model in a price book; one more step is as wide as its last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import Case, Scenario
from models.catalog import Array
from models.economics.price_ladders import beyond
from models.economics.pricing_kinds import KINDS
from models.schema import OPTION_PRICE

from ....accounting.demand import Demand
from ....accounting.next_prices import PricedMenus, price_steps
from ....accounting.rows import Flags, Rows
from ....results.price_steps import UP

TABLE = "price_points"


@dataclass(frozen=True)
class LadderEnd:
    """Prices of a plan at one end of ladders that are alike there, and the price one step beyond."""

    tier: str
    model: str
    price: float
    direction: str
    """`up` for the highest of the ladder, `down` for the lowest."""
    next_price: float
    price_books: tuple[str, ...]
    against: str
    """Rules on prices that forbid the next price while the rest of the menu stays."""

    @property
    def name(self) -> str:
        """What a question about it is called."""
        return f"one more step of {self.tier} {self.model} {self.direction} to {self.next_price:.6g}"

    def points(self) -> pd.DataFrame:
        """The price points to add, one in each of its price books."""
        row = {"tier": self.tier, "model": self.model, "price": self.next_price, "to": np.nan, "step": np.nan}
        return pd.DataFrame([{**row, "price_book": book} for book in self.price_books])


def ladder_ends_of(case: Case, scenario: Scenario, menus: pd.DataFrame) -> list[LadderEnd]:
    """The ladders of which a plan's menus use an end, in the order of its menus; `case` has the scenario's changes.

    Left out are those of one point, which have no step, and those beyond whose end no price of their kind can lie.
    """
    demand = Demand(case)
    steps = price_steps(demand, scenario, menus)
    steps = steps[steps["next_price"].isna()].reset_index(drop=True)
    steps = steps.assign(next_price=_next_prices(case, steps)).dropna(subset="next_price").reset_index(drop=True)
    moved = Rows.of(steps.assign(price=steps["next_price"]), "price_book", "tier", "model", "price")
    forbidden = PricedMenus.of(demand, menus).forbidden(scenario, moved)
    alike = ["tier", "model", "price", "direction", "next_price"]
    groups = steps.groupby(alike, sort=False).indices
    return [_end(steps.iloc[rows], forbidden) for rows in sorted(groups.values(), key=lambda rows: int(rows[0]))]


def _end(rows: pd.DataFrame, forbidden: Mapping[str, Flags]) -> LadderEnd:
    first, at = rows.iloc[0], rows.index.to_numpy()
    told = (_against(rule, int(flags[at].sum()), len(rows)) for rule, flags in forbidden.items())
    return LadderEnd(
        tier=str(first["tier"]),
        model=str(first["model"]),
        price=float(first["price"]),
        direction=str(first["direction"]),
        next_price=float(first["next_price"]),
        price_books=tuple(rows["price_book"]),
        against=", ".join(filter(None, told)),
    )


def _against(rule: str, count: int, books: int) -> str:
    """The rule where it forbids the price, with in how many price books where not in all."""
    return "" if not count else rule if count == books else f"{rule} ({count} of {books} price books)"


def _next_prices(case: Case, steps: pd.DataFrame) -> Array:
    """The price one step beyond each end; NaN where there is none."""
    kinds = dict(zip(case.tables["pricing_models"]["model"], case.tables["pricing_models"]["kind"], strict=True))
    marked_up = np.array([KINDS[kinds[model]].on_cost for model in steps["model"]], dtype=bool)
    sign = np.where(steps["direction"] == UP, 1.0, -1.0)
    price = beyond(steps["price"].to_numpy(float), sign * steps["spacing"].to_numpy(float))
    least, least_mark_up = (bounds.low for bounds in OPTION_PRICE[TABLE])
    return np.where(price > np.where(marked_up, least_mark_up, least), price, np.nan)
