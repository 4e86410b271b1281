"""`evaluate`: what given menus lead to, with coverage, partners and delivery decided for the best."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from models import Case, apply_scenario
from models.economics.offers import Offers
from models.menus import check_menus
from models.scenario import Scenario

from ..assurance.result import Result
from ..auditing import broken_rules
from ..interrupts import interruptible
from ..program.constraints import rules_without
from ..program.formulation import Fixings
from ..program.instance import Instance, build_instance
from ..results.audit_rules import RULES_ON_MENUS
from ..results.default_gap import DEFAULT_GAP
from ..results.progress import ProgressCallback, StopCheck
from ..search.assortment.restriction import Restriction
from ..search.master.nodes import Node
from ..search.state.parameters import SearchParameters
from ..search.state.stop_rule import StopRule
from .baselines import Baselines
from .closest import closest_delivery
from .engine import DeliveryQuestion, find_best, offers_of
from .solve import SolveRun

CONTRADICTION_OF_MENUS = "No coverage and delivery of these menus obey every rule that is kept."

_CLOSEST = ("closest", "closest_reason")


@interruptible
def evaluate(
    case: Case,
    scenario: str | Scenario = "base",
    *,
    menus: pd.DataFrame,
    gap: float = DEFAULT_GAP,
    time_limit: float | None = None,
    progress: ProgressCallback | None = None,
    should_stop: StopCheck | None = None,
    baselines: Baselines | None = None,
    params: SearchParameters | None = None,
    stop_rule: StopRule | None = None,
    closest: bool = True,
) -> Result:
    """Best plan with the menus given (price_book, tier, model, price; at any price), everything else decided.

    Rules on menus, tiers, models and prices are dropped, those on margins kept; `Result.broken_rules` says
    which dropped rules the menus break. Where the others are proved not all to hold, `Result.closest` is the delivery
    that comes closest to them (unless not `closest`). Limits, `baselines`, `params` and errors as in `solve`;
    `CaseError` for menus that name what the case does not have.
    """
    run = SolveRun(gap, time_limit, should_stop, baselines, params=params, stop_rule=stop_rule)
    changed, wanted = apply_scenario(case, scenario)
    table = check_menus(menus, changed)
    instance = build_instance(changed, wanted)
    question = _question(instance, offers_of(instance, table))
    found = find_best(question, run.limit, progress, params=run.params)
    told: dict[str, object] = {"menus_given": True, "broken_rules": broken_rules(changed, wanted, table)}
    if found.infeasible:
        told |= {} if instance.hopeless_partners else {"reason": CONTRADICTION_OF_MENUS}
    if found.infeasible and closest:
        with run.phases("closest"):
            told |= dict(zip(_CLOSEST, closest_delivery(changed, wanted, table, run.limit), strict=True))
    return run.result(replace(changed, files=case.files), instance, found, **told)


def _question(instance: Instance, offers: Offers) -> DeliveryQuestion:
    """The best coverage and delivery of the given options, without the rules on menus."""
    constraints, root = rules_without(RULES_ON_MENUS), _all_tiers(offers)
    return DeliveryQuestion(
        instance, offers, fixings=_sold(offers), root=root, constraints=constraints, menus_given=True
    )


def _sold(offers: Offers) -> Fixings:
    """The tiers and models of the given options."""
    used = [option for book in offers.books_with_units for option in offers.options.of(book)]
    tiers, models = (frozenset(codes[used].tolist()) for codes in (offers.options.tier, offers.options.model))
    return Fixings(tiers=tiers, models=models)


def _all_tiers(offers: Offers) -> Node:
    """A search in which every book offers all its given options."""
    books = {}
    for place, book in enumerate(offers.books_with_units):
        tiers = offers.options.tier[list(offers.options.of(book))]
        books[place] = Restriction(must=frozenset(tiers.tolist()))
    return Node(books=books)
