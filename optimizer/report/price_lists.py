"""Today's price list against the plan's, and who takes what of each: what is offered, and what customers take of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from models import Case
from models.economics.pricing_kinds import KINDS, Quote
from models.schema import NO_CONTRACT

from ..accounting.demand import Demand
from ..accounting.todays_amounts import TodaysAmounts
from ..assurance.result import Result
from ..results.summary import by_rank, price_in_words
from .readable import Readable
from .rounded import about_percent

_NAMED = 3
"""Price books that a sentence names."""
Option = tuple[str, float]
Menu = Mapping[str, Option]
"""Pricing model and price by tier."""


@dataclass(frozen=True)
class PriceLists:
    """Two price lists with names in place of keys; that of today is empty where the case has none or is not known."""

    result: Result
    """With names in place of keys, and what comes closest where there is no plan."""
    case: Case | None
    """With the changes of its scenario."""
    words: Readable

    @cached_property
    def today(self) -> Mapping[str, Menu]:
        """Today's menus by price book."""
        return {} if self.case is None else self._menus(self.words.labels.in_table(self.case.tables["current_menus"]))

    @cached_property
    def plan(self) -> Mapping[str, Menu]:
        """The plan's menus by price book; of a book that is offered nothing an empty one."""
        menus = self._menus(self.result.menus)
        return {book: menus.get(book, {}) for book in map(str, self.result.coverage["price_book"].unique())} | menus

    @staticmethod
    def _menus(rows: pd.DataFrame) -> dict[str, Menu]:
        found: dict[str, dict[str, Option]] = {}
        for row in rows.to_dict("records"):
            found.setdefault(str(row["price_book"]), {})[str(row["tier"])] = (str(row["model"]), float(row["price"]))
        return dict(found)

    def option(self, option: Option | None) -> str:
        """A price with its pricing model, such as `8 %, full cover`; blank for none."""
        return "" if option is None else f"{self.price(option)}, {option[0]}"

    def price(self, option: Option) -> str:
        """A price in words."""
        return price_in_words(self.result.model_kinds.get(option[0]), option[1], self.result.currency)

    @property
    def in_shares_of_value(self) -> bool:
        """Whether some price is a share of a unit's value."""
        models = {model for menus in (self.today, self.plan) for menu in menus.values() for model, _ in menu.values()}
        kinds = (KINDS.get(self.result.model_kinds.get(model, "")) for model in models)
        return any(kind is not None and kind.quote is Quote.SHARE_OF_VALUE for kind in kinds)

    def tiers(self, book: str) -> list[str]:
        """Tiers that a price book is offered today or by the plan, by rank."""
        either = {**self.today.get(book, {}), **self.plan.get(book, {})}
        return by_rank(list(either), self.result.tiers)

    def moved(self, book: str, tier: str) -> str:
        """What becomes of a tier's price: `+14.3 %`, `new`, `ends`, `same`, or another way to pay."""
        before, after = self.today.get(book, {}).get(tier), self.plan.get(book, {}).get(tier)
        if before is None or after is None:
            return "ends" if after is None else "new"
        if before[0] != after[0]:
            return "paid otherwise"
        if before[1] == after[1]:
            return "same"
        by = after[1] / before[1] - 1 if before[1] > 0 else 0.0
        return f"{'+' if by > 0 else '−'}{about_percent(abs(by))}" if by else "moved"

    def ending(self) -> Iterator[str]:
        """A sentence for each way in which a tier ends: in which price books, who is on it, the least then asked."""
        books: dict[str, list[str]] = {}
        for book, today in self.today.items():
            plan = self.plan.get(book, {})
            for tier in by_rank([tier for tier in today if tier not in plan], self.result.tiers):
                books.setdefault(self._ending(book, tier, today[tier], plan), []).append(book)
        for told, alike in books.items():
            more = f" and {len(alike) - _NAMED:,} more" if len(alike) > _NAMED else ""
            yield f"{', '.join(alike[:_NAMED])}{more}: {told}"

    def _ending(self, book: str, tier: str, option: Option, plan: Menu) -> str:
        units, share = self._on_tier(book, tier)
        least = next(iter(by_rank(list(plan), self.result.tiers)), None)
        if least is None:
            return f"{tier} ends, and nothing is offered in its place."
        asked = f"go from {self.price(option)} to {self.price(plan[least])} at the least ({least})"
        who = f"its buyers, {about_percent(share)} of the units there," if units else "its buyers"
        return f"{tier} ends; {who} {asked}, or go without."

    def _on_tier(self, book: str, tier: str) -> tuple[float, float]:
        """Units of a price book that take a tier today, and their share."""
        rows = self.taken_today
        if rows is None:
            return 0.0, 0.0
        rows = rows[rows["segment"].isin(self.segments(book))]
        units, every = float(rows.loc[rows["tier"] == tier, "units"].sum()), float(rows["units"].sum())
        return units, units / every if every else 0.0

    def segments(self, book: str) -> list[str]:
        """The segments that are shown a price book."""
        return self._segments.get(book, [])

    @cached_property
    def _segments(self) -> dict[str, list[str]]:
        """Segments by the price book that they are shown; empty without a case."""
        if self.case is None:
            return {}
        found: dict[str, list[str]] = {}
        rows = self.words.labels.in_table(self.case.tables["segments"][["segment", "price_book"]])
        for segment, book in rows.itertuples(index=False):
            found.setdefault(str(book), []).append(str(segment))
        return found

    @cached_property
    def taken_today(self) -> pd.DataFrame | None:
        """Units and their value by segment and tier under today's price list; None where there is none."""
        if self.case is None or self.case.tables["current_menus"].empty:
            return None
        uptake = TodaysAmounts(Demand(self.case)).uptake.frame
        return self._sums(self.words.labels.in_table(uptake[["segment", "product", "tier", "units"]]))

    @cached_property
    def taken(self) -> pd.DataFrame:
        """The same under the plan."""
        return self._sums(self.result.uptake)

    def _sums(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Of uptake with names in place of keys."""
        sums = rows.assign(value=rows["units"] * rows["product"].map(self._unit_values))
        return sums.groupby(["segment", "tier"], as_index=False, sort=False)[["units", "value"]].sum()

    @cached_property
    def _unit_values(self) -> dict[str, float]:
        """Value of a unit by product; empty without a case."""
        if self.case is None:
            return {}
        products = self.words.labels.in_table(self.case.tables["products"][["product", "unit_value"]])
        return dict(zip(map(str, products["product"]), map(float, products["unit_value"]), strict=True))

    def segments_by_units(self) -> list[str]:
        """The segments, the one with most units first."""
        sums = self.taken.groupby("segment", sort=False)["units"].sum()
        return [str(name) for name in sums.sort_values(ascending=False, kind="stable").index]


def share_of(rows: pd.DataFrame, segment: str | None, tiers: Sequence[str] | None, amount: str) -> float | None:
    """Share of a segment's `amount` (units or value) that is in `tiers`, by default in any; None where it has none."""
    own = rows if segment is None else rows[rows["segment"] == segment]
    chosen = own["tier"] != NO_CONTRACT if tiers is None else own["tier"].isin(list(tiers))
    whole = float(own[amount].sum())
    return float(own.loc[chosen, amount].sum()) / whole if whole > 0 else None
