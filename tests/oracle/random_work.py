"""Draw the supply side of a random case: services, providers, rates, fulfilment and partner quality."""

from __future__ import annotations

from itertools import product as combinations

from .sketch import Sketch, rounded
from .world import PARTNERS, Row


def draw_work(sketch: Sketch) -> None:
    """Fill every table of the supply side."""
    draw_services(sketch)
    draw_providers(sketch)
    draw_rates(sketch)
    draw_fulfilment(sketch)
    if sketch.chance(0.45):
        draw_quality(sketch)
    if sketch.chance(0.4):
        draw_readiness(sketch)
    draw_discounts(sketch)


def draw_services(sketch: Sketch) -> None:
    """Services and how often each tier needs them; the last of three is scheduled work alone."""
    for number, service in enumerate(sketch.services):
        clocked = number == 0 or (number == 1 and sketch.chance(0.5))
        scheduled = not clocked and sketch.chance(0.7)
        sketch.add(
            "services",
            {
                "service": service,
                "hours_per_case": sketch.between(0.5, 8),
                "standard_cost": sketch.money(0.005, 0.03),
                "needs_parts": sketch.chance(0.5),
                "response_clock": clocked,
            },
        )
        for tier in sketch.tiers:
            if number == 0 or sketch.chance(0.9):
                often = 0.0 if number == 2 else sketch.maybe(0.95, sketch.between(0.3, 1.1), 1e-9)
                row: Row = {"tier": tier, "service": service, "cases_per_incident": often}
                row["cases_per_unit"] = sketch.between(0.2, 2) if scheduled else 0.0
                sketch.add("service_mix", row)


def likely_hours(sketch: Sketch) -> float:
    """Hours of work a year if some two thirds of all units came under contract."""
    units = sum(row["units"] for row in sketch.tables["installed_base"])
    per_case = sum(row["hours_per_case"] for row in sketch.tables["services"])
    return float(0.67 * units * per_case)


def draw_providers(sketch: Sketch) -> None:
    """An in-house team, then partners and channels."""
    hours = likely_hours(sketch)
    for provider in sketch.providers:
        kind = sketch.pick({"volume_partner": 3, "specialist_partner": 3, "in_house": 1})
        if provider == "Web":
            kind = sketch.rng.choice(("self_service", "community"))
        ours = provider == "Inhouse"
        if ours:
            kind = sketch.pick({"in_house": 6, "volume_partner": 1})
        sketch.add(
            "providers",
            {
                "provider": provider,
                "kind": kind,
                "capacity_hours": rounded(hours * sketch.rng.uniform(*((0.8, 4) if ours else (0.1, 1.5)))),
                "fixed_cost": sketch.maybe(0.7, sketch.money(0, 0.5)),
                "commitment": sketch.maybe(0.3, sketch.money(0, 1.2)),
                "max_share": sketch.maybe(0.08 if ours else 0.3, sketch.between(0.3, 0.9), 1.0),
                "risk_share": sketch.maybe(0.5, sketch.between(0.1, 1)),
                "engage": sketch.pick({"required": 1.0, "optional": 8, "excluded": 0.0 if ours else 0.6}),
            },
        )


def draw_rates(sketch: Sketch) -> None:
    """Rates of most providers for most work, some for one tier only."""
    for provider in sketch.providers:
        complete = 0.99 if provider == "Inhouse" else 0.75
        for region, family, service in combinations(sketch.regions, sketch.families, sketch.tables["services"]):
            if not sketch.chance(complete):
                continue
            key = {"provider": provider, "region": region, "family": family, "service": service["service"]}
            sketch.add("rates", {**key, **draw_rate(sketch, provider, service)})
            if sketch.chance(0.15):
                tier = sketch.rng.choice(sketch.tiers)
                sketch.add("rates", {**key, "tier": tier, **draw_rate(sketch, provider, service)})


def draw_rate(sketch: Sketch, provider: str, service: Row) -> Row:
    """Cost, speed and quality of one rate; the web is cheap and weak."""
    cheap = provider == "Web"
    cost = service["standard_cost"] * sketch.rng.uniform(*((0.02, 0.2) if cheap else (0.4, 1.4)))
    return {
        "cost_per_case": sketch.maybe(0.97, rounded(cost)),
        "response_hours": sketch.between(2, 18),
        "csat": sketch.between(48, 75) if cheap else sketch.between(60, 96),
        "max_share": sketch.maybe(
            0.8 if cheap else 0.03 if provider == "Inhouse" else 0.15, sketch.between(0.2, 0.7), 1.0
        ),
    }


