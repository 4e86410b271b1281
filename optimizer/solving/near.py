"""Plans near a reference: among menus and coverage about as good as the best, those that change least.

Three searches like that for the best plan, one after the other, each keeping to what the one before has found: fewest
price books that differ, then fewest differences, then the highest objective. Their work is limited in nodes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pandas as pd

from models import CaseError, Problem
from models.book_menu import BookMenu
from models.menus import todays_menus

from ..auditing import broken_rules
from ..lp.dual_bounds import widest_bound
from ..program.instance import Instance
from ..program.menu_changes import MenuChanges
from ..program.steadiness import BOOKS, DIFFERENCES, Steadiness
from ..results.menu_reference import TODAY, MenuReference, Near, NearAsked
from ..results.progress import Progress, ProgressCallback, logged
from ..results.record import ResultRecord
from ..results.warm_start import WarmStart, warm_start_of
from ..search.state.objective_scale import relative_gap
from ..search.state.parameters import SearchParameters
from ..search.state.stop_rule import StopRule
from ..search.tree.warm_starting import known_menus, usable_columns
from .engine import DeliveredPlan, DeliveryQuestion, Found, Search
from .plan_assembly import assemble
from .time_limit import Limit

_log = logging.getLogger(__name__)


Asked: TypeAlias = str | Path | ResultRecord | NearAsked
"""What a plan is to stay near: "today", a run folder, a result, or what was recorded of an earlier solve."""


def reference_for(near: Asked, instance: Instance) -> MenuReference:
    """The menus to stay near: today's, or those of a run or a result; raises `CaseError` or `RunError` without any."""
    if isinstance(near, NearAsked):
        return _today(instance) if near.reference == TODAY else MenuReference.of_asked(near)
    if isinstance(near, ResultRecord):
        name = f"{near.case_name}, scenario {near.scenario_name}"
        return MenuReference.of_tables(name, near.menus, near.coverage)
    return _today(instance) if near == TODAY else MenuReference.of_run(near)


def _today(instance: Instance) -> MenuReference:
    """Today's menus, with every product but the excluded ones covered."""
    if instance.case.tables["current_menus"].empty:
        raise CaseError([Problem("current_menus", "the case has none, so no plan can stay near today's menus")])
    catalog, cohorts = instance.catalog, instance.demand.cohorts
    pairs = pd.DataFrame({"book": cohorts.book, "product": cohorts.product})[instance.sellable].drop_duplicates()
    coverage = pd.DataFrame(
        {
            "price_book": [catalog.books[code] for code in pairs["book"]],
            "product": [catalog.products[code] for code in pairs["product"]],
            "covered": True,
        }
    )
    return MenuReference.of_tables(TODAY, todays_menus(instance.case), coverage)


def breaches_of(reference: MenuReference, instance: Instance) -> tuple[str, ...]:
    """Rules on menus that the reference's menus break, one sentence each, as far as the case has what they name."""
    menus = pd.DataFrame(list(reference.options), columns=["price_book", "tier", "model", "price"])
    catalog = instance.catalog
    for column, names in (("price_book", catalog.books), ("tier", catalog.tiers), ("model", catalog.models)):
        menus = menus[menus[column].isin(list(names))]
    return broken_rules(instance.case, instance.scenario, menus.reset_index(drop=True))


