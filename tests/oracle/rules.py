"""The rules on delivery, each as a linear expression that must not be negative."""

from __future__ import annotations

from math import exp

from .linear import Linear, plus
from .settling import Flow, known_rate
from .world import PARTNERS, World

STAFFED = ("in_house", *PARTNERS)


def hours(world: World, flow: Flow, provider: str) -> Linear:
    """Hours that a provider works."""
    return {
        (work, j): world.row("services", service=work.service)["hours_per_case"] for work, j in flow if j == provider
    }


def provider_rules(world: World, flow: Flow, engaged: list[str]) -> list[Linear]:
    """Capacity of each provider, and its share of the hours of teams and partners."""
    kinds = {row["provider"]: row["kind"] for row in world.tables["providers"]}
    worked = {provider: hours(world, flow, provider) for provider in engaged}
    all_hours = plus(*((1.0, worked[provider]) for provider in engaged if kinds[provider] in STAFFED))
    rules: list[Linear] = []
    for provider in engaged:
        row = world.row("providers", provider=provider)
        rules.append(plus((1.0, {"": row["capacity_hours"]}), (-1.0, worked[provider])))
        if row["kind"] in STAFFED:
            rules.append(plus((row["max_share"], all_hours), (-1.0, worked[provider])))
            if world.scenario.max_utilization is not None:
                time = world.scenario.max_utilization * row["capacity_hours"]
                rules.append(plus((1.0, {"": time}), (-1.0, worked[provider])))
        most = world.scenario.max_provider_share
        if row["kind"] in PARTNERS and most is not None:
            rules.append(plus((most, all_hours), (-1.0, worked[provider])))
    return rules


def csat_less(world: World, flow: Flow, tier: str, region: str, level: float) -> Linear:
    """Sum over a tier's cases in a region of CSAT less a level."""
    return {
        (work, provider): known_rate(world, work, provider)["csat"] - level
        for work, provider in flow
        if work.tier == tier and work.region == region
    }


def attainment_less(world: World, flow: Flow, tier: str, region: str, level: float) -> Linear:
    """Sum over a tier's response-clock cases in a region of the chance to answer on promise, less a level."""
    promise = world.row("tiers", tier=tier)["response_hours"]
    rule: Linear = {}
    for work, provider in flow:
        clocked = world.row("services", service=work.service)["response_clock"]
        if work.tier == tier and work.region == region and clocked:
            rule[work, provider] = 1 - exp(-promise / known_rate(world, work, provider)["response_hours"]) - level
    return rule


def service_rules(world: World, flow: Flow) -> list[Linear]:
    """CSAT floor, over-delivery cap and attainment of each tier in each region."""
    rules: list[Linear] = []
    cap = world.scenario.max_csat_over_target
    for name, region in sorted({(work.tier, work.region) for work, _ in flow}):
        tier = world.row("tiers", tier=name)
        rules.append(csat_less(world, flow, name, region, tier["csat_floor"]))
        rules.append(attainment_less(world, flow, name, region, tier["min_attainment"]))
        if cap is not None:
            rules.append(plus((-1.0, csat_less(world, flow, name, region, tier["csat_target"] + cap))))
    return rules


def least_margins(world: World, money: dict[str, Linear]) -> list[Linear]:
    """Margins and cost to serve, as far as the scenario asks for them."""
    scenario, revenue = world.scenario, money["service_revenue"]
    rules: list[Linear] = []
    if scenario.min_service_margin is not None:
        rules.append(plus((1.0, money["service_margin"]), (-scenario.min_service_margin, revenue)))
    if scenario.min_account_margin is not None:
        rules.append(plus((1.0, money["account_margin"]), (-scenario.min_account_margin, money["account_revenue"])))
    if scenario.max_cost_to_serve is not None:
        rules.append(plus((scenario.max_cost_to_serve, revenue), (-1.0, money["cost_to_serve"])))
    return rules
