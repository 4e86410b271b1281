"""A starter case: a few answers about a business become a case that solves, to be filled with real numbers later."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product as pairs
from typing import Any

import pandas as pd

from ..case import Case
from ..loading import build_case

Rows = list[dict[str, Any]]

INCIDENTS = 2.0
"""Incidents of a unit a year, before any prevention."""


@dataclass(frozen=True)
class StarterService:
    """One service of a starter case."""

    service: str
    hours: float
    """Work of one case."""
    cost: float
    """What the own team asks for a case, as a share of unit value."""
    per_incident: float = 0.0
    """Cases that an incident brings."""
    per_rank: float = 0.0
    """Scheduled cases of a unit a year for each rank of its tier above the lowest."""


REMOTE = StarterService("remote_help", hours=1, cost=0.004, per_incident=0.6)
FIELD = StarterService("field_repair", hours=5, cost=0.022, per_incident=0.5)
INSPECTION = StarterService("inspection", hours=3, cost=0.008, per_rank=1.0)
SERVICES = (REMOTE, FIELD, INSPECTION)
ROOM = 1.6
"""Hours that the own team and the partner each have, for every hour that all units together could need."""
TODAY = 0.045
"""Today's yearly price of the lowest tier, as a share of unit value: about a third of it is margin."""


@dataclass(frozen=True)
class Answers:
    """What a starter case is made from."""

    name: str = "my_case"
    currency: str = "EUR"
    products: Mapping[str, float] | None = None
    """Value of one unit of each product, in the currency; None for two examples."""
    segments: tuple[str, ...] = ("hospitals", "practices")
    regions: tuple[str, ...] = ("north", "south")
    tiers: tuple[str, ...] = ("silver", "gold")
    """Service tiers, from the lowest to the highest."""
    accounts: int = 3
    """Accounts in each segment and region."""

    @property
    def values(self) -> Mapping[str, float]:
        """Value of one unit by product."""
        return {"scanner": 80_000.0, "monitor": 15_000.0} if self.products is None else self.products


def starter_case(answers: Answers) -> Case:
    """The case of these answers: round placeholders in shares of unit value, one in-house team and one partner.

    Its scenario `base` asks for the most account revenue at a service margin of at least 20 %, with each tier a tenth
    dearer than the one below it. Raises `CaseError` for answers that make no case: a name twice, a value that is not
    positive, a tier called none.
    """
    settings = {
        "name": answers.name,
        "currency": answers.currency,
        "choice_model": "logit",
        "discount_rate": 0.08,
        "description": "Starter case: every number is a placeholder until you replace it.",
    }
    rows = {**_market(answers), **_offer(answers), **_delivery(answers)}
    tables = {name: pd.DataFrame(table) for name, table in rows.items()}
    base = {
        "description": "Most account revenue at a service margin of 20 %, each tier a tenth dearer than that below",
        "objective": "account_revenue",
        "min_service_margin": 0.2,
        "min_tier_gap": 0.1,
    }
    return build_case(settings, tables, {"base": base})


def _money(amount: float) -> float:
    """An amount to three figures, as a person would write it."""
    return float(f"{amount:.3g}")


def _accounts(answers: Answers) -> Iterator[tuple[str, str, str, int]]:
    """(account, segment, region, size) of every account; sizes go round from 1 to 3."""
    everyone = pairs(answers.segments, answers.regions, range(answers.accounts))
    for at, (segment, region, number) in enumerate(everyone, 1):
        yield f"A-{at:03}", segment, region, 1 + number % 3


def _units(size: int, place: int) -> int:
    """Units an account of that size holds of the product at that place."""
    return 2 * size + place


def _market(answers: Answers) -> dict[str, Rows]:
    accounts, values = list(_accounts(answers)), answers.values
    held = [
        {"account_id": account, "product": name, "units": _units(size, place), "usage_hours": 2000}
        for account, _, _, size in accounts
        for place, name in enumerate(values)
    ]
    worth = {
        account: sum(_units(size, place) * value for place, value in enumerate(values.values()))
        for account, _, _, size in accounts
    }
    return {
        "accounts": [
            {"account_id": account, "segment": segment, "region": region, "product_revenue": 0.15 * worth[account]}
            for account, segment, region, _ in accounts
        ],
        "installed_base": held,
        "segments": [{"segment": name, "price_book": name, "discount": 0.0} for name in answers.segments],
        **_tastes(answers),
    }