@dataclass(frozen=True)
class NearSearches:
    """The searches for a plan near a reference, once the best objective is known."""

    reference: MenuReference
    give: float
    limit: Limit
    progress: ProgressCallback | None
    params: SearchParameters
    began: float
    """When the solve began, on the clock of `time.monotonic`."""

    def __post_init__(self) -> None:
        if not 0 <= self.give < float("inf"):
            raise ValueError(f"give is {self.give!r}; expected a number >= 0, such as 1e-4")

    @property
    def asked(self) -> NearAsked:
        """What is looked for, as a manifest and a checkpoint record it."""
        return self.reference.asked(self.give)

    def run(self, question: DeliveryQuestion, found: Found) -> tuple[Found, Near | None]:
        """What was found with the nearest plan in place of the best, and how near it is; no plan is near nothing."""
        if found.plan is None or found.objective is None:
            return found, None
        least = found.objective - self.give * max(1.0, abs(found.objective))
        steady = Steadiness(MenuChanges.of(self.reference, question.offers), least)
        start = WarmStart(found.warm_start.useful, found.warm_start.best)
        nearest, proved = self._nearest(replace(question, start=start), steady, found)
        if nearest is not None:
            found = self._in_place(found, question, nearest)
        assert found.plan is not None
        changes = self.reference.changes(found.plan)
        near = Near(
            reference=self.reference.name,
            give=self.give,
            price_books=len(changes),
            differences=changes.total(),
            proved=proved,
        )
        return found, near

    def _nearest(
        self, question: DeliveryQuestion, steady: Steadiness, found: Found
    ) -> tuple[DeliveredPlan | None, bool]:
        """The plan of the last search that found one, and whether both counts are proved to be least."""
        nearest, proved, reached = None, True, list[float]()
        for fewest in (BOOKS, DIFFERENCES, None):
            if self.limit.watch.ended():
                return nearest, proved and fewest is None
            goal = replace(steady, fewest=fewest, most=tuple(reached))
            search = self._search(replace(question, steady=goal), found)
            proof = search.run()
            if search.incumbent.plan is None:
                return nearest, proved and fewest is None
            nearest = search.incumbent.plan
            question = replace(question, start=_left(search, nearest.menus))
            if fewest is not None:
                reached.append(-search.incumbent.objective)
                proved = proved and proof.bound >= search.state.cutoff
                _log.info("near: %s %d, proved %s", ("price books", "differences")[fewest], reached[-1], proved)
        return nearest, proved

    def _search(self, question: DeliveryQuestion, found: Found) -> Search:
        """A search that begins with the reference's own menus, the start's where it has none."""
        limit = replace(self.limit, rule=StopRule(nodes=self.params.near.node_limit))
        search = Search(question, limit, self._telling(found), params=self.params)
        search.root = replace(question.root, bound=widest_bound(search.master.program))  # what menus alone can be
        own = {menu.book: menu for menu in search.master.reference_menus}
        search.master.add(list(own.values()))
        known = {menu.book: menu for menu in usable_columns(search.master, question.start.best)} | own
        if len(known) == len(search.master.books):
            columns = list(known.values())
            search.master.add(columns)
            search.tree.try_plan(question.root, search.master.numbers(columns))
        return search

    def _telling(self, found: Found) -> ProgressCallback | None:
        """Tells of a search as of one that looks for no better plan."""
        progress, objective, bound = logged(self.progress), found.objective, found.bound
        if objective is None or bound is None:
            return None
        gap = relative_gap(bound, objective)
        return lambda news: progress(
            Progress(time.monotonic() - self.began, "looking for fewer changes", objective, bound, gap)
        )

    def _in_place(self, found: Found, question: DeliveryQuestion, nearest: DeliveredPlan) -> Found:
        """What was found with another plan in place of the best."""
        delivery = nearest.second_stage(self.limit.of_second_stage())
        plan = assemble(question.instance, question.offers, nearest.menus, delivery)
        objective = plan.kpis[question.instance.scenario.objective]
        assert objective is not None  # money KPIs always have a value
        assert found.bound is not None
        left = replace(found.warm_start, best=warm_start_of(plan).best)
        return replace(found, plan=plan, objective=objective, bound=max(found.bound, objective), warm_start=left)


def _left(search: Search, best: Sequence[BookMenu]) -> WarmStart:
    """What one search leaves to the next: menus, for bounds are on another goal."""
    return WarmStart(known_menus(search.master, search.master.pool.useful), known_menus(search.master, best))
