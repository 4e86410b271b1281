"""The random cases together use everything the model has: each feature in several seeds, each rule binding in some."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from models.economics import pricing_kinds
from models.rules import RULE_SPECS, SCENARIO_RULES
from models.scenario import Change, Scenario

from .delivery import engageable, good_enough
from .demand import read_demand
from .enumeration import Enumeration, Optimum, enumerate_scenario
from .random_cases import RARE_SEEDS, SEEDS, random_case
from .settling import SMALLEST, barred, cost_per_case, known_rate, rate, settled
from .sketch import KINDS
from .volume import WorkClass, book_cohorts
from .world import PARTNERS, World, read_world

LEAST = 5
"""Seeds that must show a feature."""

Predicate = Callable[[World], bool]


@cache
def world(seed: int) -> World:
    settings, tables, scenarios = random_case(seed)
    return read_world(settings, tables, scenarios["base"])


@cache
def optimum(seed: int) -> Optimum:
    settings, tables, scenarios = random_case(seed)
    return enumerate_scenario(settings, tables, scenarios["base"])


def has(table: str, column: str, value: object) -> Predicate:
    """Whether some row of a table has a value."""
    return lambda world: any(row[column] == value for row in world.tables[table])


def differs(table: str, column: str, default: object) -> Predicate:
    """Whether an optional column holds something other than its default."""
    return lambda world: any(row[column] != default for row in world.tables[table])


def objective_is(name: str) -> Predicate:
    return lambda world: world.scenario.objective == name


def rule_given(name: str) -> Predicate:
    return lambda world: getattr(world.scenario, name) is not None


def shares_book(world: World) -> bool:
    return len(world.names("segments", "price_book")) < len(world.tables["segments"])


def classes_share_segment(world: World) -> bool:
    return len(world.names("customer_classes", "segment")) < len(world.tables["customer_classes"])


def appeal_missing(world: World) -> bool:
    return len(world.tables["appeal"]) < len(world.tables["customer_classes"]) * len(world.tables["tiers"])


def mix_missing(world: World) -> bool:
    return len(world.tables["service_mix"]) < len(world.tables["services"]) * len(world.tables["tiers"])


def contract_on_excluded(world: World) -> bool:
    return any(world.row("tiers", tier=row["tier"])["offer"] == "excluded" for row in world.tables["contracts"])


def contract_off_price_points(world: World) -> bool:
    return any(
        not world.rows("price_points", tier=row["tier"], model=row["model"], price=row["price"])
        for row in world.tables["contracts"]
    )


def contract_of_kind(kind: str) -> Predicate:
    return lambda world: any(
        world.row("pricing_models", model=row["model"])["kind"] == kind for row in world.tables["contracts"]
    )


def everything_locked_somewhere(world: World) -> bool:
    demand = read_demand(world)
    held = {lock.product for lock in demand.locked if lock.units > 0}
    return any(all(c.product != product for c in demand.cohorts()) for product in held)


def book_without_units(world: World) -> bool:
    demand = read_demand(world)
    return any(not book_cohorts(world, demand, book) for book in world.names("segments", "price_book"))


def partner_too_weak(world: World) -> bool:
    return any(not good_enough(world, row) for row in world.tables["providers"])


def barred_somewhere(world: World) -> bool:
    """Whether a partner that may be engaged is kept by a score from work for which it has a rate."""
    work = [(row, WorkClass(row["region"], row["family"], row["service"], "", "")) for row in world.tables["rates"]]
    allowed = engageable(world)
    return any(row["provider"] in allowed and barred(world, at, row["provider"]) for row, at in work)


def settled_flows(world: World) -> list[tuple[WorkClass, str]]:
    """Performance flows that a full catalogue of work would have."""
    models = [row["model"] for row in world.rows("pricing_models", kind="performance_based")]
    services = [row["service"] for row in world.rows("services", response_clock=True)]
    found = []
    for row in world.tables["rates"]:
        for tier in world.names("tiers", "tier"):
            for model in models:
                work = WorkClass(row["region"], row["family"], row["service"], tier, model)
                if row["service"] in services and rate(world, work, row["provider"]) is not None:
                    found.append((work, row["provider"]))
    return found


def late_and_early(world: World) -> bool:
    money = [settled(world, work, provider) for work, provider in settled_flows(world)]
    return any(m < 0 for m in money) and any(m > 0 for m in money)


def cost_floored_at_zero(world: World) -> bool:
    return any(
        cost_per_case(world, work, provider) == 0 and known_rate(world, work, provider)["cost_per_case"] > 0
        for work, provider in settled_flows(world)
    )


def unmatched_usage(world: World) -> bool:
    kinds = {row["kind"] for row in world.tables["pricing_models"]}
    hours = [row["usage_hours"] for row in world.tables["installed_base"]]
    return "usage_based" in kinds and 0.0 in hours


FEATURES: dict[str, Predicate] = {
    **{f"kind {kind}": has("pricing_models", "kind", kind) for kind in KINDS},
    **{f"contract {kind}": contract_of_kind(kind) for kind in KINDS},
    **{
        f"{table} {column} {value}": has(table, column, value)
        for table, column in (
            ("tiers", "offer"),
            ("pricing_models", "offer"),
            ("products", "support"),
            ("providers", "engage"),
        )
        for value in ("required", "optional", "excluded")
    },
    **{
        f"provider {kind}": has("providers", "kind", kind)
        for kind in (*PARTNERS, "in_house", "self_service", "community")
    },
    **{
        f"{table}.{column}": differs(table, column, default)
        for table, column, default in (
            ("segments", "discount", 0.0),
            ("customer_classes", "risk_aversion", 0.0),
            ("loyalty", "cross_sell", 0.0),
            ("products", "price_index", 1.0),
            ("products", "downtime_cost", 0.0),
            ("products", "adhoc_price", 0.0),
            ("products", "support_cost", 0.0),
            ("tiers", "min_attainment", 0.0),
            ("tiers", "turnaround_hours", None),
            ("tiers", "loyalty_loss", 0.0),
            ("tiers", "incident_factor", 1.0),
            ("tiers", "fixed_cost", 0.0),
            ("pricing_models", "incident_factor", 1.0),
            ("pricing_models", "admin_cost", 0.0),
            ("pricing_models", "fixed_cost", 0.0),
            ("pricing_models", "bonus_per_hour", 0.0),
            ("pricing_models", "displaced_share", 0.0),
            ("pricing_models", "buyout_probability", 0.0),
            ("price_points", "price_book", None),
            ("service_mix", "cases_per_unit", 0.0),
            ("providers", "fixed_cost", 0.0),
            ("providers", "commitment", 0.0),
            ("providers", "max_share", 1.0),
            ("providers", "risk_share", 0.0),
            ("providers", "contract_years", None),
            ("rates", "max_share", 1.0),
            ("rates", "tier", None),
            ("fulfilment", "fixed_cost", 0.0),
            ("criteria", "minimum", None),
            ("criteria", "kind", None),
            ("scores", "region", None),
            ("scores", "family", None),
            ("readiness", "provider", None),
            ("volume_discounts", "provider", None),
            ("current_menus", "price_book", None),
        )
    },
    "segments share a book": shares_book,
    "latent classes": classes_share_segment,
    "missing appeal": appeal_missing,
    "missing service mix": mix_missing,
    "contract on an excluded tier": contract_on_excluded,
    "contract off the price points": contract_off_price_points,
    "all units of a product locked": everything_locked_somewhere,
    "book without units": book_without_units,
    "weak partner": partner_too_weak,
    "partner barred from some work": barred_somewhere,
    "late and early providers": late_and_early,
    "risk share pushes a cost to 0": cost_floored_at_zero,
    "usage billing without hours": unmatched_usage,
    "zero discount rate": lambda world: world.discount_rate == 0,
    "logit": lambda world: world.choice_model == "logit",
    "first choice": lambda world: world.choice_model == "first_choice",
    "change": lambda world: bool(world.scenario.change),
    "three price books": lambda world: len(world.names("segments", "price_book")) == 3,
    "two models of a kind": lambda world: (
        len(world.names("pricing_models", "kind")) < len(world.tables["pricing_models"])
    ),
    **{
        f"objective {name}": objective_is(name)
        for name in ("account_revenue", "account_margin", "service_revenue", "service_margin")
    },
    **{f"rule {name}": rule_given(name) for name in SCENARIO_RULES},
}


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_is_used(feature: str) -> None:
    showing = [seed for seed in SEEDS if FEATURES[feature](world(seed))]
    assert len(showing) >= LEAST, showing


def test_price_ladders_are_drawn() -> None:
    """Some end off a step, and some name a point that has a row of its own."""
    ladders = off_step = twice = 0
    for seed in SEEDS:
        points = random_case(seed)[1]["price_points"]
        if "to" in points:
            rows = points[points["to"].notna()]
            ladders += 1
            off_step += bool((rows["to"] > rows["price"] + 1.1 * rows["step"]).any())
            listed = [(row["tier"], row["model"], row["price"], row["price_book"]) for row in
                      world(seed).tables["price_points"]]  # fmt: skip
            twice += len(set(listed)) < len(listed)
    assert min(ladders, off_step, twice) >= LEAST


def test_rates_without_a_region_or_a_family_are_drawn() -> None:
    """Some name no region, some no family, some neither, some stand for several places and some for none."""
    blank = {(False, True): 0, (True, False): 0, (False, False): 0}
    none = 0
    for seed in SEEDS:
        rates = random_case(seed)[1]["rates"]
        named = list(zip(rates["region"].notna(), rates["family"].notna(), strict=True))
        for kind in blank:
            blank[kind] += kind in named
        none += len(rates) > len(world(seed).tables["rates"])
    assert min(*blank.values(), none) >= LEAST


def test_every_kind_of_pricing_model_is_drawn() -> None:
    assert set(KINDS) == set(pricing_kinds.KINDS)


@pytest.mark.slow
def test_feasible_and_infeasible_are_both_common() -> None:
    sample = SEEDS[:80]
    feasible = sum(optimum(seed).status == "optimal" for seed in sample)
    assert 0.65 * len(sample) <= feasible <= 0.9 * len(sample)


@pytest.mark.slow
def test_optima_are_rarely_empty() -> None:
    found = [optimum(seed) for seed in SEEDS[:80] if optimum(seed).status == "optimal"]
    assert sum(any(offer.menu for offer in best.offers) for best in found) >= 0.7 * len(found)


@pytest.mark.slow
def test_some_offers_never_make_work() -> None:
    tiny = 0
    for seed in SEEDS[:80]:
        for offer in optimum(seed).offers:
            tiny += any(0 < cases <= SMALLEST for cases in offer.volume.cases.values())
    assert tiny >= 1


def without_rule(scenario: Scenario, rule: str) -> Scenario:
    """The scenario without a rule of its own, or with a rule of the tables asking for nothing everywhere."""
    cell = RULE_SPECS[rule].cell
    if cell is None:
        return scenario.model_copy(update={rule: None})
    state = rule.partition("_")[0]
    where = {cell.column: state} if cell.off == "optional" else {}
    off = Change(table=cell.table, where=where, column=cell.column, set=cell.off)  # type: ignore[arg-type]  # of texts
    return scenario.model_copy(update={"change": (*scenario.change, off)})


def binds(seed: int, rule: str) -> bool:
    """Whether the scenario does better, or becomes possible, without the rule."""
    settings, tables, scenarios = random_case(seed)
    without = Enumeration(read_world(settings, tables, without_rule(scenarios["base"], rule))).run()
    with_it = optimum(seed)
    if with_it.objective is None or without.objective is None:
        return with_it.status != without.status
    return without.objective > with_it.objective + 1e-6 * max(1.0, abs(with_it.objective))


BINDING = {
    "min_service_margin": (1107, 108),
    "min_account_margin": (125, 122),
    "max_cost_to_serve": (540, 69),
    "min_tiers": (140, 124),
    "max_tiers": (20, 67),
    "max_models": (74, 191),
    "min_menu": (43, 87),
    "max_menu": (105, 98),
    "max_providers": (42, 106),
    "max_provider_share": (200, 215),
    "max_utilization": (58, 157),
    "min_provider_score": (171, 29),
    "min_tier_gap": (179, 39),
    "max_price_change": (11, 66),
    "max_csat_over_target": (62, 123),
    "required_tiers": (105, 106),
    "required_models": (11, 56),
    "excluded_tiers": (37, 57),
    "excluded_models": (1, 71),
    "required_products": (11, 37),
    "excluded_products": (12, 21),
    "required_providers": (9, 17),
    "excluded_providers": (9, 37),
    "rate_share": (17, 56),
    "capacity": (98, 116),
    "provider_share": (18, 55),
    "turnaround": (1, 9),
    "csat_floor": (17, 47),
    "min_attainment": (1, 19),
    "criteria_minimum": RARE_SEEDS,
}
"""Two seeds of feasible cases in which each rule binds."""


@pytest.mark.parametrize("rule", BINDING)
def test_rule_binds_in_feasible_cases(rule: str) -> None:
    for seed in BINDING[rule]:
        assert seed in SEEDS
        assert optimum(seed).status == "optimal"
        assert binds(seed, rule)


@pytest.mark.parametrize("seed", [19, 240])
def test_a_score_for_a_place_binds_in_feasible_cases(seed: int) -> None:
    settings, tables, scenarios = random_case(seed)
    general = tables["scores"][tables["scores"][["region", "family"]].isna().all(axis=1)]
    free = enumerate_scenario(settings, {**tables, "scores": general}, scenarios["base"])
    best = optimum(seed)
    assert best.objective is not None
    assert free.objective is not None
    assert free.objective > best.objective * (1 + 1e-6)
