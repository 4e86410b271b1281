"""What each contract pays: the terms of section, product, tier, model and price, one row at a time."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from models.case import Case
from models.pricing import (
    KINDS,
    Exposure,
    annuity,
    capital_cost,
    discounted_price,
    end_of_lease_share,
    ownership_credit,
    settlement_per_case,
)

_PRODUCT = [
    "product",
    "family",
    "unit_value",
    "incident_rate",
    "downtime_cost",
    "adhoc_price",
    "adhoc_hours",
    "price_index",
    "product_margin",
]
_LEASE = ["term_years", "residual_share", "buyout_probability", "buyout_share"]


def with_terms(case: Case, rows: pd.DataFrame) -> pd.DataFrame:
    """Add to rows of product, tier, model, price, discount and usage_hours what the contract of one unit pays.

    Adds, in money a year unless said otherwise: incidents n, yearly T, per_incident i, settlement e (money
    per incident), capital A and credit O; and promise D (hours), rank, kind, displaced_share, admin_cost and
    the product's columns. A row whose product, tier or model is unknown gets NaN.
    """
    rows = rows.merge(case.tables["products"][_PRODUCT], on="product", how="left")
    rows = rows.merge(_tier_terms(case), on="tier", how="left").merge(_model_terms(case), on="model", how="left")
    rows["incidents"] = rows["incident_rate"] * rows["tier_incidents"] * rows["model_incidents"]
    expected = settlement_per_case(*(rows[name].to_numpy() for name in ("promise", "promise", "bonus", "penalty")))
    rows["settlement"] = rows["response_cases"] * expected
    value = rows["unit_value"].to_numpy()
    rows["capital"] = capital_cost(value, rows["product_margin"].to_numpy(), rows["seller_annuity"].to_numpy())
    rows["credit"] = ownership_credit(value, rows["owner_annuity"].to_numpy())
    return rows.assign(**_payments(rows))


def _payments(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """T and i of each row by its model's kind."""
    yearly, per_incident = pd.Series(np.nan, rows.index), pd.Series(np.nan, rows.index)
    for name, group in rows.groupby("kind"):
        kind = KINDS[str(name)]
        columns = ("unit_value", "price_index", "incidents", "usage_hours", "standard", "scheduled", "settlement")
        exposure = Exposure(*(group[column].to_numpy() for column in columns))
        price = discounted_price(group["price"].to_numpy(), group["discount"].to_numpy(), kind.on_cost)
        yearly[group.index] = kind.yearly(price, exposure)
        per_incident[group.index] = kind.per_incident(price, exposure)
    return {"yearly": yearly, "per_incident": per_incident}


def _tier_terms(case: Case) -> pd.DataFrame:
    """By tier: rank, promise D, incident factor, standard cost C per incident and C1 per unit, g."""
    mix = case.tables["service_mix"].merge(case.tables["services"], on="service")
    per_tier = mix.assign(
        standard=mix["cases_per_incident"] * mix["standard_cost"],
        scheduled=mix["cases_per_unit"] * mix["standard_cost"],
        response_cases=mix["cases_per_incident"].where(mix["response_clock"].astype(bool), 0.0),
    )
    sums = per_tier.groupby("tier")[["standard", "scheduled", "response_cases"]].sum()
    tiers = case.tables["tiers"][["tier", "rank", "response_hours", "incident_factor"]]
    tiers = tiers.rename(columns={"response_hours": "promise", "incident_factor": "tier_incidents"})
    tiers = tiers.merge(sums, on="tier", how="left")
    return tiers.fillna({"standard": 0.0, "scheduled": 0.0, "response_cases": 0.0})


def _model_terms(case: Case) -> pd.DataFrame:
    """By model: kind, incident factor, admin cost, settlement terms, annuities, displaced share; 0 where not used."""
    models = case.tables["pricing_models"]
    settles = models["kind"].map(lambda kind: KINDS[kind].settles).astype(bool)
    finances = models["kind"].map(lambda kind: KINDS[kind].finances).astype(bool)
    lease = models[_LEASE].to_dict("records")
    annuities = [
        _annuities(case, row) if financed else (0.0, 0.0) for row, financed in zip(lease, finances, strict=True)
    ]
    return pd.DataFrame(
        {
            "model": models["model"],
            "kind": models["kind"],
            "model_incidents": models["incident_factor"],
            "admin_cost": models["admin_cost"],
            "bonus": models["bonus_per_hour"].where(settles, 0.0),
            "penalty": models["penalty_per_hour"].where(settles, 0.0),
            "seller_annuity": [seller for seller, _ in annuities],
            "owner_annuity": [owner for _, owner in annuities],
            "displaced_share": models["displaced_share"].where(finances, 0.0),
        }
    )


def _annuities(case: Case, lease: Mapping[Hashable, float]) -> tuple[float, float]:
    """annuity(E) of the seller's capital and annuity(residual_share) of what owning would cost."""
    rate, term, residual = case.settings.discount_rate, lease["term_years"], lease["residual_share"]
    end = end_of_lease_share(lease["buyout_probability"], lease["buyout_share"], residual)
    return annuity(rate, term, end), annuity(rate, term, residual)
