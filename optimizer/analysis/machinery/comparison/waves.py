"""From today's price book to a plan in waves: what moves when the next providers are ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from math import comb, isnan

import pandas as pd

from models import Case, Scenario
from models.plan import Plan
from models.rules import MONEY_RULES, NO_MONEY_RULES

from ....assurance.result import Result
from ..sessions.context import AnalysisContext, bar
from .value_added import amount_of

MOST_TRIED = 16
"""Ways to choose the price books of a wave that are tried at most."""
LEAST_LOSS = 1e-6
"""Relative loss of objective that is rounding."""
SURELY_LESS = 4.0
"""Times that rounding below which a state is worse than the one before, whatever else rounds."""


@dataclass(frozen=True)
class Wave:
    """A state that a wave leads to."""

    month: float
    """Months from today."""
    moved: tuple[str, ...]
    """Price books that take the plan's menu in this wave."""
    result: Result


def ready_months(case: Case, plan: Plan) -> dict[str, float]:
    """Months until each of the plan's providers is ready: those of its slowest open gap, all begun today."""
    gaps = case.tables["readiness"]
    gaps = gaps[gaps["actual"] < gaps["required"]]
    slowest = gaps.groupby("provider")["months"].max()
    return {name: float(slowest.get(name, 0.0)) for name in plan.decisions.providers}


def margins_so_far(scenario: Scenario, before: Result) -> dict[str, float]:
    """Rules on margins and cost to serve, each as strict as the scenario has it or as the state before meets it."""
    rules = {}
    for rule, spec in MONEY_RULES.items():
        limit, reached = getattr(scenario, rule), amount_of(before, spec.kpi or "")
        if limit is not None and reached == reached:
            rules[rule] = min(limit, reached) if spec.least else max(limit, reached)
    return rules


def choices(ranked: Sequence[str], most: int) -> list[tuple[str, ...]]:
    """Ways to choose at most so many of the price books, most first: all, or the first ones of the ranking."""
    if sum(comb(len(ranked), size) for size in range(most + 1)) <= MOST_TRIED:
        return [chosen for size in range(most, -1, -1) for chosen in combinations(ranked, size)]
    sizes = {round(most * part / (MOST_TRIED - 1)) for part in range(MOST_TRIED)}
    return [tuple(ranked[:size]) for size in sorted(sizes, reverse=True)]


