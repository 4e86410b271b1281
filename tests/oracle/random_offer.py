"""Draw what a random case may sell: tiers, pricing models, price points, today's menus and contracts in force."""

from __future__ import annotations

from itertools import product as combinations
from math import prod

from .sketch import Sketch, rounded
from .world import Row

MOST_COMBINATIONS = 800
"""Most combinations of menus and coverage in one case."""


def draw_offer(sketch: Sketch) -> None:
    """Fill every table of the offer."""
    draw_tiers(sketch)
    draw_models(sketch)
    draw_price_points(sketch)
    if sketch.chance(0.6):
        draw_current_menus(sketch)
    if sketch.chance(0.4):
        draw_contracts(sketch)


def draw_tiers(sketch: Sketch) -> None:
    """Tiers whose promises mostly grow with rank."""
    ranks = list(range(len(sketch.tiers), 0, -1))
    if sketch.chance(0.2):
        sketch.rng.shuffle(ranks)
    for tier, rank in zip(sketch.tiers, ranks, strict=True):
        floor = sketch.between(40, 68)
        sketch.add(
            "tiers",
            {
                "tier": tier,
                "rank": rank * 10,
                "response_hours": sketch.between(8, 30) / rank,
                "min_attainment": sketch.maybe(0.5, sketch.between(0.1, 0.6)),
                "turnaround_hours": sketch.between(30, 90) if sketch.chance(0.6) else None,
                "csat_floor": floor,
                "csat_target": rounded(floor + sketch.rng.uniform(2, 20)),
                "loyalty_loss": sketch.maybe(0.6, sketch.money(0, 0.003)),
                "incident_factor": sketch.maybe(0.4, sketch.between(0.7, 1.1), 1.0),
                "fixed_cost": sketch.maybe(0.7, sketch.money(0, 0.3)),
                "offer": sketch.pick({"required": 0.8, "optional": 8, "excluded": 0.7}),
            },
        )


def draw_models(sketch: Sketch) -> None:
    """Pricing models, each with the columns of its kind."""
    for model in sketch.models:
        kind = model.removesuffix(" two")
        row: Row = {
            "model": model,
            "kind": kind,
            "fixed_cost": sketch.maybe(0.7, sketch.money(0, 0.2)),
            "admin_cost": sketch.maybe(0.6, sketch.money(0, 0.01)),
            "incident_factor": sketch.maybe(0.4, sketch.between(0.8, 1.2), 1.0),
            "offer": sketch.pick({"required": 0.8, "optional": 8, "excluded": 0.6}),
        }
        if kind == "performance_based":
            row["penalty_per_hour"] = sketch.money(1e-4, 2e-3)
            row["bonus_per_hour"] = sketch.maybe(0.6, sketch.money(0, 1e-3))
        if kind == "lease":
            row["term_years"] = float(sketch.rng.randint(2, 8))
            row["residual_share"] = sketch.between(0, 0.4)
            row["displaced_share"] = sketch.between(0, 0.3)
            row["buyout_probability"] = sketch.maybe(0.5, sketch.between(0, 0.5))
            row["buyout_share"] = sketch.maybe(0.5, sketch.between(0.1, 0.5))
        sketch.add("pricing_models", row)


def typical_price(sketch: Sketch, model: Row) -> float:
    """A price whose yearly bill is some 3 to 13 % of unit value."""
    share = sketch.rng.uniform(0.03, 0.13)
    kind = model["kind"]
    if kind == "pay_per_use":
        return rounded(share * sketch.value / 1.2)
    if kind == "usage_based":
        return rounded(share * sketch.value / 1500)
    if kind == "cost_plus":
        return sketch.between(-0.3, 1.5)
    if kind == "lease":
        return rounded(share + (1 - model["residual_share"]) / model["term_years"] + 0.6 * sketch.discount_rate)
    return rounded(share)


def price_books(sketch: Sketch) -> list[str]:
    """Names of the price books."""
    return list(dict.fromkeys(row.get("price_book") or row["segment"] for row in sketch.tables["segments"]))


