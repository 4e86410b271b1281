"""Other questions than the best menus: what given menus lead to, today's menus, and the margin of a second stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from models.scenario import Scenario

from .delivery import Task, best_delivery
from .enumeration import Enumeration, Offer, Optimum
from .menus import Menu
from .volume import book_cohorts
from .world import World

FREE_OF_MARGINS = {"min_service_margin": None, "min_account_margin": None, "max_cost_to_serve": None}
"""Scenario fields without the rules that a baseline leaves out."""


def under(world: World, scenario: Scenario) -> World:
    """The same tables under another scenario's rules (its changes are not applied again)."""
    return replace(world, scenario=scenario)


def given_menus(world: World, menus: Mapping[str, Menu]) -> Optimum:
    """Best coverage and delivery of given menus, whatever the rules on menus say."""
    enumeration = Enumeration(world)
    choices = [enumeration.offers(book, [menus.get(book, ())]) for book in enumeration.books()]
    return enumeration.best(choices, rules_on_menus=False)


def menus_of(table: pd.DataFrame) -> dict[str, Menu]:
    """Menus by price book of a table with the columns price_book, tier, model, price."""
    menus: dict[str, Menu] = {}
    for row in table.to_dict("records"):
        menus[row["price_book"]] = (*menus.get(row["price_book"], ()), (row["tier"], row["model"], row["price"]))
    return menus


def everything_covered(enumeration: Enumeration, menus: Mapping[str, Menu]) -> Task:
    """What is to be delivered of given menus when every product but the excluded ones is supported and covered."""
    world = enumeration.world
    sold = {row["product"] for row in world.tables["products"] if row["support"] != "excluded"}
    offers = []
    for book in enumeration.books():
        held = {cohort.product for cohort in book_cohorts(world, enumeration.demand, book)}
        offers.append(enumeration.offer(book, menus.get(book, ()), frozenset(held & sold)))
    task = enumeration.task(tuple(offers))
    paid = {product for offer in offers for product in offer.covered}
    paid |= {lock.product for lock in enumeration.demand.locked}
    paid |= {row["product"] for row in world.rows("products", support="required")}
    extra = sum(world.row("products", product=product)["support_cost"] for product in sold - paid)
    return replace(task, fixed_cost=task.fixed_cost + extra)


def today(world: World) -> float | None:
    """Objective of today's menus: everything but excluded products supported and covered, margins left alone."""
    free = under(world, world.scenario.model_copy(update=FREE_OF_MARGINS))
    menus = menus_of(pd.DataFrame(world.tables["current_menus"]))
    return best_delivery(free, everything_covered(Enumeration(free), menus))


def plan_offers(enumeration: Enumeration, menus: pd.DataFrame, coverage: pd.DataFrame) -> tuple[Offer, ...]:
    """Offers that a plan's tables state."""
    by_book = menus_of(menus)
    covered = coverage[coverage["covered"]]
    return tuple(
        enumeration.offer(book, by_book.get(book, ()), frozenset(covered["product"][covered["price_book"] == book]))
        for book in enumeration.books()
    )


def best_margin(enumeration: Enumeration, offers: tuple[Offer, ...], least: float) -> float | None:
    """Best margin of the objective's scope that these offers allow with an objective of at least `least`."""
    task: Task = enumeration.task(offers)
    scope = "account_margin" if task.objective.startswith("account") else "service_margin"
    return best_delivery(enumeration.world, replace(task, objective=scope, floor=(task.objective, least)))
