"""What each contract pays: the terms of section, product, tier, model and price, one row at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.case import Case
from models.economics.pricing_kinds import (
    KINDS,
    Exposure,
    annuity,
    capital_cost,
    discounted_price,
    end_of_lease_share,
    ownership_credit,
    settlement_per_case,
)

from .rows import Column, Rows, Table

_PRODUCT = (
    "product",
    "family",
    "unit_value",
    "incident_rate",
    "downtime_cost",
    "adhoc_price",
    "adhoc_hours",
    "price_index",
    "product_margin",
)
_MODEL = ("model", "kind", "incident_factor", "admin_cost", "bonus_per_hour", "penalty_per_hour", "displaced_share")
_LEASE = ("term_years", "residual_share", "buyout_probability", "buyout_share")


@dataclass(frozen=True)
class ContractTerms:
    """What the contracts of a case pay."""

    case: Case

    def of(self, table: Table) -> Rows:
        """Add to rows of product, tier, model, price, discount and usage_hours what the contract of one unit pays.

        Adds, in money a year unless said otherwise: incidents n, yearly T, per_incident i, settlement e (money
        per incident), capital A and credit O; and promise D (hours), rank, kind, displaced_share, admin_cost and
        the product's columns. A row whose product, tier or model is unknown gets NaN.
        """
        rows = Rows.of(table).looked_up(self._products, ["product"])
        rows = rows.looked_up(self._tiers, ["tier"]).looked_up(self._models, ["model"])
        expected = settlement_per_case(rows["promise"], rows["promise"], rows["bonus"], rows["penalty"])
        rows = rows.assign(
            incidents=rows["incident_rate"] * rows["tier_incidents"] * rows["model_incidents"],
            settlement=rows["response_cases"] * expected,
            capital=capital_cost(rows["unit_value"], rows["product_margin"], rows["seller_annuity"]),
            credit=ownership_credit(rows["unit_value"], rows["owner_annuity"]),
        )
        return rows.assign(**_payments(rows))

    @cached_property
    def _products(self) -> Rows:
        return Rows.of(self.case.tables["products"], *_PRODUCT)

    @cached_property
    def _tiers(self) -> Rows:
        """By tier: rank, promise D, incident factor, standard cost C per incident and C1 per unit, g."""
        tables = self.case.tables
        services = Rows.of(tables["services"], "service", "standard_cost", "response_clock")
        mix = Rows.of(tables["service_mix"]).looked_up(services, ["service"])
        per_tier = mix.assign(
            standard=mix["cases_per_incident"] * mix["standard_cost"],
            scheduled=mix["cases_per_unit"] * mix["standard_cost"],
            response_cases=np.where(mix["response_clock"].astype(bool), mix["cases_per_incident"], 0.0),
        )
        sums = per_tier.sums(["tier"], ["standard", "scheduled", "response_cases"])
        tiers = Rows.of(tables["tiers"], "tier", "rank", "response_hours", "incident_factor")
        tiers = tiers.renamed(response_hours="promise", incident_factor="tier_incidents")
        return tiers.looked_up(sums, ["tier"]).filled(standard=0.0, scheduled=0.0, response_cases=0.0)

    @cached_property
    def _models(self) -> Rows:
        """By model: kind, incident factor, admin cost, settlement terms, annuities, displaced share; 0 if not used."""
        models = Rows.of(self.case.tables["pricing_models"], *_MODEL, *_LEASE)
        settles = np.array([KINDS[kind].settles for kind in models["kind"]], dtype=bool)
        finances = np.array([KINDS[kind].finances for kind in models["kind"]], dtype=bool)
        seller, owner = np.zeros(len(models)), np.zeros(len(models))
        for row in np.flatnonzero(finances):
            seller[row], owner[row] = self._annuities({name: float(models[name][row]) for name in _LEASE})
        return Rows(
            {
                "model": models["model"],
                "kind": models["kind"],
                "model_incidents": models["incident_factor"],
                "admin_cost": models["admin_cost"],
                "bonus": np.where(settles, models["bonus_per_hour"], 0.0),
                "penalty": np.where(settles, models["penalty_per_hour"], 0.0),
                "seller_annuity": seller,
                "owner_annuity": owner,
                "displaced_share": np.where(finances, models["displaced_share"], 0.0),
            },
            len(models),
        )

    def _annuities(self, lease: Mapping[str, float]) -> tuple[float, float]:
        """annuity(E) of the seller's capital and annuity(residual_share) of what owning would cost."""
        rate, term, residual = self.case.settings.discount_rate, lease["term_years"], lease["residual_share"]
        end = end_of_lease_share(lease["buyout_probability"], lease["buyout_share"], residual)
        return annuity(rate, term, end), annuity(rate, term, residual)


def _payments(rows: Rows) -> dict[str, Column]:
    """T and i of each row by its model's kind."""
    yearly, per_incident = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    columns = ("unit_value", "price_index", "incidents", "usage_hours", "standard", "scheduled", "settlement")
    for name, kind in KINDS.items():
        own = np.flatnonzero(rows["kind"] == name)
        if not len(own):
            continue
        exposure = Exposure(*(rows[column][own] for column in columns))
        price = discounted_price(rows["price"][own], rows["discount"][own], kind.on_cost)
        yearly[own] = kind.yearly(price, exposure)
        per_incident[own] = kind.per_incident(price, exposure)
    return {"yearly": yearly, "per_incident": per_incident}
