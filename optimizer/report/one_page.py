"""What only the one-page report has: the price list as a matrix, today's price beside the plan's in each cell."""

from __future__ import annotations

from collections.abc import Mapping

from ..assurance.result import Result
from ..results.summary import by_rank, plan_heading
from .parts import ReportTable
from .price_lists import Option, PriceLists
from .readable import sentence_of

MOST_BOOKS = 8
"""Price books of the matrix; more are counted."""
MOST_TIERS = 6


def price_matrix(result: Result, lists: PriceLists) -> ReportTable | None:
    """A row for each price book, a column for each tier offered today or planned; None without a plan."""
    if result.plan is None:
        return None
    books = list(lists.plan)
    every = {tier for book in books for tier in lists.tiers(book)}
    tiers = by_rank(sorted(every), result.tiers)[-MOST_TIERS:]
    rows = [[sentence_of(book), *(_cell(book, tier, lists) for tier in tiers)] for book in books[:MOST_BOOKS]]
    caption = f"Price list, today → {plan_heading(result)}" if lists.today else "Price list"
    caption += "; % of what a unit is worth, a year" if lists.in_shares_of_value else ""
    return ReportTable(caption, ["", *tiers], rows, "", frozenset(), max(0, len(books) - MOST_BOOKS), "price books")


def _cell(book: str, tier: str, lists: PriceLists) -> str:
    """`7 % → 8 %`, `new at 10 %`, `4.5 % → ends`; the pricing model is named where it changes."""
    before, after = lists.today.get(book, {}).get(tier), lists.plan[book].get(tier)
    if after is None:
        return f"{lists.price(before)} → ends" if before else "–"
    if before is None:
        return f"{'new: ' if lists.today else ''}{lists.price(after)}{_unusual(after, lists)}"
    if before == after:
        return f"{lists.price(after)}, as today"
    return f"{lists.price(before)} → {lists.price(after)}{_unusual(after, lists, before)}"


def _unusual(option: Option, lists: PriceLists, before: Option | None = None) -> str:
    """The pricing model, where it is not the one before or else not the one that most prices have."""
    usual = before[0] if before is not None else _most_used(lists.plan)
    return "" if option[0] == usual else f" ({option[0]})"


def _most_used(menus: Mapping[str, Mapping[str, Option]]) -> str:
    models = [model for menu in menus.values() for model, _ in menu.values()]
    return max(sorted(set(models)), key=models.count, default="")
