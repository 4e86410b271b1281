"""Seeded cases of one price book and no delivery: assortment, a shared book, product lines.

What remains of the model is the choice of a menu, so that other programs can state it too. Revenue is
maximized; whatever is sold costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .generator import Parts, Tables

VALUE = 10_000.0
"""Unit value of the one product."""
PRICES = (0.01, 0.4)
"""Range of the prices, yearly shares of unit value; even in logarithms."""
SENSITIVITY = (0.075, 3.0)
"""Range of the price sensitivities: at one end a class pays the highest price, at the other the lowest."""
WEAK = 0.25
"""Share of the pairs of class and tier that never go together."""


@dataclass(frozen=True)
class Menus:
    """Shape of a case with one price book."""

    tiers: int
    prices: int = 1
    classes: int = 1
    """Customer classes of each segment."""
    segments: int = 1
    choice_model: str = "logit"
    max_menu: int | None = None
    seed: int = 0


def one_book(size: Menus) -> Parts:
    """Settings, tables and scenarios: the same for the same size and seed."""
    rng = np.random.default_rng([size.seed, 2])
    settings: dict[str, object] = {
        "name": f"menus-{size.tiers}-{size.prices}-{size.classes * size.segments}",
        "currency": "EUR",
        "choice_model": size.choice_model,
        "discount_rate": 0.08,
    }
    tiers = [f"tier_{i:03d}" for i in range(size.tiers)]
    segments = [f"segment_{i:04d}" for i in range(size.segments)]
    scenario: dict[str, object] = {"objective": "service_revenue"}
    if size.max_menu is not None:
        scenario["max_menu"] = size.max_menu
    tables = {**_market(size, segments, tiers, rng), **_offer(size, tiers, rng), **_no_work(tiers)}
    return settings, tables, {"base": scenario}


def _market(size: Menus, segments: list[str], tiers: list[str], rng: np.random.Generator) -> Tables:
    """Customers: thrifty classes are the larger ones, so that each is worth about as much and none decides alone.

    What is cheap enough for the thrifty tempts the others away from what they would pay for.
    """
    names = [f"class_{i:03d}" for i in range(size.classes)]
    segment, customer_class = np.repeat(segments, size.classes), np.tile(names, size.segments)
    sensitivity = _even_in_logarithms(rng, SENSITIVITY, len(segment))
    appeal = rng.normal(2.5, 1.0, (len(segment), size.tiers))
    row, column = np.nonzero(rng.random(appeal.shape) > WEAK)
    by_segment = sensitivity.reshape(size.segments, size.classes)
    classes = {
        "segment": segment,
        "customer_class": customer_class,
        "share": (by_segment / by_segment.sum(axis=1, keepdims=True)).ravel(),
        "price_sensitivity": np.round(sensitivity, 4),
    }
    liked = {
        "segment": segment[row],
        "customer_class": customer_class[row],
        "tier": np.array(tiers)[column],
        "appeal": np.round(appeal[row, column], 4),
    }
    return {
        "customer_classes": pd.DataFrame(classes),
        "appeal": pd.DataFrame(liked),
        **_accounts(segments, tiers, np.round(100 * by_segment.mean(axis=1), 1) + 1),
    }


def _even_in_logarithms(rng: np.random.Generator, ends: tuple[float, float], count: int) -> NDArray[np.float64]:
    return np.exp(rng.uniform(np.log(ends[0]), np.log(ends[1]), count))


def _accounts(segments: list[str], tiers: list[str], units: NDArray[np.float64]) -> Tables:
    """One account a segment, with its units; loyalty plays no part."""
    names = [f"A{i:04d}" for i in range(len(segments))]
    place = {"region": "north", "product_revenue": 0.0}
    loyalty = {
        "segment": np.repeat(segments, 1 + len(tiers)),
        "tier": np.tile(["none", *tiers], len(segments)),
        "retention": 1.0,
    }
    return {
        "accounts": pd.DataFrame({"account_id": names, "segment": segments, **place}),
        "installed_base": pd.DataFrame({"account_id": names, "product": "machine", "units": units}),
        "segments": pd.DataFrame({"segment": segments, "price_book": "all"}),
        "loyalty": pd.DataFrame(loyalty),
    }


def _offer(size: Menus, tiers: list[str], rng: np.random.Generator) -> Tables:
    middle = _even_in_logarithms(rng, PRICES, size.tiers)
    spread = np.linspace(0.6, 1.4, size.prices) if size.prices > 1 else np.ones(1)
    price = np.round(middle[:, None] * spread, 5)
    return {
        "tiers": pd.DataFrame(
            {
                "tier": tiers,
                "rank": 1 + np.arange(size.tiers),
                "response_hours": 24.0,
                "csat_floor": 0.0,
                "csat_target": 0.0,
                "offer": "optional",
            }
        ),
        "pricing_models": pd.DataFrame({"model": ["yearly"], "kind": ["fixed_warranty"]}),
        "price_points": pd.DataFrame(
            {"tier": np.repeat(tiers, size.prices), "model": "yearly", "price": price.ravel()}
        ),
        "products": pd.DataFrame(
            {
                "product": ["machine"],
                "family": ["machines"],
                "unit_value": [VALUE],
                "incident_rate": [0.0],
                "product_margin": [0.4],
                "support": ["required"],
            }
        ),
    }


def _no_work(tiers: list[str]) -> Tables:
    """Tables of a case whose contracts cause no work."""
    place = {"provider": "own", "region": "north", "family": "machines", "service": "remote"}
    return {
        "services": pd.DataFrame(
            {
                "service": ["remote"],
                "hours_per_case": [1.0],
                "standard_cost": [0.0],
                "needs_parts": [False],
                "response_clock": [True],
            }
        ),
        "service_mix": pd.DataFrame({"tier": tiers, "service": "remote", "cases_per_incident": 0.0}),
        "providers": pd.DataFrame(
            {"provider": ["own"], "kind": ["in_house"], "capacity_hours": [1.0], "engage": ["required"]}
        ),
        "rates": pd.DataFrame([{**place, "cost_per_case": 1.0, "response_hours": 8.0, "csat": 80.0}]),
        "fulfilment": pd.DataFrame({"product": ["machine"], "policy": ["spare"], "parts_cost": [0.0],
                                    "turnaround_hours": [24.0]}),
    }  # fmt: skip
