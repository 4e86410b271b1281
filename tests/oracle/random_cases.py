"""Seeded random cases, small enough to enumerate, that together use everything the model has."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pandas as pd

from models.case import CaseSettings
from models.scenario import Change, Scenario

from .random_market import draw_market
from .random_offer import draw_ladders, draw_offer
from .random_work import draw_blank_places, draw_scopes, draw_work, draw_years
from .sketch import Sketch, new_sketch
from .world import Row

HARD_SEEDS = (540, 589, 984, 1107, 1154, 1391, 1984)
"""Seeds on which search and enumeration once differed: by the solver's tolerance, by rounding about an optimum of 0,
or about the menu of a price book without units."""
RARE_SEEDS = (240, 426)
"""Seeds in which a minimum of a criterion keeps out a partner that the best plan would engage, or bars it from work."""
SEEDS = (*range(240), *RARE_SEEDS, *HARD_SEEDS)
"""Seeds whose cases together use every feature."""

Drawn = tuple[CaseSettings, dict[str, pd.DataFrame], dict[str, Scenario]]


def random_case(seed: int) -> Drawn:
    """Settings, raw tables and one scenario (`base`) of the case with this seed."""
    sketch = new_sketch(Random(seed))
    draw_market(sketch)
    sketch.keep_used_places()
    draw_offer(sketch)
    draw_work(sketch)
    settings = CaseSettings(
        name=f"random {seed}",
        currency="EUR",
        choice_model="logit" if sketch.choice_model == "logit" else "first_choice",
        discount_rate=sketch.discount_rate,
    )
    scenario = draw_scenario(sketch)
    draw_ladders(sketch)
    draw_blank_places(sketch)
    scenario = draw_utilization(replace(sketch, rng=Random(f"utilization {seed}")), scenario)
    draw_years(replace(sketch, rng=Random(f"years {seed}")))
    draw_scopes(replace(sketch, rng=Random(f"scopes {seed}")))
    tables = {name: pd.DataFrame(rows) for name, rows in sketch.tables.items()}
    return settings, tables, {"base": scenario}


def draw_scenario(sketch: Sketch) -> Scenario:
    """An objective, each rule in a share of scenarios, and now and then a change."""
    objective = sketch.pick({"account_revenue": 3, "account_margin": 3, "service_revenue": 1.5, "service_margin": 2})
    rules: dict[str, Any] = {**draw_money_rules(sketch), **draw_menu_rules(sketch), **draw_provider_rules(sketch)}
    changes = draw_changes(sketch) if sketch.chance(0.3) else ()
    return Scenario(name="base", objective=objective, change=changes, **rules)  # type: ignore[arg-type]


def draw_money_rules(sketch: Sketch) -> Row:
    """Margin rules, cost to serve and the over-delivery cap."""
    rules: Row = {}
    if sketch.chance(0.25):
        rules["min_service_margin"] = sketch.between(-0.6, 0.45)
    if sketch.chance(0.18):
        rules["min_account_margin"] = sketch.between(0.05, 0.45)
    if sketch.chance(0.2):
        rules["max_cost_to_serve"] = sketch.between(0.3, 0.9)
    if sketch.chance(0.16):
        rules["max_csat_over_target"] = sketch.between(6, 25)
    return rules


def draw_menu_rules(sketch: Sketch) -> Row:
    """Counts of tiers and models, sizes of menus, price ladder and price change."""
    rules: Row = {}
    if sketch.chance(0.2):
        rules["min_tiers"] = min(len(sketch.tiers), sketch.rng.choice((1, 2, 2)))
    if sketch.chance(0.15):
        rules["max_tiers"] = sketch.rng.choice((1, 1, 2))
    if sketch.chance(0.2):
        rules["max_models"] = sketch.rng.choice((1, 1, 2))
    if sketch.chance(0.25):
        rules["min_menu"] = sketch.rng.choice((1, 1, 1, 2))
    if sketch.chance(0.15):
        rules["max_menu"] = max(rules.get("min_menu", 0), sketch.rng.choice((1, 1, 2)))
    if sketch.chance(0.3):
        rules["min_tier_gap"] = sketch.maybe(0.8, sketch.between(0, 0.4))
    if "current_menus" in sketch.tables and sketch.chance(0.4):
        rules["max_price_change"] = sketch.between(0.05, 0.6)
    return rules


def draw_provider_rules(sketch: Sketch) -> Row:
    """How many partners, how much of the work each may have, and how good each must be."""
    rules: Row = {}
    if sketch.chance(0.2):
        rules["max_providers"] = sketch.rng.choice((1, 2, 2, 3))
    if sketch.chance(0.2):
        rules["max_provider_share"] = sketch.between(0.3, 0.9)
    if "criteria" in sketch.tables and sketch.chance(0.4):
        rules["min_provider_score"] = sketch.between(3.5, 7)
    return rules


def draw_utilization(sketch: Sketch, scenario: Scenario) -> Scenario:
    """How busy teams and partners may be, in one scenario of ten; by numbers of its own, so that all else stays."""
    if not sketch.chance(0.1):
        return scenario
    return scenario.model_copy(update={"max_utilization": sketch.between(0.1, 0.7)})


def draw_changes(sketch: Sketch) -> tuple[Change, ...]:
    """One or two edits of the case."""
    changes = (
        Change(table="rates", column="cost_per_case", where={"provider": sketch.providers[0]}, multiply=1.2),
        Change(table="providers", column="engage", where={"provider": sketch.providers[-1]}, set="excluded"),
        Change(table="case", column="discount_rate", add=0.01),
        Change(table="tiers", column="min_attainment", where={"tier": [*sketch.tiers[:2]]}, set=0.2),
        Change(table="segments", column="discount", set=0.05),
        Change(table="products", column="support", where={"product": sketch.products[0]}, set="optional"),
    )
    return tuple(sketch.rng.sample(changes, sketch.rng.choice((1, 2))))
