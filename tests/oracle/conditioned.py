"""Enumeration of a scenario under conditions: fewer offers, or more rules on their delivery."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from models.scenario import Scenario

from .delivery import Task
from .enumeration import Enumeration, Offer, Optimum
from .linear import Linear, plus
from .menus import Menu, own_menus
from .rules import STAFFED, csat_less, hours
from .settling import Flow
from .world import World

Rules = Callable[[World, Flow], list[Linear]]


@dataclass(frozen=True)
class Bound:
    """What a condition leaves: offers of one book, menus of all books together, amounts and delivery."""

    offer: Callable[[str, Menu, frozenset[str]], bool] = lambda book, menu, covered: True
    together: Callable[[list[Menu]], bool] = lambda menus: True
    floor: tuple[str, float] | None = None
    more: tuple[Rules, ...] = field(default=())


class Conditioned(Enumeration):
    """Everything that can be decided within a bound."""

    def __init__(self, world: World, bound: Bound) -> None:
        super().__init__(world)
        self.bound = bound

    def offers(self, book: str, menus: list[Menu]) -> list[Offer]:
        return [offer for offer in super().offers(book, menus) if self.bound.offer(book, offer.menu, offer.covered)]

    def strategy_allowed(self, menus: list[Menu]) -> bool:
        return super().strategy_allowed(menus) and self.bound.together(menus)

    def task(self, offers: tuple[Offer, ...]) -> Task:
        return replace(super().task(offers), floor=self.bound.floor, more=self.bound.more)


def best_within(world: World, bound: Bound) -> Optimum:
    """Best plan of a scenario within a bound."""
    return Conditioned(world, bound).run()


def with_cell(world: World, table: str, column: str, value: Any, **key: Any) -> World:
    """The world with one column of the rows with this key set."""
    rows = [{**row, column: value} if all(row[k] == v for k, v in key.items()) else row for row in world.tables[table]]
    return replace(world, tables={**world.tables, table: rows})


def with_rules(world: World, **rules: Any) -> World:
    """The world under the same scenario with other rules."""
    scenario: Scenario = world.scenario.model_copy(update=rules)
    return replace(world, scenario=scenario)


def offers_of(world: World) -> dict[str, list[Menu]]:
    """Menus of every book with free units that obey the rules on one menu."""
    enumeration = Enumeration(world)
    return {book: own_menus(world, enumeration.demand, book) for book in enumeration.books()}


def share_of_hours(providers: tuple[str, ...], least: float, most: float) -> Rules:
    """Hours of providers between shares of the hours of teams and partners."""

    def rules(world: World, flow: Flow) -> list[Linear]:
        kinds = {row["provider"]: row["kind"] for row in world.tables["providers"]}
        own = plus(*((1.0, hours(world, flow, name)) for name in providers))
        whole = plus(*((1.0, hours(world, flow, name)) for name, kind in kinds.items() if kind in STAFFED))
        return [plus((1.0, own), (-least, whole)), plus((most, whole), (-1.0, own))]

    return rules


def csat_above_floor(points: float) -> Rules:
    """Mean CSAT of each tier in each region at least so many points above its floor."""

    def rules(world: World, flow: Flow) -> list[Linear]:
        groups = sorted({(work.tier, work.region) for work, _ in flow})
        floors = {row["tier"]: row["csat_floor"] + points for row in world.tables["tiers"]}
        return [csat_less(world, flow, tier, region, floors[tier]) for tier, region in groups]

    return rules