def _tastes(answers: Answers) -> dict[str, Rows]:
    """Two customer classes in each segment, and loyalty that rises with the tier."""
    classes = (("careful", 0.5, 0.4, 0.7), ("thrifty", 0.5, 0.8, 0.1))
    ranked = list(enumerate(answers.tiers, 1))
    return {
        "customer_classes": [
            {"segment": segment, "customer_class": name, "share": share, "price_sensitivity": sensitivity}
            for segment in answers.segments
            for name, share, sensitivity, _ in classes
        ],
        "appeal": [
            {"segment": segment, "customer_class": name, "tier": tier, "appeal": 0.5 + liking * rank}
            for segment in answers.segments
            for name, _, _, liking in classes
            for rank, tier in ranked
        ],
        "loyalty": [
            {"segment": segment, "tier": tier, "retention": retention, "cross_sell": cross_sell}
            for segment in answers.segments
            for tier, retention, cross_sell in [
                ("none", 0.85, 0.0),
                *((tier, 1 - 0.11 * 0.7 ** (rank - 1), 0.01 * rank) for rank, tier in ranked),
            ]
        ],
    }


def _offer(answers: Answers) -> dict[str, Rows]:
    values, ranked = answers.values, list(enumerate(answers.tiers, 1))
    mean = sum(values.values()) / max(1, len(values))
    lowest = answers.tiers[0] if answers.tiers else ""
    flat = [
        {"tier": tier, "model": "flat_fee", "price": round(TODAY + 0.015 * (rank - 1) + step, 4)}
        for rank, tier in ranked
        for step in (-0.005, 0.0, 0.005, 0.01)
    ]
    calls = [{"tier": lowest, "model": "per_call", "price": _money(share * mean)} for share in (0.02, 0.0225, 0.025)]
    return {
        "products": [_product(name, value, mean) for name, value in values.items()],
        "tiers": [_tier(rank, tier, len(ranked), mean) for rank, tier in ranked],
        "pricing_models": [
            {"model": "flat_fee", "kind": "fixed_warranty"},
            {"model": "per_call", "kind": "pay_per_use"},
        ],
        "price_points": [*flat, *calls],
        "services": [
            {"service": one.service, "hours_per_case": one.hours, "standard_cost": _money(one.cost * mean),
             "needs_parts": one is FIELD, "response_clock": one is not INSPECTION}
            for one in SERVICES
        ],
        "service_mix": [
            {"tier": tier, "service": one.service, "cases_per_incident": one.per_incident,
             "cases_per_unit": one.per_rank * (rank - 1)}
            for rank, tier in ranked
            for one in SERVICES
        ],
        "current_menus": [
            {"price_book": segment, "tier": lowest, "model": "flat_fee", "price": TODAY} for segment in answers.segments
        ],
    }  # fmt: skip


def _product(name: str, value: float, mean: float) -> dict[str, Any]:
    return {
        "product": name,
        "family": name,
        "unit_value": value,
        "incident_rate": INCIDENTS,
        "downtime_cost": _money(0.0005 * value),
        "adhoc_price": _money(0.02 * value),
        "adhoc_hours": 40,
        "price_index": float(f"{value / mean:.6g}") if value > 0 else 1,
        "product_margin": 0.4,
        "support": "optional",
    }


def _tier(rank: int, tier: str, count: int, mean: float) -> dict[str, Any]:
    return {
        "tier": tier,
        "rank": rank,
        "response_hours": round(48 / 2**rank, 4),
        "min_attainment": 0.5,
        "csat_floor": 60 + 15 * rank / count,
        "csat_target": 72 + 12 * rank / count,
        "loyalty_loss": min(1.0, _money(0.0001 * mean)),
        "offer": "optional",
    }


def _delivery(answers: Answers) -> dict[str, Rows]:
    held = sum(_units(size, place) for *_, size in _accounts(answers) for place in range(len(answers.values)))
    most = max(0, len(answers.tiers) - 1)
    hours = round(
        ROOM * held * sum(one.hours * (INCIDENTS * one.per_incident + most * one.per_rank) for one in SERVICES), 1
    )
    fastest = 48 / 2 ** max(1, len(answers.tiers))
    providers = (("own_team", 1.0, 0.6, 88.0), ("partner", 0.75, 1.2, 76.0))
    return {
        "providers": [
            {"provider": "own_team", "kind": "in_house", "capacity_hours": hours, "engage": "required"},
            {"provider": "partner", "kind": "volume_partner", "capacity_hours": hours, "engage": "optional"},
        ],
        "rates": [
            {
                "provider": provider,
                "region": region,
                "family": name,
                "service": one.service,
                "cost_per_case": _money(one.cost * value * cost),
                "response_hours": round(fastest * pace, 4),
                "csat": csat,
            }
            for provider, cost, pace, csat in providers
            for region in answers.regions
            for name, value in answers.values.items()
            for one in SERVICES
        ],
        "fulfilment": [
            {"product": name, "policy": policy, "parts_cost": _money(share * value), "turnaround_hours": hours}
            for name, value in answers.values.items()
            for policy, share, hours in (("central_repair", 0.005, 96), ("local_stock", 0.008, 24))
        ],
    }
