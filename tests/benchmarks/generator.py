"""Seeded cases of any size, in the case format: one segment a price book, classes x products cohorts each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .customers import account_part, customer_tables

KINDS = ("fixed_warranty", "pay_per_use", "cost_plus", "performance_based", "usage_based", "lease")
TIERS = ("bronze", "silver", "gold", "platinum", "titanium", "diamond")
REGIONS = ("north", "south", "east", "west")
MEAN_UNITS = 6.0
"""Units of a product that an account holds, on average."""
MEAN_VALUE = 60_000.0
"""Unit value of products, on average."""
UNITS_AS_QUOTED = 2_160.0
"""Units of a case (30 price books) whose fixed costs and commitments are as written here; others in proportion."""

Tables = dict[str, pd.DataFrame]
Parts = tuple[dict[str, object], Tables, dict[str, dict[str, object]]]
"""Settings, tables and scenarios of a case."""


@dataclass(frozen=True)
class Size:
    """Shape of a generated case."""

    books: int = 20
    classes: int = 2
    products: int = 2
    tiers: int = 3
    models: int = 3
    prices: int = 5
    regions: int = 2
    accounts: int | None = None
    """Accounts in all; None for three a segment and region."""
    held: int | None = None
    """Products that an account holds; None for all."""
    policies: int = 2
    """Parts policies of a product: up to 3, each quicker and dearer than the one before."""
    min_service_margin: float = 0.46
    seed: int = 0

    @property
    def account_count(self) -> int:
        """Accounts in all."""
        return self.accounts or 3 * self.books * self.regions

    @property
    def held_count(self) -> int:
        """Products that an account holds, which is its rows of the installed base."""
        return self.held or self.products

    @property
    def tier_names(self) -> tuple[str, ...]:
        """Tiers, lowest rank first."""
        return TIERS[: self.tiers]

    @property
    def region_names(self) -> tuple[str, ...]:
        """Regions of the accounts."""
        return REGIONS[: self.regions]

    @property
    def product_names(self) -> tuple[str, ...]:
        """Products."""
        return tuple(f"product_{i}" for i in range(self.products))

    @property
    def expected_units(self) -> float:
        """Units of the installed base, on average over seeds."""
        return MEAN_UNITS * self.account_count * self.held_count

    @property
    def scale(self) -> float:
        """What fixed costs, commitments and discount thresholds are multiplied with.

        In proportion to the installed base, so that strategic choices weigh the same in cases of any size.
        """
        return self.expected_units / UNITS_AS_QUOTED


def generate(size: Size) -> Parts:
    """Settings, tables and scenarios of a case of this size: the same for the same size and seed."""
    settings, tables, scenarios = generate_without_accounts(size)
    accounts, installed = account_part(size, 0, size.account_count)
    return settings, {"accounts": accounts, "installed_base": installed, **tables}, scenarios


def generate_without_accounts(size: Size) -> Parts:
    """Everything but the tables `accounts` and `installed_base`, which `account_part` makes part by part."""
    rng = np.random.default_rng([size.seed, 0])
    settings: dict[str, object] = {
        "name": f"bench-{size.books}",
        "currency": "EUR",
        "choice_model": "logit",
        "discount_rate": 0.08,
    }
    tables = {
        **customer_tables(size, rng),
        **_products(size, rng),
        "tiers": _tiers(size),
        **_models_and_prices(size),
        **_work(size),
        **_providers(size, rng),
    }
    scenario: dict[str, object] = {
        "objective": "account_revenue",
        "min_service_margin": size.min_service_margin,
        "max_tiers": max(2, size.tiers - 1),
        "max_models": max(2, size.models - 2),
        "max_provider_share": 0.6,
    }
    return settings, tables, {"base": scenario}


def _products(size: Size, rng: np.random.Generator) -> Tables:
    value = rng.lognormal(0, 0.4, size.products)
    value = np.round(MEAN_VALUE * value / value.mean(), -2)  # so that a margin floor means the same for every seed
    names = size.product_names
    free = [i == size.products - 1 and i > 0 for i in range(size.products)]
    products = pd.DataFrame(
        {
            "product": names,
            "family": [f"family_{i % 2}" for i in range(size.products)],
            "unit_value": value,
            "incident_rate": np.round(rng.uniform(1, 4, size.products), 2),
            "downtime_cost": np.round(value * 0.0004, 2),
            "adhoc_price": np.round(value * 0.012, 2),
            "adhoc_hours": 40.0,
            "price_index": np.round(value / MEAN_VALUE, 4),
            "product_margin": np.round(rng.uniform(0.35, 0.5, size.products), 3),
            "support": ["optional" if optional else "required" for optional in free],
            "support_cost": [50_000.0 * size.scale if optional else 0.0 for optional in free],
        }
    )
    policies = [
        row
        for name, worth in zip(names, value, strict=True)
        for row in (
            (name, "repair", round(0.003 * worth, 2), 60.0, 0.0),
            (name, "replace", round(0.005 * worth, 2), 18.0, 5_000.0 * size.scale),
            (name, "regional", round(0.0057 * worth, 2), 8.0, 12_000.0 * size.scale),
        )[: size.policies]
    ]
    columns = ["product", "policy", "parts_cost", "turnaround_hours", "fixed_cost"]
    return {"products": products, "fulfilment": pd.DataFrame(policies, columns=columns)}


def _tiers(size: Size) -> pd.DataFrame:
    level = np.arange(size.tiers)
    return pd.DataFrame(
        {
            "tier": size.tier_names,
            "rank": level + 1,
            "response_hours": 48.0 / 2**level,
            "min_attainment": 0.5,
            "turnaround_hours": 72.0 - 12 * level,
            "csat_floor": 60.0 + 3 * level,
            "csat_target": 75.0 + 4 * level,
            "loyalty_loss": 2.0,
            "incident_factor": 1 - 0.03 * level,
            "fixed_cost": 40_000.0 * size.scale,
            "offer": "optional",
        }
    )


def _models_and_prices(size: Size) -> Tables:
    models = pd.DataFrame({"model": KINDS[: size.models], "kind": KINDS[: size.models]})
    models["fixed_cost"], models["admin_cost"] = 20_000.0 * size.scale, 60.0
    blank = dict.fromkeys(
        ["penalty_per_hour", "bonus_per_hour", "term_years", "residual_share", "displaced_share"], np.nan
    )
    models = models.assign(**blank)
    models.loc[models["kind"] == "performance_based", ["penalty_per_hour", "bonus_per_hour"]] = (9.0, 2.0)
    models.loc[models["kind"] == "lease", ["term_years", "residual_share", "displaced_share"]] = (6.0, 0.2, 0.5)
    base = {"fixed_warranty": 0.07, "pay_per_use": 900.0, "cost_plus": 0.5, "performance_based": 0.075,
            "usage_based": 2.5, "lease": 0.24}  # fmt: skip
    points = [
        (tier, kind, round(base[kind] * (1 + 0.18 * i) * (0.7 + 0.6 * k / max(1, size.prices - 1)), 5))
        for i, tier in enumerate(size.tier_names)
        for kind in KINDS[: size.models]
        for k in range(size.prices)
    ]
    return {"pricing_models": models, "price_points": pd.DataFrame(points, columns=["tier", "model", "price"])}


SERVICES = {  # hours, standard cost, parts, clock, per incident, per unit
    "helpdesk": (0.6, 45.0, False, False, 1.0, 0.0),
    "field": (4.0, 380.0, True, True, 0.55, 0.0),
    "maintenance": (3.0, 250.0, False, False, 0.0, 1.0),
}


def _work(size: Size) -> Tables:
    services = pd.DataFrame(
        [(name, *row[:4]) for name, row in SERVICES.items()],
        columns=["service", "hours_per_case", "standard_cost", "needs_parts", "response_clock"],
    )
    mix = [
        (tier, name, row[4], row[5] * (1 + 0.5 * i))
        for i, tier in enumerate(size.tier_names)
        for name, row in SERVICES.items()
    ]
    columns = ["tier", "service", "cases_per_incident", "cases_per_unit"]
    return {"services": services, "service_mix": pd.DataFrame(mix, columns=columns)}


PROVIDERS = {  # kind, cost factor, response, csat, capacity share, fixed, commitment, risk
    "own": ("in_house", 1.1, 14.0, 84.0, 0.9, 0.0, 0.0, 0.0),
    "alpha": ("volume_partner", 0.85, 20.0, 74.0, 1.0, 60_000.0, 150_000.0, 0.2),
    "beta": ("volume_partner", 0.9, 17.0, 77.0, 0.8, 50_000.0, 0.0, 0.1),
    "expert": ("specialist_partner", 1.3, 6.0, 93.0, 0.7, 80_000.0, 0.0, 0.3),
    "portal": ("self_service", 0.15, 2.0, 70.0, 1.0, 30_000.0, 0.0, 0.0),
}


def _providers(size: Size, rng: np.random.Generator) -> Tables:
    discounts = [("alpha", 400_000.0 * size.scale, 0.05), ("alpha", 1_500_000.0 * size.scale, 0.09)]
    return {
        "providers": _provider_table(size),
        "rates": _rates(size, rng),
        "volume_discounts": pd.DataFrame(discounts, columns=["provider", "above", "discount"]),
    }


def _provider_table(size: Size) -> pd.DataFrame:
    columns = ["provider", "kind", "capacity_hours", "fixed_cost", "commitment", "risk_share", "engage"]
    rows = [
        (
            name,
            row[0],
            2 * row[4] * size.expected_units,
            row[5] * size.scale,
            row[6] * size.scale,
            row[7],
            "required" if name == "own" else "optional",
        )
        for name, row in PROVIDERS.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def _rates(size: Size, rng: np.random.Generator) -> pd.DataFrame:
    columns = ["provider", "region", "family", "service", "cost_per_case", "response_hours", "csat", "max_share"]
    places = list(itertools.product(size.region_names, range(min(2, size.products)), SERVICES.items()))
    rows = [
        (
            name,
            region,
            f"family_{family}",
            service,
            round(line[1] * row[1] * float(rng.uniform(0.95, 1.05)), 2),
            row[2],
            row[3],
            0.4 if name == "portal" else 1.0,
        )
        for name, row in PROVIDERS.items()
        for region, family, (service, line) in places
        if name != "portal" or service == "helpdesk"
    ]
    return pd.DataFrame(rows, columns=columns)