def draw_blank_places(sketch: Sketch) -> None:
    """Leave region, family or both of some rates blank, where other rows name all places but their own.

    The rates stay those that they are. Some blank rows stand for no place at all, and some services are left alone.
    """
    groups: dict[tuple[str, ...], list[Row]] = {}
    for rate in sketch.tables["rates"]:
        groups.setdefault((rate["provider"], rate["service"], rate.get("tier") or ""), []).append(rate)
    for rows in groups.values():
        rate, blank = sketch.rng.choice(rows), sketch.rng.choice((("region",), ("family",), ("region", "family")))
        alike = [
            row for row in rows if all(row[name] == rate[name] for name in ("region", "family") if name not in blank)
        ]
        stands_for = len(sketch.regions if "region" in blank else "1") * len(
            sketch.families if "family" in blank else "1"
        )
        if len(alike) < stands_for or sketch.chance(0.3):
            continue
        if sketch.chance(0.25):
            sketch.add("rates", {**rate, **dict.fromkeys(blank), "cost_per_case": 0.0, "csat": 1.0})
        else:
            rate |= dict.fromkeys(blank)


def draw_years(sketch: Sketch) -> None:
    """Years over which the readiness cost of some providers is spread, one year as often as others."""
    for row in sketch.tables["providers"] if sketch.chance(0.5) else ():
        row["contract_years"] = sketch.rng.choice((1.0, 3.0, sketch.between(1, 8))) if sketch.chance(0.7) else None


def draw_fulfilment(sketch: Sketch) -> None:
    """One or two policies a product, a slow and a fast one."""
    for product in sketch.products:
        for policy in ("repair", "replace")[: sketch.rng.choices((1, 2), (1, 3))[0]]:
            slow = policy == "repair"
            sketch.add(
                "fulfilment",
                {
                    "product": product,
                    "policy": policy,
                    "parts_cost": sketch.money(0, 0.01) if slow else sketch.money(0.005, 0.02),
                    "turnaround_hours": sketch.between(20, 100) if slow else sketch.between(4, 40),
                    "fixed_cost": sketch.maybe(0.4, sketch.money(0, 0.3)),
                },
            )


def draw_quality(sketch: Sketch) -> None:
    """Criteria and everybody's scores on them."""
    for criterion in ("skill", "reach")[: sketch.rng.choice((1, 2))]:
        minimum = sketch.between(1, 4) if sketch.chance(0.5) else None
        sketch.add("criteria", {"criterion": criterion, "weight": sketch.between(0.5, 3), "minimum": minimum})
        for row in sketch.tables["providers"]:
            if row["kind"] in PARTNERS:
                score = {"provider": row["provider"], "criterion": criterion, "score": sketch.between(2.5, 10)}
                sketch.add("scores", score)


def draw_scopes(sketch: Sketch) -> None:
    """Criteria asked of one kind of partner, and scores for a place, some too low to work there; with criteria only."""
    for criterion in sketch.tables.get("criteria", ()):
        criterion["kind"] = sketch.rng.choice(PARTNERS) if sketch.chance(0.3) else None
        for row in sketch.tables["providers"] if sketch.chance(0.7) else ():
            if sketch.chance(0.5):
                place = {"region": sketch.rng.choice(sketch.regions), "family": sketch.rng.choice(sketch.families)}
                blank = sketch.rng.choice(("region", "family", "", ""))
                score = {
                    "provider": row["provider"],
                    "criterion": criterion["criterion"],
                    "score": sketch.between(0, 8),
                }
                sketch.add("scores", {**score, **place, **({blank: None} if blank else {})})


def draw_readiness(sketch: Sketch) -> None:
    """Capabilities that some providers lack, and what it costs to close each gap."""
    for provider in sketch.providers:
        if sketch.chance(0.6):
            sketch.add(
                "readiness",
                {
                    "provider": provider,
                    "capability": "remote tools",
                    "required": sketch.between(3, 8),
                    "actual": sketch.between(2, 9),
                    "cost_to_close": sketch.money(0, 0.4),
                    "months": float(sketch.rng.randint(1, 12)),
                },
            )


def draw_discounts(sketch: Sketch) -> None:
    """One or two discount brackets of a provider in three cases of ten."""
    if not sketch.chance(0.3):
        return
    provider = sketch.rng.choice(sketch.providers)
    above = discount = 0.0
    for _ in range(sketch.rng.choice((1, 2))):
        above = rounded(above + sketch.rng.uniform(0.05, 1.0) * sketch.value)
        discount = rounded(discount + sketch.rng.uniform(0.05, 0.4))
        sketch.add("volume_discounts", {"provider": provider, "above": above, "discount": discount})
