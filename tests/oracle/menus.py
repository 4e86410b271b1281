"""Menus a price book may show, and the scenario's counts over all of them."""

from __future__ import annotations

from itertools import product as combinations

from .demand import Demand
from .volume import mean_payment
from .world import Option, World

Menu = tuple[Option, ...]


def options(world: World, book: str) -> dict[str, list[Option]]:
    """Options the book may offer, by tier: price points of every book and its own, of what is not excluded."""
    found: dict[str, list[Option]] = {tier["tier"]: [] for tier in world.tables["tiers"]}
    for point in world.tables["price_points"]:
        tier = world.row("tiers", tier=point["tier"])
        model = world.row("pricing_models", model=point["model"])
        option = (point["tier"], point["model"], point["price"])
        shown = point["price_book"] in (None, book) and option not in found[point["tier"]]
        if shown and tier["offer"] != "excluded" and model["offer"] != "excluded":
            found[point["tier"]].append(option)
    return found


def price_close(world: World, demand: Demand, book: str, option: Option) -> bool:
    """Whether an option's mean payment is near enough to today's for its tier."""
    most = world.scenario.max_price_change
    today = world.rows("current_menus", price_book=book, tier=option[0])
    if most is None or not today:
        return True
    new = mean_payment(world, demand, book, option)
    old = mean_payment(world, demand, book, (today[0]["tier"], today[0]["model"], today[0]["price"]))
    if new is None or old is None:
        return True
    return abs(new - old) <= most * abs(old) + 1e-9 * max(1.0, abs(old))


def ladder_kept(world: World, demand: Demand, book: str, menu: Menu) -> bool:
    """Whether each higher tier of a menu costs enough more than each lower one."""
    gap = world.scenario.min_tier_gap
    if gap is None:
        return True
    ranks = {row["tier"]: row["rank"] for row in world.tables["tiers"]}
    for low in menu:
        for high in menu:
            if ranks[high[0]] <= ranks[low[0]]:
                continue
            paid_low, paid_high = (mean_payment(world, demand, book, option) for option in (low, high))
            if paid_low is None or paid_high is None:
                continue
            if paid_high < (1 + gap) * paid_low - 1e-9 * max(1.0, abs(paid_low)):
                return False
    return True


def own_menus(world: World, demand: Demand, book: str) -> list[Menu]:
    """Every menu that obeys the rules on one book's menu."""
    least, most = world.scenario.min_menu or 0, world.scenario.max_menu
    choices = [
        [None, *(option for option in offered if price_close(world, demand, book, option))]
        for offered in options(world, book).values()
    ]
    menus = []
    for picked in combinations(*choices):
        menu = tuple(option for option in picked if option is not None)
        within = least <= len(menu) and (most is None or len(menu) <= most)
        if within and ladder_kept(world, demand, book, menu):
            menus.append(menu)
    return menus


def required_offered(world: World, menus: list[Menu]) -> bool:
    """Whether each required tier and each required model is in some menu."""
    tiers, models = used_tiers(menus), used_models(menus)
    return all(row["tier"] in tiers for row in world.rows("tiers", offer="required")) and all(
        row["model"] in models for row in world.rows("pricing_models", offer="required")
    )


def counts_allowed(world: World, menus: list[Menu]) -> bool:
    """Whether the numbers of tiers and of models used are within the scenario's bounds."""
    scenario, tiers, models = world.scenario, len(used_tiers(menus)), len(used_models(menus))
    return (
        tiers >= (scenario.min_tiers or 0)
        and (scenario.max_tiers is None or tiers <= scenario.max_tiers)
        and (scenario.max_models is None or models <= scenario.max_models)
    )


def used_tiers(menus: list[Menu]) -> set[str]:
    """Tiers in any of the menus."""
    return {option[0] for menu in menus for option in menu}


def used_models(menus: list[Menu]) -> set[str]:
    """Pricing models in any of the menus."""
    return {option[1] for menu in menus for option in menu}
