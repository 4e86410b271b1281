"""Draw the demand side of a random case: accounts, their base, segments, classes, loyalty and products."""

from __future__ import annotations

from .sketch import Sketch, rounded


def draw_market(sketch: Sketch) -> None:
    """Fill every table of the demand side."""
    draw_products(sketch)
    draw_segments(sketch)
    draw_classes(sketch)
    draw_loyalty(sketch)
    draw_accounts(sketch)


def draw_products(sketch: Sketch) -> None:
    """Products of like value in the case's families."""
    for product in sketch.products:
        size = sketch.rng.uniform(0.6, 1.8)
        sketch.add(
            "products",
            {
                "product": product,
                "family": sketch.rng.choice(sketch.families),
                "unit_value": rounded(size * sketch.value),
                "incident_rate": sketch.maybe(0.96, sketch.between(0.3, 2.5)),
                "downtime_cost": sketch.maybe(0.7, sketch.money(0, 3e-4)),
                "adhoc_price": sketch.maybe(0.8, sketch.money(0, 0.04)),
                "adhoc_hours": sketch.maybe(0.7, sketch.between(4, 80)),
                "price_index": sketch.maybe(0.5, rounded(size * sketch.rng.uniform(0.8, 1.2)), 1.0),
                "product_margin": sketch.between(0.1, 0.6),
                "support": sketch.pick({"required": 5, "optional": 5, "excluded": 1}),
                "support_cost": sketch.maybe(0.6, sketch.money(0, 0.2)),
            },
        )


def draw_segments(sketch: Sketch) -> None:
    """Segments, some sharing a price book, some with a discount."""
    shared = sketch.chance(0.5)
    for segment in sketch.segments:
        row = {"segment": segment, "discount": sketch.maybe(0.5, sketch.between(0, 0.25))}
        if shared:
            row["price_book"] = sketch.rng.choice(("list A", "list A", "list B", None))
        sketch.add("segments", row)


def draw_classes(sketch: Sketch) -> None:
    """Customer classes with their price sensitivity, risk aversion and appeal of tiers."""
    indifferent = sketch.chance(0.05)
    for segment in sketch.segments:
        first = 1.0 if len(sketch.classes) == 1 else sketch.between(0.2, 0.8)
        for customer_class, share in zip(sketch.classes, (first, rounded(1 - first)), strict=False):
            sketch.add(
                "customer_classes",
                {
                    "segment": segment,
                    "customer_class": customer_class,
                    "share": share,
                    "price_sensitivity": 0.0 if indifferent else sketch.between(0.1, 0.7),
                    "risk_aversion": sketch.maybe(0.5, rounded(sketch.rng.uniform(0, 4) / sketch.value)),
                },
            )
            for tier in sketch.tiers:
                if sketch.chance(0.9):
                    appeal = 0.0 if indifferent else sketch.maybe(0.96, sketch.between(-0.5, 4.0), -25.0)
                    sketch.add(
                        "appeal",
                        {"segment": segment, "customer_class": customer_class, "tier": tier, "appeal": appeal},
                    )
    if "appeal" not in sketch.tables:  # the table must be there, and every row of it was left out
        only = {"segment": sketch.segments[0], "customer_class": sketch.classes[0], "tier": sketch.tiers[0]}
        sketch.add("appeal", {**only, "appeal": 1.0})


def draw_loyalty(sketch: Sketch) -> None:
    """Retention and cross-selling, better under contract."""
    for segment in sketch.segments:
        for tier in ("none", *sketch.tiers):
            low, high = (0.3, 0.8) if tier == "none" else (0.6, 1.0)
            sketch.add(
                "loyalty",
                {
                    "segment": segment,
                    "tier": tier,
                    "retention": sketch.between(low, high),
                    "cross_sell": sketch.maybe(0.5, sketch.between(0, 0.2)),
                },
            )


def draw_accounts(sketch: Sketch) -> None:
    """One to three accounts a segment, now and then none, each with part of the product range."""
    scale = sketch.rng.choice((1, 1, 20))
    for segment in sketch.segments:
        count = sketch.rng.choices((0, 1, 2, 3), (0.4, 3, 4, 2))[0]
        if not sketch.tables.get("accounts") and segment == sketch.segments[-1]:
            count = max(1, count)
        for number in range(count):
            account = f"{segment} {number + 1}"
            held = sketch.rng.sample(sketch.products, sketch.rng.randint(1, len(sketch.products)))
            sketch.add(
                "accounts",
                {
                    "account_id": account,
                    "segment": segment,
                    "region": sketch.rng.choice(sketch.regions),
                    "product_revenue": sketch.maybe(0.9, sketch.money(1, 10 * scale)),
                },
            )
            for product in held:
                sketch.add(
                    "installed_base",
                    {
                        "account_id": account,
                        "product": product,
                        "units": sketch.rng.randint(2, 30 * scale),
                        "usage_hours": sketch.maybe(0.85, float(sketch.rng.randint(300, 3000))),
                    },
                )