def combinations_of(sketch: Sketch, points: list[Row]) -> float:
    """Number of combinations of menus and coverage with these price points."""
    optional = sum(row["support"] == "optional" for row in sketch.tables["products"])
    size = 1.0
    for book in price_books(sketch):
        shown = [point["tier"] for point in points if point.get("price_book") in (None, book)]
        size *= prod(1 + shown.count(tier) for tier in sketch.tiers) * 2**optional
    return size


def draw_price_points(sketch: Sketch) -> None:
    """One to three price points for most tiers and models, dropped at random until enumeration is quick."""
    own = sketch.chance(0.3)
    alike = sketch.chance(0.15)
    fixed = {row["model"]: typical_price(sketch, row) for row in sketch.tables["pricing_models"]}
    points: list[Row] = []
    for tier, model in combinations(sketch.tiers, sketch.tables["pricing_models"]):
        for _ in range(sketch.rng.choice((1, 2, 3))):
            price = fixed[model["model"]] if alike else typical_price(sketch, model)
            point = {"tier": tier, "model": model["model"], "price": price}
            if own and sketch.chance(0.5):
                point["price_book"] = sketch.rng.choice(price_books(sketch))
            if not any(same_option(point, other) for other in points):
                points.append(point)
    while combinations_of(sketch, points) > MOST_COMBINATIONS and (spare := spare_points(points)):
        points.remove(sketch.rng.choice(spare))
    for product in sketch.tables["products"]:
        if combinations_of(sketch, points) > MOST_COMBINATIONS and product["support"] == "optional":
            product["support"] = "required"
    for point in points:
        sketch.add("price_points", point)


def spare_points(points: list[Row]) -> list[Row]:
    """Price points whose tier and whose model keep another one without them."""
    tiers = [point["tier"] for point in points]
    models = [point["model"] for point in points]
    return [point for point in points if tiers.count(point["tier"]) > 1 and models.count(point["model"]) > 1]


def same_option(one: Row, other: Row) -> bool:
    """Whether two price points offer the same option, in whatever books."""
    return all(one[column] == other[column] for column in ("tier", "model", "price"))


def draw_ladders(sketch: Sketch) -> None:
    """Write some pairs of price points as one row with a step between them; the points stay those that they are.

    Some ladders end off a step, and some name a point that has a row of its own.
    """
    points = sketch.tables["price_points"]
    for low, high in combinations(list(points), list(points)):
        alike = all(low.get(column) == high.get(column) for column in ("tier", "model", "price_book"))
        free = low in points and high in points and "to" not in low and "to" not in high
        if not (alike and free and low["price"] < high["price"]) or sketch.chance(0.4):
            continue
        step = float(f"{high['price'] - low['price']:.12g}")
        low |= {"to": high["price"] + sketch.maybe(0.3, 0.4 * step), "step": step}
        if sketch.chance(0.7):
            points.remove(high)


def draw_current_menus(sketch: Sketch) -> None:
    """Today's menu of each book: some of its tiers, at prices near to its points or apart from them."""
    for book in price_books(sketch):
        for tier in sketch.tiers:
            if sketch.chance(0.7):
                model = sketch.rng.choice(sketch.tables["pricing_models"])
                row = {"tier": tier, "model": model["model"], "price": typical_price(sketch, model)}
                near = [point for point in sketch.tables["price_points"] if point["tier"] == tier]
                if near and sketch.chance(0.7):
                    point = sketch.rng.choice(near)
                    factor = sketch.maybe(0.8, sketch.rng.uniform(0.9, 1.1), 1.0)
                    row = {"tier": tier, "model": point["model"], "price": rounded(point["price"] * factor)}
                sketch.add("current_menus", {"price_book": book, **row})


def draw_contracts(sketch: Sketch) -> None:
    """Contracts in force on part of the installed base, on any tier and model, at any price."""
    for base in sketch.tables["installed_base"]:
        left = base["units"]
        while left > 0 and sketch.chance(0.35):
            model = sketch.rng.choice(sketch.tables["pricing_models"])
            units = left if sketch.chance(0.4) else sketch.rng.randint(1, max(1, int(left // 2)))
            left -= units
            sketch.add(
                "contracts",
                {
                    "account_id": base["account_id"],
                    "product": base["product"],
                    "tier": sketch.rng.choice(sketch.tiers),
                    "model": model["model"],
                    "price": typical_price(sketch, model),
                    "units": units,
                },
            )
