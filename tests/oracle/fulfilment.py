"""How parts cases are met: every assignment of one policy to each product and tier."""

from __future__ import annotations

from itertools import product as combinations

from .settling import SMALLEST
from .volume import Volume
from .world import Row, World

Policies = dict[tuple[str, str], Row]
"""The policy used by each product and tier."""


def needed(volume: Volume) -> list[tuple[str, str]]:
    """Products and tiers with parts cases."""
    return [pair for pair, cases in volume.parts.items() if cases > SMALLEST]


def cost(volume: Volume, policies: Policies) -> float:
    """Parts cost of each case, and the fixed cost of each policy used for a product."""
    variable = sum(volume.parts[pair] * row["parts_cost"] for pair, row in policies.items())
    used = {(row["product"], row["policy"]): row["fixed_cost"] for row in policies.values()}
    return float(variable + sum(used.values()))


def on_time(world: World, volume: Volume, policies: Policies) -> bool:
    """Whether every tier's mean turnaround keeps its promise."""
    for tier in world.tables["tiers"]:
        if tier["turnaround_hours"] is None:
            continue
        mine = {pair: row for pair, row in policies.items() if pair[1] == tier["tier"]}
        taken = sum(volume.parts[pair] * row["turnaround_hours"] for pair, row in mine.items())
        promised = tier["turnaround_hours"] * sum(volume.parts[pair] for pair in mine)
        if taken > promised + 1e-9 * max(1.0, promised):
            return False
    return True


def turnaround_possible(world: World, volume: Volume) -> bool:
    """Whether every promise is kept when each product and tier takes its fastest policy."""
    fastest: Policies = {}
    for product, tier in needed(volume):
        offered = world.rows("fulfilment", product=product)
        if not offered:
            return False
        fastest[product, tier] = min(offered, key=lambda row: row["turnaround_hours"])
    return on_time(world, volume, fastest)


def least_fulfilment_cost(world: World, volume: Volume) -> float | None:
    """Cheapest assignment that keeps every turnaround promise; None where there is none.

    Policies touch no rule but turnaround, and cost is never welcome, so they are chosen apart from flows."""
    pairs = needed(volume)
    best: float | None = None
    for rows in combinations(*(world.rows("fulfilment", product=product) for product, _ in pairs)):
        policies = dict(zip(pairs, rows, strict=True))
        if on_time(world, volume, policies):
            money = cost(volume, policies)
            best = money if best is None else min(best, money)
    return best
