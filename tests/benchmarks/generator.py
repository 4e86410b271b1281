"""Seeded cases of any size, in the case format: one segment a price book, classes x products cohorts each."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd

KINDS = ("fixed_warranty", "pay_per_use", "cost_plus", "performance_based", "usage_based", "lease")
TIERS = ("bronze", "silver", "gold", "platinum", "titanium", "diamond")
REGIONS = ("north", "south", "east", "west")


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
    seed: int = 0


Tables = dict[str, pd.DataFrame]


def generate(size: Size) -> tuple[dict[str, object], Tables, dict[str, dict[str, object]]]:
    """Settings, tables and scenarios of a case of this size: the same for the same size and seed."""
    rng = np.random.default_rng(size.seed)
    settings: dict[str, object] = {
        "name": f"bench-{size.books}",
        "currency": "EUR",
        "choice_model": "logit",
        "discount_rate": 0.08,
    }
    tables = {
        **_customers(size, rng),
        **_products(size, rng),
        **_tiers(size, rng),
        **_models_and_prices(size),
        **_work(size),
        **_providers(size, rng),
    }
    scenarios: dict[str, dict[str, object]] = {
        "base": {
            "objective": "account_revenue",
            "min_service_margin": 0.68,
            "max_tiers": max(2, size.tiers - 1),
            "max_models": max(2, size.models - 2),
            "max_provider_share": 0.6,
        }
    }
    return settings, tables, scenarios


def _segments(size: Size) -> list[str]:
    return [f"segment_{i:05d}" for i in range(size.books)]


def _product_names(size: Size) -> list[str]:
    return [f"product_{i}" for i in range(size.products)]


def _customers(size: Size, rng: np.random.Generator) -> Tables:
    segments, tiers, classes = _segments(size), TIERS[: size.tiers], [f"class_{i}" for i in range(size.classes)]
    count = size.accounts or 3 * size.books * size.regions
    account = np.array([f"A{i:08d}" for i in range(count)])
    segment = np.arange(count) % size.books
    region = (np.arange(count) // size.books) % size.regions
    accounts = pd.DataFrame(
        {
            "account_id": account,
            "segment": np.array(segments)[segment],
            "region": np.array(REGIONS)[region],
            "product_revenue": np.round(rng.lognormal(11.5, 0.6, count), 2),
        }
    )
    products = _product_names(size)
    owner = np.repeat(np.arange(count), size.products)
    installed = pd.DataFrame(
        {
            "account_id": account[owner],
            "product": np.tile(products, count),
            "units": rng.integers(1, 12, len(owner)).astype(float),
            "usage_hours": np.round(rng.uniform(500, 3000, len(owner)), 1),
        }
    )
    pairs = list(itertools.product(segments, classes))
    shares = rng.dirichlet(np.full(size.classes, 4.0), size.books)
    shares[:, -1] = 1 - shares[:, :-1].sum(axis=1)
    appeal = [
        (s, c, t, round(float(rng.normal(-1.2 + 0.45 * i, 0.35)), 4)) for s, c in pairs for i, t in enumerate(tiers)
    ]
    loyalty = [
        (s, t, round(min(0.99, 0.84 + 0.025 * i + float(rng.normal(0, 0.008))), 4), round(0.01 * i, 4))
        for s in segments
        for i, t in enumerate(("none", *tiers))
    ]
    return {
        "accounts": accounts,
        "installed_base": installed,
        "segments": pd.DataFrame({"segment": segments, "discount": np.round(rng.uniform(0, 0.1, size.books), 3)}),
        "customer_classes": pd.DataFrame(
            {
                "segment": [s for s, _ in pairs],
                "customer_class": [c for _, c in pairs],
                "share": shares.ravel(),
                "price_sensitivity": np.round(rng.uniform(0.15, 0.7, len(pairs)), 4),
                "risk_aversion": np.round(rng.uniform(0, 2e-5, len(pairs)), 8),
            }
        ),
        "appeal": pd.DataFrame(appeal, columns=["segment", "customer_class", "tier", "appeal"]),
        "loyalty": pd.DataFrame(loyalty, columns=["segment", "tier", "retention", "cross_sell"]),
    }


def _products(size: Size, rng: np.random.Generator) -> Tables:
    value = np.round(rng.lognormal(11.0, 0.7, size.products), -2)
    names = _product_names(size)
    products = pd.DataFrame(
        {
            "product": names,
            "family": [f"family_{i % 2}" for i in range(size.products)],
            "unit_value": value,
            "incident_rate": np.round(rng.uniform(1, 4, size.products), 2),
            "downtime_cost": np.round(value * 0.0004, 2),
            "adhoc_price": np.round(value * 0.012, 2),
            "adhoc_hours": 40.0,
            "price_index": np.round(value / 60_000, 4),
            "product_margin": np.round(rng.uniform(0.35, 0.5, size.products), 3),
            "support": ["optional" if i == size.products - 1 and i else "required" for i in range(size.products)],
            "support_cost": [50_000.0 if i == size.products - 1 and i else 0.0 for i in range(size.products)],
        }
    )
    policies = [
        row
        for name, worth in zip(names, value, strict=True)
        for row in (
            (name, "repair", round(0.003 * worth, 2), 60.0, 0.0),
            (name, "replace", round(0.005 * worth, 2), 18.0, 5_000.0),
        )
    ]
    columns = ["product", "policy", "parts_cost", "turnaround_hours", "fixed_cost"]
    return {"products": products, "fulfilment": pd.DataFrame(policies, columns=columns)}


def _tiers(size: Size, rng: np.random.Generator) -> Tables:
    rows = [
        (
            name,
            i + 1,
            48.0 / 2**i,
            0.5,
            72.0 - 12 * i,
            60.0 + 3 * i,
            75.0 + 4 * i,
            2.0,
            1 - 0.03 * i,
            40_000.0,
            "optional",
        )
        for i, name in enumerate(TIERS[: size.tiers])
    ]
    columns = ["tier", "rank", "response_hours", "min_attainment", "turnaround_hours", "csat_floor", "csat_target",
               "loyalty_loss", "incident_factor", "fixed_cost", "offer"]  # fmt: skip
    return {"tiers": pd.DataFrame(rows, columns=columns)}


def _models_and_prices(size: Size) -> Tables:
    models = pd.DataFrame({"model": KINDS[: size.models], "kind": KINDS[: size.models]})
    models["fixed_cost"], models["admin_cost"] = 20_000.0, 60.0
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
        for i, tier in enumerate(TIERS[: size.tiers])
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
        for i, tier in enumerate(TIERS[: size.tiers])
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
    units = 6.0 * (size.accounts or 3 * size.books * size.regions) * size.products
    providers = [
        (name, row[0], row[4] * units * 2, row[5], row[6] * units / 2_000, row[7], engage)
        for name, row in PROVIDERS.items()
        for engage in ["required" if name == "own" else "optional"]
    ]
    rates = [
        (
            name,
            region,
            f"family_{f}",
            service,
            round(line[1] * row[1] * float(rng.uniform(0.95, 1.05)), 2),
            row[2],
            row[3],
            0.4 if name == "portal" else 1.0,
        )
        for name, row in PROVIDERS.items()
        for region in REGIONS[: size.regions]
        for f in range(min(2, size.products))
        for service, line in SERVICES.items()
        if name != "portal" or service == "helpdesk"
    ]
    columns = ["provider", "kind", "capacity_hours", "fixed_cost", "commitment", "risk_share", "engage"]
    rate_columns = ["provider", "region", "family", "service", "cost_per_case", "response_hours", "csat", "max_share"]
    discounts = [("alpha", 400_000.0, 0.05), ("alpha", 1_500_000.0, 0.09)]
    return {
        "providers": pd.DataFrame(providers, columns=columns),
        "rates": pd.DataFrame(rates, columns=rate_columns),
        "volume_discounts": pd.DataFrame(discounts, columns=["provider", "above", "discount"]),
    }
