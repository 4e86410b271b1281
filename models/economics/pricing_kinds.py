"""What a contract costs the customer and the seller: every pricing model as one linear contract.

All functions are elementwise over numpy arrays (or plain floats). Money is in the case's currency a
year unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Number = float | Array


@dataclass(frozen=True)
class Exposure:
    """What a price is applied to, for one unit under one option; arrays of equal shape or floats."""

    unit_value: Number
    """Value of the unit, V."""
    price_index: Number
    """Multiplies prices per incident and per hour."""
    incidents: Number
    """Expected incidents a year, n."""
    usage_hours: Number
    """Hours of use a year, H."""
    cost_per_incident: Number
    """Standard cost of the work an incident causes, C."""
    cost_per_unit: Number
    """Standard cost of scheduled work a year, C1."""
    expected_settlement: Number
    """What the customer expects to pay per incident by settlement, e (negative: expects to receive)."""


Formula = Callable[[Number, Exposure], Number]


class Quote(Enum):
    """What a price is a number of."""

    SHARE_OF_VALUE = "share of unit value a year"
    PER_INCIDENT = "money per incident"
    PER_HOUR = "money per hour of use"
    MARK_UP = "mark-up on standard cost"


@dataclass(frozen=True)
class PricingKind:
    """A pricing-model kind: how the price k turns into yearly and per-incident payments."""

    quote: Quote
    """What the price is a number of."""
    yearly: Formula
    """T: billed a year for one unit, before settlement."""
    per_incident: Formula
    """i: what the customer expects to pay per incident."""
    settles: bool = False
    """Whether cases are settled against the response promise."""
    finances: bool = False
    """Whether the seller finances and owns the unit."""

    @property
    def on_cost(self) -> bool:
        """Whether the price is a mark-up on cost, so that a discount applies to 1 + price."""
        return self.quote is Quote.MARK_UP


def _zero(k: Number, x: Exposure) -> Number:
    return 0.0 * k


def _share_of_value(k: Number, x: Exposure) -> Number:
    return k * x.unit_value


KINDS: Mapping[str, PricingKind] = {
    "pay_per_use": PricingKind(
        Quote.PER_INCIDENT,
        yearly=lambda k, x: k * x.price_index * x.incidents,
        per_incident=lambda k, x: k * x.price_index,
    ),
    "fixed_warranty": PricingKind(Quote.SHARE_OF_VALUE, yearly=_share_of_value, per_incident=_zero),
    "lease": PricingKind(Quote.SHARE_OF_VALUE, yearly=_share_of_value, per_incident=_zero, finances=True),
    "cost_plus": PricingKind(
        Quote.MARK_UP,
        yearly=lambda k, x: (1 + k) * (x.incidents * x.cost_per_incident + x.cost_per_unit),
        per_incident=lambda k, x: (1 + k) * x.cost_per_incident,
    ),
    # Fixed fee, cost sharing and performance term after Kim, Cohen & Netessine (2007, Management Science 53:12).
    "performance_based": PricingKind(
        Quote.SHARE_OF_VALUE,
        yearly=_share_of_value,
        per_incident=lambda k, x: x.expected_settlement + 0.0 * k,
        settles=True,
    ),
    "usage_based": PricingKind(
        Quote.PER_HOUR,
        yearly=lambda k, x: k * x.price_index * x.usage_hours,
        per_incident=_zero,
    ),
}
"""Every kind of pricing model. A new kind is one more entry here."""


def discounted_price(price: Number, discount: Number, on_cost: bool) -> Number:
    """Price after a segment's average discount (share 0..1).

    A mark-up is discounted as 1 + price, every other price as it stands.
    """
    if on_cost:
        return (1 + price) * (1 - discount) - 1
    return price * (1 - discount)


def settlement_per_case(promise: Number, response: Number, bonus: Number, penalty: Number) -> Number:
    """Expected settlement m of a case answered in exponential time of mean `response` hours.

    m(r) = bonus (D - r (1 - exp(-D/r))) - penalty r exp(-D/r): bonus per hour early, penalty per hour
    late against the promise D. With r = 0 every case is D hours early.
    """
    mean = np.asarray(response, dtype=float)
    with np.errstate(divide="ignore"):
        late = mean * np.exp(-np.divide(promise, mean))
    early = promise - mean + late
    return np.asarray(bonus * early - penalty * late, dtype=float)


def annuity(rate: float, term: float, end_share: float) -> float:
    """Yearly payment that repays 1 over `term` years down to `end_share`, at interest `rate`."""
    if rate == 0:
        return (1 - end_share) / term
    # expm1 keeps digits at the small rates where 1 - (1 + d)^-L cancels.
    decay = -np.expm1(-term * np.log1p(rate))
    return float(rate * (1 - end_share * (1 - decay)) / decay)


def end_of_lease_share(buyout_probability: float, buyout_share: float, residual_share: float) -> float:
    """Expected share E of unit value that the seller recovers when a lease ends."""
    return buyout_probability * buyout_share + (1 - buyout_probability) * residual_share


def capital_cost(unit_value: Number, product_margin: Number, annuity_of_recovery: Number) -> Number:
    """A: the seller's yearly cost of financing a leased unit at its cost of goods."""
    return unit_value * (1 - product_margin) * annuity_of_recovery


def ownership_credit(unit_value: Number, annuity_of_residual: Number) -> Number:
    """O: what owning the unit would have cost the customer a year."""
    return unit_value * annuity_of_residual
