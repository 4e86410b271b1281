"""How a customer class picks an option of its menu, elementwise over numpy arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Number = float | Array

TIE = 1e-9
"""Utilities this close tie (absolute); yearly payments this close tie (relative)."""


def certainty_equivalent(
    yearly: Number,
    incidents: Number,
    per_incident: Number,
    settlement: Number,
    downtime_loss: Number,
    credit: Number,
    risk_aversion: Number,
) -> Number:
    """CE: yearly burden of a unit under an option (mean-variance, Poisson incidents), money a year.

    CE = T + n e + n w - O + risk_aversion / 2 n (i + w)^2, with `downtime_loss` w the customer's
    loss per incident (downtime_cost x response promise) and `settlement` e.
    """
    expected = yearly + incidents * (settlement + downtime_loss) - credit
    return expected + risk_aversion / 2 * incidents * (per_incident + downtime_loss) ** 2


def burden_without_contract(incidents: Number, loss_per_incident: Number, risk_aversion: Number) -> Number:
    """CE0 = n0 w0 + risk_aversion / 2 n0 w0^2, money per unit and year."""
    return incidents * loss_per_incident + risk_aversion / 2 * incidents * loss_per_incident**2


def utility(
    appeal: Number, price_sensitivity: Number, burden: Number, burden_without: Number, unit_value: Number
) -> Number:
    """Utility of an option against having no contract: appeal less 1 % steps of extra burden."""
    return appeal - price_sensitivity * 100 * (burden - burden_without) / unit_value


def logit_shares(utilities: Array) -> Array:
    """Shares P of each option, shape (cohorts, options); -inf marks what a cohort never buys.

    P = exp(u) / (1 + sum exp(u)); the rest buys nothing. Stable for utilities of any size.
    """
    peak = np.maximum(utilities.max(axis=1, initial=0.0), 0.0)[:, None]
    weights = np.exp(utilities - peak)
    return np.asarray(weights / (np.exp(-peak) + weights.sum(axis=1, keepdims=True)))


def first_choice_shares(utilities: Array, payments: Array, ranks: NDArray[np.int64]) -> Array:
    """Shares (0 or 1) when everyone takes the best option, shape (cohorts, options).

    The option of highest utility is taken if that is > 1e-9. Of options within 1e-9 of the highest
    the one with the highest yearly payment T is taken (1e-9 relative ties too), then the higher rank.
    `payments` has the shape of `utilities`, `ranks` one entry per option.
    """
    shares = np.zeros_like(utilities)
    if utilities.shape[1] == 0:
        return shares
    best = utilities.max(axis=1)
    tied = utilities >= (best - TIE)[:, None]
    top = np.where(tied, payments, -np.inf).max(axis=1)[:, None]
    with np.errstate(invalid="ignore"):
        tied &= payments >= top - TIE * np.abs(top)
    winner = np.where(tied, ranks[None, :], np.iinfo(np.int64).min).argmax(axis=1)
    buys = best > TIE
    shares[np.flatnonzero(buys), winner[buys]] = 1.0
    return shares
