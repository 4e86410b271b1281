"""Random cases as the product and as the oracle read them, under any scenario."""

from __future__ import annotations

from functools import cache

from models import Case, Scenario, build_case
from tests.oracle.enumeration import Enumeration, Optimum
from tests.oracle.random_cases import Drawn, random_case
from tests.oracle.world import World, read_world

drawn = cache(random_case)


def case_of(seed: int) -> Case:
    settings, tables, scenarios = drawn(seed)
    return build_case(settings, tables, scenarios)


def scenario_of(seed: int) -> Scenario:
    return drawn(seed)[2]["base"]


def world_of(seed: int, scenario: Scenario) -> World:
    settings, tables, _ = drawn(seed)
    return read_world(settings, tables, scenario)


def optimum(seed: int, scenario: Scenario) -> Optimum:
    return Enumeration(world_of(seed, scenario)).run()


__all__ = ["Drawn", "case_of", "drawn", "optimum", "scenario_of", "world_of"]
