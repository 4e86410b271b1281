"""Fixed words of the tables, and the units that columns are in."""

from __future__ import annotations

from ..economics.delivery_formulas import HOUR_SHARING_KINDS
from ..economics.pricing_kinds import KINDS

OFFER = ("required", "optional", "excluded")
PRICING_KINDS = tuple(KINDS)
PROVIDER_KINDS = (*HOUR_SHARING_KINDS, "self_service", "community")
NO_CONTRACT = "none"
"""Tier name that stands for having no contract, in `loyalty` and in a plan's uptake."""
LOCKED_CLASS = "contract"
"""Customer class under which a plan lists units locked by contracts in force."""

MONEY = "currency"
YEARLY = "currency a year"
PER_CASE = "currency a case"
HOURS = "hours"