class Roadmap:
    """Searches, month by month, the price books to move with the providers that are ready.

    A wave is a state that obeys every rule of the scenario - of those on menus and prices it may break only what
    today's price book breaks; to `catch_up`, it may miss a rule on margins or cost to serve that the state before
    misses, by no more than that one does - and whose objective is no less than before. Of the ways to choose its price
    books the best is taken: of all where they are `MOST_TRIED` at most, else of so many that move those of most gain
    first. Once everybody is ready and every price book may move, they do: that is the plan.
    """

    def __init__(self, context: AnalysisContext, most_books: int | None, pace: float, catch_up: bool) -> None:
        self.context, self.most_books, self.pace, self.catch_up = context, most_books, pace, catch_up
        self.plan, self.scenario = context.plan, context.scenario
        self.ready = ready_months(context.case, self.plan)
        columns = ["price_book", "tier", "model", "price"]
        self.target = self.plan.menus[columns]
        books = list(dict.fromkeys(self.plan.coverage["price_book"]))
        current = context.case.tables["current_menus"][columns]
        self.current = current[current["price_book"].isin(books)].reset_index(drop=True)
        self.books = sorted(book for book in books if not self._same(book))

    def _same(self, book: str) -> bool:
        """Whether a price book's menu is today's already."""
        now, then = (
            set(menus[menus["price_book"] == book].itertuples(index=False, name=None))
            for menus in (self.current, self.target)
        )
        return now == then

    @cached_property
    def today(self) -> Result:
        """Today's menus with their best delivery by any provider, under no rule on margins and cost to serve."""
        scenario = self.scenario.model_copy(update=NO_MONEY_RULES)
        self.context.session.expect(1)
        return self.context.session.evaluate(scenario, menus=self.current, label="today's price book")

    def waves(self) -> Iterator[Wave]:
        """The waves in order; the last one reaches the plan, unless someone asks to stop."""
        left, before = list(self.books), self.today
        for month in self._months():
            if self.context.session.stopped:
                return
            wave = self._best_wave(month, left, before)
            if wave is not None:
                left = [book for book in left if book not in wave.moved]
                before = wave.result
                yield wave

    def _months(self) -> Iterator[float]:
        """Months at which providers become ready; with few price books a wave, more waves at that pace after."""
        months = sorted({0.0, *self.ready.values()})
        yield from months
        if self.most_books is not None:
            more = -(-len(self.books) // self.most_books) - 1
            yield from (months[-1] + self.pace * (extra + 1) for extra in range(more))

    def _best_wave(self, month: float, left: Sequence[str], before: Result) -> Wave | None:
        """The best wave at a month; None where nothing may move and nothing is gained."""
        least = amount_of(before, self.scenario.objective)
        room = LEAST_LOSS * max(1.0, abs(least))
        best: tuple[float, Wave] | None = None
        for chosen in self._choices(left):
            stayed = [book for book in left if book not in chosen]
            result = self._deliver(month, stayed, before, least - SURELY_LESS * room if best is None else best[0])
            if result is self.context.result:
                return Wave(month, chosen, result) if before is not result else None
            value = amount_of(result, self.scenario.objective)
            worse = value < least - room or (not chosen and value <= least + room)
            if result.plan is None or worse or not self._breaks_nothing_new(result):
                continue
            if best is None or value > best[0]:
                best = value, Wave(month, chosen, result)
        return None if best is None else best[1]

    def _deliver(self, month: float, stayed: Sequence[str], before: Result, better_than: float) -> Result:
        """The best delivery by the providers ready, where the price books in `stayed` keep today's menus.

        Without a plan where its objective is no more than `better_than`, money a year.
        """
        ready = [name for name, months in self.ready.items() if months <= month]
        if not stayed and len(ready) == len(self.ready):
            return self.context.result
        kept = self.current[self.current["price_book"].isin(stayed)]
        menus = pd.concat([kept, self.target[~self.target["price_book"].isin(stayed)]], ignore_index=True)
        providers = self.context.case.tables["providers"]
        barred = providers.loc[~providers["provider"].isin(ready) & (providers["engage"] != "excluded"), "provider"]
        rules = margins_so_far(self.scenario, before) if self.catch_up else {}
        scenario = self.context.changed(*(bar(name) for name in sorted(barred)), **rules)
        label = f"month {month:g} with {len(self.books) - len(stayed)} of {len(self.books)} price books moved"
        self.context.session.expect(1)
        wanted = None if isnan(better_than) else better_than
        return self.context.session.evaluate(scenario, menus=menus, label=label, better_than=wanted)

    def _breaks_nothing_new(self, result: Result) -> bool:
        return set(result.broken_rules) <= set(self.today.broken_rules)

    def _choices(self, left: Sequence[str]) -> list[tuple[str, ...]]:
        ranked = sorted(left, key=lambda book: (-self._gain[book], book))
        return choices(ranked, len(ranked) if self.most_books is None else min(self.most_books, len(ranked)))

    @cached_property
    def _gain(self) -> pd.Series:
        """Revenue of service and products that each price book's customers bring more under the plan than today."""
        book = self.context.case.tables["segments"].set_index("segment")["price_book"]
        sums = []
        for plan in (self.plan, self.today.plan):
            if plan is not None:
                revenue = plan.uptake["service_revenue"] + plan.uptake["product_revenue"]
                sums.append(revenue.groupby(plan.uptake["segment"].map(book)).sum())
        return (sums[0] - sums[1] if len(sums) > 1 else sums[0]).reindex(self.books).fillna(0.0)
