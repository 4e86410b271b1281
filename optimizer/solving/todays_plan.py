"""Today's price book under its best delivery: what every plan is compared with."""

from __future__ import annotations

from typing import Literal

import numpy as np

from models.book_menu import BookMenu
from models.economics.offers import Offers
from models.plan import Plan
from models.rules import MONEY_RULES

from ..lp.tolerances import ROUNDING
from ..program.constraints import rules_without
from ..program.delivery import SECOND_STAGE_GAP
from ..program.formulation import Fixings
from ..program.instance import Instance
from ..results.audit_rules import RULES_ON_MENUS
from .engine import DeliveredPlan, DeliveryQuestion, offers_of
from .plan_assembly import assemble
from .time_limit import Limit

TOO_LATE = "No delivery of today's menus was found in the time allowed."
"""Why there is no plan of today where that is not proved."""


def sold_products(instance: Instance) -> frozenset[int]:
    """Codes of the products that are not excluded."""
    support = instance.catalog.offer["products"]
    return frozenset(code for code, name in enumerate(instance.catalog.products) if support[name] != "excluded")


def sold_today(instance: Instance, kind: Literal["tier", "model"]) -> tuple[str, ...] | None:
    """Tiers or pricing models of today's menus, by name; None where the case has no current_menus.

    Rows of price books without units are left out, as in the baseline.
    """
    current, catalog = instance.case.tables["current_menus"], instance.catalog
    if current.empty:
        return None
    held = {catalog.books[code] for code in np.unique(instance.demand.cohorts.book)}
    return tuple(sorted({str(name) for name in current.loc[current["price_book"].isin(held), kind]}))


def current_menus(instance: Instance, offers: Offers) -> tuple[BookMenu, ...]:
    """Today's menus, with every product but the excluded ones covered."""
    sold, product = sold_products(instance), instance.demand.cohorts.product
    menus = []
    for book in offers.books_with_units:
        span = offers.cohorts_of(book)
        held = frozenset(int(code) for code in np.unique(product[span.start : span.stop]))
        menus.append(BookMenu(book, tuple(offers.options.of(book)), held & sold))
    return tuple(menus)


def baseline(instance: Instance, limit: Limit) -> tuple[dict[str, float | None] | None, str | None]:
    """KPIs of today's menus under their best delivery, or why there are none."""
    plan, reason = plan_of_today(instance, limit)
    return None if plan is None else dict(plan.kpis), reason


def plan_of_today(instance: Instance, limit: Limit) -> tuple[Plan | None, str | None]:
    """Today's menus under their best delivery, or why there is no such plan.

    Rules on menus, tiers, models and prices, and on margins and cost to serve, do not bind.
    """
    current = instance.case.tables["current_menus"]
    if current.empty:
        return None, "The case has no current_menus."
    if instance.hopeless_partners:
        return None, f"Required partners fail the quality rule: {', '.join(instance.hopeless_partners)}."
    offers = offers_of(instance, current)
    menus = current_menus(instance, offers)
    fixings = Fixings(supported=sold_products(instance))
    constraints = rules_without(RULES_ON_MENUS.union(MONEY_RULES))
    question = DeliveryQuestion(instance, offers, fixings, constraints=constraints, menus_given=True)
    program = question.delivery_program(menus)
    outcome = program.solve(limit.of_last_steps(ROUNDING))
    delivery = outcome.delivery
    if delivery is None and not outcome.proved:
        return None, TOO_LATE
    if delivery is None:
        return None, "Today's menus cannot be delivered under the scenario's capacity, partner and experience rules."
    delivery = DeliveredPlan(menus, program, delivery).second_stage(limit.of_last_steps(SECOND_STAGE_GAP))
    return assemble(instance, offers, menus, delivery), None
