"""What delivered work costs and how it is experienced: pure formulas of one case, provider or year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .pricing_kinds import annuity

Array = NDArray[np.float64]
Number = float | Array

OWN_TEAM_KIND = "in_house"
"""The kind of a team of the company's own."""
PARTNER_KINDS = ("volume_partner", "specialist_partner")
"""Kinds that are partners."""
HOUR_SHARING_KINDS = (OWN_TEAM_KIND, *PARTNER_KINDS)
"""Kinds whose hours count as delivered by teams and partners."""
NEGLIGIBLE_CASES = 1e-6
"""A work class or parts volume of this many cases a year or less needs no delivery."""


def cost_per_case(rate: Number, risk_share: Number, settlement: Number) -> Number:
    """What a provider is paid for a case: its rate plus its part of the settlement, never below 0."""
    return np.asarray(np.maximum(0.0, rate + risk_share * settlement), dtype=float)


def attainment(promise: Number, response: Number) -> Number:
    """Share of cases answered within the promise: 1 - exp(-D / r) for exponential times of mean r.

    With r = 0 every case is in time.
    """
    with np.errstate(divide="ignore"):
        ratio = np.divide(promise, np.asarray(response, dtype=float))
    return np.asarray(-np.expm1(-ratio), dtype=float)


def volume_discount(case_cost: float, thresholds: Sequence[float], discounts: Sequence[float]) -> float:
    """Money off a yearly case cost: each bracket's discount on the part of the cost inside it.

    `thresholds` rise; bracket k runs from thresholds[k] to thresholds[k + 1], the last is open.
    """
    ends = [*thresholds, float("inf")][1:]
    parts = (
        discount * max(0.0, min(case_cost, end) - start)
        for start, end, discount in zip(thresholds, ends, discounts, strict=True)
    )
    return float(sum(parts))


def payment(case_cost_after_discount: float, commitment: float) -> float:
    """Yearly payment to an engaged provider: its case cost, or the commitment where that is more."""
    return max(case_cost_after_discount, commitment)


def readiness_charge(cost: float, contract_years: float, discount_rate: float) -> float:
    """What a readiness cost counts a year: an end-of-year annuity over `contract_years`; all of it where that is NaN.

    Over one year it is cost x (1 + discount_rate).
    """
    return cost if np.isnan(contract_years) else cost * annuity(discount_rate, contract_years, 0.0)


def loyalty_loss_per_case(loss_per_point: Number, target: Number, csat: Number) -> Number:
    """Product revenue lost by a case delivered under the CSAT target; above it nothing is won back."""
    return np.asarray(loss_per_point * np.maximum(0.0, target - csat), dtype=float)


def partner_score(weights: Sequence[float], scores: Sequence[float]) -> float:
    """Weighted mean score of a partner over the criteria, 0..10."""
    return float(np.average(scores, weights=weights))
