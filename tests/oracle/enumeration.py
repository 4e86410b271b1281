"""Full enumeration of a scenario: every menu of every price book, every coverage, every way to deliver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product as combinations

import pandas as pd

from models.case import CaseSettings
from models.scenario import Scenario

from .delivery import Task, best_delivery, relaxed_optimum
from .demand import Demand, read_demand
from .menus import Menu, counts_allowed, own_menus, required_offered
from .settling import SMALLEST, flows, settled
from .volume import Volume, book_cohorts, book_volume, locked_volume, mean_product_margin, total
from .world import World, read_world


@dataclass(frozen=True)
class Offer:
    """One price book's menu and the products it covers, with the volume they lead to."""

    menu: Menu
    covered: frozenset[str]
    volume: Volume


@dataclass(frozen=True)
class Optimum:
    """Outcome of an enumeration: `optimal` or `infeasible`, with the best objective and one plan that earns it."""

    status: str
    objective: float | None
    offers: tuple[Offer, ...] = ()
    """The best offers, in the order of the price books."""


class Enumeration:
    """Everything that can be decided in a scenario, and the best of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.demand: Demand = read_demand(world)

    @cached_property
    def locked(self) -> Volume:
        """Volume of the contracts in force."""
        return locked_volume(self.world, self.demand)

    @cached_property
    def mean_margin(self) -> float:
        """Mean product margin before contracts."""
        return mean_product_margin(self.world, self.demand)

    def books(self) -> list[str]:
        """Price books with free units. The others show nobody a menu, and no rule on menus binds them."""
        names = self.world.names("segments", "price_book")
        return [book for book in names if book_cohorts(self.world, self.demand, book)]

    def coverages(self, book: str) -> Iterator[frozenset[str]]:
        """Sets of products that the book may cover: every required one it holds, optional ones at will."""
        support = {row["product"]: row["support"] for row in self.world.tables["products"]}
        held = sorted({cohort.product for cohort in book_cohorts(self.world, self.demand, book)})
        optional = [product for product in held if support[product] == "optional"]
        for taken in combinations((True, False), repeat=len(optional)):
            chosen = {product for product, take in zip(optional, taken, strict=True) if take}
            yield frozenset(chosen | {product for product in held if support[product] == "required"})

    def offer(self, book: str, menu: Menu, covered: frozenset[str]) -> Offer:
        """A menu and coverage of a book, with what comes of it."""
        return Offer(menu, covered, book_volume(self.world, self.demand, book, menu, covered))

    def offers(self, book: str, menus: list[Menu]) -> list[Offer]:
        """Every menu with every coverage. Nobody buys off an empty menu, but a product covered is one supported."""
        return [self.offer(book, menu, covered) for menu in menus for covered in self.coverages(book)]

    def fixed_cost(self, offers: tuple[Offer, ...]) -> float:
        """Fixed cost of tiers, models and products that are offered, required or under contract."""
        locked = self.demand.locked
        tiers = {option[0] for offer in offers for option in offer.menu} | {lock.option[0] for lock in locked}
        models = {option[1] for offer in offers for option in offer.menu} | {lock.option[1] for lock in locked}
        products = {product for offer in offers for product in offer.covered} | {lock.product for lock in locked}
        products |= {row["product"] for row in self.world.rows("products", support="required")}
        cost = sum(self.world.row("tiers", tier=tier)["fixed_cost"] for tier in tiers)
        cost += sum(self.world.row("pricing_models", model=model)["fixed_cost"] for model in models)
        return float(cost + sum(self.world.row("products", product=product)["support_cost"] for product in products))

    def task(self, offers: tuple[Offer, ...]) -> Task:
        """What is to be delivered when these offers are made."""
        volume = total([self.locked, *(offer.volume for offer in offers)])
        return Task(volume, self.fixed_cost(offers), self.mean_margin, self.world.scenario.objective)

    def best(self, choices: list[list[Offer]], rules_on_menus: bool = True) -> Optimum:
        """Best combination of one offer a book."""
        allowed = [
            offers
            for offers in combinations(*choices)
            if not rules_on_menus or self.strategy_allowed([offer.menu for offer in offers])
        ]
        plans = [(offers, self.task(offers)) for offers in allowed]
        plans.sort(key=lambda plan: -optimistic(self.world, plan[1]))
        best: float | None = None
        winner: tuple[Offer, ...] = ()
        for offers, task in plans:
            if best is not None and optimistic(self.world, task) <= best:
                break
            bound = relaxed_optimum(self.world, task)
            if bound is None or (best is not None and bound <= best):
                continue
            found = best_delivery(self.world, task, bound, best)
            if found is not None and (best is None or found > best):
                best, winner = found, offers
        return Optimum("infeasible" if best is None else "optimal", best, winner)

    def strategy_allowed(self, menus: list[Menu]) -> bool:
        """Whether required tiers and models are offered and counts are within bounds."""
        return required_offered(self.world, menus) and counts_allowed(self.world, menus)

    def run(self) -> Optimum:
        """Status and best objective of the scenario."""
        return self.best([self.offers(book, own_menus(self.world, self.demand, book)) for book in self.books()])


def optimistic(world: World, task: Task) -> float:
    """Bound on the objective: each class has its dearest settlement, nothing is lost and delivery is free."""
    volume = task.volume
    settlements = 0.0
    for work, cases in volume.cases.items():
        if work.model and cases > SMALLEST:
            served = flows(world, Volume(cases={work: cases}), world.names("providers", "provider")) or {}
            settlements += cases * max((settled(world, work, j) for _, j in served), default=0.0)
    revenue = volume.billed + settlements
    earned = sum(volume.earned.values())
    gross = sum(world.row("products", product=p)["product_margin"] * money for p, money in volume.earned.items())
    margin = revenue - volume.admin - volume.capital - task.fixed_cost
    bounds = {
        "service_revenue": revenue,
        "service_margin": margin,
        "account_revenue": earned + revenue,
        "account_margin": gross + margin,
    }
    return float(bounds[task.objective])


def enumerate_scenario(settings: CaseSettings, tables: Mapping[str, pd.DataFrame], scenario: Scenario) -> Optimum:
    """Status and best objective of a scenario, by looking at everything."""
    return Enumeration(read_world(settings, tables, scenario)).run()
