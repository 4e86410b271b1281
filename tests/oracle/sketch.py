"""State of a random case while it is drawn: its names, its scale of money and its rows so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from .world import Row

KINDS = ("pay_per_use", "fixed_warranty", "lease", "cost_plus", "performance_based", "usage_based")


def rounded(value: float) -> float:
    """Value to four significant digits, as a person would write it."""
    return float(f"{value:.4g}")


@dataclass
class Sketch:
    """A case being drawn. `value` is the typical unit value, and so the scale of all money."""

    rng: Random
    value: float
    regions: list[str]
    families: list[str]
    segments: list[str]
    classes: list[str]
    products: list[str]
    tiers: list[str]
    models: list[str]
    services: list[str]
    providers: list[str]
    choice_model: str
    discount_rate: float
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def between(self, low: float, high: float) -> float:
        """Number drawn evenly, to four digits."""
        return rounded(self.rng.uniform(low, high))

    def money(self, low: float, high: float) -> float:
        """Amount of money, drawn as a share of the typical unit value."""
        return rounded(self.rng.uniform(low, high) * self.value)

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.rng.random() < probability

    def maybe(self, probability: float, value: float, otherwise: float = 0.0) -> float:
        """Value with this probability."""
        return value if self.chance(probability) else otherwise

    def pick(self, weights: dict[str, float]) -> str:
        """One key, drawn by weight."""
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def keep_used_places(self) -> None:
        """Drop regions without accounts and families without products, which no rate may name."""
        self.regions = list(dict.fromkeys(row["region"] for row in self.tables["accounts"]))
        self.families = list(dict.fromkeys(row["family"] for row in self.tables["products"]))

    def add(self, table: str, row: Row) -> None:
        """Append a row to a table."""
        self.tables.setdefault(table, []).append(row)


def new_sketch(rng: Random) -> Sketch:
    """Draw the size, the scale and the names of a case."""
    models = rng.sample(KINDS, rng.choices((1, 2, 3), (1, 4, 3))[0])
    if rng.random() < 0.1:
        models.append(models[0] + " two")
    return Sketch(
        rng=rng,
        value=rng.choice((0.01, 1.0, 100.0, 1e4, 1e4, 1e5, 1e7)),
        regions=["north", "south", "east"][: rng.choices((1, 2, 3), (3, 4, 1))[0]],
        families=["scanner", "meter"][: rng.choices((1, 2), (2, 1))[0]],
        segments=["clinic", "lab", "factory"][: rng.choices((1, 2, 3), (2, 4, 3))[0]],
        classes=["careful", "bold"][: rng.choices((1, 2), (2, 1))[0]],
        products=["alpha", "beta", "gamma"][: rng.choices((1, 2, 3), (2, 4, 2))[0]],
        tiers=["gold", "silver", "bronze"][: rng.choices((1, 2, 3), (1, 4, 2))[0]],
        models=models,
        services=["repair", "visit", "inspection"][: rng.choices((1, 2, 3), (2, 3, 2))[0]],
        providers=["Inhouse", "Orbis", "Vega", "Web"][: rng.choices((2, 3, 4), (2, 3, 2))[0]],
        choice_model=rng.choice(("logit", "logit", "first_choice")),
        discount_rate=rng.choice((0.0, 0.03, 0.08)),
    )
